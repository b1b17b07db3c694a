"""Whether links lead somewhere: within a built site, and from a Markdown file into the tree. No network.

    python lab/links.py SITE    all pages of a site, its reference aside, which rustdoc checks itself
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a page may load or link to, by tag.
ATTRIBUTES = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src", "iframe": "src"}
# What a page needs to be read; only a click may lead out of the site.
LOADED = {"link", "img", "script", "source", "iframe"}
MARKDOWN_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MARKDOWN_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


class Page(HTMLParser):
    """A page's links, as pairs of tag and target, and the places in it that links can name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: "list[tuple[str, str]]" = []
        self.places: "set[str]" = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes) -> None:
        given = dict(attributes)
        self.places |= {given[key] for key in ("id", "name") if given.get(key)}
        target = given.get(ATTRIBUTES.get(tag, ""))
        if target:
            self.links.append((tag, target))


def site_problems(site: Path) -> "list[str]":
    """What is wrong with the links of a site, a sentence for each."""
    site = site.resolve()
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html") if not reference(path, site)}
    found = [] if pages else [f"{site} has no pages."]
    for path, page in sorted(pages.items()):
        for tag, target in page.links:
            problem = link_problem(path, tag, target, site, pages)
            if problem:
                found.append(f"{path.relative_to(site)}: {target} {problem}")
    return found


def reference(path: Path, site: Path) -> bool:
    """Whether a page is the reference's, or a part of the theme's own."""
    return path.relative_to(site).parts[0] in ("api", "_static")


def link_problem(path: Path, tag: str, target: str, site: Path, pages: "dict[Path, Page]") -> str:
    """What is wrong with one link of a page, or nothing."""
    parts = urlsplit(target)
    if parts.scheme == "data":
        return ""
    if parts.scheme or parts.netloc:
        return "is fetched from elsewhere" if tag in LOADED and parts.scheme != "mailto" else ""
    if parts.path.startswith("/"):
        return "is not relative, so that it breaks on disk"
    file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not file.is_relative_to(site):
        return "leads out of the site"
    if not file.is_file():
        return "is not there"
    if parts.fragment and file in pages and unquote(parts.fragment) not in pages[file].places:
        return "names a place that the page does not have"
    return ""


def slug(heading: str) -> str:
    """The name by which GitHub links to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def markdown_problems(path: Path) -> "list[str]":
    """What is wrong with the relative links of a Markdown file."""
    text = path.read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    places = {slug(heading) for heading in MARKDOWN_HEADING.findall(prose)}
    found = []
    for target in MARKDOWN_LINK.findall(prose):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        if parts.path and not (path.parent / unquote(parts.path)).exists():
            found.append(f"{path.name}: {target} is not there")
        elif not parts.path and parts.fragment not in places:
            found.append(f"{path.name}: {target} names a heading that the file does not have")
    return found


def main() -> int:
    """Print what is wrong; the exit status says whether anything is."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    found = site_problems(Path(sys.argv[1]))
    print("\n".join(found) if found else f"All links of {sys.argv[1]} lead somewhere.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
