"""What `selfgrad bench train` takes the time of: the same epoch done in many ways, and what the machine allows at most.

Every entry is a function that learns from all pictures once, shuffled, in batches of 256, with cross-entropy, on one
thread; on a graphics card it returns when the card has finished. The limits:
    bandwidth   the training set as floats (39 MB for MNIST_SAMPLE), read once
    products    the multiplications of the net's first layer, there and back, at the rate of a large product
    launches    on a card: the time of one tiny kernel after another, alone and within a graph
"""

import importlib.util
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from app.demo.config import HIDDEN, Config
from app.demo.data import Data
from app.demo.fast import FAST
from app.demo.models import ReadableStep, first_weights
from app.demo.png import PIXELS
from app.demo.sweep import RATES, first_of_all, sweep_plan
from app.demo.ways import GENTLE, Eager, Plan

RATE = {"linear": 1.0, "net": 0.1}
OURS, READABLE, LOADER, FASTAI = "the product's step", "readable autograd step", "DataLoader loop", "fastai Learner"
GRAPH, SWEPT, SWEPT_GRAPH = "one graph an epoch", "sweep of 16 rates", "sweep of 16 rates, one graph"
SQUARE = 1024

Epoch = Callable[[], None]


def config_for(model: str) -> Config:
    return Config(model, RATE[model], 256, 1, shuffle=True, loss="bce", start="torch")


def loops(model: str, data: Data) -> dict[str, Epoch]:
    """The ways on the processor."""
    torch.set_num_threads(1)
    made = {OURS: by_way(one_plan(model, data), Eager, "cpu"), READABLE: readable(model, data, "cpu")}
    made |= {LOADER: loader(model, data), SWEPT: by_way(sweep_plan_of(model, data), Eager, "cpu")}
    return made | ({FASTAI: fastai(model, data)} if importlib.util.find_spec("fastai") else {})


def card() -> str | None:
    """The name of the graphics card, if there is one."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def card_loops(model: str, data: Data) -> tuple[dict[str, Epoch], dict[str, str]]:
    """The ways on a graphics card, and what went wrong with those that could not be made."""
    from app.demo.cuda import Graphed

    one, many = partial(one_plan, model, data), partial(sweep_plan_of, model, data)
    makers: dict[str, Callable[[], Epoch]] = {
        OURS: lambda: by_way(one(), Eager, "cuda"),
        GRAPH: lambda: by_way(one(), Graphed),
        READABLE: lambda: readable(model, data, "cuda"),
        SWEPT: lambda: by_way(many(), Eager, "cuda"),
        SWEPT_GRAPH: lambda: by_way(many(), Graphed),
    }
    made: dict[str, Epoch] = {}
    failed: dict[str, str] = {}
    for name, make in makers.items():
        try:
            made[name] = make()
            made[name]()
        except RuntimeError as error:
            made.pop(name, None)
            failed[name] = f"{type(error).__name__}: {error}"
    return made, failed


def card_differences(model: str, data: Data) -> dict[str, float]:
    """How far an epoch's weights on the card, as one graph, are from the processor's. Raises RuntimeError."""
    from app.demo.cuda import Graphed, difference

    found = {}
    for name, (plan, weights) in {"one": one_plan(model, data), "sweep": sweep_plan_of(model, data)}.items():
        gentle = plan.gentle()
        found[name] = difference(Graphed(gentle, weights), Eager(gentle, weights, "cpu"))
    return found


Planned = tuple[Plan, dict[str, Tensor]]


def one_plan(model: str, data: Data) -> Planned:
    config = config_for(model)
    step, weights = FAST[model], first_weights(config, torch.Generator().manual_seed(1))
    gentle = partial(step, replace(config, lr=GENTLE))
    return Plan(partial(step, config), gentle, config.batch_size, data), weights


def sweep_plan_of(model: str, data: Data) -> Planned:
    config = config_for(model)
    return sweep_plan(config, data, RATES), first_of_all(config, len(RATES), torch.Generator().manual_seed(1))


def by_way(planned: Planned, make: Callable[..., Eager], *device: str) -> Epoch:
    way = make(*planned, *device)

    def epoch() -> None:
        way.begin(torch.randperm(len(way.order)))
        for _ in way.run():
            pass
        way.settle()

    return epoch


def as_floats(rows: "np.ndarray[Any, np.dtype[np.uint8]]") -> Tensor:
    return torch.from_numpy(rows.astype(np.float32))


def floats(data: Data, device: str) -> tuple[Tensor, Tensor]:
    """Pixels between 0 and 1, and targets."""
    return (as_floats(data.train) / 255).to(device), as_floats(data.train_targets).to(device)


def readable(model: str, data: Data, device: str) -> Epoch:
    config = config_for(model)
    weights = first_weights(config, torch.Generator().manual_seed(1))
    step = ReadableStep(config, {name: tensor.to(device) for name, tensor in weights.items()})
    pixels, targets = floats(data, device)

    def epoch() -> None:
        order = torch.randperm(len(pixels)).to(device)
        for at in range(0, len(order), config.batch_size):
            chosen = order[at : at + config.batch_size]
            step(pixels[chosen], targets[chosen])
        if device == "cuda":
            torch.cuda.synchronize()

    return epoch


def layers(model: str) -> nn.Module:
    if model == "linear":
        return nn.Linear(PIXELS, 1)
    return nn.Sequential(nn.Linear(PIXELS, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))


def loader(model: str, data: Data) -> Epoch:
    """As one first writes it: a list of pairs, torch's DataLoader, an optimiser."""
    pixels, targets = floats(data, "cpu")
    pairs: Any = list(zip(pixels, targets[:, None], strict=True))
    batches = torch.utils.data.DataLoader(pairs, batch_size=256, shuffle=True)
    net = layers(model)
    optimiser = torch.optim.SGD(net.parameters(), lr=RATE[model])

    def epoch() -> None:
        for x, y in batches:
            nn.functional.binary_cross_entropy_with_logits(net(x), y).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            optimiser.zero_grad()

    return epoch


