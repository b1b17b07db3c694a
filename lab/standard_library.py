"""A trimmed view of the standard library's sources for rust-analyzer.

Half of a bare kernel's start is rust-analyzer reading the standard library, most of it processor
intrinsics (``core::arch``), compiler-internal crates and tests that no notebook names. The crates kept here are
read from where rustup or the system put the sources, and copied once for each compiler into the cache.
Nothing is compiled from them: rustc always uses the real library.
"""

import re
import shutil
import subprocess
from pathlib import Path

import paths

# rust-analyzer assembles the library from these where it finds no workspace manifest.
KEPT = ("alloc", "core", "std", "panic_abort", "panic_unwind", "unwind")
EMPTY = ("proc_macro", "test")
SKIPPED_FOLDERS = {"tests", "benches", "windows", "wasi", "wasip1", "wasip2", "uefi", "sgx", "hermit", "solid", "xous"}


def sources() -> "Path | None":
    """The folder ``library`` of the standard library's sources, if this machine has it."""
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    candidates = [Path(sysroot) / "lib" / "rustlib" / "src" / "rust" / "library"]
    candidates += sorted(Path("/usr/src").glob("rustc-*/library"), reverse=True)
    return next((path for path in candidates if (path / "core").is_dir()), None)


def location(version: str) -> Path:
    """Where the trimmed copy for this compiler lives."""
    release = re.search(r"^release: (.*)$", version, re.MULTILINE)[1]
    commit = re.search(r"^commit-hash: (.*)$", version, re.MULTILINE)[1][:9]
    return paths.CACHE / f"standard-library-{release}-{commit}" / "library"


def trimmed(version: str) -> "Path | None":
    """The trimmed copy, made first if there is none; None without the sources."""
    target = location(version)
    if target.is_dir():
        return target
    source = sources()
    if source is None:
        return None
    unfinished = target.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for crate in KEPT:
        shutil.copytree(source / crate, unfinished / crate, ignore=skipped, symlinks=False)
    for crate in EMPTY:
        (unfinished / crate / "src").mkdir(parents=True)
        (unfinished / crate / "src" / "lib.rs").write_text("")
    unfinished.rename(target)
    return target


def skipped(folder: str, names: "list[str]") -> "set[str]":
    """Tests, and the standard library's ports to systems that notebooks do not run on."""
    return {name for name in names if name in SKIPPED_FOLDERS or name == "tests.rs"}
