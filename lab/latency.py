"""Measure how soon a notebook shows something, and how fast its later cells answer.

    python lab/latency.py [--repeat 3] [--without handmade] [--json FILE] [--profile]

The ways are measured in turn, a fresh kernel each time, through jupyter_client; the table holds
medians. The first run of the hand-made way compiles its dependencies, which can take half an hour;
they are kept in the cache folder, and only compiled starts are in the table.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Optional

import kernels
import paths
import processes
from ways import WAYS, Way

CELL_SECONDS = 3600
# How long a cold build took, kept beside what it built.
COLD = "cold-build.json"
COLUMNS = {
    "ready": "kernel ready",
    "dependencies": "`:dep` cell",
    "first": "first cell¹",
    "figure": "first figure",
    "start_to_result": "start → first result",
    "start_to_figure": "start → first figure",
    "later": "later cell",
    "memory": "memory",
}


class Broken(Exception):
    """A sentence on a cell that did not do what it should."""


class Kernel:
    """A running kernel and the time it took to get ready."""

    def __init__(self, way: Way) -> None:
        options = kernels.start_options(way.kernel)
        if way.temporary_folder is not None:
            way.temporary_folder.mkdir(parents=True, exist_ok=True)
            options["env"] = kernels.plain_environment(way.temporary_folder)
        self.manager = kernels.manager(way.kernel, "KernelManager")
        start = time.perf_counter()
        paths.NOTEBOOKS.mkdir(exist_ok=True)
        self.manager.start_kernel(cwd=str(paths.NOTEBOOKS), **options)
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=kernels.STARTUP_SECONDS)
        except RuntimeError as problem:
            self.stop()
            raise Broken(f"the kernel of “{way.name}” does not start: {problem}") from problem
        self.ready = time.perf_counter() - start

    def run(self, code: str) -> float:
        """Seconds until the cell's reply; a cell that fails is an error, not a fast cell."""
        problems = []

        def look(message) -> None:
            content = message["content"]
            if message["msg_type"] == "error" or content.get("name") == "stderr":
                problems.append(content.get("evalue") or content.get("text", ""))

        start = time.perf_counter()
        self.client.execute_interactive(code, timeout=CELL_SECONDS, output_hook=look, allow_stdin=False)
        seconds = time.perf_counter() - start
        if problems:
            raise Broken(f"the cell\n{code}\nfailed: {''.join(problems)[:2000]}")
        return seconds

    @property
    def process(self) -> int:
        return self.manager.provisioner.process.pid

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def measure(way: Way, profile: bool) -> dict:
    """One start of one way: seconds for each step, megabytes at the end."""
    kernel = Kernel(way)
    try:
        row = {"ready": kernel.ready}
        row["dependencies"] = kernel.run(way.dependencies) if way.dependencies else None
        row["first"] = kernel.run(way.first)
        row["figure"] = kernel.run(way.figure) if way.figure else None
        row["start_to_result"] = sum(row[step] or 0 for step in ("ready", "dependencies", "first"))
        row["start_to_figure"] = row["start_to_result"] + row["figure"] if way.figure else None
        cells = [kernel.run(code) for code in way.later]
        row["later"] = statistics.median(cells)
        row["later_cells"] = cells
        row["memory"] = processes.memory(kernel.process)
        if profile:
            row["profile"] = processes.profile(kernel.process, lambda: [kernel.run(code) for code in way.later])
        return row
    finally:
        kernel.stop()


def build_cold(way: Way) -> None:
    """Compile the dependencies of the hand-made way if that was not done yet, and note the time."""
    record = way.temporary_folder and way.temporary_folder / COLD
    if not record or record.exists():
        return
    print("… compiling the hand-made way's dependencies once (can take half an hour)", flush=True)
    # What lies there without a record comes from a build that was interrupted, and would shorten this one.
    shutil.rmtree(way.temporary_folder, ignore_errors=True)
    row = measure(way, profile=False)
    record.write_text(json.dumps({"seconds": row["start_to_figure"], "with": way.dependencies}) + "\n")


def cold_seconds(folder: Path) -> Optional[float]:
    """How long the cold build took whose result lies in `folder`, if that is known."""
    try:
        return float(json.loads((folder / COLD).read_text())["seconds"])
    except (OSError, ValueError, KeyError):
        return None


