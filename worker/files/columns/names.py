"""Names under which exports keep reviews, films and dates, in the languages of the larger film sites.

Spelled without case, spaces and punctuation.
"""

from __future__ import annotations

from typing import Final


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


TEXT_TIERS: Final[tuple[frozenset[str], ...]] = (
    _names(
        "review reviews reviewtext reviewbody reviewcontent reviewdetail reviewcomment textreview moviereview",
        "filmreview rezension rezensionen filmkritik critique critiques avis reseña resena reseñas resenas",
        "crítica critica críticas criticas recensione recensioni recensie recensies resenha resenhas",
        "avaliação avaliacao anmeldelse anmeldelser recension recensioner arvostelu recenzja recenzje recenze",
        "recenzie отзыв отзывы рецензия рецензии inceleme yorum yorumlar レビュー 评论 影评 評論 리뷰",
    ),
    _names(
        "text texts texte texto testo tekst текст comment comments commentaire commentaires comentario",
        "comentarios comentário comentários kommentar kommentare commento commenti body content contents",
        "contenido contenu inhalt message messages nachricht nachrichten mensaje mensagem messaggio bericht",
        "feedback opinion opinions opinión meinung meinungen post tweet sentence phrase document quote",
        "verbatim answer response freetext rawtext fulltext commenttext commentbody",
    ),
    _names("summary description remark remarks note notes snippet"),
)
"""Each tier beats the next."""

FILM_TIERS: Final[tuple[frozenset[str], ...]] = (
    _names(
        "film films filmtitle filmtitel filmname movie movies movietitle moviename nameoffilm nameofmovie película",
        "pelicula filme фильм primarytitle originaltitle showtitle",
    ),
    _names("title titel titre título titulo titolo show"),
    _names("filmid movieid tconst imdbid asin"),
)
"""A bare title may be the review's own, and an id is no name, so each tier beats the next."""
FILM: Final = frozenset[str]().union(*FILM_TIERS)
DATE: Final = _names(
    "date datetime day datum fecha дата timestamp time created createdat createdate createdon",
    "creationdate postedat posteddate postdate published publishedat publishdate publicationdate",
    "reviewdate reviewtime reviewedat dateofreview submitted submittedat submissiondate updatedat",
    "unixreviewtime erstellt erstelltam writtenat writtenon",
)
ADDED: Final = _names("probability flags model")
"""What a scored file carries beside `label`, which other exports use too."""
