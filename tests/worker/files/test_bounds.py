"""Bounds that hold while a file is read: ratio, records, XML, Parquet pages, nesting; and encodings refused."""

from __future__ import annotations

import csv
import io
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.worker.files.helpers import codes, csv_bytes, jsonl_bytes, pack, parquet_bytes, read, texts, write, zip_bytes
from tests.worker.files.test_hostile import BILLION_LAUGHS, SHEET, STRINGS, sheet, strings, workbook
from worker.files import errors
from worker.files.limits import MAX_RATIO, Limits, is_bomb
from worker.files.readers.decompress import plain_name
from worker.files.writers.parquet import _groups

WIDE = Limits(max_rows=10**9, max_unpacked_bytes=1 << 40, max_review_chars=100)


@pytest.mark.parametrize("packing", ["gz", "zst", "zip"])
def test_a_bomb_is_refused_by_its_ratio_long_before_the_size_limit(packing: str) -> None:
    data, name = pack(b"a fine film\n" * (48 << 20 >> 3), "a.txt", packing)
    with pytest.raises(errors.Bomb, match="200 times"):
        read(data, name, limits=WIDE)


def test_small_files_may_pack_as_well_as_they_like() -> None:
    assert not is_bomb(10, 1 << 20)
    assert is_bomb(1 << 20, (MAX_RATIO << 20) + 1)


def test_line_breaks_in_quotes_do_not_make_a_row_without_end() -> None:
    data = b"review,n\ngood,1\n" + b'"\n",' * (3 << 19)
    with pytest.raises(errors.BrokenFile, match="row 2 never ends"):
        read(data, "a.csv", limits=WIDE)


def test_a_file_is_taken_apart_the_same_way_whatever_the_process_did_before() -> None:
    data = csv_bytes("blurb,n", "x " * 100_000 + ",1", "short,2")
    found = []
    for limit in (131_072, 1 << 30):
        csv.field_size_limit(limit)
        found.append(read(data, "a.csv"))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "parts",
    [
        {SHEET: sheet("", BILLION_LAUGHS)},
        {STRINGS: strings("<si><t>x</t></si>", '<!DOCTYPE sst SYSTEM "file:///etc/passwd">')},
        {"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><workbook>&b;</workbook>'},
        {"xl/styles.xml": BILLION_LAUGHS + "<styleSheet/>"},
    ],
)
def test_a_workbook_with_a_document_type_is_refused(parts: dict[str, str]) -> None:
    with pytest.raises(errors.BrokenFile, match="document type"):
        read(workbook(parts), "a.xlsx")


def test_one_long_shared_string_used_a_million_times_stops_at_the_limit() -> None:
    rows = "<row><c t='s'><v>0</v></c></row>" + "<row><c t='s'><v>1</v></c></row>" * 500
    data = workbook({STRINGS: strings(f"<si><t>review</t></si><si><t>{'x' * 200_000}</t></si>"), SHEET: sheet(rows)})
    with pytest.raises(errors.TooLarge):
        read(data, "a.xlsx", limits=Limits(10_000, 32 << 20, 100))


def test_a_size_that_a_sheet_states_wrongly_and_formulas_do_not_matter() -> None:
    rows = (
        "<row><c t='inlineStr'><is><t>review</t></is></c></row>"
        "<row><c t='str'><f>A1&amp;1</f><v>a good film</v></c></row><row r='5'><c t='str'><v>another</v></c></row>"
    )
    data = workbook({SHEET: sheet(rows).replace("<sheetData>", "<dimension ref='A1:XFD1048576'/><sheetData>")})
    assert texts(data, "a.xlsx") == ["a good film", None, None, "another"]


def test_macros_are_never_read() -> None:
    assert texts(workbook({"xl/vbaProject.bin": "x" * (9 << 20)}), "a.xlsx") == ["a good film\r"]


