"""Keep the virtual environments in step with their requirements; does nothing when they are.

    python lab/environment.py         .venv, for notebooks and the lab's own tests
    python lab/environment.py book    the one that builds the book

The fingerprint of the requirements and of the Python that built it lies inside each, so that a
changed list, another Python or a half-finished installation leads to a fresh one.
"""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import paths

# JupyterLab 4.6 asks for it.
OLDEST_PYTHON = (3, 10)


@dataclass(frozen=True)
class Environment:
    """A virtual environment: its folder, the list of its packages, and what is said while it is made."""

    folder: Path
    requirements: Path
    purpose: str

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.folder / "requirements.sha256"

    def fingerprint(self) -> str:
        """What the environment depends on, in one line."""
        digest = hashlib.sha256(self.requirements.read_bytes())
        digest.update(f"{sys.version} {self.folder}".encode())
        return digest.hexdigest()

    def is_current(self) -> bool:
        """Whether it was completed from these requirements."""
        return self.python.exists() and self.stamp.exists() and self.stamp.read_text() == self.fingerprint()

    def build(self) -> None:
        """Make it anew and install the requirements into it."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        subprocess.run([sys.executable, "-m", "venv", str(self.folder)], check=True)
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "-r", str(self.requirements)], check=True)
        self.stamp.write_text(self.fingerprint())


LAB = Environment(paths.VENV, paths.REQUIREMENTS, "Installing JupyterLab into .venv (about a minute) …")
BOOK = Environment(paths.BOOK_VENV, paths.BOOK_REQUIREMENTS, "Installing Sphinx for the book (about half a minute) …")


def provide(environment: Environment = LAB) -> int:
    """Build the environment if it is missing or out of step; 0, or 1 after a sentence on what failed."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(map(str, OLDEST_PYTHON))
        print(f"The lab needs Python {version} or newer, and this one is {sys.version.split()[0]}.")
        return 1
    if environment.is_current():
        return 0
    print(environment.purpose, flush=True)
    try:
        environment.build()
    except subprocess.CalledProcessError as problem:
        print(f"That failed: {' '.join(map(str, problem.cmd))} ended with status {problem.returncode}.")
        print("On Debian and Ubuntu the package python3-venv is needed as well.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(provide(BOOK if sys.argv[1:] == ["book"] else LAB))
