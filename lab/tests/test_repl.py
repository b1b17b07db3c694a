"""The session of the README, line by line in the REPL of `make repl`, through a pseudo-terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import paths  # noqa: E402

PROMPT = ">> "
# The terminal is asked where the cursor is, and answers; the line editor then switches pasting on and prompts.
WHERE, HERE = b"\x1b[6n", b"\x1b[1;1R"
READY = re.compile(rb"\x1b\[\?2004h.*>> ", re.DOTALL)
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# The first line waits for the crate to be found, the first session of a machine also for it to compile.
SECONDS = 600
KEY_SECONDS = 0.005


def session() -> "list[tuple[str, str]]":
    """The README's session: each line with what it shows."""
    [block] = re.findall(r"```text\n(>> .*?)```", (paths.ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    entries = re.split(rf"^{PROMPT}", block, flags=re.MULTILINE)[1:]
    return [(line, shown.strip("\n")) for line, _, shown in (entry.partition("\n") for entry in entries)]


class Terminal:
    """The REPL in a pseudo-terminal of 160 columns."""

    def __init__(self) -> None:
        self.process, self.screen = pty.fork()
        if self.process == 0:
            os.chdir(paths.ROOT)
            os.environ.update(TERM="xterm", STATMECH_PROGRESS="off")
            os.execv(sys.executable, [sys.executable, str(paths.LAUNCHER), "--repl"])
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))

    def read(self, seconds: float) -> bytes:
        """What comes within some time, or nothing."""
        ready, _, _ = select.select([self.screen], [], [], seconds)
        if not ready:
            return b""
        try:
            data = os.read(self.screen, 65536)
        except OSError as gone:
            raise AssertionError("the REPL ended") from gone
        if WHERE in data:
            os.write(self.screen, HERE)
        return data

    def until_ready(self) -> str:
        """What is shown before the next prompt."""
        seen, end = b"", time.monotonic() + SECONDS
        while not READY.search(seen):
            if time.monotonic() > end:
                raise AssertionError(f"no prompt after {SECONDS} s, but {seen.decode(errors='replace')}")
            seen += self.read(0.5)
        shown = CONTROL.sub("", seen.decode()).replace("\r", "")
        return shown[: shown.rindex(PROMPT)].strip("\n")

    def enter(self, line: str) -> str:
        """Type a line key by key, as the line editor takes only the first of several at once; what it shows."""
        for key in line:
            os.write(self.screen, key.encode())
            time.sleep(KEY_SECONDS)
        # The echo of the keys is no output.
        while self.read(0.3):
            pass
        os.write(self.screen, b"\r")
        return self.until_ready()

    def close(self) -> None:
        """End the REPL."""
        os.write(self.screen, b"\x04")
        end = time.monotonic() + 10
        while time.monotonic() < end and os.waitpid(self.process, os.WNOHANG) == (0, 0):
            try:
                self.read(0.1)
            except AssertionError:
                pass
        os.close(self.screen)


class Repl(unittest.TestCase):
    def test_the_session_has_ten_lines(self):
        lines = [line for line, _ in session()]
        self.assertEqual(len(lines), 10)
        self.assertTrue(all(line == line.strip() and line for line in lines))

    @unittest.skipIf(not paths.EVCXR_REPL.exists(), "evcxr_repl is not installed: `make repl` or `make lab-tests` installs it")
    def test_the_session_of_the_readme_works_as_printed(self):
        terminal = Terminal()
        try:
            terminal.until_ready()
            for line, shown in session():
                with self.subTest(line=line):
                    self.assertEqual(terminal.enter(line), shown)
        finally:
            terminal.close()


if __name__ == "__main__":
    unittest.main()
