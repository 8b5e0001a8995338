"""Watch it learn: the page, its form for browsers without scripts, and the way from a question to its knob."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.demo.config import CHOICES, MOST_EPOCHS, MOST_LR, PRESETS, BadConfig, Config
from app.web.answer import read_form
from app.web.chapter import CHAPTER
from app.web.deps import KeyedDep, Rooms, RoomsDep, VisitorDep, WhoDep
from app.web.door import address_of
from app.web.problems import NoRun
from app.web.runs import Order, Run

router = APIRouter(include_in_schema=False)
TWINS = 2  # runs that are shown side by side
PLAIN_S = 25.0  # how long a browser without scripts waits for its run
NUMBERS: dict[str, type] = {"lr": float, "batch_size": int, "epochs": int, "seed": int}
TICKS = ("shuffle", "forget_zero")


@dataclass(frozen=True)
class Seen:
    """Where a question's subject can be seen happening: a place on the page, and the settings to come with."""

    anchor: str
    says: str
    settings: str = ""

    @property
    def href(self) -> str:
        return f"/demo?{self.settings}#{self.anchor}" if self.settings else f"/demo#{self.anchor}"


SEEN: dict[str, Seen] = {
    "pixel-similarity": Seen("curves", "how far comparing with the mean digits comes, as a line behind every training"),
    "sgd": Seen("train", "a classifier learns batch by batch, and you can stop it at each"),
    "mini-batches": Seen("batch", "the same training with batches of 16", "batch_size=16&epochs=5"),
    "weight-initialisation": Seen("zeros", "a net that begins with zeros never learns", "model=net&start=zeros"),
    "loss": Seen("loss", "two losses, and what becomes of the weights with each"),
    "high-learning-rate": Seen("rate", "a net diverges at a learning rate of 50", "model=net&lr=50"),
    "gradient": Seen("pictures", "the gradient of the last batch, as a picture beside the weights"),
    "accuracy-as-loss": Seen("loss", "with accuracy as the loss nothing moves at all", "loss=accuracy"),
    "loss-vs-metric": Seen("curves", "the loss and the metric of one training, side by side"),
    "dataloader": Seen("shuffle", "the same training shuffled and in order, side by side", "twin=shuffle"),
    "sgd-epoch": Seen("epochs", "epoch after epoch, with the loss and the accuracy after each"),
    "zero-gradients": Seen("zero", "a training that forgets to zero its gradients", "forget_zero=true"),
    "why-deeper": Seen("model", "the net and the linear model side by side", "twin=model"),
}
KNOBS = {  # the question that stands beside each knob
    "model": "why-deeper",
    "rate": "high-learning-rate",
    "batch": "mini-batches",
    "epochs": "sgd-epoch",
    "shuffle": "dataloader",
    "loss": "accuracy-as-loss",
    "zeros": "weight-initialisation",
    "zero": "zero-gradients",
    "similarity": "pixel-similarity",
}


@router.get("/demo")
async def demo(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    rooms.runs.warm()
    asked = request.query_params
    runs = [run for name in asked.getlist("run")[:TWINS] if (run := found(rooms, name)) is not None]
    run = runs[0] if runs else None
    config = run.order.config if run is not None else settled(asked)
    return rooms.pages.page(
        "demo.html",
        "demo",
        who=who,
        config=config,
        choices=CHOICES,
        most_epochs=MOST_EPOCHS,
        most_lr=MOST_LR,
        presets=PRESETS,
        chapter=CHAPTER,
        twin=asked.get("twin", ""),
        about=rooms.runs.about,
        knobs=questions_of(rooms),
        runs=[run.id for run in runs],
        run=told(run) if run is not None else None,
        lost="run" in asked and run is None,
    )


@router.post("/demo/runs")
async def train(request: Request, rooms: RoomsDep, learner: VisitorDep, keyed: KeyedDep) -> Response:
    """For browsers without scripts: train at once, then show the epochs as a table."""
    form = {name: values[0] for name, values in (await read_form(request)).items()}
    config = configured({name: form.get(name, "") for name in TICKS} | form)
    order = Order(config, owner=learner, address=address_of(request))
    run = await rooms.runs.start(order, (keyed.key, keyed.fingerprint) if keyed else None)
    await run.over(PLAIN_S)
    return RedirectResponse(f"/demo?run={run.id}#run", 303)


def found(rooms: Rooms, run_id: str) -> Run | None:
    try:
        return rooms.runs.get(run_id)
    except NoRun:
        return None


def settled(asked: Mapping[str, str]) -> Config:
    """The settings of a link, on top of what shows most; of one that makes no sense, that alone."""
    try:
        return configured({"preset": "better"} | dict(asked))
    except BadConfig:
        return Config.of(preset="better")


def configured(form: Mapping[str, str]) -> Config:
    """From words, as forms and links send them. Raises BadConfig."""
    said: dict[str, Any] = {name: form[name] for name in ("model", "preset", "loss", "start") if form.get(name)}
    said |= {name: form[name] == "true" for name in TICKS if name in form}
    for name, kind in NUMBERS.items():
        if form.get(name):
            said[name] = number(form[name].strip(), kind)
    return Config.of(**said)


def number(text: str, kind: type) -> Any:
    """The number, or the text itself where it is none: `Config` then says what is wrong with it."""
    try:
        return kind(text[:30])
    except ValueError:
        return text[:30]


def questions_of(rooms: Rooms) -> dict[str, dict[str, Any]]:
    """The question to each knob, as far as this bank has it."""
    rows = {knob: rooms.bank.get(slug) for knob, slug in KNOBS.items()}
    return {
        knob: {"slug": question.id, "number": question.number, "title": question.title}
        for knob, question in rows.items()
        if question is not None
    }


def told(run: Run) -> dict[str, Any]:
    """A run for the page: its epochs as a table."""
    return {
        "id": run.id,
        "kind": run.order.kind,
        "epochs": [message.data for message in run.epochs] if run.order.kind == "train" else [],
        "end": run.end.data if run.end is not None else None,
    }
