"""Clauses and what they name, as machine code by Numba: texts -> drafts, and drafts with logits -> aspects.

The same results, to the bit, as `model.aspects.finder`, `clauses`, `vocabulary` and `opinion`, which define them and
which the tests compare with; for plain ASCII texts alone. Import this only through `model.aspects.compiled_finder`.

A mention is a code, its name's number x `KINDS` + its kind's. A piece is words `first` to `end` (half-open), its
mentions `low` to `high`, and the strongest weights for (`good`) and against (`bad`) among its words.
"""

from typing import Any

import numpy as np

from common.aspects import NAMES
from model.aspects.clauses import APART, COMMA, FAINT, LONGEST, NONE, STRONG, STRONG_WORD, WEAK
from model.aspects.finder import BEGINNING, CLEAR, LOGITS, MOST_CLAUSES, MOST_WORDS, NEAR, PLOT, SHORT, SUREST
from model.machine_code import compiled, inlined

KINDS = 5
_WORDS, _CUES, _SAYS, _PRAISE, _BLAME = range(KINDS)
_ACTING, _STORY, _PACING, _FILM = map(NAMES.index, ("acting", "story", "pacing", "film"))
_NAMED, _CUED, _PERSON, _BARE, _BESIDE = LOGITS

# What a word may be, a bit each.
TURN, COPULA, VERB, SUBJECT, LEADING, TRAILING, NEGATION, LINK, STARTS, PEOPLE, REFERS, IF, AS, YET = (
    1 << bit for bit in range(14)
)
# Columns of a draft's whole numbers, and of its others.
TEXT, START, END, HINT, NUMBER, PERSON, REFERRING, CODES, CODES_END, COLUMNS = range(10)
SENTENCE, ABOUT, STRENGTH, FLOATS = range(4)

_NO, _SPACE, _ALNUM, _UPPER, _STOP, _CLOSER, _PARTS = 0, 1, 2, 4, 8, 16, 32


def _classes() -> Any:
    """What each ASCII sign may be, as bits."""
    found = np.zeros(256, dtype=np.uint8)
    for code in range(128):
        sign = chr(code)
        found[code] = (
            _SPACE * sign.isspace()
            + _ALNUM * sign.isalnum()
            + _UPPER * sign.isupper()
            + _STOP * (sign in ".!?")
            + _CLOSER * (sign in "\"')]")
            + _PARTS * (sign in ";:()[]\n")
        )
    return found


CLASSES = _classes()
_APOSTROPHE, _DOT, _COMMA, _SLASH, _DASH, _UNDERSCORE, _BLANK, _LINE = map(ord, "'.,/-_ \n")
_N, _T, _H, _E, _S, _ZERO, _NINE, _LOWER_A, _LOWER_Z = map(ord, "nthes09az")
_BASIS, _PRIME = np.uint64(14_695_981_039_346_656_037), np.uint64(1_099_511_628_211)


def _slot_of(low: Any, start: Any, end: Any, slots: Any) -> int:
    """Where a word's search begins in `slots`, by the hash FNV-1a."""
    value = _BASIS
    for at in range(start, end):
        value = (value ^ np.uint64(low[at])) * _PRIME
    value ^= value >> np.uint64(32)
    return np.int64(value & np.uint64(len(slots) - 1))  # type: ignore[return-value]


slot_of = inlined(_slot_of)


def _find(low: Any, start: Any, end: Any, slots: Any, spelled: Any, begins: Any) -> int:
    """Number of the word low[start:end]; one more than the last word's for one that is unknown."""
    slot = slot_of(low, start, end, slots)
    while slots[slot] >= 0:
        word = slots[slot]
        begin = begins[word]
        if begins[word + 1] - begin == end - start:
            at = 0
            while at < end - start and spelled[begin + at] == low[start + at]:
                at += 1
            if at == end - start:
                return np.int64(word)  # type: ignore[return-value]
        slot = (slot + 1) & (len(slots) - 1)
    return len(begins) - 1


find = inlined(_find)


