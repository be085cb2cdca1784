"""Where tokens are given out, refreshed, checked and revoked."""

from django.urls import path
from rest_framework_simplejwt import views

urlpatterns = [
    # % if project.sliding
    path(
        "{{ project.obtain_path }}",
        views.TokenObtainSlidingView.as_view(),
        name="{{ project.obtain_name }}",
    ),
    path(
        "{{ project.refresh_path }}",
        views.TokenRefreshSlidingView.as_view(),
        name="{{ project.refresh_name }}",
    ),
    # % else
    path(
        "{{ project.obtain_path }}",
        views.TokenObtainPairView.as_view(),
        name="{{ project.obtain_name }}",
    ),
    path(
        "{{ project.refresh_path }}",
        views.TokenRefreshView.as_view(),
        name="{{ project.refresh_name }}",
    ),
    # % endif
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