def fastai(model: str, data: Data) -> Epoch:
    """fastai's own loop, which also validates after the epoch."""
    basics: Any = importlib.import_module("fastai.basics")
    importlib.import_module("fastai.callback.progress")  # it gives a Learner its no_bar
    sets = ((data.train, data.train_targets), (data.valid, data.valid_targets))
    pairs = [list(zip(as_floats(rows) / 255, as_floats(targets)[:, None], strict=True)) for rows, targets in sets]
    parts = [basics.DataLoader(rows, batch_size=256, shuffle=rows is pairs[0]) for rows in pairs]
    loss = nn.functional.binary_cross_entropy_with_logits
    loaders = basics.DataLoaders(*parts)
    learner = basics.Learner(loaders, layers(model), loss_func=loss, opt_func=basics.SGD, lr=RATE[model])

    def epoch() -> None:
        with learner.no_bar(), learner.no_logging():
            learner.fit(1)

    return epoch


Time = tuple[float, float]  # milliseconds by the clock, and of this thread's computing


def limits(data: Data, device: str) -> dict[str, Callable[[], Time]]:
    """Functions that measure once the time that an epoch cannot go below."""
    pixels, _ = floats(data, device)
    square = torch.rand(SQUARE, SQUARE, device=device)
    made = torch.empty_like(square)
    share = 2 * 2 * len(pixels) * PIXELS * HIDDEN / (2 * SQUARE**3)
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    return {
        "bandwidth": lambda: timed(lambda: pixels.sum(), wait),
        "products": lambda: timed(lambda: torch.mm(square, square, out=made), wait, share),
    }


def timed(work: Callable[[], object], wait: Callable[[], None] = lambda: None, share: float = 1.0) -> Time:
    """How long `share` of the work takes."""
    wait()
    started, computed = time.perf_counter(), time.thread_time()
    work()
    wait()
    return (time.perf_counter() - started) * 1000 * share, (time.thread_time() - computed) * 1000 * share


def launches(kernels: int = 1000) -> dict[str, float]:
    """Microseconds a tiny kernel takes on a card, after the one before: called one by one, and in a graph."""
    number = torch.zeros(1, device="cuda")

    def many() -> None:
        for _ in range(kernels):
            number.add_(1)

    for _ in range(3):
        timed(many, torch.cuda.synchronize)
    alone = min(timed(many, torch.cuda.synchronize)[0] for _ in range(5))
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        many()
    timed(graph.replay, torch.cuda.synchronize)
    recorded = min(timed(graph.replay, torch.cuda.synchronize)[0] for _ in range(5))
    return {"alone": alone * 1000 / kernels, "in a graph": recorded * 1000 / kernels}
