"""The token policy that a team changes by hand, with no more than the table of the README names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.rendering import write

from .baking import environment_for, prepare_project, run
from .changing import change
from .proving import renderer

CHANGES = {
    "config/jwt.py": {
        "JWT_ABSOLUTE_LIFETIME = timedelta(days=30)": "JWT_ABSOLUTE_LIFETIME = timedelta(days=20)",
        "JWT_REPEAT_WINDOW = timedelta(seconds=10)": "JWT_REPEAT_WINDOW = timedelta(0)",
        "timedelta(minutes=5)": "timedelta(minutes=7)",
        "timedelta(days=1)": "timedelta(days=2)",
        '    "ALGORITHM": "HS256",\n': '    "ALGORITHM": "HS512",\n'
        '    "AUDIENCE": "mobile",\n'
        '    "AUTH_HEADER_NAME": "HTTP_X_TOKEN",\n'
        '    "AUTH_HEADER_TYPES": ("JWT", "Bearer"),\n'
        '    "ISSUER": "https://issuer.example",\n'
        '    "LEEWAY": timedelta(seconds=5),\n'
        '    "USER_ID_CLAIM": "sub",\n',
    },
    "config/settings.py": {'"login_account": "1000/hour"': '"login_account": None'},
    "tests/test_keys.py": {"longest = timedelta(days=1)": "longest = timedelta(days=2)"},
    "tests/test_tokens.py": {
        'ALGORITHM = "HS256"': 'ALGORITHM = "HS512"',
        "timedelta(minutes=5)": "timedelta(minutes=7)",
        "timedelta(days=1)": "timedelta(days=2)",
        '"/api/token/refresh/"': '"/api/token/renew/"',
    },
    "tokens/algorithm.py": {
        'ALGORITHM = "HS256"': 'ALGORITHM = "HS512"',
        "MIN_BYTES = 32": "MIN_BYTES = 64",
    },
    "tokens/urls.py": {'"api/token/refresh/"': '"api/token/renew/"'},
}


@pytest.mark.slow
def test_changed_policy_passes_tests(tmp_path: Path) -> None:
    project = write(renderer.render({}), tmp_path / "project")
    for name, changes in CHANGES.items():
        for before, after in changes.items():
            change(project / name, before, after)
    commands = prepare_project(project, environment_for("django-5.2"))
    run(commands / "python", "-m", "scripts.prepare", cwd=project)
    run(commands / "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", cwd=project)
