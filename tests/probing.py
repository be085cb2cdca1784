"""Changes a SIMPLE_JWT setting by hand and prints what a rendered project then does, as JSON.

    python probing.py NAME=JSON ...

A JSON object contains the arguments of a timedelta.

Runs in the folder of a project whose database contains the user ada, by the project's own Python.
"""

import datetime as dt
import json
import os
import sys
from typing import Any

sys.path.insert(0, ".")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
PASSWORD = "correct horse battery staple"


def main(changes: dict[str, str]) -> dict[str, Any]:
    from config import settings

    for name, text in changes.items():
        value = json.loads(text)
        settings.SIMPLE_JWT[name] = dt.timedelta(**value) if isinstance(value, dict) else value
    if "CHECK_USER_IS_ACTIVE" in changes:
        settings.AUTHENTICATION_BACKENDS = ["own.ModelBackend"]
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["testserver"]

    import django
    from django.core.checks import run_checks

    django.setup()
    found: dict[str, Any] = {"checks": sorted(m.id for m in run_checks(tags=["tokens"]))}
    if not found["checks"]:
        observe(found)
    return found


def observe(found: dict[str, Any]) -> None:
    import jwt
    from accounts.models import User
    from django.urls import NoReverseMatch, reverse
    from rest_framework.test import APIClient
    from rest_framework_simplejwt import authentication, state
    from rest_framework_simplejwt.settings import api_settings
    from rest_framework_simplejwt.tokens import UntypedToken

    def post(name: str, token: str) -> Any:
        field = "token" if name == "verify" or sliding else "refresh"
        kind = "_sliding" if name == "refresh" and sliding else ""
        return APIClient().post(reverse(f"token_{name}{kind}"), {field: token})

    def me(token: str, header: str = api_settings.AUTH_HEADER_NAME, kind: str = "") -> int:
        kind = kind or authentication.AUTH_HEADER_TYPES[0]
        client = APIClient(**{header: f"{kind} {token}"})
        return client.get(reverse("user-me")).status_code

    user = User.objects.get(username="ada")
    try:
        obtain, sliding = reverse("token_obtain_pair"), False
    except NoReverseMatch:
        obtain, sliding = reverse("token_obtain_sliding"), True
    credentials = {"username": "ada", "password": PASSWORD}
    response = APIClient().post(obtain, credentials)
    found["login"] = response.status_code
    if response.status_code != 200:
        return
    body = response.json()
    found["login_body"] = sorted(body)
    token, long = body.get("token") or body["access"], body.get("token") or body["refresh"]
    claims = found["claims"] = jwt.decode(token, options={"verify_signature": False})
    found["long_claims"] = jwt.decode(long, options={"verify_signature": False})
    found["me"] = me(token)
    found["me_authorization"] = me(token, "HTTP_AUTHORIZATION", "Bearer")
    late = int(claims["iat"]) - 30
    found["expired"] = me(state.token_backend.encode(claims | {"exp": late}))
    found["last_login"] = User.objects.get().last_login is not None
    stateless = authentication.JWTStatelessUserAuthentication()
    found["token_user"] = type(stateless.get_user(UntypedToken(token))).__name__
    try:
        state.token_backend.encode(claims | {"date": dt.date(2026, 1, 31)})
        found["encodes_dates"] = True
    except TypeError:
        found["encodes_dates"] = False
    verified = post("verify", token)
    found["verify"], found["verify_body"] = verified.status_code, sorted(verified.json())
    refreshed = post("refresh", long)
    found["refresh"], found["refresh_body"] = refreshed.status_code, sorted(refreshed.json())
    new = refreshed.json()
    token = new.get("token") or new.get("access") or token
    user.is_active = False
    user.save()
    found["disabled_me"], found["disabled_login"] = (
        me(token),
        APIClient().post(obtain, credentials).status_code,
    )
    user.is_active = True
    user.save()
    last = APIClient().post(obtain, credentials).json()
    try:
        out = post("blacklist", last.get("token") or last["refresh"])
        found["logout"], found["logout_body"] = out.status_code, sorted(out.json())
    except NoReverseMatch:
        found["logout_body"] = None
    last = APIClient().post(obtain, credentials).json()
    User.objects.update(password="changed")  # noqa: S106
    found["changed_me"] = me(last.get("token") or last["access"])


if __name__ == "__main__":
    print(json.dumps(main(dict(text.split("=", 1) for text in sys.argv[1:]))))
