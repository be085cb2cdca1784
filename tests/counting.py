"""Counts calls of functions. As a script, those of a rendered project, in its folder, by its Python.

    python counting.py

Prints how often starting, the checks, the OpenAPI schema and the admin call the project's functions.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType


def count_calls(function: Callable[[], object], folder: Path) -> Counter[str]:
    """Returns how often the functions in a folder are called, by their files and names."""
    calls: Counter[tuple[str, str]] = Counter()

    def count(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            calls[frame.f_code.co_filename, frame.f_code.co_name] += 1

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return Counter(
        {
            f"{Path(file).relative_to(folder).as_posix()}: {name}": number
            for (file, name), number in calls.items()
            if Path(file).is_relative_to(folder) and ".venv" not in file
        }
    )


def use_project() -> None:
    import django

    django.setup()
    from django.contrib import admin
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import RequestFactory
    from drf_spectacular.settings import spectacular_settings

    call_command("check")
    spectacular_settings.DEFAULT_GENERATOR_CLASS().get_schema(request=None, public=True)
    request = RequestFactory().get("/")
    request.user = get_user_model()(is_active=True, is_staff=True, is_superuser=True)
    admin.site.each_context(request)


if __name__ == "__main__":
    sys.path.insert(0, ".")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    print(json.dumps(count_calls(use_project, Path.cwd())))
