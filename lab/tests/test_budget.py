"""The dependencies stay small: each is paid for in the cold build, and in plain evcxr at every start."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import paths  # noqa: E402

# Crates below ours, ours included, on any one system. Raise it only with a reason and a measured cold build.
BUDGET = 189
# The features that a heavy crate may have here; default features are all off.
FEATURES = {
    "faer": ["linalg", "rayon", "std"],
    "polars": ["fmt_no_tty"],
    "plotters": ["ab_glyph", "bitmap_backend", "svg_backend"],
    "ndarray": ["std"],
    "ndarray-rand": [],
    "statrs": ["std"],
}


def cargo(*arguments: str) -> str:
    """What cargo prints about this checkout."""
    return subprocess.run(["cargo", *arguments], cwd=paths.ROOT, check=True, capture_output=True, text=True).stdout


class Budget(unittest.TestCase):
    def test_the_closure_stays_within_its_budget(self):
        tree = cargo("tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}")
        crates = {line.removesuffix(" (*)") for line in tree.splitlines() if line}
        self.assertGreater(len(crates), 20)
        self.assertLessEqual(len(crates), BUDGET, "the dependencies have grown past their budget")

    def test_heavy_crates_have_only_the_features_in_use(self):
        manifest = json.loads(cargo("metadata", "--locked", "--no-deps", "--format-version", "1"))
        dependencies = {d["name"]: d for d in manifest["packages"][0]["dependencies"] if d["kind"] is None}
        for name, features in FEATURES.items():
            with self.subTest(crate=name):
                self.assertFalse(dependencies[name]["uses_default_features"])
                self.assertEqual(sorted(dependencies[name]["features"]), features)


if __name__ == "__main__":
    unittest.main()
