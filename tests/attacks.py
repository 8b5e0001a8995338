"""Hostile programs, by class. Each sets `escaped` to something true where its attack succeeds; a program that is ended
by the jail sets nothing. tests/test_attacks.py runs each in every setting of the jail."""

# A short way to say: `escaped` unless this raises.
TRY = """
def attempt(act):
    global escaped
    try:
        escaped = repr(act()) or True
    except Exception:
        escaped = ""
"""

FILES = {
    "reads the password file": "attempt(lambda: open('/etc/passwd').read())",
    "reads its own memory map": "attempt(lambda: open('/proc/self/maps').read())",
    "reads the environment of its parent": """
import os
attempt(lambda: open(f'/proc/{os.getpid() - 1}/environ').read())
""",
    "reads its own source tree": "import torch; attempt(lambda: open(torch.__file__).read())",
    "lists the root": "import os; attempt(lambda: os.listdir('/'))",
    "walks the file system": "import os; attempt(lambda: list(os.walk('/'))[0])",
    "writes to the temporary folder": "attempt(lambda: open('/tmp/selfgrad-attack', 'w').write('x'))",
    "makes a temporary file": "import tempfile; attempt(lambda: tempfile.NamedTemporaryFile().name)",
    "makes a folder": "import os; attempt(lambda: os.mkdir('/tmp/selfgrad-attack-folder') or 'made')",
    "removes a file": "import os; attempt(lambda: os.unlink('/etc/hostname') or 'removed')",
    "links a file": "import os; attempt(lambda: os.symlink('/etc/passwd', '/tmp/selfgrad-link') or 'linked')",
    "leaves the working folder": "import os; attempt(lambda: os.chdir('..') or 'moved')",
    "saves a tensor to disk": "import torch; attempt(lambda: torch.save(torch.ones(1), '/tmp/selfgrad.pt') or 'saved')",
    "loads a tensor from disk": "import torch; attempt(lambda: torch.load('/tmp/selfgrad.pt'))",
    "maps a file into memory": "import mmap, os; attempt(lambda: mmap.mmap(0, 4096)[:1])",
    "loads a shared library": "import ctypes; attempt(lambda: ctypes.CDLL('libanl.so.1'))",
    "opens through io's own function": "import _io; attempt(lambda: _io.open('/etc/hostname').read())",
    "stats a file": "import os; attempt(lambda: os.stat('/etc/passwd'))",
    "reads with numpy": "import numpy; attempt(lambda: numpy.fromfile('/etc/passwd', dtype='uint8'))",
    "has torch map a file": "import torch; attempt(lambda: torch.from_file('/etc/passwd', size=8, dtype=torch.uint8))",
}

NETWORK = {
    "opens an internet socket": "import socket; attempt(lambda: socket.socket())",
    "opens a datagram socket": "import socket; attempt(lambda: socket.socket(type=socket.SOCK_DGRAM))",
    "opens a netlink socket": "import socket; attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))",
    "opens a unix socket": "import socket; attempt(lambda: socket.socket(socket.AF_UNIX))",
    "looks up a name": "import socket; attempt(lambda: socket.getaddrinfo('localhost', 80))",
    "fetches a page": "import urllib.request; attempt(lambda: urllib.request.urlopen('http://127.0.0.1:8000').read())",
    "connects its own channel elsewhere": """
import socket
attempt(lambda: socket.socket(fileno=3).connect('/tmp/x') or 'connected')
""",
    "passes its channel on": """
import socket
attempt(lambda: socket.send_fds(socket.socket(fileno=3), [b'x'], [0]))
""",
}

