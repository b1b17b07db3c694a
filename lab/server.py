"""Start JupyterLab for this checkout: local, with its token, with all its files in .lab/.

    python lab/server.py        serves notebooks/ until Ctrl-C (this is the end of `make lab`)
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import kernels
import paths

LOG = paths.LAB / "server.log"
START_SECONDS = 120
STOP_SECONDS = 15
# No question about Jupyter news and no look for updates: nothing here talks to other machines.
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
}


class ServerProblem(Exception):
    """A sentence on why the server does not run."""


class Server:
    """A running JupyterLab: its process, address and token."""

    def __init__(self, process, address: str, token: str) -> None:
        self.process = process
        self.address = address
        self.token = token

    def link(self, page: str = "lab") -> str:
        """The address of a page, with the token that opens it."""
        return f"{self.address}{page}?token={self.token}"

    def stop(self) -> None:
        """End the server and its kernels; by force if they do not answer."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def write_overrides() -> None:
    """Write the settings that every user of this .venv starts from."""
    folder = paths.VENV / "share" / "jupyter" / "lab" / "settings"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overrides.json").write_text(json.dumps(OVERRIDES, indent=1) + "\n", encoding="utf-8")


def command(root: Path, open_browser: bool) -> list:
    """The command line of the server."""
    words = [
        str(paths.VENV_PYTHON),
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={root}",
        f"--MultiKernelManager.default_kernel_name={paths.KERNEL_NAME}",
        f"--MappingKernelManager.kernel_info_timeout={kernels.STARTUP_SECONDS}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if not open_browser:
        words.append("--no-browser")
    if os.geteuid() == 0:
        words.append("--allow-root")
    return words


def await_address(process) -> str:
    """The address under which the server answers, from the file it writes when it is up."""
    record = paths.runtime_folder() / f"jpserver-{process.pid}.json"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise ServerProblem(f"JupyterLab ended at once; its log is {LOG}.")
        try:
            return json.loads(record.read_text())["url"]
        except (OSError, ValueError):
            time.sleep(0.1)
    process.kill()
    raise ServerProblem(f"JupyterLab did not start within {START_SECONDS} s; its log is {LOG}.")


def start(root: Path, open_browser: bool = False, extra_environment=None) -> Server:
    """Start JupyterLab on `root` and wait until it answers."""
    if not paths.VENV_PYTHON.exists():
        raise ServerProblem("JupyterLab is not installed in .venv yet: run `make lab` once.")
    root.mkdir(parents=True, exist_ok=True)
    paths.runtime_folder().mkdir(parents=True, exist_ok=True)
    write_overrides()
    token = secrets.token_hex(24)
    env = {**paths.jupyter_environment(), "JUPYTER_TOKEN": token, **(extra_environment or {})}
    with LOG.open("w", encoding="utf-8") as log:
        # A session of its own: Ctrl-C reaches this script alone, which then ends the server in order.
        process = subprocess.Popen(
            command(root, open_browser),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return Server(process, await_address(process), token)
    except BaseException:
        process.kill()
        raise


def has_display() -> bool:
    """Whether a browser window can open here."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def stop_on_signal(number, _frame) -> None:
    """Let an ending from outside take the same way as Ctrl-C."""
    raise KeyboardInterrupt


def main() -> int:
    """Serve the notebooks until Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_on_signal)
    server = None
    try:
        server = start(paths.NOTEBOOKS, open_browser=has_display())
        print(f"JupyterLab is at {server.link()} (stop it with Ctrl-C)", flush=True)
        status = server.process.wait()
        print(f"JupyterLab ended with status {status}; its log is {LOG}.")
        return 1 if status else 0
    except ServerProblem as problem:
        print(problem)
        return 1
    except KeyboardInterrupt:
        print("\nStopping JupyterLab and its kernels.")
        return 0
    finally:
        if server is not None:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
