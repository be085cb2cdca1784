"""Where tokens are given out, refreshed, checked and revoked."""

from django.urls import path

from . import views

urlpatterns = [
    path(
        "{{ project.obtain_path }}",
        views.ObtainView.as_view(),
        name="{{ project.obtain_name }}",
    ),
    path(
        "{{ project.refresh_path }}",
        views.RefreshView.as_view(),
        name="{{ project.refresh_name }}",
    ),
    # % if project.verify_path
    path(
        "{{ project.verify_path }}",
        views.VerifyView.as_view(),
        name="token_verify",
    ),
    # % endif
    # % if project.blacklist_path
    path(
        "{{ project.blacklist_path }}",
        views.LogoutView.as_view(),
        name="token_blacklist",
    ),
    # % endif
    # % if project.sessions
    path(
        "{{ project.api_prefix }}sessions/",
        views.SessionViewSet.as_view({"get": "list", "delete": "end_others"}),
        name="session-list",
    ),
    path(
        "{{ project.api_prefix }}sessions/<str:pk>/",
        views.SessionViewSet.as_view({"delete": "destroy"}),
        name="session-detail",
    ),
    # % endif
    # % if not project.symmetric
    path(".well-known/jwks.json", views.jwks, name="jwks"),
    # % endif
]
