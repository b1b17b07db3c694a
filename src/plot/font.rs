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

/// The width of `text` in a font of `size` pixels per em.
pub(super) fn text_width(text: &str, size: f64) -> Result<f64> {
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
    fn widths_are_those_of_dejavu_sans() {
        // Advance widths in the font's hmtx table: zero 1303, W 2025, of 2048 units per em.
        let width = text_width("0", 2048.0).unwrap();
        assert!((width - 1303.0).abs() < 3.0, "{width}");
        let width = text_width("WW", 2048.0).unwrap();
        assert!((width - 4050.0).abs() < 6.0, "{width}");
    }
}
