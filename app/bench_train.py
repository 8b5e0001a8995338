"""`selfgrad bench train`: how long an epoch takes in many ways, beside the machine's own limits, and how soon the
models are right about 98.0 and 98.5 of 100 pictures.

All ways take turns, an epoch each, so that a noisy neighbour hits them alike. Medians and 99th percentiles by the
clock; beside them the median of the computing time, which neighbours hardly touch. On a graphics card the same is done
there as well, after its weights have been compared with the processor's.
"""

import json
import os
import statistics
import time
from typing import Any

from app.bench import machine, percentile
from app.demo.config import MODELS, PRESETS, Config
from app.demo.data import Data
from app.demo.events import Epoch, plain
from app.demo.process import ONE_THREAD
from app.settings import Settings
from app.terminal import Usage, progress
from app.training import counts_text, data_for, provenance_text, told

ROUNDS = 20
CARD_ROUNDS = 50
REACHED = (0.98, 0.985)
EPOCHS = 40
SEEDS = (1, 2, 3)

Table = dict[str, dict[str, float]]
Time = tuple[float, float]  # milliseconds by the clock, and of computing


def train_bench(settings: Settings, choice: str, device: str, *, as_json: bool) -> None:
    """Measure and print. Raises Usage."""
    os.environ.update(ONE_THREAD)
    with told():
        Config(device=device)
        data = data_for(choice, settings)
    from app.demo.loops import card

    if device == "cuda" and card() is None:
        raise Usage("There is no CUDA device on this machine that torch can use: leave --device out, or say cpu.")
    made: dict[str, Any] = {
        "machine": machine(),
        "data": {"provenance": plain(data.provenance), "counts": data.counts},
    }
    made |= in_turns(data)
    made["reaches"] = reaches(data)
    if device != "cpu" and card() is not None:
        made["card"] = on_card(data)
    made["load_after"] = os.getloadavg()
    print(json.dumps(plain(made), allow_nan=False) if as_json else table(made, data))


def in_turns(data: Data) -> dict[str, Any]:
    """Milliseconds an epoch on the processor, by model and way, and the ratios that matter."""
    from app.demo.loops import limits, loops, timed

    measures = {(model, name): loop for model in MODELS for name, loop in loops(model, data).items()}
    bounds = limits(data, "cpu")
    seen: dict[Any, list[Time]] = {key: [] for key in (*measures, *bounds)}
    for loop in measures.values():
        loop()
    with progress("taking turns", total=ROUNDS) as advance:
        for _ in range(ROUNDS):
            for key, loop in measures.items():
                seen[key].append(timed(loop))
            for name, bound in bounds.items():
                seen[name].append(bound())
            advance()
    ms = {model: {name: summary(seen[model, name]) for of, name in measures if of == model} for model in MODELS}
    at_least = {name: summary(seen[name]) for name in bounds}
    return {
        "ms": ms,
        "limits_ms": at_least,
        "ratios": ratios(ms, at_least, "p50"),
        "ratios_of_computing": ratios(ms, at_least, "computing"),
    }


def summary(times: list[Time]) -> dict[str, float]:
    clock = [by_clock for by_clock, _ in times]
    computing = statistics.median(computed for _, computed in times)
    return {"p50": statistics.median(clock), "p99": percentile(clock, 99), "min": min(clock), "computing": computing}


def ratios(ms: dict[str, Table], at_least: Table, by: str) -> dict[str, float]:
    from app.demo.loops import FASTAI, LOADER, OURS, READABLE, SWEPT

    made = {}
    for model, limit in (("linear", "bandwidth"), ("net", "products")):
        of = {name: row[by] for name, row in ms[model].items()}
        for other in (LOADER, READABLE, FASTAI):
            if other in of:
                made[f"{model}: {other} / {OURS}"] = of[other] / of[OURS]
        made[f"{model}: {OURS} / {limit} limit"] = of[OURS] / at_least[limit][by]
        made[f"{model}: {SWEPT} / {OURS}"] = of[SWEPT] / of[OURS]
    return made


def reaches(data: Data) -> list[dict[str, Any]]:
    """Epochs and seconds of computing to 98.0 and 98.5 %, for every model and preset; medians over seeds."""
    rows = []
    with progress("how soon", total=len(PRESETS) * len(MODELS) * len(SEEDS)) as advance:
        for preset in PRESETS:
            for model in MODELS:
                runs = []
                for seed in SEEDS:
                    runs.append(reached(Config.of(model, preset, epochs=EPOCHS, seed=seed, device="cpu"), data))
                    advance()
                rows.append({"model": model, "preset": preset} | middle(runs))
    return rows


def reached(config: Config, data: Data) -> dict[float, tuple[int, float]]:
    """Level -> the first epoch that reached it, and the seconds of computing until then."""
    from app.demo.train import Training

    found: dict[float, tuple[int, float]] = {}
    seconds = 0.0
    for event in Training(config, data).events():
        if isinstance(event, Epoch):
            seconds += event.compute_ms / 1000
            for level in REACHED:
                if event.accuracy >= level:
                    found.setdefault(level, (event.epoch, seconds))
    return found


