"""Signs that stand in for others while a line is taken apart: Unicode's noncharacters, which no text holds.

(Unicode 15, 23.7: U+FDD0..U+FDEF are for internal use and never interchanged.)
"""

from __future__ import annotations

from typing import Final

SEPARATOR: Final = "\ufdd0"
"""For a separator of several characters."""
QUOTE: Final = "\ufdd1"
"""For a quote with a backslash before it."""
RETURN: Final = "\ufdd2"
"""For a carriage return that ends no line."""
