"""Users and how they log in: `project.accounts` in templates."""

from __future__ import annotations

import re

from ..answers import Answers


class Accounts:
    """The facts about users."""

    def __init__(self, answers: Answers) -> None:
        self.login_field = answers.login_field
        self.email_login = answers.login_field == "email"
        self.invited = answers.accounts == "invited"
        """Whether staff invite people, who create their accounts themselves."""
        self.open = answers.accounts == "open"
        """Whether everyone can create an account."""
        self.mail = self.invited or self.open
        """Whether the project sends mail, for the accounts of people who have opened a link in one."""
        self.notices = self.mail and answers.revocation == "sessions"
        """Whether users get a mail after a login with a browser that is new for the account."""
        self.tasks = "django.tasks" if answers.django_version != "django-5.2" else "django_tasks"
        """The module of Django's tasks, or of their backport."""
        self.mailers = answers.django_version != "django-5.2"
        """Whether Django has the setting MAILERS, which replaces those of the SMTP server."""
        self.superuser_email = answers.superuser
        # The characters of Django's UnicodeUsernameValidator.
        name = re.sub(r"[^\w.@+-]", "", answers.superuser.partition("@")[0])
        self.superuser_username = name[:150] or "admin"
        self.superuser_login = self.superuser_email if self.email_login else self.superuser_username