PROCESSES = {
    "forks": "import os; attempt(lambda: os.fork())",
    "spawns a shell": "import os; attempt(lambda: 1 - min(1, abs(os.system('true'))) or 1 / 0)",
    "runs a program": "import subprocess; attempt(lambda: subprocess.run(['true']))",
    "replaces itself by a program": "import os; attempt(lambda: os.execv('/bin/sh', ['sh']))",
    "starts a thread": "import threading; attempt(lambda: threading.Thread(target=print).start() or 'started')",
    "starts a worker process": """
import multiprocessing
attempt(lambda: multiprocessing.Process().start() or 'started')
""",
    "loads data with workers": """
import torch
attempt(lambda: next(iter(torch.utils.data.DataLoader([1, 2], num_workers=2))))
""",
    "makes a fork bomb": """
import os
for _ in range(1000):
    attempt(os.fork)
""",
    "makes a namespace of its own": "import ctypes; libc = ctypes.pythonapi; "
    "attempt(lambda: libc.unshare(0x10000000) == 0 or 1 / 0)",
    "traces another process": "import ctypes; libc = ctypes.pythonapi; "
    "attempt(lambda: libc.ptrace(16, 1, 0, 0) == 0 or 1 / 0)",
    "makes an io_uring": "import ctypes; libc = ctypes.pythonapi; "
    "attempt(lambda: libc.syscall(425, 4, ctypes.create_string_buffer(120)) >= 0 or 1 / 0)",
    "loads a kernel program": "import ctypes; libc = ctypes.pythonapi; "
    "attempt(lambda: libc.syscall(321, 0, ctypes.create_string_buffer(120), 120) >= 0 or 1 / 0)",
    "uses the kernel's keyring": "import ctypes; libc = ctypes.pythonapi; "
    "attempt(lambda: libc.syscall(250, 0, -3, 1) >= 0 or 1 / 0)",
    "becomes root": "import os; attempt(lambda: os.setuid(0) or 'root')",
    "lifts its limits": """
import resource
attempt(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)) or 'lifted')
""",
    "lifts its memory limit": """
import resource
attempt(lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)) or 'lifted')
""",
    "duplicates a descriptor": "import os; attempt(lambda: os.dup(3))",
    "makes a pipe": "import os; attempt(os.pipe)",
    "makes a memory file": "import os; attempt(lambda: os.memfd_create('x'))",
    "makes executable shared memory": "import mmap; attempt(lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_SHARED)[:1])",
}

SIGNALS = {
    "kills its parent": "import os; attempt(lambda: os.kill(os.getppid(), 9) or 'killed')",
    "kills everything": "import os; attempt(lambda: os.kill(-1, 9) or 'killed')",
    "kills its process group": "import os; attempt(lambda: os.killpg(0, 9) or 'killed')",
    "probes the first process": "import os; attempt(lambda: os.kill(1, 0) or 'there')",
    "opens a handle to its parent": "import os; attempt(lambda: os.pidfd_open(os.getppid()))",
}

# These must end within their limits, in one of the endings named.
ENDS = {
    "loops for ever": ("while True: pass", {"timeout"}),
    "computes a huge power": ("10 ** 10 ** 10", {"timeout", "memory"}),
    "sleeps": ("import time; time.sleep(1000)", {"timeout"}),
    "swallows every exception": ("while True:\n try:\n  1 / 0\n except BaseException: pass", {"timeout"}),
    "ignores signals": (
        "import signal\nfor n in (1, 2, 3, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
        {"timeout"},
    ),
    "backtracks in a pattern": ("import re; re.match(r'(a+)+$', 'a' * 64 + 'b')", {"timeout"}),
    "waits for a lock it holds": ("import threading; l = threading.Lock(); l.acquire(); l.acquire()", {"timeout"}),
    "waits for input": ("input()", {"error"}),
    "fills memory with a list": ("[0] * 10 ** 10", {"memory"}),
    "fills memory with a tensor": ("import torch; torch.ones(10 ** 10)", {"memory"}),
    "fills memory slowly": ("x = []\nwhile True: x.append(bytes(1 << 20))", {"memory", "timeout", "killed"}),
    "fills memory and goes on": (
        "x = []\nwhile True:\n try: x.append(bytearray(1 << 24))\n except MemoryError: pass",
        {"timeout", "memory", "killed"},
    ),
    "doubles a string": ("s = 'x'\nwhile True: s += s", {"memory", "timeout"}),
    "maps memory by hand": (
        "import mmap\nx = []\nwhile True: x.append(mmap.mmap(-1, 1 << 24, 34))",
        {"error", "memory"},
    ),
    "prints for ever": ("while True: print('x' * 1000)", {"output"}),
    "prints for ever and swallows": (
        "while True:\n try: print('x' * 1000)\n except BaseException: pass",
        {"output"},
    ),
    "writes for ever to its descriptor": ("import os\nwhile True: os.write(1, b'x' * 4096)", {"timeout"}),
    "prints one huge line": ("print('x' * 10 ** 8)", {"output", "memory"}),
    "overflows the stack": ("def f(): return f()\nf()", {"error"}),
    "overflows the C stack": (
        "import sys; sys.setrecursionlimit(10**9)\nclass A:\n def __repr__(s): return repr(s)\nrepr(A())",
        {"killed", "error"},
    ),
    "reads a null pointer": ("import ctypes; ctypes.string_at(0)", {"killed"}),
    "aborts": ("import os; os.abort()", {"killed"}),
    "builds a broken code object": (
        "f = lambda: 0\nf.__code__ = f.__code__.replace(co_code=bytes([100, 200]) * 9, co_consts=())\nf()",
        {"killed", "error"},
    ),
    "leaves early": ("import os; os._exit(0)", {"no-result"}),
    "leaves with an error code": ("import os; os._exit(3)", {"no-result"}),
    "closes its channel": ("import os; os.close(3)", {"no-result", "killed"}),
    "raises with a hostile text": ("class E(Exception):\n def __str__(s): raise s\nraise E", {"error"}),
    "raises an exception of 100 MB": ("raise ValueError('x' * 10**8)", {"error", "memory"}),
    "has source nested too deeply": ("(" * 5000 + ")" * 5000, {"refused"}),
    "has a NUL in its source": ("x = 1\0", {"refused"}),
    "asks for more threads": (
        "import torch; torch.set_num_threads(8); torch.ones(500, 500) @ torch.ones(500, 500)",
        {"ok"},
    ),
    "forgets every module": ("import sys; sys.modules.clear(); raise SystemExit", {"ok", "no-result", "killed"}),
}  # fmt: skip

