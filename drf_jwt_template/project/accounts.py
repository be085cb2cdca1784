"""Users and how they log in: `project.accounts` in templates."""

from __future__ import annotations

from ..answers import Answers


class Accounts:
    """The facts about users."""

    def __init__(self, answers: Answers) -> None:
        self.login_field = answers.login_field
        self.email_login = answers.login_field == "email"
        self.superuser_username = answers.superuser_username
        self.superuser_email = answers.superuser_email
        self.superuser_login = self.superuser_email if self.email_login else self.superuser_username
