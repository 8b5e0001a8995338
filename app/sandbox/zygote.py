"""The zygote: a process that has imported everything once, is locked in, and forks a ready child for each job.

Exec'd by pool.py with a clean environment, one socket and null for everything else; it knows no secret, no expected
value and no path. It speaks on the control socket (SOCK_SEQPACKET):
    pool → zygote   F + a socket     fork a child whose channel is that socket
    zygote → pool   R + JSON         ready; the layers reached
                    P + pid + pidfd  forked, in the order asked
                    X + pid, status  a child has ended
                    E + text         cannot be locked: nothing will be served
    pool → zygote   T                fork a child that leaves at once, for the benchmark: the floor of every grade
    zygote → pool   T + nanoseconds
It ends when the control socket closes, and its children with it.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path

from app.sandbox import jail
from app.sandbox.seccomp import Filter

PRELOAD = """
abc array ast asyncio base64 bisect calendar cmath code codecs collections collections.abc colorsys contextlib copy
csv dataclasses datetime decimal difflib dis enum fractions functools gc glob hashlib heapq html inspect io itertools
json keyword locale logging math numbers operator os os.path pathlib pickle platform pprint queue random re reprlib
secrets select shutil signal socket sqlite3 statistics string struct subprocess sys tempfile textwrap threading time
timeit token tokenize traceback types typing unicodedata unittest unittest.mock uuid warnings weakref zlib zoneinfo
argparse cProfile concurrent.futures configparser contextvars doctest errno fileinput fnmatch getpass graphlib
html.parser http.client importlib importlib.resources ipaddress linecache marshal mimetypes multiprocessing optparse
pdb pkgutil pstats pydoc runpy sched shelve shlex stat symtable sysconfig tracemalloc urllib.parse urllib.request
xml.etree.ElementTree zipfile
encodings.ascii encodings.idna encodings.latin_1 encodings.utf_16 encodings.utf_32 encodings.unicode_escape
encodings.raw_unicode_escape encodings.cp1252 encodings.utf_8_sig
numpy numpy.linalg numpy.fft numpy.random numpy.testing numpy.lib.stride_tricks numpy.char numpy.ctypeslib numpy.ma
numpy.polynomial numpy.rec numpy.strings numpy.typing
torch torch.nn torch.nn.functional torch.nn.init torch.nn.utils torch.optim torch.optim.lr_scheduler torch.autograd
torch.autograd.functional torch.utils.data torch.func torch.linalg torch.fft torch.distributions torch.special
torch.nn.parallel torch.testing
""".split()

# torch imports parts of itself only when they are first used (an optimiser's costs a second): use them once here.
REHEARSAL = """
import torch
from torch import nn
model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 1))
images = torch.rand(4, 1, 4, 4)
for optimiser in (torch.optim.SGD(model.parameters(), 0.1, momentum=0.9), torch.optim.Adam(model.parameters())):
    for x, y in torch.utils.data.DataLoader(list(zip(images, torch.ones(4, 1))), batch_size=2, shuffle=True):
        nn.functional.binary_cross_entropy_with_logits(model(x), y).backward()
        optimiser.step()
        optimiser.zero_grad()
nn.LSTM(2, 2)(torch.rand(3, 1, 2))
nn.functional.scaled_dot_product_attention(*torch.rand(3, 1, 2, 2))
torch.func.vmap(torch.sin)(torch.rand(2))
torch.linalg.svd(torch.rand(2, 2))
torch.fft.fft(torch.rand(4))
torch.autograd.functional.jacobian(torch.sin, torch.rand(2))
str(torch.rand(2, 2)), repr(model), torch.randperm(4), torch.einsum("ij,jk", torch.ones(2, 2), torch.ones(2, 2))
"""

_MADV_COLLAPSE = 25


def preload() -> None:
    """Import all that an answer may import: afterwards there are no files to import from."""
    for name in PRELOAD:
        importlib.import_module(name)
    import torch

    torch.set_num_threads(1)

    def ignore(_: int) -> None:
        """More threads are not to be had, and libgomp would end the process over it."""

    setattr(torch, "set_num_threads", ignore)  # noqa: B010  (mypy: a plain assignment does not fit the stub)
    setattr(torch, "set_num_interop_threads", ignore)  # noqa: B010
    time.localtime()
    exec(REHEARSAL, {})
    from app.sandbox import child

    child.warm_up()


def virtual_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def collapse_memory() -> None:
    """Put anonymous memory into huge pages: a fork then copies a small page table. No harm where it fails."""
    import ctypes

    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in Path("/proc/self/maps").read_text().splitlines():
        fields = line.split()
        if fields[1] != "rw-p" or (len(fields) > 5 and fields[5] != "[heap]"):
            continue
        start, end = (int(part, 16) for part in fields[0].split("-"))
        if end - start >= 2 << 20:
            madvise(start, end - start, _MADV_COLLAPSE)


class Zygote:
    def __init__(self, control: socket.socket, space: int, filter_: Filter) -> None:
        self.control = control
        self.space = space
        self.filter = filter_
        self.pid = os.getpid()
        self.children: dict[int, int] = {}  # pidfd → pid
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)

    def serve(self) -> None:
        while True:
            for descriptor, _ in self.poll.poll():
                if descriptor == self.control.fileno():
                    self.fork_one()
                else:
                    self.bury(descriptor)

    def fork_one(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self.control, 16, 1)
        if message == b"T":
            return self.time_a_fork()
        if not message or not descriptors:
            os._exit(0)  # the pool is gone; the kernel ends the children
        pid = os.fork()
        if pid == 0:
            self.become_child(descriptors[0])
        os.close(descriptors[0])
        pidfd = os.pidfd_open(pid)
        self.children[pidfd] = pid
        self.poll.register(pidfd, select.POLLIN)
        socket.send_fds(self.control, [b"P" + str(pid).encode()], [pidfd])

    def time_a_fork(self) -> None:
        started = time.perf_counter_ns()
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        self.control.send(b"T%d" % (time.perf_counter_ns() - started))

    def become_child(self, channel: int) -> None:
        try:
            from app.sandbox import child

            os.dup2(channel, child.CHANNEL, inheritable=True)
            os.closerange(child.CHANNEL + 1, 1 << 16)
            jail.lock_child(self.pid, self.space, self.filter)
            child.serve(self.space)
        finally:
            os._exit(70)  # not locked: not served

    def bury(self, pidfd: int) -> None:
        pid = self.children.pop(pidfd)
        self.poll.unregister(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        self.control.send(b"X%d %d" % (pid, status))


def main(descriptor: int, skip: str = "") -> None:
    """Entry point of the exec'd process; `skip` names optional layers to leave out (tests of the lower levels)."""
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        filter_ = Filter()
        preload()
        collapse_memory()
        space = virtual_bytes()
        sys.path.clear()
        layers = jail.lock_zygote(frozenset(skip.split(",")))
    except Exception as error:  # whatever it is: nobody else could tell, and unlocked nothing is served
        control.send(b"E" + f"{type(error).__name__}: {error}".encode(errors="replace")[:900])
        return
    gc.collect()
    gc.freeze()
    control.send(b"R" + json.dumps(layers).encode())
    Zygote(control, space, filter_).serve()
