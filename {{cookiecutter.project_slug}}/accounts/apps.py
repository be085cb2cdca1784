from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # % if project.accounts.mail
        # Importing `checks` registers the checks.
        from . import checks as checks
        # % endif
        from . import signals

        user_logged_in.disconnect(dispatch_uid="update_last_login")
        user_logged_in.connect(signals.update_last_login)
