"""Generates clients from an OpenAPI description, and checks their types."""

from __future__ import annotations

import functools
import json
import re
import shutil
import sys
from pathlib import Path

from filelock import FileLock

from ..baking import BIN, CACHE, find_python, run, run_uv
from .node import install_packages

SOURCES = Path(__file__).parent
# The generator needs an older typer than cruft.
PYTHON_PACKAGES = ("openapi-python-client==0.29.1", "httpx==0.28.1")
IMPORT_ALL = """
import importlib, pkgutil, api_client
for module in pkgutil.walk_packages(api_client.__path__, "api_client."):
    importlib.import_module(module.name)
"""
COMPILER_OPTIONS = {
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "noUnusedLocals": True,
    "skipLibCheck": True,
    "noEmit": True,
    "target": "es2022",
    "lib": ["es2022", "dom", "dom.iterable"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "types": [],
}


@functools.cache
def install_python_packages() -> Path:
    """Returns the environment with the generator of Python clients, and what clients import."""
    # The generator needs Python 3.11 or newer.
    python = find_python("django-6.1")
    environment = CACHE / "-".join(PYTHON_PACKAGES).replace("==", "-")
    stamp = environment / "installed"
    CACHE.mkdir(exist_ok=True)
    with FileLock(CACHE / "openapi-python-client.lock"):
        if not stamp.exists():
            run_uv("venv", "--quiet", "--clear", "--python", python, environment)
            run_uv("pip", "install", "--quiet", "--python", environment, *PYTHON_PACKAGES)
            stamp.touch()
    return environment


def generate_python(schema: Path, folder: Path) -> None:
    """Writes the package api_client. Fails if the generator warns."""
    client = folder / "api_client"
    options = ("--meta", "none", "--fail-on-warning", "--output-path", client)
    config = folder / "config.yaml"
    # Without ruff, which only formats.
    config.write_text("package_name_override: api_client\npost_hooks: []\n", encoding="utf-8")
    command = install_python_packages() / BIN / "openapi-python-client"
    arguments = ("generate", "--path", schema, "--config", config, *options)
    output = run(command, *arguments, cwd=folder, COLUMNS="1000", NO_COLOR="1")
    assert output.split() == ["Generating", str(client)], output


def check_python(folder: Path, *modules: str) -> None:
    """Checks the types of these modules and of the client with mypy, and imports the client."""
    python = install_python_packages() / BIN / "python"
    command: list[str | Path] = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"]
    # All clients share what mypy knows of other packages.
    command += ["--cache-dir", CACHE / "mypy-clients", "--python-executable", python]
    command += ["--package", "api_client", *(f"--module={name}" for name in modules)]
    with FileLock(CACHE / "mypy-clients.lock"):
        run(*command, cwd=folder, MYPYPATH=str(folder))
    run(python, "-c", IMPORT_ALL, cwd=folder)


def generate_openapi_fetch(schema: Path, folder: Path) -> None:
    """Writes schema.ts. Fails if the generator warns."""
    output = run_npm(folder, "openapi-typescript", schema, "--output", folder / "schema.ts")
    assert re.fullmatch(r"✨ openapi-typescript \S+\n🚀 \S+ → \S+ \[\S+\]\n", output), output


def generate_hey_api(schema: Path, folder: Path) -> None:
    """Writes the folder client. Fails if the generator warns."""
    options = ("--output", folder / "client", "--client", "@hey-api/client-fetch", "--no-log-file")
    output = run_npm(folder, "openapi-ts", "--input", schema, *options)
    plain = re.sub(r"\x1b\[\d+m", "", output)
    expected = (
        r"@hey-api/openapi-ts \S+\n\n"
        r"\[Job 1\] ⏳ Generating from 1 input:\n\[Job 1\]   \[1\] \S+\n"
        r"\[Job 1\] ✅ Done! Your output is in \S+\n"
    )
    assert re.fullmatch(expected, plain), output


def check_typescript(folder: Path, *files: Path, **options: bool) -> None:
    """Checks the types of files and of all that they import."""
    link_packages(folder)
    settings = {
        "compilerOptions": {**COMPILER_OPTIONS, **options},
        "files": [str(file.relative_to(folder)) for file in files],
    }
    (folder / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    run_npm(folder, "tsc", "--project", folder)


def bundle(file: Path) -> Path:
    """Returns a script for Node.js."""
    script = file.with_suffix(".mjs")
    options = ("--bundle", "--format=esm", "--platform=node", f"--outfile={script}")
    run_npm(file.parent, "esbuild", file, *options, "--log-level=warning")
    return script


def run_npm(folder: Path, command: str, *arguments: str | Path) -> str:
    return run(install_packages() / "node_modules" / ".bin" / command, *arguments, cwd=folder)


def link_packages(folder: Path) -> None:
    """Links the npm packages, so that the files of the folder can import them."""
    packages = folder / "node_modules"
    if not packages.exists():
        packages.symlink_to(install_packages() / "node_modules", target_is_directory=True)


def copy_sources(language: str, folder: Path) -> Path:
    """Copies the scenario of a language, and its parts for each project, beside the clients."""
    shutil.copytree(SOURCES / language, folder)
    return folder
