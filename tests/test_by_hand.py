"""Fields and resources that a team adds by hand, as the project's README describes."""

from __future__ import annotations

import re
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


@pytest.mark.slow
def test_resource_needs_one_case(project: Path) -> None:
    *files, case = ADDITIONS
    for path in files:
        add_room(project, path)
    status, output = run_resource_tests(project)
    assert status == 1, output
    assert "test_models_have_case_and_factory" in output
    add_room(project, case)
    status, output = run_resource_tests(project)
    assert status == 0, output
    passed = re.search(r"(\d+) passed", output)
    single = re.search(r"(\d+) passed", run_resource_tests(project, "TestRoom")[1])
    assert passed
    assert single
    # Both resources have the same tests, and there is one test for all resources.
    assert int(passed[1]) == 2 * int(single[1]) + 1
    check_style(project)


def add_room(project: Path, path: str) -> None:
    """Adds the code of the resource `Room` to a file."""
    for mark, code in ADDITIONS[path]:
        if mark:
            change(project / path, mark, code + mark if mark in FOLLOWING else mark + code)
        else:
            with (project / path).open("a", encoding="utf-8", newline="\n") as file:
                file.write(code)


# The marks before which the code is inserted.
FOLLOWING = ["class StudentFactory(", "\n\nCASES", "\n\nurlpatterns"]
# For each file a mark and the code to insert after it. Without a mark, the code is appended.
ADDITIONS = {
    "api/models.py": [
        (
            "",
            """

class Room(models.Model):
    number = models.IntegerField(unique=True)
    tenant = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="rooms")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("created_at", "id")
        indexes = [models.Index(fields=["created_at", "id"])]

    def __str__(self) -> str:
        return f"room {self.number}"
""",
        )
    ],
    "api/serializers.py": [
        (
            "",
            """

class RoomSerializer(serializing.ModelSerializer[models.Room]):
    class Meta:
        model = models.Room
        fields = ("id", "number", "tenant", "created_at", "updated_at")
""",
        )
    ],
    "api/filters.py": [
        (
            "",
            """

class RoomFilterSet(FilterSet):
    class Meta:
        model = models.Room
        fields = {"number": ["exact"], "tenant": ["exact"]}
""",
        )
    ],
    "api/views.py": [
        (
            "",
            """

class RoomViewSet(viewsets.ModelViewSet[models.Room]):
    queryset = models.Room.objects.all()
    serializer_class = serializers.RoomSerializer
    filterset_class = filters.RoomFilterSet
    ordering_fields = ["id", "number", "created_at", "updated_at"]
""",
        )
    ],
    "api/urls.py": [("\n\nurlpatterns", '\nrouter.register("rooms", views.RoomViewSet)')],
    "api/admin.py": [
        (
            "",
            """

@admin.register(models.Room)
class RoomAdmin(admin.ModelAdmin):
    list_display = ["id", "number"]
""",
        )
    ],
    "api/factories.py": [
        (
            "class StudentFactory(",
            """class RoomFactory(factory.django.DjangoModelFactory[models.Room]):
    class Meta:
        model = models.Room

    number = factory.Sequence(lambda n: n)
    tenant = factory.SubFactory("api.factories.StudentFactory")


""",
        ),
        ("[StudentFactory", ", RoomFactory"),
    ],
    "tests/test_resources.py": [
        (
            "\n\nCASES",
            """

class TestRoom(ResourceTests):
    model = models.Room
    path = "/api/rooms/"
    required = {"number", "tenant"}
    unique = {"number"}
    ordering = {"number"}
    relations = {"tenant"}
    protected = {"tenant"}
    filters = {"number": ["exact"]}
    invalid = {"number": "not a number", "tenant": "not a row"}

    def body(self, user: User, n: int) -> Body:
        return {"number": n, "tenant": factories.StudentFactory.create().pk}
""",
        ),
        ("[TestStudent", ", TestRoom"),
    ],
}
