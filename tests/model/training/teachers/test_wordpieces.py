"""Words are cut into WordPieces."""

from model.text.tokens import tokenize
from model.training.teachers import wordpieces


def test_words_are_cut_into_their_longest_known_beginnings() -> None:
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##bear", "##able", "##a", "good", "'", "t", "don", "/", "8"]
    found = wordpieces.WordPieces([*pieces, "10", ".", "s", "it", "n"])

    def said(text: str, limit: int = 100) -> list[str]:
        names = {number: piece for piece, number in found.ids.items()}
        return [names[number] for number in found.encode(tokenize(text), limit).tolist()]

    assert said("Unbearable") == ["[CLS]", "un", "##bear", "##able", "[SEP]"]
    # As BERT's own splitting has them, not as ours has.
    assert said("don't") == ["[CLS]", "don", "'", "t", "[SEP]"]
    assert said("n't") == ["[CLS]", "n", "'", "t", "[SEP]"]
    assert said("It's 8/10...") == ["[CLS]", "it", "'", "s", "8", "/", "10", ".", ".", ".", "[SEP]"]
    # A word with an end that is not known is unknown as a whole, however long.
    assert said(f"good unx {'un' * 4000}") == ["[CLS]", "good", "[UNK]", "[UNK]", "[SEP]"]
    assert said("good un un un un it it it it", limit=4) == ["[CLS]", "good", "it", "it", "it", "[SEP]"]
    assert said("") == ["[CLS]", "[SEP]"]