def parquet(table: pa.Table, **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def test_a_parquet_page_that_would_fill_the_memory_is_not_unpacked() -> None:
    table = pa.table({"review": ["x" * (3 << 20)] * 50})
    data = parquet(table, compression="zstd", use_dictionary=False, data_page_size=1 << 30)
    assert len(data) < 1 << 20
    with pytest.raises(errors.BrokenFile, match="pages are too large"):
        read(data, "a.parquet", limits=WIDE)


def test_nested_parquet_is_read_and_nested_without_end_refused() -> None:
    def nested(depth: int) -> bytes:
        kind: pa.DataType = pa.int8()
        for _ in range(depth):
            kind = pa.struct([pa.field("a", kind)])
        return parquet(pa.table({"review": ["a good film"], "deep": pa.array([None], kind)}), store_schema=False)

    assert texts(nested(50), "a.parquet") == ["a good film"]
    with pytest.raises(errors.BrokenFile, match="nested too deeply"):
        read(nested(150), "a.parquet")


def test_one_row_cannot_hold_a_list_of_millions() -> None:
    numbers = pa.array([pa.nulls(2 << 20, pa.int8())], pa.list_(pa.int8()))
    data = parquet_bytes({"review": ["a good film"], "list": numbers})
    with pytest.raises(errors.BrokenFile, match="lists of more than"):
        write(data, "a.parquet", format="csv")


def test_deep_json_is_one_bad_row() -> None:
    deep = b'{"review": "x", "more": ' + b"[" * 201 + b"]" * 201 + b"}"
    fine = b'{"review": "x", "more": ' + b"[" * 199 + b"]" * 199 + b', "text": "' + b"[" * 300 + b'"}'
    assert codes(fine + b"\n" + deep + b"\n" + fine, "a.jsonl") == [None, "too_deep", None]
    assert len(write(fine + b"\n" + deep, "a.jsonl", format="csv")[0].splitlines()) == 3


def test_too_many_json_keys_are_refused_while_reading_however_late() -> None:
    late = {"review": "x"} | {f"k{i}": 1 for i in range(1_001)}
    with pytest.raises(errors.TooManyColumns):
        read(jsonl_bytes(*[{"review": "x"}] * 400, late), "a.jsonl")


def test_a_row_wider_than_excel_fits_into_a_workbook() -> None:
    scored, _ = write(b"review,n\ngood,1\n" + b"x," * 20_000 + b"\n", "a.csv", format="xlsx")
    assert zipfile.ZipFile(io.BytesIO(scored)).testzip() is None


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("../../etc/a.csv", "a.csv"),
        ("..\\..\\a.csv", "a.csv"),
        ("a\n\u202evsc.csv", "avsc.csv"),
        ("x" * 300 + ".csv", None),
    ],
)
def test_names_of_members_lead_nowhere(path: str, shown: str | None) -> None:
    name = plain_name(path)
    assert name == shown or (len(name) == 120 and name.endswith(".csv"))
    data = zip_bytes({path: csv_bytes("review,n", "a good film,1")})
    assert write(data, "a.zip", format="csv")[1] == name.replace(".csv", ".scored.csv")


def test_a_link_in_a_zip_is_no_review_file() -> None:
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(errors.ArchiveMembers):
        read(out.getvalue(), "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_without_a_bound_on_memory_are_refused(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.csv", csv_bytes("review,n", "a good film,1"))
    with pytest.raises(errors.BrokenFile, match="unusual way"):
        read(out.getvalue(), "a.zip")


RUSSIAN = "Очень хороший фильм, мне всё понравилось"
FOREIGN = {
    "utf-16-le": RUSSIAN, "utf-16-be": RUSSIAN, "utf-32": RUSSIAN, "cp1251": RUSSIAN, "koi8-r": RUSSIAN,
    "iso8859-5": RUSSIAN, "cp866": RUSSIAN, "cp1253": "Πολύ καλή ταινία", "shift_jis": "とても良い映画",
    "euc_jp": "とても良い映画でした", "iso2022_jp": "とても良い映画でした", "gb18030": "这部电影非常好看我很喜欢",
    "big5": "這部電影非常好看我很喜歡", "euc_kr": "정말 좋은 영화였습니다", "cp1250": "Świetny film, żółć gęślą jaźń",
    "iso8859-2": "Świetny film, żółć gęślą jaźń", "cp850": "Très émouvant, déçu, protégé", "cp500": "A fine film",
    "cp1254": "Çok güzel bir film, oyunculuk çok başarılıydı", "iso8859-9": "Kışın geçen, ağır ama başarılı bir yapım",
}  # fmt: skip


@pytest.mark.parametrize("encoding", sorted(FOREIGN))
def test_other_encodings_are_refused_rather_than_misread(encoding: str) -> None:
    data = ("id,review\n" + "".join(f'{i},"{FOREIGN[encoding]}"\n' for i in range(10))).encode(encoding)
    with pytest.raises(errors.BadEncoding, match="save the file as UTF-8"):
        read(data, "a.csv")


@pytest.mark.parametrize("mark", ["2b2f7638", "2b2f762f", "84319533", "0efeff", "fbee28", "f7644c", "dd736673"])
def test_the_mark_of_another_encoding_is_believed(mark: str) -> None:
    """UTF-7, GB 18030, SCSU, BOCU-1, UTF-1, UTF-EBCDIC: what follows would pass for ASCII or Windows-1252."""
    with pytest.raises(errors.BadEncoding):
        read(bytes.fromhex(mark) + b"review\na good film\n", "a.csv")


@pytest.mark.parametrize(
    "text",
    [
        "L’œuvre émouvante, ça m’a plu – très bien… naïf", "Größer, schöner, süßer: «Ärger» für Ötzi", "——— ····· ———",
        "El niño y la cigüeña: ¡qué película! ¿Ya?", "It´s fine, Ævar Þór sá myndina, åäö ÅÄÖ", "Col·legi, 5 m³ £9½",
        "Ný og þýdd mynd, það var mjög gaman að sjá hana", "Guðmundur", "Þýðing þessi er ný, skýr og þýð í öllu",
    ],
)  # fmt: skip
def test_western_texts_are_not_refused(text: str) -> None:
    assert texts("".join(f"{text}\n" for _ in range(10)).encode("cp1252"), "a.txt") == [text] * 10


def test_small_batches_are_put_together_without_looking_at_each_again() -> None:
    """Where a dictionary is large they are: looking at a whole group for each made 15,000 rows/s of 67,000."""
    asked = 0

    class Batch:
        def __len__(self) -> int:
            return 10

        @property
        def nbytes(self) -> int:
            nonlocal asked
            asked += 1
            return 100

    groups = list(_groups(iter([Batch() for _ in range(20_000)])))  # type: ignore[misc]
    assert [10 * len(group) for group in groups] == [65_540, 65_540, 65_540, 3_380]
    assert asked == 20_000
