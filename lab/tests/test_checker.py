"""The notebook checker catches what Jupyter's own machinery lets pass, in a real (plain) kernel."""

import asyncio
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import kernels  # noqa: E402
import nbformat  # noqa: E402
import notebooks  # noqa: E402

GOOD = [
    "let numbers = vec![1.0, 2.0, 4.0];",
    "fn mean(x: &[f64]) -> f64 { x.iter().sum::<f64>() / x.len() as f64 }",
    "mean(&numbers)",
    "println!(\"… 1 of 2 done\");\nassert!(mean(&numbers) > 2.0);",
    "let parsed: f64 = \"2.5\".parse::<f64>()?;",
    "println!(\"EVCXR_BEGIN_CONTENT text/html\\n<b>{parsed}</b>\\nEVCXR_END_CONTENT\");",
]
SILENT = "struct Silent;\nimpl Silent { pub fn evcxr_display(&self) {} }\n"
# What is wrong, what the checker says of it, and a cell that does it.
BAD = {
    "failed question mark": ("stderr", "let bad: f64 = \"two\".parse::<f64>()?;"),
    "failed assertion": ("stderr", "assert!(1 + 1 == 3, \"arithmetic fails\");"),
    "panic": ("stderr", "let empty: Vec<i32> = Vec::new();\nempty[0]"),
    "compile error": ("error", "let wrong: i32 = \"text\";"),
    "warning on stdout": ("warning", "println!(\"warning: unused variable: `x`\\n --> src/lib.rs:1:5\");"),
    "empty value": ("`()`", "let mut list = vec![1];\nlist.push(2)"),
    "missing output": ("missing output", SILENT + "Silent"),
    "only progress": ("missing output", SILENT + "println!(\"… 1 of 2 done\");\nSilent"),
    "stderr": ("stderr", "eprintln!(\"a note\");"),
    "endless loop": ("took longer", "loop { std::thread::sleep(std::time::Duration::from_millis(50)); }"),
}


def notebook_of(cells):
    """A notebook of code cells."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])


def run_cells(folder: str, cells, timeout=60.0) -> notebooks.Run:
    """Write a notebook of `cells` and run it as `make test` would, under the plain kernel."""
    path = Path(folder) / "case.ipynb"
    nbformat.write(notebook_of(cells), str(path))
    return asyncio.run(notebooks.execute(path, kernels.PLAIN, timeout))


@unittest.skipIf(kernels.missing(kernels.PLAIN), "evcxr_jupyter is not installed")
class Checker(unittest.TestCase):
    def test_good_notebook_passes_and_saves_the_same_bytes_twice(self):
        with tempfile.TemporaryDirectory() as folder:
            run = run_cells(folder, GOOD)
            self.assertEqual(run.findings, [])
            notebooks.save(run)
            self.assertEqual(notebooks.committed_run(run.path).findings, [])
            self.assertEqual(run.notebook["cells"][3]["outputs"], [])
            first = run.path.read_bytes()
            notebooks.save(asyncio.run(notebooks.execute(run.path, kernels.PLAIN, 60.0)))
            self.assertEqual(run.path.read_bytes(), first)

    def test_bad_cells_are_caught(self):
        for name, (says, cell) in BAD.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                timeout = 8.0 if says == "took longer" else 60.0
                run = run_cells(folder, ["let before = 1;", cell], timeout)
                found = [(finding.cell, finding.what) for finding in run.findings]
                self.assertTrue(any(number == 2 and says in what for number, what in found), found)


if __name__ == "__main__":
    unittest.main()
