"""The answers to the prompts: read, checked and typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from ..language.resource import Resource


@dataclass(frozen=True)
class Answers:
    """The answers to all prompts, under the names of the prompts."""

    project_name: str
    project_slug: str
    description: str
    django_version: str
    database: str
    login_field: str
    api_prefix: str
    """Empty, or with a slash at the end."""
    token_obtain_path: str
    token_refresh_path: str
    token_verify_path: str | None
    token_blacklist_path: str | None
    """Always None without revocation."""
    token_flow: str
    access_token_lifetime: timedelta
    refresh_token_lifetime: timedelta
    rotate_refresh_tokens: bool
    revocation: str
    algorithm: str
    jwt_settings: Mapping[str, str]
    """Names of Simple JWT settings, and their values as Python source."""
    resources: tuple[Resource, ...]
    resource_links: str
    permission: str
    also_accept: str
    superuser_username: str
    """Empty if users log in with their e-mail address."""
    superuser_email: str
    run_setup: bool
