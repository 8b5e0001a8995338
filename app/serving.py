"""Starts the web server, in this process and alone: one process to a database file.

uvicorn on uvloop and httptools where they exist. It stops gracefully within 20 s. X-Forwarded-* headers are believed
only from the addresses of SELFGRAD_TRUSTED_PROXIES. What uvicorn does not do: it waits without limit for the end of a
slow request's headers, so before the open internet belongs a proxy (docs/deployment.md).
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from app.settings import Settings
from app.terminal import Usage

GRACE_S = 20
KEEP_ALIVE_S = 65  # longer than clients and proxies keep an idle connection, so that they close it and not we
CONNECTIONS = 1000  # beyond that a connection is answered 503 at once
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"}},
    "loggers": {"uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}


class Server(uvicorn.Server):
    """Says where it is once it really answers, and how its owner gets in while nobody governs it: `invite` gives the
    path of a link that signs in once. `hang_up` is called before the connections are closed."""

    def __init__(
        self, config: uvicorn.Config, hang_up: Callable[[], None], invite: Callable[[], str | None] = lambda: None
    ) -> None:
        super().__init__(config)
        self.hang_up = hang_up
        self.invite = invite

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            where = address(self.config.host, sockets[0])
            print(f"selfgrad is at {where}", file=sys.stderr, flush=True)
            path = await asyncio.to_thread(self.invite)
            if path is not None:
                link = where.partition(" ")[0] + path
                print(f"sign in as its owner, once and within an hour: {link}", file=sys.stderr, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams that go on for ever end first: who watches a training joins it again when we are back."""
        self.hang_up()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises Usage."""
    listener = listen(settings.host, settings.port)
    with listener:
        from app.main import create_app
        from app.people import owners_path

        app = create_app(settings)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            access_log=False,
            log_config=LOGGING,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
        # A known reason not to start is told once, by the command itself.
        logging.getLogger("uvicorn.error").addFilter(lambda record: not hasattr(app.state, "refused"))
        try:
            hang_up, invite = lambda: app.state.rooms.runs.hang_up(), lambda: owners_path(app.state.rooms.database)
            Server(config, hang_up, invite).run(sockets=[listener])
        except KeyboardInterrupt:
            pass  # Ctrl-C is how a person stops it
        except SystemExit:
            raise Usage(getattr(app.state, "refused", "The app did not start: the lines above say why.")) from None


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything slow starts, so that a taken port is told at once."""
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(where[:2], family=family, backlog=2048)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise Usage(f"{host}:{port} cannot be used ({why}): choose another with --host and --port.") from None


def address(host: str, listener: socket.socket) -> str:
    """What to type into a browser."""
    port = listener.getsockname()[1]
    if host in ("0.0.0.0", "::", ""):
        return f"http://127.0.0.1:{port} and at every address of this machine"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
