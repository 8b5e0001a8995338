"""The steps that lock a process in. The two lists at the end *are* the security review of the jail.

Steps for the zygote are taken once, before anything untrusted exists; steps for a child are taken after each fork,
before the child reads its job. A step that is *required* stops everything when it fails; the others add a layer where
the kernel, the user and the container allow it, and the layers reached are reported (see `Level` in pool.py).
"""

import ctypes
import errno
import os
import resource
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.sandbox.seccomp import Filter

DESCRIPTORS = 4  # null three times and the answer's socket: with all in use, no other can be made
ADDRESS_SPACE_MB = 2048  # above what the zygote has; each job lowers it further
CPU_S = 40

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_CLONE_NEWNS, _CLONE_NEWUTS, _CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWNET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000,
)  # fmt: skip
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT, _MS_REC, _MS_PRIVATE = 1, 2, 4, 8, 32, 16384, 1 << 18
_MNT_DETACH = 2
_CAPSET = {"x86_64": 126, "aarch64": 91}
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
# Rights of each Landlock ABI: (file-system rights, network rights, scopes)
_LANDLOCK_RIGHTS = {1: (13, 0, 0), 2: (14, 0, 0), 3: (15, 0, 0), 4: (15, 2, 0), 5: (16, 2, 0), 6: (16, 2, 2)}


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def drop_user() -> None:
    """Leave root for a user of our own: RLIMIT_NPROC does not bind real root, and its files must be out of reach."""
    if os.getuid() != 0:
        raise OSError(errno.EPERM, "not root: stays the user it is")
    user = 64000 + os.getpid() % 1000
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def new_namespaces() -> None:
    """Own user, mount, network, IPC and UTS namespaces. Needs a single thread."""
    user, group = os.getuid(), os.getgid()
    _prctl(_PR_SET_DUMPABLE, 1)  # a change of user made /proc/self root's, and the maps are written there
    _check(
        _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNS | _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWUTS),
        "unshare",
    )
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def empty_root() -> None:
    """Replace the whole file system by an empty, read-only one."""
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _check(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "private mounts")
    _check(_libc.mount(b"none", b"/tmp", b"tmpfs", flags, b"size=4k,mode=0555"), "empty root")
    _check(_libc.mount(b"none", b"/tmp", None, flags | _MS_REMOUNT | _MS_RDONLY, None), "read-only root")
    os.chdir("/tmp")
    _check(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", _MNT_DETACH), "detach the old root")
    os.chdir("/")


def drop_capabilities() -> None:
    for capability in range(64):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails where there is nothing to drop
    header = struct.pack("=Ii", 0x20080522, 0)
    _check(_libc.syscall(_CAPSET[os.uname().machine], header, bytes(24)), "capset")


def no_new_privileges() -> None:
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)


def landlock() -> None:
    """Deny every file-system and network right that this kernel's Landlock knows; no rule allows anything back."""
    abi = _check(_libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1), "landlock")
    files, network, scopes = _LANDLOCK_RIGHTS[min(abi, max(_LANDLOCK_RIGHTS))]
    rights = struct.pack("=QQQ", (1 << files) - 1, (1 << network) - 1, (1 << scopes) - 1)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = _check(_libc.syscall(_LANDLOCK_CREATE_RULESET, rights, size, 0), "landlock ruleset")
    try:
        _check(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0), "landlock restrict")
    finally:
        os.close(ruleset)


def die_with(parent: int) -> None:
    """End when the parent ends, also if it ended just before this call."""
    _prctl(_PR_SET_PDEATHSIG, 9)
    if os.getppid() != parent:
        os._exit(1)


def limit_resources(virtual_bytes: int) -> None:
    """Hard limits for a child whose parent has `virtual_bytes` of address space."""
    limits = {
        resource.RLIMIT_AS: virtual_bytes + (ADDRESS_SPACE_MB << 20),
        resource.RLIMIT_CPU: CPU_S,
        resource.RLIMIT_NOFILE: DESCRIPTORS,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for name, value in limits.items():
        resource.setrlimit(name, (value, value))


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, value, 0, 0, 0), f"prctl {option}")


@dataclass(frozen=True)
class Step:
    layer: str
    take: Callable[[], None]
    required: bool


ZYGOTE_STEPS = (
    Step("own user", drop_user, required=False),
    Step("namespaces", new_namespaces, required=False),
    Step("empty root", empty_root, required=False),
    Step("no capabilities", drop_capabilities, required=True),
    Step("no_new_privs", no_new_privileges, required=True),
    Step("Landlock", landlock, required=False),
)


def lock_zygote(skip: frozenset[str] = frozenset()) -> list[str]:
    """Take the zygote's steps, less those named in `skip` (for tests of the lower levels); the layers reached.
    Raises OSError when a required one fails."""
    reached = []
    for step in ZYGOTE_STEPS:
        if step.layer in skip and not step.required:
            continue
        if step.layer == "empty root" and "namespaces" not in reached:
            continue
        try:
            step.take()
        except OSError:
            if step.required:
                raise
            continue
        reached.append(step.layer)
    return reached


def lock_child(parent: int, virtual_bytes: int, filter_: Filter) -> None:
    """The steps of a fresh child, in order; descriptors 0 to 3 are its only ones already. All are required."""
    die_with(parent)
    limit_resources(virtual_bytes)
    filter_.install()
