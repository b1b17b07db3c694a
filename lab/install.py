"""Install what the lab needs and is not there yet; does nothing, quickly, when all is.

    python lab/install.py           everything for notebooks, the warm start included
    python lab/install.py --repl    the evcxr REPL as well, if an older installation lacks it

Everything goes into .venv and the cache folder, except the standard library's sources, which belong to
the toolchain. rustup brings them, or, where rustup's servers are out of reach, the system's package.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time

import environment
import kernels
import paths
import standard_library
import template

SYSTEM_PACKAGE = "rust-web-src"


def say(line: str) -> None:
    """A whole line, at once."""
    print(line, flush=True)


def succeeds(*command: str) -> bool:
    """Whether a command exists and ends well; its output is of no interest."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def standard_library_sources() -> None:
    """Get the standard library's sources, from which rust-analyzer learns the types of variables."""
    if standard_library.sources() is not None:
        return
    say("Fetching the standard library's sources ...")
    if succeeds("rustup", "component", "add", "rust-src") and standard_library.sources() is not None:
        return
    if os.geteuid() == 0 and succeeds("apt-get", "update") and succeeds("apt-get", "install", "-y", SYSTEM_PACKAGE):
        return
    say("The standard library's sources could not be fetched: `rustup component add rust-src` failed, and so did")
    say(f"the system's package (Debian and Ubuntu, as root: apt-get install {SYSTEM_PACKAGE}). Notebooks run without")
    say("them, but completion does not know the standard library, and some variables need a written type.")


def evcxr(with_repl: bool) -> None:
    """Compile the pinned evcxr into the cache folder: the kernel, and the REPL, which costs little beside it."""
    wanted = [] if paths.EVCXR_JUPYTER.exists() else ["evcxr_jupyter"]
    if not paths.EVCXR_REPL.exists() and (with_repl or wanted):
        wanted.append("evcxr_repl")
    if not wanted:
        return
    started = time.monotonic()
    say(f"Compiling {' and '.join(wanted)} {paths.EVCXR_VERSION} (once; 7 to 20 minutes on two cores) ...")
    command = ["cargo", "install", "--locked", "--quiet", "--root", str(paths.EVCXR)]
    env = dict(os.environ, CARGO_TARGET_DIR=str(paths.EVCXR_TARGET))
    subprocess.run([*command, *(f"{package}@{paths.EVCXR_VERSION}" for package in wanted)], env=env, check=True)
    # Two gigabytes that nobody needs again.
    shutil.rmtree(paths.EVCXR_TARGET, ignore_errors=True)
    say(f"evcxr is ready after {(time.monotonic() - started) / 60:.0f} minutes.")


def main() -> int:
    """Install step by step; a sentence for what fails."""
    parser = argparse.ArgumentParser(description="Install what the lab needs.")
    parser.add_argument("--repl", action="store_true", help="the evcxr REPL as well")
    options = parser.parse_args()
    for program in ("cargo", "rustc"):
        if shutil.which(program) is None:
            say(f"`{program}` was not found. Install Rust first, with rustup or from your system's packages.")
            return 1
    try:
        standard_library_sources()
        if status := environment.provide():
            return status
        evcxr(options.repl)
        kernels.register()
        template.ready()
    except subprocess.CalledProcessError as problem:
        say(f"That failed: `{' '.join(map(str, problem.cmd))}` ended with status {problem.returncode}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
