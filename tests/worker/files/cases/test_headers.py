"""Where a table begins (kinds F3, F4, F5): headers that are questions or in another language, lines above, more headers."""

from __future__ import annotations

import pytest

from tests.worker.files.cases.helpers import DULL, WARM, check
from tests.worker.files.helpers import xlsx_bytes

SHORT = ["Good", "Not for me", "Loved it, the music above all"]


@pytest.mark.parametrize(
    "title",
    [
        "What did you think of the film?",
        "How did you like the movie?",
        "Please tell us what you thought:",
        "Your thoughts on the film:",
        "What is your opinion of the film?",
        "Wie hat dir der Film gefallen?",
        "Was hältst du von dem Film?",
        "Wie fanden Sie den Film?",
        "Qu'avez-vous pensé du film ?",
        "Comment avez-vous trouvé le film ?",
        "¿Qué te pareció la película?",
        "O que você achou do filme?",
        "Cosa ne pensi del film?",
        "Что вы думаете о фильме?",
        "映画の感想を教えてください",
        "この映画はどうでしたか？",
        "你觉得这部电影怎么样？",
        "Meinung",
        "Rezension",
        "Critique",
        "Reseña",
        "感想",
        "レビュー",
        "影评",
        "Отзыв",
        "Movie review",
        "Comments",
    ],
)
def test_a_title_of_one_column_is_no_review(title: str) -> None:
    rows = [title, *(f'"{text}"' for text in SHORT)]
    check("\n".join(rows) + "\n", "a.csv", text=title, texts=SHORT, header_row=1)
    check(xlsx_bytes([[title], *([text] for text in SHORT)]), "a.xlsx", text=title, texts=SHORT)


@pytest.mark.parametrize(
    "first",
    ["Is this the worst film ever?", "Great film, what a cast", "What a film!", "Why did I watch this?", "Good"],
)
def test_a_first_review_is_no_title(first: str) -> None:
    check(f'"{first}"\n"{DULL}"\n"{WARM}"\n', "a.csv", texts=[first, DULL, WARM], header_row=None)


@pytest.mark.parametrize(
    ("film", "text", "stars", "date"),
    [
        ("Welchen Film hast du gesehen?", "Wie fandest du ihn?", "Wie viele Sterne gibst du?", "Zeitstempel"),
        ("Quel film avez-vous vu ?", "Qu'en avez-vous pensé ?", "Combien d'étoiles ?", "Horodateur"),
        ("¿Qué película viste?", "¿Qué te pareció?", "¿Cuántas estrellas le das?", "Marca temporal"),
        ("どの映画を見ましたか？", "感想を教えてください", "星の数", "タイムスタンプ"),
        ("Which movie are you reviewing?", "Please write your review", "Your rating (1-5)", "Submitted at"),
        ("Film title", "Your opinion", "How would you rate it out of 10?", "Date"),
        ("Titel des Films", "Deine Meinung", "Bewertung", "Datum"),
        ("电影名称", "评论", "评分", "日期"),
    ],
)
def test_questions_tell_the_columns(film: str, text: str, stars: str, date: str) -> None:
    rows = [
        [date, film, stars, text],
        ["2024-05-01 10:00:00", "Quiet Harbour", "5", "Good"],
        ["2024-05-02 10:00:00", "Iron Garden", "1", "Not for me"],
    ]
    data = "".join(",".join(row) + "\n" for row in rows)
    check(data, "a.csv", text=text, film=film, stars=stars, date=date, rows=2, films=["Quiet Harbour", "Iron Garden"],
          dates=["2024-05-01", "2024-05-02"], marks=["5", "1"])  # fmt: skip


