"""The book: its gallery says what the notebooks say, and links lead somewhere. Nothing is built here."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import book  # noqa: E402
import gallery  # noqa: E402
import links  # noqa: E402
import paths  # noqa: E402

PICTURE = "<svg><text x='1'>\nEnergy of a torus\n</text></svg>"
TABLE = (
    "<table><tr><th>load<br><small>f64</small></th><th>kappa</th><th>kappa_err</th><th>gardner</th></tr>"
    "<tr><td>0.5</td><td>1.1</td><td>0.1</td><td>1.0</td></tr><tr><td>1</td><td>0.47</td><td>0.012</td><td>0.4707</td></tr></table>"
)


def code(source: str, *outputs) -> dict:
    """A cell and what it shows."""
    return {"cell_type": "code", "id": "a", "metadata": {}, "source": source, "outputs": list(outputs), "execution_count": 1}


def shown(**data) -> dict:
    """A value shown in a cell, by the part of the MIME type after the stroke."""
    kinds = {"svg": "image/svg+xml", "plain": "text/plain", "html": "text/html"}
    return {"output_type": "execute_result", "data": {kinds[key]: value for key, value in data.items()}}


def printed(text: str) -> dict:
    """What a cell prints."""
    return {"output_type": "stream", "name": "stdout", "text": text}


class Gallery(unittest.TestCase):
    def read(self, listing: str, lines="energy at T = 2: -1.7467 ± 0.0014, exact -1.7456\n"):
        """The gallery of one notebook and one listing."""
        title = {"cell_type": "markdown", "source": "# 01 · A torus", "metadata": {}}
        cells = [title, code("energy()", shown(svg=PICTURE, plain="x")), code("table", shown(html=TABLE)), code("end", printed(lines))]
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "01_torus.ipynb").write_text(json.dumps({"cells": cells}))
            (Path(folder) / "gallery.toml").write_text(listing)
            return gallery.read(Path(folder) / "gallery.toml", Path(folder))

    def refused(self, listing: str, why: str, **settings):
        """The gallery is not written, and says why."""
        with self.assertRaisesRegex(gallery.Problem, why):
            self.read(listing, **settings)

    HEAD = '[[01_torus]]\ntitle = "Energy of a torus"\n'
    LINE = HEAD + '[[01_torus.number]]\nline = "energy at T = 2"\n'

    def test_a_number_on_a_line(self):
        [figure] = self.read(self.LINE)
        [number] = figure.numbers
        self.assertEqual((figure.cell, figure.picture, figure.anchor), (1, PICTURE, "01_torus-1"))
        self.assertEqual((number.value, number.error, number.kind, number.expected), (-1.7467, 0.0014, "exact", -1.7456))
        self.assertEqual((number.measured(), number.difference()), ("−1.7467 ± 0.0014", "0.8 σ"))

    def test_a_number_in_a_table(self):
        row = 'row = { load = 1 }\nvalue = "kappa"\nerror = "kappa_err"\nexpected = "gardner"\nwhat = "κ"\nkind = "theory"\n'
        [number] = self.read(self.HEAD + "[[01_torus.number]]\n" + row)[0].numbers
        self.assertEqual((number.value, number.error, number.expected), (0.47, 0.012, 0.4707))
        self.refused(self.HEAD + "[[01_torus.number]]\n" + row.replace("load = 1", "load = 2"), "no table rows")
        self.refused(self.HEAD + "[[01_torus.number]]\n" + row.replace('"gardner"', '"cover"'), "no table rows")

    def test_a_number_by_a_pattern_and_a_bound(self):
        pattern = "[[01_torus.number]]\nwhat = 'z'\nkind = 'at most'\nexpected = 0.6\npattern = 'z = (?P<value>[\\d.]+) for'\n"
        [number] = self.read(self.HEAD + pattern, lines="z = 0.4 for Wolff\n")[0].numbers
        self.assertEqual((number.off, number.difference()), (0.0, "kept"))
        self.refused(self.HEAD + pattern, "z is 0.7, should be at most 0.6", lines="z = 0.7 for Wolff\n")

    def test_what_is_missing_stops_the_book(self):
        self.refused(self.LINE, "no printed lines", lines="nothing\n")
        self.refused(self.LINE, "2 printed lines", lines=2 * "energy at T = 2: 1, exact 1\n")
        self.refused(self.LINE.replace("of a torus", "of a chain"), "no pictures")
        self.refused(self.HEAD, "no number stands behind")
        self.refused("", "01_torus: the gallery shows nothing of it")
        self.refused(self.LINE + self.LINE.replace("01_torus", "02_chain"), "there is no such notebook")
        self.refused(self.LINE, "nothing to compare", lines="energy at T = 2: 1.5 ± 0.1\n")
        self.refused(self.LINE, "nothing to compare|no printed lines", lines="energy at T = 2: 1.5 ± 0.1, about 1.5\n")

    def test_what_is_off_stops_the_book(self):
        self.refused(self.LINE, r"off by 0\.1", lines="energy at T = 2: -1.6456 ± 0.0014, exact -1.7456\n")
        self.refused(self.LINE, "off by", lines="energy at T = 2: NaN, exact -1.7456\nenergy at T = 2: 1, exact 2\n")
        self.read(self.LINE + "relative = 0.06\n", lines="energy at T = 2: -1.6456 ± 0.0014, exact -1.7456\n")

    def test_errors_are_written_to_two_digits(self):
        self.assertEqual(gallery.with_error(0.475628, 0.0118656), "0.476 ± 0.012")
        self.assertEqual(gallery.with_error(639.772, 0.121864), "639.77 ± 0.12")
        self.assertEqual(gallery.with_error(2.75e-4, 1.7e-5), "(2.75 ± 0.17)·10^−4")
        self.assertEqual(gallery.with_error(1234.0, 56.0), "1234 ± 56")

    def test_the_gallery_of_the_notebooks_is_complete(self):
        figures = gallery.read(paths.BOOK / "gallery.toml", paths.NOTEBOOKS)
        self.assertGreaterEqual(len(figures), 50)
        self.assertEqual(len({figure.title for figure in figures}), len(figures))


class Pages(unittest.TestCase):
    def test_names_stand_before_the_cells_of_the_gallery(self):
        notebook = {"cells": [code("a"), code("b")], "nbformat": 4}
        cells = json.loads(book.with_names(notebook, "01_torus", {1}))["cells"]
        self.assertEqual([cell["source"] for cell in cells], ["a", "(01_torus-1)=", "b"])

    def test_the_first_page_takes_the_tables_of_the_readme(self):
        chapters, modules = book.readme_tables()
        for path in paths.NOTEBOOKS.glob("*.ipynb"):
            self.assertIn(f"notebooks/{path.name}", chapters, "a chapter that the README's table leaves out")
        self.assertIn("`ising`", modules)


class Links(unittest.TestCase):
    def problems(self, body: str) -> "list[str]":
        """What is wrong with a page of this body, beside another page with a place `there`."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "index.html").write_text(body)
            (Path(folder) / "sub").mkdir()
            (Path(folder) / "sub" / "other.html").write_text('<p id="there">')
            return links.site_problems(Path(folder))

    def test_links_that_lead_somewhere(self):
        good = '<a href="sub/other.html#there"></a><a href="#here"></a><b id="here"></b><a href="https://arxiv.org"></a>'
        self.assertEqual(self.problems(good + '<img src="data:image/png;base64,AA"><a href="sub/other.html?q=1"></a>'), [])

    def test_links_that_lead_nowhere(self):
        for body, why in [
            ('<a href="sub/none.html"></a>', "is not there"),
            ('<a href="sub/other.html#nowhere"></a>', "a place"),
            ('<a href="#nowhere"></a>', "a place"),
            ('<img src="none.svg">', "is not there"),
            ('<script src="https://cdn.example.org/x.js"></script>', "fetched from elsewhere"),
            ('<link href="//fonts.example.org/x.css">', "fetched from elsewhere"),
            ('<a href="/sub/other.html"></a>', "not relative"),
            ('<a href="../x.html"></a>', "out of the site"),
        ]:
            with self.subTest(body):
                [problem] = self.problems(body)
                self.assertIn(why, problem)

    def test_an_empty_site_is_no_site(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(links.site_problems(Path(folder))), 1)

    def test_the_links_of_markdown_files(self):
        for path in [*paths.ROOT.glob("*.md"), paths.ROOT / "data" / "README.md"]:
            with self.subTest(path=path.name):
                self.assertEqual(links.markdown_problems(path), [])
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text("# A heading\n[a](#a-heading) [b](#none) [c](none.md) [d](https://example.org)\n```\n[e](none)\n```\n")
            self.assertEqual(len(links.markdown_problems(page)), 2)


if __name__ == "__main__":
    unittest.main()
