from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "tokens"

    def ready(self) -> None:
        # drf-spectacular finds its extensions once their module is imported.
        from . import schema  # noqa: F401
