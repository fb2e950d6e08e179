"""Scars of exports: entities, escapes and letters that were read in the wrong encoding, undone where it is certain.

Every pattern is bounded, so that the time stays linear in the text's length, hostile text included.
"""

import html
import re

_NAME = r"(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
# html.unescape alone would hand a megabyte of digits to int(); the bounds here cannot.
ENTITY = re.compile("&" + _NAME)
DOUBLE_ENTITY = re.compile(rf"&(?:amp;){{1,4}}(?={_NAME})")
"""An entity that was escaped once more: `&amp;#39;`."""

# What Windows-1252 makes of the bytes 0x80 to 0xBF, which go on a sign of UTF-8; Latin-1 makes control signs of some.
_GOES_ON = {
    **{chr(byte): byte for byte in range(0x80, 0xC0)},
    **{
        bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    },
}
_MORE = "[" + re.escape("".join(sorted(_GOES_ON))) + "]"
# MacRoman's reading of the commonest signs, and quotes that lost their last byte on the way.
_KNOWN = {
    "\u201a\u00c4\u00f4": "'",
    "\u201a\u00c4\u00f2": "'",
    "\u201a\u00c4\u00fa": '"',
    "\u201a\u00c4\u00f9": '"',
    "\u201a\u00c4\u00ee": " -- ",
    "\u201a\u00c4\u00ec": " -- ",
    "\u201a\u00c4\u00b6": "...",
    "\u00e2\u20ac": '"',
}
MOJIBAKE = re.compile(
    rf"[\u00c2\u00c3\u00c5]{_MORE}|[\u00e2\u00e3\u00ef]{_MORE}{{2}}|\u00f0{_MORE}{{3}}|{'|'.join(_KNOWN)}"
    r"|(?<=[a-z])\ufffd(?=(?:s|t|m|d|re|ve|ll)\b)"
)
"""UTF-8 that was read as Windows-1252, Latin-1 or MacRoman, and apostrophes that were lost altogether."""
MOJIBAKE_SIGNS = ("\u00c2", "\u00c3", "\u00c5", "\u00e2", "\u00e3", "\u00ef", "\u00f0", "\u201a\u00c4", "\ufffd")
"""One of these is in every text that `MOJIBAKE` matches."""

# A path of Windows first, which stays as it is; then what JSON, SQL, Python and Markdown put behind a backslash.
ESCAPE = re.compile(
    r"(?<![A-Za-z])[A-Za-z]:\\[^\s\\]{1,60}\\\S{0,200}"
    r"|\\{1,4}u[dD][89abAB][0-9a-fA-F]{2}\\{1,4}u[dD][c-fC-F][0-9a-fA-F]{2}|\\{1,4}u[0-9a-fA-F]{4}"
    r"|\\{1,4}x[0-9a-fA-F]{2}|(?:\\{1,4}[nr])+|\\{1,4}t|\\{1,4}[!-/:-@\[\]-`{-~]"
)
DOUBLE_QUOTE = re.compile(r"""(?<=[A-Za-z])''(?=[A-Za-z])|(?<!")""(?!")""")
"""A quote that was doubled for SQL or CSV."""


def character(found: re.Match[str]) -> str:
    """The character that an entity stands for."""
    return html.unescape(found.group())


def mended(found: re.Match[str]) -> str:
    """What a match of `MOJIBAKE` was meant to be; itself where its bytes are no UTF-8."""
    text = found.group()
    if text == "\ufffd":
        return "'"
    if text in _KNOWN:
        return _KNOWN[text]
    try:
        return bytes([ord(text[0]), *(_GOES_ON[sign] for sign in text[1:])]).decode("utf-8")
    except UnicodeDecodeError:
        return text


def unescaped(found: re.Match[str]) -> str:
    """What a match of `ESCAPE` stands for."""
    text = found.group()
    if not text.startswith("\\"):
        return text
    codes = re.findall(r"[ux]([0-9a-fA-F]{2,4})", text)
    kind = text.lstrip("\\")[0]
    if kind in "ux":
        number = int(codes[0], 16)
        if len(codes) == 2:
            number = 0x10000 + ((number - 0xD800) << 10) + (int(codes[1], 16) - 0xDC00)
        return chr(number)
    return {"n": "\n", "r": "\n", "t": " "}.get(kind, kind)
