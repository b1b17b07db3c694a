"""Walk a newcomer's path, from a clone to the last chapter, and say how long each step takes.

    python lab/newcomer.py             in a folder of its own, which is removed afterwards
    python lab/newcomer.py --keep DIR  in DIR, which must not exist yet, and stays

The home folder is fresh and all caches are empty: cargo downloads every crate, pip every package. The toolchain, which
a newcomer has by the README's first sentence, is the one that is there; nothing else of the user's home is read.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import paths

# What would lead back to folders that are not a newcomer's.
FORGOTTEN = ("STATMECH_CACHE", "STATMECH_DATA", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_INCREMENTAL")
FORGOTTEN += ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "RUST_SRC_PATH", "VIRTUAL_ENV", "PYTHONPATH")


def environment(home: Path) -> "dict[str, str]":
    """The environment of somebody who has just arrived, with the toolchain in place."""
    env = {key: value for key, value in os.environ.items() if key not in FORGOTTEN}
    env.setdefault("RUSTUP_HOME", str(Path.home() / ".rustup"))
    env.update(HOME=str(home), CARGO_HOME=str(home / ".cargo"), PIP_NO_CACHE_DIR="1", STATMECH_PROGRESS="off")
    return env


def step(name: str, *command, folder: Path, env: dict) -> float:
    """Run one step, and say what it took; minutes."""
    started = time.monotonic()
    print(f"{name}: {' '.join(map(str, command))}", flush=True)
    subprocess.run(command, cwd=folder, env=env, check=True)
    minutes = (time.monotonic() - started) / 60
    print(f"{name} took {minutes:.1f} minutes.\n", flush=True)
    return minutes


def walk(folder: Path) -> None:
    """The path itself."""
    home, checkout = folder / "home", folder / "statmech"
    home.mkdir(parents=True)
    env = environment(home)
    python = os.path.realpath(sys.executable)
    minutes = [
        step("Clone", "git", "clone", "--quiet", str(paths.ROOT), str(checkout), folder=folder, env=env),
        step("Install", "make", "install", f"PYTHON={python}", folder=checkout, env=env),
    ]
    for notebook in sorted(path.name for path in (checkout / "notebooks").glob("*.ipynb")):
        command = [".venv/bin/python", "lab/notebooks.py", "check", "--timeout", "900", f"notebooks/{notebook}"]
        minutes.append(step(notebook, *command, folder=checkout, env=env))
    total, reading = sum(minutes), sum(minutes[2:])
    print(f"From clone to the last chapter: {total:.0f} minutes, {total - reading:.0f} of them before the first cell and {reading:.0f} in {len(minutes) - 2} notebooks.")


def main() -> int:
    """Walk it; the exit status says whether one arrived."""
    parser = argparse.ArgumentParser(description="Walk from a clone to the last chapter in a fresh home with empty caches.")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="walk in DIR, and leave it")
    kept = parser.parse_args().keep
    if kept is not None and kept.exists():
        print(f"{kept} exists already: name a folder that does not.")
        return 1
    folder = kept.resolve() if kept else Path(tempfile.mkdtemp(prefix="statmech-newcomer-"))
    try:
        walk(folder)
    except subprocess.CalledProcessError as problem:
        print(f"The path ended here: `{' '.join(map(str, problem.cmd))}` ended with status {problem.returncode}.")
        return 1
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
