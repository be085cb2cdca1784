"""Names: plurals, the forms of a name in the project, and the names that are not allowed."""

from __future__ import annotations

import hashlib
import keyword
import re

MAX_NAME = 30
MAX_CONSTRAINT = 63
"""The longest name that PostgreSQL stores."""

QUERY_PARAMETERS = ("cursor", "format", "ordering", "page", "page_size", "search")
RESERVED_FIELDS = {
    **dict.fromkeys(("id", "pk"), "it is the primary key of every resource"),
    **dict.fromkeys(("created_at", "updated_at"), "it is a timestamp of every resource"),
    **dict.fromkeys(
        ("does_not_exist", "meta", "multiple_objects_returned", "not_updated"),
        "its choices would hide a class of every Django model",
    ),
    "url": "it is the link of a hyperlinked resource",
    **dict.fromkeys(
        ("dt", "models", "settings", "validate_finite", "validate_storable"),
        "models.py imports a module or function of that name",
    ),
    "filters": "filters.py imports a module of that name",
    "l": "it looks like a digit",
    "self": "Django cannot create a row with it",
    **dict.fromkeys(("cls", "model_class"), "factory_boy cannot create a row with it"),
    "str": "models.py uses the type of that name",
    **dict.fromkeys(QUERY_PARAMETERS, "it is a query parameter of every list"),
    **dict.fromkeys(
        (
            "adelete",
            "arefresh_from_db",
            "asave",
            "check",
            "clean",
            "clean_fields",
            "date_error_message",
            "delete",
            "from_db",
            "full_clean",
            "get_constraints",
            "get_deferred_fields",
            "objects",
            "prepare_database_save",
            "refresh_from_db",
            "save",
            "save_base",
            "serializable_value",
            "unique_error_message",
            "validate_constraints",
            "validate_unique",
        ),
        "it is an attribute of every Django model",
    ),
}
RESERVED_RESOURCES = {
    **dict.fromkeys(("False", "None", "True"), "it is a Python keyword"),
    **dict.fromkeys(("I", "O"), "it looks like a digit"),
    "User": "it is the project's user model",
    **dict.fromkeys(("DjangoModel", "Owned"), "its classes would replace imported ones"),
    **dict.fromkeys(("Decimal", "Meta", "Model", "UUID"), "it has another meaning in models.py"),
}
RESERVED_CLASSES = ("Decimal", "Meta", "UUID")
"""Names in models.py that the class of a `choice` field would hide."""
FACTORY_NAMES = {
    "build",
    "build_batch",
    "create",
    "create_batch",
    "factory",
    "generate",
    "generate_batch",
    "reset_sequence",
    "simple_generate",
    "simple_generate_batch",
    "stub",
    "stub_batch",
}
"""Names that mean something else in a factory of factory_boy."""
CLASS_SUFFIXES = ("Admin", "FilterSet", "Serializer", "ViewSet")

PROJECT_COMPONENTS = {
    "ErrorDetail",
    "FieldErrors",
    "PaginatedTokenSessionList",
    "PatchedUserRequest",
    "TokenAccess",
    "TokenBlacklist",
    "TokenBlacklistRequest",
    "TokenObtainPair",
    "TokenObtainPairRequest",
    "TokenObtainSliding",
    "TokenObtainSlidingRequest",
    "TokenRefresh",
    "TokenRefreshRequest",
    "TokenRefreshSliding",
    "TokenRefreshSlidingRequest",
    "TokenSession",
    "TokenSessionRequest",
    "TokenVerify",
    "TokenVerifyRequest",
    "UserRequest",
}
"""Names of the project itself in the API's schema."""

USER_ATTRIBUTES = (
    "auth_token",
    "check_password",
    "clean",
    "date_joined",
    "delete",
    "email",
    "first_name",
    "full_clean",
    "groups",
    "has_perm",
    "has_perms",
    "id",
    "is_active",
    "is_anonymous",
    "is_authenticated",
    "is_staff",
    "is_superuser",
    "last_login",
    "last_name",
    "logentry",
    "logentry_set",
    "natural_key",
    "objects",
    "outstandingtoken",
    "outstandingtoken_set",
    "password",
    "permissions",
    "pk",
    "save",
    "sessions",
    "user_permissions",
    "username",
)
"""Names that the reverse accessor of an owner must not have."""

IRREGULAR_PLURALS = {
    "calf": "calves",
    "child": "children",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "loaf": "loaves",
    "man": "men",
    "mouse": "mice",
    "person": "people",
    "self": "selves",
    "shelf": "shelves",
    "thief": "thieves",
    "tooth": "teeth",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
}


def pluralize(word: str) -> str:
    """Returns the plural of a lower-case English word, by rule; `at` corrects a wrong one."""
    if word in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[word]
    if re.search("(s|x|z|ch|sh)$", word):
        return f"{word}es"
    if re.search("[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}s"


def split_words(name: str) -> list[str]:
    """Returns the words of a resource: `BookShelf` -> `["book", "shelf"]`."""
    parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+", name)
    return [part.lower() for part in parts]


def pluralize_words(words: list[str]) -> list[str]:
    *first, last = words
    return [*first, pluralize(last)]


def camel_case(name: str) -> str:
    """Returns the class name of a field: `work_state` -> `WorkState`."""
    return "".join(part.capitalize() for part in name.split("_"))


def choice_member(choice: str) -> str:
    """Returns the name of a choice in its class: `in-use` -> `IN_USE`."""
    return choice.replace("-", "_").upper()


def shorten_constraint(name: str) -> str:
    """Returns `name`, or its start and a hash if PostgreSQL would cut it."""
    if len(name) <= MAX_CONSTRAINT:
        return name
    return f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def find_resource_problem(name: str) -> str:
    """Returns why a resource cannot have the name, or the empty string."""
    subject = f"resource name {name!r}"
    if name == "none":
        return "'none' means no resources; remove it, or everything else"
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        hint = ""
        if re.fullmatch(r"[a-z_][A-Za-z0-9_]*", name):
            camel = "".join(word[:1].upper() + word[1:] for word in name.split("_"))
            hint = f"; did you mean {camel!r}?"
        return (
            f"{subject} must start with a capital letter and consist of ASCII letters and"
            f" digits{hint}"
        )
    if len(name) > MAX_NAME:
        return f"{subject} must have at most {MAX_NAME} characters"
    if name in RESERVED_RESOURCES:
        return f"{subject} is reserved: {RESERVED_RESOURCES[name]}"
    if name.endswith(CLASS_SUFFIXES):
        suffixes = ", ".join(CLASS_SUFFIXES)
        return f"{subject} must not end in a suffix of the project's classes: {suffixes}"
    return ""


def find_field_problem(name: str) -> str:
    """Returns why a field cannot have the name, or the empty string."""
    subject = f"field name {name!r}"
    if name in RESERVED_FIELDS:
        return f"{subject} is reserved: {RESERVED_FIELDS[name]}"
    if keyword.iskeyword(name):
        return f"{subject} is reserved: it is a Python keyword"
    if "__" in name or name.endswith("_"):
        return (
            f"{subject} must not contain a double underscore or end with an underscore:"
            " Django uses these in lookups"
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return (
            f"{subject} must start with a lower-case letter and consist of lower-case ASCII"
            " letters, digits and _"
        )
    if len(name) > MAX_NAME:
        return f"{subject} must have at most {MAX_NAME} characters"
    return ""


def factory_name(field: str) -> str:
    """Returns the name under which a factory declares a field."""
    return f"{field}_" if field in FACTORY_NAMES else field
