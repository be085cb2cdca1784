"""Cookiecutter and cruft from the command line: prompts, config files, replays, invalid answers."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

from .baking import BIN, CACHE, PROMPTS, ROOT, clean_environment, run, run_refused, run_uv
from .files import files_of
from .usual import USUAL, Renderer, copy_template, find_template

pytestmark = pytest.mark.costly

TOOLS = Path(sys.executable).parent
TEMPLATE = find_template()
VISIBLE = [name for name in PROMPTS if not name.startswith("_")]
NO_SETUP = "run_setup=no"
# Answers of projects that differ in many files, with texts that need quotes.
ANSWERS: dict[str, dict[str, Any]] = {
    "default": {},
    "quoted": {
        "project_name": 'Ünï "quoted" it\'s \\n {0} %s $HOME',
        "project_slug": "quoted",
        "algorithm": "ES256",
        "rotate_refresh_tokens": False,
        "token_verify_path": "none",
        "jwt_settings": "ISSUER=https://issuer.example; AUDIENCE=mobile, web",
    },
    "related": {
        "project_name": "Books",
        "resources": 'Shelf(label: str unique);\nBook(title: str = "it\'s", shelf: Shelf, owner: owner)',
        "resource_links": "url",
        "login_field": "email",
        "token_flow": "pair-with-refresh-cookie",
        "revocation": "sessions",
    },
    "stateless": {
        "api_prefix": "/",
        "django_version": "django-6.1",
        "token_flow": "sliding",
        "revocation": "none",
        "also_accept": "token",
    },
}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment variables that hide the user's own configuration from Cookiecutter."""
    config = tmp_path / "config.yaml"
    folders = {
        "replay_dir": str(tmp_path / "replay"),
        "cookiecutters_dir": str(tmp_path / "cookiecutters"),
    }
    config.write_text(yaml.safe_dump(folders), encoding="utf-8")
    return {"COOKIECUTTER_CONFIG": str(config)}


def cookiecutter(output: Path, *arguments: str, home: Mapping[str, str], good: bool = True) -> str:
    """Renders into the folder `output` and returns the printed text.

    Fails the test if the command fails, or with `good=False` if it succeeds.
    """
    output.mkdir(exist_ok=True)
    command = [str(TOOLS / "cookiecutter"), str(TEMPLATE), *arguments, "--output-dir", str(output)]
    shown = (run if good else run_refused)(*command, cwd=output.parent, **home)
    assert "Traceback" not in shown, shown
    return shown


@pytest.fixture
def default(tmp_path: Path, home: dict[str, str]) -> dict[str, bytes]:
    """The files of the default project."""
    cookiecutter(tmp_path / "default", "--no-input", NO_SETUP, home=home)
    return files_of(tmp_path / "default" / "my_api")


def test_rendering_is_complete_without_hooks(
    tmp_path: Path, home: dict[str, str], default: dict[str, bytes]
) -> None:
    cookiecutter(tmp_path / "out", "--no-input", "--accept-hooks", "no", home=home)
    assert files_of(only_folder(tmp_path / "out")) == default


