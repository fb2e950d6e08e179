"""Windows-1252, told from what only looks like it."""

from __future__ import annotations

import pytest

from tests.worker.files.helpers import (
    texts,
)


def test_windows_1252_is_decided_by_the_last_byte_too() -> None:
    data = b"review\n" + b"plain words\n" * 9_000 + "schön".encode("cp1252")
    assert texts(data, "a.csv")[-1] == "schön"


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
