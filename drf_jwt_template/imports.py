"""What the project's modules import: neither more nor less than the rest of them uses.

A template has no condition around an import; it asks here, by its own path, for its lines in ruff's
order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .answers import Answers


def _lines(*groups: Sequence[tuple[bool, str]]) -> str:
    """The lines that are needed, with a blank line between the groups."""
    texts = ["\n".join(line for needed, line in group if needed) for group in groups]
    return "\n\n".join(filter(None, texts))


def api_factories(project: Answers) -> str:
    source = "\n".join(
        f.fake(r) for r in project.resources for f in [*r.made_fields, *r.needed_many]
    )
    groups = (
        (
            (" dt." in source or "(dt." in source, "import datetime as dt"),
            ("Decimal(" in source, "from decimal import Decimal"),
            (True, "from typing import Any"),
            ("uuid4" in source, "from uuid import uuid4"),
        ),
        (
            ("timezone." in source, "from django.utils import timezone"),
            (True, "from factory.django import DjangoModelFactory"),
        ),
        (("UserFactory" in source, "from accounts.factories import UserFactory"),),
        ((True, "from . import models"),),
    )
    texts = ["\n".join(line for used, line in group if used) for group in groups]
    if "factory." in source:
        texts[1] = "import factory\n" + texts[1]
    return "\n\n".join(text for text in texts if text)


def api_filters(project: Answers) -> str:
    moments, durations = project.filters_moments, project.has_durations
    # As a module: a resource may be called Number.
    module = moments or durations or any(r.relations for r in project.resources)
    modules = ["fields"] * moments + ["filters"] * module
    database = ["DateTimeField"] * moments + ["DurationField"] * durations
    return _lines(
        (
            (durations, "from datetime import timedelta"),
            (moments or durations, "from typing import Any"),
        ),
        (
            (moments, "from django.core.exceptions import ValidationError"),
            (
                durations,
                "from django.core.validators import MaxValueValidator, MinValueValidator",
            ),
            (bool(database), f"from django.db.models import {', '.join(database)}"),
            (moments, "from django.utils import timezone"),
            (module, f"from django_filters import {', '.join(modules)}"),
            (True, "from django_filters.rest_framework import FilterSet"),
        ),
    )


def api_models(project: Answers) -> str:
    """The imports of api/models.py, in ruff's order."""
    used = {f.type for r in project.resources for f in r.fields if f.default is not None}
    standard = [
        line
        for types, line in (
            ({"date", "datetime", "time", "duration"}, "import datetime as dt"),
            ({"decimal"}, "from decimal import Decimal"),
            ({"uuid"}, "from uuid import UUID"),
        )
        if types & used
    ]
    django = ["from django.db import models"]
    if project.has_owners:
        django.insert(0, "from django.conf import settings")
    own = [f"from .validators import {', '.join(project.validator_names)}"] * bool(
        project.validator_names
    )
    groups = [standard, django, own]
    return "\n\n".join("\n".join(lines) for lines in groups if lines)


def api_schema(project: Answers) -> str:
    names = ["SAFE_METHODS", "AllowAny", "DjangoModelPermissions", "IsAuthenticated"]
    permissions = "".join(f"    {name},\n" for name in [*names, "IsAuthenticatedOrReadOnly"])
    extension = "from drf_spectacular.extensions import OpenApiSerializerFieldExtension"
    plumbing = ["ResolvedComponent"] + ["get_view_model"] * project.protects
    return _lines(
        (
            (project.protects, "from django.db.models import PROTECT, RESTRICT"),
            (True, "from drf_spectacular import openapi"),
            (project.has_times or project.has_durations, extension),
            (True, f"from drf_spectacular.plumbing import {', '.join(plumbing)}"),
            (True, "from rest_framework.authentication import SessionAuthentication"),
            (True, f"from rest_framework.permissions import (\n{permissions})"),
            (True, "from rest_framework_simplejwt import views"),
        ),
        ((project.cookie, "from tokens import cookies"),),
    )


