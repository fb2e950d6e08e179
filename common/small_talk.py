"""Small talk: what people say to a bot that is no review, in the languages it speaks.

For the bot, which answers it instead of scoring it; what a row of a file or a text on the command line says is judged
by the narrower list of `model.text.small_talk`. Only what is plain: words that are all greeting, thanks, or a question
about the bot. Whatever else is said is read as a review, and the model says how it reads.
"""

from __future__ import annotations

import re
from typing import Final

_PHRASES: Final = """
hi|hii|hiya|hello|hello world|hey|heya|yo|sup|howdy|greetings|good morning|good afternoon|good evening|good night
morning|thanks|thank you|many thanks|thx|thnx|ty|tysm|cheers|much appreciated|welcome|no problem|np|you re welcome|bye
goodbye|good bye|cya|see you|see ya|see you later|later|good bot|bad bot|nice bot|sorry|please|pls|ok|okay|k|kk|yes|no
yep|yup|nope|sure|got it|i see|lol|lmao|rofl|haha|hahaha|hehe|hmm|huh|wow ok|brb|gg|test|testing|ping|start|help
help me|can you help me|can you help|i need help|what is this|what are you|who are you|are you a bot|are you there
are you online|anyone there|you there|how are you|how are you doing|how s it going|what s up|whats up|wassup
what can you do|what do you do|how does this work|how does it work|how do you work|how do i use this|how do i use you
how to use|how to use this|what should i do|what do i do|what now|who made you|how old are you|tell me a joke|thoughts
any thoughts|your thoughts|what do you think|what do you think of this|what do you think about this|what about this
what about this one|how about this|how about this one|and this|and this one|this one|this|score this|rate this
score it|rate it|check this|read this|analyze this|analyse this|score this please|is this positive|is this negative
positive or negative|is it positive or negative|hallo|hi zusammen|moin|moin moin|servus|grüß gott|guten tag
guten morgen|guten abend|gute nacht|na|tag|wie geht s|wie gehts|wie geht es dir|danke|danke schön|dankeschön
vielen dank|bitte|tschüss|tschüs|ciao|bis später|hilfe|was kannst du|wer bist du|was bist du|wie funktioniert das
was ist das|was meinst du|was hältst du davon|ja|nein|salut|bonjour|bonsoir|coucou|bonne nuit|merci|merci beaucoup
de rien|au revoir|à plus|aide|aide moi|ça va|comment ça va|qui es tu|que fais tu|que peux tu faire|comment ça marche
c est quoi|s il te plaît|oui|non|qu en penses tu|hola|buenas|buenos días|buenos dias|buenas tardes|buenas noches
gracias|muchas gracias|de nada|adiós|adios|hasta luego|ayuda|cómo estás|como estas|qué tal|que tal|quién eres
quien eres|qué haces|qué puedes hacer|cómo funciona|por favor|sí|qué te parece|qué opinas|olá|oi|obrigado|obrigada
grazie|buongiorno|привет|спасибо|こんにちは|こんばんは|おはよう|おはようございます|おやすみ|はじめまして|よろしく|よろしくお願いします|どうも|やあ|もしもし|ありがとう|ありがとうございます
さようなら|またね|ヘルプ|助けて|使い方|使い方は|何ができますか|何ができるの|あなたは誰|元気ですか|元気|はい|いいえ|どう思う|どう思いますか|你好|谢谢|안녕|안녕하세요|감사합니다
"""
PHRASES: Final = frozenset(phrase.strip() for phrase in _PHRASES.replace("\n", "|").split("|") if phrase.strip())
"""Each is small talk by itself; two after one another are, too."""
_TAIL: Final = """
there all everyone everybody guys folks friend friends buddy mate man bro dude bot reelfeel robot again so
much very a lot for that your the help today you me anyway zusammen sehr dir für deine hilfe beaucoup toi tous
para ti todos
"""
TAIL: Final = frozenset(_TAIL.split())
"""What may stand after one."""
MOST_WORDS: Final = 10
_LONGEST: Final = max(phrase.count(" ") + 1 for phrase in PHRASES)
_WORDS: Final = re.compile(r"[^\W\d_]+")


def is_small_talk(text: str) -> bool:
    """Whether a message is nothing but greeting, thanks, or a question about the bot; a number is never small talk."""
    words = _WORDS.findall(text.casefold())
    if not words or len(words) > MOST_WORDS or any(sign.isdigit() for sign in text):
        return False
    place, begun = 0, False
    while place < len(words):
        length = _phrase_at(words, place)
        if length:
            begun = True
        elif begun and words[place] in TAIL:
            length = 1
        else:
            return False
        place += length
    return True


def _phrase_at(words: list[str], place: int) -> int:
    """Words of the longest phrase that begins here; 0 when none does."""
    for length in range(min(_LONGEST, len(words) - place), 0, -1):
        if " ".join(words[place : place + length]) in PHRASES:
            return length
    return 0
