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
# Columns of what is known of words, and of their weights.
CUT, BITS, FIRST_OF, SECOND_OF, MARKS = range(5)
OPINION, LEANING = range(2)
# Columns of the words of a text, and of mentions.
WORD_START, WORD_END, ID = range(3)
CODE, FIRST, LAST = range(3)
# Columns of pieces behind the first four: what is named but the film, and of the film, as bits; the word and the
# mention from which on `_qualifies` has to look, and the mention from which on `_predicates` has to. So a sentence of
# thousands of words takes time in proportion to them.
_OTHERS, _OF_FILM, _READ, _PAST, _UNFOLLOWED, _PIECE = range(4, 10)
_SUBJECTS = (1 << len(NAMES)) - 1
_NAMES, _TELLS = 1 << len(NAMES), 2 << len(NAMES)
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


def _scan(low: Any, begin: Any, end: Any, places: Any, fresh: Any) -> int:
    """Words of one text, `finder._WORD`, and whether a sentence begins with each, `finder._END`; how many there are."""
    found, at = 0, begin
    closers, pending = -1, False  # closing signs after the full stop that stands just before, -1 for no such stop
    while at < end:
        kind = CLASSES[low[at]]
        if kind & _ALNUM:
            places[found, WORD_START] = at
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
            places[found, WORD_END], fresh[found] = at, pending
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


def _mentions(places: Any, trie: Any, edge: Any, named: Any) -> Any:
    """Fills `named` as `Vocabulary.find`; edge int64 [2, nodes] is room to work in. How many mentions there are."""
    root, begins, words, nodes, anys, name_begins, codes = trie
    found, free, most = np.int64(0), 0, len(places)
    for at in range(most):
        node = root[places[at, ID]]
        if node < 0 or at < free:
            continue
        best, best_end = node, at + 1
        # All nodes that words from here reach, a depth at a time; among equally long phrases the first in line wins.
        here, width, place = 0, 1, at + 1
        edge[0, 0] = node
        while width and place < most:
            word = places[place, ID]
            there, wider, taken = 1 - here, 0, False
            for number in range(width):
                above = edge[here, number]
                first, last = begins[above], begins[above + 1]
                while first < last:
                    middle = (first + last) >> 1
                    if words[middle] < word:
                        first = middle + 1
                    else:
                        last = middle
                if first < begins[above + 1] and words[first] == word:
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
                named[found, CODE], named[found, FIRST], named[found, LAST] = codes[number], at, best_end - 1
                found += 1
    return found


mentions_of = inlined(_mentions)