def api_serializers(project: Answers) -> str:
    durations = project.has_durations
    owned = [f for r in project.resources for f in r.owned_relations]
    unique = any(field.unique for field in owned)
    return _lines(
        (
            (durations, "from datetime import timedelta"),
            (durations, "from typing import Any"),
        ),
        (
            (durations, "from django.db.models import DurationField"),
            (True, "from rest_framework import serializers"),
            (unique, "from rest_framework.validators import UniqueValidator"),
        ),
        (
            (True, "from . import models"),
            (durations, "from .filters import LONGEST"),
            (bool(owned), "from .ownership import OwnedRelatedField"),
        ),
    )


def api_validators(project: Answers) -> str:
    return _lines(
        (
            (True, "import math"),
            ("storable" in project.validator_names, "from typing import Any"),
        ),
        ((True, "from django.core.exceptions import ValidationError"),),
    )


def api_views(project: Answers) -> str:
    lines = ["from . import filters, models, serializers"]
    if project.has_owners:
        lines.append("from .ownership import OwnedViewSet")
    if project.plain_viewsets:
        lines[:0] = ["from rest_framework.viewsets import ModelViewSet", ""]
    return "\n".join(lines)


def config_settings(project: Answers) -> str:
    names = [*(["JWT_ABSOLUTE_LIFETIME"] if project.rotates else []), "JWT_KEYS", "SIMPLE_JWT"]
    # Names that the module does not use itself are given on by `as`.
    return "\n".join(f"from .jwt import {name} as {name}" for name in names)


def tests_conftest(project: Answers) -> str:
    permissions = project.permission == "DjangoModelPermissions"
    names = ["algorithm"] * project.rsa
    primitives = "from cryptography.hazmat.primitives"
    names += ["cookies"] * project.cookie + ["issuer"] * project.remote_keys
    return _lines(
        (
            (True, "import pytest"),
            (True, "import time_machine"),
            (project.rsa, f"{primitives}.asymmetric.types import PrivateKeyTypes"),
            (project.rsa, f"{primitives}.serialization import load_pem_private_key"),
            (permissions, "from django.contrib.auth import models as auth"),
            (True, "from django.core.cache import cache"),
            (True, "from django.db import connection"),
            (True, "from django.test import override_settings"),
            (True, "from django.urls import reverse"),
            (True, "from django.utils import timezone"),
            (True, "from rest_framework.test import APIClient"),
            (True, "from rest_framework_simplejwt.settings import api_settings"),
        ),
        (
            (True, "from accounts.hashers import PasswordHasher"),
            (True, "from accounts.models import User"),
            (bool(names), f"from tokens import {', '.join(names)}"),
            (project.remote_keys, "from tokens.algorithm import Key, new_key"),
        ),
    )


def tests_rows(project: Answers) -> str:
    return "from django.urls import reverse\n" if project.hyperlinked else ""


def tests_test_attacks(project: Answers) -> str:
    public, simplejwt = not project.symmetric, "from rest_framework_simplejwt"
    names = ["CREDENTIALS", "PASSWORD", "client_with"]
    names += ["log_out"] * bool(project.blacklist_path) + ["me", "refresh", "tokens_in"]
    serialization = "from cryptography.hazmat.primitives.serialization"
    return _lines(
        (
            (True, "import jwt"),
            (True, "import pytest"),
            (public, f"{serialization} import Encoding, PublicFormat"),
            (True, "from django.conf import settings"),
            (True, "from django.db import transaction"),
            (True, "from django.urls import reverse"),
            (True, "from rest_framework.test import APIClient"),
            (True, f"{simplejwt} import state"),
            (True, f"{simplejwt}.settings import api_settings"),
        ),
        (
            (True, "from accounts.models import User"),
            (public, "from tokens.algorithm import Key, new_key"),
        ),
        ((True, f"from .conftest import {', '.join(names)}"),),
    )


