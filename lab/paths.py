"""Where everything of the lab lives: the one place that knows.

Nothing outside the checkout and the cache folder is ever written. ``python lab/paths.py NAME``
prints one of the locations below, so that make and shell scripts need not repeat them.
"""

import os
import shutil
import sys
from pathlib import Path

EVCXR_VERSION = "0.22.0"
KERNEL_NAME = "statmech"

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
# The book: its own pages, and the site that is made of them and the notebooks.
BOOK = ROOT / "book"
SITE = ROOT / "site"


def _cache() -> Path:
    """The cache folder: $STATMECH_CACHE (relative to the checkout), else statmech/ in the user's cache."""
    own = os.environ.get("STATMECH_CACHE")
    if not own:
        users = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        return Path(users).expanduser().resolve() / "statmech"
    folder = (ROOT / Path(own).expanduser()).resolve()
    # `make clean-all` removes this folder.
    if folder in (ROOT, *ROOT.parents, Path.home().resolve(), *Path.home().resolve().parents):
        raise SystemExit(f"STATMECH_CACHE is {folder}, which holds more than a cache. Give it a folder of its own.")
    return folder


CACHE = _cache()
# The pinned kernel: cargo's install root and the folder it was built in.
EVCXR = CACHE / f"evcxr-{EVCXR_VERSION}"
EVCXR_JUPYTER = EVCXR / "bin" / "evcxr_jupyter"
EVCXR_REPL = EVCXR / "bin" / "evcxr"
EVCXR_TARGET = CACHE / "evcxr-target"
# Cargo's target folder for the crate and its tests.
TARGET = CACHE / "target"
# Warm start: compiled templates, each with a temporary folder for every running kernel.
TEMPLATES = CACHE / "templates"
# How long the first template took, everything below the crate included.
COLD_BUILD = TEMPLATES / "cold-build.json"
# evcxr's folder for the test that notebooks run without the warm start.
PLAIN = CACHE / "plain"
# Compiled dependencies of the hand-made way that `make latency` compares with.
HANDMADE = CACHE / "handmade"

VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
KERNELSPEC = VENV / "share" / "jupyter" / "kernels" / KERNEL_NAME
# Scratch of the server, the browser test and the book.
LAB = ROOT / ".lab"
JUPYTER = LAB / "jupyter"
BOOK_VENV = LAB / "book-venv"
BOOK_SOURCE = LAB / "book" / "source"
# myst-nb writes beside the folder it is given.
BOOK_BUILD = LAB / "book" / "build"

LAUNCHER = ROOT / "lab" / "launch.py"
REQUIREMENTS = ROOT / "lab" / "requirements.txt"
BOOK_REQUIREMENTS = ROOT / "lab" / "requirements-book.txt"


def jupyter_environment() -> "dict[str, str]":
    """The environment in which Jupyter keeps its files in the checkout, not in the home folder."""
    env = dict(os.environ)
    for variable in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "JUPYTER_TOKEN", "JUPYTER_PREFER_ENV_PATH"):
        env.pop(variable, None)
    env.update(
        JUPYTER_CONFIG_DIR=str(JUPYTER / "config"),
        JUPYTER_DATA_DIR=str(JUPYTER / "data"),
        JUPYTER_RUNTIME_DIR=str(runtime_folder()),
        JUPYTERLAB_SETTINGS_DIR=str(JUPYTER / "config" / "lab" / "user-settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(JUPYTER / "config" / "lab" / "workspaces"),
        IPYTHONDIR=str(JUPYTER / "ipython"),
    )
    return env


def runtime_folder() -> Path:
    """Where running kernels and servers leave their connection files."""
    return JUPYTER / "runtime"


def remove_cache() -> None:
    """Remove what the lab keeps in the cache folder, and the folder itself if nothing else is in it."""
    for folder in (EVCXR, EVCXR_TARGET, TARGET, TEMPLATES, PLAIN, HANDMADE, *CACHE.glob("standard-library-*")):
        shutil.rmtree(folder, ignore_errors=True)
    if CACHE.is_dir() and not any(CACHE.iterdir()):
        CACHE.rmdir()


def main() -> int:
    """Print the location named on the command line, or all of them; or remove the cache."""
    if sys.argv[1:] == ["--remove-cache"]:
        remove_cache()
        return 0
    places = {name: value for name, value in globals().items() if isinstance(value, Path)}
    if len(sys.argv) == 1:
        for name, value in places.items():
            print(f"{name}={value}")
        return 0
    if sys.argv[1] not in places:
        print(f"There is no location named {sys.argv[1]}; known are {', '.join(places)}.", file=sys.stderr)
        return 2
    print(places[sys.argv[1]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
