"""Counts the costs of a project that are the same in each run.

    python -m tests.costs

Records them in costs.json, after a change that is meant to change them. TEST_DATABASE_URL names a
PostgreSQL server; valgrind must be installed.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers import Peer, build_project, build_simplejwt_60

from . import request_costs
from .baking import BIN, create_database, environment_for, run, skip_unavailable
from .proving import renderer

RECORD = Path(__file__).with_name("costs.json")
# A smaller change is none: packages have new releases.
TOLERANCE = 0.03
OPERATIONS = ("login", "list", "one", "create", "update", "refresh")

Costs = dict[str, float]


def count_costs(folder: Path) -> Costs:
    """Returns the costs of the default project by their names.

    Instructions are relative to those of Simple JWT's documentation, so that they depend little on
    the machine and on the releases of packages.
    """
    if not shutil.which("valgrind"):
        skip_unavailable("valgrind is not installed")
    python = environment_for("django-5.2") / BIN / "python"
    with create_database("postgresql", python, folder) as url:
        reference, _ = count_requests(build_simplejwt_60(folder / "reference", url), folder)
    with create_database("postgresql", python, folder) as url:
        instructions, others = count_requests(build_project(folder / "project", url), folder)
    rendered = renderer.render({})
    return {
        "bytes of the rendering": sum(len(text.encode()) for text in rendered.values()),
        **others,
        **{
            f"instructions of {name}": round(count / reference[name], 3)
            for name, count in instructions.items()
        },
    }


def count_requests(
    peer: Peer, folder: Path, operations: Sequence[str] = OPERATIONS
) -> tuple[dict[str, int], Costs]:
    """Returns the instructions of these operations, and the modules and queries."""
    counts = Path(tempfile.mkdtemp(dir=folder))
    output = run(
        *("valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={counts}/%p"),
        *(peer.python, request_costs.__file__),
        *operations,
        cwd=peer.folder,
        PYTHONHASHSEED="0",
        **peer.variables,
    )
    found = json.loads(output.splitlines()[-1])
    instructions = {}
    for name, children in found["children"].items():
        few, many = (read_instructions(counts / str(child)) for child in children)
        instructions[name] = (many - few) // (request_costs.MANY - request_costs.FEW)
    queries = {f"queries of {name}": count for name, count in found["queries"].items()}
    return instructions, {"imported modules": found["modules"], **queries}


def read_instructions(file: Path) -> int:
    found = re.search(r"^summary: (\d+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, file
    return int(found[1])


def compare_costs(found: Costs, recorded: Costs) -> list[str]:
    """Returns a line for each cost that has changed."""
    return [
        f"{name}: {found.get(name)} instead of {recorded.get(name)}"
        for name in {**recorded, **found}
        if name not in found
        or name not in recorded
        or abs(found[name] - recorded[name]) > TOLERANCE * recorded[name]
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        costs = count_costs(Path(name))
    RECORD.write_text(json.dumps(costs, indent=2) + "\n", encoding="utf-8")