def tests_test_keys(project: Answers) -> str:
    public, primitives = not project.symmetric, "from cryptography.hazmat.primitives"
    algorithm = ["Key", "new_key"] + ["thumbprint"] * public
    hashes = public and project.key_module == "ec"
    return _lines(
        (
            (hashes, "import hashlib"),
            (True, "import os"),
            (public, "import subprocess"),
            (public, "import sys"),
            (True, "from collections.abc import Iterator"),
            (True, "from datetime import timedelta"),
            (True, "from io import StringIO"),
            (True, "from pathlib import Path"),
        ),
        (
            (hashes, "import jwt"),
            (True, "import pytest"),
            (True, "import time_machine"),
            (public, f"{primitives} import serialization"),
            (public, f"{primitives}.asymmetric import ec, ed448, rsa"),
            (public, f"{primitives}.asymmetric.types import PrivateKeyTypes"),
            (True, "from django.conf import settings"),
            (True, "from django.core.exceptions import ImproperlyConfigured"),
            (True, "from django.core.management import call_command"),
            (True, "from django.core.management.base import CommandError"),
            (True, "from django.test import override_settings"),
            (True, "from django.urls import reverse"),
            (True, "from django.utils import timezone"),
            (True, "from environ import Env"),
            (public, "from pytest_django.live_server_helper import LiveServer"),
            (True, "from rest_framework.test import APIClient"),
            (True, "from rest_framework_simplejwt import state"),
        ),
        (
            (True, "from accounts.models import User"),
            (True, f"from tokens.algorithm import {', '.join(algorithm)}"),
            (True, "from tokens.keys import MAX_AGE, KeyRing"),
        ),
        ((True, "from .conftest import CREDENTIALS, me"),),
    )


def tests_test_parallel(project: Answers) -> str:
    return _lines(
        (
            (not project.cookie, "import json"),
            (True, "import urllib.error"),
            (True, "import urllib.request"),
            (True, "from concurrent.futures import ThreadPoolExecutor"),
        ),
        (
            (True, "import pytest"),
            (True, "from django.urls import reverse"),
            (True, "from pytest_django.live_server_helper import LiveServer"),
        ),
        ((project.cookie, "from tokens import cookies"),),
        ((True, "from .conftest import refresh, tokens_in"),),
    )


def tests_test_purging(project: Answers) -> str:
    sliding_logout = bool(project.sliding and project.blacklist_path)
    names = ["log_out", "me"] * sliding_logout + ["refresh"]
    models = "from rest_framework_simplejwt.token_blacklist.models import"
    own = project.token_class_is_own
    return _lines(
        (
            (sliding_logout, "import time_machine"),
            (True, "from django.core.management import call_command"),
            (True, "from django.utils import timezone"),
            (not own, "from rest_framework_simplejwt import tokens as simplejwt"),
            (sliding_logout, "from rest_framework_simplejwt.settings import api_settings"),
            (project.blacklists, f"{models} BlacklistedToken, OutstandingToken"),
        ),
        (
            (True, "from accounts.models import User"),
            (own, "from tokens import revocation"),
            (project.sessions, "from tokens.models import Session"),
        ),
        ((True, f"from .conftest import {', '.join(names)}"),),
    )


def tests_test_tokens(project: Answers) -> str:
    own, rotates = project.token_class_is_own, project.rotates
    names = ["CREDENTIALS", "LOGIN", "PASSWORD", "Travel"]
    names += ["log_out"] * bool(project.blacklist_path) + ["me", "refresh"]
    names += ["tokens_in"]
    return _lines(
        (
            (True, "import jwt"),
            (True, "import pytest"),
            (rotates, "import time_machine"),
            (rotates, "from django.test import override_settings"),
            (True, "from django.urls import reverse"),
            (rotates and project.revokes, "from django.utils import timezone"),
            (True, "from rest_framework.test import APIClient"),
            (not own, "from rest_framework_simplejwt import tokens as simplejwt"),
            (True, "from rest_framework_simplejwt.settings import api_settings"),
        ),
        (
            (True, "from accounts.models import User"),
            (True, f"from tokens import {'revocation, ' * own}serializers, views"),
        ),
        ((True, f"from .conftest import {', '.join(names)}"),),
    )


def tokens_apps(project: Answers) -> str:
    lines = ["from django.contrib.auth.signals import user_login_failed"]
    if project.revokes:
        lines.insert(0, "from django.conf import settings")
        lines.append("from django.db.models.signals import post_save")
    return "\n".join(lines)