def _index(spelled: Any, begins: Any, slots: Any) -> None:
    """Fills `slots` (int32 [power of two], -1 where free) with the words spelled[begins[n]:begins[n + 1]]."""
    for word in range(len(begins) - 1):
        slot = slot_of(spelled, begins[word], begins[word + 1], slots)
        while slots[slot] >= 0:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = word


index = compiled(_index)


def _scan(low: Any, begin: Any, end: Any, starts: Any, ends: Any, fresh: Any) -> int:
    """Words of one text, `finder._WORD`, and whether a sentence begins with each, `finder._END`; how many there are."""
    found, at = 0, begin
    closers, pending = -1, False  # closing signs after the full stop that stands just before, -1 for no such stop
    while at < end:
        kind = CLASSES[low[at]]
        if kind & _ALNUM:
            starts[found] = at
            while at < end and CLASSES[low[at]] & _ALNUM:
                at += 1
            if at + 1 < end and low[at] == _SLASH and _ZERO <= low[at + 1] <= _NINE:
                at += 2
                while at < end and _ZERO <= low[at] <= _NINE:
                    at += 1
            else:
                while at + 1 < end and low[at] == _APOSTROPHE and CLASSES[low[at + 1]] & _ALNUM:
                    at += 2
                    while at < end and CLASSES[low[at]] & _ALNUM:
                        at += 1
            ends[found], fresh[found] = at, pending
            closers, pending = -1, False
            found += 1
            continue
        if kind & _STOP:
            closers = 0
        elif kind & _SPACE:
            pending = pending or closers >= 0 or low[at] == _LINE
            closers = -1
        elif kind & _CLOSER and 0 <= closers < 3:
            closers += 1
        else:
            closers = -1
        at += 1
    return found


scan = inlined(_scan)


def _mentions(ids: Any, trie: Any, edge: Any, m_code: Any, m_first: Any, m_last: Any) -> int:
    """As `Vocabulary.find`; edge int32 [2, nodes] is room to work in. How many there are."""
    root, begins, words, nodes, anys, name_begins, codes = trie
    found, free, most = 0, 0, len(ids)
    for at in range(most):
        node = root[ids[at]]
        if node < 0 or at < free:
            continue
        best, best_end = node, at + 1
        # All nodes that words from here reach, a depth at a time; among equally long phrases the first in line wins.
        here, width, place = 0, 1, at + 1
        edge[0, 0] = node
        while width and place < most:
            there, wider, taken = 1 - here, 0, False
            for number in range(width):
                above = edge[here, number]
                first, last = begins[above], begins[above + 1]
                while first < last:
                    middle = (first + last) >> 1
                    if words[middle] < ids[place]:
                        first = middle + 1
                    else:
                        last = middle
                if first < begins[above + 1] and words[first] == ids[place]:
                    edge[there, wider] = nodes[first]
                    wider += 1
                if anys[above] >= 0:
                    edge[there, wider] = anys[above]
                    wider += 1
            place += 1
            for number in range(wider):
                below = edge[there, number]
                if not taken and name_begins[below + 1] > name_begins[below]:
                    best, best_end, taken = below, place, True
            here, width = there, wider
        free = best_end
        for number in range(name_begins[best], name_begins[best + 1]):
            if codes[number] >= 0:
                m_code[found], m_first[found], m_last[found] = codes[number], at, best_end - 1
                found += 1
    return found


mentions_of = inlined(_mentions)


def _capitals(plain: Any, low: Any, begin: Any, at: Any, end: Any) -> tuple[int, int]:
    """Where `finder._CAPITALS` first matches in plain[begin:end] from `at` on, and where its first word ends; or -1."""
    while at + 1 < end:
        before = plain[at - 1]
        if CLASSES[plain[at]] & _UPPER and (
            at == begin or not (CLASSES[before] & _ALNUM or before == _UNDERSCORE or before == _DOT)
        ):
            word_end = at + 1
            while word_end < end and _LOWER_A <= plain[word_end] <= _LOWER_Z:
                word_end += 1
            after = word_end
            while (
                after < end
                and after - word_end < 2
                and (plain[after] == _DOT or plain[after] == _COMMA or plain[after] == _APOSTROPHE)
            ):
                after += 1
            if (
                word_end > at + 1
                and after + 2 < end
                and plain[after] == _BLANK
                and CLASSES[plain[after + 1]] & _UPPER
                and _LOWER_A <= plain[after + 2] <= _LOWER_Z
            ):
                return at, word_end
        at += 1
    return -1, -1


