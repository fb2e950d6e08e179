"""What all formats have in common: names of columns, and how much makes a sample."""

from __future__ import annotations

from worker.files.table import SAMPLE_ROWS, SAMPLE_SIZE, Bad, first_rows, record_size, unique_names


def test_names_of_columns_are_unique_whatever_their_titles() -> None:
    assert unique_names(["a", "a", " a ", "", "column_4", "a_2"]) == [
        "a",
        "a_2",
        "a_3",
        "column_4",
        "column_4_2",
        "a_2_2",
    ]


def test_a_sample_ends_after_its_rows_or_its_characters() -> None:
    assert len(first_rows(iter(["x"] * (SAMPLE_ROWS + 1)), len)) == SAMPLE_ROWS
    half = "x" * (SAMPLE_SIZE // 2)
    assert first_rows(iter([half, half, half, half]), len) == [half] * 3
    assert len(first_rows(iter(["x" * (SAMPLE_SIZE + 1), "y"]), len)) == 1


def test_a_row_counts_its_characters_and_each_of_its_values() -> None:
    assert record_size(["ab", 12345, None, b"c"]) == 3 + 4 * 8
    assert record_size(Bad("ragged", ["abc"])) == 3 + 8
    assert record_size([[{}, {"key": ["x"]}]]) == 4 + 6 * 8


def test_a_name_is_text_even_where_its_bytes_are_none() -> None:
    """Parquet and JSON cannot write a lone surrogate; the title itself comes back in a CSV as it was."""
    assert unique_names(["\udc80id", "review"]) == ["\ufffdid", "review"]