def tokens_authentication(project: Answers) -> str:
    simplejwt = "from rest_framework_simplejwt"
    return _lines(
        ((project.sessions, "from typing import Any"),),
        (
            (True, "from rest_framework.request import Request"),
            (True, f"{simplejwt} import authentication"),
            (project.sessions, f"{simplejwt}.exceptions import AuthenticationFailed"),
            (project.sessions, f"{simplejwt}.settings import api_settings"),
            (project.sessions, f"{simplejwt}.tokens import Token"),
        ),
        ((project.sessions, "from .models import Session"),),
    )


def tokens_backend(project: Answers) -> str:
    simplejwt = "from rest_framework_simplejwt"
    return _lines(
        (
            (project.sessions, "import re"),
            (True, "from typing import Any, cast"),
        ),
        (
            (True, "import jwt"),
            (True, "from django.conf import settings"),
            (True, "from django.contrib.auth import get_user_model"),
            (True, "from django.core.exceptions import ValidationError"),
            (True, "from django.db.models import Field"),
            (True, f"{simplejwt} import backends"),
            (True, f"{simplejwt}.exceptions import TokenBackendError"),
            (True, f"{simplejwt}.settings import api_settings"),
        ),
        ((project.remote_keys, "from . import issuer"),),
    )


def tokens_checks(project: Answers) -> str:
    return _lines(
        (
            (True, "from collections.abc import Iterator"),
            (True, "from typing import Any"),
        ),
        (
            (True, "from django.conf import settings"),
            (
                True,
                "from django.core.checks import CheckMessage, Error, Warning, register",
            ),
            (project.sessions, "from django.utils.module_loading import import_string"),
            (True, "from jwt import PyJWTError"),
            (True, "from rest_framework_simplejwt import state"),
            (True, "from rest_framework_simplejwt.exceptions import TokenBackendError"),
            (True, "from rest_framework_simplejwt.settings import api_settings"),
        ),
        ((project.sessions, "from . import revocation"),),
    )


def purge_tokens(project: Answers) -> str:
    blacklist = "from rest_framework_simplejwt.token_blacklist.models import"
    return _lines(
        (
            (True, "from argparse import ArgumentParser"),
            (True, "from typing import Any"),
        ),
        (
            (True, "from django.core.management.base import BaseCommand"),
            (project.blacklists, "from django.db import transaction"),
            (True, "from django.utils import timezone"),
            (project.blacklists, f"{blacklist} BlacklistedToken, OutstandingToken"),
        ),
        ((project.sessions, "from tokens.models import Session"),),
    )


def tokens_revocation(project: Answers) -> str:
    rotates, token_error = project.rotates, project.rotates or project.checks_used
    if project.sessions:
        names = "address_of, record" if rotates else "address_of"
        own = [f"from .events import {names}", "from .models import Session"]
        about_tokens, token_error = True, token_error or bool(project.blacklist_path)
    else:
        own = ["from .events import record"] * rotates
        about_tokens = rotates or project.sliding or project.checks_used
    return _lines(
        (
            (rotates, "import logging"),
            (rotates, "from datetime import timedelta"),
            (project.sessions or rotates or project.sliding, "from typing import Any"),
        ),
        (
            (project.blacklists and rotates, "from django.db import IntegrityError, transaction"),
            (project.sessions and rotates, "from django.db import connection"),
            (True, "from django.utils import timezone"),
            (project.sessions or rotates, "from rest_framework.request import Request"),
            (about_tokens, "from rest_framework_simplejwt import tokens"),
            (token_error, "from rest_framework_simplejwt.exceptions import TokenError"),
            (about_tokens, "from rest_framework_simplejwt.settings import api_settings"),
            (
                project.blacklists,
                "from rest_framework_simplejwt.token_blacklist.models import"
                " BlacklistedToken, OutstandingToken",
            ),
            (
                project.sessions or rotates or project.sliding,
                "from rest_framework_simplejwt.utils import datetime_from_epoch",
            ),
        ),
        [(True, "from accounts.models import User")],
        [(True, line) for line in own],
    )


