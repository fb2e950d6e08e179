"""The report on a data file says what is in it, for every kind of file."""

import json
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from model.config import VocabularyConfig
from model.data import describe, readers
from model.data.errors import DataError
from tests.model.made_up import frame

WORDS = VocabularyConfig(max_words=1000, min_count=1)
runner = CliRunner()


def _made_up(rng: random.Random, words: int) -> str:
    return " ".join(f"word{rng.randrange(2_000)}" for _ in range(words))


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Ten reviews of which each has one thing that the report counts, as Kaggle's CSV."""
    rng = random.Random(1)
    long = _made_up(rng, 40)
    texts = [
        long,
        f"{long} and a paragraph that somebody added",  # a near-copy, with the opposite label
        "Good film, twice.",
        "good FILM twice",  # an exact copy
        "",
        "A break.<br /><br />Another.",
        "Dashes \x96 of Windows.",
        "A <BR> too",
        _made_up(rng, 400),
        "plain",
    ]
    labels = ["positive", "negative", "positive", "positive"] + ["negative", "positive"] * 3
    path = tmp_path / "odd.csv"
    pd.DataFrame({"review": texts, "sentiment": labels}).to_csv(path, index=False)
    return path


def test_every_oddity_is_counted(odd: Path) -> None:
    found = describe.report(odd, words=WORDS)
    assert (found["rows"], found["positive"], found["negative"], found["unlabelled"]) == (10, 6, 4, 0)
    assert found["empty"] == 1
    assert found["duplicates"] == 1
    assert found["near_copies"] == {
        "groups": 2,
        "rows": 4,
        "largest_group": 2,
        "pairs": 1,
        "contradicting_pairs": 1,
    }
    assert found["with_html_breaks"] == 2
    assert found["with_control_characters"] == 1
    assert (found["films"], found["without_film"]) == (0, 10)
    assert found["words"]["longest"] == 400
    assert found["tokens"]["longest"] == 800  # "word12" is two tokens
    assert found["glove"] is None
    split = found["split"]
    assert split["by"] == "near-copies"
    assert sum(split[part]["rows"] for part in ("train", "dev", "validation")) + split["dropped_copies"] == 10
    assert split["near_copies_across"] == 0


def _facts(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "file"}


def test_csv_parquet_and_acl_imdb_give_the_same_figures(tmp_path: Path) -> None:
    made_up = frame(60, seed=1).drop(columns="movie")
    made_up.to_parquet(tmp_path / "a.parquet")
    kaggle = pd.DataFrame({"review": made_up.text, "sentiment": made_up.label.map({1: "positive", 0: "negative"})})
    kaggle.to_csv(tmp_path / "a.csv", index=False)
    for row, (text, label) in enumerate(zip(made_up.text, made_up.label, strict=True)):
        folder = tmp_path / "aclImdb" / ("pos" if label else "neg")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{row}_{9 if label else 2}.txt").write_text(text, encoding="utf-8")
    found = [_facts(describe.report(tmp_path / name, words=WORDS)) for name in ("a.parquet", "a.csv", "aclImdb")]
    assert found[0] == found[1]
    assert found[0] == found[2]
    assert found[0]["rows"] == 60


def test_films_decide_the_split_where_they_are_known(tmp_path: Path) -> None:
    made_up = frame(300, seed=2)
    made_up.to_parquet(tmp_path / "films.parquet")
    assert describe.report(tmp_path / "films.parquet", words=WORDS)["split"]["by"] == "film"
    made_up.loc[:99, "movie"] = ""
    made_up.to_parquet(tmp_path / "some.parquet")
    found = describe.report(tmp_path / "some.parquet", words=WORDS)
    assert found["split"]["by"] == "film, else near-copies"
    assert found["without_film"] == 100


def test_glove_coverage_counts_occurrences_and_distinct_tokens(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("review,sentiment\nfine fine film,1\nfine zzz,0\n", encoding="utf-8")
    (tmp_path / "g.txt").write_text("fine 1 2\nfilm 0 1\nother 1 1\n", encoding="utf-8")
    found = describe.report(tmp_path / "r.csv", glove_path=tmp_path / "g.txt", words=WORDS)
    assert found["glove"] == {"file": "g.txt", "occurrences": 0.8, "distinct_tokens": 0.66667, "dimensions": 2}


def test_unknown_words_are_those_the_train_part_does_not_have(tmp_path: Path) -> None:
    # `part` of these films: tt2 train, tt1 validation.
    rows = [("known words here", 1, "tt2"), ("known words there", 0, "tt2"), ("known strangers", 1, "tt1")]
    pd.DataFrame(rows, columns=["text", "label", "movie"]).to_parquet(tmp_path / "u.parquet")
    found = describe.report(tmp_path / "u.parquet", words=WORDS)["unknown_words"]
    assert (found["train"], found["dev"], found["validation"]) == (0.0, None, 0.5)
    rare = VocabularyConfig(max_words=1000, min_count=2)
    found = describe.report(tmp_path / "u.parquet", words=rare)["unknown_words"]
    assert (found["vocabulary"], found["train"], found["validation"]) == (2, 0.33333, 0.5)


def test_a_file_without_reviews_has_a_report_too(tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("review,sentiment\n", encoding="utf-8")
    found = describe.report(tmp_path / "none.csv")
    assert found["rows"] == 0
    assert found["tokens"]["longest"] == 0
    assert describe.lines(found)


def test_describe_counts(tmp_path: Path) -> None:
    rows = [{"text": text, "label": 1, "movie": "tt1"} for text in ("A b c", "a, b. c", "d")]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = readers.read(tmp_path / "d.jsonl")
    described = describe.describe(found, [text.split() for text in found.texts])
    assert described["rows"] == 3
    assert described["duplicates"] == 1
    assert described["films"] == 1
    assert described["tokens"]["longest"] == 3


def test_progress_ends_where_it_should(odd: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}
    describe.report(odd, words=WORDS, progress=lambda stage, done, total: seen.update({stage: (done, total)}))
    assert seen == {"reading": (1, 1), "tokenizing": (10, 10), "near-copies": (1, 1)}


def test_the_command_prints_and_writes_the_same(odd: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "report.json"
    result = runner.invoke(cli.app, ["data", "report", str(odd), "--output", str(target)])
    assert result.exit_code == 0, result.output
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["near_copies"]["contradicting_pairs"] == 1
    for _, name, value in describe.lines(written):
        assert any(name in line and value.split(",")[0] in line for line in result.stdout.splitlines()), name


def test_the_command_names_a_wrong_file_plainly(tmp_path: Path) -> None:
    result = runner.invoke(cli.app, ["data", "report", str(tmp_path / "none.csv")])
    assert result.exit_code == 65
    assert result.stderr.strip() == f"reelfeel: {tmp_path / 'none.csv'} does not exist."
    with pytest.raises(DataError, match="GloVe"):
        describe.report(tmp_path / "none.csv", glove_path=tmp_path / "none.txt")
