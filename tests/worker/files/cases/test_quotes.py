"""Stray quotes, escaped quotes, rarer dialects (kinds F1, F2, F16): no row is swallowed, no cell altered."""

from __future__ import annotations

import pytest

from tests.worker.files.cases.helpers import DULL, WARM, check, given_back, inspected


def lines(count: int, stray: dict[int, str], separator: str = ",", column: int = 1) -> str:
    """Numbered rows; those of `stray` have another text."""
    rows = [["id", "review"], *([str(n), stray.get(n, f"Film {n} is good to see")] for n in range(1, count + 1))]
    if column == 0:
        rows = [row[::-1] for row in rows]
    return "".join(separator.join(row) + "\n" for row in rows)


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize(
    "stray",
    [
        {1: '"Warm'},
        {200: '"Warm'},
        {60: '"Warm film', 61: '"Dull film'},
        {50: '"Warm film', 150: 'Dull one"'},
        {50: '"Warm" film', 51: '5" disc', 52: '"Dull', 53: '"Good film"'},
        {10: '"""Warm""" film'},
        {3: '"', 9: '""', 150: '"'},
    ],
)
def test_a_stray_quote_swallows_no_row(separator: str, column: int, stray: dict[int, str]) -> None:
    found = inspected(lines(200, stray, separator, column), "a.csv")
    assert found.rows + len(found.rejected) == 200
    assert len(found.rejected) <= sum(text.strip('"') == "" for text in stray.values())
    rows = given_back(lines(200, stray, separator, column), "a.csv")
    assert [row["id"] for row in rows] == [str(n) for n in range(1, 201)]
    assert rows[1]["review"] == stray.get(2, "Film 2 is good to see")


