"""`make faults`: random faults, drawn by a seed, against everything that runs; then every promise is checked.

    python -m tests.faults.run [--count 200] [--seed N] [--only NAME,...] [--on sqlite,postgres] [--list]

Exit code 1 when a promise was broken; then a folder under runs/faults holds logs, tables and what Discord saw.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.faults.disk import may_mount
from tests.faults.faults import BY_NAME, FAULTS, Fault
from tests.faults.stage import staged
from tests.faults.trial import Round, Trial


def main() -> int:
    """Plays and prints the table."""
    options = _options()
    if options.list:
        print("\n".join(f"{fault.name:16} {' '.join(fault.on):16} {fault.about}" for fault in FAULTS))
        return 0
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    kinds = options.on.split(",")
    evidence = Path("runs") / "faults" / f"{time.strftime('%Y%m%d-%H%M%S')}-seed{seed}"
    print(f"seed {seed}, {options.count} faults on {' and '.join(kinds)}", flush=True)
    began, played = time.monotonic(), []
    for index, kind in enumerate(kinds):
        share = options.count // len(kinds) + (index < options.count % len(kinds))
        played += _play(kind, share, random.Random(f"{seed} {kind}"), evidence, options)
    print(table(played))
    bad = [one for one in played if one.broken]
    injected = sum(len(one.faults) for one in played)
    print(
        f"{injected} faults in {len(played)} rounds, seed {seed}: {len(bad)} rounds with a broken promise, "
        f"{time.monotonic() - began:.0f} s in all"
    )
    if bad:
        print(f"evidence: {evidence}")
    return 1 if bad else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="faults to inject")
    parser.add_argument("--seed", type=int, help="repeats the same draw")
    parser.add_argument("--only", help="names of faults, with commas")
    parser.add_argument("--on", default="sqlite,postgres", help="databases")
    parser.add_argument("--lease", type=float, default=4.0, help="lease of a chunk in seconds")
    parser.add_argument("--list", action="store_true", help="the kinds of faults")
    return parser.parse_args()


def _play(kind: str, count: int, dice: random.Random, evidence: Path, options: argparse.Namespace) -> list[Round]:
    usable = [fault for fault in FAULTS if kind in fault.on and (not fault.needs_root or may_mount())]
    if options.only:
        wanted = options.only.split(",")
        assert set(wanted) <= set(BY_NAME), f"no such fault: {sorted(set(wanted) - set(BY_NAME))}"
        usable = [fault for fault in usable if fault.name in wanted]
    left = list(draw(usable, count, dice)) if usable else []
    played: list[Round] = []
    if not left:
        return played
    with staged(evidence / f"stage-{kind}", kind, lease_s=options.lease, faults=len(left)) as stage:
        trial = Trial(stage, dice, evidence)
        while left:
            faults = [left.pop(0)]
            if left and dice.random() < 0.5 and _may_meet(faults[0], left[0]):
                faults.append(left.pop(0))
            began = time.monotonic()
            one = trial.play(len(played) + 1, faults)
            played.append(one)
            line = f"{kind} {one.number:3d}  {' + '.join(one.faults):36} {len(one.sent)} sent, {one.again} again, "
            print(f"{line}{time.monotonic() - began:5.1f} s  {'ok' if not one.broken else 'BROKEN'}", flush=True)
            for reason in one.broken:
                print(f"      {reason}", flush=True)
    return played


def draw(usable: Sequence[Fault], count: int, dice: random.Random) -> list[Fault]:
    """Every kind in turn of its weight, shuffled: each is met, however few are drawn."""
    drawn: list[Fault] = []
    while len(drawn) < count:
        first = list(usable) if not drawn else []
        drawn += dice.sample(first, len(first))
        drawn.append(dice.choices(usable, [fault.weight for fault in usable])[0])
    return drawn[:count]


def _may_meet(one: Fault, other: Fault) -> bool:
    """Two faults at a time, unless they break the same thing: a frozen broker cannot be flushed.

    Those with work of their own wait for it to be done in part, for which all must run.
    """
    if one.has_own_work or other.has_own_work:
        return False
    first, second = one.name.split("-")[0], other.name.split("-")[0]
    same = {"pg": "database", "sqlite": "database", "clock": "database", "two": "database", "doubled": "database"}
    lean = {"workers": "worker", "celery": "worker", "pool": "worker", "discord": "bot"}
    names = {lean.get(same.get(name, name), same.get(name, name)) for name in (first, second)}
    touches_broker = {"broker", "clock", "two", "doubled"}
    if first in touches_broker and second in touches_broker:
        return False
    return len(names) == 2 and "poison" not in (first, second)


def table(played: Sequence[Round]) -> str:
    """Kind of fault x injected, how often something was open at that moment, rounds that held, recovery."""
    rows: dict[str, list[tuple[Round, int]]] = defaultdict(list)
    for one in played:
        for index, name in enumerate(one.faults):
            rows[name].append((one, one.open_at[index] if index < len(one.open_at) else 0))
    lines = [f"{'fault':16} {'injected':>8} {'in work':>8} {'held':>5} {'broken':>6} {'median s':>9} {'worst s':>8}"]
    for fault in FAULTS:
        found = rows.get(fault.name)
        if not found:
            continue
        times = [one.recovery_s for one, _ in found]
        bad = sum(bool(one.broken) for one, _ in found)
        busy = sum(n > 0 for _, n in found)
        counts = f"{fault.name:16} {len(found):8} {busy:8} {len(found) - bad:5} {bad:6}"
        lines.append(f"{counts} {median(times):9.1f} {max(times):8.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
