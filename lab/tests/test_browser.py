"""The browser test passes a healthy page and notices a failing one (needs Chromium)."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import browser  # noqa: E402
import kernels  # noqa: E402
import nbformat  # noqa: E402
import stub  # noqa: E402


@unittest.skipIf(kernels.missing(kernels.PLAIN) or not browser.chromium(), "evcxr_jupyter or Chromium is not installed")
class Browser(unittest.TestCase):
    def visit(self, *extra, options=()):
        """The exit status and the words of a visit to the stub."""
        said = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(said):
            path = Path(folder) / "stub.ipynb"
            nbformat.write(stub.notebook(*extra), str(path))
            status = browser.main([str(path), "--kernel", kernels.PLAIN, *options])
        return status, said.getvalue()

    def test_healthy_page(self):
        status, said = self.visit(options=["--complete", "Vec::<i32>::with_cap", "with_capacity"])
        self.assertEqual(status, 0, said)
        self.assertIn("1 tables and 1 figures", said)
        self.assertTrue(browser.SCREENSHOT.read_bytes().startswith(b"\x89PNG"))

    def test_failed_assertion(self):
        status, said = self.visit("assert!(x == 2);")
        self.assertEqual(status, 1, said)
        self.assertIn("stderr", said)

    def test_missing_table(self):
        status, said = self.visit(options=["--table", "table.other"])
        self.assertEqual(status, 1, said)
        self.assertIn("no table", said)


if __name__ == "__main__":
    unittest.main()
