"""Which cells should show something."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import rustcell  # noqa: E402

SHOWS = [
    "1 + 1",
    "let x = 1;\nx",
    "x // the value",
    "scan.line(\"temperature\", \"energy\")\n    .vline(2.269, \"T_c; critical\")",
    "fn f() -> i32 { 1 }\nf()",
    "{ let y = 2; y * y }",
    ":dep a = \"1\"\nuse a::b;\nb()",
    "struct P { x: f64 }\nP { x: 1.0 }.x",
    "r#\"a;\"#.len()",
    "let c = ';';\nc",
    "let s = Foo { a: 1 };\ns.run()?",
    "iter.map(|x| { x; x })",
    "/* a; /* nested */ ; */ 3",
    "for x in 0..3 { f(x); }\n4",
    "let v = if a { 1 } else { 2 };\nv",
    "const N: usize = { 3 };\nN",
    "formatted(\"}\")",
    "fn f<'a>(x: &'a str) -> &'a str { x }\nf(\"a\")",
    "[1, 2, 3]",
    "vec![1; 3]",
    "iffy",
]
SHOWS_NOTHING = [
    "",
    "// only a comment",
    "let x = 1;",
    "use statmech::prelude::*;",
    ":dep statmech = { path = \"..\" }",
    ":dep statmech = \"0.1\"\nuse statmech::prelude::*;",
    "fn f() {}",
    "#[derive(Debug, Clone)]\nstruct A { b: i32 }",
    "pub(crate) fn f() { let x = 1; }",
    "impl A { fn b(&self) {} }",
    "for x in 0..3 { println!(\"{x}\"); }",
    "while true { break; }",
    "if a { b(); } else { c(); }",
    "match a { _ => {} }",
    "assert!(x > 1.0)",
    "assert_eq!(a, b)",
    "let c = |x: f64| { x };",
    "f(x); // done",
    "macro_rules! m { () => {} }",
    "unsafe { f(); }",
    "'outer: for i in 0..3 { break 'outer; }",
    "x; /* done */",
]


class EndsInValue(unittest.TestCase):
    def test_cells_that_show(self):
        for source in SHOWS:
            with self.subTest(source=source):
                self.assertTrue(rustcell.ends_in_value(source))

    def test_cells_that_show_nothing(self):
        for source in SHOWS_NOTHING:
            with self.subTest(source=source):
                self.assertFalse(rustcell.ends_in_value(source))


if __name__ == "__main__":
    unittest.main()
