"""Exit codes are those of sysexits.h: scripts and supervisors of hosts know them by number."""

from __future__ import annotations

import os
import signal

import pytest

from common.process import exit_codes


def test_they_are_those_of_the_system() -> None:
    assert exit_codes.DATA == os.EX_DATAERR == 65
    assert exit_codes.UNAVAILABLE == os.EX_UNAVAILABLE == 69
    assert exit_codes.DISK == os.EX_IOERR == 74
    assert exit_codes.TRY_AGAIN == os.EX_TEMPFAIL == 75
    assert exit_codes.CONFIGURATION == os.EX_CONFIG == 78
    assert exit_codes.READER_GONE == 128 + signal.SIGPIPE


def test_a_refusal_is_one_sentence_and_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_codes.refuse(ValueError("REDIS_URL is not set."), 78) == 78
    assert capsys.readouterr().err == "REDIS_URL is not set.\n"
