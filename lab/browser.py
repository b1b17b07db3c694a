"""Run a notebook in a real browser, through JupyterLab's own interface, and look at the page.

    python lab/browser.py [NOTEBOOK]    default: notebooks/00_tour.ipynb

A copy of the notebook without outputs is opened in headless Chromium, all cells are run from the
menu, and the page must then show tables and figures and nothing on stderr. A screenshot of the whole
notebook is written to .lab/screenshot.png.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path

import nbformat

import kernels
import notebooks
import paths
import server

# Beside the checkout's own folders, so that relative paths in the notebook (`..`) still hold.
FOLDER = paths.LAB
SETTINGS = paths.LAB / "browser-settings"
SCREENSHOT = paths.LAB / "screenshot.png"
TABLE = "table.statmech"
FIGURE = '.jp-RenderedSVG img, img[src^="data:image/svg+xml"], .jp-RenderedImage img'
# Chromium refuses pictures higher than this.
HIGHEST = 16000
SWITCHES = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What the page shows now: cells run so far, outputs of failures.
STATE = """() => {
  const panel = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
  const cells = [...panel.querySelectorAll('.jp-CodeCell')];
  const prompts = cells.map(cell => cell.querySelector('.jp-InputPrompt')?.textContent.trim() ?? '');
  const failures = [...panel.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]')];
  return {cells: cells.length, done: prompts.filter(text => /\\[\\d+\\]/.test(text)).length,
          question: document.querySelector('.jp-Dialog')?.textContent ?? '',
          failures: failures.map(node => node.textContent.trim().slice(0, 2000))};
}"""
# Whether the server has a kernel to which the page is connected.
CONNECTED = """async () => {
  const config = JSON.parse(document.getElementById('jupyter-config-data').textContent);
  const answer = await fetch(config.baseUrl + 'api/kernels', {headers: {Authorization: 'token ' + config.token}});
  return (await answer.json()).some(kernel => kernel.connections > 0 && kernel.execution_state === 'idle');
}"""
# How high all cells are together.
HEIGHT = """() => {
  const boxes = [...document.querySelectorAll('.jp-NotebookPanel .jp-Cell')].map(cell => cell.getBoundingClientRect());
  return Math.max(...boxes.map(box => box.bottom)) - Math.min(...boxes.map(box => box.top));
}"""
COUNT_FIGURES = """selector => [...document.querySelectorAll(selector)].filter(image => image.complete && image.naturalWidth > 0).length"""


class Unhealthy(Exception):
    """A sentence on what the page does not show."""


def chromium() -> str:
    """The Chromium that is installed here, or an empty string."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "/usr/bin/chromium"]
    return next((found for found in map(shutil.which, filter(None, names)) if found), "")


def copy_without_outputs(source: Path, kernel: str) -> Path:
    """A copy of the notebook for the browser, without outputs and empty cells."""
    notebook = notebooks.cleared(notebooks.read(source))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["source"].strip()]
    notebook["metadata"]["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "rust"}
    FOLDER.mkdir(parents=True, exist_ok=True)
    copy = FOLDER / f"browser_{source.name}"
    nbformat.write(notebook, str(copy))
    return copy


def settings_environment(kernel: str) -> dict:
    """JupyterLab's settings for this test: every cell stays on the page, and a new workspace."""
    folder = SETTINGS / "@jupyterlab" / "notebook-extension"
    folder.mkdir(parents=True, exist_ok=True)
    tracker = {"windowingMode": "none"}
    (folder / "tracker.jupyterlab-settings").write_text(json.dumps(tracker), encoding="utf-8")
    env = {"JUPYTERLAB_SETTINGS_DIR": str(SETTINGS), "JUPYTERLAB_WORKSPACES_DIR": str(paths.LAB / "browser-workspaces")}
    if kernel == kernels.PLAIN:
        kernels.provide_plain()
        env["JUPYTER_PATH"] = str(paths.LAB)
    return env


def await_kernel(page) -> None:
    """Wait until the notebook has its kernel; asked to run earlier, JupyterLab asks back for one."""
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=120_000)
    milliseconds = kernels.STARTUP_SECONDS * 1000
    page.wait_for_function(f"({CONNECTED})()", timeout=milliseconds)
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=milliseconds)


