"""Rows of totals that spreadsheets and reports put below a table: `Total;200`."""

from __future__ import annotations

from typing import Final

from worker.files.columns.choose import plain
from worker.files.columns.looks import kind_of
from worker.files.table import Bad, Record

_WORDS: Final = frozenset(
    " ".join(
        (
            "total totals totalrows totalreviews totalresponses grandtotal subtotal sum average avg mean median count",
            "gesamt gesamtsumme gesamtergebnis summe insgesamt zwischensumme durchschnitt mittelwert anzahl",
            "totalgénéral totalgeneral sommetotale somme moyenne nombre promedio media cuenta suma sumatotal recuento",
            "soma média contagem totale mediatotale conteggio totaal gemiddelde aantal eindtotaal итого всего среднее",
            "сумма количество razem suma średnia liczba 合計 総計 小計 平均 件数",
            "总计 總計 合计 小计 平均值 合計數 총계 합계 평균",
        )
    ).split()
)
MOST_CHARS: Final = 24
"""Characters of the cell that says so."""
MOST_ROWS: Final = 3
"""So many may stand below a table: sum, average, number."""


def is_total(record: Record) -> bool:
    """Whether a row says total, in its first filled cell, and holds nothing but numbers beside it.

    One at least: a review may be a single word.
    """
    if isinstance(record, Bad):
        return False
    filled = [cell for cell in record if cell is not None and cell != ""]
    first = filled[0] if filled else None
    if len(filled) < 2 or not isinstance(first, str) or len(first) > MOST_CHARS or plain(first) not in _WORDS:
        return False
    return all(kind_of(cell.strip() if isinstance(cell, str) else cell) == "number" for cell in filled[1:])
