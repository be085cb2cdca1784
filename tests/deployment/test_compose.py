"""The Dockerfile and the compose files: they fit together, and linters accept them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.rendering import write

from ..baking import run
from ..proving import renderer

FULL = {"deployment": "docker", "accounts": "open", "revocation": "sessions"}
SMALL = {"deployment": "docker", "accounts": "closed", "revocation": "none", "project_slug": "No"}
CONTAINERS = {"web", "secrets", "migrate", "worker", "purge"}
SECRET_FILES = {"database_url", "jwt.txt", "secret_key"}


@pytest.mark.parametrize("answers", [FULL, SMALL], ids=["full", "small"])
def test_linters_accept_files(answers: dict[str, str], tmp_path: Path) -> None:
    write(renderer.render(answers), tmp_path)
    tools = Path(sys.executable).parent
    assert run(tools / "hadolint", "Dockerfile", cwd=tmp_path) == ""
    schema = ("--builtin-schema", "vendor.compose-spec")
    run(
        *(tools / "check-jsonschema", *schema, "compose.yaml", "compose.development.yaml"),
        cwd=tmp_path,
    )


def read_services(answers: dict[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    files = renderer.render(answers)
    services: dict[str, Any] = yaml.safe_load(files["compose.yaml"])["services"]
    return files, services


def test_small_project_has_no_needless_container() -> None:
    files, services = read_services(SMALL)
    assert set(services) == {"cache", "database", "migrate", "secrets", "web"}
    assert services["database"]["environment"]["POSTGRES_USER"] == "No"
    assert services["web"]["image"] == "${IMAGE:-no}"
    assert set(yaml.safe_load(files["compose.development.yaml"])["services"]) == {"web"}


def test_containers_of_project_agree_with_it() -> None:
    files, services = read_services(FULL)
    assert {name for name, service in services.items() if "build" in service} == CONTAINERS
    commands = "\n".join(path for path in files if "/commands/" in path)
    for name in CONTAINERS:
        service = services[name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        command = " ".join(service.get("command", []))
        for used in re.findall(r"manage\.py (\w+)", command):
            assert used == "migrate" or f"/{used}.py" in commands, used
        for variable, value in service["environment"].items():
            known = variable if variable in files[".env.example"] else variable[: -len("_FILE")]
            assert f"{known}=" in files[".env.example"], variable
            folder, _, file = value.rpartition("/")
            assert folder != "/run/secrets" or file in SECRET_FILES, variable
    # The image's health check asks the server, which only one of them is.
    unchecked = {name for name in CONTAINERS if "healthcheck" in services[name]}
    assert unchecked == CONTAINERS - {"web"}
    port = re.search(r"^EXPOSE (\d+)$", files["Dockerfile"], re.MULTILINE)
    assert port
    assert services["web"]["ports"] == [f"127.0.0.1:${{WEB_PORT:-8000}}:{port[1]}"]
    graceful = re.search(r"^graceful_timeout = (\d+)$", files["gunicorn.conf.py"], re.MULTILINE)
    assert graceful
    assert int(services["web"]["stop_grace_period"].removesuffix("s")) > int(graceful[1])


def test_conditions_of_containers_can_be_met() -> None:
    _, services = read_services(FULL)
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"], (name, other)
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert "restart" not in services[other], (name, other)


def test_secrets_are_written_by_one_container() -> None:
    files, services = read_services(FULL)
    mounts = {
        name: mount
        for name, service in services.items()
        for mount in service.get("volumes", [])
        if mount.startswith("secrets:")
    }
    assert {name for name, mount in mounts.items() if not mount.endswith(":ro")} == {"secrets"}
    written = set(re.findall(r'\bfolder / "([^"]+)"', files["config/secret_files.py"]))
    assert written == SECRET_FILES
    assert services["secrets"]["command"][-2:] == ["/run/secrets", "/run/database"]
    # The server of the database needs none of the project's secrets.
    assert "database" not in mounts
    password = services["database"]["environment"]["POSTGRES_PASSWORD_FILE"]
    assert password == "/run/database/password"
    assert 'database_folder / "password"' in files["config/secret_files.py"]


@pytest.mark.parametrize(
    ("ci", "path"), [("github", ".github/workflows/ci.yml"), ("gitlab", ".gitlab-ci.yml")]
)
def test_ci_has_servers_of_production(ci: str, path: str) -> None:
    files = renderer.render({"deployment": "docker", "ci": ci, "database": "postgresql"})
    # Not the ports of URLs.
    server = re.compile(r"\b(postgres|redis):(\d+)\b(?!/)")
    assert set(server.findall(files[path])) == set(server.findall(files["compose.yaml"]))
