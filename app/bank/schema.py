"""The JSON Schema of a question file, made from the types, so that editors complete and check.

`selfgrad check --schema > docs/question.schema.json` writes the published copy anew.
"""

import json
from typing import Any

from app.bank.question import Question


def schema() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Question.model_json_schema(),
        "title": "A selfgrad question",
        "description": "One question of a questionnaire that grades itself: the text, its parts, and the answer.",
    }


def schema_text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
