"""GloVe vectors as text and as Parquet agree."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.data import glove
from model.data.errors import DataError
from model.text.vocabulary import Vocabulary


def test_glove_text_and_parquet_agree(tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_text("the 0.5 -1\n, 2 3\n<unk> 1 1\n", encoding="utf-8")
    vectors = [[0.5, -1.0], [2.0, 3.0], [1.0, 1.0]]
    pd.DataFrame({"token": ["the", ",", "<unk>"], "rank": [0, 1, 2], "vector": vectors}).to_parquet(
        tmp_path / "g.parquet"
    )
    for name in ("g.txt", "g.parquet"):
        found = glove.read(tmp_path / name, ("the", ",", "film"))
        assert {word: vector.tolist() for word, vector in found.items()} == {"the": [0.5, -1.0], ",": [2.0, 3.0]}
    table = glove.table(Vocabulary(["film", "the"]), found, 2, seed=1)
    assert table.dtype == np.float32
    assert table.shape == (4, 2)
    assert table[0].tolist() == [0, 0]
    assert table[3].tolist() == [0.5, -1.0]
    with pytest.raises(DataError, match="dimensions"):
        glove.table(Vocabulary(["the"]), found, 1, seed=1)
    wider = glove.table(Vocabulary(["film", "the"]), found, 3, seed=1)
    assert wider[3, :2].tolist() == [0.5, -1.0]
    assert wider[3, 2] != 0
