"""The tests of a project fail when something that its resources or accounts promise is broken.

Each mutation changes a copy of one rendered project, in which the named test must fail.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from .changing import change, copy_project, render_project, run_resource_tests

RESOURCES = """
Author(name: str unique, email: email optional unique, born: date);
Shelf(label: str, owner: owner);
Book(title: str(120), isbn: str(13) unique, pages: int, state: choice(draft|out), span: duration,
     seen: datetime, ratio: float, extra: json, note: text optional, author: Author,
     shelves: many Shelf optional, owner: owner);
Loan(book: Book, shelf: Shelf optional, day: date, owner: owner)
"""
ANSWERS = {
    "resources": RESOURCES,
    "accounts": "open",
    "permission": "DjangoModelPermissions",
}


class Mutation(NamedTuple):
    path: str
    before: str
    after: str
    test: str


BOOK_VIEW = "    serializer_class = serializers.BookSerializer\n"
BOOK_META = "        model = models.Book\n        fields = (\n"
CONCURRENCY = "tests/test_concurrency.py"
DETAILS = "tests/test_details.py"
FORMS = "tests/test_forms.py"
FORM = "self.read_form(data) if is_html_input(data) else data"
MUTATIONS = {
    "plain view set": Mutation(
        "api/views.py",
        "BookViewSet(ownership.OwnedViewSet[",
        "BookViewSet(viewsets.ModelViewSet[",
        "TestBook::test_rows_of_others_are_hidden",
    ),
    "rows of others": Mutation(
        "api/ownership.py",
        "return filter_visible(super().get_queryset(), self.request.user)",
        "return super().get_queryset()",
        "TestBook::test_rows_of_others_are_hidden",
    ),
    "rows hidden from staff": Mutation(
        "api/ownership.py", '"is_staff"', '"is_superuser"', "TestBook::test_staff_see_all_rows"
    ),
    "writable owner": Mutation(
        "api/ownership.py",
        "if field_name == OWNERS.get(self.Meta.model):",
        "if False:",
        "TestBook::test_owner_is_requesting_user",
    ),
    "model without an owner": Mutation(
        "api/ownership.py", 'models.Book: "owner", ', "", "TestBook::test_rows_of_others_are_hidden"
    ),
    "related rows of others": Mutation(
        "api/ownership.py",
        'return filter_visible(rows, self.context["request"].user)',
        "return rows",
        "TestBook::test_private_relations",
    ),
    "plain relation": Mutation(
        "api/ownership.py",
        "    serializer_related_field = OwnedRelatedField\n\n",
        "",
        "TestLoan::test_private_relations",
    ),
    "path": Mutation(
        "api/urls.py", 'register("books"', 'register("volumes"', "TestBook::test_path"
    ),
    "missing field": Mutation(
        "api/serializers.py", '            "ratio",\n', "", "TestBook::test_create"
    ),
    "missing id": Mutation(
        "api/serializers.py", '("id", "name"', '("name"', "TestAuthor::test_read"
    ),
    "writable id": Mutation(
        "api/serializers.py",
        BOOK_META,
        '        extra_kwargs = {"id": {"read_only": False, "required": False}}\n' + BOOK_META,
        "TestBook::test_read_only_fields",
    ),
    "no update": Mutation(
        "api/views.py",
        BOOK_VIEW,
        f'{BOOK_VIEW}    http_method_names = ["get", "post", "patch", "delete"]\n',
        "TestBook::test_update",
    ),
    "no partial update": Mutation(
        "api/views.py",
        BOOK_VIEW,
        f'{BOOK_VIEW}    http_method_names = ["get", "post", "put", "delete"]\n',
        "TestBook::test_partial_update",
    ),
    "no deletion": Mutation(
        "api/views.py",
        BOOK_VIEW,
        f'{BOOK_VIEW}    http_method_names = ["get", "post", "put", "patch"]\n',
        "TestBook::test_delete",
    ),
    "stale updated_at": Mutation(
        "api/models.py",
        "updated_at = models.DateTimeField(auto_now=True)",
        "updated_at = models.DateTimeField(auto_now_add=True)",
        "TestBook::test_update",
    ),
    "no form": Mutation(
        "config/settings.py",
        '        "rest_framework.parsers.MultiPartParser",\n',
        "",
        f"{FORMS}::test_missing_fields_are_as_in_json",
    ),
    "required field": Mutation(
        "api/models.py",
        "pages = models.IntegerField()",
        "pages = models.IntegerField(default=0)",
        "TestBook::test_required_fields",
    ),
    "required relation": Mutation(
        "api/models.py",
        'author = models.ForeignKey("Author",',
        'author = models.ForeignKey("Author", blank=True, null=True,',
        "TestBook::test_required_fields",
    ),
    "optional field": Mutation(
        "api/models.py",
        'note = models.TextField(blank=True, default="")',
        "note = models.TextField()",
        "TestBook::test_optional_fields",
    ),
    "optional relation": Mutation(
        "api/models.py",
        'SET_NULL,\n        related_name="loans",\n        blank=True,\n        null=True,\n',
        'PROTECT,\n        related_name="loans",\n',
        "TestLoan::test_optional_fields",
    ),
    "unique field": Mutation(
        "api/models.py",
        "isbn = models.CharField(max_length=13, unique=True)",
        "isbn = models.CharField(max_length=13)",
        "TestBook::test_unique_fields",
    ),
    "empty unique text": Mutation(
        "api/serializers.py",
        '"email": {"allow_blank": False}',
        '"email": {}',
        "TestAuthor::test_empty_unique_texts",
    ),
    "longest text": Mutation(
        "api/models.py", "max_length=120", "max_length=255", "TestBook::test_invalid_values"
    ),
    "choices": Mutation(
        "api/models.py", ", choices=State.choices", "", "TestBook::test_invalid_values"
    ),
    "missing fields of a form": Mutation(
        "api/serializing.py", FORM, "data", f"{FORMS}::test_missing_fields_are_as_in_json"
    ),
    "empty lists of a form": Mutation(
        "api/serializing.py",
        'item for item in value if item != ""',
        "item for item in value",
        f"{FORMS}::test_browsable_form_clears_values",
    ),
    "JSON of a form": Mutation(
        "api/serializing.py",
        "        models.JSONField: JSONField,\n",
        "",
        f"{FORMS}::test_json_in_form",
    ),
    "forms of the browsable API": Mutation(
        "config/settings.py",
        "api.renderers",
        "rest_framework.renderers",
        f"{FORMS}::test_browsable_form_clears_values",
    ),
    "depth of JSON": Mutation(
        "api/parsers.py",
        "MAX_DEPTH = 100",
        "MAX_DEPTH = 300",
        f"{FORMS}::test_deeply_nested_json_is_refused",
    ),
    "JSON of the admin": Mutation(
        "api/admin.py", "    formfield_overrides = JSON\n", "", f"{FORMS}::test_json_in_admin"
    ),
    "validator of JSON": Mutation(
        "api/models.py", "validators=[validate_storable]", "", f"{FORMS}::test_json_in_form"
    ),
    "check constraint": Mutation(
        "api/models.py",
        'models.Q(state__in=["draft", "out"])',
        "models.Q(state__isnull=False)",
        "TestBook::test_constraints",
    ),
    "longest duration": Mutation(
        "api/models.py", "validators=[validate_duration]", "", "TestBook::test_hostile_queries"
    ),
    "lone surrogates": Mutation(
        "config/settings.py",
        "api.parsers.JSONParser",
        "rest_framework.parsers.JSONParser",
        "TestBook::test_hostile_values",
    ),
    "datetimes in filters": Mutation(
        "api/filtering.py",
        '        DateTimeField: {"filter_class": IsoDateTimeFilter},\n',
        "",
        "TestBook::test_hostile_queries",
    ),
    "durations in filters": Mutation(
        "api/filtering.py", ', "extra": get_validators', "", "TestBook::test_hostile_queries"
    ),
    "filter": Mutation(
        "api/filters.py", '            "title": ["exact"],\n', "", "TestBook::test_filters"
    ),
    "filter of a range": Mutation(
        "api/filters.py",
        '"ratio": ["exact", "lt", "lte", "gt", "gte"]',
        '"ratio": ["exact", "lt", "lte", "gt"]',
        "TestBook::test_filters",
    ),
    "filter set": Mutation(
        "api/views.py",
        "    filterset_class = filters.ShelfFilterSet\n",
        "",
        "TestShelf::test_filters",
    ),
    "filter by one row": Mutation(
        "api/filters.py",
        '            "author": ["exact"],\n',
        "",
        "TestBook::test_filter_by_relation",
    ),
    "filter by many rows": Mutation(
        "api/filters.py",
        '            "shelves": ["exact"],\n',
        "",
        "TestBook::test_filter_by_relation",
    ),
    "search field": Mutation(
        "api/views.py",
        'search_fields = ["title", "isbn", "note"]',
        'search_fields = ["title", "isbn"]',
        "TestBook::test_search",
    ),
    "search for NUL": Mutation(
        "config/settings.py",
        "api.search.SearchFilter",
        "rest_framework.filters.SearchFilter",
        "TestBook::test_search",
    ),
    "ordering field": Mutation("api/views.py", '        "ratio",\n', "", "TestBook::test_ordering"),
    "ordering": Mutation(
        "config/settings.py",
        '        "api.ordering.OrderingFilter",\n',
        "",
        "TestBook::test_ordering",
    ),
    "other default order": Mutation(
        "api/models.py",
        'ordering = ("created_at", "id")',
        'ordering = ("-created_at", "id")',
        "TestBook::test_pages_in_order_of_creation",
    ),
    "order that is not total": Mutation(
        "api/ordering.py",
        'return rows.order_by(*terms, f"{sign}pk")',
        "return rows.order_by(*terms)",
        "TestBook::test_pages_in_every_order",
    ),
    "null in order": Mutation(
        "api/ordering.py",
        "        if self.nullable and not descending:\n",
        "        if descending:\n",
        "TestLoan::test_pages_in_every_order",
    ),
    "conflict that is not retried": Mutation(
        "api/viewsets.py",
        '@method_decorator(retry_conflicts, name="create")\n',
        "",
        f"{CONCURRENCY}::test_unique_value_is_created_once",
    ),
    "update without transaction": Mutation(
        "api/viewsets.py",
        '@method_decorator(retry_conflicts, name="update")\n',
        "",
        f"{CONCURRENCY}::test_updates_lose_nothing",
    ),
    "filters of single objects": Mutation(
        "api/viewsets.py",
        "return backend not in LIST_BACKENDS",
        "return True",
        f"{DETAILS}::test_filters_are_not_built",
    ),
    "backends that single objects skip": Mutation(
        "api/viewsets.py",
        "return backend not in LIST_BACKENDS",
        "return not issubclass(backend, LIST_BACKENDS)",
        f"{DETAILS}::test_other_backends_restrict_rows",
    ),
    "filter sets that single objects skip": Mutation(
        "api/viewsets.py",
        "return restricts_rows(filter_set)",
        "return False",
        f"{DETAILS}::test_filter_sets_restrict_rows",
    ),
    "filter sets that lists skip": Mutation(
        "api/filtering.py",
        "if filter_set and not restricts_rows(filter_set):",
        "if filter_set:",
        f"{DETAILS}::test_filter_sets_restrict_rows",
    ),
    "filter sets that no list skips": Mutation(
        "api/filtering.py", "given <= PARAMETERS", "False", f"{DETAILS}::test_filters_are_not_built"
    ),
    "declared filters": Mutation(
        "api/filtering.py",
        "bool(filter_set.declared_filters)",
        "False",
        f"{DETAILS}::test_filter_sets_restrict_rows",
    ),
    "required filters": Mutation(
        "api/filtering.py",
        'hasattr(getattr(filter_set, "Meta", None), "filter_overrides")',
        "False",
        f"{DETAILS}::test_required_filter_is_required",
    ),
    "no pages": Mutation(
        "api/views.py",
        BOOK_VIEW,
        f"{BOOK_VIEW}    pagination_class = None\n",
        "TestBook::test_list_query_count_is_constant",
    ),
    "fixed page size": Mutation(
        "api/pagination.py",
        '    page_size_query_param = "page_size"\n',
        "",
        "TestBook::test_pages_in_order_of_creation",
    ),
    "query per row": Mutation(
        "api/views.py",
        'prefetch_related("shelves")',
        "all()",
        "TestBook::test_list_query_count_is_constant",
    ),
    "cascade": Mutation(
        "api/models.py", "models.PROTECT", "models.CASCADE", "TestBook::test_protected_relations"
    ),
    "cascade of owned rows": Mutation(
        "api/models.py", "models.RESTRICT", "models.CASCADE", "TestLoan::test_protected_relations"
    ),
    "exception handler": Mutation(
        "config/settings.py",
        '    "EXCEPTION_HANDLER": "api.exceptions.exception_handler",\n',
        "",
        "TestBook::test_protected_relations",
    ),
    "no permission": Mutation(
        "api/views.py",
        BOOK_VIEW,
        f"{BOOK_VIEW}    permission_classes = []\n",
        "TestBook::test_anonymous_access",
    ),
    "other permission": Mutation(
        "config/settings.py",
        "rest_framework.permissions.DjangoModelPermissions",
        "rest_framework.permissions.IsAuthenticated",
        "TestBook::test_user_without_permission_only_reads",
    ),
    "model without a case": Mutation(
        "tests/test_resources.py", "    TestLoan,\n", "", "test_models_have_case_and_factory"
    ),
    "model without a factory": Mutation(
        "api/factories.py", "    LoanFactory,\n", "", "test_models_have_case_and_factory"
    ),
}

ACCOUNT_MUTATIONS = {
    "one purpose of links": Mutation(
        "accounts/links.py",
        'f"accounts.links.{self.page}"',
        '"accounts.links"',
        "tests/test_password_reset.py::test_token_of_other_purpose_is_refused",
    ),
    "links without expiration": Mutation(
        "accounts/links.py",
        "max_age=purpose.lifetime",
        "max_age=None",
        "tests/test_confirmation.py::test_link_expires",
    ),
    "reset without password": Mutation(
        "accounts/links.py",
        "    return user.password, user.email\n",
        "    return (user.email,)\n",
        "tests/test_password_reset.py::test_one_link_ends_all",
    ),
    "change without changes": Mutation(
        "accounts/email_change.py",
        "changed_at__gt=link.made_at",
        "pk=None",
        "tests/test_email_change.py::test_link_changes_address_once",
    ),
    "links of disabled users": Mutation(
        "accounts/links.py",
        "filter(pk=key, is_active=True)",
        "filter(pk=key)",
        "tests/test_email_change.py::test_change_of_disabled_user_is_refused",
    ),
    "registration after deletion": Mutation(
        "accounts/registration.py",
        "link.made_at <= used.used_at",
        "False",
        "tests/test_confirmation.py::test_link_is_dead_after_deletion",
    ),
    "mass assignment": Mutation(
        "accounts/confirmation.py",
        'fields = ("token", ',
        'fields = ("is_staff", "token", ',
        "tests/test_confirmation.py::test_other_fields_are_ignored",
    ),
    "restoration by a thief": Mutation(
        "accounts/email_change.py",
        "filter(pk__gte=change.pk)",
        "all()",
        "tests/test_email_change.py::test_first_owner_wins",
    ),
    "no current password": Mutation(
        "accounts/serializers.py",
        "authenticate(request, **login) != request.user",
        "False",
        "tests/test_password.py::test_wrong_password_is_refused",
    ),
    "last superuser": Mutation(
        "accounts/deletion.py",
        "not find_other_superusers(user)",
        "False",
        "tests/test_deletion.py::test_last_superuser_cannot_be_deleted",
    ),
    "limit for each tag": Mutation(
        "accounts/throttles.py",
        're.sub(r"\\+[^@]*@", "@", email)',
        "email",
        "tests/test_account_attacks.py::test_tags_do_not_evade_limit_of_mailbox",
    ),
    "one attempt to send": Mutation(
        "accounts/tasks.py",
        "if attempt == len(RETRY_DELAYS):",
        "if attempt == 0:",
        "tests/test_mail.py::test_mail_arrives_after_outage",
    ),
    "unchecked password of a login": Mutation(
        "tokens/authentication.py",
        "first() != user.password",
        "first() is None",
        "tests/test_revocation.py::test_password_changes_during_login",
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_project(ANSWERS, tmp_path_factory.mktemp("mutations") / "project")


@pytest.mark.slow
def test_project_without_mutation_passes(project: Path) -> None:
    tests_of_accounts = {mutation.test for mutation in ACCOUNT_MUTATIONS.values()}
    for tests in ((), tests_of_accounts):
        status, output = run_resource_tests(project, *tests)
        assert status == 0, output


@pytest.mark.slow
@pytest.mark.parametrize(
    "mutation",
    [*MUTATIONS.values(), *ACCOUNT_MUTATIONS.values()],
    ids=[*MUTATIONS, *ACCOUNT_MUTATIONS],
)
def test_mutation_is_caught(mutation: Mutation, project: Path, tmp_path: Path) -> None:
    mutant = copy_project(project, tmp_path / "project")
    change(mutant / mutation.path, mutation.before, mutation.after)
    status, output = run_resource_tests(mutant, mutation.test)
    # pytest exits with 1 if a test has failed, and with other statuses for other errors.
    assert status == 1, output