def test_defaults_render_default_project(
    tmp_path: Path, home: dict[str, str], default: dict[str, bytes]
) -> None:
    process = subprocess.run(
        [TOOLS / "cookiecutter", str(TEMPLATE), "--output-dir", str(tmp_path)],
        input="\n" * (len(VISIBLE) - 1) + "n\n",
        env=clean_environment(**home, COLUMNS="500"),
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    assert files_of(tmp_path / "my_api") == default
    for sentences in PROMPTS["__prompts__"].values():
        for sentence in sentences.values() if isinstance(sentences, dict) else [sentences]:
            assert sentence in process.stdout


def test_prompts_fit_into_terminal() -> None:
    # Their examples and defaults need more than one line.
    longer = {"description", "resources"}
    for number, name in enumerate(VISIBLE, 1):
        sentences = PROMPTS["__prompts__"][name]
        lines = [f"  [{number}/{len(VISIBLE)}] "]
        if isinstance(sentences, dict):
            lines[0] += sentences["__prompt__"]
            lines += [f"    {n} - {sentences[choice]}" for n, choice in enumerate(PROMPTS[name], 1)]
        else:
            default = "[y/n] (y)" if isinstance(PROMPTS[name], bool) else f"({PROMPTS[name]})"
            lines[0] += sentences if "{{" in default else f"{sentences} {default}: "
        assert name in longer or all(len(line) <= 80 for line in lines), lines


def test_name_and_prefix_set_derived_defaults(tmp_path: Path, home: dict[str, str]) -> None:
    answers = ["project_name=Ünïted Books & Co", "api_prefix=v1"]
    cookiecutter(tmp_path, "--no-input", NO_SETUP, *answers, home=home)
    urls = (tmp_path / "united_books_co" / "tokens" / "urls.py").read_text("utf-8")
    assert re.findall(r'"(v1/token/[^"]*)"', urls) == [
        "v1/token/",
        "v1/token/refresh/",
        "v1/token/verify/",
        "v1/token/blacklist/",
    ]


@pytest.mark.parametrize(
    ("obtain", "refresh"),
    [("gettoken", "gettoken/refresh/"), ("gettoken/", "gettoken/refresh/")],
)
def test_refresh_path_follows_obtain_path(
    tmp_path: Path, home: dict[str, str], obtain: str, refresh: str
) -> None:
    cookiecutter(tmp_path, "--no-input", NO_SETUP, f"token_obtain_path={obtain}", home=home)
    urls = (tmp_path / "my_api" / "tokens" / "urls.py").read_text("utf-8")
    assert f'"{obtain}"' in urls
    assert f'"{refresh}"' in urls


def test_config_file_sets_defaults(tmp_path: Path, home: dict[str, str]) -> None:
    folders = yaml.safe_load(Path(home["COOKIECUTTER_CONFIG"]).read_text(encoding="utf-8"))
    config = tmp_path / "mine.yaml"
    resources = "Book(\n  title: str unique,\n  pages: int optional\n);\nShelf(label: str)\n"
    defaults = {"project_slug": "mine", "resources": resources, "run_setup": False}
    config.write_text(yaml.safe_dump({**folders, "default_context": defaults}), encoding="utf-8")
    cookiecutter(tmp_path / "out", "--no-input", "--config-file", str(config), home={})
    models = (tmp_path / "out" / "mine" / "api" / "models.py").read_text(encoding="utf-8")
    assert re.findall(r"^class (\w+)\(models\.Model\)", models, re.M) == ["Book", "Shelf"]


def cookiecutter_of(release: str) -> Path:
    """Returns the command of a release of Cookiecutter."""
    environment = CACHE / f"cookiecutter-{release}"
    CACHE.mkdir(exist_ok=True)
    with FileLock(CACHE / f"{environment.name}.lock"):
        if not shutil.which(environment / BIN / "cookiecutter"):
            package = f"cookiecutter~={release}.0"
            run_uv("venv", "--quiet", "--python", sys.executable, environment)
            run_uv("pip", "install", "--quiet", "--python", environment, package)
    return environment / BIN / "cookiecutter"


def oldest_cookiecutter() -> Path:
    """Returns the command of the oldest release that is supported."""
    return cookiecutter_of("2.6")


def test_oldest_cookiecutter_renders_same_files(
    tmp_path: Path, home: dict[str, str], default: dict[str, bytes]
) -> None:
    command = oldest_cookiecutter()
    for folder, answers in (("plain", []), ("fixed", ["rotate_refresh_tokens=off"])):
        options = ["--no-input", "--output-dir", str(tmp_path / folder), NO_SETUP, *answers]
        run(command, TEMPLATE, *options, cwd=tmp_path, **home)
    assert files_of(tmp_path / "plain" / "my_api") == default
    jwt = (tmp_path / "fixed" / "my_api" / "config" / "jwt.py").read_text("utf-8")
    assert '"ROTATE_REFRESH_TOKENS": False' in jwt


# Invalid answers


def command_in(shown: str) -> list[str]:
    """Returns the words of the command in the last line of a message, as a shell reads them."""
    code = "import json, sys; print(json.dumps(sys.argv[1:]))"
    command = shown.rstrip().rpartition("\n")[2]
    line = f'"{sys.executable}" -c "{code}" {command}'
    words: list[str] = json.loads(subprocess.check_output(line, shell=True))  # noqa: S602
    return words


BAD = ("project_slug=class", "access_token_lifetime=soon", "resources=Student(name: strng)")
GOOD = ("algorithm=ES384", "project_name=Kept it's", "superuser=o@example.org")


def test_invalid_answers_create_no_project(tmp_path: Path, home: dict[str, str]) -> None:
    output = tmp_path / "out"
    shown = cookiecutter(output, "--no-input", NO_SETUP, *BAD, *GOOD, home=home, good=False)
    assert list(output.iterdir()) == []
    for part in (
        "project_slug = 'class'",
        "must not be a Python keyword",
        "access_token_lifetime = 'soon'",
        "30s, 15m, 1h30m",
        "unknown type 'strng'; did you mean 'str'?",
        "Student(name: strng)\n" + " " * 20 + "^^^^^",
    ):
        assert part in shown
    # The printed command keeps the valid answers and the options.
    command = command_in(shown)
    assert command[:2] == [str(TOOLS / "cookiecutter"), str(TEMPLATE)]
    options = ["--no-input", "--output-dir", str(output)]
    assert sorted(command[2:]) == sorted([*options, *GOOD, "run_setup=False"])
    run(*command, cwd=tmp_path, **home)
    assert '"ALGORITHM": "ES384"' in (output / "kept_it_s" / "config" / "jwt.py").read_text("utf-8")


def test_command_keeps_answers_over_config_file(tmp_path: Path, home: dict[str, str]) -> None:
    config = tmp_path / "answers.yaml"
    context = {"algorithm": "ES256", "description": "Theirs", "login_field": "email"}
    config.write_text(yaml.safe_dump({"default_context": context}), "utf-8")
    options = ["--config-file", str(config), "--output-dir", str(tmp_path)]
    # Two answers are the template's defaults: first as arguments, then typed.
    answers = ["algorithm=HS256", f"description={USUAL['description']}"]
    given = [*options, "--no-input", *answers, "superuser=x"]
    shown = cookiecutter(tmp_path / "out", *given, home=home, good=False)
    assert {*answers, "login_field=email", str(config)} < set(command_in(shown))

    typed = {"algorithm": "2", "description": USUAL["description"], "superuser": "x"}
    process = subprocess.run(
        [TOOLS / "cookiecutter", str(TEMPLATE), *options],
        input="".join(f"{typed.get(name, '')}\n" for name in VISIBLE),
        env=clean_environment(**home),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert set(command_in(process.stderr)[2:]) == {*options, *answers, "login_field=email"}


def test_given_answer_like_default_is_refused(tmp_path: Path, home: dict[str, str]) -> None:
    answers = ["api_prefix=a b", "token_obtain_path=a b/token/"]
    shown = cookiecutter(tmp_path / "out", "--no-input", *answers, home=home, good=False)
    assert "token_obtain_path = 'a b/token/'" in shown
    assert "token_refresh_path" not in shown


def test_unknown_answer_is_refused(tmp_path: Path, home: dict[str, str]) -> None:
    answers = ["algoritm=ES256", "full_name=x"]
    shown = cookiecutter(tmp_path / "out", "--no-input", *answers, home=home, good=False)
    assert "algoritm = 'ES256'\n  must be the name of a prompt; did you mean algorithm?\n" in shown
    assert "full_name = 'x'\n  must be the name of a prompt\n" in shown
    assert command_in(shown)[2:] == ["--no-input", "--output-dir", str(tmp_path / "out")]
    # A config file serves all templates.
    config = tmp_path / "all.yaml"
    context = {"default_context": {"full_name": "x", "run_setup": False}}
    config.write_text(yaml.safe_dump(context), "utf-8")
    cookiecutter(tmp_path / "out", "--no-input", "--config-file", str(config), home=home)


def test_refusal_is_printed_in_any_encoding(tmp_path: Path, home: dict[str, str]) -> None:
    answers = ["superuser=x", "project_name=日本 Ünï"]
    environment = {**home, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    shown = cookiecutter(tmp_path / "out", "--no-input", *answers, home=environment, good=False)
    assert r"'project_name=\u65e5\u672c \xdcn\xef'" in shown


def test_old_cookiecutter_is_refused(tmp_path: Path, home: dict[str, str]) -> None:
    tool = cookiecutter_of("2.5")
    shown = run_refused(tool, TEMPLATE, "--no-input", NO_SETUP, cwd=tmp_path, **home)
    assert shown.startswith(
        "No project was created: the template needs Cookiecutter 2.6 and Python 3.10, or newer.\n"
        "This is Cookiecutter 2.5."
    )


def test_old_python_is_refused() -> None:
    path = ROOT / "drf_jwt_template" / "__init__.py"
    ast.parse(path.read_text("utf-8"), feature_version=(3, 7))
    code = "import sys; sys.version_info = (3, 9, 1); import drf_jwt_template"
    assert "with Python 3.9.\n" in run_refused(sys.executable, "-c", code, cwd=ROOT)


def test_invalid_replay_file_is_refused(tmp_path: Path, home: dict[str, str]) -> None:
    cookiecutter(tmp_path / "out", "--no-input", NO_SETUP, home=home)
    shutil.rmtree(tmp_path / "out" / "my_api")
    file = next((tmp_path / "replay").glob("*.json"))
    answers = json.loads(file.read_text("utf-8"))
    answers["cookiecutter"] |= {"token_obtain_path": "/x", "algorithm": "none"}
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(answers), "utf-8")
    shown = cookiecutter(tmp_path / "out", "--replay-file", str(bad), home=home, good=False)
    assert "token_obtain_path = '/x'" in shown
    assert "algorithm = 'none'\n  must be one of: HS256" in shown
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("release", ["oldest", "newest"])
@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"django_version": 6.1}, "6.1 provided for choice variable django_version"),
        ({"algorithm": "es256"}, "es256 provided for choice variable algorithm"),
        ({"resources": ["Author(name: str)", "Book(title: str)"]}, "must be one text"),
        # Cookiecutter 2.6 does not check this answer.
        ({"rotate_refresh_tokens": "perhaps"}, "rotate_refresh_tokens"),
    ],
)
def test_ignored_answer_of_config_file_is_refused(
    tmp_path: Path,
    home: dict[str, str],
    release: str,
    answer: dict[str, object],
    problem: str,
) -> None:
    # Cookiecutter ignores this answer and all that follow.
    context = {**answer, "login_field": "email"}
    config = tmp_path / "answers.yaml"
    config.write_text(yaml.safe_dump({"default_context": context}, sort_keys=False), "utf-8")
    output = tmp_path / "out"
    output.mkdir()
    tool = oldest_cookiecutter() if release == "oldest" else TOOLS / "cookiecutter"
    options = ["--no-input", "--config-file", str(config), "--output-dir", str(output)]
    shown = run_refused(tool, TEMPLATE, *options, NO_SETUP, cwd=tmp_path, **home)
    assert problem in shown
    assert list(output.iterdir()) == []


