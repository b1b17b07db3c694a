//! A frame as an HTML table and as aligned text.

use std::fmt::Write as _;

use crate::polars::prelude::{AnyValue, Column, DataFrame};

/// More rows than this are cut in the middle: the ends tell what a scan covers.
const ROWS: usize = 20;
/// Text wider than this wraps into an unreadable block in a terminal; further columns are named instead.
const WIDTH: usize = 120;
/// Longer texts in a cell are cut.
const CELL: usize = 60;

/// The cells to show, as text: the first and last rows of a long frame.
struct Table {
    names: Vec<String>,
    types: Vec<String>,
    numeric: Vec<bool>,
    rows: Vec<Vec<String>>,
    /// How many of `rows` stand before those left out.
    before_gap: usize,
    height: usize,
}

impl Table {
    fn new(frame: &DataFrame) -> Self {
        let height = frame.height();
        let shown: Vec<usize> = if height <= ROWS {
            (0..height).collect()
        } else {
            (0..ROWS / 2).chain(height - ROWS / 2..height).collect()
        };
        let columns = frame.columns();
        Self {
            names: columns.iter().map(|c| c.name().replace(char::is_control, " ")).collect(),
            types: columns.iter().map(|c| c.dtype().to_string()).collect(),
            numeric: columns.iter().map(|c| c.dtype().is_primitive_numeric()).collect(),
            rows: shown.iter().map(|&row| columns.iter().map(|c| cell(c, row)).collect()).collect(),
            before_gap: if height <= ROWS { height } else { ROWS / 2 },
            height,
        }
    }

    fn shape(&self) -> String {
        let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let columns = plural(self.names.len(), "column");
        let hidden = self.height - self.rows.len();
        let cut = if hidden > 0 {
            format!(" ({} not shown)", plural(hidden, "row"))
        } else {
            String::new()
        };
        format!("{} × {columns}{cut}", plural(self.height, "row"))
    }

    /// The width of a column of text, with its header.
    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        cells.max(self.names[column].chars().count()).max(self.types[column].chars().count())
    }
}

/// A cell's text on one line: line breaks would end the table, or the block that a kernel reads it from.
fn cell(column: &Column, row: usize) -> String {
    let text = cell_text(column, row);
    let mut short: String = text
        .chars()
        .take(CELL)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if text.chars().nth(CELL).is_some() {
        short.push('…');
    }
    short
}

fn cell_text(column: &Column, row: usize) -> String {
    match column.get(row) {
        Ok(AnyValue::Null) => "–".to_string(),
        Ok(AnyValue::Float64(x)) => number(x),
        Ok(AnyValue::Float32(x)) => number(f64::from(x)),
        Ok(AnyValue::String(s)) => s.to_string(),
        Ok(AnyValue::StringOwned(s)) => s.to_string(),
        Ok(value) => value.to_string(),
        Err(_) => String::new(),
    }
}

/// Six significant digits, without trailing zeros; powers of ten for what would be long.
fn number(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return if x == 0.0 { "0".to_string() } else { x.to_string() };
    }
    let magnitude = x.abs().log10().floor() as i32;
    if (-5..=6).contains(&magnitude) {
        let decimals = (5 - magnitude).max(0) as usize;
        trimmed(&format!("{x:.decimals$}"))
    } else {
        let text = format!("{x:.5e}");
        match text.split_once('e') {
            Some((mantissa, exponent)) => format!("{}e{exponent}", trimmed(mantissa)),
            None => text,
        }
    }
}

