"""Memory of a kernel, and what its processes do while cells run (Linux: read from /proc)."""

import threading
import time
from pathlib import Path

# What may be running for a cell, innermost first: the first kind that is found gets the time.
KINDS = {
    "link": ("ld", "lld", "mold", "cc", "gcc", "clang", "collect2", "rust-lld"),
    "rustc": ("rustc",),
    "cargo": ("cargo",),
    "evcxr, rust-analyzer, load and run": (),
}
SAMPLE_SECONDS = 0.004


def children(process: int) -> "list[int]":
    """The direct children of `process`."""
    found = []
    for listing in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(word) for word in listing.read_text().split()]
        except OSError:
            pass
    return found


def family(process: int) -> "list[int]":
    """`process` and all its descendants."""
    found = [process]
    for member in found:
        found += children(member)
    return found


def megabytes(process: int) -> float:
    """The proportional share of memory of one process; what it has resident if that is not told."""
    for file, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(key):
                return int(line.split()[1]) / 1024
    return 0.0


def memory(process: int) -> float:
    """Megabytes of a kernel: its process and all descendants."""
    return sum(megabytes(member) for member in family(process))


def name(process: int) -> str:
    """The program's name."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def running_kind(process: int) -> str:
    """The innermost kind of program that runs for the kernel now."""
    names = {name(member).split(".")[0] for member in family(process)[1:]}
    *inner, outer = KINDS
    return next((kind for kind in inner if names.intersection(KINDS[kind])), outer)


def profile(process: int, work) -> dict:
    """Seconds per cell spent in each kind of program while `work()` runs its cells.

    `work` returns the cells' seconds. Sampled, so it slows the cells a little: never part of the
    table of times.
    """
    counts = dict.fromkeys(KINDS, 0)
    ended = threading.Event()

    def sample() -> None:
        while not ended.is_set():
            counts[running_kind(process)] += 1
            time.sleep(SAMPLE_SECONDS)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        cells = work()
    finally:
        ended.set()
        sampler.join()
    total = max(1, sum(counts.values()))
    return {kind: sum(cells) / len(cells) * count / total for kind, count in counts.items()}
