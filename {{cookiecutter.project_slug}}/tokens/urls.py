"""URLs of the token endpoints."""

from django.urls import path

from . import views
from .session_views import SessionEndView, SessionViewSet

urlpatterns = [
    path(
        "{{ project.paths.obtain }}",
        views.{{ project.tokens.obtain_view }}.as_view(),
        name="{{ project.paths.obtain_name }}",
    ),
    path(
        "{{ project.paths.refresh }}",
        views.{{ project.tokens.refresh_view }}.as_view(),
        name="{{ project.paths.refresh_name }}",
    ),
    # % if project.paths.verify
    path(
        "{{ project.paths.verify }}",
        views.TokenVerifyView.as_view(),
        name="token_verify",
    ),
    # % endif
    # % if project.paths.blacklist
    path(
        "{{ project.paths.blacklist }}",
        views.TokenBlacklistView.as_view(),
        name="token_blacklist",
    ),
    # % endif
    # % if project.revocation.sessions
    path(
        "{{ project.paths.prefix }}sessions/",
        SessionViewSet.as_view({"get": "list", "delete": "end_others"}),
        name="session-list",
    ),
    # % if project.accounts.notices
    path(
        "{{ project.paths.prefix }}sessions/end/",
        SessionEndView.as_view(),
        name="session-end",
    ),
    # % endif
    path(
        "{{ project.paths.prefix }}sessions/<str:pk>/",
        SessionViewSet.as_view({"delete": "destroy"}),
        name="session-detail",
    ),
    # % endif
    # % if not project.keys.symmetric
    path(".well-known/jwks.json", views.jwks, name="jwks"),
    # % endif
]
