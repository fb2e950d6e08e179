"""Hyper-parameter search with Optuna (Akiba et al. 2019): the recurrent network on labels alone, judged on dev.

Validation is never read. A trial trains the network on growing shares of a sample (`rungs`), each time from the start
with a whole learning-rate schedule, and reports the least dev log loss; Optuna's median pruner gives it up when others
read better on that rung (the idea of Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification").

    OUTPUT/study.sqlite3      Optuna's storage
    OUTPUT/running/<digest>/  checkpoints of the trial that runs
    OUTPUT/trials.csv, .md    the table, the sentences

The study outlives a kill: finished trials are kept, and the one that ran is tried again with the same settings, from
its last finished epoch.
"""

import hashlib
import json
import math
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError, model_validator
from rich.console import Console

from model import config
from model.config import Config, ConfigError, Count
from model.data import corpus as data
from model.data import places
from model.data.corpus import Corpus
from model.experiments import baselines
from model.experiments.baselines import Section
from model.training import fit, network

if TYPE_CHECKING:
    import optuna

RUNS = Path("runs") / "tune"
SEARCH = Path(__file__).parents[1] / "configs" / "search.toml"
STORAGE, TABLE = "study.sqlite3", "trials"
TRIALS = 30
_SEARCHED = ("network", "training")
_VALUES, _SECONDS, _ACCURACY, _OWN = "rungs", "seconds", "dev_accuracy", "as_configured"

_DIVERGED = 10.0
"""What a network whose dev log loss is not a number counts with."""

Choice = str | int | float | bool


class FloatRange(Section):
    """Any number from low to high; with `log` as likely from 0.001 to 0.01 as from 0.01 to 0.1."""

    kind: Literal["float"]
    low: float
    high: float
    log: bool = False

    def suggest(self, trial: "optuna.Trial", name: str) -> Choice:
        """A value for that trial."""
        return trial.suggest_float(name, self.low, self.high, log=self.log)

    def ends(self) -> tuple[Choice, ...]:
        """The values that must be allowed for all to be."""
        return self.low, self.high

    def holds(self, value: Choice) -> bool:
        """Whether the search can try that value."""
        return isinstance(value, int | float) and self.low <= value <= self.high

    @model_validator(mode="after")
    def _ordered(self) -> "FloatRange":
        if self.low >= self.high:
            raise ValueError("low must be less than high")
        if self.log and self.low <= 0:
            raise ValueError("log needs low > 0")
        return self


class IntRange(Section):
    """Any whole number from low to high, both included."""

    kind: Literal["int"]
    low: int
    high: int
    log: bool = False

    def suggest(self, trial: "optuna.Trial", name: str) -> Choice:
        """A value for that trial."""
        return trial.suggest_int(name, self.low, self.high, log=self.log)

    def ends(self) -> tuple[Choice, ...]:
        """The values that must be allowed for all to be."""
        return self.low, self.high

    def holds(self, value: Choice) -> bool:
        """Whether the search can try that value."""
        return isinstance(value, int) and self.low <= value <= self.high

    @model_validator(mode="after")
    def _ordered(self) -> "IntRange":
        if self.low >= self.high:
            raise ValueError("low must be less than high")
        if self.log and self.low <= 0:
            raise ValueError("log needs low > 0")
        return self


class Choices(Section):
    """One of these values."""

    kind: Literal["choice"]
    values: Annotated[tuple[Choice, ...], Field(min_length=2)]

    def suggest(self, trial: "optuna.Trial", name: str) -> Choice:
        """A value for that trial."""
        found = trial.suggest_categorical(name, self.values)
        assert found is not None
        return found

    def ends(self) -> tuple[Choice, ...]:
        """The values that must be allowed for all to be."""
        return self.values

    def holds(self, value: Choice) -> bool:
        """Whether the search can try that value."""
        return value in self.values


Range = Annotated[FloatRange | IntRange | Choices, Field(discriminator="kind")]


