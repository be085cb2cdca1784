"""What each resource promises. tests/api.py tests that it holds; a class can add tests of its own."""

from django.apps import apps

from accounts.models import User
from api import factories, models

from .api import RANGE, Body, OwnedResourceTests, ResourceTests, link
# % for case in project.api.cases


class {{ case.name }}({{ case.base }}):
    model = models.{{ case.resource.name }}
    path = {{ case.resource.url_path(project.paths.prefix) | py(before=11, indent=4) }}
    # % if case.resource.owner
    owner = "{{ case.resource.owner }}"
    # % endif
    # % for name, source in case.promises.items()
    {{ name }} = {{ source }}
    # % endfor

    def body(self, user: User, n: int) -> Body:
        return {{ case.body }}
# % endfor


CASES: list[type[ResourceTests]] = [
    # % for case in project.api.cases
    {{ case.name }},
    # % endfor
]


def test_all_models_have_a_case_and_a_factory() -> None:
    expected = set(apps.get_app_config("api").get_models())
    assert {case.model for case in CASES} == expected
    assert {factory._meta.model for factory in factories.FACTORIES} == expected
