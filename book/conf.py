"""How Sphinx makes the book: notebooks as they lie in the tree, nothing run, nothing fetched."""

from importlib import resources
from pathlib import Path

project = "Statistical mechanics of neural networks"
html_title = project
author = "the authors of statmech"
project_copyright = "MIT or Apache-2.0"
language = "en"

extensions = ["myst_nb", "sphinx.ext.mathjax"]
exclude_patterns = ["_static", "_templates"]

# The outputs are the committed ones: `make test` is what runs the notebooks.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3

# One file of MathJax that draws formulas as SVG: no fonts to fetch, which browsers refuse to pages from disk.
MATHJAX = "tex-svg-full.js"
mathjax_path = f"mathjax/{MATHJAX}"

html_theme = "sphinx_book_theme"
html_static_path = ["_static"]
html_css_files = ["book.css"]
templates_path = ["_templates"]
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "sbt-sidebar-nav.html", "reference.html"]}
html_theme_options = {
    "home_page_in_toc": True,
    "show_toc_level": 2,
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "use_download_button": False,
    "use_fullscreen_button": False,
    "use_repository_button": False,
    "use_issues_button": False,
    "use_source_button": False,
}
html_show_sourcelink = False
html_copy_source = False
html_use_index = False
# Light or dark as the reader's system is, with a button to change it.
html_context = {"default_mode": "auto"}


def take_mathjax(app, problem) -> None:
    """Copy MathJax out of the package that carries it."""
    if problem is None:
        carried = resources.files("sphinx-mathjax-offline") / "static" / "mathjax" / MATHJAX
        target = Path(app.outdir) / "_static" / mathjax_path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(carried.read_bytes())


def setup(app) -> None:
    """Hook into Sphinx."""
    app.connect("build-finished", take_mathjax)
