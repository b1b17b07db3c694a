"""Keep the virtual environment .venv in step with requirements.txt; does nothing when it is.

The fingerprint of the requirements and of the Python that built it lies inside .venv, so that a
changed list, another Python or a half-finished installation leads to a fresh one.
"""

import hashlib
import shutil
import subprocess
import sys

import paths

STAMP = paths.VENV / "requirements.sha256"
# JupyterLab 4.6 asks for it.
OLDEST_PYTHON = (3, 10)


def fingerprint() -> str:
    """What .venv depends on, in one line."""
    digest = hashlib.sha256(paths.REQUIREMENTS.read_bytes())
    digest.update(f"{sys.version} {paths.VENV}".encode())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether .venv was completed from these requirements."""
    return paths.VENV_PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint()


def build() -> None:
    """Make .venv anew and install the requirements into it."""
    if paths.VENV.exists():
        shutil.rmtree(paths.VENV)
    subprocess.run([sys.executable, "-m", "venv", str(paths.VENV)], check=True)
    pip = [str(paths.VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "-r", str(paths.REQUIREMENTS)], check=True)
    STAMP.write_text(fingerprint())


def main() -> int:
    """Build .venv if it is missing or out of step."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(map(str, OLDEST_PYTHON))
        print(f"JupyterLab needs Python {version} or newer, and this one is {sys.version.split()[0]}.")
        return 1
    if is_current():
        return 0
    print("Installing JupyterLab into .venv (about a minute) …", flush=True)
    try:
        build()
    except subprocess.CalledProcessError as problem:
        print(f"That failed: {' '.join(map(str, problem.cmd))} ended with status {problem.returncode}.")
        print("On Debian and Ubuntu the package python3-venv is needed as well.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
