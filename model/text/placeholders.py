"""Placeholders: what stands in a cell or a message where somebody wrote nothing."""

import re

_WORDS = re.compile(r"[^\W_]+")
LONGEST = 40
"""Characters of the longest text that is looked at."""

# As words in lower case, without signs: "N/A" is "n a", "[deleted]" is "deleted".
_PLACEHOLDERS = frozenset(
    line.strip()
    for line in """
    n a
    na
    nan
    nil
    nill
    null
    none
    none given
    none provided
    undefined
    unknown
    not available
    not applicable
    not provided
    not specified
    blank
    empty
    missing
    no answer
    no comment
    no comments
    no data
    no further comment
    no further comments
    no opinion
    no response
    no review
    no reviews
    no text
    nothing to add
    nothing to say
    deleted
    removed
    deleted by user
    removed by moderator
    removed by reddit
    deleted review
    review deleted
    review removed
    comment deleted
    comment removed
    message deleted
    this review has been deleted
    this review has been removed
    this comment has been deleted
    this comment has been removed
    this message was deleted
    original message was deleted
    see above
    same as above
    same
    ditto
    tbd
    tba
    todo
    test
    test test
    testing
    asdf
    qwerty
    lorem ipsum
    xxx
    true
    false
    ref
    value
    div 0
    name
    num
    error
    text
    review
    comment
    image
    attachment
    sticker
    gif
    k a
    keine angabe
    kein kommentar
    sin comentarios
    sin comentario
    sans commentaire
    aucun commentaire
    \u7279\u306b\u306a\u3057
    \u306a\u3057
    """.strip().splitlines()
)


def is_placeholder(text: str) -> bool:
    """Whether a text says only that there is none: `n/a`, `[deleted]`, `no comment`."""
    return len(text) <= LONGEST and " ".join(_WORDS.findall(text.lower())) in _PLACEHOLDERS
