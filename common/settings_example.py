"""`.env.example`: every setting with what it means and its default, made by `python -m common.settings_example`."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any, Final, get_args

from pydantic.fields import FieldInfo

from common.settings import Settings, variable

FILE: Final = Path(__file__).resolve().parents[1] / ".env.example"
HEADING: Final = """\
# Settings of Reelfeel. Copy this file to `.env` and take away the sign # before each line that you change.
# The values shown are the defaults; nothing has to be set for `reelfeel up`.
# A variable that is empty counts as unset. A secret can stand in a file instead, which the same name with _FILE behind
# it names: DISCORD_TOKEN_FILE, DATABASE_URL_FILE, POSTGRES_PASSWORD_FILE, REDIS_URL_FILE, REELFEEL_MOVE_FROM_FILE,
# REELFEEL_TEXT_KEYS_FILE. The file goes before the variable.
# Made by `make env-example` from common/settings.py: edit that file, not this one.
"""


def example() -> str:
    """The text of `.env.example`, in the order and the groups of the class."""
    lines: list[str] = []
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    end = 0
    for node, after in zip(body.body, [*body.body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        name = node.target.id
        if not end or node.lineno > end + 1:  # an empty line in the class begins a group
            lines.append("")
        meaning = ""
        end = node.end_lineno or node.lineno
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            meaning, end = inspect.cleandoc(str(after.value.value)), after.end_lineno or end
        field = Settings.model_fields[name]
        lines += [f"# {line}" for line in meaning.splitlines()]
        if allowed := _allowed(field):
            lines.append(f"# {allowed}")
        lines.append(f"#{variable(name)}={_default(field)}")
    return HEADING + "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    """As it is written in the file; empty when there is none or this machine decides."""
    if field.default_factory is not None or field.default is None:
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else f"{field.default}"


def _allowed(field: FieldInfo) -> str:
    """The words or the range that a setting takes; empty when anything goes."""
    words = [str(one) for one in _literals(field.annotation)]
    if words:
        return f"One of {', '.join(words)}."
    bounds: dict[str, Any] = {}
    for one in field.metadata:
        bounds |= {kind: getattr(one, kind) for kind in ("gt", "ge", "le") if hasattr(one, kind)}
    lowest = f"more than {bounds['gt']}" if "gt" in bounds else f"at least {bounds['ge']}" if "ge" in bounds else ""
    highest = f"at most {bounds['le']}" if "le" in bounds else ""
    allowed = ", ".join(one for one in (lowest, highest) if one)
    return f"{allowed[0].upper()}{allowed[1:]}." if allowed else ""


def _literals(annotation: Any) -> list[Any]:
    """The strings of a Literal, also of one inside a union."""
    parts = get_args(annotation)
    return [one for part in parts for one in ([part] if isinstance(part, str) else _literals(part))]


if __name__ == "__main__":
    FILE.write_text(example(), encoding="utf-8")
