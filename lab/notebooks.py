"""Run the notebooks top to bottom in the real kernel and judge what they show.

    python lab/notebooks.py check [NOTEBOOK …]    run, judge, write nothing
    python lab/notebooks.py save  [NOTEBOOK …]    run, judge, save the outputs of the healthy ones

Each notebook gets a fresh kernel, started by nbclient in the notebook's folder.
"""

import argparse
import asyncio
import contextlib
import os
import queue
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

try:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.client import CellExecutionComplete
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
except ImportError as missing:
    sys.exit(f"{missing.name} is not installed for {sys.executable}: `make notebooks` and `make test` use .venv/bin/python, where it is.")

import checks
import kernels
import paths
from checks import Finding

# What a notebook should stay under; beyond it a note is printed.
AIM_SECONDS = 120
# How long evcxr gets to end a cell's process and start a new one.
INTERRUPT_SECONDS = 2
# evcxr passes on what a cell prints beside its reply, not before it: so long nothing more may come.
QUIET_SECONDS = 0.15
LAST_QUIET_SECONDS = 1.0
DEPENDENCY = re.compile(r"^:dep statmech\b.*$", re.MULTILINE)
LANGUAGE = {
    "codemirror_mode": "rust",
    "file_extension": ".rs",
    "mimetype": "text/rust",
    "name": "Rust",
    "pygments_lexer": "rust",
    "version": "",
}


@dataclass
class Run:
    """One notebook, executed: what it became and what was wrong."""

    path: Path
    notebook: dict
    findings: list = field(default_factory=list)
    seconds: float = 0.0

    @property
    def healthy(self) -> bool:
        return not self.findings


def read(path: Path):
    """The notebook at `path`."""
    return nbformat.read(str(path), as_version=4)


def cleared(notebook):
    """The notebook without outputs, so that nothing of an earlier run can pass for a result."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    return notebook


def depend_on_checkout(notebook) -> bool:
    """Let a plain kernel find the crate in the checkout instead of the registry; whether the notebook names it."""
    found = False
    for _, cell in checks.code_cells(notebook):
        source = checks.as_text(cell["source"])
        cell["source"] = DEPENDENCY.sub(f':dep statmech = {{ path = "{paths.ROOT}" }}', source)
        found = found or cell["source"] != source
    return found


class TimeLimit:
    """Seconds left of one notebook's time; it starts with the first cell, not with the kernel."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.start = time.monotonic()

    def begin(self) -> None:
        self.start = time.monotonic()

    def spent(self) -> float:
        return time.monotonic() - self.start

    def left(self, _cell=None) -> int:
        return max(1, int(self.seconds - self.spent()))


async def interrupt(client) -> None:
    """End the running cell; without that its process would outlive the kernel."""
    await client.km.interrupt_kernel()
    await asyncio.sleep(INTERRUPT_SECONDS)


async def hear_out(client, cell, index: int, quiet: float) -> None:
    """Add what the cell printed but evcxr passed on late; nbclient would lose it, panics included."""
    while True:
        try:
            message = await client.kc.get_iopub_msg(timeout=quiet)
        except queue.Empty:
            break
        with contextlib.suppress(CellExecutionComplete):
            client.process_message(message, cell, index)
    cell["outputs"] = in_order(cell["outputs"])


def in_order(outputs) -> list:
    """What was printed, each stream in one piece, before what was shown: evcxr's own order varies."""
    printed = {}
    for output in outputs:
        if output["output_type"] == "stream":
            text = checks.as_text(output["text"])
            printed[output["name"]] = printed.get(output["name"], "") + text
    streams = [nbformat.v4.new_output("stream", name=name, text=text) for name, text in sorted(printed.items(), reverse=True)]
    return streams + [output for output in outputs if output["output_type"] != "stream"]


async def execute_cells(client, run: Run, limit: TimeLimit) -> None:
    """Run the code cells in turn, and stop after the first one that failed."""
    cells = checks.code_cells(run.notebook)
    for number, cell in cells:
        try:
            await client.async_execute_cell(cell, number - 1)
        except CellExecutionError:
            pass  # the cell's output says it
        except CellTimeoutError:
            run.findings.append(Finding(number, f"the notebook took longer than {limit.seconds:.0f} s", fatal=True))
            await interrupt(client)
        except DeadKernelError:
            run.findings.append(Finding(number, "the kernel died", fatal=True))
        quiet = LAST_QUIET_SECONDS if number == cells[-1][0] else QUIET_SECONDS
        await hear_out(client, cell, number - 1, quiet)
        run.findings += checks.cell_findings(number, cell)
        if any(finding.fatal for finding in run.findings):
            return


