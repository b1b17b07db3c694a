//! Blocks of rich output, as the evcxr kernel reads them from a cell's standard output.

use std::fmt::Write as _;
use std::io::Write as _;

/// Prints one result in several formats, each a MIME type with its content, in one write.
///
/// The kernel shows the richest format that its reader can display, the REPL the `text/plain` one.
pub(crate) fn emit(blocks: &[(&str, &str)]) {
    // Output that nobody can read any more is no reason to fail the cell.
    std::io::stdout().lock().write_all(framed(blocks).as_bytes()).ok();
}

fn framed(blocks: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (mime, content) in blocks {
        let content = content.trim_end_matches('\n');
        writeln!(text, "EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT").ok();
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_block_stands_between_its_markers() {
        let text = super::framed(&[("text/html", "<b>1</b>\n"), ("text/plain", "1")]);
        assert_eq!(
            text,
            "EVCXR_BEGIN_CONTENT text/html\n<b>1</b>\nEVCXR_END_CONTENT\n\
             EVCXR_BEGIN_CONTENT text/plain\n1\nEVCXR_END_CONTENT\n"
        );
    }
}
