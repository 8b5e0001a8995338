"""Attempts as xAPI statements (version 1.0.3), one JSON object a line, as a learning record store takes them in.

An attempt always gives the same statement with the same id, so that a second import adds nothing.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.exchange.grades import Attempted, moment

VERB = "http://adlnet.gov/expapi/verbs/answered"
ACTIVITY = "http://adlnet.gov/expapi/activities/cmi.interaction"
INTERACTIONS = {
    "choice": "choice", "number": "numeric", "predict": "fill-in", "prose": "long-fill-in", "code": "long-fill-in",
    "order": "sequencing", "parsons": "sequencing",
}  # fmt: skip
VERSION = "1.0.3"
LONGEST = 64 * 1024


def statements(attempts: Iterable[Attempted], site: str, titles: Mapping[str, str]) -> Iterator[str]:
    """`site` is the address where the questions are, without a slash at its end. What is not graded yet is no
    statement."""
    for one in attempts:
        if one.status == "graded":
            yield json.dumps(statement(one, site, titles.get(one.question, one.question)), ensure_ascii=False) + "\n"


def statement(one: Attempted, site: str, title: str) -> dict[str, Any]:
    activity = f"{site}/questions/{one.question}#{one.part}"
    result: dict[str, Any] = {"completion": True, "response": _response(one)}
    if one.score is not None:
        result |= {"success": one.passed, "score": {"scaled": one.score, "raw": one.score, "min": 0, "max": 1}}
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{site}/attempts/{one.id}")),
        "actor": {
            "objectType": "Agent",
            "name": one.student.shown,
            "account": {"homePage": site, "name": one.student.id},
        },
        "verb": {"id": VERB, "display": {"en": "answered"}},
        "object": {
            "objectType": "Activity",
            "id": activity,
            "definition": {
                "type": ACTIVITY,
                "name": {"en": f"{title} ({one.part})"},
                "interactionType": INTERACTIONS.get(one.kind, "other"),
            },
        },
        "result": result,
        "context": {
            "platform": "selfgrad",
            "extensions": {
                f"{site}/xapi/version": one.version,
                f"{site}/xapi/attempt": one.number,
                f"{site}/xapi/certainty": one.certainty,
                f"{site}/xapi/excused": one.excused,
            },
        },
        "timestamp": moment(one.made),
        "version": VERSION,
    }


def _response(one: Attempted) -> str:
    """Several things chosen or sorted are joined as the standard says."""
    if one.kind not in ("choice", "order", "parsons"):
        return one.answer[:LONGEST]
    try:
        chosen = json.loads(one.answer)
    except ValueError:
        return one.answer[:LONGEST]
    if not isinstance(chosen, list):
        return str(chosen)
    return "[,]".join(str(item[0] if isinstance(item, list) and item else item) for item in chosen)
