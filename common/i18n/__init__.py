"""The language of what the bot says: catalogues, and numbers, lists and quotes as each language writes them."""

from common.i18n.locales import (
    DOMAIN,
    ENGLISH,
    FOLDER,
    language,
    language_of,
    languages,
    locale_tag,
    set_locale,
    use_locale,
)
from common.i18n.messages import catalogue, mark, mark_plural, tr, tr_in, trn
from common.i18n.numbers import number, percent, percent_range, percents, signed
from common.i18n.pieces import duration, in_brackets, listing, mib, pair, quote, shortened, size

__all__ = [
    "DOMAIN",
    "ENGLISH",
    "FOLDER",
    "catalogue",
    "duration",
    "in_brackets",
    "language",
    "language_of",
    "languages",
    "listing",
    "locale_tag",
    "mark",
    "mark_plural",
    "mib",
    "number",
    "pair",
    "percent",
    "percent_range",
    "percents",
    "quote",
    "set_locale",
    "shortened",
    "signed",
    "size",
    "tr",
    "tr_in",
    "trn",
    "use_locale",
]