async def execute(path: Path, kernel: str, timeout: float) -> Run:
    """Run the notebook at `path` in a fresh kernel."""
    run = Run(path, cleared(read(path)))
    options = kernels.start_options(kernel)
    if kernel == kernels.PLAIN and depend_on_checkout(run.notebook):
        options["env"] = kernels.plain_environment(paths.PLAIN)
        kernels.lock_dependencies(paths.PLAIN)
    limit = TimeLimit(timeout)
    client = NotebookClient(
        run.notebook,
        km=kernels.manager(kernel),
        timeout_func=limit.left,
        startup_timeout=kernels.STARTUP_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    # nbclient ends only kernels of its own.
    client.owns_km = True
    try:
        async with client.async_setup_kernel(**options):
            limit.begin()
            await execute_cells(client, run, limit)
    except (RuntimeError, OSError) as problem:
        run.findings.append(Finding(0, f"the kernel did not run: {problem}", fatal=True))
    run.seconds = limit.spent()
    return run


def without_progress_lines(outputs) -> list:
    """The outputs without progress lines, which differ from run to run."""
    kept = []
    for output in outputs:
        if output["output_type"] == "stream":
            output["text"] = checks.without_progress(checks.as_text(output["text"]))
            if not output["text"]:
                continue
        kept.append(output)
    return kept


def settled(notebook):
    """The notebook as it is saved: the same outputs give the same bytes."""
    notebook["metadata"] = {
        "kernelspec": {"display_name": kernels.DISPLAY_NAME, "language": "rust", "name": paths.KERNEL_NAME},
        "language_info": LANGUAGE,
    }
    for cell in notebook["cells"]:
        for volatile in ("execution", "ExecuteTime", "collapsed", "scrolled"):
            cell["metadata"].pop(volatile, None)
        if cell["cell_type"] == "code":
            cell["outputs"] = without_progress_lines(cell["outputs"])
    for count, (_, cell) in enumerate(checks.code_cells(notebook), start=1):
        cell["execution_count"] = count
        for output in cell["outputs"]:
            if output["output_type"] == "execute_result":
                output["execution_count"] = count
    return nbformat.from_dict(notebook)


def save(run: Run) -> None:
    """Write the executed notebook over the old one, in one step."""
    fresh = run.path.with_name(f".{run.path.name}.{os.getpid()}")
    try:
        nbformat.write(settled(run.notebook), str(fresh))
        fresh.replace(run.path)
    finally:
        fresh.unlink(missing_ok=True)


def indented(text: str) -> str:
    """`text` set off from the report around it."""
    return "".join(f"    | {line}\n" for line in text.splitlines())


def cell_report(notebook, number: int) -> str:
    """The source and the outputs of one cell."""
    cell = notebook["cells"][number - 1]
    shown = "\n".join(text for output in cell.get("outputs", []) for text in checks.texts(output))
    parts = [f"  cell {number}:\n", indented(checks.as_text(cell["source"]))]
    if shown.strip():
        parts += ["  output:\n", indented(shown[:4000])]
    return "".join(parts)


def line(run: Run) -> str:
    """One line on one notebook: name, cells, seconds, verdict."""
    count = len(checks.code_cells(run.notebook))
    verdict = "ok" if run.healthy else f"FAILED ({run.findings[0].what})"
    note = f"  (longer than the {AIM_SECONDS} s aimed at)" if run.seconds > AIM_SECONDS else ""
    return f"{run.path.name:<32} {count:>3} cells {run.seconds:>7.1f} s  {verdict}{note}"


def details(run: Run) -> str:
    """All findings on one notebook, each cell's source and output once."""
    parts = [f"\n{run.path}\n"]
    for number in sorted({finding.cell for finding in run.findings}):
        parts += [f"  - cell {number}: {f.what}\n" if number else f"  - {f.what}\n" for f in run.findings if f.cell == number]
        if number:
            parts.append(cell_report(run.notebook, number))
    return "".join(parts)


def committed_run(path: Path) -> Run:
    """The notebook at `path` as it lies in the tree, judged without running it."""
    notebook = read(path)
    return Run(path, notebook, checks.committed_findings(notebook))


async def run_all(files, options) -> "list[Run]":
    """Run every notebook, `options.jobs` at a time, and print a line as each one ends."""
    gate = asyncio.Semaphore(options.jobs)

    async def one(path: Path) -> Run:
        async with gate:
            run = await execute(path, options.kernel, options.timeout)
        if options.mode == "save":
            if run.healthy:
                save(run)
                run.findings = committed_run(path).findings
        print(line(run), flush=True)
        return run

    return await asyncio.gather(*(one(path) for path in files))


def arguments(words=None):
    """The command line."""
    parser = argparse.ArgumentParser(description="Run notebooks in the real kernel and judge what they show.")
    parser.add_argument("mode", choices=["check", "save"])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of notebooks/")
    parser.add_argument("--jobs", type=int, default=2, help="notebooks at a time (default 2)")
    parser.add_argument("--timeout", type=float, default=300, help="seconds a notebook may take (default 300)")
    parser.add_argument("--kernel", default=paths.KERNEL_NAME, choices=[paths.KERNEL_NAME, kernels.PLAIN])
    return parser.parse_intermixed_args(words)


def main(words=None) -> int:
    """Run, report, and say by the exit status whether all is well."""
    options = arguments(words)
    files = [path.resolve() for path in options.notebooks] or sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    problem = kernels.missing(options.kernel)
    if not files:
        problem = f"There are no notebooks in {paths.NOTEBOOKS}."
    for path in files:
        if not path.exists():
            problem = f"There is no notebook {path}."
    if options.mode == "save" and options.kernel == kernels.PLAIN:
        problem = "Outputs are saved from the statmech kernel only: leave out --kernel."
    if problem:
        print(problem)
        return 1
    judged = options.mode == "check" and options.kernel == paths.KERNEL_NAME
    stale = [committed_run(path) for path in files] if judged else []
    runs = asyncio.run(run_all(files, options))
    failed = [run for run in [*stale, *runs] if not run.healthy]
    for run in failed:
        print(details(run), end="")
    if stale and any(not run.healthy for run in stale):
        print("\nSome notebooks are not fit to be committed: `make notebooks` saves fresh outputs.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
