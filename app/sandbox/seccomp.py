"""The system-call filter as a classic BPF program, assembled here from one table an architecture.

Allowed calls need no file, socket or process; the rest answer an error number that libraries take well, so that an
ordinary program meets a PermissionError and not a dead process. A foreign architecture (int 0x80, x32) is killed.
The assembled program is compared with a golden copy in tests/test_seccomp.py.
"""

import ctypes
import errno
import platform
import struct

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_NR, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data
_MAP_MASK, _MAP_PRIVATE_ANONYMOUS = 0x2F, 0x22
_RLIMIT_CPU, _RLIMIT_AS = 0, 9

# name: (x86_64, aarch64); None where the architecture has no such call.
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "close": (3, 57), "lseek": (8, 62),
    "fstat": (5, 80), "poll": (7, None), "select": (23, None), "ppoll": (271, 73), "pselect6": (270, 72),
    "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216), "madvise": (28, 233), "mprotect": (10, 226),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "nanosleep": (35, 101), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "gettimeofday": (96, 169), "time": (201, None),
    "times": (100, 153), "getrusage": (98, 165), "getrlimit": (97, 163), "getpid": (39, 172), "gettid": (186, 178),
    "getrandom": (318, 278), "getcpu": (309, 168), "futex": (202, 98), "restart_syscall": (219, 128),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip

REFUSED: dict[int, dict[str, tuple[int | None, int | None]]] = {
    errno.EAGAIN: {"clone": (56, 220), "fork": (57, None), "vfork": (58, None)},
    errno.ENOSYS: {"clone3": (435, 435)},
    errno.ENOTTY: {"ioctl": (16, 29)},
    errno.EACCES: {
        "open": (2, None), "creat": (85, None), "openat": (257, 56), "openat2": (437, 437), "stat": (4, None),
        "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291), "access": (21, None),
        "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, None), "readlinkat": (267, 78),
        "getcwd": (79, 17), "chdir": (80, 49), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None),
        "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38),
        "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
        "symlinkat": (266, 36), "truncate": (76, 45), "chmod": (90, None), "fchmodat": (268, 53),
        "chown": (92, None), "lchown": (94, None), "fchownat": (260, 54), "getdents": (78, None),
        "getdents64": (217, 61),
    },
}  # fmt: skip

# machine: (column of the tables, AUDIT_ARCH_*, mmap, prlimit64)
ARCHITECTURES = {"x86_64": (0, 0xC000003E, 9, 302), "aarch64": (1, 0xC00000B7, 222, 261)}


class Unsupported(Exception):
    """There is no filter for this processor."""


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _on(number: int, answer: int) -> bytes:
    return _step(_JUMP_EQUAL, number, 0, 1) + _step(_RETURN, answer)


def _low(argument: int) -> int:
    return _ARGS + 8 * argument


def _mmap(number: int) -> bytes:
    """Only private anonymous memory: flags & (type | MAP_ANONYMOUS) must be MAP_PRIVATE | MAP_ANONYMOUS."""
    body = (
        _step(_LOAD, _low(3))
        + _step(_AND, _MAP_MASK)
        + _on(_MAP_PRIVATE_ANONYMOUS, ALLOW)
        + _step(_RETURN, ERRNO | errno.EACCES)
    )
    return _step(_JUMP_EQUAL, number, 0, len(body) // 8) + body


def _prlimit(number: int) -> bytes:
    """Reading one's own limits; setting (for an unprivileged process: lowering) those of memory and time."""
    denied = _step(_RETURN, ERRNO | errno.EPERM)
    body = (
        _step(_LOAD, _low(0))
        + _step(_JUMP_EQUAL, 0, 1, 0)
        + denied
        + _step(_LOAD, _low(1))
        + _on(_RLIMIT_AS, ALLOW)
        + _on(_RLIMIT_CPU, ALLOW)
        + _step(_LOAD, _low(2))
        + _step(_JUMP_EQUAL, 0, 1, 0)
        + denied
        + _step(_LOAD, _low(2) + 4)
        + _on(0, ALLOW)
        + denied
    )
    return _step(_JUMP_EQUAL, number, 0, len(body) // 8) + body


def program(machine: str | None = None) -> bytes:
    """The filter for a machine (this one by default) as bytes of `struct sock_filter`; raises Unsupported."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise Unsupported(f"there is no system-call filter for the processor {machine!r}")
    column, audit, mmap, prlimit = ARCHITECTURES[machine]
    steps = [_step(_LOAD, _ARCH), _step(_JUMP_EQUAL, audit, 1, 0), _step(_RETURN, KILL_PROCESS), _step(_LOAD, _NR)]
    if machine == "x86_64":  # x32 calls carry bit 30
        steps += [_step(_JUMP_GREATER_EQUAL, 0x40000000, 0, 1), _step(_RETURN, KILL_PROCESS)]
    steps += [_on(numbers[column], ALLOW) for numbers in ALLOWED.values() if numbers[column] is not None]  # type: ignore[arg-type]
    for code, calls in REFUSED.items():
        steps += [_on(numbers[column], ERRNO | code) for numbers in calls.values() if numbers[column] is not None]  # type: ignore[arg-type]
    steps += [_mmap(mmap), _prlimit(prlimit), _step(_RETURN, ERRNO | errno.EPERM)]
    return b"".join(steps)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


class Filter:
    """The assembled filter in memory, ready to be installed by a forked child without any allocation of note."""

    def __init__(self) -> None:
        self._bytes = program()
        self._buffer = ctypes.create_string_buffer(self._bytes, len(self._bytes))
        self._program = _Program(len(self._bytes) // 8, ctypes.addressof(self._buffer))
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl

    def install(self) -> None:
        """Irrevocable for this process. Raises OSError when the kernel has no seccomp filters."""
        if self._prctl(22, 2, ctypes.byref(self._program), 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
            raise OSError(ctypes.get_errno(), "seccomp filters cannot be installed")
