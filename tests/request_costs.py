"""Counts what the requests of a project cost. Runs in its folder, by its Python.

    python request_costs.py [OPERATION ...]

Prints the imported modules, and the queries of each operation. Run by callgrind, the named operations
also run in child processes, FEW and MANY times: the difference of their instructions is that of the
additional requests. Their ids are in the output.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults

FEW, MANY = 10, 30
PASSWORD = "correct horse battery staple"
STUDENT = {"name": "Ada", "roll": 1, "city": "London"}


def prepare() -> dict[str, Callable[[], object]]:
    """Loads the project, and returns functions that send a request each."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.wsgi import get_wsgi_application

    application: Any = get_wsgi_application()
    # It would take a minute to check a slow hash by callgrind.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = get_user_model().objects.create_user(f"user-{os.getpid()}", password=PASSWORD)
    tokens: dict[str, str] = {}

    def send(method: str, path: str, body: object = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_ACCEPT": "application/json",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
        }
        if "access" in tokens:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {tokens['access']}"
        setup_testing_defaults(environ)
        statuses = []
        response = application(environ, lambda status, headers: statuses.append(status))
        text = b"".join(response)
        response.close()
        if not statuses[0].startswith("2"):
            sys.exit(f"{method} {path}: {statuses[0]} {text.decode()}")
        return json.loads(text)

    def log_in() -> None:
        body = {"username": user.get_username(), "password": PASSWORD}
        tokens.update(send("POST", "/api/token/", body))

    def refresh() -> None:
        tokens.update(send("POST", "/api/token/refresh/", {"refresh": tokens["refresh"]}))

    log_in()
    for _ in range(25):
        student = send("POST", "/api/students/", STUDENT)
    url = f"/api/students/{student['id']}/"
    return {
        "login": log_in,
        "list": lambda: send("GET", "/api/students/"),
        "one": lambda: send("GET", url),
        "create": lambda: send("POST", "/api/students/", STUDENT),
        "update": lambda: send("PUT", url, STUDENT),
        "refresh": refresh,
    }


def count_queries(operation: Callable[[], object]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        operation()
    return len(queries)


def repeat(log_in: Callable[[], object], operation: Callable[[], object], times: int) -> int:
    """Runs an operation in a child process after a login, and returns the id of the process."""
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        assert status == 0
        return child
    log_in()
    for _ in range(times):
        operation()
    os._exit(0)


def main() -> None:
    sys.path.insert(0, ".")
    operations = prepare()
    # The first requests load modules and fill caches.
    queries = {
        name: [count_queries(send) for _ in range(3)][-1] for name, send in operations.items()
    }
    packages = [name for name in sys.modules if name.split(".")[0] not in sys.stdlib_module_names]
    from django.db import connection

    connection.close()
    children = {
        name: [repeat(operations["login"], operation, times) for times in (FEW, MANY)]
        for name, operation in operations.items()
        if name in sys.argv[1:]
    }
    print(json.dumps({"modules": len(packages), "queries": queries, "children": children}))


if __name__ == "__main__":
    main()
