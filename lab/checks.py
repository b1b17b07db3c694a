"""What makes a notebook healthy: pure functions on its JSON, no kernel needed.

Under evcxr a failed ``?``, a failed ``assert!`` and a panic do not raise in Jupyter's machinery: the
kernel answers "ok" and prints on stderr. So health is judged by what the cells show.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import paths
import rustcell

# Progress lines of long runs start so; they vary with time and are neither a result nor saved.
PROGRESS = "… "
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
WARNING = re.compile(r"(?im)^\s*warnings?\b|\bwarning(\[[\w:]+\])?:|\bwarn\]|\[warn(ing)?\b|\bdeprecat(ed|ion)\b")
MACHINE_PATH = re.compile(r"/(?:home|Users|root|tmp|private/var|builds)/[\w.]|\b[A-Z]:\\\\?Users")
EMBEDDED = re.compile(r"base64,[A-Za-z0-9+/=\s]+")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the cell's number (from 1, counting all cells; 0: the notebook) and a sentence."""

    cell: int
    what: str
    fatal: bool = False


def as_text(value) -> str:
    """A notebook's text field, which may be a string or a list of lines."""
    return "".join(value) if isinstance(value, list) else str(value)


def texts(output) -> "list[str]":
    """The readable texts of one output: a stream, an error, or each text-like representation."""
    kind = output["output_type"]
    if kind == "stream":
        return [ANSI.sub("", as_text(output["text"]))]
    if kind == "error":
        return [ANSI.sub("", f"{output.get('ename', '')}: {output.get('evalue', '')}\n" + "\n".join(output.get("traceback", [])))]
    data = output.get("data", {})
    readable = [mime for mime in data if mime.startswith("text/") or mime == "image/svg+xml"]
    return [EMBEDDED.sub("", ANSI.sub("", as_text(data[mime]))) for mime in readable]


def without_progress(text: str) -> str:
    """`text` without the lines that report progress."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(PROGRESS))


def shows_something(cell) -> bool:
    """Whether the cell has an output other than progress lines and the empty value."""
    for output in cell.get("outputs", []):
        text = without_progress(as_text(output["text"])) if output["output_type"] == "stream" else "a value"
        if text.strip() and not is_unit(output):
            return True
    return False


def is_unit(output) -> bool:
    """Whether the output is only `()`, which evcxr shows for an expression without a value."""
    data = output.get("data", {})
    return list(data) == ["text/plain"] and as_text(data["text/plain"]).strip() == "()"


def is_drawn_as_text(output) -> bool:
    """Whether the output is only a figure's sketch for terminals, whose rows begin with a line."""
    data = output.get("data", {})
    return list(data) == ["text/plain"] and sum(row.startswith(("│", "▏")) for row in as_text(data["text/plain"]).splitlines()) > 2


def output_findings(number: int, output) -> "list[Finding]":
    """What is wrong with one output of cell `number`."""
    found = []
    if output["output_type"] == "error":
        found.append(Finding(number, "the cell failed with an error", fatal=True))
    elif output["output_type"] == "stream" and output["name"] == "stderr":
        found.append(Finding(number, "the cell printed on stderr", fatal=True))
    if any(WARNING.search(text) for text in texts(output)):
        found.append(Finding(number, "the output contains a warning"))
    return found


def cell_findings(number: int, cell) -> "list[Finding]":
    """What is wrong with the outputs of code cell `number`."""
    found = [finding for output in cell.get("outputs", []) for finding in output_findings(number, output)]
    failed = any(finding.fatal for finding in found)
    if any(is_unit(output) for output in cell.get("outputs", [])):
        found.append(Finding(number, "the cell shows the empty value `()`: end it in `;`"))
    if not failed and rustcell.ends_in_value(as_text(cell["source"])) and not shows_something(cell):
        found.append(Finding(number, "missing output: the cell ends in a value but shows nothing (end it in `;` if that is meant)"))
    return found


def code_cells(notebook) -> "list[tuple[int, dict]]":
    """The code cells that hold anything, with their numbers among all cells."""
    return [
        (number, cell)
        for number, cell in enumerate(notebook["cells"], start=1)
        if cell["cell_type"] == "code" and as_text(cell["source"]).strip()
    ]


def metadata_findings(notebook) -> "list[Finding]":
    """Whether the notebook asks for our kernel."""
    spec = notebook["metadata"].get("kernelspec", {})
    found = []
    if spec.get("name") != paths.KERNEL_NAME:
        found.append(Finding(0, f"the kernelspec is {spec.get('name')!r}, it should be {paths.KERNEL_NAME!r}"))
    if spec.get("language") != "rust":
        found.append(Finding(0, f"the kernelspec's language is {spec.get('language')!r}, it should be 'rust'"))
    return found


def count_findings(notebook) -> "list[Finding]":
    """Whether the execution counts are 1, 2, … from top to bottom."""
    found = []
    for expected, (number, cell) in enumerate(code_cells(notebook), start=1):
        count = cell.get("execution_count")
        if count != expected:
            found.append(Finding(number, f"the execution count is {count}, it should be {expected}"))
    return found


def path_findings(number: int, cell) -> "list[Finding]":
    """Whether an output of the cell names a place on somebody's machine."""
    places = {str(Path.home()), str(paths.ROOT), str(paths.CACHE)} - {"/"}
    for output in cell.get("outputs", []):
        for text in texts(output):
            match = MACHINE_PATH.search(text)
            named = next((place for place in places if place in text), match and match.group())
            if named:
                return [Finding(number, f"the output names a path of a machine ({named}…)")]
    return []


def committed_findings(notebook) -> "list[Finding]":
    """What is wrong with a notebook as it lies in the tree."""
    cells = code_cells(notebook)
    found = metadata_findings(notebook)
    if cells and not any(cell.get("outputs") for _, cell in cells):
        return found + [Finding(0, "the notebook has no outputs: run `make notebooks`")]
    found += count_findings(notebook)
    for number, cell in cells:
        found += cell_findings(number, cell) + path_findings(number, cell)
        # Not asked of plain evcxr, which shows the first figure of a session as text.
        if any(is_drawn_as_text(output) for output in cell.get("outputs", [])):
            found.append(Finding(number, "the figure shows as text, since the last expression uses up a variable: borrow it with `&`"))
    return found
