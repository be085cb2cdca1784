"""Where tokens are given out, refreshed, checked and revoked."""

from django.urls import path
from rest_framework_simplejwt import views

urlpatterns = [
    path(
        "{{ project.obtain_path }}",
        views.{{ project.obtain_view }}.as_view(),
        name="{{ project.obtain_name }}",
    ),
    path(
        "{{ project.refresh_path }}",
        views.{{ project.refresh_view }}.as_view(),
        name="{{ project.refresh_name }}",
    ),
    # % if project.verify_path
    path(
        "{{ project.verify_path }}",
        views.TokenVerifyView.as_view(),
        name="token_verify",
    ),
    # % endif
    # % if project.blacklist_path
    path(
        "{{ project.blacklist_path }}",
        views.TokenBlacklistView.as_view(),
        name="token_blacklist",
    ),
    # % endif
]
