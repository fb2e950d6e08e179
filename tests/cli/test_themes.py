"""`reelfeel themes`: what sets reviews of a file apart, as table, CSV and JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.reporting.themes.corpora import reviews


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reviews of two films in two months; one has plot holes."""
    path = tmp_path_factory.mktemp("themes") / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["review", "film", "date"])
        for one in reviews(120, planted={0: ("It has huge plot holes", 0.5)}):
            writer.writerow([one.text, ("Heat", "Up")[one.group], f"2026-0{1 + one.group}-05"])
    return path


def test_by_film_as_a_table(file: Path, run: Run) -> None:
    lines = run("themes", str(file), "--by", "film").splitlines()
    assert lines[0] == f"{file}: 120 reviews, 0 copies left out"
    heat = lines[lines.index("Heat (60 reviews)") + 1]
    assert heat.split()[:3] == ["huge", "plot", "holes"]
    assert "only here" in heat
    assert any(line.endswith("It has huge plot holes.") for line in lines)
    assert lines[lines.index("Up (60 reviews)") + 1] == "  nothing sets them apart"


def test_by_month_as_csv_and_one_film_as_json(file: Path, run: Run) -> None:
    output = file.parent / "themes.csv"
    assert run("themes", str(file), "--by", "month", "-o", str(output)) == f"{output}: 1 theme of 120 reviews\n"
    (row,) = csv.DictReader(output.read_text(encoding="utf-8-sig").splitlines())
    assert (row["kind"], row["theme"], row["rest_reviews"]) == ("2026-01", "huge plot holes", "0")
    assert "is there already" in run("themes", str(file), "--by", "month", "-o", str(output), code=74)
    found = json.loads(run("themes", str(file), "--by", "film", "--film", "heat", "--format", "json"))
    (group,) = found["groups"]
    assert (group["name"], group["reviews"], group["themes"][0]["phrase"]) == ("Heat", 60, "huge plot holes")


def test_a_film_is_one_however_it_is_written(tmp_path: Path, run: Run) -> None:
    names = ("Heat (1995)", "heat 1995", "HEAT")
    path = tmp_path / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["review", "film"])
        for n, one in enumerate(reviews(120)):
            writer.writerow([one.text, "Up" if one.group else names[n % 3]])
    for more in ([], ["--film", "Heat"]):
        found = json.loads(run("themes", str(path), "--by", "film", "--format", "json", *more))
        groups = {group["name"]: group["reviews"] for group in found["groups"]}
        assert groups == {"Heat (1995)": 60} | ({} if more else {"Up": 60})


def test_by_verdict_with_the_real_model(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "reviews.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for n in range(60):
            text = f"A wonderful, brilliant film number {n} that I love." if n % 2 else f"Terrible and boring film {n}!"
            out.write(json.dumps({"review": text}) + "\n")
    found = json.loads(run("themes", str(path), "--format", "json"))
    themes = {group["name"]: [one["phrase"] for one in group["themes"]] for group in found["groups"]}
    assert "brilliant" in " ".join(themes["positive"])
    assert "boring" in " ".join(themes["negative"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--by", "year"], 2, "verdict, film or month"),
        (["--film", "Heat"], 2, "--by film"),
        (["--by", "film", "--film", "Alien"], 1, "no review of"),
        (["--format", "xml"], 2, "table, csv or json"),
        (["--by", "film", "--film-column", "nothing"], 65, "nothing"),
    ],
)
def test_errors(file: Path, run: Run, arguments: list[str], code: int, words: str) -> None:
    assert words in " ".join(run("themes", str(file), *arguments, code=code).replace("│", " ").split())


def test_a_file_without_films(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "reviews.txt"
    path.write_text("A fine film.\nA bad film.\n", encoding="utf-8")
    assert "no column with the film" in run("themes", str(path), "--by", "film", code=65)
