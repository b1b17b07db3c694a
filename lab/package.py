"""Pack the crate as `cargo publish` would, unpack it in a folder of its own, and run its tests there.

    python lab/package.py [ARGUMENTS OF cargo test …]

Nothing of the checkout is near: neither the notebooks nor the files that stay behind for their size. Compiled
dependencies are shared with the checkout; the crate itself is compiled anew, and anew again by the checkout's next tests.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import paths
import template


def main() -> int:
    """Pack, unpack, test; the exit status is the tests'."""
    env = dict(os.environ)
    env.setdefault("CARGO_TARGET_DIR", str(paths.TARGET))
    env.pop("STATMECH_DATA", None)
    # The tests below compile it more thoroughly than cargo's own check would.
    pack = ["cargo", "package", "--locked", "--allow-dirty", "--no-verify"]
    if status := subprocess.run(pack, cwd=paths.ROOT, env=env).returncode:
        return status
    name = f"statmech-{template.crate_version()}"
    target = Path(env["CARGO_TARGET_DIR"])
    packed = target / "package" / f"{name}.crate"
    print(f"{packed.name}: {packed.stat().st_size / 1e6:.1f} MB", flush=True)
    with tempfile.TemporaryDirectory(prefix="statmech-package-") as folder:
        with tarfile.open(packed) as archive:
            archive.extractall(folder)
        # The packed files have old dates: what the checkout compiled would pass for theirs.
        (target / "checkout").write_text(f"{folder}\n")
        clean = ["cargo", "clean", "--quiet", "--release", "--package", "statmech"]
        subprocess.run(clean, cwd=Path(folder) / name, env=env, check=True)
        test = ["cargo", "test", "--release", "--locked", *sys.argv[1:]]
        return subprocess.run(test, cwd=Path(folder) / name, env=env).returncode


if __name__ == "__main__":
    sys.exit(main())
