"""URL configuration of the project."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)

admin.site.site_header = settings.PROJECT_NAME
admin.site.site_title = admin.site.site_header

urlpatterns = [
    # % if project.paths.prefix
    # The admin links to this page.
    path("", RedirectView.as_view(pattern_name="swagger-ui")),
    # % endif
    path("", include("tokens.urls")),
    path("{{ project.paths.prefix }}", include("accounts.urls")),
    path("{{ project.paths.prefix }}", include("api.urls")),
    path(
        "{{ project.paths.prefix }}schema/",
        SpectacularAPIView.as_view(),
        name="schema",
    ),
    path(
        "{{ project.paths.prefix }}docs/",
        # Its script is not in the page: the Content Security Policy forbids that.
        SpectacularSwaggerSplitView.as_view(http_method_names=["get", "head"]),
        name="swagger-ui",
    ),
    path(
        "{{ project.paths.prefix }}redoc/",
        SpectacularRedocView.as_view(http_method_names=["get", "head"]),
        name="redoc",
    ),
    path("admin/", admin.site.urls),
    # % if project.api.browsable
    path("api-auth/", include("rest_framework.urls")),
    # % endif
]
