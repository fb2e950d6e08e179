"""Numbers and shares of 1 as the locale of the running task writes them (CLDR's rules, by Babel)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from common.i18n.locales import ENGLISH, locale_tag

if TYPE_CHECKING:
    from babel import Locale

_UNGROUPED_BELOW: Final = {"es": 10_000, "es_ES": 10_000}
"""Where four digits stand together: Spain writes 1000, and 10.000. (CLDR has the rule, Babel does not read it.)"""


def number(value: float, digits: int = 0) -> str:
    """A number with so many digits after the point, grouped as the locale has it: `1,234.5`, `1.234,5`."""
    tag = locale_tag()
    if tag == ENGLISH:
        return f"{value:,.{digits}f}"
    from babel.numbers import format_decimal  # with its data: English, the default, needs none of it

    grouped = abs(value) >= _UNGROUPED_BELOW.get(tag, 0)
    return str(format_decimal(value, format=_pattern(digits, grouped=grouped), locale=_babel_locale(tag)))


def signed(value: float, digits: int = 0) -> str:
    """The number with its sign, also when it is a plus: `+2.5`."""
    text = number(value, digits)
    return text if text.startswith("-") else f"+{text}"


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 in percent, never rounded to a certainty: `93%`, `93 %`; `0.9996` gives `>99%`."""
    if not digits and 0.995 <= share < 1:
        return f">{_percent(0.99, 0)}"
    if not digits and 0 < share < 0.005:
        return f"<{_percent(0.01, 0)}"
    return _percent(share, digits)


def percents(parts: Sequence[float], digits: int = 0) -> list[str]:
    """The shares of the parts of a whole in percent, rounded so that they add up to 100 (largest remainder).

    As `percent`, no part but none is 0% and no part but all is 100%: `<1%` and `>99%` stand for the rest.
    """
    total = sum(parts)
    if total <= 0:
        return [percent(0.0) for _ in parts]
    whole = 100 * 10**digits
    exact = [whole * part / total for part in parts]
    points = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda place: exact[place] - points[place], reverse=True)
    for place in order[: whole - sum(points)]:
        points[place] += 1
    return [_part(point / whole, part / total, digits) for point, part in zip(points, parts, strict=True)]


def _part(shown: float, share: float, digits: int) -> str:
    if not digits and shown == 0 < share:
        return f"<{_percent(0.01, 0)}"
    if not digits and shown == 1 > share:
        return f">{_percent(0.99, 0)}"
    return _percent(shown, digits)


def percent_range(low: float, high: float) -> str:
    """From one share of 1 to another, in whole percent, with one sign at the end."""
    return f"{number(100 * low)}–{_percent(high, 0)}"


def _percent(share: float, digits: int) -> str:
    if locale_tag() == ENGLISH:
        return f"{share:.{digits}%}"
    from babel.numbers import format_percent

    locale = _babel_locale(locale_tag())
    pattern = locale.percent_formats[None].pattern.replace("#,##0", _pattern(digits, grouped=True))
    return str(format_percent(share, format=pattern, locale=locale))


def _pattern(digits: int, *, grouped: bool) -> str:
    return ("#,##0" if grouped else "0") + ("." + "0" * digits if digits else "")


@functools.cache
def _babel_locale(tag: str) -> Locale:
    """Babel's locale of a tag, of its language when Babel does not know the region."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(tag.split("_")[0])
