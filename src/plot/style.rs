//! How a figure should look.

use super::palette::Colormap;

/// Where the legend stands.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let sine = Figure::curve("sin x", 0.0, 6.3, f64::sin)?;
/// let figure = sine.with(Figure::curve("cos x", 0.0, 6.3, f64::cos)?).legend(Legend::Right);
/// assert!(figure.svg()?.contains("cos x"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Legend {
    /// In the corner that hides the least data, or beside the frame if each corner hides much; shown if
    /// there is more than one labelled series. The default.
    #[default]
    Auto,
    /// In the upper left corner.
    TopLeft,
    /// In the upper right corner.
    TopRight,
    /// In the lower left corner.
    BottomLeft,
    /// In the lower right corner.
    BottomRight,
    /// Beside the frame, on the right.
    Right,
    /// No legend.
    Hidden,
}

/// How one axis should look.
#[derive(Clone, Debug, Default)]
pub(super) struct AxisStyle {
    pub label: Option<String>,
    pub log: bool,
    pub range: Option<(f64, f64)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    pub title: Option<String>,
    pub x: AxisStyle,
    pub y: AxisStyle,
    pub size: Option<(u32, u32)>,
    pub legend: Legend,
    pub colormap: Option<Colormap>,
    pub color_label: Option<String>,
    pub color_range: Option<(f64, f64)>,
    pub view: Option<(f64, f64)>,
    pub equal: bool,
}

/// A setting that cannot be drawn, kept until the figure is, so that setters can be chained.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub name: &'static str,
    pub given: String,
    pub allowed: &'static str,
}