class SearchConfig(Section):
    """What is searched, and how."""

    name: str
    sample: Annotated[int, Field(ge=0)] = 6000
    """Training reviews a trial sees; 0 is all."""
    rungs: Annotated[tuple[Annotated[float, Field(gt=0, le=1)], ...], Field(min_length=1)] = (0.3, 1.0)
    """Shares of the sample that a trial is trained on in turn, the last 1."""
    startup_trials: Count = 6
    """Trials at random, and never given up, before the search learns from them."""
    seed: int = 1
    parameters: Annotated[dict[str, Range], Field(min_length=1)]
    """By dotted name: `network.units`, `training.learning_rate`."""

    @model_validator(mode="after")
    def _sound(self) -> "SearchConfig":
        if list(self.rungs) != sorted(set(self.rungs)) or self.rungs[-1] != 1.0:
            raise ValueError("rungs must grow and end with 1.0")
        for name, wanted in self.parameters.items():
            for value in wanted.ends():
                try:
                    changed(_ANY, {name: value})
                except (ValidationError, KeyError) as error:
                    raise ValueError(f"{name} = {value} is not a setting of network or training") from error
        return self


def changed(settings: Config, values: dict[str, Choice]) -> Config:
    """`settings` with the values of dotted names put in, validated.

    Raises `KeyError` for a name outside `network` and `training`, pydantic's `ValidationError` for a wrong value.
    """
    sections = {name: getattr(settings, name).model_dump() for name in _SEARCHED}
    for dotted, value in values.items():
        section, _, field = dotted.partition(".")
        sections[section][field] = value
    update = {name: type(getattr(settings, name)).model_validate(given) for name, given in sections.items()}
    return settings.model_copy(update=update)


_ANY = Config(name="any", data=config.DataConfig(labelled=Path("any")))


def read(path: Path = SEARCH) -> SearchConfig:
    """The validated search config in the TOML file `path`; raises `ConfigError`."""
    return baselines.read_toml(path, TypeAdapter(SearchConfig))


def _labels_only(settings: Config) -> Config:
    """What is left of a training config when only its network learns, from labels alone."""
    return Config(
        name=settings.name,
        data=settings.data.model_copy(update={"unlabelled": None}),
        vocabulary=settings.vocabulary,
        network=settings.network,
        training=settings.training,
        serving=settings.serving,
    )


class _Objective:
    """One trial: settings in, least dev log loss out."""

    def __init__(self, search: SearchConfig, settings: Config, corpus: Corpus, folder: Path) -> None:
        self.search, self.settings, self.corpus, self.folder = search, settings, corpus, folder
        train = corpus.split.train
        size = min(search.sample or len(train), len(train))
        self.sample = train[np.random.default_rng(search.seed).permutation(len(train))[:size]]
        self.seen = 0

    def __call__(self, trial: "optuna.Trial") -> float:
        import optuna

        values = {name: wanted.suggest(trial, name) for name, wanted in self.search.parameters.items()}
        chosen = changed(self.settings, values)
        best: dict[str, float] = {}
        seconds, losses = 0.0, []
        for rung, share in enumerate(self.search.rungs):
            rows = self.sample[: max(1, round(share * len(self.sample)))]
            folder = self.folder / self._digest(chosen, len(rows))
            history = self._fitted(chosen, rows, folder)
            best = fit.best_record(history)
            seconds += sum(record["seconds"] for record in history)
            losses.append(best["dev_log_loss"] if math.isfinite(best["dev_log_loss"]) else _DIVERGED)
            trial.report(losses[-1], rung)
            trial.set_user_attr(_VALUES, losses)
            trial.set_user_attr(_SECONDS, round(seconds, 1))
            trial.set_user_attr(_ACCURACY, best["dev_accuracy"])
            if rung + 1 < len(self.search.rungs) and trial.should_prune():
                raise optuna.TrialPruned
        return losses[-1]

    def _digest(self, chosen: Config, rows: int) -> str:
        """Names the folder by what is trained in it: a trial that is tried again finds its checkpoints."""
        settings = chosen.network.model_dump_json() + chosen.training.model_dump_json()
        return hashlib.sha256(f"{settings}\n{rows}\n{self.search.seed}".encode()).hexdigest()[:16]

    def _fitted(self, chosen: Config, rows: NDArray[np.int64], folder: Path) -> list[dict[str, float]]:
        import keras

        # One graph a trial: without this, memory grows by all of them.
        keras.backend.clear_session()
        keras.utils.set_random_seed(chosen.training.seed)
        built = network.build(chosen.network, len(self.corpus.vocabulary))
        network.set_embedding(built, self.corpus.vectors)
        folder.mkdir(parents=True, exist_ok=True)

        def examples(part: NDArray[np.int64], limit: int) -> fit.Examples:
            return fit.Examples(self.corpus.ids(part, limit), self.corpus.reviews.labels[part].astype(np.float32))

        train = examples(rows, chosen.training.max_tokens)
        dev = examples(self.corpus.split.dev, chosen.serving.max_tokens)
        return fit.fit(built, train, dev, chosen.training, folder, resume=True)


