"""`.env.example` is what the settings are: every one of them, with its meaning and its default."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from common.settings import Settings, variable
from common.settings_example import FILE, example

LINE = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)


def test_the_file_is_the_one_made_from_the_settings() -> None:
    assert FILE.read_text(encoding="utf-8") == example(), "make env-example"


def test_every_setting_is_there_once_and_says_what_it_means() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    names = [line[1:].partition("=")[0] for line in lines if LINE.match(line)]
    assert names == [variable(name) for name in Settings.model_fields]
    assert {"DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL", "REELFEEL_MAX_ROWS"} <= set(names)
    for before, line in itertools.pairwise(lines):
        assert not LINE.match(line) or re.match(r"# \S.*\.$", before), f"{line}: what it means"


def test_the_values_shown_are_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    shown = {name: value for name, value in LINE.findall(FILE.read_text(encoding="utf-8")) if value}
    assert len(shown) > 15
    (tmp_path / "all").write_text("".join(f"{name}={value}\n" for name, value in shown.items()))
    read = Settings(_env_file=tmp_path / "all")  # type: ignore[call-arg]  # pydantic-settings has it
    plain = Settings(_env_file=None)  # type: ignore[call-arg]
    assert read == plain
    assert len(read.model_fields_set) == len(shown)
