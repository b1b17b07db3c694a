"""Just enough Rust syntax to know whether a cell ends in a value that evcxr shows."""

import re

# One token that may hide brackets or semicolons, or one character.
TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*)
    | (?P<block>/\*)
    | (?P<raw>\b(?:br|cr|r)(?P<fence>\#*)".*?"(?P=fence))
    | (?P<string>\b[bc]?"(?:\\.|[^"\\])*"|"(?:\\.|[^"\\])*")
    | (?P<char>b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[^}]*\}|.)|[^'\\\n])')
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# Statements that end in a closing brace and need no semicolon.
ITEM = re.compile(
    r"(?:pub|unsafe|async|const|extern|fn|struct|enum|union|impl|trait|mod|macro_rules"
    r"|for|while|loop|if|match|let|use|static|type)\b|'\w+\s*:"
)
ATTRIBUTES = re.compile(r"(?:#!?\[[^\]]*\]\s*)+")
ASSERTION = re.compile(r"(?:\w+::)*(?:debug_)?assert(?:_\w+)?\s*!")


def without_commands(source: str) -> str:
    """The cell without evcxr's own commands (lines that start with a colon)."""
    return "\n".join(line for line in source.splitlines() if not re.match(r"\s*:\w", line))


def end_of_block_comment(source: str, start: int) -> int:
    """Where the block comment that starts at `start` ends; block comments nest."""
    depth, at = 0, start
    while at < len(source):
        if source.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif source.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                return at
        else:
            at += 1
    return at


def skeleton(source: str) -> str:
    """The source without comments, and with every literal of text replaced by `""`."""
    parts, at = [], 0
    while at < len(source):
        match = TOKEN.match(source, at)
        at = match.end()
        if match["comment"]:
            continue
        if match["block"]:
            at = end_of_block_comment(source, match.start())
            parts.append(" ")
        elif match["raw"] or match["string"] or match["char"]:
            parts.append('""')
        else:
            parts.append(match["other"])
    return "".join(parts)


def is_item(statement: str) -> bool:
    """Whether the statement is an item, a loop or a branch, which a closing brace ends."""
    return bool(ITEM.match(ATTRIBUTES.sub("", statement.lstrip())))


def last_statement(source: str) -> str:
    """What follows the last top-level `;` or the last block that ends a statement."""
    code = skeleton(without_commands(source))
    depth, start = 0, 0
    for at, character in enumerate(code):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        if depth == 0 and character == ";":
            start = at + 1
        if depth == 0 and character == "}" and is_item(code[start:]) and not continues(code[start:at], code[at + 1 :]):
            start = at + 1
    return code[start:].strip()


def continues(statement: str, rest: str) -> bool:
    """Whether what follows a closing brace still belongs to the same statement."""
    rest = rest.lstrip()
    if re.match(r"(?:let|use|static|const(?!\s+fn)|type)\b", statement.lstrip()):
        return True
    return bool(re.match(r"else\b|[.?]", rest))


def ends_in_value(source: str) -> bool:
    """Whether evcxr should show something after the cell: its last statement is an expression.

    Items, loops, branches, assertions and statements that end in a semicolon need no output.
    """
    statement = last_statement(source)
    return bool(statement) and not is_item(statement) and not ASSERTION.match(statement)