capitals = inlined(_capitals)


def _may_be_person(plain: Any, low: Any, begin: Any, end: Any) -> bool:
    """As `finder._may_be_person` of plain[begin:end]."""
    if begin + 2 < end and low[begin] == _H and low[begin + 1] == _E:
        if low[begin + 2] == _BLANK or low[begin + 2] == _APOSTROPHE:
            return True
    elif begin + 2 < end and low[begin] == _S and low[begin + 1] == _H and low[begin + 2] == _E:
        return True
    return bool(capitals(plain, low, begin, begin, end)[0] >= 0)


may_be_person = inlined(_may_be_person)


def _is_person(plain: Any, low: Any, begin: Any, end: Any, words: Any) -> bool:
    """As `finder._is_person` of plain[begin:end]."""
    near = min(end, begin + BEGINNING)
    at, word_end = capitals(plain, low, begin, begin, near)
    while at >= 0 and words[6][find(low, at, word_end, words[0], words[1], words[2])] & STARTS:
        at, word_end = capitals(plain, low, begin, word_end, near)
    if at < 0:
        return False
    for place in range(begin, end):
        first = place == begin or CLASSES[plain[place - 1]] & _SPACE
        if first and _LOWER_A <= plain[place] <= _LOWER_Z:
            return True
    return False


is_person = inlined(_is_person)


def _parts_here(low: Any, begin: Any, end: Any) -> bool:
    """Whether `clauses._PARTING` is found in low[begin:end]."""
    for at in range(begin, end):
        kind = CLASSES[low[at]]
        if kind & _PARTS:
            return True
        more = end - at
        if more > 1 and kind & _STOP and CLASSES[low[at + 1]] & _SPACE:
            return True
        if more > 1 and low[at] == _DASH and low[at + 1] == _DASH:
            return True
        if more > 2:
            if low[at] == _DOT and low[at + 1] == _DOT and low[at + 2] == _DOT:
                return True
            if kind & _SPACE and low[at + 1] == _DASH and CLASSES[low[at + 2]] & _SPACE:
                return True
    return False


parts_here = inlined(_parts_here)


def _holds(low: Any, begin: Any, end: Any, sign: int) -> bool:
    for at in range(begin, end):
        if low[at] == sign:
            return True
    return False


holds = inlined(_holds)


def _cuts(low: Any, starts: Any, ends: Any, ids: Any, words: Any, cuts: Any) -> None:
    """Fills `cuts` as `clauses._cuts`, but for the phrases of the vocabulary."""
    known, bits, keys, seconds = words[5], words[6], words[7], words[8]
    cuts[:] = NONE
    for place in range(1, len(ids)):
        begin, end = ends[place - 1], starts[place]
        word, before = ids[place], ids[place - 1]
        cut = known[word]
        if cut < 0 and end - begin == 1 and low[begin] in (_BLANK, _APOSTROPHE, _DASH):
            continue
        comma = holds(low, begin, end, _COMMA)
        follows = place + 1 < len(ids) and (
            cut == STRONG or keys[word] & seconds[ids[place + 1]] or (bits[word] & YET and comma)
        )
        if follows or parts_here(low, begin, end):
            cuts[place] = STRONG
        elif bits[word] & IF and bits[before] & AS:
            continue
        elif bits[word] & TURN:
            cuts[place - 1 if bits[before] & COPULA else place] = WEAK
        elif comma:
            cuts[place] = COMMA
        elif cut == WEAK or holds(low, begin, end, _SLASH):
            cuts[place] = WEAK
        elif cut == FAINT:
            cuts[place] = FAINT


cuts_of = inlined(_cuts)


def _from(m_first: Any, count: Any, word: Any) -> int:
    """The first of `count` mentions that begins at `word` or later."""
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if m_first[middle] < word:
            low = middle + 1
        else:
            high = middle
    return low


