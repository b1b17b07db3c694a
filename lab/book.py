"""Build the book: a static site of all notebooks, with a gallery of their figures and the reference.

    .lab/book-venv/bin/python lab/book.py

Sphinx does the work, from pages that are put together in a scratch folder: the notebooks as committed, with a
name for each cell that the gallery shows; the gallery; and the first page, whose tables are the README's.
Nothing is run and nothing is fetched: formulas are set by a copy of MathJax within the site.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import gallery
import links
import paths
from checks import as_text



def reference() -> Path:
    """The reference that `cargo doc` wrote."""
    return Path(os.environ.get("CARGO_TARGET_DIR", paths.TARGET)) / "doc"


def write(path: Path, content) -> Path:
    """Write text or bytes unless they are there already, so that Sphinx sees what has changed."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return path


def title(notebook: dict) -> str:
    """A notebook's title: its first heading."""
    return next(line for cell in notebook["cells"] for line in as_text(cell["source"]).splitlines() if line.startswith("# "))[2:]


def with_names(notebook: dict, stem: str, shown: "set[int]") -> str:
    """The notebook with a name before each cell of `shown`, to which the gallery links."""
    cells = []
    for index, cell in enumerate(notebook["cells"]):
        if index in shown:
            name = gallery.anchor(stem, index)
            cells.append({"cell_type": "markdown", "id": f"name-{index}", "metadata": {}, "source": f"({name})="})
        cells.append(cell)
    return json.dumps({**notebook, "cells": cells}, ensure_ascii=False)


def readme_tables() -> "list[str]":
    """The README's tables of chapters and of modules, as their lines stand there."""
    section = re.search(r"^## Chapters\n(.*?)^## ", (paths.ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if section is None:
        raise gallery.Problem("README.md: there is no section “Chapters”.")
    tables = re.findall(r"(?:^\|.*\n)+", section[1], re.MULTILINE)
    if len(tables) != 2:
        raise gallery.Problem(f"README.md: the section “Chapters” has {len(tables)} tables; the book takes two, of notebooks and of modules.")
    return tables


def linked_modules(table: str, documentation: Path) -> str:
    """The table of modules with each name linked to its page of the reference."""

    def link(match: "re.Match[str]") -> str:
        if not (documentation / "statmech" / match[1] / "index.html").exists():
            raise gallery.Problem(f"README.md: the table of modules names `{match[1]}`, of which the reference knows nothing.")
        return f'<a href="api/statmech/{match[1]}/index.html"><code>{match[1]}</code></a>'

    rows = [re.sub(r"`(\w+)`", link, row.split("|")[1]) + "|" + "|".join(row.split("|")[2:]) for row in table.splitlines()]
    return "\n".join(f"|{row}" for row in rows) + "\n"


def stage(source: Path, documentation: Path) -> None:
    """Put together what Sphinx reads."""
    figures = gallery.read(paths.BOOK / "gallery.toml", paths.NOTEBOOKS)
    written, titles = set(), {}
    for path in sorted(paths.NOTEBOOKS.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        titles[path.stem] = title(notebook)
        shown = {figure.cell for figure in figures if figure.notebook == path.stem}
        written.add(write(source / "notebooks" / path.name, with_names(notebook, path.stem, shown)))
    for figure in figures:
        if figure.picture is not None:
            written.add(write(source / gallery.thumbnail(figure), figure.picture))
    chapters, modules = readme_tables()
    pages = {"index.md": (chapters, linked_modules(modules, documentation)), "gallery.md": (gallery.page(figures, titles),)}
    for path in (path for path in paths.BOOK.rglob("*") if path.is_file()):
        name = path.relative_to(paths.BOOK)
        content = path.read_bytes()
        for part in pages.get(str(name), ()):
            content = content.replace(b"<!-- table -->", part.encode("utf-8"), 1)
        written.add(write(source / name, content))
    for path in source.rglob("*"):
        if path.is_file() and path not in written:
            path.unlink()


def build(source: Path, built: Path) -> None:
    """Run Sphinx; a warning is an error."""
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-j", "auto"]
    subprocess.run([*command, "-d", str(built.parent / "doctrees"), str(source), str(built)], check=True)


def forget_old(source: Path, built: Path) -> None:
    """Remove the pages of what is no longer there."""
    for page in [*built.glob("*.html"), *built.glob("notebooks/*.html")]:
        name = page.relative_to(built).with_suffix("")
        sources = [source / name.with_suffix(suffix) for suffix in (".md", ".ipynb")]
        if str(name) != "search" and not any(path.exists() for path in sources):
            page.unlink()


def publish(built: Path, documentation: Path, site: Path) -> None:
    """Put the pages and the reference where they are read."""
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(built, site)
    shutil.copytree(documentation, site / "api", ignore=shutil.ignore_patterns(".lock"))


def main() -> int:
    """Build it all; a sentence for what is wrong."""
    started = time.monotonic()
    documentation = reference()
    if not (documentation / "statmech" / "index.html").exists():
        print(f"There is no reference in {documentation}: `make book` writes it first.")
        return 1
    try:
        stage(paths.BOOK_SOURCE, documentation)
        build(paths.BOOK_SOURCE, paths.BOOK_BUILD)
        forget_old(paths.BOOK_SOURCE, paths.BOOK_BUILD)
        publish(paths.BOOK_BUILD, documentation, paths.SITE)
        if broken := links.site_problems(paths.SITE):
            raise gallery.Problem("\n".join(broken))
    except gallery.Problem as problem:
        print(problem)
        return 1
    except subprocess.CalledProcessError as problem:
        print(f"Sphinx ended with status {problem.returncode}; what it objects to stands above.")
        return 1
    print(f"The book is ready after {time.monotonic() - started:.0f} s: {paths.SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
