"""Negations and contrast words of English: what turns a sentence round, and what sets one against another."""

_NEGATIONS = "n't not never no nor neither cannot nothing nobody none nowhere without hardly barely scarcely"
_CONTRASTS = "but however although though despite yet except nevertheless"
NEGATIONS = frozenset(_NEGATIONS.split())
CONTRASTS = frozenset(_CONTRASTS.split())