from_word = inlined(_from)


def _piece(first: Any, end: Any, weights: Any, m_code: Any, m_first: Any, count: Any) -> tuple[int, int, float, float]:
    """Mentions and strongest weights of words `first` to `end`, as `clauses._Read.piece`."""
    good, least = weights[first], weights[first]
    for place in range(first + 1, end):
        good, least = max(good, weights[place]), min(least, weights[place])
    bad = -least
    low, high = from_word(m_first, count, first), from_word(m_first, count, end)
    for number in range(low, high):
        kind = m_code[number] % KINDS
        if kind == _PRAISE:
            good = max(good, 1.0)
        elif kind == _BLAME:
            bad = max(bad, 1.0)
    return low, high, good, bad


piece_of = inlined(_piece)


def _told(m_code: Any, low: Any, high: Any) -> tuple[bool, bool, int]:
    """Of a piece's mentions: `clauses._Piece.names`, whether one tells an opinion on something but the film, and
    `subjects` as bits."""
    names, says, film, subjects = False, False, 0, 0
    for number in range(low, high):
        name, kind = m_code[number] // KINDS, m_code[number] % KINDS
        if name != _FILM:
            names, subjects = True, subjects | (1 << name)
            says = says or kind >= _SAYS
        else:
            film = 1 << name
            names = names or (kind != _CUES and kind != _SAYS)
    return names, says, subjects if subjects else film


told = inlined(_told)


def _predicates(end: Any, low: Any, high: Any, ids: Any, bits: Any, m_code: Any, m_last: Any) -> bool:
    """As `clauses._Read.predicates`."""
    for number in range(low, high):
        if m_code[number] % KINDS <= _CUES:
            for place in range(m_last[number] + 1, min(end, m_last[number] + 3)):
                if bits[ids[place]] & VERB:
                    return True
    return False


predicates = inlined(_predicates)


def _qualifies(
    first: Any, end: Any, low: Any, high: Any, ids: Any, known: Any, bits: Any, m_first: Any, m_last: Any
) -> bool:
    """As `clauses._Read.qualifies`."""
    number = low
    for place in range(first, end):
        while number < high and m_last[number] < place:
            number += 1
        if number < high and m_first[number] <= place:
            continue
        if known[ids[place]] < 0 and not bits[ids[place]] & COPULA:
            return True
    return False


qualifies = inlined(_qualifies)


def _stands(cut: Any, left: Any, right: Any, ids: Any, words: Any, m_code: Any, m_first: Any, m_last: Any) -> bool:
    """As `clauses._stands`, of two pieces (first, end, low, high, good, bad)."""
    if cut == STRONG:
        return True
    known, bits = words[5], words[6]
    left_names, left_says, left_subjects = told(m_code, left[2], left[3])
    right_names, right_says, right_subjects = told(m_code, right[2], right[3])
    right_strong = max(right[4], right[5]) >= STRONG_WORD
    left_judges = left_names and (max(left[4], left[5]) >= STRONG_WORD or left_says)
    right_judges = right_names and (right_strong or right_says)
    long = left[1] - left[0] >= APART
    subject = False
    for place in range(right[0], min(right[1], right[0] + 2)):
        subject = subject or bits[ids[place]] & SUBJECT != 0
    if subject and (right_names or right_strong):
        return long and (left_judges or not left_names)
    if left_names and right_names:
        mood, other = left[4] - left[5], right[4] - right[5]
        against = min(mood, other) <= -STRONG_WORD and max(mood, other) >= STRONG_WORD
        if left_subjects == right_subjects and not against:
            return False
        if (
            cut == COMMA
            and qualifies(left[0], left[1], left[2], left[3], ids, known, bits, m_first, m_last)
            and qualifies(right[0], right[1], right[2], right[3], ids, known, bits, m_first, m_last)
        ):
            return True
        return (left_judges and right_judges) or (
            predicates(left[1], left[2], left[3], ids, bits, m_code, m_last)
            and predicates(right[1], right[2], right[3], ids, bits, m_code, m_last)
        )
    return right_judges and long and not left_names


stands = inlined(_stands)


