"""The key ring and its rotation."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import mkdtemp

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from environ import Env
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient
from rest_framework_simplejwt import state

from accounts.models import User
from tokens.algorithm import ALGORITHM, Key, compute_thumbprint, generate_key
from tokens.keys import DELAY, KeyRing

from .conftest import CREDENTIALS, status_with_token

LOGIN_URL = reverse("{{ project.paths.obtain_name }}")


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[KeyRing]:
    """A key ring in a file, which the project uses during the test."""
    file = tmp_path / "keys"
    file.write_text(generate_key())
    with override_settings(JWT_KEYS=KeyRing(file)):
        yield settings.JWT_KEYS


def rotate_keys(**options: bool) -> str:
    out = StringIO()
    call_command("rotate_signing_key", stdout=out, **options)
    return out.getvalue()


def fetch_access_token(client: APIClient) -> str:
    token: str = client.post(LOGIN_URL, CREDENTIALS).json()["{{ project.tokens.access_field }}"]
    return token


def test_rotation_keeps_old_tokens_valid(
    ring: KeyRing, user: User, anonymous: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    old, before = fetch_access_token(anonymous), ring.signer.verifying
    assert "Older keys: 1 kept, 0 deleted." in rotate_keys()
    assert "key_rotated" in {getattr(record, "event", "") for record in caplog.records}
    # Other servers may not have the file until then, and other services cache the old public keys.
    assert ring.signer.verifying == before
    with time_machine.travel(timezone.now() + DELAY, tick=False):
        assert ring.signer == ring.keys[0]
        assert status_with_token(fetch_access_token(anonymous)) == 200
    assert status_with_token(old) == 200
    assert ring.file
    # Windows has no file modes.
    assert os.name == "nt" or ring.file.stat().st_mode & 0o777 == 0o600


def test_rotation_is_seen_by_other_processes(ring: KeyRing) -> None:
    other = KeyRing(ring.file)
    assert len(other.keys) == 1
    rotate_keys()
    assert len(other.keys) == 2
    # % if project.keys.symmetric
    assert [key.signing for key in other.keys] == [key.signing for key in ring.keys]
    # % else
    assert [key.kid for key in other.keys] == [key.kid for key in ring.keys]
    # % endif


def test_rotation_deletes_expired_keys(ring: KeyRing) -> None:
    # % if project.tokens.sliding
    longest = {{ project.tokens.access_lifetime | duration }} + state.token_backend.get_leeway()
    # % else
    longest = {{ project.tokens.refresh_lifetime | duration }} + state.token_backend.get_leeway()
    # % endif
    rotate_keys()
    end = timezone.now() + DELAY + longest
    with time_machine.travel(end - timedelta(seconds=10), tick=False):
        assert "Older keys: 2 kept, 0 deleted." in rotate_keys()
    with time_machine.travel(end, tick=False):
        assert "Older keys: 2 kept, 1 deleted." in rotate_keys()


def test_rotation_drop_old_deletes_all_old_keys(
    ring: KeyRing, user: User, anonymous: APIClient
) -> None:
    old = fetch_access_token(anonymous)
    rotate_keys(drop_old=True)
    assert status_with_token(old) == 401
    assert ring.keys == (ring.signer,)
    assert status_with_token(fetch_access_token(anonymous)) == 200


def test_rotation_fails_while_another_runs(ring: KeyRing) -> None:
    assert ring.file
    draft = ring.file.with_name("keys.new")
    draft.touch()
    with pytest.raises(CommandError, match="another rotation"):
        rotate_keys()
    assert len(ring.keys) == 1


def test_key_without_start_does_not_sign(ring: KeyRing) -> None:
    """A key that is added by hand signs when it is the only one, or from the datetime above it."""
    old = ring.signer.verifying
    assert ring.file
    oldest = ring.file.read_text()
    added = generate_key()
    ring.file.write_text(f"{added}\n{oldest}")
    assert len(ring.keys) == 2
    assert ring.signer.verifying == old
    assert "tokens.W004" in {message.id for message in run_checks(tags=["tokens"])}
    ring.file.write_text(f"# signs from 2020-01-01T00:00:00+00:00\n{added}\n{oldest}")
    assert ring.signer == ring.keys[0]
    ring.file.write_text(added)
    assert ring.signer == ring.keys[0]
    assert ring.signer.verifying != old


@pytest.mark.skipif(os.name == "nt", reason="Windows restricts symbolic links")
def test_mounted_secret_is_reloaded(tmp_path: Path) -> None:
    """Replaces the file by another target of a symbolic link, as Kubernetes does."""

    def mount(text: str) -> None:
        folder = Path(mkdtemp(prefix="..", dir=tmp_path))
        (folder / "keys").write_text(text)
        # Both versions can have the same time of modification.
        os.utime(folder / "keys", (0, 0))
        (tmp_path / "..data_tmp").symlink_to(folder.name)
        (tmp_path / "..data_tmp").replace(tmp_path / "..data")

    oldest = generate_key()
    mount(oldest)
    (tmp_path / "keys").symlink_to("..data/keys")
    ring = KeyRing(tmp_path / "keys")
    assert len(ring.keys) == 1
    mount(f"# signs from 2020-01-01T00:00:00+00:00\n{generate_key()}\n{oldest}")
    assert len(ring.keys) == 2
    assert ring.signer == ring.keys[0]


def test_broken_file_keeps_known_keys(ring: KeyRing) -> None:
    keys = ring.keys
    assert ring.file
    for start in ("2020-01-01T00:00:00", "today"):
        ring.file.write_text(f"# signs from {start}\n{generate_key()}", encoding="utf-8")
        assert ring.keys == keys
    ring.file.write_text("# no key", encoding="utf-8")
    assert ring.keys == keys
    ring.file.unlink()
    assert ring.keys == keys


def test_rotation_refuses_keys_in_environment() -> None:
    old, new = generate_key(), generate_key()
    with override_settings(JWT_KEYS=KeyRing(keys=(new, old))):
        with pytest.raises(CommandError, match="JWT_SIGNING_KEY_FALLBACKS"):
            rotate_keys()
        assert len(settings.JWT_KEYS.keys) == 2


@pytest.mark.parametrize("escaped", [False, True])
def test_keys_are_read_from_environment(
    escaped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [generate_key(), generate_key()]
    monkeypatch.delenv("JWT_SIGNING_KEY_FILE", raising=False)
    texts = [key.replace("\n", "\\n") if escaped else key for key in keys]
    monkeypatch.setenv("JWT_SIGNING_KEY", texts[0])
    monkeypatch.setenv("JWT_SIGNING_KEY_FALLBACKS", texts[1])
    ring = KeyRing.from_environment(Env(), tmp_path)
    assert ring.signer == ring.keys[0]
    # % if project.keys.symmetric
    assert [key.signing for key in ring.keys] == keys
    # % else
    assert [key.kid for key in ring.keys] == [Key(key).kid for key in keys]
    # % endif


@pytest.mark.parametrize("variable", ["JWT_SIGNING_KEY", "JWT_SIGNING_KEY_FILE"])
def test_missing_key_prevents_start(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JWT_SIGNING_KEY", "JWT_SIGNING_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, " " if variable == "JWT_SIGNING_KEY" else "missing")
    with pytest.raises(ImproperlyConfigured, match=variable):
        KeyRing.from_environment(Env(), tmp_path)
# % if project.keys.symmetric


@pytest.mark.parametrize("secret", ["", "short", "a" * 200, "changethis" * 3])
def test_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        Key(secret)
# % else


def to_pem(key: PrivateKeyTypes, password: bytes = b"") -> str:
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    ).decode()


@pytest.mark.parametrize(
    "text",
    [
        "no key",
        to_pem(ec.generate_private_key(ec.SECP256K1())),
        to_pem(ed448.Ed448PrivateKey.generate()),
        to_pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505
        to_pem(ec.generate_private_key(ec.SECP521R1()), b"secret"),
    ],
    ids=["text", "curve", "kind", "small", "encrypted"],
)
def test_unsuitable_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Key(text)


def test_jwks_lists_public_keys(ring: KeyRing, anonymous: APIClient) -> None:
    rotate_keys()
    response = anonymous.get(reverse("jwks"))
    assert response["Cache-Control"] == "public, max-age=300"
    keys = response.json()["keys"]
    assert [key["kid"] for key in keys] == [key.kid for key in ring.keys]
    assert not any("d" in key for key in keys)


# Another service, which knows only the URL of the public keys.
VERIFY = """import sys, jwt
algorithm, url, *tokens = sys.argv[1:]
keys = jwt.PyJWKClient(url)
for token in tokens:
    try:
        key = keys.get_signing_key_from_jwt(token)
        jwt.decode(token, key, algorithms=[algorithm], options={"verify_aud": False})
        print("good")
    except jwt.PyJWTError:
        print("bad")