def test_a_stray_quote_far_down_swallows_no_row() -> None:
    stray = {700: '"Warm film', 900: 'Dull one"', 950: '"Fine'}
    rows = given_back(lines(1_000, stray), "a.csv")
    assert [rows[n - 1]["review"] for n in (700, 701, 900, 950, 1_000)] == [
        '"Warm film', "Film 701 is good to see", 'Dull one"', '"Fine', "Film 1000 is good to see",
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_true_line_breaks_in_quotes_stay(end: str) -> None:
    texts = [f"A warm film.{end}Well, I liked it, so{end}did we", f"One{end}{end}two, three", f"x{end}2,y"]
    data = f"id,review{end}" + "".join(f'{n},"{text}"{end}' for n, text in enumerate(texts, 1))
    assert [row["review"] for row in given_back(data, "a.csv")] == texts


def test_true_line_breaks_beside_stray_quotes() -> None:
    data = 'id,review\n1,"Two\nlines, here"\n2,"Dull\n3,"Again\ntwo lines"\n4,Fine\n'
    assert [row["review"] for row in given_back(data, "a.csv")] == [
        "Two\nlines, here",
        '"Dull',
        "Again\ntwo lines",
        "Fine",
    ]


def test_quotes_inside_a_cell_need_not_be_doubled() -> None:
    data = 'id,review,film\n1,"He said "no", and left",A\n2,"A "great" film",B\n3,"Fine",C\n'
    assert [row["review"] for row in given_back(data, "a.csv")] == ['He said "no", and left', 'A "great" film', "Fine"]


def test_quotes_inside_a_cell_of_several_lines() -> None:
    data = 'id,review,film\n1,"He said "no".\nThen he left, the "end".",A\n2,"Fine",B\n'
    assert [row["review"] for row in given_back(data, "a.csv")] == ['He said "no".\nThen he left, the "end".', "Fine"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (r'"He said \"no\", and left"', 'He said "no", and left'),
        (r'"A path C:\new\"', None),
        (r'"Ends with \"quotes\""', 'Ends with "quotes"'),
        (r'"Two \\ signs"', r"Two \\ signs"),
        (r'"\"Warm\" film"', '"Warm" film'),
        (r'"All \"of\nit\" here"', r'All "of\nit" here'),
    ],
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_backslashed_quotes(separator: str, cell: str, text: str | None) -> None:
    rows = [["id", "film", "review"], ["1", "A", r'"A \"fine\" film"'], ["2", "B", cell], ["3", "C", '"Good film"']]
    data = "".join(separator.join(row) + "\n" for row in rows)
    found = given_back(data, "a.csv")
    assert [row["id"] for row in found] == ["1", "2", "3"]
    assert found[2]["review"] == "Good film"
    if text is not None:
        assert found[1]["review"] == text


def test_the_tsv_of_a_kaggle_competition() -> None:
    data = 'id\tsentiment\treview\n"1_8"\t1\t"With \\"The Wiz\\" on, a, b"\n"2_3"\t0\t"Dull."\n'
    check(
        data,
        "labeledTrainData.tsv",
        text="review",
        rows=2,
        texts=['With "The Wiz" on, a, b', "Dull."],
        quoting="backslash",
    )


@pytest.mark.parametrize("separator", ["~", "^", "||", "::", "|", ";", "\t", "~|~", "\x01"])
def test_rarer_separators(separator: str) -> None:
    rows = [["id", "review", "film"], ["1", "Warm, funny film: fine", "A"], ["2", "Dull, long, film", "B"]]
    data = "".join(separator.join(row) + "\n" for row in rows)
    check(
        data,
        "a.csv",
        text="review",
        film="film",
        texts=["Warm, funny film: fine", "Dull, long, film"],
        films=["A", "B"],
    )


def test_spaces_before_quotes() -> None:
    data = 'id, review, film\n1, "A warm, funny film", A\n2, "Dull, and ""long""", B\n'
    check(data, "a.csv", text="review", texts=["A warm, funny film", 'Dull, and "long"'], films=["A", "B"])


@pytest.mark.parametrize("data", ["'id';'review'\n'1';'Warm; funny'\n'2';'It''s dull'\n"])
def test_apostrophes_as_quotes(data: str) -> None:
    check(data, "a.csv", text="review", texts=["Warm; funny", "It's dull"], quoting="single")


def test_apostrophes_in_texts_are_no_quotes() -> None:
    data = "id,review\n1,'Tis a warm film\n2,Rock 'n' roll\n3,It's dull\n4,'Fine'\n"
    check(data, "a.csv", texts=["'Tis a warm film", "Rock 'n' roll", "It's dull", "'Fine'"])


@pytest.mark.parametrize(
    "data",
    [
        'a~b~review\n1~2~"Warm ~ film"\n2~3~Dull\n',
        'id|review|film\r\n1|"Warm | film"|A\r\n2|Dull "one|B\r\n',
        "id,review\n1,'Warm, film'\n2,'Dull, one'\n",
        'id,review\n1,"He said \\"no\\", then"\n2,"Dull \\"one\\""\n',
        'id||review\n1||Warm | film\n2||"Dull || one"\n',
    ],
)
def test_the_scored_copy_is_read_like_the_file(data: str) -> None:
    import io

    from tests.worker.files.helpers import texts, write

    scored, made = write(data.encode(), "a.csv")
    assert texts(scored, made) == texts(data.encode(), "a.csv")
    assert io.BytesIO(scored).readline()


def test_a_plain_table_of_commas_stays_so() -> None:
    check(f'film,review\nA,"{WARM}"\nB,"{DULL}"\n', "a.csv", texts=[WARM, DULL], quoting="double", delimiter=",")


@pytest.mark.parametrize("text", ['a \\"b', "ends \\", 'x\\\\"', '"', '\\"'])
def test_backslashes_come_back_in_their_own_dialect(text: str) -> None:
    from tests.worker.files.helpers import texts, write

    cell = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if '"' in text else f'"{text}\\"'
    data = f'id,review\n1,"A \\"fine\\" film"\n2,{cell},\n3,"Good \\"x\\" film"\n'.encode()
    first = texts(data, "a.csv")
    assert texts(*write(data, "a.csv")) == first


def test_a_stray_quote_in_a_file_of_one_column() -> None:
    data = 'review\n"Warm" film\n"Dull film\nGood film\n"Fine film"\n'
    check(data, "a.csv", texts=['"Warm" film', '"Dull film', "Good film", "Fine film"])
    many = "".join(f"Film {n} is good to see\n" for n in range(80))
    check(f'review\n"Dull film\n{many}Fine one"\n', "a.csv", rows=82)
    check('review\n"Dull film\nwith two lines"\nFine\n', "a.csv", texts=["Dull film\nwith two lines", "Fine"])
