"""The house itself: the lock, the compose file, what may never be committed."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from cli.common import WITHOUT_TENSORFLOW

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text()
ROOMS = frozenset({"bot", "cli", "common", "db", "model", "reporting", "worker"})


def parts() -> dict[str, list[str]]:
    """Requirement lines of the lock, by part."""
    found: dict[str, list[str]] = {}
    for line in LOCK.splitlines():
        if line.startswith("# part: "):
            found[line.removeprefix("# part: ")] = []
        elif line and not line.startswith((" ", "#")):
            found[list(found)[-1]].append(line)
    return found


def test_every_locked_requirement_is_pinned_and_hashed() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK)
    requirements = [block for block in blocks if not block.startswith("#")]
    assert len(requirements) > 100
    for block in requirements:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


def test_the_lock_names_no_host() -> None:
    assert "://" not in LOCK
    assert "index-url" not in LOCK


def test_serving_installs_no_tensorflow_and_training_does() -> None:
    serving = " ".join(parts()["serve"] + parts()["local"])
    assert not re.search(r"\b(tensorflow|keras|kaggle|torch|pandas|seaborn|scipy)==", serving)
    assert re.search(r"\btensorflow==", " ".join(parts()["tests"]))


PYTHONS = ("3.11.7", "3.12.1", "3.13.0", "3.14.0")
"""Versions of Python that the lock is for, the oldest and the newest among them."""


def installed(python: str, *names: str) -> set[str]:
    """Packages that pip installs of parts of the lock with a version of Python, on Linux."""
    here = {"python_version": python.rpartition(".")[0], "python_full_version": python, "sys_platform": "linux"}
    here |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    wanted = [Requirement(line.removesuffix("\\")) for name in names for line in parts()[name]]
    found = [one.name for one in wanted if one.marker is None or one.marker.evaluate(here)]
    assert len(found) == len(set(found)), "two versions of one package"
    return set(found)


def test_every_python_that_the_project_takes_is_in_the_lock() -> None:
    taken = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert all(python in SpecifierSet(taken) for python in PYTHONS)
    assert not {"3.10.9", "3.15.0"} & {*SpecifierSet(taken).filter(["3.10.9", "3.15.0"])}
    assert "not (3, 11) <= sys.version_info < (3, 15)" in (ROOT / "Makefile").read_text()
    for page in ("README.md", "CONTRIBUTING.md"):
        assert "3.11 to 3.14" in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("python", PYTHONS)
def test_serving_leaves_nothing_out_on_any_python(python: str) -> None:
    """But for what an older Python lacks, and is in newer ones, or the other way round."""
    everywhere = {line.split("==")[0] for part in ("serve", "local") for line in parts()[part]}
    assert everywhere - installed(python, "serve", "local") <= {"async-timeout", "audioop-lts", "colorama", "tzdata"}


def test_only_training_is_left_out_where_tensorflow_has_no_wheel() -> None:
    without = installed("3.13.0", "tests") - installed("3.14.0", "tests")
    assert {"keras", "tensorflow"} <= without
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {Requirement(one).name.lower() for extra in project["optional-dependencies"].values() for one in extra}
    assert without & asked == {"keras", "tensorflow"}
    assert WITHOUT_TENSORFLOW == (3, 14)
    assert installed("3.14.0", "tests") < installed("3.13.0", "tests") == installed("3.11.7", "tests")


def test_no_part_brings_video_codecs() -> None:
    """PyAV has x264 and x265 (GPL) inside; SimCord asks for it for audio and video alone."""
    assert not re.search(r"\bav==", LOCK)


def test_every_locked_package_is_named_with_its_licence() -> None:
    page = (ROOT / "docs" / "third-party.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (\S+) \| (\S+) \| (.+) \| (?:serving|`reelfeel up`|training, tests) \|$", page, re.MULTILINE
    )
    locked = [re.split(r"[\s;]", line)[0] for lines in parts().values() for line in lines]
    assert sorted(f"{name}=={version}" for name, version, _ in rows) == sorted(set(locked))
    assert {licence for _, _, licence in rows} & {"", "UNKNOWN"} == set()


def test_every_direct_dependency_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[\[<>=! ]", d)[0].lower().replace(".", "-") for d in wanted}
    locked = {line.split("==")[0].lower().replace(".", "-") for lines in parts().values() for line in lines}
    assert names - locked == set()


def cut(file: str) -> str:
    """What is left of the lock where a file cuts it with sed before installing."""
    (script,) = set(re.findall(r"sed '(/\^# part: [^']*)'", (ROOT / file).read_text()))
    script = script.replace("$$", "$")
    line = ["sed", script, str(ROOT / "requirements.lock")]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout


def test_the_makefile_and_the_image_install_their_parts_of_the_lock() -> None:
    names = [line.split("==")[0] for part in ("serve", "local", "tests") for line in parts()[part]]
    serve, local = len(parts()["serve"]), len(parts()["local"])
    assert re.findall(r"^([\w.-]+)==", cut("Makefile"), re.MULTILINE) == names[: serve + local]
    assert re.findall(r"^([\w.-]+)==", cut("Dockerfile"), re.MULTILINE) == names[:serve]


def recipes() -> dict[str, list[str]]:
    """Lines of the Makefile's recipes by target, with the name of the virtual environment's folder filled in."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "Makefile").read_text().splitlines():
        if target := re.match(r"([a-z-]+):(?!=)", line):
            found[target[1]] = []
        elif line.startswith("\t") and found:
            found[list(found)[-1]].append(line.strip().replace("$(BIN)/", ""))
    return found


