"""Functions as machine code, where their code can be kept and where it cannot."""

from typing import Any

import pytest

from model import machine_code


def test_where_nothing_can_be_written_code_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    real = machine_code.numba.njit

    def njit(**options: Any) -> Any:
        if options.pop("cache", False):
            raise RuntimeError("cannot cache function: no locator available")
        return real(**options)

    monkeypatch.setattr(machine_code.numba, "njit", njit)
    assert machine_code.compiled(lambda x: x + 1)(2) == 3
