"""Loading of libraries without looks for garbage: a process starts in some six sevenths of the time.

Modules, classes and functions live as long as the process does. Python looks for circles among them all the same, each
time some thousand more are there; afterwards it looks through them again whenever it looks through all.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def begin_loading() -> None:
    """From here to `end_loading` Python looks for no garbage."""
    gc.disable()


def end_loading() -> None:
    """Python looks for garbage again, but no more in what is there now."""
    gc.freeze()
    gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """Both, around imports; however they end."""
    begin_loading()
    try:
        yield
    finally:
        end_loading()
