"""What `docker-compose.yml` passes on to its containers: every setting, made by `python -m common.compose_settings`.

A setting that stands in `.env` and in no list of the compose file would be ignored without a word. So the list is
written from the settings, between two marks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from common.settings import variables

FILE: Final = Path(__file__).resolve().parents[1] / "docker-compose.yml"
BEGIN: Final = (
    "    # Every setting of .env, by `make env-example` from common/settings.py: edit that file, not these lines.\n"
)
END: Final = "    # End of the settings.\n"
OWN: Final = {
    "DATABASE_URL": "${DATABASE_URL:-postgresql://reelfeel@postgres:5432/reelfeel}",
    "REDIS_URL": "${REDIS_URL:-redis://redis:6379/0}",
    "REELFEEL_LOG_FORMAT": "${REELFEEL_LOG_FORMAT:-json}",
    "REELFEEL_METRICS_PORT": "${REELFEEL_METRICS_PORT:-9400}",
    "REELFEEL_METRICS_HOST": "${REELFEEL_METRICS_HOST:-0.0.0.0}",
}
"""Where containers have a default of their own. Metrics are reached by their own network alone."""
OF_THE_BOT: Final = ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE")
"""What no other container needs to know."""


def passed() -> dict[str, str]:
    """Each variable that all containers of ours get, with what it gets; an empty one counts as unset there."""
    names = [name for name in variables() if name not in OF_THE_BOT]
    return {name: OWN.get(name, f"${{{name}:-}}") for name in names}


def with_settings(text: str) -> str:
    """The compose file with the lines between the marks written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "".join(f'    {name}: "{value}"\n' for name, value in passed().items()) + END + after


if __name__ == "__main__":
    FILE.write_text(with_settings(FILE.read_text(encoding="utf-8")), encoding="utf-8")
