"""Redis as the cache in which all processes count failed logins."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from pytest_cookies.plugin import Cookies

from .baking import bake, prepare_project, run, skip_unavailable


def test_cache_can_be_redis(cookies: Cookies, environment: Callable[[str], Path]) -> None:
    server = os.environ.get("TEST_REDIS_URL")
    if not server:
        skip_unavailable("TEST_REDIS_URL is not set")
        return
    project = bake(cookies, {})
    commands = prepare_project(project, environment("django-5.2"))
    key = f"bake-{uuid4()}"
    code = (
        "from django.core.cache import cache\n"
        f"cache.set({key!r}, 'kept', 60)\nassert cache.get({key!r}) == 'kept'\n"
        f"cache.delete({key!r})\nassert 'redis' in type(cache._connections['default']).__module__\n"
    )
    run(commands / "python", "manage.py", "shell", "-c", code, cwd=project, CACHE_URL=server)