@pytest.mark.parametrize(
    ("above", "skipped"),
    [
        (["Film club reviews May 2024", ""], 2),
        (["# exported 2024-05-01, by tool, v2"], 1),
        (["Exported by,Alice", "On,2024-05-01", "", ""], 4),
        (["", "", ""], 3),
        (["Reviews,,", "All rooms,,", ",,"], 3),
        (["// made by hand", "# twice"], 2),
        (["Report: reviews, all of them", "Generated: 1 May 2024, 10:00"], 2),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_lines_above_the_header(above: list[str], skipped: int, kind: str) -> None:
    table = ["id,film,review", f'1,Quiet Harbour,"{WARM}"', f'2,Iron Garden,"{DULL}"']
    data: bytes | str = "\n".join([*above, *table]) + "\n"
    if kind == "xlsx":
        rows = [[cell or None for cell in line.split(",")] for line in above]
        data = xlsx_bytes([*rows, ["id", "film", "review"], [1, "Quiet Harbour", WARM], [2, "Iron Garden", DULL]])
    found = check(data, f"a.{kind}", text="review", film="film", texts=[WARM, DULL], films=["Quiet Harbour", "Iron Garden"],
                  header_row=skipped + 1, codes=[])  # fmt: skip
    assert kind == "xlsx" or [skip["row"] for skip in found.skipped_rows] == list(range(1, skipped + 1))


def test_lines_above_one_column() -> None:
    check("Film club, May 2024\n\nreview\nA warm film\nDull, long film\n", "a.csv", text="review",
          texts=["A warm film", "Dull, long film"], header_row=3)  # fmt: skip


def test_a_line_above_a_table_without_a_known_title_stays_a_row() -> None:
    found = check("1,A warm and funny film\n2,Dull from start to end\n3,Fine by me and you\n", "a.csv", rows=3)
    assert found.header_row is None


QUALTRICS = (
    "StartDate,EndDate,RecordedDate,ResponseId,Q1,Q2\n"
    'Start Date,End Date,Recorded Date,Response ID,Which film did you see?,"What did you think of it, in short?"\n'
    '"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}","{""ImportId"":""recordedDate""}",'
    '"{""ImportId"":""_recordId""}","{""ImportId"":""QID1_TEXT""}","{""ImportId"":""QID2_TEXT""}"\n'
    f'2024-05-01 10:00:00,2024-05-01 10:01:00,2024-05-01 10:01:01,R_1,Quiet Harbour,"{WARM}"\n'
    f'2024-05-02 10:00:00,2024-05-02 10:01:00,2024-05-02 10:01:01,R_2,Iron Garden,"{DULL}"\n'
)


def test_the_three_header_rows_of_a_survey_tool() -> None:
    check(QUALTRICS, "a.csv", text="Q2", film="Q1", date="RecordedDate", texts=[WARM, DULL], codes=[], rows=2,
          films=["Quiet Harbour", "Iron Garden"], dates=["2024-05-01", "2024-05-02"])  # fmt: skip


@pytest.mark.parametrize("second", ["int,string,string", ",Response,Open-Ended Response", "---,---,---"])
def test_a_second_header_row(second: str) -> None:
    check(f'id,film,review\n{second}\n1,Quiet Harbour,"{WARM}"\n2,Iron Garden,"{DULL}"\n', "a.csv", rows=2, codes=[],
          texts=[WARM, DULL], film="film")  # fmt: skip


def test_a_first_row_without_an_id_is_a_row() -> None:
    check(f'id,film,review\n,Quiet Harbour,"{WARM}"\n2,Iron Garden,"{DULL}"\n', "a.csv", rows=2, texts=[WARM, DULL])


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_header_that_comes_again(mark: str) -> None:
    one = f'film,review\nA,"{WARM}"\n'
    found = check(one + mark + one + mark + one, "a.csv", rows=3, texts=[WARM] * 3, codes=[])
    assert [skip["row"] for skip in found.skipped_rows] == [3, 5]
    rows = [["film", "review"], ["A", WARM], ["film", "review"], ["B", DULL]]
    check(xlsx_bytes(rows), "a.xlsx", rows=2, texts=[WARM, DULL], codes=[])


def test_no_header_when_the_sender_says_so() -> None:
    check(f'film,review\nA,"{WARM}"\n', "a.csv", {"no_header": True}, rows=2, text="column_2", header_row=None)
