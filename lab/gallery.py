"""The gallery of the book: each figure of the chapter with the number behind it, read from the notebooks' outputs.

`book/gallery.toml` names the figures and where their numbers stand; what the numbers are is taken from the
committed outputs, so that the page cannot say anything else than the notebooks do. A figure or a number that
is not there, and a number outside its tolerance, are problems that stop the book.

A number stands either on a line that a cell prints,

    energy at T = 2: -1.7467 ± 0.0014, exact -1.7456

or in a table, in the row that `row` describes.
"""

import html
import json
import math
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Optional

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

from checks import as_text

DIGITS = r"[-−+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
# What a number is compared with: a value, or a bound.
COMPARED = ("exact", "theory", "published", "data", "at most", "at least")
LINE = re.compile(
    rf"(?P<value>{DIGITS})(?: ± (?P<error>{DIGITS}))?(?:, (?P<kind>{'|'.join(COMPARED)}) (?P<expected>{DIGITS}))?"
)
SIGMAS = 4.0


class Problem(Exception):
    """What keeps the gallery from being written, as a sentence."""


@dataclass(frozen=True)
class Number:
    """A number behind a figure, what it is compared with, and how far apart the two may be."""

    what: str
    value: float
    error: Optional[float]
    kind: str
    expected: float
    source: str = ""
    sigma: float = SIGMAS
    absolute: float = 0.0
    relative: float = 0.0

    @property
    def allowed(self) -> float:
        """How far from what is expected it may be: for a bound, beyond it."""
        return self.sigma * (self.error or 0.0) + self.absolute + self.relative * abs(self.expected)

    @property
    def off(self) -> float:
        """How far it is from what is expected: for a bound, beyond it."""
        off = self.value - self.expected
        return {"at most": max(0.0, off), "at least": max(0.0, -off)}.get(self.kind, abs(off))

    @property
    def good(self) -> bool:
        return self.off <= self.allowed * (1 + 1e-9) + 1e-12 * abs(self.expected)

    def measured(self) -> str:
        """The value, with its error to two digits."""
        return with_error(self.value, self.error)

    def should(self) -> str:
        """What it should be."""
        return f"{self.kind} {readable(self.expected)}" + (f", {self.source}" if self.source else "")

    def difference(self) -> str:
        """The difference in standard errors, or else in parts of what is expected."""
        if self.kind in ("at most", "at least"):
            return "kept" if self.off == 0 else f"{readable(self.off)} beyond"
        if self.off <= 1e-12 * abs(self.expected):
            return "none"
        if self.error:
            return f"{self.off / self.error:.1f} σ" + (f" ({readable(self.off)})" if self.absolute or self.relative else "")
        if self.expected == 0:
            return readable(self.off)
        return f"{100 * self.off / abs(self.expected):.2g} %"


@dataclass
class Figure:
    """A figure: the notebook and cell that make it, its picture, and the numbers behind it."""

    notebook: str
    title: str
    cell: int
    picture: Optional[str]
    numbers: "list[Number]" = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where the book shows the cell."""
        return anchor(self.notebook, self.cell)


def anchor(notebook: str, cell: int) -> str:
    """The name of a cell's place in the book."""
    return f"{notebook}-{cell}"


def readable(x: float) -> str:
    """A number as one would write it."""
    text = f"{x:.6g}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def with_error(value: float, error: Optional[float]) -> str:
    """A value and its standard error, rounded to two digits of the error."""
    if not error:
        return readable(value)
    decimals = 1 - math.floor(math.log10(error))
    if decimals > 5:
        power = math.floor(math.log10(abs(value) or error))
        return f"({with_error(value / 10**power, error / 10**power)})·10^{power}".replace("^-", "^−")
    # No more digits than the notebook prints.
    shown = max(0, min(decimals, max(places(value), places(error))))
    return f"{value:.{shown}f} ± {error:.{shown}f}".replace("-", "−")


def places(x: float) -> int:
    """How many decimals a number has."""
    return len(repr(x).partition(".")[2]) if "e" not in repr(x) else 99


def number_of(text: str) -> float:
    """A printed number."""
    return float(text.replace("−", "-"))


