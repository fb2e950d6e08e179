"""Texts that an export keeps as JSON inside a cell: the comments of a YouTube Takeout since 2024."""

from __future__ import annotations

import json

from worker.files.json_shapes.size import has_too_many_values


def joined_segments(cell: str) -> str:
    """The words of `{"text":"a"},{"text":"b"}` or `{"takeoutSegments":[{"text":"a"}]}`; any other cell as it is."""
    if not cell.startswith('{"') or has_too_many_values(cell):
        return cell
    try:
        parts = json.loads(f"[{cell}]")
    except (ValueError, RecursionError):
        return cell
    segments: list[object] = []
    for part in parts:
        inside = part.get("takeoutSegments") if isinstance(part, dict) else None
        segments += inside if isinstance(inside, list) else [part]
    texts = [one.get("text") for one in segments if isinstance(one, dict)]  # a mention or a link has none
    words = [text for text in texts if isinstance(text, str)]
    return "".join(words) if words and len(texts) == len(segments) else cell