"""


@pytest.mark.django_db(transaction=True)
def test_jwks_lets_another_service_verify_tokens(
    ring: KeyRing, user: User, anonymous: APIClient, live_server: LiveServer
) -> None:
    url = live_server.url + reverse("jwks")
    tokens = [fetch_access_token(anonymous)]
    for drop_old, expected in ((False, ["good", "good"]), (True, ["bad", "bad", "good"])):
        rotate_keys(drop_old=drop_old)
        tokens.append(fetch_access_token(anonymous))
        service = [sys.executable, "-c", VERIFY, ALGORITHM, url, *tokens]
        assert subprocess.check_output(service, text=True).split() == expected


def test_key_id_is_rfc_7638_thumbprint() -> None:
    """Uses the examples of RFC 7638, section 3.1, and RFC 8037, appendix A.3, where they fit."""
    # % if project.keys.rsa
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJ"
        "ECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2"
        "QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh"
        "6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert compute_thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    # % elif project.keys.module == "ed25519"
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "a"}
    assert compute_thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    # % else
    jwk = {"crv": "P-256", "kty": "EC", "x": "a", "y": "b"}
    text = b'{"crv":"P-256","kty":"EC","x":"a","y":"b"}'
    digest = jwt.utils.base64url_encode(hashlib.sha256(text).digest()).decode()
    assert compute_thumbprint({"use": "sig", **jwk}) == digest
    # % endif
# % endif
