"""`reelfeel score`: files, standard input and one text, scored in this process."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli

runner = CliRunner()
GOOD = "A wonderful film. I loved every minute of it, and the acting is superb."
BAD = "A terrible waste of time. The plot is awful and the acting is even worse."


def test_a_text_is_scored_and_explained() -> None:
    result = runner.invoke(cli.app, ["score", "--text", f"{BAD} The music is wonderful.", "--explain"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("negative")
    assert "+" in next(line for line in result.output.splitlines() if "music" in line)


def test_a_file_is_scored_beside_itself_with_its_bad_rows(tmp_path: Path) -> None:
    source = tmp_path / "reviews.csv"
    source.write_text(f'id,review\n1,"{GOOD}"\n2,\n3,"{BAD}"\n')
    result = runner.invoke(cli.app, ["score", str(source)])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader((tmp_path / "reviews.scored.csv").open()))
    assert [(row["id"], row["label"]) for row in rows] == [("1", "positive"), ("2", ""), ("3", "negative")]
    assert [row["row_number"] for row in csv.DictReader((tmp_path / "reviews.rejected.csv").open())] == ["2"]
    assert "2 reviews scored" in result.stderr
    assert "reviews/s" in result.stderr
    assert "1 row was not scored" in result.stderr


def test_every_file_is_scored_into_the_folder(tmp_path: Path) -> None:
    for name, reviews in (("a", [GOOD]), ("b", [BAD, GOOD]), ("c", [BAD])):
        (tmp_path / f"{name}.txt").write_text("".join(f"{one}\n" for one in reviews))
    (tmp_path / "out").mkdir()
    sources = [str(tmp_path / f"{name}.txt") for name in "abc"]
    result = runner.invoke(cli.app, ["score", *sources, "-o", str(tmp_path / "out"), "--format", "jsonl"])
    assert result.exit_code == 0, result.output
    labels = {
        path.name: [json.loads(line)["label"] for line in path.open()] for path in sorted((tmp_path / "out").iterdir())
    }
    assert labels == {
        "a.scored.jsonl": ["positive"],
        "b.scored.jsonl": ["negative", "positive"],
        "c.scored.jsonl": ["negative"],
    }
    assert [line.split(": ")[1].split(" in ")[0] for line in result.stderr.splitlines()] == [
        "1 review scored",
        "2 reviews scored",
        "1 review scored",
    ]


LONG = f"{GOOD} " * 20


@pytest.mark.parametrize(("text", "stars"), [(GOOD, False), (LONG, True)])
def test_one_verdict_as_json(text: str, stars: bool) -> None:
    """A text too short for the estimate has none; sentences and `mixed` come with what reads them."""
    asked = ["score", "--json", "--text", text]
    plain, explained = (json.loads(runner.invoke(cli.app, [*asked, *more]).stdout) for more in ([], ["--explain"]))
    assert (plain["label"], plain["stars"] is not None) == ("positive", stars)
    assert "mixed" not in plain
    assert explained["mixed"] is False
    assert {name: explained[name] for name in plain} == plain
    assert text[explained["sentences"][0]["start"] : explained["sentences"][0]["end"]].strip() in text


def test_an_accuracy_leaves_what_is_less_sure_to_people(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text(f"{GOOD}\nIt was a fine film, I suppose.\n{BAD}\n")
    rows = {}
    for wanted in ("95", "99.5"):
        result = runner.invoke(cli.app, ["score", str(source), "-o", "-", "--accuracy", wanted])
        assert result.exit_code == 0, result.output
        rows[wanted] = list(csv.DictReader(io.StringIO(result.stdout)))
        assert "left to people" in result.stderr
    low, high = ([row["label"] for row in rows[wanted]] for wanted in ("95", "99.5"))
    assert high.count("uncertain") > low.count("uncertain")
    assert [row["probability"] for row in rows["95"]] == [row["probability"] for row in rows["99.5"]]


def test_mixed_rows_are_flagged_where_it_is_asked(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text(f"{GOOD} {BAD}\n{GOOD}\n")
    for more, flagged in (([], [False, False]), (["--mixed"], [True, False])):
        result = runner.invoke(cli.app, ["score", "-q", str(source), "-o", "-", *more])
        rows = csv.DictReader(io.StringIO(result.stdout))
        assert ["mixed" in row["flags"].split() for row in rows] == flagged


@pytest.mark.parametrize("wanted", ["94", "100", "nan"])
def test_an_accuracy_out_of_reach_is_refused_with_the_range(wanted: str) -> None:
    result = runner.invoke(cli.app, ["score", "--text", GOOD, "--accuracy", wanted])
    assert result.exit_code == 2
    assert "95 to 99.5" in " ".join(result.output.split())


def test_json_is_for_one_text(tmp_path: Path) -> None:
    assert runner.invoke(cli.app, ["score", "--json", str(tmp_path / "a.csv")]).exit_code == 2


def test_no_rejected_file_is_left_when_every_row_was_scored(tmp_path: Path) -> None:
    source = tmp_path / "reviews.txt"
    source.write_text(f"{GOOD}\n{BAD}\n")
    result = runner.invoke(cli.app, ["score", "-q", str(source)])
    assert result.exit_code == 0
    assert result.stderr == ""
    assert not list(tmp_path.glob("*.rejected.*"))


def test_standard_input_to_standard_output() -> None:
    result = runner.invoke(cli.app, ["score", "-", "--format", "jsonl", "-q"], input=f"{GOOD}\n{BAD}\n")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["label"] for line in io.StringIO(result.stdout)] == ["positive", "negative"]


def test_standard_input_is_read_as_what_it_is_said_to_be() -> None:
    """A CSV through a pipe: the heading is no review, the columns stay, the column of the reviews can be named."""
    table = f'id,note,words\n7,"{BAD}","{GOOD}"\n8,"{GOOD}","{BAD}"\n'
    arguments = ["score", "-", "--stdin-format", "csv", "--text-column", "words", "-q"]
    result = runner.invoke(cli.app, arguments, input=table)
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout.lstrip("\ufeff"))))
    assert [(row["id"], row["words"], row["label"]) for row in rows] == [
        ("7", GOOD, "positive"),
        ("8", BAD, "negative"),
    ]


@pytest.mark.parametrize("suffix", ["pdf", "exe"])
def test_a_file_that_cannot_be_read_exits_65(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"reviews.{suffix}"
    source.write_bytes(b"%PDF-1.7 nothing of ours")
    result = runner.invoke(cli.app, ["score", str(source)])
    assert result.exit_code == 65
    assert "(.pdf), which is not read" in result.stderr
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [source.name]


def test_blas_computes_on_one_thread() -> None:
    look = "from threadpoolctl import threadpool_info as info; print([one['num_threads'] for one in info()])"
    code = f"from cli.common import load_scorer; load_scorer(None); {look}"
    env = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [1]


def test_one_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    for name in ("2026.01.csv", "2026.02.csv"):
        (tmp_path / name).write_text(f'id,review\n1,"{GOOD}"\n2,\n')
    sources = [str(tmp_path / name) for name in ("2026.01.csv", "missing.csv", "2026.02.csv")]
    result = runner.invoke(cli.app, ["score", "-q", *sources])
    assert result.exit_code == 65
    assert "missing.csv" in result.stderr
    assert sorted(path.name for path in tmp_path.glob("*.*.*.csv")) == [
        "2026.01.rejected.csv", "2026.01.scored.csv", "2026.02.rejected.csv", "2026.02.scored.csv",
    ]  # fmt: skip
    (tmp_path / "2026.01.csv").write_text(f'id,review\n1,"{GOOD}"\n')
    assert runner.invoke(cli.app, ["score", "-q", sources[0]]).exit_code == 0
    assert not (tmp_path / "2026.01.rejected.csv").exists()


def test_what_is_in_the_way_stays_without_force(tmp_path: Path) -> None:
    source, place = tmp_path / "a.txt", tmp_path / "out.csv"
    source.write_text(f"{GOOD}\n")
    place.write_text("mine")
    result = runner.invoke(cli.app, ["score", "-q", str(source), "-o", str(place)])
    assert result.exit_code == 74
    assert "--force" in result.stderr
    assert place.read_text() == "mine"
    assert runner.invoke(cli.app, ["score", "-q", str(source), "-o", str(place), "--force"]).exit_code == 0
    assert place.read_text().startswith("review,label")


def test_a_full_device_is_said_and_stays_a_device(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{GOOD}\n")
    result = runner.invoke(cli.app, ["score", "-q", str(tmp_path / "a.txt"), "-o", "/dev/full"])
    assert result.exit_code == 74
    assert "No space is left on the disk" in result.stderr
    assert Path("/dev/full").is_char_device()


def test_rejected_rows_go_where_they_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f'id,review\n1,"{GOOD}"\n2,\n')
    result = runner.invoke(cli.app, ["score", "-q", str(tmp_path / "a.csv"), "--rejected", "-"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("row_number,code,reason\n2,")
    assert not list(tmp_path.glob("*.rejected.*"))
    refused = runner.invoke(cli.app, ["score", str(tmp_path / "a.csv"), "--rejected", "-", "-o", "-"])
    assert refused.exit_code == 2


def test_a_reader_that_goes_early_hears_nothing(tmp_path: Path) -> None:
    """Hosting case H6: `head` takes a line and leaves."""
    command = (
        f'yes "{GOOD}" | head -n 2000 | "{sys.executable}" -m cli score - -o - --format csv | head -n 1; '
        'echo "${PIPESTATUS[2]}"'
    )
    root = Path(cli.__file__).parents[1]
    env = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(["bash", "-c", command], env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    header, code = done.stdout.splitlines()
    assert header == "review,label,probability,flags,model,estimated_stars"
    assert code in ("0", "141")
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr


def test_a_pipe_can_be_a_source_as_a_shell_gives_one() -> None:
    """`<(...)`: the name of an open pipe."""
    read, write = os.pipe()
    os.write(write, f"{GOOD}\n".encode())
    os.close(write)
    scored = runner.invoke(cli.app, ["score", "-q", f"/dev/fd/{read}"])
    os.close(read)
    assert scored.exit_code == 0, scored.output
    assert scored.stdout.splitlines()[-1].startswith(f'"{GOOD}",positive,')


def test_ctrl_c_is_quiet_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("worker.files.score_file.score_file", stopped)
    (tmp_path / "a.txt").write_text(f"{GOOD}\n")
    before = set(tmp_path.iterdir())
    result = runner.invoke(cli.app, ["score", "-q", str(tmp_path / "a.txt")])
    assert (result.exit_code, result.output) == (130, "")
    assert set(tmp_path.iterdir()) == before


def test_what_standard_input_can_hold_is_named() -> None:
    result = runner.invoke(cli.app, ["score", "-", "--stdin-format", "docx"], input="")
    assert result.exit_code == 2
    assert "--stdin-format" in result.output


@pytest.mark.parametrize(
    ("output", "rejected"),
    [("out.csv", "out.csv"), ("out.csv", "./out.csv"), ("-", "/dev/stdout"), ("/dev/stdout", "-")],
)
def test_the_scored_rows_and_the_rejected_ones_never_share_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, rejected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(f'id,review\n1,"{GOOD}"\n2,\n')
    result = runner.invoke(cli.app, ["score", "-q", "a.csv", "-o", output, "--rejected", rejected])
    assert result.exit_code == 2
    assert "--output and --rejected cannot" in " ".join(result.stderr.replace("│", " ").split())
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_scored_rows_stay_where_the_rejected_ones_would_replace_them(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f'id,review\n1,"{GOOD}"\n2,\n')
    place = tmp_path / "a.scored.csv"
    result = runner.invoke(cli.app, ["score", "-q", str(tmp_path / "a.csv"), "--rejected", str(place)])
    assert result.exit_code == 74
    assert "Name another file with --rejected" in " ".join(result.stderr.split())
    assert place.read_text().startswith("id,review,label,")


def test_both_may_be_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f'id,review\n1,"{GOOD}"\n2,\n')
    nowhere = ["-o", "/dev/null", "--rejected", "/dev/null"]
    assert runner.invoke(cli.app, ["score", "-q", str(tmp_path / "a.csv"), *nowhere]).exit_code == 0


BOTH = "The acting is great but the script is a mess."


def test_a_text_is_scored_with_its_aspects() -> None:
    result = runner.invoke(cli.app, ["score", "--text", BOTH, "--aspects"])
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    assert ["acting", "positive"] in [line[:2] for line in lines]
    assert ["dialogue", "negative"] in [line[:2] for line in lines]
    shown = json.loads(runner.invoke(cli.app, ["score", "--text", BOTH, "--aspects", "--json"]).output)
    assert [one["name"] for one in shown["aspects"]] == ["acting", "dialogue"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx", "parquet"])
def test_aspects_are_a_column_and_rows_of_their_own(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "reviews.csv"
    source.write_text(f'aspects,review\n1,"{BOTH}"\n2,\n3,"{BAD}"\n')
    clauses, out = tmp_path / "clauses.csv", tmp_path / f"out.{kind}"
    result = runner.invoke(
        cli.app, ["score", str(source), "--aspects", "--aspects-output", str(clauses), "-o", str(out), "-q"]
    )
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(clauses.open()))
    assert [(row["row_number"], row["aspect"], row["polarity"]) for row in rows][:2] == [
        ("1", "acting", "positive"),
        ("1", "dialogue", "negative"),
    ]
    for row in rows:
        assert row["clause"] == {"1": BOTH, "3": BAD}[row["row_number"]][int(row["start"]) : int(row["end"])]
    names = [name for name in read_columns(out) if name.startswith("reelfeel_")]  # the file has `aspects` already
    assert names == [
        f"reelfeel_{name}" for name in ("label", "probability", "flags", "model", "estimated_stars", "aspects")
    ]
    values = read_columns(out)["reelfeel_aspects"]
    assert values[1] in (None, "")
    found = values[0] if isinstance(values[0], list) else json.loads(str(values[0]))
    assert [one["name"] for one in found] == ["acting", "dialogue"]


def read_columns(path: Path) -> dict[str, list[object]]:
    """Columns of a scored file by name."""
    import pandas as pd

    if path.suffix == ".jsonl":
        objects = [json.loads(line) for line in path.open()]
        return {name: [one[name] for one in objects] for name in objects[0]}
    readers = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}
    frame = readers[path.suffix](path)
    return {name: frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame}


def test_without_aspects_there_is_no_column_of_them(tmp_path: Path) -> None:
    source = tmp_path / "reviews.csv"
    source.write_text(f'review\n"{BOTH}"\n')
    clauses = tmp_path / "clauses.csv"
    result = runner.invoke(cli.app, ["score", str(source), "-o", "-", "-q", "--aspects-output", str(clauses)])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[0] == "review,label,probability,flags,model,estimated_stars"
    assert len(clauses.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--text", "x", "--aspects-output", "a.csv"],
        ["a.csv", "b.csv", "--aspects-output", "c.csv"],
        ["a.csv", "--aspects-output", "-"],
        ["a.csv", "-o", "c.csv", "--aspects-output", "c.csv"],
        ["a.csv", "--rejected", "c.csv", "--aspects-output", "c.csv"],
        ["a.csv", "--store", "--aspects-output", "c.csv"],
    ],
)
def test_the_file_of_clauses_is_one_file_of_its_own(arguments: list[str]) -> None:
    result = runner.invoke(cli.app, ["score", *arguments])
    assert result.exit_code == 2
    assert "--aspects-output" in result.stderr


def test_a_file_in_the_way_of_the_clauses_stays(tmp_path: Path) -> None:
    source, clauses = tmp_path / "r.csv", tmp_path / "mine.csv"
    source.write_text(f'review\n"{BOTH}"\n')
    clauses.write_text("mine")
    command = ["score", str(source), "-q", "--aspects-output", str(clauses)]
    assert runner.invoke(cli.app, command).exit_code == 74
    assert clauses.read_text() == "mine"
    assert runner.invoke(cli.app, [*command, "--force"]).exit_code == 0
    assert runner.invoke(cli.app, [*command, "--force"]).exit_code == 0
    assert not list(tmp_path.glob(".reelfeel-*"))
