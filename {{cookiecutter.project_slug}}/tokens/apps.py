from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models.signals import post_save


class TokensConfig(AppConfig):
    name = "tokens"

    def ready(self) -> None:
        from rest_framework_simplejwt import state

        # Importing these modules registers the checks and the OpenAPI extensions.
        # % if project.revocation.enabled
        from . import backend, checks, events, schema, signals  # noqa: F401
        # % else
        from . import backend, checks, events, schema  # noqa: F401
        # % endif

        # Simple JWT has no setting for its backend: it uses this one.
        stock = state.token_backend
        state.token_backend = backend.TokenBackend(
            algorithm=stock.algorithm,
            audience=stock.audience,
            issuer=stock.issuer,
            leeway=stock.leeway,
            json_encoder=stock.json_encoder,
        )
        user_login_failed.connect(events.log_failed_login)
        # % if project.revocation.enabled
        post_save.connect(signals.end_sessions_of_disabled_user, sender=settings.AUTH_USER_MODEL)
        # % endif
