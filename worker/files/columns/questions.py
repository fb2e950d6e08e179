"""What forms ask, in the languages of this project: which question asks for the review, the film, the day, the stars.

A title of a column may be a whole sentence. One table of patterns for each role; a title that fits none is still told
from a review when it speaks to whoever answers.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Role = Literal["text", "more", "film", "date", "stars", "choice"]
"""more: a further free text ("Anything else?"), second choice; choice: answered by yes or no, or from a list."""
MAX_TITLE: Final = 200
"""Characters; a longer cell is no title."""

_FLAGS: Final = re.IGNORECASE
_PATTERNS: Final[tuple[tuple[Role, re.Pattern[str]], ...]] = (
    (
        "more",
        re.compile(
            r"\b(any(thing)? (else|other|further|more)|other comments|additional|further comments|suggest|improve"
            r"|sonst noch|weitere|anregung|verbesser|autre chose|d'autres|remarques|algo más|otros comentarios"
            r"|mais alguma coisa|altro da|etwas hinzu|что-нибудь ещё|что-то ещё)|その他|ほかに|其他|还有",
            _FLAGS,
        ),
    ),
    (
        "stars",
        re.compile(
            r"\b(how many (stars|points)|rate|rated|rating|score|stars?\b|on a scale|out of (5|10|five|ten)"
            r"|wie viele (sterne|punkte)|bewerte|bewerten|bewertest|bewertung|skala|schulnote|combien d'étoiles|étoiles"
            r"|quelle note|notez|noteriez|noter|sur une échelle|cuántas estrellas|estrellas|puntúa|puntuar|puntuación"
            r"|califica|calificar|del 1 al|quantas estrelas|nota você|que nota|de 1 a|quante stelle|che voto"
            r"|сколько звезд|оцените)|何点|いくつ星|星の数|評価して|评分|打分|几颗星|几星|몇 점",
            _FLAGS,
        ),
    ),
    (
        "film",
        re.compile(
            r"\b((which|what|name( of)?|title of)( the| a)? (film|movie|picture)s?\b|(film|movie) (did|have|are|do) you"
            r"|(film|movie)('s)? (title|name)|title of the (film|movie)"
            r"|welche[nrs]? (film|kinofilm)|filmtitel|titel des films|name des films|welchen film"
            r"|quel(le)? (film|est le (titre|nom) du film)|(titre|nom) du film"
            r"|(qué|que|cuál) (película|pelicula|film)|(título|nombre) de la película"
            r"|(qual|que) filme|(título|nome) do filme|(quale|che) film|titolo del film"
            r"|какой фильм|название фильма|welke film)|どの映画|何の映画|映画の(名前|題名|タイトル)|作品名"
            r"|哪部(电影|影片)"
            r"|哪部電影|电影名称|어떤 영화",
            _FLAGS,
        ),
    ),
    (
        "text",
        re.compile(
            r"\b(what did you (think|like|make|feel)|what do you (think|make)|how did you (like|find|feel)"
            r"|your thoughts?"
            r"|thoughts (on|about)|your (opinion|review|feedback|impressions?|comments?)|(write|leave"
            r"|give) (us )?(a|your)"
            r"|tell us|describe|in your own words|why did you|reasons? for|please (explain|comment|share)"
            r"|comments? (on|about)|opinion (on|about|of)|review (of|text)|did you think"
            r"|wie hat|wie fand|wie fanden|was hältst|was halten|was denk|deine meinung|ihre meinung"
            r"|eure meinung|gefallen"
            r"|meinung zu[mr]?|rezension|beschreib|begründ|qu'(as-tu|avez-vous) pensé|que pens|pensé d|votre avis"
            r"|ton avis|avez-vous (aimé|trouvé)|qué te pareció|qué le pareció|qué les pareció|qué opina|qué piensa"
            r"|tu opinión|su opinión|cuéntanos|o que (você )?achou|o que (você )?acha|sua opinião"
            r"|cosa (ne )?(pensi|pensa)"
            r"|che ne pensi|ti è piaciuto|la tua opinione|что вы думаете|как вам|ваше мнение|ваш отзыв|понравился"
            r"|wat vond|wat vind)|感想|ご意見|どう思い|いかがでした|どうでした|您(觉得|认为)|你(觉得|认为)"
            r"|怎么样|看法|评价"
            r"|어땠|소감",
            _FLAGS,
        ),
    ),
    (
        "date",
        re.compile(
            r"\b(when did you|date|datum|fecha|wann (hast|haben)|quand avez|cuándo|quando|timestamp|submitted|"
            r"created|posted|published|horodat|marca temporal|zeitstempel|дата)\b|日付|日時|日期|时间|いつ",
            _FLAGS,
        ),
    ),
)
_CHOICE: Final = re.compile(
    r"^\W*(did|do|does|would|will|have|has|are|is|was|were|can|could|should|hast|haben|würdest|würden|ist|war|est-ce"
    r"|avez|as-tu|recommand|te gustó|le gustó|recomend)\b",
    _FLAGS,
)
_NOT_OF_THE_REVIEW: Final = re.compile(
    r"\b(birth|release|born|expir|deleted|repl(y|ied)|geburt|erscheinung|sortie|estreno|nacimiento)", _FLAGS
)
_SPEAKS: Final = re.compile(
    r"\b(you|your|yours|du|dir|dich|dein\w*|sie|ihr|ihnen|ihre\w*|euch|eure\w*|vous|votre|vos|tu|toi|ton|ta|te|usted|ustedes"
    r"|su|le|les|você|vocês|sua|seu|ti|tua|tuo|voi|вы|вам|вас|ваш\w*|ты|тебе|please|bitte|s'il|por favor|jij|je|jullie"
    r"|us)\b|ください|ですか|でしたか|ましたか|您|你|吗|어땠|까요|나요",
    _FLAGS,
)
_ASKS: Final = re.compile(
    r"^\W*(what|which|how|who|why|when|where|did|do|would|was|wie|was|welche\w*|wer|warum|wann|hat|haben|hast|que|quel\w*"
    r"|qu'|comment|pourquoi|avez|as-tu|qué|cuál|cómo|por qué|cuánt\w*|o que|qual|como|cosa|che|come|quante"
    r"|как\w*|что|wat)"
    r"(?!\w)|[?？]\W*$",
    _FLAGS,
)
_ENDS: Final = re.compile(r"[?？:：]\s*\*?\s*(\([^()]{1,40}\))?\s*$")


def role_of(title: str) -> Role | None:
    """What a title of several words asks for; None where no pattern fits, or it is too long for a title."""
    if len(title) > MAX_TITLE or (len(title.split()) < 2 and title.isascii()):
        return None
    for role, pattern in _PATTERNS:
        if pattern.search(title):
            if role == "date" and _NOT_OF_THE_REVIEW.search(title):
                return None
            return role
    return "choice" if _CHOICE.search(title) and _ENDS.search(title) else None


def addresses(cell: str) -> bool:
    """Whether it speaks to somebody: you, please, ください."""
    return _SPEAKS.search(cell) is not None


def speaks_to_whoever_answers(cell: str) -> bool:
    """Whether a cell is a question of a form rather than a review: it addresses somebody, and asks or ends in `:`."""
    cell = cell.strip()
    if not 6 <= len(cell) <= MAX_TITLE and not (len(cell) > 2 and not cell.isascii()):
        return False
    if cell.count(".") > 1 or "! " in cell:
        return False
    spoken = _SPEAKS.search(cell) is not None
    return spoken and _ENDS.search(cell) is not None and (_ASKS.search(cell) is not None or cell[-1] in ":：")
