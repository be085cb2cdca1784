from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        # Importing this module registers the OpenAPI extensions.
        from . import schema_types  # noqa: F401
