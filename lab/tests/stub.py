"""A small notebook for the plain kernel that shows a table and a figure as the crate does."""

import nbformat

TABLE = r"""println!("EVCXR_BEGIN_CONTENT text/html\n<table class=\"statmech\"><tr><td>2.269</td></tr></table>\nEVCXR_END_CONTENT");"""
FIGURE = (
    r"""println!("EVCXR_BEGIN_CONTENT image/svg+xml\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"100\">"""
    r"""<circle cx=\"50\" cy=\"50\" r=\"40\"/></svg>\nEVCXR_END_CONTENT");"""
)


def notebook(*extra):
    """The notebook, with more code cells at its end."""
    markdown = nbformat.v4.new_markdown_cell("# A stub")
    cells = [nbformat.v4.new_code_cell(source) for source in ["let x = 1;", TABLE, FIGURE, "x + 1", *extra]]
    return nbformat.v4.new_notebook(cells=[markdown, *cells])