def tokens_serializers(project: Answers) -> str:
    rotates, verifies = project.rotates, bool(project.verify_path)
    sessions = project.sessions
    own_authentication = verifies or not (sessions and rotates)
    tokens = ", ".join(["Token"] * (rotates or sessions) + ["UntypedToken"] * verifies)
    revocation = project.sessions or (
        project.blacklists and (rotates or project.sliding or project.checks_used)
    )
    return _lines(
        ((True, "from typing import Any"),),
        (
            (rotates, "from django.conf import settings"),
            (sessions, "from rest_framework.request import Request"),
            (
                sessions,
                "from rest_framework.serializers import ModelSerializer, SerializerMethodField",
            ),
            (
                True,
                "from rest_framework_simplejwt import "
                + "authentication, " * (sessions and rotates)
                + "serializers",
            ),
            (True, "from rest_framework_simplejwt.exceptions import AuthenticationFailed"),
            (True, "from rest_framework_simplejwt.settings import api_settings"),
            (bool(tokens), f"from rest_framework_simplejwt.tokens import {tokens}"),
            (rotates, "from rest_framework_simplejwt.utils import datetime_to_epoch"),
        ),
        (
            (revocation, "from . import revocation"),
            (own_authentication, "from .authentication import JWTAuthentication"),
            (True, "from .events import record"),
            (sessions, "from .models import Session"),
        ),
    )


def tokens_views(project: Answers) -> str:
    cookie, logout_by_cookie = project.cookie, bool(project.cookie and project.blacklist_path)
    http = ["HttpRequest, JsonResponse"] * (not project.symmetric)
    cache = ", ".join(["require_safe"] * (not project.symmetric))
    typing = ", ".join(["Any"] * logout_by_cookie + ["cast"] * project.sessions)
    own = ", ".join(["cookies"] * cookie + ["serializers"] * project.sessions + ["throttles"])
    answers = logout_by_cookie or project.sessions
    describes = cookie or project.sessions or bool(project.sliding and project.blacklist_path)
    return _lines(
        ((bool(typing), f"from typing import {typing}"),),
        (
            (not project.symmetric, "from django.conf import settings"),
            (project.sessions, "from django.db.models import QuerySet"),
            (bool(http), f"from django.http import {''.join(http)}"),
            (project.sessions, "from django.utils import timezone"),
            (True, "from django.utils.decorators import method_decorator"),
            (True, "from django.views.decorators.cache import cache_control"),
            (bool(cache), f"from django.views.decorators.http import {cache}"),
            (describes, "from drf_spectacular.utils import extend_schema"),
            (
                project.sessions,
                "from rest_framework.mixins import DestroyModelMixin, ListModelMixin",
            ),
            (project.sessions, "from rest_framework.permissions import IsAuthenticated"),
            (answers, "from rest_framework.request import Request"),
            (answers, "from rest_framework.response import Response"),
            (project.sessions, "from rest_framework.viewsets import GenericViewSet"),
            (True, "from rest_framework_simplejwt import views"),
        ),
        ((project.sessions, "from accounts.models import User"),),
        (
            (True, f"from . import {own}"),
            (project.sessions, "from .events import record"),
            (not project.symmetric, "from .keys import MAX_AGE"),
            (project.sessions, "from .models import Session"),
        ),
    )


IMPORTS: Mapping[str, Callable[[Answers], str]] = {
    "api/factories.py": api_factories,
    "api/filters.py": api_filters,
    "api/models.py": api_models,
    "api/schema.py": api_schema,
    "api/serializers.py": api_serializers,
    "api/validators.py": api_validators,
    "api/views.py": api_views,
    "config/settings.py": config_settings,
    "tests/conftest.py": tests_conftest,
    "tests/rows.py": tests_rows,
    "tests/test_attacks.py": tests_test_attacks,
    "tests/test_keys.py": tests_test_keys,
    "tests/test_parallel.py": tests_test_parallel,
    "tests/test_purging.py": tests_test_purging,
    "tests/test_tokens.py": tests_test_tokens,
    "tokens/apps.py": tokens_apps,
    "tokens/authentication.py": tokens_authentication,
    "tokens/backend.py": tokens_backend,
    "tokens/checks.py": tokens_checks,
    "tokens/management/commands/purge_tokens.py": purge_tokens,
    "tokens/revocation.py": tokens_revocation,
    "tokens/serializers.py": tokens_serializers,
    "tokens/views.py": tokens_views,
}
