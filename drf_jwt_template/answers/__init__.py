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
    resources: tuple[Resource, ...]
    resource_links: str
    login_field: str
    accounts: str
    token_flow: str
    revocation: str
    rotate_refresh_tokens: bool
    access_token_lifetime: timedelta
    refresh_token_lifetime: timedelta
    algorithm: str
    api_prefix: str
    """Empty, or with a slash at the end."""
    token_obtain_path: str
    token_refresh_path: str
    token_verify_path: str | None
    token_blacklist_path: str | None
    """Always None without revocation."""
    jwt_settings: Mapping[str, str]
    """Names of Simple JWT settings, and their values as Python source."""
    permission: str
    also_accept: str
    database: str
    django_version: str
    deployment: str
    ci: str
    superuser: str
    """The e-mail address of the first account."""
    run_setup: bool