def middle(runs: list[dict[float, tuple[int, float]]]) -> dict[str, Any]:
    """The run in the middle for each level; None when fewer than half of them reached it."""
    made: dict[str, Any] = {}
    for level in REACHED:
        times = sorted((run[level] for run in runs if level in run), key=lambda pair: pair[1])
        enough = len(times) * 2 > len(runs)
        epochs, seconds = times[len(runs) // 2] if enough and len(times) > len(runs) // 2 else (None, None)
        made[f"{level:.1%}"] = {"epochs": epochs, "seconds": seconds}
    return made


def on_card(data: Data) -> dict[str, Any]:
    """The same on a graphics card, with its limits, and how far its weights are from the processor's."""
    from app.demo.loops import card, card_loops, launches, limits, timed

    made: dict[str, Any] = {"name": card(), "launch_us": launches()}
    made["difference_from_processor"] = {model: apart(model, data) for model in MODELS}
    ways = {model: card_loops(model, data) for model in MODELS}
    made["failed"] = {model: failed for model, (_, failed) in ways.items()}
    measures = {(model, name): loop for model, (loops, _) in ways.items() for name, loop in loops.items()}
    bounds = limits(data, "cuda")
    seen: dict[Any, list[Time]] = {key: [] for key in (*measures, *bounds)}
    for _ in range(CARD_ROUNDS):
        for key, loop in measures.items():
            seen[key].append(timed(loop))
        for name, bound in bounds.items():
            seen[name].append(bound())
    made["ms"] = {model: {name: summary(seen[model, name]) for of, name in measures if of == model} for model in MODELS}
    made["limits_ms"] = {name: summary(seen[name]) for name in bounds}
    made["trained"] = {model: trained_on_card(model, data) for model in MODELS}
    return made


def apart(model: str, data: Data) -> dict[str, Any]:
    from app.demo.loops import card_differences

    try:
        return dict(card_differences(model, data))
    except RuntimeError as error:
        return {"failed": str(error)}


def trained_on_card(model: str, data: Data) -> dict[str, Any]:
    """A whole training as `selfgrad train --device cuda` does it: where it ran, and the same accuracy or not."""
    from app.demo.train import Training

    row: dict[str, Any] = {}
    for device in ("cuda", "cpu"):
        training = Training(Config.of(model, "better", device=device), data)
        started = time.perf_counter()
        epochs = [event for event in training.events() if isinstance(event, Epoch)]
        row[device] = {
            "way": training.course.way.name,
            "note": training.course.note,
            "accuracy": epochs[-1].accuracy,
            "ms_an_epoch": statistics.median(epoch.compute_ms for epoch in epochs),
            "seconds": time.perf_counter() - started,
        }
    return row


def table(made: dict[str, Any], data: Data) -> str:
    rows = [f"{name}: {value}" for name, value in made["machine"].items()]
    rows += [f"data: {provenance_text(data.provenance)}", f"      {counts_text(data)}"]
    rows += ["", *times("milliseconds an epoch", made)]
    rows += ["", f"{'ratio':<52}{'p50':>10}{'':>10}{'computing':>10}"]
    computing = made["ratios_of_computing"]
    rows += [f"{name:<52}{ratio:>10.2f}{'':>10}{computing[name]:>10.2f}" for name, ratio in made["ratios"].items()]
    rows += ["", f"{'epochs and seconds of computing to':<36}{'98.0 %':>18}{'98.5 %':>18}"]
    for row in made["reaches"]:
        cells = "".join(f"{soon(row[f'{level:.1%}']):>18}" for level in REACHED)
        rows.append(f"{row['model']}, {row['preset']:<30}"[:36].ljust(36) + cells)
    if card := made.get("card"):
        rows += ["", *times(f"milliseconds an epoch on {card['name']}", card), ""]
        rows += [f"microseconds a tiny kernel, {name}: {us:.2f}" for name, us in card["launch_us"].items()]
        rows += [f"{model}: weights differ by {found}" for model, found in card["difference_from_processor"].items()]
        rows += [f"{model}: failed: {failed}" for model, failed in card["failed"].items() if failed]
        rows += [f"{model}, {device}: {row}" for model, both in card["trained"].items() for device, row in both.items()]
    rows += ["", "load average before {}, after {}".format(made["machine"]["load_before"], made["load_after"])]
    return "\n".join(rows)


def times(title: str, made: dict[str, Any]) -> list[str]:
    rows = [f"{title:<52}{'p50':>10}{'p99':>10}{'computing':>10}"]
    named = [(f"{model}: {name}", row) for model in MODELS for name, row in made["ms"][model].items()]
    named += [(f"limit: {name}", row) for name, row in made["limits_ms"].items()]
    return rows + [f"{name:<52}{row['p50']:>10.3f}{row['p99']:>10.3f}{row['computing']:>10.3f}" for name, row in named]


def soon(row: dict[str, Any]) -> str:
    return "not reached" if row["epochs"] is None else f"{row['epochs']} in {row['seconds']:.3f} s"
