"""How the code may say something to a reader: whole sentences through the catalogues, nothing glued around them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from bot.translations import ROOMS, ROOT

SHOWN: Final = frozenset({
    "UserError", "BadDate", "BadQuestion", "Card", "Embed", "add_field", "set_footer", "Button", "SelectOption",
    "Label", "TextInput", "Select", "send_message", "say_privately",
})  # fmt: skip
"""Calls whose arguments a user reads."""
READ_BY_NOBODY: Final = frozenset({"custom_id", "value", "nonce", "style", "emoji"})
COUNTS: Final = frozenset({"number", "len", "round", "sum"})
"""Calls whose result inflects the words beside it."""
FIXED: Final = frozenset({
    "Page {page}", "Part {part} of {parts}",  # ordinals
    "{seconds} s", "{minutes} min", "{hours} h", "{hours} h {minutes} min", "{size} MiB",  # signs, which do not inflect
    "I cannot read {file}. Send a file of one of these kinds: {kinds}; plain, or packed as {packed}.",
})  # fmt: skip
"""Sentences whose words are the same for every number."""
ENGLISH_ONLY: Final = frozenset({
    "reporting/html_page.py", "reporting/charts.py", "reporting/chart_style.py", "reporting/tables.py",
    "reporting/csv_table.py", "reporting/pictures.py", "reporting/fonts.py", "reporting/days.py",
    "reporting/themes/table.py",
    "bot/translations.py", "bot/metrics.py", "bot/telemetry.py", "bot/run.py", "bot/preview.py",
})  # fmt: skip
"""Files whose words are English always (docs/contributing/add-a-language.md), or are for the host."""
CHART_WORDS: Final = frozenset({": how the reviews feel"})
"""Titles of charts, which are English always: their fonts have no signs for every language."""
GLUE: Final = re.compile(r"[“”„«»]|, $|^, |: $|^: | \\($|^\\)| %|; |MiB")
"""Signs that differ from language to language."""


def files(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literals(node: ast.expr) -> Iterator[str]:
    """The words that stand in an expression itself, not in calls inside it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (
            part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))


def glued_counts(tree: ast.AST) -> list[str]:
    """Sentences of `tr` that hold a count: they need `trn`, for a language inflects its words by the number."""
    return [
        "".join(literals(node.args[0]))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "tr" and node.args
        and any(
            isinstance(one.value, ast.Call) and called(one.value) in COUNTS and len(one.value.args) == 1
            for one in node.keywords
        )
    ]  # fmt: skip


def glued_signs(tree: ast.AST) -> list[str]:
    """Pieces of text that are put around other pieces with the signs of one language."""
    pieces = []
    # Descriptions of options are put together once, before they are translated as a whole.
    describing = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == "describe"]
    whole = {id(inner) for node in describing for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in whole:
            continue
        if isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in node.values):
            pieces += [text for text in literals(node) if GLUE.search(text)]
        elif isinstance(node, ast.Call) and called(node) == "join" and isinstance(node.func, ast.Attribute):
            pieces += [text for text in literals(node.func.value) if re.search(r"[,;] ?|: ", text)]
    return pieces


def test_sentences_are_whole_and_marked() -> None:
    """An f-string inside `tr` is in no catalogue, and `tr` inside an f-string is not extracted by every Python."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            pattern = r"\b(?:tr|trn|mark|mark_plural)\(\s*f[\"']|\{trn?\(\s*[\"'].*"
            assert re.findall(pattern, path.read_text("utf-8")) == [], path


def test_nothing_a_user_reads_bypasses_the_catalogues() -> None:
    for name, tree in files(*ROOMS):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or called(node) not in SHOWN:
                continue
            given = [*node.args, *(one.value for one in node.keywords if one.arg not in READ_BY_NOBODY)]
            words = [text for one in given for text in literals(one)]
            english = [text for text in words if re.search(r"[A-Za-z]{3}", text.replace("Reelfeel", ""))]
            assert english == [], f"{name}:{node.lineno}: give it to `tr`"


def test_a_count_inside_a_sentence_decides_its_plural() -> None:
    for name, tree in files(*ROOMS):
        assert [text for text in glued_counts(tree) if text not in FIXED] == [], f"{name}: say it with `trn`"


def test_signs_between_pieces_are_those_of_the_language() -> None:
    for name, tree in files("bot", "reporting"):
        if name not in ENGLISH_ONLY:
            assert [text for text in glued_signs(tree) if text not in CHART_WORDS] == [], (
                f"{name}: use listing, pair, in_brackets, quote, percent or size"
            )


def test_these_rules_can_fail() -> None:
    assert glued_counts(ast.parse('tr("{n} files", n=number(count))')) == ["{n} files"]
    assert glued_counts(ast.parse('tr("{mean} on average", mean=number(mean, 2))')) == []
    assert glued_signs(ast.parse('", ".join(names)')) == [", "]
    assert glued_signs(ast.parse('f"{name}: {value}"')) == [": "]
    assert glued_signs(ast.parse('f"“{film}”"')) == ["“", "”"]
    assert glued_signs(ast.parse('f"{a} · {b}"')) == []