class Tables(HTMLParser):
    """The rows of HTML tables, the header first; what stands in small print within a cell is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: "list[list[list[str]]]" = []
        self.in_cell = self.in_small = False

    def handle_starttag(self, tag, _attributes) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self.in_cell = True
        elif tag == "small":
            self.in_small = True

    def handle_endtag(self, tag) -> None:
        if tag in ("td", "th"):
            self.in_cell = False
        elif tag == "small":
            self.in_small = False

    def handle_data(self, data) -> None:
        if self.in_cell and not self.in_small:
            self.tables[-1][-1][-1] += data


class Notebook:
    """A notebook as committed: its cells with their pictures, printed lines and tables."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.cells = json.loads(path.read_text(encoding="utf-8"))["cells"]

    def outputs(self):
        """Each output with the number of its cell, from 0."""
        for index, cell in enumerate(self.cells):
            for output in cell.get("outputs", []):
                yield index, output

    def pictures(self):
        """Each picture as SVG, with the number of its cell and what is written in it."""
        for index, output in self.outputs():
            data = output.get("data", {})
            if "image/svg+xml" in data:
                svg = as_text(data["image/svg+xml"])
                # A title with indices is in pieces in the picture, but heads the sketch for terminals.
                heading = as_text(data.get("text/plain", "")).partition("\n")[0].strip()
                yield index, svg, writings(svg) | {heading}

    def picture(self, title: str) -> "tuple[int, str]":
        """The one picture in which `title` is written, and its cell."""
        found = [(index, svg) for index, svg, written in self.pictures() if title in written]
        if len(found) != 1:
            raise Problem(f"{self.name}: {len(found) or 'no'} pictures bear the title “{title}”, one should.")
        return found[0]

    def cell_with(self, source: str) -> int:
        """The one code cell whose source contains `source`."""
        found = [
            index
            for index, cell in enumerate(self.cells)
            if cell["cell_type"] == "code" and source in as_text(cell["source"]) and cell.get("outputs")
        ]
        if len(found) != 1:
            raise Problem(f"{self.name}: {len(found) or 'no'} cells with outputs contain “{source}”, one should.")
        return found[0]

    def printed(self) -> str:
        """All that the cells print."""
        return "\n".join(as_text(output["text"]) for _, output in self.outputs() if output["output_type"] == "stream")

    def tables(self) -> "list[list[list[str]]]":
        """The tables shown."""
        reader = Tables()
        for _, output in self.outputs():
            reader.feed(as_text(output.get("data", {}).get("text/html", "")))
        return reader.tables

    def line(self, what: str) -> "re.Match[str]":
        """The number on the one printed line that begins with `what` and a colon."""
        return self.match(rf"^{re.escape(what)}: {LINE.pattern}$", f"{what}: …")

    def match(self, pattern: str, called: str) -> "re.Match[str]":
        """The one place in what is printed that matches."""
        found = list(re.finditer(pattern, self.printed(), re.MULTILINE))
        if len(found) != 1:
            raise Problem(f"{self.name}: {len(found) or 'no'} printed lines read “{called}”, one should.")
        return found[0]

    def row(self, where: dict, columns: "list[str]") -> "dict[str, str]":
        """The one table row with these values, in a table that has these columns too; of several the one of a given `place`."""
        where = dict(where)
        place, found = where.pop("place", None), []
        for header, *rows in (table for table in self.tables() if table):
            if set(where) | set(columns) <= set(header):
                named = (dict(zip(header, row)) for row in rows if len(row) == len(header))
                found += [row for row in named if all(same(row[key], value) for key, value in where.items())]
        if place is not None and place <= len(found):
            return found[place - 1]
        if len(found) != 1:
            raise Problem(f"{self.name}: {len(found) or 'no'} table rows have {where} and columns {columns}, one should.")
        return found[0]


def same(cell: str, value) -> bool:
    """Whether a table's cell holds a value."""
    if isinstance(value, str):
        return cell == value
    try:
        return number_of(cell) == value
    except ValueError:
        return False


def writings(svg: str) -> "set[str]":
    """What is written in a picture."""
    return {html.unescape(text).strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)}


