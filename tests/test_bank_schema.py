"""The published JSON Schema is the one that the types make."""

import json
from pathlib import Path

from app.bank.question import Question
from app.bank.schema import schema, schema_text

PUBLISHED = Path(__file__).resolve().parent.parent / "docs" / "question.schema.json"


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_the_schema_tells_editors_what_it_is() -> None:
    made = schema()
    assert made["$schema"] and made["title"] and made["description"]
    assert set(made["required"]) == {name for name, known in Question.model_fields.items() if known.is_required()}
    assert made["additionalProperties"] is False
    assert json.loads(schema_text()) == made
