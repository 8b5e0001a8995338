"""The program where there is no Linux: everything but the jail is there, and grading code says what it needs.

A stand-in for Windows: a process in which the names that only Linux or Unix has are gone before the program is loaded.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = """
import asyncio, errno, importlib, os, select, signal, socket, subprocess, sys
import fastapi, prometheus_client, rich.progress, sqlmodel, structlog, torch, typer, uvicorn, alembic.command

for module, names in {
    os: "O_NONBLOCK O_NOFOLLOW O_DIRECTORY fork setresuid getuid geteuid sched_getaffinity pidfd_open wait4 killpg",
    select: "poll epoll",
    signal: "SIGKILL SIGCHLD SIGHUP SIGALRM SIGSYS SIGXCPU pidfd_send_signal setitimer",
    socket: "AF_UNIX socketpair send_fds recv_fds SO_PEERCRED",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
sys.platform = "win32"

from pathlib import Path
for path in sorted(Path("app").rglob("*.py")):
    name = ".".join(path.with_suffix("").parts)
    if path.name not in ("child.py", "jail.py", "live.py", "seccomp.py", "zygote.py", "__init__.py", "__main__.py"):
        importlib.import_module(name)

from app.bank.bank import Bank
from app.sandbox.job import Unavailable
from app.sandbox.pool import Pool
print(len(Bank(Path("questions")).questions))
try:
    Pool(1).start()
except Unavailable as error:
    print(error)
"""


def test_pages_and_questions_are_there_and_the_jail_says_what_it_needs() -> None:
    ran = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, cwd=ROOT)
    assert ran.stderr == "" and ran.returncode == 0
    questions, says = ran.stdout.splitlines()
    assert int(questions) > 0 and "Linux" in says
