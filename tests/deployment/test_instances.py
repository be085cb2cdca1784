"""Three instances of a project behind nginx, which share one PostgreSQL and one Redis."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from itertools import cycle, islice
from typing import Any

import pytest

from ..baking import run, skip_unavailable, wait_for_minute
from . import instances
from .instances import Deployment, observe, run_deployment
from .load import Client, Load, Response, read_part
from .servers import find_postgresql

pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(os.name == "nt", reason="the servers are those of POSIX systems"),
]

ANSWERS = {
    "algorithm": "ES256",
    "database": "postgresql",
    "resources": "Student(name: str unique, roll: int, city: str)",
}
THREADS = 8


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    if not shutil.which("nginx") or not shutil.which("redis-server"):
        skip_unavailable("nginx or redis-server is not installed")
    try:
        find_postgresql()
    except FileNotFoundError as error:
        skip_unavailable(str(error))
    with run_deployment(ANSWERS) as started:
        yield started


@pytest.fixture(scope="module", autouse=True)
def replaced(deployment: Deployment) -> tuple[float, str, dict[str, str]]:
    """A refresh token that was replaced at the beginning, its successor, and the time."""
    client = Client(deployment.nginx.port)
    token = client.log_in().json()["refresh"]
    return time.monotonic(), token, client.refresh(token).json()


@pytest.fixture
def clients(deployment: Deployment) -> list[Client]:
    """One client of each instance, without nginx."""
    return [Client(instance.port) for instance in deployment.instances]


def send_concurrently(
    deployment: Deployment, number: int, send: Callable[[Client], Response], address: str = ""
) -> list[Response]:
    """Sends requests to all instances in turn, each with a connection of its own."""
    ports = [instance.port for instance in deployment.instances]
    clients = [Client(port, address) for port in islice(cycle(ports), number)]
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(send, clients))


def read_key_id(token: str) -> Any:
    return read_part(token, 0)["kid"]


def test_token_is_valid_at_all_until_logout(clients: list[Client]) -> None:
    first, *others = clients
    tokens = first.log_in().json()
    assert [client.read_user(tokens["access"]) for client in others] == [200, 200]
    assert (
        others[0].send("POST", "/api/token/blacklist/", {"refresh": tokens["refresh"]}).status
        == 200
    )
    assert [client.read_user(tokens["access"]) for client in clients] == [401] * 3
    assert [client.refresh(tokens["refresh"]).status for client in clients] == [401] * 3


def test_concurrent_refreshes_have_one_successor(
    deployment: Deployment, clients: list[Client]
) -> None:
    token = clients[0].log_in().json()["refresh"]
    responses = send_concurrently(deployment, 12, lambda client: client.refresh(token))
    assert Counter(response.status for response in responses) == {200: 12}
    identifiers = {read_part(one.json()["refresh"], 1)["jti"] for one in responses}
    assert len(identifiers) == 1
    assert read_part(token, 1)["jti"] not in identifiers


def test_failed_logins_count_at_all(deployment: Deployment) -> None:
    # After an outage of Redis in another test, each process counts for itself for a while.
    instances.restart_instances(deployment)
    wait_for_minute(20)
    responses = send_concurrently(
        deployment, 18, lambda client: client.log_in("wrong"), address="192.0.2.1"
    )
    assert Counter(response.status for response in responses) == {401: 10, 429: 8}


def test_key_of_one_is_accepted_by_all(deployment: Deployment, clients: list[Client]) -> None:
    """The new key is copied to the other machines while it does not sign yet."""
    own, *others = deployment.key_files
    old = clients[0].log_in().json()
    with Load(deployment.nginx.port, old["access"], THREADS) as load:
        variables = {**deployment.variables, "JWT_SIGNING_KEY_FILE": str(own)}
        python = deployment.commands / "python"
        run(python, "manage.py", "rotate_signing_key", cwd=deployment.project, **variables)
        text = own.read_text(encoding="utf-8")
        start = datetime.now(timezone.utc) + timedelta(seconds=3)
        # The command leaves five minutes, for a test too much.
        text = re.sub(r"(?<=signs from )\S+", start.isoformat(), text, count=1)
        for file in (own, *others):
            file.write_text(text, encoding="utf-8")
        before = clients[0].log_in().json()
        time.sleep(3.2)
        responses = send_concurrently(deployment, 3, Client.log_in)
    assert not [sample for sample in load.samples if sample.has_failed]
    new = [response.json()["access"] for response in responses]
    known = {read_key_id(tokens["access"]) for tokens in (old, before)}
    assert len(known) == 1
    assert not known & set(map(read_key_id, new))
    for client in clients:
        tokens = [*new, old["access"], before["access"]]
        assert [client.read_user(token) for token in tokens] == [200] * 5


@pytest.mark.parametrize(
    "fault",
    [
        instances.kill_worker,
        instances.kill_instance,
        instances.crash_postgresql,
        instances.freeze_postgresql,
    ],
)
def test_fault_ends_by_itself(deployment: Deployment, fault: Callable[[Deployment], None]) -> None:
    outcome = observe(deployment, fault, THREADS)
    assert outcome.requests > THREADS
    assert not outcome.lost
    assert not outcome.late
    if fault is not instances.crash_postgresql:
        # The requests in flight.
        assert len(outcome.failed) <= THREADS
    if fault is instances.freeze_postgresql:
        assert not outcome.failed


@pytest.mark.parametrize("fault", [instances.restart_instances, instances.reload_instance])
def test_release_fails_no_request(
    deployment: Deployment, fault: Callable[[Deployment], None]
) -> None:
    outcome = observe(deployment, fault, THREADS)
    assert outcome.requests > THREADS
    assert not outcome.lost
    assert not outcome.failed


def test_frozen_cache_delays_each_process_once(
    deployment: Deployment, clients: list[Client]
) -> None:
    def count_outages() -> int:
        lines = "".join(instance.read_log() for instance in deployment.instances).splitlines()
        return sum("cache_unavailable" in line for line in lines)

    before = count_outages()
    deployment.redis.notify_all(signal.SIGSTOP)
    try:
        # Several for each process.
        assert [client.log_in().status for client in clients * 5] == [200] * 15
    finally:
        deployment.redis.notify_all(signal.SIGCONT)
    assert 3 <= count_outages() - before <= 6


def test_replay_at_one_ends_session_at_all(
    clients: list[Client], replaced: tuple[float, str, dict[str, str]]
) -> None:
    start, token, successor = replaced
    # Until JWT_REPEAT_WINDOW ends, a repetition is no replay.
    time.sleep(max(0, start + 10.5 - time.monotonic()))
    assert [client.read_user(successor["access"]) for client in clients] == [200] * 3
    assert clients[0].refresh(token).status == 401
    assert [client.read_user(successor["access"]) for client in clients] == [401] * 3
    assert [client.refresh(successor["refresh"]).status for client in clients] == [401] * 3