def _capitals(plain: Any, begin: Any, at: Any, end: Any) -> tuple[int, int]:
    """Where `finder._CAPITALS` first matches in plain[begin:end] from `at` on, and where its first word ends; or -1."""
    while at + 1 < end:
        before = plain[at - 1]
        if CLASSES[plain[at]] & _UPPER and (
            at == begin or not (CLASSES[before] & _ALNUM or before in (_UNDERSCORE, _DOT))
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
    return bool(capitals(plain, begin, begin, end)[0] >= 0)


may_be_person = inlined(_may_be_person)


def _is_person(plain: Any, low: Any, begin: Any, end: Any, spelling: Any, marks: Any) -> bool:
    """As `finder._is_person` of plain[begin:end]."""
    near = min(end, begin + BEGINNING)
    at, word_end = capitals(plain, begin, begin, near)
    while at >= 0 and marks[find(low, at, word_end, spelling[0], spelling[1], spelling[2]), BITS] & STARTS:
        at, word_end = capitals(plain, begin, word_end, near)
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
    for at in range(begin, end):  # noqa: SIM110 - compiled
        if low[at] == sign:
            return True
    return False


holds = inlined(_holds)


def _cuts(low: Any, places: Any, marks: Any, cuts: Any) -> None:
    """Fills `cuts` as `clauses._cuts`, but for the phrases of the vocabulary."""
    cuts[:] = NONE
    for place in range(1, len(places)):
        begin, end = places[place - 1, WORD_END], places[place, WORD_START]
        word, before = places[place, ID], places[place - 1, ID]
        cut, bits = marks[word, CUT], marks[word, BITS]
        if cut < 0 and end - begin == 1 and (low[begin] in (_BLANK, _APOSTROPHE, _DASH)):
            continue
        comma = holds(low, begin, end, _COMMA)
        follows = False
        if place + 1 < len(places):
            pair = marks[word, FIRST_OF] & marks[places[place + 1, ID], SECOND_OF]
            follows = cut == STRONG or pair != 0 or (bits & YET != 0 and comma)
        if follows or parts_here(low, begin, end):
            cuts[place] = STRONG
        elif bits & IF and marks[before, BITS] & AS:
            continue
        elif bits & TURN:
            cuts[place - 1 if marks[before, BITS] & COPULA else place] = WEAK
        elif comma:
            cuts[place] = COMMA
        elif cut == WEAK or holds(low, begin, end, _SLASH):
            cuts[place] = WEAK
        elif cut == FAINT:
            cuts[place] = FAINT


cuts_of = inlined(_cuts)


def _from(named: Any, count: Any, word: Any) -> int:
    """The first of `count` mentions that begins at `word` or later."""
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if named[middle, FIRST] < word:
            low = middle + 1
        else:
            high = middle
    return low


from_word = inlined(_from)


def _piece(first: Any, end: Any, weights: Any, named: Any, count: Any, pieces: Any, moods: Any, number: Any) -> None:
    """Fills a row of `pieces` and `moods` with words `first` to `end`, as `clauses._Read.piece`."""
    good, least = weights[first], weights[first]
    for place in range(first + 1, end):
        good, least = max(good, weights[place]), min(least, weights[place])
    bad = -least
    low, high = from_word(named, count, first), from_word(named, count, end)
    others, film = 0, 0
    for mention in range(low, high):
        name, kind = named[mention, CODE] // KINDS, named[mention, CODE] % KINDS
        if kind == _PRAISE:
            good = max(good, 1.0)
        elif kind == _BLAME:
            bad = max(bad, 1.0)
        if name != _FILM:
            others |= (1 << name) | _NAMES
            if kind >= _SAYS:
                others |= _TELLS
        else:
            film |= 1 << name
            if kind != _CUES and kind != _SAYS:
                film |= _NAMES
    pieces[number, 0], pieces[number, 1], pieces[number, 2], pieces[number, 3] = first, end, low, high
    pieces[number, _OTHERS], pieces[number, _OF_FILM] = others, film
    pieces[number, _READ], pieces[number, _PAST], pieces[number, _UNFOLLOWED] = first, low, low
    moods[number, 0], moods[number, 1] = good, bad


piece_of = inlined(_piece)


def _told(pieces: Any, number: Any) -> int:
    """`clauses._Piece.subjects` as bits, `_NAMES` for `names`, `_TELLS` where one tells an opinion on something but the
    film."""
    others = pieces[number, _OTHERS]
    return others if others else pieces[number, _OF_FILM]  # type: ignore[no-any-return]


told = inlined(_told)


def _judges(bits: Any, moods: Any, number: Any) -> bool:
    """As `clauses._Piece.judges`, of a piece of which `told` says `bits`."""
    strong = max(moods[number, 0], moods[number, 1]) >= STRONG_WORD
    return bits & _NAMES != 0 and (strong or bits & _TELLS != 0)  # type: ignore[no-any-return]


judges = inlined(_judges)


def _predicates(pieces: Any, number: Any, places: Any, marks: Any, named: Any) -> bool:
    """As `clauses._Read.predicates`. Goes on where it ended when it was asked before: a piece only grows."""
    end = pieces[number, 1]
    for mention in range(pieces[number, _UNFOLLOWED], pieces[number, 3]):
        after = named[mention, LAST] + 1
        if named[mention, CODE] % KINDS <= _CUES:
            for place in range(after, min(end, after + 2)):
                if marks[places[place, ID], BITS] & VERB:
                    return True
        if after + 2 <= end:
            pieces[number, _UNFOLLOWED] = mention + 1
    return False


predicates = inlined(_predicates)


def _qualifies(pieces: Any, number: Any, places: Any, marks: Any, named: Any) -> bool:
    """As `clauses._Read.qualifies`. Goes on where it ended when it was asked before: a piece only grows."""
    mention, high = pieces[number, _PAST], pieces[number, 3]
    for place in range(pieces[number, _READ], pieces[number, 1]):
        while mention < high and named[mention, LAST] < place:
            mention += 1
        pieces[number, _READ], pieces[number, _PAST] = place, mention
        if mention < high and named[mention, FIRST] <= place:
            continue
        word = places[place, ID]
        if marks[word, CUT] < 0 and not marks[word, BITS] & COPULA:
            return True
    return False


qualifies = inlined(_qualifies)


def _stands(cut: Any, left: Any, pieces: Any, moods: Any, places: Any, marks: Any, named: Any) -> bool:
    """As `clauses._stands`, of the piece in row `left` and the one in the next row."""
    if cut == STRONG:
        return True
    right = left + 1
    of_left, of_right = told(pieces, left), told(pieces, right)
    names, both = of_left & _NAMES != 0, of_left & of_right & _NAMES != 0
    long = pieces[left, 1] - pieces[left, 0] >= APART
    begins = 0
    for place in range(pieces[right, 0], min(pieces[right, 1], pieces[right, 0] + 2)):
        begins |= marks[places[place, ID], BITS]
    strong = max(moods[right, 0], moods[right, 1]) >= STRONG_WORD
    if begins & SUBJECT and (of_right & _NAMES != 0 or strong):
        return long and (judges(of_left, moods, left) or not names)
    if both:
        mood, other = moods[left, 0] - moods[left, 1], moods[right, 0] - moods[right, 1]
        against = min(mood, other) <= -STRONG_WORD and max(mood, other) >= STRONG_WORD
        if of_left & _SUBJECTS == of_right & _SUBJECTS and not against:
            return False
        for try_qualifying in (True, False):
            first = left
            while first <= right:
                if try_qualifying:
                    if cut != COMMA or not qualifies(pieces, first, places, marks, named):
                        break
                elif not predicates(pieces, first, places, marks, named):
                    break
                first += 1
            if first > right:
                return True
        return judges(of_left, moods, left) and judges(of_right, moods, right)  # type: ignore[no-any-return]
    return judges(of_right, moods, right) and long and not names


stands = inlined(_stands)


def _whole(cuts: Any, places: Any, marks: Any, weights: Any, named: Any, count: Any, pieces: Any, moods: Any) -> Any:
    """Fills `pieces` with the pieces whose cuts stand, not yet bounded; how many there are."""
    # Typed, or what is called with them is compiled once more for a constant.
    last, at = np.int64(-1), np.int64(0)
    while at < len(places):
        end = at + 1
        while end < len(places) and cuts[end] < WEAK:
            end += 1
        piece_of(at, end, weights, named, count, pieces, moods, last + 1)
        if last >= 0 and not stands(cuts[at], last, pieces, moods, places, marks, named):
            pieces[last, 1], pieces[last, 3] = end, pieces[last + 1, 3]
            pieces[last, _OTHERS] |= pieces[last + 1, _OTHERS]
            pieces[last, _OF_FILM] |= pieces[last + 1, _OF_FILM]
            moods[last, 0] = max(moods[last, 0], moods[last + 1, 0])
            moods[last, 1] = max(moods[last, 1], moods[last + 1, 1])
        else:
            last += 1
        at = end
    return last + 1


whole = inlined(_whole)


def _parting(
    first: Any, begin: Any, end: Any, cuts: Any, weights: Any, named: Any, count: Any, pieces: Any, moods: Any
) -> int:
    """As `clauses._parted`: the first word from `first` on at which a piece of words `begin` to `end` is cut, or `end`.

    The first two rows of `pieces` and `moods` are room to work in.
    """
    for place in range(first, end):
        if cuts[place] != FAINT:
            continue
        mood, judging = 1.0, True
        for side in range(2):
            piece_of(place if side else begin, end if side else place, weights, named, count, pieces, moods, side)
            judging = judging and judges(told(pieces, side), moods, side)
            mood *= moods[side, 0] - moods[side, 1]
        if judging and mood < 0:
            return place
    return end  # type: ignore[no-any-return]


parting = inlined(_parting)


def _sum_of(places: Any, scores: Any, bias: Any, seen: Any, stamp: Any) -> float:
    """As `Opinion.sum_of`; seen int64 [words] holds the stamps of the sums that each word was last counted in."""
    total = 0.0
    for place in range(len(places)):
        word = places[place, ID]
        if seen[word] != stamp:
            seen[word] = stamp
            total += scores[word, OPINION]
    return bias + total  # type: ignore[no-any-return]


sum_of = inlined(_sum_of)


def _is_kept(one: Any, low: Any, high: Any, places: Any, marks: Any, named: Any) -> bool:
    """Whether `finder._without_epithets` keeps a mention of a clause that has those from `low` to `high`."""
    name = named[one, CODE] // KINDS
    if named[one, CODE] % KINDS != _SAYS or name == _FILM:
        return True
    for noun in range(low, high):
        other = named[noun, CODE] // KINDS
        if (
            named[noun, CODE] % KINDS > _CUES
            or other == _FILM
            or name == other
            or (name == _PACING and other == _STORY)
        ):
            continue
        if 0 <= named[noun, FIRST] - named[one, LAST] - 1 <= 1:
            return False
        if 1 <= named[one, FIRST] - named[noun, LAST] - 1 <= NEAR:
            for place in range(named[noun, LAST] + 1, named[one, FIRST]):
                if marks[places[place, ID], BITS] & LINK:
                    return False
    return True


is_kept = inlined(_is_kept)


def _hint(one: Any, low: Any, places: Any, marks: Any, named: Any) -> int:
    """As `finder._hint`."""
    kind = named[one, CODE] % KINDS
    if kind < _PRAISE:
        return 0
    for place in range(max(0, named[one, FIRST] - NEAR), named[one, FIRST]):
        end = places[place, WORD_END]
        long = end - places[place, WORD_START] >= 3
        if long and low[end - 3] == _N and low[end - 2] == _APOSTROPHE and low[end - 1] == _T:
            return 0
        if marks[places[place, ID], BITS] & NEGATION:
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
    limit: Any,
    sentence: Any,
    bare: Any,
    piece: Any,
    places: Any,
    weights: Any,
    spelling: Any,
    marks: Any,
    scores: Any,
    judged: Any,
    named: Any,
    seen: Any,
    stamp: Any,
    numbers: Any,
    floats: Any,
    codes: Any,
    found: Any,
) -> int:
    """As `clauses._clause` and `Finder._draft`: fills row `found` with a piece's draft and returns 1, or 0 where it
    cannot come to anything.

    limit: end of the text; sentence: sum of its words; piece: (first, end, mentions from, to); the row holds the text,
    the sentence's number and where its codes begin.
    """
    first, last, lowest, highest = piece[0], piece[1] - 1, piece[2], piece[3]
    named_first, named_last = last, first
    if lowest < highest:
        named_first, named_last = named[lowest, FIRST], named[highest - 1, LAST]
    while first < min(last, named_first) and marks[places[first, ID], BITS] & LEADING:
        first += 1
    while last > max(first, named_last) and marks[places[last, ID], BITS] & TRAILING:
        last -= 1
    most, least = weights[first], weights[first]
    for place in range(first + 1, last + 1):
        most, least = max(most, weights[place]), min(least, weights[place])
    strength = max(most, -least)
    start, end = places[first, WORD_START], places[last, WORD_END]
    while end < limit and CLASSES[plain[end]] & _STOP:
        end += 1
    speaks, only_says = False, True
    for mention in range(lowest, highest):
        says = named[mention, CODE] % KINDS == _SAYS
        speaks = speaks or named[mention, CODE] // KINDS != _FILM or not says
        only_says = only_says and says
    own = marks[places[first, ID], BITS]
    person = own & PEOPLE != 0
    if not person and only_says:
        person = is_person(plain, low, start, end, spelling, marks)
    refers = own & REFERS != 0
    if not (speaks or bare or (strength >= STRONG_WORD and (person or refers))):
        return 0
    begun = numbers[found, CODES]
    written, hint, says, noun = begun, 0, np.bool_(False), False
    for mention in range(lowest, highest):
        if highest - lowest > 1 and not is_kept(mention, lowest, highest, places, marks, named):
            continue
        code = named[mention, CODE]
        hint += hint_of(mention, low, places, marks, named)
        says = says or code % KINDS >= _SAYS
        noun = noun or code % KINDS == _WORDS
        new = True
        for place in range(begun, written):
            new = new and codes[place] != code
        if new:
            codes[written] = code
            written += 1
    about = sum_of(places[first : last + 1], scores, judged[0], seen, stamp)
    if not (hint or noun or opinion_of(judged[1], SUREST, sentence, about, strength, says) >= _NAMED):
        return 0
    numbers[found, START], numbers[found, END], numbers[found, HINT] = start, end, hint
    numbers[found, PERSON], numbers[found, REFERRING], numbers[found, CODES_END] = person, refers, written
    floats[found, SENTENCE], floats[found, ABOUT], floats[found, STRENGTH] = sentence, about, strength
    return 1


