"""Data that cannot be trained on is refused."""

import pytest

from model import config
from model.data import corpus as data


def test_data_without_both_labels_is_refused(tiny_config: config.Config) -> None:
    with pytest.raises(data.DataError, match="part"):
        data.prepare(tiny_config.model_copy(update={"data": tiny_config.data.model_copy(update={"limit": 3})}))