def medians(rows) -> dict:
    """The median of each column over the repetitions."""
    found = {}
    for column in COLUMNS:
        values = [row[column] for row in rows if row[column] is not None]
        found[column] = statistics.median(values) if values else None
    return found


def shown(column: str, value) -> str:
    """One number of the table with its unit."""
    if value is None:
        return "–"
    return f"{value:.0f} MB" if column == "memory" else f"{value:.2f} s"


def table(rows) -> str:
    """A Markdown table, columns aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def times_table(results) -> str:
    """All ways, all columns."""
    rows = [["", *COLUMNS.values()]]
    rows += [[name, *(shown(column, row[column]) for column in COLUMNS)] for name, row in results.items()]
    return table(rows)


def ratios_table(results) -> str:
    """Each way as a multiple of bare evcxr, whose first figure is its first result."""
    bare = results["bare evcxr"]
    rows = [["as multiples of bare evcxr", "start → first figure²", "later cell", "memory"]]
    for name, row in results.items():
        total = row["start_to_figure"] or row["start_to_result"]
        values = [total / bare["start_to_result"], row["later"] / bare["later"], row["memory"] / bare["memory"]]
        rows.append([name, *(f"{value:.2f}" for value in values)])
    return table(rows)


def profile_table(profiles) -> str:
    """Where the time of a later cell goes, by what was running."""
    kinds = list(processes.KINDS)
    rows = [["seconds per later cell in", *kinds]]
    rows += [[name, *(f"{profile.get(kind, 0.0):.2f}" for kind in kinds)] for name, profile in profiles.items()]
    return table(rows)


def machine() -> dict:
    """The machine that the numbers belong to."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line.split(":", 1)[1].strip() for line in information.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    rustc = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    return {"cpu": model, "cores": os.cpu_count(), "rustc": rustc, "date": date.today().isoformat()}


def run_all(chosen, repeat: int, profile: bool) -> dict:
    """Measure every way `repeat` times, in turn, so that a drifting machine treats them alike."""
    runs = {way.name: [] for way in chosen}
    for way in chosen:
        build_cold(way)
    for turn in range(1, repeat + 1):
        for way in chosen:
            row = measure(way, profile and turn == repeat)
            runs[way.name].append(row)
            total = row["start_to_figure"] or row["start_to_result"]
            print(f"… {turn} of {repeat}: {way.name}, {total:.1f} s to the first figure or result", flush=True)
    return runs


def report(runs) -> str:
    """The whole report as text."""
    results = {name: medians(rows) for name, rows in runs.items()}
    where = machine()
    parts = [
        times_table(results),
        "¹ bare: `let x = 1.5; x * 2.0`; the others: `use`, build a DataFrame and show it.",
        ratios_table(results),
        "² bare evcxr: start → first result.",
    ]
    profiles = {name: rows[-1]["profile"] for name, rows in runs.items() if "profile" in rows[-1]}
    if profiles:
        parts.append(profile_table(profiles))
    for name, folder in (("hand-made", paths.HANDMADE), ("statmech", paths.TEMPLATES)):
        seconds = cold_seconds(folder)
        if seconds is not None:
            parts.append(f"Cold build, {name}: {seconds / 60:.1f} minutes (downloads included).")
    parts.append(f"{where['cpu']}, {where['cores']} cores, {where['rustc']}, {where['date']}; medians of {len(rows_of(runs))}.")
    return "\n\n".join(parts)


def rows_of(runs) -> list:
    """The rows of any one way."""
    return next(iter(runs.values()))


def arguments(words=None):
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure start-up and later cells.")
    parser.add_argument("--repeat", type=int, default=3, help="starts of each way (default 3)")
    parser.add_argument("--without", action="append", default=[], choices=[name for name in WAYS if name != "bare"])
    parser.add_argument("--json", type=Path, help="also write all numbers to this file")
    parser.add_argument("--profile", action="store_true", help="also show what was running during later cells")
    return parser.parse_args(words)


def main(words=None) -> int:
    """Measure, print the tables, and write the numbers down if asked."""
    options = arguments(words)
    chosen = [make() for name, make in WAYS.items() if name not in options.without]
    for way in chosen:
        problem = kernels.missing(way.kernel)
        if problem:
            print(problem)
            return 1
    try:
        runs = run_all(chosen, max(1, options.repeat), options.profile)
    except Broken as problem:
        print(f"The measurement stopped: {problem}")
        return 1
    print("\n" + report(runs))
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "runs": runs}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