def _whole_pieces(
    cuts: Any, ids: Any, words: Any, weights: Any, m_code: Any, m_first: Any, m_last: Any, count: Any, pieces: Any
) -> int:
    """Fills `pieces` (int32 [words, 2]) with the words of each piece whose cuts stand, none longer than a clause."""
    found, at = 0, 0
    left = (0, 0, 0, 0, 0.0, 0.0)
    while at < len(ids):
        end = at + 1
        while end < len(ids) and cuts[end] < WEAK:
            end += 1
        low, high, good, bad = piece_of(at, end, weights, m_code, m_first, count)
        right = (at, end, low, high, good, bad)
        if at and not stands(cuts[at], left, right, ids, words, m_code, m_first, m_last):
            left = (left[0], end, left[2], high, max(left[4], good), max(left[5], bad))
        else:
            if at:
                found = bounded(left[0], left[1], pieces, found)
            left = right
        at = end
    return bounded(left[0], left[1], pieces, found)  # type: ignore[no-any-return]


def _bounded(first: Any, end: Any, pieces: Any, found: Any) -> int:
    """Adds a piece, or its parts where it is longer than a clause can be, to `found` ones."""
    for start in range(first, end, LONGEST):
        pieces[found, 0], pieces[found, 1] = start, min(end, start + LONGEST)
        found += 1
    return found  # type: ignore[no-any-return]


bounded = inlined(_bounded)
whole_pieces = inlined(_whole_pieces)


def _sum_of(ids: Any, first: Any, end: Any, opinions: Any, bias: Any, seen: Any, stamp: Any) -> float:
    """As `Opinion.sum_of`; seen int64 [words] holds the stamps of the sums that each word was last counted in."""
    total = 0.0
    for place in range(first, end):
        word = ids[place]
        if seen[word] != stamp:
            seen[word] = stamp
            total += opinions[word]
    return bias + total  # type: ignore[no-any-return]


sum_of = inlined(_sum_of)


def _is_epithet(one: Any, noun: Any, ids: Any, bits: Any, m_code: Any, m_first: Any, m_last: Any) -> bool:
    """As `finder._is_epithet`."""
    name, other = m_code[one] // KINDS, m_code[noun] // KINDS
    if name == other or (name == _PACING and other == _STORY):
        return False
    if 0 <= m_first[noun] - m_last[one] - 1 <= 1:
        return True
    if 1 <= m_first[one] - m_last[noun] - 1 <= NEAR:
        for place in range(m_last[noun] + 1, m_first[one]):
            if bits[ids[place]] & LINK:
                return True
    return False


is_epithet = inlined(_is_epithet)


def _is_kept(one: Any, low: Any, high: Any, ids: Any, bits: Any, m_code: Any, m_first: Any, m_last: Any) -> bool:
    """Whether `finder._without_epithets` keeps a mention of a clause that has these."""
    if m_code[one] % KINDS != _SAYS or m_code[one] // KINDS == _FILM:
        return True
    for noun in range(low, high):
        if (
            m_code[noun] % KINDS <= _CUES
            and m_code[noun] // KINDS != _FILM
            and is_epithet(one, noun, ids, bits, m_code, m_first, m_last)
        ):
            return False
    return True


is_kept = inlined(_is_kept)


def _hint(one: Any, low: Any, starts: Any, ends: Any, ids: Any, bits: Any, m_code: Any, m_first: Any) -> int:
    """As `finder._hint`."""
    kind = m_code[one] % KINDS
    if kind != _PRAISE and kind != _BLAME:
        return 0
    for place in range(max(0, m_first[one] - NEAR), m_first[one]):
        end = ends[place]
        short = end - starts[place] >= 3 and low[end - 3] == _N and low[end - 2] == _APOSTROPHE and low[end - 1] == _T
        if short or bits[ids[place]] & NEGATION:
            return 0
    return 1 if kind == _PRAISE else -1


hint_of = inlined(_hint)


