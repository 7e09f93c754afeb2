"""The command behind `make simulate`.

python -m tests.simulation --seed 44            one seed; a failure is reduced and printed
python -m tests.simulation --seed 44 --also F   that seed with one more fault, as printed
python -m tests.simulation --seed 44 --faults F that seed with exactly the faults listed in a file
python -m tests.simulation --size full          a campaign: quick, test or full; `--from N` begins
                                                at another seed, `--fresh` at one never tried
python -m tests.simulation --mutants            plant every bug, print the seed that finds it
python -m tests.simulation --find-killer "bug"  search a seed that kills a planted bug (no name:
                                                every bug); `--write` puts it into the bug's row
python -m tests.simulation --crash-points       every fault, and pairs, at every boundary
python -m tests.simulation --model              explore the model of the choreography
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.simulation import campaign, crash_points, model, mutation
from tests.simulation.faults import fault
from tests.simulation.mutation import SEARCHED_MAX

# Worlds have about 24 payments each.
SIZES: Final = {"quick": 100, "test": 1300, "full": 8500}
PROCESSES: Final = 2
SEEDS_MAX: Final = 2**31


def main() -> int:
    asked = _arguments()
    if asked.mutants:
        return _mutants(asked.shard)
    if asked.find_killer is not None:
        return _find_killers(asked.find_killer, write=asked.write)
    if asked.crash_points:
        return _crash_points(pairs=asked.size == "full")
    if asked.model:
        return _model()
    if asked.seed is not None:
        return _one(campaign.Run(asked.seed, asked.also), asked.faults)
    first = secrets.randbelow(SEEDS_MAX) if asked.fresh else asked.first
    seeds = range(first, first + SIZES[asked.size])
    _print(f"seeds {seeds.start} to {seeds.stop - 1}")
    total = campaign.campaign(seeds, processes=PROCESSES, report=_progress)
    _print(f"\n{total}")
    for run, _ in total.failed[:5]:
        _print(campaign.report(run))
    return 1 if total.failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulate", description="Simulate payments under faults.")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--also", type=fault, help="one more fault, as a report prints it")
    parser.add_argument("--faults", type=Path, help="a file with one fault per line, as printed")
    parser.add_argument("--size", choices=sorted(SIZES), default="quick")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--fresh", action="store_true", help="begin at a random seed")
    parser.add_argument("--mutants", action="store_true")
    parser.add_argument("--shard", default="1/1", help="of the mutants, such as 1/2")
    parser.add_argument("--find-killer", nargs="*", metavar="NAME", help="of planted bugs")
    parser.add_argument("--write", action="store_true", help="the seed found into the bug's row")
    parser.add_argument("--crash-points", action="store_true")
    parser.add_argument("--model", action="store_true")
    return parser.parse_args()


def _one(run: campaign.Run, faults: Path | None) -> int:
    if faults is None:
        text = campaign.report(run)
        _print(text)
        return 1 if "replay:" in text else 0
    outcome = campaign.replayed(run.seed, faults.read_text().splitlines())
    for problem in outcome.problems or ["all promises kept"]:
        _print(problem)
    return 1 if outcome.problems else 0


def _mutants(shard: str) -> int:
    number, _, of = shard.partition("/")
    survivors = 0
    for verdict in mutation.verdicts(mutation.MUTANTS[int(number) - 1 :: int(of)]):
        survivors += not verdict.killer
        _print(str(verdict))
    return 1 if survivors else 0


def _find_killers(names: Sequence[str], *, write: bool) -> int:
    """Print a killer of each mutant; a seed other than its row's own belongs into the row."""
    mutants = mutation.named(names)
    survivors = 0 if mutants else 1
    for mutant, verdict in zip(mutants, mutation.verdicts(mutants, SEARCHED_MAX), strict=True):
        _print(str(verdict))
        survivors += not verdict.killer
        if verdict.seed not in (None, mutant.seed):
            place = mutation.write_seed(mutant.name, verdict.seed) if write else "its row"
            _print(f"  seed={verdict.seed} in {place}")
    return 1 if survivors else 0


def _crash_points(*, pairs: bool) -> int:
    runs, broken = 0, 0
    for swept in crash_points.sweeps(pairs=pairs, processes=PROCESSES):
        runs += swept.runs
        broken += len(swept.problems or ())
        _print(str(swept))
    _print(f"{runs} runs, {broken} broken promises")
    return 1 if broken else 0


def _model() -> int:
    for line in model.explored_all():
        _print(line)
    return 0


def _progress(total: campaign.Summary, of: int) -> None:
    sys.stderr.write(
        f"\r{total.worlds}/{of} worlds, {total.payments} payments, "
        f"{sum(total.faults.values())} faults, {len(total.failed)} failed, {total.seconds:.0f} s "
    )
    sys.stderr.flush()


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
