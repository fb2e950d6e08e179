"""Signs that stand in for others while a line is taken apart: lone surrogates, which no decoder makes.

UTF-8, UTF-16 and Windows-1252 have none, and a byte that is no text becomes one from U+DC80 on ("surrogateescape").
"""

from __future__ import annotations

from typing import Final

SEPARATOR: Final = "\udc00"
"""For a separator of several characters."""
QUOTE: Final = "\udc01"
"""For a quote with a backslash before it."""
RETURN: Final = "\udc02"
"""For a carriage return that ends no line."""
