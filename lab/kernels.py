"""The two kernels of the lab and how Jupyter's own machinery starts them.

- ``statmech``: the warm start, registered in the project's virtual environment only;
- ``evcxr``: the pinned evcxr alone, for measurements, for the checker's own tests and to show that
  notebooks also run without the warm start. It is known to the lab's scripts, not to JupyterLab.

``python lab/kernels.py`` registers the first one.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Optional

import paths
import template

DISPLAY_NAME = "Rust (statmech)"
PLAIN = "evcxr"
PLAIN_SPECS = paths.LAB / "kernels"
# A kernel may first have to compile the crate.
STARTUP_SECONDS = 600


def specification(argv, display_name) -> dict:
    """The content of a kernel.json.

    evcxr refreshes a kernel that it finds installed in the user's folders; JUPYTER_PATH makes it
    look in an empty folder of ours instead.
    """
    return {
        "argv": [str(word) for word in argv],
        "display_name": display_name,
        "language": "rust",
        "interrupt_mode": "message",
        "env": {"JUPYTER_PATH": str(paths.JUPYTER / "none")},
    }


def write_specification(folder: Path, spec: dict) -> None:
    """Write `spec` into `folder`, in one step so that no reader meets half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "kernel.json"
    fresh = folder / f"kernel.json.{os.getpid()}"
    fresh.write_text(json.dumps(spec, indent=1) + "\n", encoding="utf-8")
    fresh.replace(target)


def copy_logos(folder: Path) -> None:
    """Take the logos out of evcxr_jupyter, which carries them for its own installation."""
    if any(folder.glob("logo-*.png")) or not paths.EVCXR_JUPYTER.exists():
        return
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            [str(paths.EVCXR_JUPYTER), "--install"],
            env={**os.environ, "JUPYTER_PATH": scratch},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        for logo in Path(scratch).glob("kernels/rust/logo-*"):
            shutil.copy(logo, folder / logo.name)


def register() -> None:
    """Register the statmech kernel in the virtual environment, and nowhere else."""
    argv = [paths.VENV_PYTHON, paths.LAUNCHER, "{connection_file}"]
    write_specification(paths.KERNELSPEC, specification(argv, DISPLAY_NAME))
    copy_logos(paths.KERNELSPEC)


def plain_environment(temporary_folder=None) -> "dict[str, str]":
    """The environment of a plain evcxr: none of the user's settings, a given or its own temporary folder."""
    env = paths.jupyter_environment()
    env["EVCXR_CONFIG_DIR"] = str(paths.LAB / "evcxr")
    env.pop("EVCXR_TMPDIR", None)
    if temporary_folder is not None:
        env["EVCXR_TMPDIR"] = str(temporary_folder)
        # A kept folder may share a parent with the toolchain, and then evcxr's run paths are broken.
        libraries = [template.ask_rustc("--print", "target-libdir").strip(), env.get("LD_LIBRARY_PATH", "")]
        env["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, libraries))
    return env


def lock_dependencies(temporary_folder: Path) -> None:
    """Let evcxr take the crate's dependencies in the versions that the checkout is tested with."""
    temporary_folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(paths.ROOT / "Cargo.lock", temporary_folder / "Cargo.lock")


def provide_plain() -> None:
    """Write the specification of the plain kernel where only the lab's scripts look."""
    argv = [paths.EVCXR_JUPYTER, "--control_file", "{connection_file}"]
    write_specification(PLAIN_SPECS / PLAIN, specification(argv, "Rust (plain evcxr)"))


def missing(name: str) -> Optional[str]:
    """A sentence on what is missing to start kernel `name`, or nothing."""
    if not paths.EVCXR_JUPYTER.exists():
        return f"The kernel {paths.EVCXR_JUPYTER} is not installed yet: run `make lab` once."
    if name == paths.KERNEL_NAME and not (paths.KERNELSPEC / "kernel.json").exists():
        return "The statmech kernel is not registered yet: run `make lab` once."
    return None


def manager(name: str, kind: str = "AsyncKernelManager"):
    """A kernel manager of jupyter_client for kernel `name` (not yet started)."""
    import jupyter_client.manager
    from jupyter_client.kernelspec import KernelSpecManager

    os.environ.update(paths.jupyter_environment())
    paths.runtime_folder().mkdir(parents=True, exist_ok=True)
    if name == PLAIN:
        provide_plain()
    folders = [str(paths.KERNELSPEC.parent), str(PLAIN_SPECS)]
    specs = KernelSpecManager(kernel_dirs=folders, ensure_native_kernel=False)
    connection = paths.runtime_folder() / f"kernel-{uuid.uuid4()}.json"
    return getattr(jupyter_client.manager, kind)(
        kernel_name=name, kernel_spec_manager=specs, connection_file=str(connection)
    )


def start_options(name: str) -> dict:
    """How to start kernel `name`: its environment, and silence for evcxr's greeting in the terminal."""
    env = plain_environment() if name == PLAIN else paths.jupyter_environment()
    return {"env": env, "stdout": subprocess.DEVNULL}


if __name__ == "__main__":
    register()
    print(f"The kernel “{DISPLAY_NAME}” is registered in {paths.KERNELSPEC}.")
    sys.exit(0)
