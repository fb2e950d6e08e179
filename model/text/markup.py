"""Markup that is not the writer's words: tags, links, mentions, Discord's and Markdown's signs, quoted lines.

Every pattern is bounded, so that the time stays linear in the text's length, hostile text included.
"""

import re

BREAK = re.compile(r"<br\s{0,4}/?\s{0,4}>", re.IGNORECASE)
_NAMES = (
    "a abbr acronym address article aside audio b base big blockquote body button canvas center cite code col dd del "
    "details div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i "
    "iframe img input ins kbd label legend li link main mark meta nav noscript object ol option p param picture pre q "
    "s samp script section select small source span strike strong style sub summary sup svg table tbody td textarea "
    "tfoot th thead time title tr tt u ul var video wbr"
)
# The length bounds and the excluded "<" keep this linear on hostile text such as a megabyte of "<a". Only HTML's own
# names, bare or with attributes, are tags: "<Worst film ever>" is somebody's sentence.
TAG = re.compile(
    rf"<(?:{'|'.join(_NAMES.split())})(?:\s[^<>=]{{1,40}}=[^<>]{{0,400}})?\s{{0,4}}/?>"
    r"|</[a-zA-Z][\w:-]{0,30}\s{0,4}>|<!--[^<>]{0,400}-->|<!doctype[^<>]{0,200}>|<br\s{1,4}[^<>=]{1,40}=[^<>]{0,200}>",
    re.IGNORECASE,
)
DISCORD = re.compile(
    r"<(?:@[!&]?\d{1,25}|#\d{1,25}|a?:\w{1,40}:\d{1,25}|t:-?\d{1,20}(?::[a-zA-Z])?|id:\w{1,40}|/[^<>:\n]{1,100}:\d{1,25})>"
)
"""Mentions, channels, custom emoji, timestamps and commands."""
NAMED = re.compile(r":(?<![\w:]:)[a-zA-Z][\w+-]{1,40}:(?!\w)")
"""An emoji by its name: `:popcorn:`."""

LABELLED = re.compile(r"!?\[([^\[\]\n]{1,300})\]\((?:https?://|www\.|/|#)[^\s()]{0,2000}\)")
"""A link with words of the writer's: `[the review](https://...)`."""
_ENDINGS = ("com", "org", "net", "it", "tv", "gg", "ly", "be", "co", "io", "me", "uk", "de", "fr", "jp", "ru", "info")
LINK = re.compile(
    r"<?(?:https?|ftp)://[^\s<>]*>?|(?<![\w@.])www\.[^\s<>]+"
    rf"|(?<![\w@.-])(?:[a-zA-Z0-9-]{{1,40}}\.){{1,3}}(?:{'|'.join(_ENDINGS)})/[^\s<>]*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(rf"/(?:(?<=://)|{'|'.join(f'(?<=(?i:[.]{ending})/)' for ending in _ENDINGS)})")
MENTION = re.compile(
    r"(?<![\w@.+-])[\w.+-]{1,64}@[\w-]{1,60}(?:\.[a-zA-Z][\w-]{1,20}){1,3}|(?<![\w@])@[a-zA-Z_][\w.]{1,31}(?<!\.)"
)
"""Addresses and @names."""
REDDIT = re.compile(r"(?<![\w/])/?[ur]/[\w-]{2,40}(?![\w/])")
HASH = re.compile(r"^[ \t]{0,3}(?:-# |#{1,6} +)|(?<![\w#&])#(?=[^\W\d_])", re.MULTILINE)
"""A heading's sign and a hashtag's: the words stay."""

# The sign first: a pattern that begins with a letter of its own is searched ten times faster.
STARRED = re.compile(r"\*(?<![\w*]\*)(\*{0,2})(?=[^\s*])([^*\n]{1,1000})(?<=[^\s*])\*\1(?![\w*])")
UNDERLINED = re.compile(r"_(?<!\w_)(_{0,2})(?=[^\s_])([^_\n]{1,1000})(?<=[^\s_])_\1(?!\w)")
FENCED = re.compile(r"```|(?<![\w`])`(?=[^\s`'])([^`\n]{1,1000})(?<=[^\s`'])`(?![\w`])")
HIDDEN = re.compile(r"~~([^~\n]{1,1000})~~|\|\|([^|\n]{1,1000})\|\|")
"""Struck out, and behind a spoiler bar."""
BULLET = re.compile(r"(?:\A|(?<=\n))[*+-][ \t]{1,4}(?=\w)")

QUOTED = re.compile(r"^[ \t]{0,3}>{1,5}[ \t]?(?=[\w\"'*]|[^\x00-\x7f]).*$", re.MULTILINE)
"""A quoted line: somebody else's words."""
REST = re.compile(r"^[ \t]{0,3}>>>[ \t][\s\S]*", re.MULTILINE)
"""Discord's quote of all that follows."""
_QUOTES = re.compile(r"^[ \t]{0,3}>", re.MULTILINE)


def quotes_the_rest(text: str) -> bool:
    """Whether `>>>` is Discord's; in mails, where each line has its own signs, it is a quote in a quote."""
    return ">>> " in text and len(_QUOTES.findall(text)) == 1


def may_hold_links(text: str) -> bool:
    """Whether `LINK` may match: a slow pattern, too."""
    return "www." in text or ("/" in text and bool(_ADDRESS.search(text)))


_REDDIT = re.compile(r"/(?<=[ur]/)(?<!\w[ur]/)")


def may_name_reddit(text: str) -> bool:
    """Whether `REDDIT` may match."""
    return "/" in text and bool(_REDDIT.search(text))


def kept(found: re.Match[str]) -> str:
    """The words between the signs: the last group that matched, or a blank."""
    return found.group(found.lastindex) if found.lastindex else " "


def after_link(found: re.Match[str]) -> str:
    """A blank, and the punctuation that ended the sentence and not the link."""
    link = found.group()
    return " " if link.endswith(">") else " " + link[len(link.rstrip(".,!?;:)\"'*_|~")) :]
