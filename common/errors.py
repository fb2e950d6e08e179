"""Errors that a person is told about."""

from __future__ import annotations

from typing import Any

from common.rendering import english, render


class UserError(Exception):
    """Something the user can set right; its text is one plain sentence that names the limit and the way out."""


class Misconfigured(Exception):
    """Only the host can mend it, and starting again changes nothing (exit code 78); the text is one plain sentence.

    Of every kind that holds: a wrong setting, a wrong address, a key that is missing, a schema of another version.
    """


class Problem(Exception):
    """A refusal as code and values, from which each reader gets a sentence in their language (common/rendering.py).

    `code` is a row of common/messages.py and stable, for it is stored; `values` fit in JSON; `str()` is English, for
    logs and the command line.
    """

    code: str

    def __init__(self, code: str | None = None, /, **values: Any) -> None:
        """`code`: None for the one of the class."""
        self.code = code or type(self).code
        self.values = values
        super().__init__(self.code)

    def __reduce__(self) -> tuple[Any, ...]:
        """Between processes: subclasses have arguments of their own."""
        return _rebuilt, (type(self), self.code, self.values, self.__dict__)

    def render(self) -> str:
        """The sentence in the language of the running task."""
        return render(self.code, self.values)

    def __str__(self) -> str:
        return english(self.code, self.values)


def _rebuilt(kind: type[Problem], code: str, values: dict[str, Any], more: dict[str, Any]) -> Problem:
    problem = kind.__new__(kind)
    Problem.__init__(problem, code, **values)
    problem.__dict__.update(more)
    return problem