def _pruner(startup: int) -> Any:
    import optuna

    return optuna.pruners.MedianPruner(n_startup_trials=startup, n_warmup_steps=0)


def _study(search: SearchConfig, settings: Config, output: Path) -> "optuna.Study":
    """The study in `output`, new or gone on with; a trial that a kill broke off is in line again."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    asked = {"search": search.model_dump(mode="json"), "config": _labels_only(settings).model_dump(mode="json")}
    storage = f"sqlite:///{(output / STORAGE).resolve()}"
    study = optuna.create_study(storage=storage, study_name=search.name, direction="minimize", load_if_exists=True)
    done = len(study.trials)
    # A seed that moves on: a search gone on with must not draw its first trials again.
    study.sampler = optuna.samplers.TPESampler(seed=search.seed + done, n_startup_trials=search.startup_trials)
    study.pruner = _pruner(search.startup_trials)
    stored = study.user_attrs.get("asked")
    if stored is not None and stored != json.loads(json.dumps(asked)):
        raise ConfigError(
            f"{output} holds a search with other settings: give another --output, or delete that folder to start anew."
        )
    study.set_user_attr("asked", asked)
    _line_up(study, {name: _own(settings, name) for name in search.parameters}, search)
    return study


def _line_up(study: "optuna.Study", own: dict[str, Choice], search: SearchConfig) -> None:
    """Puts first what must be tried first: the config's own settings, or those of the trial that was broken off."""
    import optuna

    states = optuna.trial.TrialState
    for trial in study.get_trials(deepcopy=False, states=(states.RUNNING,)):
        # A kill leaves it so; Ctrl-C marks it as failed by itself.
        study.tell(trial.number, state=states.FAIL)
    trials = study.trials
    if any(trial.state == states.WAITING for trial in trials):
        return
    if trials and trials[-1].state == states.FAIL:
        first = bool(trials[-1].user_attrs.get(_OWN))
        study.enqueue_trial(own if first else trials[-1].params, user_attrs={_OWN: first})
    elif not trials and all(search.parameters[name].holds(value) for name, value in own.items()):
        study.enqueue_trial(own, user_attrs={_OWN: True})


def _own(settings: Config, dotted: str) -> Choice:
    section, _, field = dotted.partition(".")
    value: Choice = getattr(getattr(settings, section), field)
    return value


def _finished(study: "optuna.Study") -> "list[optuna.trial.FrozenTrial]":
    """Complete and pruned trials, best first: by how far they came, then by dev log loss."""
    import optuna

    states = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
    found = [trial for trial in study.trials if trial.state in states]
    return sorted(found, key=lambda trial: (-len(trial.user_attrs[_VALUES]), trial.user_attrs[_VALUES][-1]))


