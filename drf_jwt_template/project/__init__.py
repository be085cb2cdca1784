"""What the templates see as `project`: facts that follow from the answers, grouped by subject.

A template states no condition on answers itself: it reads the fact here.
"""

from __future__ import annotations

from ..answers import Answers
from .accounts import Accounts
from .api import Api
from .data import Data
from .deployment import Deployment
from .example import Example
from .jwt import Jwt
from .keys import Keys
from .paths import Paths
from .revocation import Revocation
from .sequence import LoginSequence
from .tokens import Tokens

OLDEST_PYTHON = {"django-5.2": "3.10", "django-6.1": "3.12"}
NEXT_DJANGO = {"django-5.2": "5.3", "django-6.1": "6.2"}


class Project:
    """The project that is rendered from some answers."""

    def __init__(self, answers: Answers) -> None:
        self.name = answers.project_name
        self.slug = answers.project_slug
        self.description = answers.description
        self.django = answers.django_version.removeprefix("django-")
        self.next_django = NEXT_DJANGO[answers.django_version]
        """The first release that the project does not support."""
        self.python = OLDEST_PYTHON[answers.django_version]
        """The oldest Python that the project supports."""
        self.django_csp = answers.django_version != "django-5.2"
        """Whether Django has a middleware for the Content Security Policy."""
        module = "django.middleware" if self.django_csp else "config"
        self.csp_middleware = f"{module}.csp.ContentSecurityPolicyMiddleware"
        self.postgresql = answers.database == "postgresql"
        self.accounts = Accounts(answers)
        self.api = Api(answers)
        self.deployment = Deployment(answers)
        self.example = Example(answers)
        self.keys = Keys(answers)
        self.tokens = Tokens(answers)
        self.jwt = Jwt(answers, self.keys, self.tokens)
        self.paths = Paths(answers, self.tokens)
        self.revocation = Revocation(answers, self.tokens)
        self.data = Data(answers, self.accounts, self.revocation)
        self.sequence = LoginSequence(
            self.accounts, self.api, self.jwt, self.paths, self.revocation, self.tokens
        )