def run_all_cells(page, seconds: float) -> int:
    """Run everything from the menu and wait until each cell has its number; return how many."""
    await_kernel(page)
    page.locator("#jp-MainMenu").get_by_text("Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = page.evaluate(STATE)
        if state["failures"]:
            raise Unhealthy("a cell failed or printed on stderr:\n" + state["failures"][0])
        if state["question"]:
            raise Unhealthy(f"JupyterLab asks: {state['question']}")
        if state["cells"] and state["done"] == state["cells"]:
            return state["cells"]
        page.wait_for_timeout(250)
    raise Unhealthy(f"{state['done']} of {state['cells']} cells were done after {seconds:.0f} s")


def look(page, selector: str) -> str:
    """Count what the page shows and say it in a few words."""
    page.wait_for_timeout(500)
    state = page.evaluate(STATE)
    if state["failures"]:
        raise Unhealthy("a cell failed or printed on stderr:\n" + state["failures"][0])
    tables = page.locator(f".jp-OutputArea {selector}").count()
    figures = page.evaluate(COUNT_FIGURES, FIGURE)
    if not tables:
        raise Unhealthy(f"the page shows no table ({selector})")
    if not figures:
        raise Unhealthy("the page shows no figure")
    return f"{tables} tables and {figures} figures"


def photograph(page) -> None:
    """Write the whole notebook, not only what fits the window, to a picture."""
    height = page.evaluate(HEIGHT)
    page.set_viewport_size({"width": 1280, "height": min(int(height) + 180, HIGHEST)})
    page.evaluate("document.querySelectorAll('.jp-WindowedPanel-outer').forEach(panel => panel.scrollTo(0, 0))")
    page.wait_for_timeout(1000)
    page.locator(".jp-NotebookPanel").first.screenshot(path=str(SCREENSHOT))


def complete(page, text: str, expected: str) -> None:
    """Type `text` into a new last cell, press Tab, and see `expected` among what is offered."""
    page.locator(".jp-CodeCell .jp-InputPrompt").last.click()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.type(text, delay=20)
    page.keyboard.press("Tab")
    # A single offer is typed in at once, without a list.
    offered = page.locator(".jp-Completer").get_by_text(expected)
    taken = page.locator(".jp-CodeCell .cm-content").last
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if offered.count() or expected in taken.inner_text():
            page.keyboard.press("Escape")
            return
        page.wait_for_timeout(250)
    raise Unhealthy(f"Tab after `{text}` does not offer `{expected}`")


def visit(page, address: str, options) -> str:
    """The whole visit: open, run, look, photograph, complete; returns what was seen."""
    page.goto(address)
    cells = run_all_cells(page, options.timeout)
    seen = look(page, options.table)
    photograph(page)
    page.set_viewport_size({"width": 1280, "height": 1000})
    if options.complete:
        complete(page, *options.complete)
        seen += f", and `{options.complete[1]}` offered after `{options.complete[0]}`"
    return f"{cells} cells ran, the page shows {seen}"


def drive(program: str, address: str, options) -> str:
    """Start Chromium, visit the page, and keep a picture of it when something is wrong."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=SWITCHES, chromium_sandbox=os.geteuid() != 0
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        try:
            return visit(page, address, options)
        except (Error, Unhealthy) as problem:
            page.screenshot(path=str(SCREENSHOT))
            raise Unhealthy(str(problem)) from problem
        finally:
            browser.close()


def arguments(words=None):
    """The command line."""
    parser = argparse.ArgumentParser(description="Run a notebook in headless Chromium through JupyterLab.")
    parser.add_argument("notebook", nargs="?", type=Path, default=paths.NOTEBOOKS / "00_tour.ipynb")
    parser.add_argument("--table", default=TABLE, help=f"CSS selector of a table that must be there (default {TABLE})")
    parser.add_argument("--complete", nargs=2, metavar=("TYPED", "OFFERED"), help="also test completion")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for all cells (default 300)")
    parser.add_argument("--kernel", default=paths.KERNEL_NAME, choices=[paths.KERNEL_NAME, kernels.PLAIN])
    return parser.parse_args(words)


def main(words=None) -> int:
    """Test the page; 0 also where there is no Chromium, which is said."""
    options = arguments(words)
    program = chromium()
    if not program:
        print("The browser test is skipped: there is no Chromium here (Debian and Ubuntu: apt-get install chromium).")
        return 0
    problem = kernels.missing(options.kernel)
    if not options.notebook.exists():
        problem = f"There is no notebook {options.notebook}."
    if problem:
        print(problem)
        return 1
    copy = copy_without_outputs(options.notebook, options.kernel)
    running = None
    try:
        running = server.start(FOLDER, extra_environment=settings_environment(options.kernel))
        seen = drive(program, running.link(f"lab/tree/{copy.name}"), options)
        print(f"{options.notebook.name} in the browser: {seen}; the picture is .lab/{SCREENSHOT.name}.")
        return 0
    except (server.ServerProblem, Unhealthy) as problem:
        print(f"{options.notebook.name} in the browser FAILED: {problem}\nThe last picture is .lab/{SCREENSHOT.name}.")
        return 1
    finally:
        if running is not None:
            running.stop()
        copy.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