@pytest.mark.parametrize("name", ["a {{ b", "a {% b", "{{ 'a {' ~ '% b' }}"])
def test_template_syntax_in_answer_is_refused(
    tmp_path: Path, home: dict[str, str], name: str
) -> None:
    output = tmp_path / "out"
    answers = [NO_SETUP, f"project_name={name}", "project_slug=a"]
    shown = cookiecutter(output, "--no-input", *answers, home=home, good=False)
    assert "template" in shown
    assert list(output.iterdir()) == []


def test_existing_folder_is_unchanged(tmp_path: Path, home: dict[str, str]) -> None:
    folder = tmp_path / "out" / "my_api"
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("mine", "utf-8")
    shown = cookiecutter(tmp_path / "out", "--no-input", home=home, good=False)
    assert shown == f"No project was created: {folder} already exists.\n"
    assert files_of(folder) == {"mine.txt": b"mine"}


def setup_of(project: Path) -> str:
    """Returns the lines that continue the setup of a project."""
    windows = os.name == "nt"
    return f"  cd {project}" + ("\n  python scripts\\setup.py\n" if windows else " && make setup\n")


@pytest.mark.parametrize("release", ["oldest", "newest"])
def test_existing_project_can_be_continued(
    tmp_path: Path, home: dict[str, str], release: str
) -> None:
    tool = oldest_cookiecutter() if release == "oldest" else TOOLS / "cookiecutter"
    command = (tool, TEMPLATE, "--no-input", "project_slug=mine", "-o", "out")
    run(*command, NO_SETUP, cwd=tmp_path, **home)
    folder = tmp_path / "out" / "mine"
    (folder / "manage.py").unlink()
    shown = run_refused(*command, NO_SETUP, "algorithm=ES256", cwd=tmp_path, **home)
    assert f"{folder} already exists" in shown
    assert setup_of(folder) in shown
    assert not (folder / "manage.py").exists()
    run(*command_in(shown), cwd=tmp_path, **home)
    assert (folder / "manage.py").exists()
    assert '"ALGORITHM": "ES256"' in (folder / "config" / "jwt.py").read_text("utf-8")


