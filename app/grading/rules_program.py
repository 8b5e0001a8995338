"""What the jail is asked about a source: `facts(source, function, avoids)`, in plain data.

The program's text is rules_syntax.py, rules_values.py, rules_calls.py, rules_flow.py and this file, in one.
"""

import ast
from typing import Any

from app.grading.rules_flow import how_made
from app.grading.rules_syntax import avoided, hidden, line_of, living
from app.grading.rules_values import TooComplex


def facts(source: str, function: str, avoids: list[str]) -> dict[str, Any]:
    """`made`: how the value that `function` returns came about, as (reason, line, kind of loop), where reason "" means
    by a list comprehension; `avoids`: for each name what was found of it; `hidden`: what could hide code from us."""
    try:
        tree = ast.parse(source)
        found = {what: avoided(tree, what) for what in avoids}
        lines = sorted({line_of(node) for node in living(tree) if isinstance(node, ast.ListComp)})
        made = how_made(tree, function) if function else ("", 0, "")
        return {"made": made, "avoids": found, "hidden": hidden(tree), "comprehensions": lines[:20]}
    except SyntaxError as error:
        return {"fault": "syntax", "line": error.lineno or 0}
    except (TooComplex, RecursionError, MemoryError, ValueError):
        return {"fault": "complex", "line": 0}
