"""What the checker says of notebooks as they lie in the tree; no kernel needed."""

import copy
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import checks  # noqa: E402
import paths  # noqa: E402

HEALTHY = {
    "metadata": {"kernelspec": {"name": paths.KERNEL_NAME, "language": "rust", "display_name": "Rust"}},
    "cells": [
        {"cell_type": "markdown", "source": "# Title", "metadata": {}},
        {"cell_type": "code", "source": "let x = 1;", "outputs": [], "execution_count": 1},
        {
            "cell_type": "code",
            "source": ["x + 1\n", "// the sum"],
            "outputs": [{"output_type": "execute_result", "data": {"text/plain": ["2"]}, "execution_count": 2}],
            "execution_count": 2,
        },
    ],
}


def with_output(**output) -> dict:
    """The healthy notebook with one more output in its last cell."""
    notebook = copy.deepcopy(HEALTHY)
    notebook["cells"][2]["outputs"].append(output)
    return notebook


def stdout(text: str) -> dict:
    """The healthy notebook with `text` on stdout."""
    return with_output(output_type="stream", name="stdout", text=text)


class Committed(unittest.TestCase):
    def test_a_figure_drawn_as_text(self):
        for row in ["│ •", "▏▒▓█▕"]:
            output = {"output_type": "execute_result", "execution_count": 2, "data": {"text/plain": f"T against e\n{5 * (row + chr(10))}└───"}}
            self.assertIn("borrow it", self.findings(with_output(**output)))
            output["data"]["image/svg+xml"] = "<svg></svg>"
            self.assertNotIn("borrow it", self.findings(with_output(**output)))

    def findings(self, notebook) -> str:
        return "; ".join(finding.what for finding in checks.committed_findings(notebook))

    def test_healthy(self):
        self.assertEqual(self.findings(HEALTHY), "")

    def test_no_outputs_at_all(self):
        notebook = copy.deepcopy(HEALTHY)
        notebook["cells"][2]["outputs"] = []
        self.assertIn("no outputs", self.findings(notebook))

    def test_one_output_missing(self):
        notebook = stdout("more")
        notebook["cells"].append({"cell_type": "code", "source": "x", "outputs": [], "execution_count": 3})
        self.assertIn("missing output", self.findings(notebook))

    def test_execution_counts_out_of_order(self):
        notebook = copy.deepcopy(HEALTHY)
        notebook["cells"][1]["execution_count"] = 7
        self.assertIn("execution count is 7, it should be 1", self.findings(notebook))

    def test_other_kernel(self):
        notebook = copy.deepcopy(HEALTHY)
        notebook["metadata"]["kernelspec"] = {"name": "python3", "language": "python"}
        self.assertIn("python3", self.findings(notebook))

    def test_stderr_and_errors(self):
        self.assertIn("stderr", self.findings(with_output(output_type="stream", name="stderr", text="a")))
        error = with_output(output_type="error", ename="Error", evalue="no", traceback=[])
        self.assertIn("failed with an error", self.findings(error))

    def test_warnings(self):
        for text in ("warning: unused variable", "\x1b[33mwarning\x1b[0m: unused", "[WARN] slow", "this call is deprecated"):
            with self.subTest(text):
                self.assertIn("warning", self.findings(stdout(text)))
        self.assertEqual(self.findings(stdout("forewarned is forearmed")), "")

    def test_paths_of_machines(self):
        for text in ("/home/ada/x", "saved to /tmp/x.svg", "/Users/ada/x", "C:\\Users\\ada", str(paths.ROOT / "src")):
            with self.subTest(text):
                self.assertIn("path of a machine", self.findings(stdout(text)))
        picture = {"text/html": '<img src="data:image/png;base64,AA/tmp/aa/home/bb">'}
        self.assertEqual(self.findings(with_output(output_type="display_data", data=picture)), "")

    def test_progress_is_no_output(self):
        notebook = stdout("more")
        progress = {"output_type": "stream", "name": "stdout", "text": ["… 1 of 2\n", "… 2 of 2\n"]}
        notebook["cells"].append({"cell_type": "code", "source": "x", "outputs": [progress], "execution_count": 3})
        self.assertIn("missing output", self.findings(notebook))


if __name__ == "__main__":
    unittest.main()