def _opinion(weights: Any, logit: Any, sentence: Any, about: Any, strength: Any, says: Any) -> float:
    """As `Opinion.logit`."""
    sure = abs(logit)
    total = weights[0] + weights[1] * sure
    total += weights[2] * min(sure, 1.0)
    total += weights[3] * sentence
    total += weights[4] * about
    total += weights[5] * min(strength, 1.0)
    if says:
        total += weights[6]
    return total  # type: ignore[no-any-return]


opinion_of = inlined(_opinion)


def _draft(
    plain: Any,
    low: Any,
    sentence: Any,
    piece: Any,
    starts: Any,
    ends: Any,
    ids: Any,
    weights: Any,
    words: Any,
    judged: Any,
    m_code: Any,
    m_first: Any,
    m_last: Any,
    seen: Any,
    stamp: Any,
    numbers: Any,
    floats: Any,
    codes: Any,
    found: Any,
    written: Any,
) -> tuple[int, int]:
    """As `clauses._clause` and `Finder._draft`: adds a piece's draft to `found` ones, where it may come to something.

    sentence: (text, number, sum of its words, bare); piece: (first, end, low, high); written: codes until now. Returns
    both numbers.
    """
    first, last, lowest, highest = piece[0], piece[1] - 1, piece[2], piece[3]
    bits = words[6]
    named_first = m_first[lowest] if lowest < highest else last
    named_last = m_last[highest - 1] if lowest < highest else first
    while first < min(last, named_first) and bits[ids[first]] & LEADING:
        first += 1
    while last > max(first, named_last) and bits[ids[last]] & TRAILING:
        last -= 1
    most, least = weights[first], weights[first]
    for place in range(first + 1, last + 1):
        most, least = max(most, weights[place]), min(least, weights[place])
    strength = max(most, -least)
    start, end = starts[first], ends[last]
    while end < sentence[4] and CLASSES[plain[end]] & _STOP:
        end += 1
    named, only_says = False, True
    for number in range(lowest, highest):
        named = named or m_code[number] // KINDS != _FILM or m_code[number] % KINDS != _SAYS
        only_says = only_says and m_code[number] % KINDS == _SAYS
    own = bits[ids[first]]
    person = own & PEOPLE != 0
    if not person and only_says:
        person = is_person(plain, low, start, end, words)
    refers = own & REFERS != 0
    if not (named or sentence[3] or (strength >= STRONG_WORD and (person or refers))):
        return found, written
    begun, hint, says, noun = written, 0, False, False
    for number in range(lowest, highest):
        if highest - lowest > 1 and not is_kept(number, lowest, highest, ids, bits, m_code, m_first, m_last):
            continue
        hint += hint_of(number, low, starts, ends, ids, bits, m_code, m_first)
        says = says or m_code[number] % KINDS >= _SAYS
        noun = noun or m_code[number] % KINDS == _WORDS
        new = True
        for place in range(begun, written):
            new = new and codes[place] != m_code[number]
        if new:
            codes[written] = m_code[number]
            written += 1
    about = sum_of(ids, first, last + 1, words[3], judged[0], seen, stamp)
    if not (hint or noun or opinion_of(judged[1], SUREST, sentence[2], about, strength, says) >= _NAMED):
        return found, begun
    numbers[found, TEXT], numbers[found, NUMBER] = sentence[0], sentence[1]
    numbers[found, START], numbers[found, END] = start, end
    numbers[found, HINT], numbers[found, PERSON], numbers[found, REFERRING] = hint, person, refers
    numbers[found, CODES], numbers[found, CODES_END] = begun, written
    floats[found, SENTENCE], floats[found, ABOUT], floats[found, STRENGTH] = sentence[2], about, strength
    return found + 1, written


draft = inlined(_draft)


