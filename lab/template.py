"""The warm start: the crate compiled once, shared by every notebook of the checkout.

A kernel that depends on the crate in the plain way waits for rust-analyzer to read polars, and links polars
into every cell. Here the crate and all below it are compiled once into one shared library, and notebooks
depend on a *facade* of the same name: for rustc it re-exports the shared library; for rust-analyzer it
is the crate's own sources beside light signatures of the heavy crates (``signatures/``).

A template is a folder named by the hash of all that went into it, so that an edit of ``src/`` leads to a new
one and running kernels keep theirs. It counts once the file ``complete`` stands in it:

    lib/        the shared library
    metadata/   what rustc must know of the crates inside it
    facade/     the crate that notebooks depend on
    .cargo/     makes ``:dep statmech = "0.1"`` find the facade
    seed/       what a new kernel's folder starts with: the facade, compiled
    kernels/    one folder for each running kernel
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import paths
import signatures
import standard_library

KEEP = 4
# evcxr's settings for every kernel, in place of the user's own.
SETTINGS = paths.ROOT / "lab" / "evcxr"


def say(line: str) -> None:
    """A whole line for the terminal; the notebook never sees it."""
    print(line, file=sys.stderr, flush=True)


def ask_rustc(*arguments: str) -> str:
    """What the compiler says of itself."""
    return subprocess.run(["rustc", *arguments], check=True, capture_output=True, text=True).stdout


def rustc_version() -> str:
    """The compiler's full version: metadata of one compiler is unreadable to another."""
    return ask_rustc("-vV")


def host(version: str) -> str:
    """The host's target triple, from ``rustc -vV``."""
    return re.search(r"^host: (.*)$", version, re.MULTILINE)[1]


def inputs() -> "list[Path]":
    """Every file that shapes a template."""
    files = [paths.ROOT / "Cargo.toml", paths.ROOT / "Cargo.lock"]
    # Of the data, what is embedded in the crate.
    files.append(paths.ROOT / "data" / "digits-8x8.csv.gz")
    for folder in ("src", "data/fonts", "lab/signatures"):
        files += [path for path in (paths.ROOT / folder).rglob("*") if path.is_file()]
    files += [paths.ROOT / "lab" / name for name in ("template.py", "signatures.py", "standard_library.py")]
    return sorted(files)


