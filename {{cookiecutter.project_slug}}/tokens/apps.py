from django.apps import AppConfig
{{ project.imports("tokens/apps.py") }}


class TokensConfig(AppConfig):
    name = "tokens"

    def ready(self) -> None:
        from rest_framework_simplejwt import state

        # drf-spectacular and the checks are found once their modules are imported.
        from . import {{ project.apps_modules }}  # noqa: F401

        # Simple JWT has no setting for its backend, and looks it up here.
        stock = state.token_backend
        state.token_backend = backend.TokenBackend(
            algorithm=stock.algorithm,
            audience=stock.audience,
            issuer=stock.issuer,
            leeway=stock.leeway,
            json_encoder=stock.json_encoder,
        )
        user_login_failed.connect(events.login_failed)
        # % if project.revokes
        post_save.connect(signals.user_saved, sender=settings.AUTH_USER_MODEL)
        # % endif
