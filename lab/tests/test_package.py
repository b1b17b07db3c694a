"""What `cargo package` takes along: what a user of the published crate needs, and nothing else."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import paths  # noqa: E402

MEGABYTE = 1_000_000
WRITTEN_BY_CARGO = {"Cargo.lock", "Cargo.toml", "Cargo.toml.orig", ".cargo_vcs_info.json"}
TOP = {"src", "tests", "data", "README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"} | WRITTEN_BY_CARGO
# What reads the files that stay behind.
READS_MNIST = re.compile(r"\bmnist\(\)|mnist-10k")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        command = ["cargo", "package", "--list", "--allow-dirty", "--locked"]
        listed = subprocess.run(command, cwd=paths.ROOT, check=True, capture_output=True, text=True).stdout
        cls.files = [Path(line) for line in listed.splitlines()]

    def test_only_what_belongs_to_the_crate(self):
        self.assertEqual({file.parts[0] for file in self.files} - TOP, set())
        self.assertFalse([file for file in self.files if file.suffix in (".ipynb", ".html")])

    def test_nothing_is_large(self):
        sizes = {file: (paths.ROOT / file).stat().st_size for file in self.files if (paths.ROOT / file).is_file()}
        self.assertEqual([file for file, size in sizes.items() if size > MEGABYTE], [])
        self.assertLess(sum(sizes.values()), 6 * MEGABYTE)

    def test_all_sources_and_tests_are_in_it(self):
        wanted = {file.relative_to(paths.ROOT) for folder in ("src", "tests") for file in (paths.ROOT / folder).rglob("*.rs")}
        self.assertEqual(wanted - set(self.files), {Path("tests/mnist.rs")})
        self.assertIn(Path("data/digits-8x8.csv.gz"), self.files)

    def test_the_tests_in_it_read_nothing_that_stays_behind(self):
        tests = [file for file in self.files if file.parts[0] == "tests" and file.suffix == ".rs"]
        self.assertGreater(len(tests), 50)
        reading = [str(file) for file in tests if READS_MNIST.search((paths.ROOT / file).read_text(encoding="utf-8"))]
        self.assertEqual(reading, [], "tests of the 10,000 digits belong into tests/mnist.rs")

    def test_the_examples_in_it_read_nothing_that_stays_behind(self):
        fence = re.compile(r"^\s*//[/!] ```(\w*)\n(.*?)^\s*//[/!] ```", re.MULTILINE | re.DOTALL)
        for file in (paths.ROOT / "src").rglob("*.rs"):
            for kind, example in fence.findall(file.read_text(encoding="utf-8")):
                if READS_MNIST.search(example):
                    self.assertEqual(kind, "no_run", f"{file.name}: an example that reads the 10,000 digits")


if __name__ == "__main__":
    unittest.main()