def test_make_runs_what_it_says() -> None:
    made = recipes()
    pytest_line = "PYTEST  = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder"
    assert pytest_line in (ROOT / "Makefile").read_text().splitlines()
    compiling, tests = made["test"]
    assert compiling.startswith("@find tests -name 'test_*.py' |")
    assert compiling.endswith("--collect-only -qq > /dev/null 2>&1 || true")
    assert tests == "$(PYTEST) -n 4"
    assert made["check"] == [
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "lint-imports --no-cache",
        "python .ci/files",
    ]
    assert made["test-fast"] == ['$(PYTEST) -n 2 -m "not slow"']
    assert made["up"] == ["@exec reelfeel up"]
    assert [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("make ")] == [
        "make check",
        "make test",
    ]


def test_every_module_that_make_runs_is_there() -> None:
    lines = [line for recipe in recipes().values() for line in recipe]
    modules = {module for line in lines for module in re.findall(r"python -m ([\w.]+)", line)}
    modules -= {"compileall", "pip", "zipfile"}
    assert {"tests.faults.run", "common.settings_example", "bot.translations"} <= modules
    for module in modules - {"pytest"}:
        path = ROOT.joinpath(*module.split("."))
        source = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__main__.py"
        assert 'if __name__ == "__main__":' in source.read_text(encoding="utf-8"), module
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(recipes()) <= set(phony[1].split()) | {"install", "install-dev"}, "a file of that name would stop make"


def test_compose_runs_commands_that_exist() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {"bot", "worker", "redis", "postgres", "migrate"} <= set(services)
    help_of = [sub.split() for sub in ("bot", "worker", "health bot", "db upgrade --need-keys")]
    commands = [services[name]["command"] for name in ("bot", "worker", "migrate")]
    assert [*commands, services["bot"]["healthcheck"]["test"][2:]] == [
        help_of[0],
        help_of[1],
        help_of[3],
        help_of[2],
    ]
    assert "appendonly" in " ".join(services["redis"]["command"])
    assert all("healthcheck" in services[name] for name in ("bot", "worker", "redis", "postgres"))


def tracked() -> list[Path]:
    """Every file that git knows, by its path below ROOT."""
    lines = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [Path(line) for line in lines.split("\0") if line]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_nobody_is_told_to_install_reelfeel_from_an_index() -> None:
    """No package of that name is ours: whoever takes it would be installed. `make install` and `install-dev` are."""
    told = re.compile(r"reelfeel\[|\bpip3?\b[^\n|]*\binstall\b[^\n|]*\breelfeel\b", re.IGNORECASE)
    assert told.search("run pip install 'reelfeel[train]'")
    assert told.search("pip install -U reelfeel")
    texts = [path for path in tracked() if path.suffix in {".py", ".md", ".po", ".yml", ".toml", ".ipynb", ".html", ""}]
    assert len(texts) > 400
    found = {str(path) for path in texts if told.search((ROOT / path).read_text(encoding="utf-8"))}
    assert found - {"tests/test_house.py"} == set()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_no_data_is_committed() -> None:
    made_up = Path("docs/tutorials/festival.csv")
    data = [path for path in tracked() if re.search(r"\.(parquet|csv|sqlite3?|db)$|uv\.lock$", str(path))]
    assert data == [made_up]


