"""The host's limits for files."""

from __future__ import annotations

from common.settings import Settings
from worker.files.limits import Limits
from worker.limits import limits_of


def test_each_setting_is_its_own_limit() -> None:
    settings = Settings(_env_file=None, max_rows=11, max_review_chars=1_300, max_unpacked_mib=17)
    assert limits_of(settings) == Limits(max_rows=11, max_unpacked_bytes=17 << 20, max_review_chars=1_300)
