"""Users and how they log in: `project.accounts` in templates."""

from __future__ import annotations

import re

from ..answers import Answers


class Accounts:
    """The facts about users."""

    def __init__(self, answers: Answers) -> None:
        self.login_field = answers.login_field
        self.email_login = answers.login_field == "email"
        self.superuser_email = answers.superuser
        # The characters of Django's UnicodeUsernameValidator.
        name = re.sub(r"[^\w.@+-]", "", answers.superuser.partition("@")[0])
        self.superuser_username = name[:150] or "admin"
        self.superuser_login = self.superuser_email if self.email_login else self.superuser_username