def number(notebook: Notebook, entry: dict) -> Number:
    """The number that an entry of the gallery's list names."""
    settings = dict(entry)
    found = {"kind": settings.pop("kind", None), "expected": settings.pop("expected", None), "error": settings.pop("error", None)}
    if "line" in settings:
        settings.setdefault("what", settings["line"])
        groups = notebook.line(settings.pop("line")).groupdict()
    elif "pattern" in settings:
        pattern = settings.pop("pattern")
        groups = notebook.match(pattern, pattern).groupdict()
    elif "row" in settings:
        columns = {"value": settings.pop("value")}
        for key in ("error", "expected"):
            if isinstance(found[key], str):
                columns[key] = found[key]
                found[key] = None
        row = notebook.row(settings.pop("row"), list(columns.values()))
        groups = {key: row[column] for key, column in columns.items()}
    else:
        raise Problem(f"{notebook.name}: {entry} names neither a line, a pattern nor a row.")
    if "against" in settings:
        against = settings.pop("against")
        groups["expected"] = notebook.match(against, against)["expected"]
    for key in ("value", "error", "expected"):
        if groups.get(key) is not None:
            found[key] = number_of(groups[key])
    found["kind"] = groups.get("kind") or found["kind"]
    if found["kind"] not in COMPARED or found["expected"] is None:
        raise Problem(f"{notebook.name}: nothing to compare “{settings.get('what')}” with.")
    return Number(**settings, **found)


def figure(notebook: Notebook, entry: dict) -> Figure:
    """A figure with all its numbers."""
    if "cell" in entry:
        cell, svg = notebook.cell_with(entry["cell"]), None
    else:
        cell, svg = notebook.picture(entry["title"])
    shown = Figure(notebook.name, entry.get("shows", entry["title"]), cell, svg)
    for wanted in entry.get("number", []):
        shown.numbers.append(number(notebook, wanted))
    if not shown.numbers:
        raise Problem(f"{notebook.name}: no number stands behind “{entry['title']}”.")
    for found in shown.numbers:
        if not found.good:
            raise Problem(
                f"{notebook.name}: {found.what} is {found.measured()}, should be {found.should()}; "
                f"off by {readable(found.off)}, allowed {readable(found.allowed)}."
            )
    return shown


def read(listing: Path, notebooks: Path) -> "list[Figure]":
    """All figures of the gallery; one `Problem` with all that is wrong."""
    chapters = tomllib.loads(listing.read_text(encoding="utf-8"))
    figures, problems = [], []
    named = {path.stem for path in notebooks.glob("*.ipynb")}
    problems += [f"{name}: the gallery shows nothing of it." for name in sorted(named - set(chapters))]
    problems += [f"{name}: there is no such notebook." for name in sorted(set(chapters) - named)]
    for name in sorted(named & set(chapters)):
        notebook = Notebook(notebooks / f"{name}.ipynb")
        for entry in chapters[name]:
            try:
                figures.append(figure(notebook, entry))
            except Problem as problem:
                problems.append(str(problem))
    if problems:
        raise Problem("\n".join(problems))
    return figures


def thumbnail(shown: Figure) -> str:
    """The name of its picture's file in the book."""
    return f"gallery/{shown.anchor}.svg"


def page(figures: "list[Figure]", titles: "dict[str, str]") -> str:
    """The tables of the gallery, chapter by chapter, in MyST Markdown."""
    parts = []
    for name in dict.fromkeys(shown.notebook for shown in figures):
        parts += [f"## [{titles[name]}](notebooks/{name}.ipynb)", "", *TABLE]
        for shown in (shown for shown in figures if shown.notebook == name):
            for k, found in enumerate(shown.numbers):
                parts += [f"* - {cell_text(shown) if k == 0 else ''}", f"  - {found.what}: **{found.measured()}**"]
                parts += [f"  - {found.should()}", f"  - {found.difference()}"]
        parts += [":::", ""]
    return "\n".join(parts)


TABLE = [
    ":::{list-table}",
    ":header-rows: 1",
    ":widths: 30 34 22 14",
    ":class: gallery",
    "",
    "* - figure",
    "  - the number behind it",
    "  - what it should be",
    "  - difference",
]


def cell_text(shown: Figure) -> str:
    """A figure's picture and title, linked to the cell that makes it."""
    link = f"[{shown.title}](#{shown.anchor})"
    if shown.picture is None:
        return link
    return f"[![{shown.title}]({thumbnail(shown)})](#{shown.anchor}) {link}"