# Frames written by hand on the channel, instead of the child's own.
SEND = """
import os, struct
def send(body, length=None):
    data = struct.pack('>I', len(body) if length is None else length) + body
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
"""

FORGED = {
    "claims a frame of 4 GiB": "send(b'x', 0xFFFFFFFF)",
    "claims a frame longer than it writes": "send(b'{}', 1000)",
    "writes no JSON": "send(b'\\x80\\x04K\\x01.')",
    "writes half a frame and hangs": "os.write(3, struct.pack('>I', 50) + b'{')\nwhile True: pass",
    "drips one byte at a time": """
import time
os.write(3, struct.pack('>I', 60))
while True:
    os.write(3, b' '); time.sleep(0.05)
""",
    "nests a million brackets": "send(b'[' * 1000000)",
    "nests brackets just under the limit": "send(b'{\"ending\":' + b'[' * 300000 + b']' * 300000 + b'}')",
    "sends a number of a million digits": "send(b'{\"ending\":\"ok\",\"variables\":{\"a\":' + b'9' * 1000000 + b'}}')",
    "invents an ending": "send(b'{\"ending\":\"passed\"}')",
    "claims a verdict": "send(b'{\"passed\":true,\"score\":1.0}')",
    "claims a timeout of its own": "send(b'{\"ending\":\"timeout\"}')",
    "sends variables nobody asked for": "send(b'{\"ending\":\"ok\",\"variables\":{\"expected\":1}}')",
    "sends a tensor without its numbers": """
send(b'{"ending":"ok","variables":{"a":["a","tensor","int64",[1000000,9],"",false]}}')
""",
    "sends a tensor of negative shape": """
send(b'{"ending":"ok","variables":{"a":["a","tensor","int64",[-1,-1],"AAAAAAAAAAA=",false]}}')
""",
    "sends a tensor of unknown dtype": """
send(b'{"ending":"ok","variables":{"a":["a","tensor","object",[1],"AAAAAAAAAAA=",false]}}')
""",
    "sends an unknown tag": "send(b'{\"ending\":\"ok\",\"variables\":{\"a\":[\"pickle\",\"gASVAAA=\"]}}')",
    "sends a dict with unhashable keys": """
send(b'{"ending":"ok","variables":{"a":["d",[[["l",[]],1]]]}}')
""",
    "sends keys that all collide": """
keys = ','.join('[%d,0]' % (i * (2**61 - 1)) for i in range(50000))
send(b'{"ending":"ok","variables":{"a":["d",[' + keys.encode() + b']]}}')
""",
    "sends calls that are no calls": "send(b'{\"ending\":\"ok\",\"calls\":[1,2,3]}')",
    "sends a fault at a line that is not there": """
send(b'{"ending":"error","fault":{"type":"E","message":"m","line":99999}}')
""",
    "sends two frames": """
good = b'{"ending":"no-result"}'
os.write(3, struct.pack('>I', len(good)) + good)
send(b'{"ending":"ok","variables":{"a":1}}')
""",
}
HANGS = {"writes half a frame and hangs", "drips one byte at a time"}  # these wait for their limit
