//! Colours of series and of fields that colour-blind readers can tell apart.

use crate::error::{Error, Result};

pub(super) type Rgb = [u8; 3];

pub(super) const BLACK: Rgb = [0, 0, 0];
pub(super) const WHITE: Rgb = [255, 255, 255];
/// Text and axes.
pub(super) const INK: Rgb = [38, 38, 38];
pub(super) const GRID: Rgb = [228, 228, 228];
/// Reference lines, and cells without a value are a paler one.
pub(super) const GREY: Rgb = [110, 110, 110];
pub(super) const EMPTY: Rgb = [222, 222, 222];

/// The colours of M. Okabe and K. Ito, "Color Universal Design" (2008), the darker ones first and
/// yellow last, since it is hard to see on white.
const SERIES: [(&str, Rgb); 8] = [
    ("blue", [0, 114, 178]),
    ("vermilion", [213, 94, 0]),
    ("green", [0, 158, 115]),
    ("purple", [204, 121, 167]),
    ("orange", [230, 159, 0]),
    ("sky", [86, 180, 233]),
    ("black", [0, 0, 0]),
    ("yellow", [240, 228, 66]),
];

/// The colour of a layer: a place in the palette, or a name.
///
/// The palette is that of Okabe and Ito (2008): 0 blue, 1 vermilion, 2 green, 3 purple, 4 orange, 5 sky,
/// 6 black, 7 yellow, and from the start again. Further names: grey, white.
///
/// ```
/// use statmech::plot::Color;
/// assert_eq!(Color::from(1), Color::Palette(1));
/// assert_eq!(Color::from("grey"), Color::Named("grey".to_string()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Color {
    /// The colour at this place of the palette, counted round.
    Palette(usize),
    /// A colour of the palette by name, or grey or white.
    Named(String),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

impl From<usize> for Color {
    fn from(index: usize) -> Self {
        Self::Palette(index)
    }
}

impl From<&str> for Color {
    fn from(name: &str) -> Self {
        Self::Named(name.to_string())
    }
}

impl Color {
    pub(super) fn rgb(&self) -> Result<Rgb> {
        match self {
            Self::Palette(index) => Ok(SERIES[index % SERIES.len()].1),
            Self::Rgb(r, g, b) => Ok([*r, *g, *b]),
            Self::Named(name) => match name.as_str() {
                "grey" | "gray" => Ok(GREY),
                "white" => Ok(WHITE),
                "red" => Ok(SERIES[1].1),
                name => {
                    SERIES.iter().find(|(known, _)| *known == name).map(|(_, rgb)| *rgb).ok_or_else(
                        || {
                            let names: Vec<_> = SERIES.iter().map(|(known, _)| *known).collect();
                            Error::argument(
                                "color",
                                format!("\"{name}\""),
                                format!("one of {}, grey, white", names.join(", ")),
                            )
                        },
                    )
                }
            },
        }
    }
}

/// How numbers become colours in heat maps, surfaces and images.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let weights = statmech::ndarray::array![[0.5, -1.0], [0.0, 2.0]];
/// let figure = Figure::image(&weights)?.colormap(Colormap::Diverging).color_bar("weight w");
/// assert!(figure.svg()?.contains("weight w"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colormap {
    /// From dark blue over green to yellow, of even lightness steps: the default of fields.
    Viridis,
    /// From blue over white at zero to red, with the same scale on both sides: for signed quantities.
    Diverging,
    /// From white at the lowest to black at the highest value, like ink on paper: the default of images.
    Grey,
}

/// Nine equidistant colours of viridis (S. van der Walt and N. Smith, 2015, matplotlib's `_cm_listed.py`).
const VIRIDIS: [Rgb; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// The eleven-class RdBu scheme of C. Brewer, colorbrewer2.org, from blue to red.
const BLUE_RED: [Rgb; 11] = [
    [5, 48, 97],
    [33, 102, 172],
    [67, 147, 195],
    [146, 197, 222],
    [209, 229, 240],
    [247, 247, 247],
    [253, 219, 199],
    [244, 165, 130],
    [214, 96, 77],
    [178, 24, 43],
    [103, 0, 31],
];

impl Colormap {
    /// The colour at `part` between 0 (lowest) and 1 (highest).
    pub(super) fn at(self, part: f64) -> Rgb {
        match self {
            Self::Viridis => between(&VIRIDIS, part),
            Self::Diverging => between(&BLUE_RED, part),
            Self::Grey => between(&[WHITE, BLACK], part),
        }
    }

    /// The colour of `value` on a scale from `low` to `high`; cells without a value are grey.
    pub(super) fn color(self, value: f64, (low, high): (f64, f64)) -> Rgb {
        if value.is_finite() { self.at((value - low) / (high - low)) } else { EMPTY }
    }

    /// The scale for values that span `low` to `high`: never of zero width, and even about zero for `Diverging`.
    pub(super) fn scale(self, low: f64, high: f64) -> (f64, f64) {
        if self == Self::Diverging {
            let bound = low.abs().max(high.abs());
            let bound = if bound > 0.0 { bound } else { 1.0 };
            return (-bound, bound);
        }
        super::axes::widened(low, high)
    }
}

fn between(points: &[Rgb], part: f64) -> Rgb {
    let place = part.clamp(0.0, 1.0) * (points.len() - 1) as f64;
    let first = (place as usize).min(points.len() - 2);
    mix(points[first], points[first + 1], place - first as f64)
}

/// `part` of the way from one colour to another.
pub(super) fn mix(from: Rgb, to: Rgb, part: f64) -> Rgb {
    std::array::from_fn(|i| {
        (f64::from(from[i]) + (f64::from(to[i]) - f64::from(from[i])) * part).round() as u8
    })
}
