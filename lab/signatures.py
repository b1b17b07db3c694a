"""Light signatures of the heavy crates, and the proof that they tell the truth.

rust-analyzer spends most of a kernel's start reading polars and ndarray, only to learn the types of
variables. In a warm kernel it reads the files in ``signatures/`` instead. This module turns every
function found there into a function that calls the real one, with the same arguments and result; if the
real crates change, that file no longer compiles, and the template is not built.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "signatures"

IMPL = re.compile(r"^\s*impl\s*(?P<rest>.*?)\s*\{\s*$")
MODULE = re.compile(r"^\s*pub mod (?P<name>\w+) \{\s*$")
FUNCTION = re.compile(r"^\s*pub fn (?P<name>\w+)(?P<rest>.*?)\s*\{ loop \{\} \}\s*$")


def crates() -> "list[str]":
    """The crates that have a signature file, which is named like the crate."""
    return sorted(path.stem for path in FOLDER.glob("*.rs"))


def closing(text: str, start: int) -> int:
    """The index of the bracket that closes the one at ``start``; arrows do not count."""
    pairs = {"<": ">", "(": ")"}
    opening, end = text[start], pairs[text[start]]
    depth = 0
    for index in range(start, len(text)):
        if text[index] == opening:
            depth += 1
        elif text[index] == end and text[index - 1] != "-":
            depth -= 1
            if depth == 0:
                return index
    raise ValueError(f"unbalanced brackets in {text!r}")


def split_generics(text: str) -> "tuple[str, str]":
    """Split ``<A, B> rest`` into ``A, B`` and ``rest``."""
    if not text.startswith("<"):
        return "", text
    end = closing(text, 0)
    return text[1:end], text[end + 1 :].strip()


def split_arguments(text: str) -> "list[str]":
    """Split at the commas that stand outside all brackets."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        if letter in "<([":
            depth += 1
        elif letter in ")]" or (letter == ">" and text[index - 1] != "-"):
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [part for part in parts + [text[start:].strip()] if part]


def call(number: int, impl_generics: str, owner: "str | None", path: str, rest: str) -> str:
    """A free function with the signature's types whose body calls the real function at `path`."""
    generics, rest = split_generics(rest)
    end = closing(rest, 0)
    arguments, result = split_arguments(rest[1:end]), rest[end + 1 :].strip()
    parameters, passed, receiver, lifetimes = [], [], None, []
    for argument in arguments:
        if argument in ("self", "&self", "&mut self", "&'a self"):
            receiver = argument.replace("self", "")
            if receiver in ("&", "&mut "):
                # A result that borrows, borrows from the receiver, as elision has it for methods.
                receiver = receiver.replace("&", "&'this ")
                result = re.sub(r"&(?!')", "&'this ", result).replace("'_", "'this")
                lifetimes = ["'this"]
            parameters.append(f"this: {receiver}{owner}")
        else:
            label = argument.split(":", 1)[0].strip()
            parameters.append(argument)
            passed.append(label)
    # Lifetimes come first in a list of generics.
    both = lifetimes + sorted(split_arguments(generics) + split_arguments(impl_generics), key=lambda g: not g.startswith("'"))
    target = f"this.{path.rsplit('::', 1)[1]}" if receiver is not None else path
    body = f"{target}({', '.join(passed)})"
    return (
        f"fn call_{number}<{', '.join(both)}>({', '.join(parameters)}) {result.replace('Self', owner or 'Self')} {{ {body} }}"
    )


def calls(crate: str) -> "list[str]":
    """One call for every function of a signature file that is free or in an inherent impl."""
    found, modules, impl_generics, owner = [], [], "", None
    for line in (FOLDER / f"{crate}.rs").read_text().splitlines():
        if match := MODULE.match(line):
            modules.append(match["name"])
        elif match := IMPL.match(line):
            generics, rest = split_generics(match["rest"])
            impl_generics, owner = (generics, rest) if " for " not in rest else ("", None)
        elif line.strip() == "}" and owner:
            owner = None
        elif line.strip() == "}" and modules:
            modules.pop()
        elif (match := FUNCTION.match(line)) and modules[-1:] != ["macro_support"]:
            path = "::".join(["statmech", crate, *modules])
            generics, target = (impl_generics, f"<{owner}>") if owner else ("", path)
            found.append(call(len(found), generics, owner, f"{target}::{match['name']}", match["rest"]))
    return found


PRELUDE = {
    "polars": "use statmech::polars::prelude::*;",
    "statrs": "use statmech::statrs::distribution::*;",
    "ndarray": "use statmech::ndarray::{self, *};\n    use statmech::ndarray::{linalg, iter};",
}


def check_source() -> str:
    """The source of a crate that compiles only if every signature is true."""
    modules = []
    for crate in crates():
        body = "\n    ".join(calls(crate))
        modules.append(f"mod {crate} {{\n    {PRELUDE.get(crate, f'use statmech::{crate}::*;')}\n    {body}\n}}")
    return "#![allow(dead_code, unused_imports, mismatched_lifetime_syntaxes)]\n" + "\n".join(modules) + "\n"


if __name__ == "__main__":
    print(check_source())
