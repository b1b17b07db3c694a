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


def written(folder: str, name: str, cells) -> Path:
    """A notebook file of `cells`."""
    path = Path(folder) / f"{name}.ipynb"
    nbformat.write(notebook_of(cells), str(path))
    return path


def run(path: Path, timeout=60.0) -> notebooks.Run:
    """Run one notebook under the plain kernel."""
    return asyncio.run(notebooks.execute(path, kernels.PLAIN, timeout))


async def run_bad(folder: str) -> dict:
    """Run a notebook for each bad cell, two at a time."""
    gate = asyncio.Semaphore(2)

    async def one(name: str, says: str, cell: str) -> notebooks.Run:
        path = written(folder, name.replace(" ", "_"), ["let before = 1;", cell])
        async with gate:
            return await notebooks.execute(path, kernels.PLAIN, 8.0 if says == "took longer" else 60.0)

    runs = await asyncio.gather(*(one(name, *case) for name, case in BAD.items()))
    return dict(zip(BAD, runs))


@unittest.skipIf(kernels.missing(kernels.PLAIN), "evcxr_jupyter is not installed")
class Checker(unittest.TestCase):
    def test_good_notebook_passes_and_saves_the_same_bytes_twice(self):
        with tempfile.TemporaryDirectory() as folder:
            good = run(written(folder, "good", GOOD))
            self.assertEqual(good.findings, [])
            notebooks.save(good)
            self.assertEqual(notebooks.committed_run(good.path).findings, [])
            self.assertEqual(good.notebook["cells"][3]["outputs"], [])
            first = good.path.read_bytes()
            notebooks.save(run(good.path))
            self.assertEqual(good.path.read_bytes(), first)

    def test_bad_cells_are_caught(self):
        with tempfile.TemporaryDirectory() as folder:
            runs = asyncio.run(run_bad(folder))
        for name, (says, _) in BAD.items():
            with self.subTest(name):
                found = [(finding.cell, finding.what) for finding in runs[name].findings]
                self.assertTrue(any(number == 2 and says in what for number, what in found), found)


if __name__ == "__main__":
    unittest.main()
