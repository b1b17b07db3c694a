//! Settings of the lines and markers that were added last: all layers that one call made.

use super::figure::Figure;
use super::layer::Kind;
use super::palette::Color;

impl Figure {
    /// Names what was added last in the legend. Lines of several groups ([`Plot::line_by`](super::Plot::line_by)) get one entry together.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.label("T = 1");
    /// assert!(curve.legend(Legend::TopLeft).svg()?.contains("T = 1"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn label(&self, label: &str) -> Self {
        let mut new = self.clone();
        if let Some((first, others)) = new.newest_layers().split_first_mut() {
            first.label = Some(label.to_string());
            others.iter_mut().for_each(|layer| layer.label = None);
        }
        new
    }

    /// Colours what was added last, all groups alike: a place in the palette, or a name; see [`Color`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.color("black");
    /// # curve.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn color(&self, color: impl Into<Color>) -> Self {
        let mut new = self.clone();
        let color = color.into();
        for layer in new.newest_layers() {
            layer.color = Some(color.clone());
        }
        new
    }

    /// Dashes the lines added last.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.dashed();
    /// assert!(curve.svg()? != Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.svg()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dashed(&self) -> Self {
        let mut new = self.clone();
        for layer in new.newest_layers() {
            layer.dashed = true;
        }
        new
    }

    /// Sets the radius of the markers added last, in pixels (3 by default; 0 removes those of lines).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = df!("t" => [1.0, 2.0], "energy" => [-1.9, -1.7])?;
    /// let points = frame.scatter("t", "energy")?.marker_size(5.0);
    /// # points.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn marker_size(&self, radius: f64) -> Self {
        let mut new = self.clone();
        new.require(
            (0.0..=50.0).contains(&radius),
            "marker_size",
            radius,
            "between 0 and 50 pixels",
        );
        for layer in new.newest_layers() {
            layer.marker_size = radius;
            if let Kind::Series(series) = &mut layer.kind {
                series.marked = radius > 0.0;
            }
        }
        new
    }
}
