"""The self-test: an honest program must work, and a program that tries each way out must find it closed."""

from collections.abc import Callable

from app.sandbox.job import Ending, Job, Limits, Outcome

HONEST = """
import torch
weight = torch.ones(2, requires_grad=True)
(weight * torch.tensor([3.0, 4.0])).sum().backward()
gradient = weight.grad
"""

ESCAPES = '''
import os, socket
open_ways = []

def attempt(way, act):
    try:
        act()
    except OSError:
        return
    except BaseException as error:
        way += " (" + type(error).__name__ + ")"
    open_ways.append(way)

attempt("reading a file", lambda: os.open("/etc/passwd", os.O_RDONLY))
attempt("writing a file", lambda: os.open("/tmp/selfgrad-self-test", os.O_CREAT | os.O_WRONLY))
attempt("listing a folder", lambda: os.listdir("/"))
attempt("a socket", lambda: socket.socket())
attempt("a pair of sockets", lambda: socket.socketpair())
attempt("a pipe", lambda: os.pipe())
attempt("a memory file", lambda: os.memfd_create("x"))
attempt("a copy of a descriptor", lambda: os.dup(0))
attempt("a new process", lambda: os.fork() or os._exit(0))
attempt("another program", lambda: os.execv("/bin/true", ["true"]))
attempt("a signal to its parent", lambda: os.kill(os.getppid() or 1, 0))
attempt("a signal to others", lambda: os.kill(1, 0))
'''


def check(run: Callable[[Job], Outcome]) -> list[str]:
    """The ways out that are open, and what does not work; empty when the jail is whole."""
    patient = Limits(wall_s=20)
    honest = run(Job(source=HONEST, variables=("gradient",), limits=patient))
    if honest.ending is not Ending.OK or getattr(honest.variables.get("gradient"), "data", None) != (3.0, 4.0):
        return [f"an honest program does not work ({honest.ending.value})"]
    tried = run(Job(source=ESCAPES, variables=("open_ways",), limits=patient))
    ways = tried.variables.get("open_ways")
    if tried.ending is not Ending.OK or not isinstance(ways, list):
        return [f"the self-test did not end ({tried.ending.value})"]
    return [str(way) for way in ways]
