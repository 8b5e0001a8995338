"""A route whose function gets the request without detours, for the one place where milliseconds count: handing in.

FastAPI looks through all parameters of a route anew with each request, and after a rest that takes longer than all else
that the web app does before grading. Here the parameters still describe the route (for /openapi.json), but an ordinary
request is read directly. Whatever is unusual about one, down to the smallest fault in its body, goes FastAPI's own way,
which says what is wrong; so the two never answer differently.
"""

import inspect
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response


class Quick(APIRoute):
    """For a function of its path's parameters, `body` (a model, in JSON), `request` and `key` (the Idempotency-Key)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        careful = super().get_route_handler()
        function = self.endpoint
        model: type[BaseModel] = inspect.signature(function).parameters["body"].annotation

        async def handle(request: Request) -> Response:
            body = await ordinary(request, model)
            if body is None:
                return await careful(request)
            key = request.headers.get("idempotency-key")
            response: Response = await function(**request.path_params, body=body, request=request, key=key)
            return response

        return handle


async def ordinary(request: Request, model: type[BaseModel]) -> BaseModel | None:
    """The body, if nothing is unusual about it. Raises HTTPException for one that is too long."""
    if request.headers.get("content-type") != "application/json":
        return None
    try:
        return model.model_validate(json.loads(await request.body()))
    except HTTPException:
        raise
    except (ClientDisconnect, ValidationError, ValueError, RecursionError):
        return None
