"""The command of the kernelspec: start evcxr on the warm template.

    launch.py CONNECTION_FILE    the Jupyter kernel
    launch.py --repl             the evcxr REPL
"""

import os
import shutil
import sys

import paths
import standard_library
import template as templates


def environment(template, kernel) -> "dict[str, str]":
    """What makes evcxr use the template, and nothing of the user's own evcxr settings."""
    env = dict(os.environ, EVCXR_TMPDIR=str(kernel), EVCXR_CONFIG_DIR=str(templates.SETTINGS))
    env.update(templates.CELL_PROFILE)
    # evcxr moves a cell's library after linking it, which breaks the run path that rustc wrote into it
    # wherever cache and toolchain share a parent folder.
    libraries = [str(template / "lib"), templates.ask_rustc("--print", "target-libdir").strip()]
    libraries += filter(None, [env.get("LD_LIBRARY_PATH")])
    env["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
    sources = standard_library.location(templates.rustc_version())
    if sources.is_dir():
        env["RUST_SRC_PATH"] = str(sources)
    return env


def main() -> None:
    """Make a folder for this kernel and become evcxr, so that signals reach it directly."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    repl = sys.argv[1] == "--repl"
    template = templates.ready()
    templates.sweep(template)
    kernel = template / "kernels" / str(os.getpid())
    shutil.rmtree(kernel, ignore_errors=True)
    shutil.copytree(template / "seed", kernel)
    program = str(paths.EVCXR_REPL if repl else paths.EVCXR_JUPYTER)
    arguments = [program] if repl else [program, "--control_file", sys.argv[1]]
    os.execve(program, arguments, environment(template, kernel))


if __name__ == "__main__":
    main()
