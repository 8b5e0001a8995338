"""For those who watch the program: alive, ready, and numbers.

Not ready (503): the database or its schema is broken, there is no question, or the jail is still "starting" (pages are
served meanwhile, but a grade would wait). A jail that is not whole, a broken question file, or one that has parted from
its text in the browser, makes it "degraded": that is told, and everything else goes on.
"""

from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.bank.fault import FileFault
from app.store import schema
from app.store.db import CannotRead, Database
from app.web.deps import RoomsDep

router = APIRouter()
log = structlog.get_logger()
FRESH = {"Cache-Control": "no-store"}


@router.get("/healthz", response_class=PlainTextResponse)
async def alive() -> Response:
    return PlainTextResponse("alive\n", headers=FRESH)


@router.get("/readyz")
def ready(rooms: RoomsDep) -> Response:
    level = rooms.pages.level()
    faults = [placed(fault) for fault in rooms.bank.faults]
    parted = [one.says for one in rooms.bank.parted]
    database = look_at(rooms.database)
    serving = len(rooms.bank.questions)
    usable = database["ok"] and serving > 0
    starting = not (rooms.desk.warm.is_set() or level.ready)
    whole = "starting" if starting else "ready" if level.ready and not (faults or parted) else "degraded"
    status = whole if usable else "unready"
    told = {
        "status": status,
        "database": database,
        "sandbox": {"ready": level.ready, "layers": level.layers, "says": level.says},
        "questions": {"serving": serving, "faults": faults, "conflicts": parted},
    }
    if usable and not starting:
        return JSONResponse(told, 200, FRESH)
    return JSONResponse(told, 503, FRESH | {"Retry-After": "1" if usable else "5"})


def look_at(database: Database) -> dict[str, Any]:
    try:
        with database.read() as connection:
            found = schema.revision(connection)
    except CannotRead as error:
        log.warning("the database cannot be read", says=str(error))
        return {"ok": False, "says": "The database cannot be read."}
    if found != schema.head():
        return {"ok": False, "says": "The database has another schema.", "schema": found, "needs": schema.head()}
    return {"ok": True, "says": "The database answers.", "schema": found}


def placed(fault: FileFault) -> str:
    """Without the folders of this machine."""
    path = Path(fault.path)
    return f"{path.parent.name}/{path.name}:{fault.line}:{fault.column}: {fault.message}"


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(rooms: RoomsDep) -> Response:
    return Response(rooms.metrics.text(), headers=FRESH, media_type=CONTENT_TYPE_LATEST)
