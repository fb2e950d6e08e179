"""Where a config's data is: what `reelfeel data download` brought, or the files that the config names."""

from pathlib import Path

from model.config import DataConfig
from model.data.download import SOURCES
from model.data.errors import DataError

DOWNLOADED = Path("data")
"""Where `reelfeel data download` puts files, seen from the current directory."""
_SOURCE = {"labelled": "imdb", "glove": "glove"}
"""Names of downloads by the use that a config makes of them."""
_UNLABELLED = (
    "Kaggle has no unlabelled reviews; the Large Movie Review Dataset (https://ai.stanford.edu/~amaas/data/sentiment/) "
    "has: name its folder aclImdb/train there"
)


def located(wanted: DataConfig) -> DataConfig:
    """The same with paths that exist.

    With `wanted.downloaded` a file that was downloaded comes before the one that is named. Raises `DataError`, which
    says of everything that is missing how to get it.
    """
    found: dict[str, Path] = {}
    missing: list[str] = []
    for use in ("labelled", "unlabelled", "glove"):
        named: Path | None = getattr(wanted, use)
        if named is None:
            continue
        places = [named]
        if wanted.downloaded and use in _SOURCE:
            places.insert(0, DOWNLOADED / SOURCES[_SOURCE[use]].file)
        there = next((place for place in places if place.exists()), None)
        if there is None:
            missing.append(_how(use, list(dict.fromkeys(places)), wanted.downloaded))
        else:
            found[use] = there
    if missing:
        raise DataError(" ".join(missing))
    return wanted.model_copy(update=found)


def _how(use: str, places: list[Path], downloaded: bool) -> str:
    """A sentence on what is not there, and how to get it."""
    none = f"{' and '.join(map(str, places))} {'do' if len(places) > 1 else 'does'} not exist"
    if use not in _SOURCE:
        return f"{none} (data.{use} of the config). {_UNLABELLED}."
    name = _SOURCE[use]
    if downloaded:
        return f"{none}: run `reelfeel data download {name}`, or name a file of your own as data.{use} of a config."
    return (
        f"{none}: name a file of your own as data.{use} of a config. `reelfeel data download {name}` brings one, which "
        "model/configs/quick.toml reads as it stands."
    )
