"""Grafana's dashboards: every query asks for metrics and views that exist, and compose mounts what is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from db.engine import Database
from db.queries.corrections import correct
from db.queries.summaries import roll_up_due
from db.types import NewRejected, NewReview
from tests.db.steps import ME, done_file, done_review
from tests.fixtures.postgres_server import PostgresServer
from tests.operating.test_documents import exported

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "docs" / "operating" / "grafana"
BOARDS: dict[str, dict[str, Any]] = {
    name: json.loads((GRAFANA / f"{name}.json").read_text()) for name in ("host", "analyst")
}
SOURCES = {one["uid"]: one for one in yaml.safe_load((GRAFANA / "datasources.yml").read_text())["datasources"]}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def targets(board: str) -> list[dict[str, Any]]:
    return [target for panel in BOARDS[board]["panels"] for target in panel["targets"]]


def test_every_panel_has_a_place_and_a_source_that_is_provisioned() -> None:
    for board in BOARDS.values():
        places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in board["panels"]]
        assert len(set(places)) == len(places)
        assert len({one["id"] for one in board["panels"]}) == len(places)
        for panel in board["panels"]:
            for source in (panel["datasource"], *(target["datasource"] for target in panel["targets"])):
                assert SOURCES[source["uid"]]["type"] == source["type"]


def test_the_hosts_queries_ask_for_metrics_that_exist() -> None:
    names = exported()
    for target in targets("host"):
        asked = set(re.findall(r"\breelfeel_\w+", target["expr"]))
        assert asked
        assert asked <= names, asked - names
        for opening, closing in ("()", "{}", "[]"):
            assert target["expr"].count(opening) == target["expr"].count(closing)


def test_the_analysts_queries_run_on_the_views(postgres_server: PostgresServer, postgres_url: str) -> None:
    db = Database(postgres_url)
    rows = [NewReview(n, f"review {n}", "Heat" if n % 2 else "Up", rating=100 * (n % 11)) for n in range(1, 31)]
    done_file(db, rows, rejected=[NewRejected(31, "empty", "It is empty.")])
    roll_up_due(db)
    correct(db, ME, done_review(db), "negative", "no")
    name = str(db.url.database)
    db.dispose()
    with psycopg.connect(postgres_server.dsn(name)) as reader:
        reader.execute("SET TRANSACTION READ ONLY")
        for target in targets("analyst"):
            query = target["rawSql"]
            views = set(re.findall(r"\b(?:FROM|JOIN) (\w+)", query))
            assert views <= {one for one in views if one.startswith("reporting_")}, "views alone"
            assert "reporting_reviews" not in views, "no texts on a screen"
            query = query.replace("$__timeFrom()", "timestamp '2000-01-01'").replace(
                "$__timeTo()", "timestamp '2100-01-01'"
            )
            assert "$" not in query
            found = reader.execute(query).fetchall()
            assert found, query


@pytest.mark.parametrize("name", ["prometheus", "grafana"])
def test_compose_runs_them_in_a_profile_with_files_that_exist(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["profiles"] == ["dashboards"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    for mount in service["volumes"]:
        source = mount.split(":")[0]
        assert source in COMPOSE["volumes"] or (ROOT / source).exists(), mount
    assert SOURCES["reelfeel-metrics"]["url"] == "http://prometheus:9090"
    assert SOURCES["reelfeel-views"]["url"] == "postgres:5432"
    assert SOURCES["reelfeel-views"]["user"] == "reelfeel_reader"
