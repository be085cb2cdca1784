"""Names: plurals, the forms of a name in the project, and the names that are not allowed."""

from __future__ import annotations

import hashlib
import keyword
import re

MAX_NAME = 30
MAX_CONSTRAINT = 63
"""The longest name that PostgreSQL stores."""

QUERY_PARAMETERS = ("cursor", "format", "ordering", "page", "page_size", "search")
"""The query parameters of every list. A field of that name is filtered by `<name>__exact`."""
TIMESTAMPS = ("created_at", "updated_at")
"""The timestamps of every resource, unless it has a field of that name."""
RESERVED_FIELDS = {
    **dict.fromkeys(("id", "pk"), "it is the primary key of every Django model"),
    "action_checkbox": "Django's admin has a column of that name",
    "csrfmiddlewaretoken": "Django's forms have a field of that name",
    "empty_values": "REST framework would validate it with validate_empty_values()",
    **{
        f"get_{step}_by_{name}": "Django adds a method of that name"
        for name in TIMESTAMPS
        for step in ("next", "previous")
    },
    "l": "PEP 8 advises against it, because it looks like a digit",
    "self": "Django cannot create a row with it",
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
USER = "User"
"""The project's user model, to which resources can refer."""
RESERVED_RESOURCES = {
    **dict.fromkeys(("False", "None", "True"), "it is a Python keyword"),
    **dict.fromkeys(("I", "O"), "PEP 8 advises against it, because it looks like a digit"),
    USER: "it is the project's user model",
}
RESERVED_CLASSES = {
    *keyword.kwlist,
    "Decimal",
    "DoesNotExist",
    "I",
    "Meta",
    "MultipleObjectsReturned",
    "NotUpdated",
    "O",
    "UUID",
}
"""Names that the class of a `choice` field must not have in models.py."""
CONSTRUCTOR_ARGUMENTS = ("cls", "model_class")
"""Names of arguments with which factory_boy creates a row."""
FACTORY_NAMES = {
    "build",
    "build_batch",
    "create",
    "create_batch",
    "dt",
    "factory",
    "generate",
    "generate_batch",
    "models",
    "reset_sequence",
    "simple_generate",
    "simple_generate_batch",
    "stub",
    "stub_batch",
    "timezone",
    "uuid4",
    *CONSTRUCTOR_ARGUMENTS,
}
"""Names that mean something else in a factory of factory_boy, or in factories.py."""

SERIALIZERS = (
    "CurrentPassword",
    "EmailChange",
    "LinkToken",
    "PasswordChange",
    "PasswordReset",
    "PasswordResetConfirm",
    "RegistrationConfirm",
    "TokenBlacklist",
    "TokenObtainPair",
    "TokenObtainSliding",
    "TokenRefresh",
    "TokenRefreshSliding",
    "TokenSession",
    "TokenVerify",
    "User",
    "UserInvitation",
    "UserReference",
    "UserRegistration",
)
"""The project's own serializers, without the ending of their names."""
PROJECT_COMPONENTS = {
    "BlankEnum",
    "ErrorCodes",
    "ErrorDetail",
    "FieldErrors",
    "NullEnum",
    "PaginatedTokenSessionList",
    "PaginatedUserReferenceList",
    "PatchedUserRequest",
    "TokenAccess",
    *(f"{name}{ending}" for name in SERIALIZERS for ending in ("", "Errors", "Request")),
}
"""Names of the project itself in the API's schema."""

CLIENT_NAMES = {
    "Any",
    "Array",
    "AuthenticatedClient",
    "BinaryIO",
    "Client",
    "Generator",
    "HTTPStatus",
    "Mapping",
    "Response",
    "T",
    "TextIO",
    "UUID",
    "Unset",
}
"""Names that mean something else in a client that openapi-python-client or openapi-ts generates."""

USER_ATTRIBUTES = {
    "acheck_password",
    "aget_all_permissions",
    "aget_group_permissions",
    "aget_user_permissions",
    "ahas_module_perms",
    "ahas_perm",
    "ahas_perms",
    "auth_token",
    "check_password",
    "date_joined",
    "email",
    "email_changes",
    "email_user",
    "first_name",
    "get_all_permissions",
    "get_email_field_name",
    "get_full_name",
    "get_group_permissions",
    "get_next_by_date_joined",
    "get_previous_by_date_joined",
    "get_session_auth_fallback_hash",
    "get_session_auth_hash",
    "get_short_name",
    "get_user_permissions",
    "get_username",
    "groups",
    "has_module_perms",
    "has_perm",
    "has_perms",
    "has_usable_password",
    "invitations",
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
    "normalize_username",
    "outstandingtoken",
    "outstandingtoken_set",
    "password",
    "sessions",
    "set_password",
    "set_unusable_password",
    "user_permissions",
    "username",
    "username_validator",
    *RESERVED_FIELDS,
}
"""Names that the reverse accessor of a relation to a user must not have."""

IRREGULAR_PLURALS = {
    "alga": "algae",
    "alumnus": "alumni",
    "axis": "axes",
    "bacterium": "bacteria",
    "criterion": "criteria",
    "datum": "data",
    "die": "dice",
    "echo": "echoes",
    "elf": "elves",
    "epoch": "epochs",
    "erratum": "errata",
    "genus": "genera",
    "hero": "heroes",
    "louse": "lice",
    "monarch": "monarchs",
    "nucleus": "nuclei",
    "ox": "oxen",
    "patriarch": "patriarchs",
    "phenomenon": "phenomena",
    "potato": "potatoes",
    "quiz": "quizzes",
    "scarf": "scarves",
    "sheaf": "sheaves",
    "stimulus": "stimuli",
    "stomach": "stomachs",
    "stratum": "strata",
    "thief": "thieves",
    "tomato": "tomatoes",
    "vertebra": "vertebrae",
    "veto": "vetoes",
    "volcano": "volcanoes",
    # Regular, although they end like one of the words below.
    "caiman": "caimans",
    "german": "germans",
    "human": "humans",
    "mongoose": "mongooses",
    "norman": "normans",
    "ottoman": "ottomans",
    "roman": "romans",
    "shaman": "shamans",
    "talisman": "talismans",
}
"""The plurals of words, in lower case, to which no rule applies."""
IRREGULAR_ENDINGS = {
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
    "sis": "ses",
    "tooth": "teeth",
    "wife": "wives",
    "wolf": "wolves",
}
"""The plurals of words that are also the end of others, such as `bookshelf` and `salesperson`."""
UNCOUNTABLE = {
    "advice",
    "aircraft",
    "baggage",
    "barracks",
    "bison",
    "cash",
    "cattle",
    "chassis",
    "clothes",
    "clothing",
    "crossroads",
    "data",
    "deer",
    "equipment",
    "evidence",
    "feedback",
    "fish",
    "furniture",
    "hardware",
    "headquarters",
    "homework",
    "information",
    "jewelry",
    "knowledge",
    "livestock",
    "luggage",
    "machinery",
    "means",
    "media",
    "merchandise",
    "metadata",
    "money",
    "moose",
    "music",
    "news",
    "offspring",
    "people",
    "personnel",
    "police",
    "premises",
    "salmon",
    "series",
    "sheep",
    "shrimp",
    "software",
    "spacecraft",
    "species",
    "staff",
    "swine",
    "telemetry",
    "traffic",
    "trout",
    "tuna",
    "weather",
    "wildlife",
}
"""Words whose plural is the same, in lower case."""


def pluralize(word: str) -> str:
    """Returns the plural of a lower-case English word; `at` corrects a wrong one."""
    if word in UNCOUNTABLE:
        return word
    if word in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[word]
    for ending, plural in IRREGULAR_ENDINGS.items():
        if word.endswith(ending):
            return word.removesuffix(ending) + plural
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
    member = choice.replace("-", "_").upper()
    # These look like digits.
    return f"{member}_" if member in ("I", "O") else member


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
