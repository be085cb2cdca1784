"""Static files as in production: compressed, and with a hash in their names."""

import asyncio
import gzip
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import AsyncClient, Client, override_settings
from django.urls import reverse

# Next to each other: otherwise, pytest-django runs those with a database first.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the collected files."""
    path = tmp_path_factory.mktemp("static")
    with use_root(path):
        call_command("collectstatic", verbosity=0, interactive=False)
    return path


def use_root(path: Path) -> override_settings:
    # The storage reads the list of files again if STORAGES changes.
    return override_settings(STATIC_ROOT=path, STORAGES={**settings.STORAGES})


@pytest.fixture
def bundle(root: Path) -> Iterator[str]:
    """The URL of the script of the API's documentation."""
    with use_root(root):
        page = Client().get(reverse("swagger-ui")).content.decode()
        found = re.search(r'src="(/static/\S+/swagger-ui-bundle\.[0-9a-f]{12}\.js)"', page)
        assert found
        yield found.group(1)


def test_file_is_compressed_and_immutable(bundle: str) -> None:
    response = Client().get(bundle, headers={"accept-encoding": "gzip"})
    assert response.status_code == 200
    assert response["Content-Encoding"] == "gzip"
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Length"] == str(len(response.content))
    assert gzip.decompress(response.content) == Client().get(bundle).content


def test_conditional_requests_of_file(bundle: str) -> None:
    client = Client()
    whole = client.get(bundle)
    same = client.get(bundle, headers={"if-none-match": whole["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    part = client.get(bundle, headers={"range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert client.get(bundle, headers={"range": f"bytes={10**12}-"}).status_code == 416
    head = client.head(bundle)
    assert (head["Content-Length"], head.content) == (whole["Content-Length"], b"")


async def read_async(url: str) -> bytes:
    response = await AsyncClient().get(url)
    return response.content


def test_file_under_asgi(bundle: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asyncio.run(read_async(bundle)) == Client().get(bundle).content


def test_admin_page(client: Client, bundle: str) -> None:
    page = client.get(reverse("admin:login")).content.decode()
    assert re.search(r"/static/admin/css/base\.[0-9a-f]{12}\.css", page)


def test_page_without_collected_files(client: Client, tmp_path: Path) -> None:
    with use_root(tmp_path):
        page = client.get(reverse("swagger-ui"))
    assert page.status_code == 200
    assert "/swagger-ui-bundle.js" in page.text
