//! The embedded font, so that text needs no system library and is measured as it is drawn.

use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// The family as an SVG viewer reads it; plotters finds the embedded font under the same name.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";
const DEJAVU_SANS: &[u8] = include_bytes!("../../data/fonts/DejaVuSans-subset.ttf");

/// `ab_glyph` scales a font by the height from descender to ascender: 2384 of 2048 units per em.
pub(super) const HEIGHT_PER_EM: f64 = 2384.0 / 2048.0;

/// The embedded font; `height` is in the unit of the backend that draws it.
pub(super) fn font(height: f64) -> Result<FontDesc<'static>> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered =
        *REGISTERED.get_or_init(|| register_font(FAMILY, FontStyle::Normal, DEJAVU_SANS).is_ok());
    if registered {
        Ok(FontDesc::new(FontFamily::Name(FAMILY), height, FontStyle::Normal))
    } else {
        Err(Error::Figure("the embedded font could not be read".into()))
    }
}

/// A piece of text that is set in one size, `drop` pixels under the baseline.
pub(super) struct Run {
    pub text: String,
    pub size: f64,
    pub drop: f64,
}

/// The pieces of a line of text: what follows `_` after a single letter is a subscript, as in "T_c" or
/// "x_12".
pub(super) fn runs(text: &str, size: f64) -> Vec<Run> {
    // Spaces that begin a piece are one of their own, since SVG drops them there.
    let push = |runs: &mut Vec<Run>, text: &str| {
        let (spaces, words) = text.split_at(text.len() - text.trim_start().len());
        for piece in [spaces, words].into_iter().filter(|piece| !piece.is_empty()) {
            runs.push(Run { text: piece.to_string(), size, drop: 0.0 });
        }
    };
    let letters: Vec<char> = text.chars().collect();
    let starts = |i: usize| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        letters[i] == '_'
            && i > 0
            && letters[i - 1].is_alphabetic()
            && !(i > 1 && word(letters[i - 2]))
            && letters.get(i + 1).is_some_and(|c| c.is_alphanumeric())
    };
    let (mut runs, mut plain, mut i) = (Vec::new(), String::new(), 0);
    while i < letters.len() {
        if !starts(i) {
            plain.push(letters[i]);
            i += 1;
            continue;
        }
        let lowered: String = letters[i + 1..].iter().take_while(|c| c.is_alphanumeric()).collect();
        i += 1 + lowered.chars().count();
        push(&mut runs, &plain);
        plain.clear();
        runs.push(Run { text: lowered, size: size * 0.75, drop: size * 0.2 });
    }
    push(&mut runs, &plain);
    runs
}

/// The width of `text`, subscripts included, in a font of `size` pixels per em.
pub(super) fn text_width(text: &str, size: f64) -> Result<f64> {
    runs(text, size).iter().try_fold(0.0, |width, run| Ok(width + run_width(&run.text, run.size)?))
}

/// The width of a piece of text without subscripts.
pub(super) fn run_width(text: &str, size: f64) -> Result<f64> {
    // plotters rounds to whole pixels, so measure large.
    let ((left, _), (right, _)) = font(1000.0 * HEIGHT_PER_EM)?
        .layout_box(text)
        .map_err(|error| Error::Figure(error.to_string()))?;
    Ok(f64::from(right - left) * size / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_dejavu_sans_and_subscripts_stand_apart() {
        // Advance widths in the font's hmtx table: zero 1303, W 2025, of 2048 units per em.
        let width = text_width("0", 2048.0).unwrap();
        assert!((width - 1303.0).abs() < 3.0, "{width}");
        let pieces: Vec<String> =
            runs("T_c and x_12 of my_name", 1.0).into_iter().map(|run| run.text).collect();
        assert_eq!(pieces, ["T", "c", " ", "and x", "12", " ", "of my_name"]);
        let width = text_width("WW", 2048.0).unwrap();
        assert!((width - 4050.0).abs() < 6.0, "{width}");
    }
}
