"""Fields that a team adds by hand, with no more than is necessary."""

from __future__ import annotations

from pathlib import Path

import pytest

from .baking import BIN, run
from .changing import change, copy_project, render_project, run_resource_tests


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_project({}, tmp_path_factory.mktemp("by-hand") / "project")


@pytest.fixture
def project(rendered: Path, tmp_path: Path) -> Path:
    return copy_project(rendered, tmp_path / "project")


def add_field(project: Path, declaration: str) -> None:
    """Adds the field `nickname` to model and serializer."""
    city = "    city = models.CharField(max_length=255)\n"
    change(project / "api" / "models.py", city, f"{city}    nickname = {declaration}\n")
    change(project / "api" / "serializers.py", '"city", ', '"city", "nickname", ')


def check_style(project: Path) -> None:
    commands = project / ".venv" / BIN
    run(commands / "ruff", "check", "--no-cache", ".", cwd=project)
    run(commands / "ruff", "format", "--no-cache", "--check", ".", cwd=project)


@pytest.mark.slow
def test_optional_field_needs_no_test(project: Path) -> None:
    add_field(project, "models.CharField(max_length=40, blank=True)")
    status, output = run_resource_tests(project)
    assert status == 0, output


@pytest.mark.slow
def test_required_field_needs_factory_and_case(project: Path) -> None:
    add_field(project, "models.CharField(max_length=40)")
    status, output = run_resource_tests(project)
    assert status == 1, output
    change(
        project / "api" / "factories.py",
        '    city = factory.Faker("city")\n',
        '    city = factory.Faker("city")\n    nickname = factory.Faker("first_name")\n',
    )
    case = project / "tests" / "test_resources.py"
    change(case, 'required = {"name", ', 'required = {"name", "nickname", ')
    change(case, '"city": f"city {n}"', '"city": f"city {n}", "nickname": f"nickname {n}"')
    status, output = run_resource_tests(project)
    assert status == 0, output
    check_style(project)