fn trimmed(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text.to_string()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An HTML table, styled in place since notebooks drop style sheets.
pub(super) fn html(frame: &DataFrame) -> String {
    let table = Table::new(frame);
    let align = |column: usize| if table.numeric[column] { "right" } else { "left" };
    let mut out = String::from(
        "<div>\n<table class=\"statmech\" style=\"font-variant-numeric: tabular-nums\">\n<thead><tr>",
    );
    for (column, (name, kind)) in table.names.iter().zip(&table.types).enumerate() {
        write!(
            out,
            "<th style=\"text-align: {}\">{}<br><small style=\"font-weight: normal; opacity: 0.65\">{}</small></th>",
            align(column),
            escaped(name),
            escaped(kind)
        )
        .ok();
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (row, cells) in table.rows.iter().enumerate() {
        if row == table.before_gap {
            let span = table.names.len();
            writeln!(out, "<tr><td colspan=\"{span}\" style=\"text-align: center\">⋮</td></tr>")
                .ok();
        }
        out.push_str("<tr>");
        for (column, text) in cells.iter().enumerate() {
            write!(out, "<td style=\"text-align: {}\">{}</td>", align(column), escaped(text)).ok();
        }
        out.push_str("</tr>\n");
    }
    write!(out, "</tbody>\n</table>\n<small>{}</small>\n</div>", table.shape()).ok();
    out
}

/// Aligned text, with the columns that would not fit named below.
pub(super) fn text(frame: &DataFrame) -> String {
    let table = Table::new(frame);
    let widths: Vec<usize> = (0..table.names.len()).map(|column| table.width(column)).collect();
    let mut total = 0;
    let fitting = widths.iter().take_while(|&&w| {
        total += w + 2;
        total <= WIDTH
    });
    let shown = fitting.count().max(1).min(widths.len());
    let line = |cells: &[String]| {
        let padded = cells.iter().take(shown).enumerate().map(|(column, text)| {
            let width = widths[column];
            if table.numeric[column] {
                format!("{text:>width$}")
            } else {
                format!("{text:<width$}")
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_string()
    };
    let mut lines = vec![line(&table.names), line(&table.types)];
    let rule: usize = widths.iter().take(shown).sum::<usize>() + 2 * shown.saturating_sub(1);
    lines.push("─".repeat(rule));
    for (row, cells) in table.rows.iter().enumerate() {
        if row == table.before_gap {
            lines.push("⋮".to_string());
        }
        lines.push(line(cells));
    }
    if shown < table.names.len() {
        lines.push(format!("and the columns {}", table.names[shown..].join(", ")));
    }
    lines.push(table.shape());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polars::df;

    #[test]
    fn numbers_read_well() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (-1.7455645752, "-1.74556"),
            (2.0, "2"),
            (1234567.0, "1234567"),
            (1.0e-7, "1e-7"),
            (6.02214e23, "6.02214e23"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
            (-0.0, "0"),
            (0.000123456789, "0.000123457"),
            (999999.9999, "1000000"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_long_frame_shows_both_ends_and_its_shape() -> crate::Result<()> {
        let frame = df!("n" => (0..100_i64).collect::<Vec<_>>())?;
        let html = html(&frame);
        assert_eq!(html.matches("<tr>").count(), 1 + 20 + 1);
        assert!(html.contains(">0<") && html.contains(">99<") && !html.contains(">50<"));
        assert!(html.contains("100 rows × 1 column (80 rows not shown)"));
        let text = text(&frame);
        assert_eq!(text.lines().count(), 3 + 20 + 1 + 1);
        Ok(())
    }

    #[test]
    fn markup_in_cells_is_text() -> crate::Result<()> {
        let frame = df!("a<b" => ["<script>"])?;
        assert!(!html(&frame).contains("<script>"));
        assert!(html(&frame).contains("a&lt;b"));
        Ok(())
    }

    #[test]
    fn a_cell_is_one_short_line() -> crate::Result<()> {
        let long = "x".repeat(100_000);
        let frame = df!("s" => ["a\nEVCXR_END_CONTENT\nb", long.as_str()])?;
        for shown in [text(&frame), html(&frame)] {
            assert!(shown.contains("a EVCXR_END_CONTENT b"));
            assert!(shown.contains('…') && shown.len() < 2_000);
        }
        Ok(())
    }

    #[test]
    fn wide_frames_name_the_columns_left_out() -> crate::Result<()> {
        let columns = (0..40).map(|i| {
            let name = format!("quantity_{i}");
            Column::new(name.as_str().into(), vec![1.0])
        });
        let frame = DataFrame::new_infer_height(columns.collect())?;
        let text = text(&frame);
        assert!(
            text.lines().all(|line| !line.contains("quantity_0") || line.chars().count() <= WIDTH)
        );
        assert!(text.contains("and the columns quantity_"));
        assert!(text.contains("quantity_39"));
        Ok(())
    }

    #[test]
    fn an_empty_frame_is_shown_too() {
        let frame = DataFrame::empty();
        assert!(text(&frame).contains("0 rows × 0 columns"));
        assert!(html(&frame).contains("0 rows × 0 columns"));
    }
}