def run(
    config_path: Path,
    *,
    search_path: Path = SEARCH,
    output: Path = RUNS,
    trials: int = TRIALS,
    minutes: float | None = None,
    sample: int | None = None,
) -> dict[str, Any]:
    """Searches until the study has `trials` finished trials or `minutes` have passed; returns what it found.

    A search that `output` already holds is gone on with: trials finished before count. `sample` is in place of the
    search config's. Writes `trials.csv` and `trials.md`, after every trial. Raises `ConfigError` (wrong config, or
    `output` holds a search with other settings) and `DataError`.
    """
    settings, search = _labels_only(config.read(config_path)), read(search_path)
    settings = settings.model_copy(update={"data": places.located(settings.data)})
    if sample is not None:
        search = search.model_copy(update={"sample": sample})
    output.mkdir(parents=True, exist_ok=True)
    study = _study(search, settings, output)
    console = Console(highlight=False)
    console.print("Reading the data")
    began = time.monotonic()
    corpus = data.prepare(_labels_only(settings))
    baselines.start_tensorflow(settings.training.threads)
    objective = _Objective(search, settings, corpus, output / "running")
    report(study, output)
    while (done := len(_finished(study))) < trials:
        if minutes is not None and time.monotonic() - began >= 60 * minutes:
            console.print(f"{minutes:g} minutes have passed: {done} of {trials} trials are done")
            break
        study.optimize(objective, n_trials=1)
        shutil.rmtree(output / "running", ignore_errors=True)
        last = study.trials[-1]
        console.print(f"trial {done + 1}/{trials}: dev log loss {last.user_attrs[_VALUES][-1]:.4f} {last.state.name}")
        report(study, output)
    return report(study, output)


def _importance(study: "optuna.Study") -> dict[str, float]:
    """Share of the variance of the dev log loss that each setting explains (fANOVA, Hutter et al. 2014); may be empty.

    Needs a few complete trials that differ.
    """
    import optuna

    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if len(complete) < 4 or len({trial.value for trial in complete}) < 2:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=1)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: round(share, 3) for name, share in found.items()}


def _number(value: Choice) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _sentences(study: "optuna.Study", importance: dict[str, float]) -> list[str]:
    """What the search found, computed from its figures."""
    import optuna

    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if not complete:
        return ["No trial is complete yet."]
    best = study.best_trial
    values = ", ".join(f"{name} = {_number(value)}" for name, value in best.params.items())
    accuracy = 100 * best.user_attrs[_ACCURACY]
    said = [
        f"The best of {len(complete)} complete trials reads {best.value:.4f} in dev log loss ({accuracy:.1f} % "
        f"accuracy on dev): {values}."
    ]
    own = [trial for trial in complete if trial.user_attrs.get(_OWN)]
    if own:
        gain = (own[0].value or 0.0) - (best.value or 0.0)
        said.append(
            f"The config as it stands reads {own[0].value:.4f}"
            + (f": {gain:.4f} more." if gain > 0 else ": no trial was better.")
        )
    if importance:
        first, share = next(iter(importance.items()))
        said.append(f"What matters most is {first}: it explains {100 * share:.0f} % of the differences.")
    else:
        said.append("Too few complete trials that differ to say which setting matters.")
    return said


def report(study: "optuna.Study", output: Path) -> dict[str, Any]:
    """Writes the table as CSV and Markdown and returns its contents: sentences, importance, trials (best first)."""
    import pandas as pd

    importance = _importance(study)
    rows = [
        {
            "trial": trial.number,
            "state": trial.state.name.lower(),
            "dev_log_loss": round(trial.user_attrs[_VALUES][-1], 5),
            "dev_accuracy": round(trial.user_attrs[_ACCURACY], 5),
            "rungs": len(trial.user_attrs[_VALUES]),
            "seconds": trial.user_attrs[_SECONDS],
            "as_configured": bool(trial.user_attrs.get(_OWN)),
            **trial.params,
        }
        for trial in _finished(study)
    ]
    found = {"sentences": _sentences(study, importance), "importance": importance, "trials": rows}
    pd.DataFrame(rows).to_csv(output / f"{TABLE}.csv", index=False)
    (output / f"{TABLE}.md").write_text(_page(found), encoding="utf-8")
    return found


def _page(found: dict[str, Any]) -> str:
    lines = [f"- {sentence}" for sentence in found["sentences"]]
    if found["importance"]:
        lines += ["", "| setting | share of the differences it explains |", "|---|---|"]
        lines += [f"| {name} | {share:.2f} |" for name, share in found["importance"].items()]
    if found["trials"]:
        names = list(found["trials"][0])
        lines += ["", f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
        lines += [f"| {' | '.join(_number(row[name]) for name in names)} |" for row in found["trials"]]
    lines += [
        "",
        "Judged on dev, by the calibrated log loss of the best epoch; validation was not read. A pruned trial's figure "
        "is that of its last rung, on fewer reviews.",
    ]
    return "\n".join(lines) + "\n"