# cruft


def git(*arguments: str, cwd: Path) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    return run("git", *identity, *arguments, cwd=cwd)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A git repository of the current template with its usual defaults, tagged as `v1.0.0`."""
    repository = copy_template(tmp_path / "template")
    git("init", "--quiet", "--initial-branch", "main", cwd=repository)
    commit(repository)
    git("tag", "v1.0.0", cwd=repository)
    return repository


def commit(repository: Path) -> None:
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--message", "A step", cwd=repository)


def cruft(*arguments: str, cwd: Path, home: Mapping[str, str], good: bool = True) -> str:
    # The hook calls uv, which must be on the PATH.
    path = {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    return (run if good else run_refused)(TOOLS / "cruft", *arguments, cwd=cwd, **path, **home)


def only_folder(output: Path) -> Path:
    (folder,) = output.iterdir()
    return folder


def create(
    template: Path, output: Path, home: Mapping[str, str], answers: Mapping[str, Any]
) -> Path:
    output.mkdir(exist_ok=True)
    options = ["--no-input", "--output-dir", str(output), "--extra-context", json.dumps(answers)]
    cruft("create", str(template), *options, cwd=output, home=home)
    return only_folder(output)


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_front_ends_render_same_files(
    tmp_path: Path, home: dict[str, str], template: Path, answers: dict[str, Any]
) -> None:
    given = {**answers, "run_setup": False}
    arguments = [f"{name}={value}" for name, value in given.items()]
    cookiecutter(tmp_path / "first", "--no-input", *arguments, home=home)
    expected = files_of(only_folder(tmp_path / "first"))

    rendered = Renderer().render(given)
    assert {path: text.encode() for path, text in rendered.items()} == expected

    cookiecutter(tmp_path / "second", "--replay", home=home)
    assert files_of(only_folder(tmp_path / "second")) == expected
    file = next((tmp_path / "replay").glob("*.json"))
    assert "PASSWORD" not in file.read_text("utf-8")
    kept = shutil.copy(file, tmp_path / "kept.json")
    cookiecutter(tmp_path / "third", "--replay-file", str(kept), home=home)
    assert files_of(only_folder(tmp_path / "third")) == expected

    files = files_of(create(template, tmp_path / "out", home, given))
    assert files.pop(".cruft.json")
    assert files == expected


def test_cruft_create_refuses_bad_answers(
    tmp_path: Path, home: dict[str, str], template: Path
) -> None:
    answers = {"access_token_lifetime": "0s", "algorithm": "ES384", "algoritm": "ES256"}
    output = tmp_path / "out"
    output.mkdir()
    options = ["--output-dir", "out", "--extra-context", json.dumps(answers), "-y"]
    shown = cruft("create", str(template), *options, cwd=tmp_path, home=home, good=False)
    assert "access_token_lifetime = '0s'" in shown
    assert "algoritm = 'ES256'" in shown
    assert list(output.iterdir()) == []
    command = command_in(shown)
    expected = ["cruft", "create", str(template), "--output-dir", "out", "-y"]
    assert command[:-1] == [*expected, "--extra-context"]
    assert json.loads(command[-1]) == {"algorithm": "ES384"}


def test_cruft_create_refuses_template_syntax(
    tmp_path: Path, home: dict[str, str], template: Path
) -> None:
    options = ["--no-input", "--extra-context", '{"project_name": "a {{ b"}']
    shown = cruft("create", str(template), *options, cwd=tmp_path, home=home, good=False)
    assert "invalid template syntax" in shown


def test_cruft_create_keeps_existing_project(
    tmp_path: Path, home: dict[str, str], template: Path
) -> None:
    project = create(template, tmp_path / "out", home, {"run_setup": False})
    before = files_of(project)
    options = ["--no-input", "--output-dir", "out"]
    shown = cruft("create", str(template), *options, cwd=tmp_path, home=home, good=False)
    assert setup_of(project) in shown
    assert command_in(shown)[1:] == ["create", str(template), *options, "--overwrite-if-exists"]
    assert files_of(project) == before
