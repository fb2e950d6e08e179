"""The card's head has the shape that the hub expects, and its example runs as it stands."""

import copy
import json
import re
import subprocess
import sys
from typing import Any

import yaml

from model import SHIPPED
from model.evaluation import card, card_head
from model.serving import model_folder


def read(text: str) -> dict[str, Any]:
    """The YAML between the first two lines of dashes, which must be the first thing in the file."""
    opened, head, rest = text.split("---\n", 2)
    assert opened == ""
    assert rest.startswith("\n# Model card: ")
    found: dict[str, Any] = yaml.safe_load(head)
    return found


def shipped() -> str:
    return (SHIPPED / "CARD.md").read_text(encoding="utf-8")


def test_the_head_has_what_the_hub_reads() -> None:
    head = read(shipped())
    assert (head["license"], head["language"], head["pipeline_tag"]) == ("mit", ["en"], "text-classification")
    assert all(re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", name) for name in head["datasets"])
    assert all(isinstance(tag, str) for tag in head["tags"])


def test_the_model_index_holds_the_figures_of_the_metrics_file() -> None:
    head = read(shipped())
    measured = json.loads((SHIPPED / "metrics.json").read_text(encoding="utf-8"))["validation"]["metrics"]
    (model,) = head["model-index"]
    assert model["name"] == model_folder.verify(SHIPPED)
    (result,) = model["results"]
    assert set(result) == {"task", "dataset", "metrics"}
    assert result["task"]["type"] == head["pipeline_tag"]
    assert result["dataset"]["type"] in head["datasets"]
    assert result["dataset"]["name"]
    assert [figure["type"] for figure in result["metrics"]] == head["metrics"]
    for figure in result["metrics"]:
        assert set(figure) == {"type", "name", "value"}
        assert figure["value"] == measured[figure["type"]]


def test_a_file_of_unknown_origin_is_not_given_a_license_or_a_data_set() -> None:
    made = copy.deepcopy(model_folder.read_card(SHIPPED))
    made["data"]["files"]["labelled"]["file"] = "--- mine: 1.csv"
    text = card.render(made)
    head = read(text)
    assert not {"license", "datasets"} & set(head)
    assert head["model-index"][0]["results"][0]["dataset"]["type"] == "--- mine: 1.csv"
    assert "Labelled reviews: --- mine: 1.csv." in text
    assert "Maas" not in text


def test_the_example_runs_as_it_stands() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", shipped(), re.S)
    assert example == card_head.EXAMPLE
    assert example.count("\n") == 3
    ended = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=60, check=True)
    found = yaml.safe_load(ended.stdout)
    assert [(set(one), one["label"]) for one in found] == [
        ({"label", "score"}, "positive"),
        ({"label", "score"}, "negative"),
    ]