def key(version: str) -> str:
    """The hash that names the template of the checkout as it is now."""
    digest = hashlib.sha256(version.encode())
    for path in inputs():
        digest.update(str(path.relative_to(paths.ROOT)).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def ready() -> Path:
    """The template of the checkout as it is now, built first if there is none."""
    refuse_spaces()
    version = rustc_version()
    template = paths.TEMPLATES / key(version)
    if not (template / "complete").exists():
        paths.TEMPLATES.mkdir(parents=True, exist_ok=True)
        with locked(paths.TEMPLATES / "lock"):
            template = built(version)
            forget_old(template)
    os.utime(template)
    return template


def built(version: str) -> Path:
    """Build until the sources did not change meanwhile: a template holds what its name says."""
    while True:
        name = key(version)
        template = paths.TEMPLATES / name
        if not (template / "complete").exists():
            build(template, version)
        if key(version) == name:
            (template / "complete").touch()
            return template
        shutil.rmtree(template, ignore_errors=True)
        say("statmech: the sources changed during the build; once more.")


def refuse_spaces() -> None:
    """evcxr cannot load a cell from a folder with a space in its path."""
    if re.search(r"\s", str(paths.CACHE)):
        raise SystemExit(
            f"statmech: the cache folder {paths.CACHE} has a space in its path, from which evcxr cannot load cells. "
            "Set STATMECH_CACHE to a folder without one."
        )


@contextlib.contextmanager
def locked(path: Path):
    """Hold a lock between processes: two notebooks started at once build one template."""
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build(template: Path, version: str) -> None:
    """Compile the crate and lay out a template."""
    started = time.monotonic()
    cold = not any(paths.TARGET.glob("release/deps/libpolars_core-*.rlib"))
    say("statmech: compiling the crate for notebooks (minutes the first time, seconds after an edit) ...")
    artifacts = compile_crate(template.name)
    shutil.rmtree(template, ignore_errors=True)
    (template / "kernels").mkdir(parents=True)
    take_library(template, artifacts)
    check_signatures(template)
    write_facade(template)
    standard_library.trimmed(version)
    write_seed(template, version)
    seconds = time.monotonic() - started
    if cold:
        paths.COLD_BUILD.write_text(json.dumps({"seconds": seconds}) + "\n")
    say(f"statmech: ready after {seconds:.0f} s.")


def compile_crate(name: str) -> "list[dict]":
    """Compile the crate as a shared library; cargo's list of everything that belongs to it.

    Checkouts share one target folder, in which cargo tells them apart by file times alone, so the template's name stands
    among the compiler's arguments: another content is compiled anew. It stands there as a folder to search for libraries,
    since of that argument cargo takes notice and the compiler does not: what it remembers of the build before stays valid,
    and an edit costs only what it touches. Builds with such a memory cut a crate into 256 pieces, which makes slower code
    than the 16 of other builds: the number is given.
    """
    command = ["cargo", "rustc", "--release", "--lib", "--locked", "--crate-type", "dylib"]
    command += ["--message-format", "json-render-diagnostics", "--", "-C", "prefer-dynamic", "-C", "codegen-units=16", "-L", f"dependency={name}"]
    env = dict(os.environ, CARGO_TARGET_DIR=str(paths.TARGET), CARGO_INCREMENTAL="1")
    # Flags of the surroundings would give the dependencies other names than those of the tests.
    for variable in ("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"):
        env.pop(variable, None)
    result = subprocess.run(command, cwd=paths.ROOT, env=env, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SystemExit("statmech: the crate does not compile; the errors stand above. Mend them and restart the kernel.")
    messages = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return [message for message in messages if message["reason"] == "compiler-artifact"]


def take_library(template: Path, artifacts: "list[dict]") -> None:
    """Copy the shared library, and link the metadata of the crates compiled into it."""
    library, metadata = template / "lib", template / "metadata"
    library.mkdir()
    metadata.mkdir()
    for artifact in artifacts:
        ours = artifact["target"]["name"] == "statmech" and "dylib" in artifact["target"]["crate_types"]
        for name in map(Path, artifact["filenames"]):
            if ours and name.suffix == ".so":
                shutil.copy2(name, library / name.name)
            elif name.suffix in (".rmeta", ".so"):
                link(name, metadata / name.name)


def link(source: Path, target: Path) -> None:
    """A hard link where the file system has them, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def check_signatures(template: Path) -> None:
    """Refuse signatures that the real crates do not bear out."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "signatures.rs"
        source.write_text(signatures.check_source())
        command = ["rustc", "--edition", "2024", "--crate-type", "lib", "--emit", "metadata"]
        command += ["-o", str(Path(folder) / "signatures.rmeta"), "-L", f"dependency={template / 'metadata'}"]
        command += ["--extern", f"statmech={template / 'lib' / 'libstatmech.so'}", str(source)]
        result = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{result.stderr}\nstatmech: lab/signatures no longer says what the real crates do; see above.")


MANIFEST = """[package]
name = "statmech"
version = "{version}"
edition = "2024"

[workspace]
"""

BUILD_SCRIPT = """fn main() {{
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-search=crate={library}");
    println!("cargo:rustc-link-search=dependency={library}");
    println!("cargo:rustc-link-search=dependency={metadata}");
}}
"""

# The first two items are rustc's view, all the others rust-analyzer's, which alone sets its cfg.
ROOT_HEADER = """#![allow(unexpected_cfgs)]
#[cfg(not(rust_analyzer))]
extern crate statmech as prebuilt;
#[cfg(not(rust_analyzer))]
pub use prebuilt::*;
"""


def write_facade(template: Path) -> None:
    """The crate of the same name that notebooks depend on."""
    facade = template / "facade"
    shutil.copytree(paths.ROOT / "src", facade / "src")
    for crate in signatures.crates():
        shutil.copy2(signatures.FOLDER / f"{crate}.rs", facade / "src" / f"{crate}.rs")
    root = facade / "src" / "lib.rs"
    root.write_text(facade_root(root.read_text()))
    (facade / "Cargo.toml").write_text(MANIFEST.format(version=crate_version()))
    (facade / "build.rs").write_text(BUILD_SCRIPT.format(library=template / "lib", metadata=template / "metadata"))
    (template / ".cargo").mkdir()
    (template / ".cargo" / "config.toml").write_text(
        f'[patch.crates-io]\nstatmech = {{ path = "{facade}" }}\n'
    )


# `lib.rs` keeps its re-exports of other crates on lines that start so, each item on one line.
REEXPORT = ("pub use {", "pub use ndarray_rand::")


def facade_root(source: str) -> str:
    """``lib.rs`` for rust-analyzer: re-exports of other crates become modules of signatures."""
    inner = [line for line in source.splitlines() if line.startswith(("//!", "#!["))]
    lines = [*inner, ROOT_HEADER]
    for crate in signatures.crates():
        lines.append(f"#[cfg(rust_analyzer)]\npub mod {crate};")
    for line in source.splitlines():
        if line in inner or line.startswith(REEXPORT):
            continue
        if re.match(r"(pub )?(mod|use) ", line):
            lines.append("#[cfg(rust_analyzer)]")
        lines.append(line)
    return "\n".join(lines) + "\n"


def crate_version() -> str:
    """The version in the crate's manifest."""
    return re.search(r'^version = "(.*)"$', (paths.ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]


# Without link-time optimization of a cell with itself, which evcxr leaves on, a cell compiles in two thirds of the
# time; the crate's own loops are compiled and optimized once, in the template.
CELL_PROFILE = {"CARGO_PROFILE_DEV_LTO": "off"}

# What evcxr 0.22 writes for a cell; a difference would only cost the first cell a compilation of the facade.
CELL_MANIFEST = """
[package]
name = "ctx"
version = "1.0.0"
edition = "2024"

[lib]
crate-type = ["cdylib"]
path = "src/lib.rs"

[profile.dev]
opt-level = 2
debug = false
strip = "debuginfo"
rpath = true
lto = false
debug-assertions = true
codegen-units = 16
panic = 'unwind'
incremental = true
overflow-checks = true

[dependencies]
statmech = "{version}"
"""


def write_seed(template: Path, version: str) -> None:
    """Compile the facade with evcxr's flags and keep what a new kernel's folder can start from."""
    seed = template / "seed"
    (seed / "src").mkdir(parents=True)
    (seed / "Cargo.toml").write_text(CELL_MANIFEST.format(version=crate_version()))
    (seed / "src" / "lib.rs").write_text("")
    env = dict(os.environ, CARGO_TARGET_DIR="target", CARGO_BUILD_BUILD_DIR="target", RUSTFLAGS="-Cprefer-dynamic")
    env.update(CELL_PROFILE)
    command = ["cargo", "build", "--quiet", "--target", host(version)]
    result = subprocess.run(command, cwd=seed, env=env, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{result.stderr}\nstatmech: the notebook facade does not compile; see above.")
    for folder in list(seed.rglob("incremental")) + [seed / "src"]:
        shutil.rmtree(folder, ignore_errors=True)
    for library in seed.rglob("*.so"):
        library.unlink()


def alive(kernel: Path) -> bool:
    """Whether the kernel that owns this folder still runs (``launch.py`` names the folder by its process)."""
    try:
        os.kill(int(kernel.name), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def sweep(template: Path) -> None:
    """Remove the folders of kernels that ended."""
    for kernel in (template / "kernels").glob("*"):
        if not alive(kernel):
            shutil.rmtree(kernel, ignore_errors=True)


def forget_old(newest: Path) -> None:
    """Keep the few templates used last, and any that a running kernel still needs."""
    others = [path for path in paths.TEMPLATES.iterdir() if path.is_dir() and path != newest]
    for template in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEEP - 1 :]:
        sweep(template)
        if not list((template / "kernels").glob("*")):
            shutil.rmtree(template, ignore_errors=True)


if __name__ == "__main__":
    print(ready())
