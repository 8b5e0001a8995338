"""The demo for programs, and for the page's own scripts: start a run, watch it, steer it, ask its model."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo.config import BadConfig, Config
from app.demo.drawing import predict
from app.demo.script import script
from app.web.api import problems
from app.web.deps import KeyedDep, KnownDep, RoomsDep, VisitorDep
from app.web.door import address_of
from app.web.runs import Order, Run
from app.web.stream import EventStream

router = APIRouter(prefix="/api/v1/demo")
LEAST_PACE, MOST_PACE = 0.05, 1000.0
FRESH = {"Cache-Control": "no-store"}


class RunIn(BaseModel):
    """What is not said is as in the preset."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["train", "sweep"] = Field("train", description="sweep: sixteen learning rates at once.")
    model: str = Field("linear", description="linear or net.")
    preset: str = Field("book", description="book or better.")
    lr: Any = Field(None, description="The learning rate: above 0 and at most 1000.")
    batch_size: Any = Field(None, description="A whole number, at most as many as there are training pictures.")
    epochs: Any = Field(None, description="A whole number from 1 to 1000.")
    seed: Any = Field(None, description="A whole number; the same seed gives the same run.")
    shuffle: Any = Field(None, description="true or false.")
    loss: Any = Field(None, description="book, bce or accuracy.")
    start: Any = Field(None, description="normal, torch or zeros: the weights at first.")
    forget_zero: Any = Field(None, description="true: never set the gradients to zero.")
    pace: Any = Field(None, description="Epochs a second at most, for watching; null: as fast as it goes.")


class RunOut(BaseModel):
    id: str
    kind: Literal["train", "sweep"]
    state: Literal["waiting", "running", "paused", "ended"]
    ahead: int = Field(description="How many runs end before it begins.")
    config: dict[str, Any]
    epochs: list[dict[str, Any]]
    end: dict[str, Any] | None = Field(description="The `done` or `error` event.")


class PredictionIn(BaseModel):
    run: str
    pixels: Any = Field(description="784 numbers from 0 (paper) to 255 (ink), row by row.")
    centre: bool = Field(True, description="false: hand the pixels to the model as they are.")


class PredictionOut(BaseModel):
    probability_of_3: float
    normalised: list[int] = Field(description="What the model saw: 784 whole numbers.")


@router.post("/runs", status_code=201, response_model=RunOut, responses=problems(422, 429))
async def start(body: RunIn, request: Request, rooms: RoomsDep, learner: VisitorDep, keyed: KeyedDep) -> Response:
    """Train. Watch it at `Location` + `/events`. 429, with Retry-After, when too many runs wait."""
    said = body.model_dump(exclude={"kind", "pace"})
    order = Order(checked(body.kind, said), body.kind, pace(body.pace), learner, address_of(request))
    run = await rooms.runs.start(order, (keyed.key, keyed.fingerprint) if keyed else None)
    return JSONResponse(told(rooms, run), 201, FRESH | {"Location": f"/api/v1/demo/runs/{run.id}"})


@router.get("/runs/{run_id}", response_model=RunOut, responses=problems(404))
async def read(run_id: str, rooms: RoomsDep) -> Response:
    """How it stands."""
    return JSONResponse(told(rooms, rooms.runs.get(run_id)), headers=FRESH)


@router.get("/runs/{run_id}/events", responses={200: {"content": {"text/event-stream": {}}}, **problems(404)})
async def watch(run_id: str, rooms: RoomsDep) -> Response:
    """Server-sent events: `start`, `frame` (at most 25 a second, the newest only), `epoch`, `done`, `error`. Whoever
    comes later gets the start, the epochs so far and the newest frame first."""
    return EventStream(rooms.runs.get(run_id), lambda: rooms.runs.watchers)


@router.get("/runs/{run_id}/script", responses={200: {"content": {"text/x-python": {}}}, **problems(404, 422)})
async def download(run_id: str, rooms: RoomsDep) -> Response:
    """The run as a PyTorch script that prints the same numbers and needs nothing of this program."""
    order = rooms.runs.get(run_id).order
    if order.kind != "train":
        raise BadConfig("A sweep of many rates cannot be had as a script. Train with one of them.")
    headers = FRESH | {"Content-Disposition": 'attachment; filename="three_or_seven.py"'}
    return Response(script(order.config), headers=headers, media_type="text/x-python")


@router.post("/runs/{run_id}/{word}", status_code=204, response_class=Response, responses=problems(403, 404))
async def steer(
    run_id: str, word: Literal["pause", "resume", "step", "stop"], rooms: RoomsDep, learner: KnownDep
) -> Response:
    """Only for who started it. `step` learns from one batch and pauses."""
    rooms.runs.control(rooms.runs.get(run_id), word, learner)
    return Response(status_code=204)


@router.post("/predictions", response_model=PredictionOut, responses=problems(404, 409, 422))
async def judge(body: PredictionIn, rooms: RoomsDep) -> Response:
    """Is this drawing a 3? Only two digits are known: a 5 gets an answer too."""
    model = rooms.runs.judge(rooms.runs.get(body.run))
    probability, seen = predict(model, body.pixels, centre=body.centre)
    return JSONResponse({"probability_of_3": probability, "normalised": seen}, headers=FRESH)


def checked(kind: str, said: dict[str, Any]) -> Config:
    """Raises BadConfig."""
    config = Config.of(**said)
    if kind == "sweep" and (config.forget_zero or config.loss == "accuracy"):
        raise BadConfig("A sweep needs the loss book or bce, and gradients that are set to zero.")
    return config


def pace(said: Any) -> float | None:
    """Raises BadConfig."""
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float) or not LEAST_PACE <= said <= MOST_PACE:
        raise BadConfig(f"The pace is a number of epochs a second, from {LEAST_PACE:g} to {MOST_PACE:g}.")
    return float(said)


def told(rooms: RoomsDep, run: Run) -> dict[str, Any]:
    running = "paused" if run.paused else "running"
    state = "ended" if run.end is not None else "waiting" if run.began is None else running
    return {
        "id": run.id,
        "kind": run.order.kind,
        "state": state,
        "ahead": rooms.runs.ahead(run),
        "config": run.order.config.to_json(),
        "epochs": [message.data for message in run.epochs],
        "end": run.end.data if run.end is not None else None,
    }