def _drafts(
    plain: Any,
    low: Any,
    bounds: Any,
    words: Any,
    trie: Any,
    judged: Any,
    names: Any,
    numbers: Any,
    floats: Any,
    codes: Any,
) -> int:
    """The drafts of many texts, as `Finder.drafts` of each; how many there are.

    plain, low uint8 [signs], bounds int64 [n + 1]: the texts one after the other, as they are and in lower case; words,
    trie, judged: as `model.aspects.compiled_finder` makes them; names: most names of a phrase. Fills numbers int64
    [drafts, COLUMNS], floats float64 [drafts, FLOATS] and codes uint8 [words x names].
    """
    longest = 1
    for text in range(len(bounds) - 1):
        longest = max(longest, bounds[text + 1] - bounds[text])
    room = longest // 2 + 2
    starts, ends, fresh = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.bool_)
    most = min(room, MOST_WORDS) + 1
    ids, weights, cuts = np.empty(most, np.int64), np.empty(most, np.float64), np.empty(most, np.int64)
    pieces = np.empty((most, 2), np.int64)
    m_code = np.empty(most * names, np.int64)
    m_first, m_last = np.empty(most * names, np.int64), np.empty(most * names, np.int64)
    edge = np.empty((2, len(trie[5])), np.int64)
    seen = np.zeros(len(words[3]), np.int64)
    stamp, found, written = 0, 0, 0
    for text in range(len(bounds) - 1):
        begun, end_of_text = found, bounds[text + 1]
        count = scan(low, bounds[text], end_of_text, starts, ends, fresh)
        if count > MOST_WORDS:
            head = MOST_WORDS // 4
            for place in range(head, MOST_WORDS):
                other = place + count - MOST_WORDS
                starts[place], ends[place], fresh[place] = starts[other], ends[other], fresh[other]
            fresh[head] = True
            count = MOST_WORDS
        read = 1 if count else 0
        for place in range(count):
            ids[place] = find(low, starts[place], ends[place], words[0], words[1], words[2])
            weights[place] = words[4][ids[place]]
            read += place > 0 and fresh[place]
        bare = read <= SHORT
        first, sentence = 0, 0
        while first < count:
            last = first + 1
            while last < count and not fresh[last]:
                last += 1
            own_ids, own_starts, own_ends = ids[first:last], starts[first:last], ends[first:last]
            named = mentions_of(own_ids, trie, edge, m_code, m_first, m_last)
            if named or bare or may_be_person(plain, low, own_starts[0], own_ends[-1]):
                stamp += 1
                about = sum_of(own_ids, 0, len(own_ids), words[3], judged[0], seen, stamp)
                shared = (text, sentence, about, bare, end_of_text)
                own_weights, own_cuts = weights[first:last], cuts[first:last]
                cuts_of(low, own_starts, own_ends, own_ids, words, own_cuts)
                for number in range(named):
                    own_cuts[m_first[number] + 1 : m_last[number] + 1] = NONE
                whole = whole_pieces(own_cuts, own_ids, words, own_weights, m_code, m_first, m_last, named, pieces)
                for number in range(whole):
                    begin, end = pieces[number, 0], pieces[number, 1]
                    lowest, highest, good, bad = piece_of(begin, end, own_weights, m_code, m_first, named)
                    mixed, place = good >= STRONG_WORD and bad >= STRONG_WORD, begin + 1
                    while True:
                        # Cut at prepositions and articles where both sides judge, one for and one against.
                        stop, stop_high = end, highest
                        while mixed and place < end:
                            here, place = place, place + 1
                            if own_cuts[here] != FAINT:
                                continue
                            left = piece_of(begin, here, own_weights, m_code, m_first, named)
                            right = piece_of(here, end, own_weights, m_code, m_first, named)
                            left_names, left_says, _ = told(m_code, left[0], left[1])
                            right_names, right_says, _ = told(m_code, right[0], right[1])
                            if (
                                left_names
                                and right_names
                                and (left_says or max(left[2], left[3]) >= STRONG_WORD)
                                and (right_says or max(right[2], right[3]) >= STRONG_WORD)
                                and (left[2] - left[3]) * (right[2] - right[3]) < 0
                            ):
                                stop, stop_high = here, left[1]
                                break
                        stamp += 1
                        found, written = draft(
                            plain, low, shared, (begin, stop, lowest, stop_high), own_starts, own_ends, own_ids,
                            own_weights, words, judged, m_code, m_first, m_last, seen, stamp, numbers, floats, codes,
                            found, written,
                        )  # fmt: skip
                        if stop == end:
                            break
                        begin, lowest = stop, stop_high
            first, sentence = last, sentence + 1
        if found - begun > MOST_CLAUSES:
            head = MOST_CLAUSES // 4
            for place in range(begun + head, begun + MOST_CLAUSES):
                other = place + found - begun - MOST_CLAUSES
                numbers[place], floats[place] = numbers[other], floats[other]
            found = begun + MOST_CLAUSES
    return found