def test_one_file_says_what_forked_processes_have_loaded() -> None:
    """A process has one server that forks: a second list takes the place of the first, whose tests load all anew."""
    call = "set_forkserver_" + "preload"
    named = [file for file in (ROOT / "tests").rglob("*.py") if call in file.read_text("utf-8")]
    assert named == [ROOT / "tests" / "fixtures" / "commands.py"]


def test_names_of_tests_are_the_same_in_every_process(request: pytest.FixtureRequest) -> None:
    parameters = [
        (item.name, value)
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        for value in item.callspec.params.values()
        if isinstance(value, bytes) and len(value) > 1
    ]
    for name, value in parameters:  # what is packed has the second of its making in it
        assert value.decode("ascii", "backslashreplace") not in name, name


WITHOUT_TESTS = {
    # Nothing but names: what uses them is tested.
    "common/aspects.py": None,
    "common/stars.py": None,
    "model/data/errors.py": None,
    "model/text/cue_words.py": None,
    "worker/files/columns/months.py": None,
    # Compiled code, compared with what defines it.
    "model/aspects/clause_kernel.py": "tests/model/aspects/test_compiled_finder.py",
    # These run a model of Keras, or train one.
    "model/training/keras_reference.py": "tests/model/scenarios/test_parity.py",
    "model/training/teachers/lm_classifier.py": "tests/model/scenarios/test_training_runs.py",
    # Parts of the job on a GPU need PyTorch, which the project does not install.
    **dict.fromkeys(
        (
            f"model/training/gpu/job/{name}.py"
            for name in (
                *("command", "encoder", "fitting", "log", "packed", "readings", "rewording", "student", "students"),
                "texts",
            )
        ),
        "tests/model/scenarios/test_gpu_job.py",
    ),
}
"""Modules without a test file of their name, and where each is tested; None where there is nothing to test."""


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_the_tests_of_a_module_are_in_the_file_of_its_name() -> None:
    paths = {path for path in tracked() if path.suffix == ".py" and path.parts[0] in ROOMS}
    modules = {path for path in paths if path.name not in ("__init__.py", "__main__.py")}
    assert len(modules) > 300
    lacking = {str(path) for path in modules if not (ROOT / "tests" / path.parent / f"test_{path.name}").is_file()}
    assert lacking - set(WITHOUT_TESTS) == set(), "each needs a file of its name in tests, or a word in WITHOUT_TESTS"
    assert set(WITHOUT_TESTS) - lacking == set(), "these are gone, or have a test file by now"
    for module, scenario in WITHOUT_TESTS.items():
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        if scenario is None:
            kinds = {type(node) for node in ast.walk(tree)}
            assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef}, f"{module} has something to test"
        else:
            assert (ROOT / scenario).is_file(), module


OURS = re.compile(r"^ +(?:from|import) (?:bot|cli|common|db|model|reporting|worker)[. ]", re.MULTILINE)


def unexplained(source: str) -> list[int]:
    """Lines of imports of ours inside functions without a word of why.

    The word stands beside the import, at most three lines above it, or for a whole file in a line of its own that
    begins "# Imports inside functions:" or "# Imported where they are used:".
    """
    lines = source.splitlines()
    if any(line.startswith(("# Imports inside functions: ", "# Imported where they are used: ")) for line in lines):
        return []
    nodes = list(ast.walk(ast.parse(source)))
    inside = [
        one for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for one in ast.walk(node)
    ]
    imports = {node.lineno for node in inside if isinstance(node, ast.Import | ast.ImportFrom)}
    return [
        line
        for line in sorted(imports)
        if OURS.match(lines[line - 1]) and not any("# " in near for near in lines[max(0, line - 4) : line])
    ]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_an_import_of_ours_inside_a_function_has_a_word_of_why() -> None:
    inside = "def f():\n    {}from db import blobs\n"
    assert unexplained(inside.format("")) == [2]
    assert unexplained(inside.format("# Here, since it is slow.\n    ")) == []
    assert unexplained("from db import blobs\nif TYPE_CHECKING:\n    from db import flags\n") == []
    paths = [path for path in tracked() if path.suffix == ".py" and path.parts[0] in ROOMS]
    texts = {str(path): (ROOT / path).read_text(encoding="utf-8") for path in paths}
    inner = {path: text for path, text in texts.items() if OURS.search(text)}
    assert len(inner) > 20
    assert {path: found for path, text in inner.items() if (found := unexplained(text))} == {}