draft = inlined(_draft)


def _drafts(
    plain: Any,
    low: Any,
    bounds: Any,
    spelling: Any,
    marks: Any,
    scores: Any,
    trie: Any,
    judged: Any,
    names: Any,
    numbers: Any,
    floats: Any,
    codes: Any,
) -> Any:
    """The drafts of many texts, as `Finder.drafts` of each; how many there are.

    plain, low uint8 [signs], bounds int64 [n + 1]: the texts one after the other, as they are and in lower case;
    spelling to judged: as `model.aspects.compiled_finder` makes them; names: most names of a phrase. Fills numbers
    int64 [drafts, COLUMNS], floats float64 [drafts, FLOATS] and codes uint8 [words x names].
    """
    longest = 1
    for text in range(len(bounds) - 1):
        longest = max(longest, bounds[text + 1] - bounds[text])
    room = longest // 2 + 2
    every, fresh = np.empty((room, 3), np.int64), np.empty(room, np.bool_)
    most = min(room, MOST_WORDS) + 2
    weights, cuts = np.empty(most, np.float64), np.empty(most, np.int64)
    pieces, moods = np.empty((most, _PIECE), np.int64), np.empty((most, 2), np.float64)
    halves, half_moods = np.empty((2, _PIECE), np.int64), np.empty((2, 2), np.float64)
    part = np.empty(4, np.int64)
    named, edge = np.empty((most * names, 3), np.int64), np.empty((2, len(trie[5])), np.int64)
    seen = np.zeros(len(scores), np.int64)
    stamp, found, written = 0, np.int64(0), 0
    for text in range(len(bounds) - 1):
        begun, limit = found, bounds[text + 1]
        count = scan(low, bounds[text], limit, every, fresh)
        if count > MOST_WORDS:
            head = MOST_WORDS // 4
            for place in range(head, MOST_WORDS):
                other = place + count - MOST_WORDS
                every[place], fresh[place] = every[other], fresh[other]
            fresh[head] = True
            count = MOST_WORDS
        fresh[0] = count > 0
        read = 0
        for place in range(count):
            word = find(low, every[place, WORD_START], every[place, WORD_END], spelling[0], spelling[1], spelling[2])
            every[place, ID], weights[place] = word, scores[word, LEANING]
            read += fresh[place]
        bare, first, sentence = read <= SHORT, 0, -1
        while first < count:
            last = first + 1
            while last < count and not fresh[last]:
                last += 1
            places, own_weights, own_cuts = every[first:last], weights[first:last], cuts[first:last]
            first, sentence = last, sentence + 1
            n_named = mentions_of(places, trie, edge, named)
            end = places[len(places) - 1, WORD_END]
            if not (n_named or bare or may_be_person(plain, low, places[0, WORD_START], end)):
                continue
            stamp += 1
            about = sum_of(places, scores, judged[0], seen, stamp)
            cuts_of(low, places, marks, own_cuts)
            for mention in range(n_named):
                for place in range(named[mention, FIRST] + 1, named[mention, LAST] + 1):
                    own_cuts[place] = NONE
            for row in range(whole(own_cuts, places, marks, own_weights, named, n_named, pieces, moods)):
                for begin in range(pieces[row, 0], pieces[row, 1], LONGEST):
                    end = min(pieces[row, 1], begin + LONGEST)
                    piece_of(begin, end, own_weights, named, n_named, halves, half_moods, np.int64(0))
                    mixed = half_moods[0, 0] >= STRONG_WORD and half_moods[0, 1] >= STRONG_WORD
                    at, place = begin, begin + 1
                    while at < end:
                        stop = end
                        if mixed:
                            given = (own_cuts, own_weights, named, n_named, halves, half_moods)
                            stop = parting(place, at, end, *given)
                        part[0], part[1] = at, stop
                        part[2], part[3] = from_word(named, n_named, at), from_word(named, n_named, stop)
                        numbers[found, TEXT], numbers[found, NUMBER], numbers[found, CODES] = text, sentence, written
                        stamp += 1
                        more = draft(
                            plain, low, limit, about, bare, part, places, own_weights, spelling, marks, scores, judged,
                            named, seen, stamp, numbers, floats, codes, found,
                        )  # fmt: skip
                        if more:
                            written = numbers[found, CODES_END]
                            found += 1
                        at, place = stop, stop + 1
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
            says = np.bool_(False)
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