drafts = compiled(_drafts)


def _names(
    own: Any, sure: Any, hinted: Any, person: Any, alone: Any, inherited: Any, n_inherited: Any, into: Any
) -> int:
    """As `finder._names` of a draft with these codes; fills `into` with the names, and returns how many there are."""
    if sure < _NAMED and not hinted:
        return 0
    cues = sure >= _CUED or hinted
    known, found, film, film_says, more = 0, 0, False, False, False
    for code in own:
        name, kind = code // KINDS, code % KINDS
        more = more or kind != _SAYS
        if name == _FILM:
            film = film or (kind != _CUES and kind != _SAYS)
            film_says = film_says or kind == _SAYS
        elif (kind != _CUES or cues) and not known & (1 << name):
            known |= 1 << name
            into[found] = name
            found += 1
    if person and sure >= _PERSON and not more:
        into[0] = _ACTING
        return 1
    if found:
        return found
    if film:
        into[0] = _FILM
        return 1
    if sure < _BARE:
        return 0
    if person:
        into[0] = _ACTING
        return 1
    if n_inherited:
        into[:n_inherited] = inherited[:n_inherited]
        return n_inherited  # type: ignore[no-any-return]
    if alone or (sure >= _BESIDE and film_says):
        into[0] = _FILM
        return 1
    return 0


names_of = inlined(_names)


def _aspects(
    numbers: Any, floats: Any, codes: Any, weights: Any, logits: Any, sides: Any, of_draft: Any, names: Any, told: Any
) -> int:
    """The aspects of drafts, as `Finder.aspects`; how many there are.

    numbers, floats, codes: as `_drafts` fills them; weights: `Opinion.weights`; logits float64 [drafts]; sides int8
    [drafts]: 1 for positive, -1 for negative. Fills of_draft int64, names int8 and told int8 (a side, 0 for neutral),
    each [most], with a row for each aspect; most: as many names as there are for each draft.
    """
    found = 0
    before, into = np.empty(len(NAMES), np.int64), np.empty(len(NAMES), np.int64)
    first = 0
    while first < len(numbers):
        last, alone = first, True
        while (
            last < len(numbers)
            and numbers[last, TEXT] == numbers[first, TEXT]
            and numbers[last, NUMBER] == numbers[first, NUMBER]
        ):
            for place in range(numbers[last, CODES], numbers[last, CODES_END]):
                alone = alone and codes[place] // KINDS == _FILM
            last += 1
        n_before = 0
        for draft in range(first, last):
            own = codes[numbers[draft, CODES] : numbers[draft, CODES_END]]
            says = False
            for code in own:
                says = says or code % KINDS >= _SAYS
            sentence = floats[draft, SENTENCE]
            sure = opinion_of(weights, logits[draft], sentence, floats[draft, ABOUT], floats[draft, STRENGTH], says)
            if abs(logits[draft]) >= CLEAR and sentence >= PLOT:
                sure = max(sure, _CUED)
            hinted = numbers[draft, HINT] != 0 and sentence >= PLOT
            n_inherited = n_before if numbers[draft, REFERRING] else 0
            n_names = names_of(own, sure, hinted, numbers[draft, PERSON], alone, before, n_inherited, into)
            for number in range(n_names):
                of_draft[found], names[found], told[found] = draft, into[number], sides[draft]
                found += 1
            if n_names:
                before[:n_names], n_before = into[:n_names], n_names
            elif sentence >= PLOT:
                known = 0
                for code in own:
                    name = code // KINDS
                    if code % KINDS == _WORDS and name != _FILM and name != _STORY and not known & (1 << name):
                        known |= 1 << name
                        of_draft[found], names[found], told[found] = draft, name, 0
                        found += 1
        first = last
    return found


aspects = compiled(_aspects)
