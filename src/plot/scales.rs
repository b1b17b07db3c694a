//! Settings of the axes: labels, logarithms, ranges, and lines across at a value.

use super::axes::drawable;
use super::figure::{Content, Figure};
use super::layer::{Kind, Layer, Rule};

impl Figure {
    /// Writes a label under the x axis, instead of the one from the column's name.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.x_label("field h");
    /// assert!(curve.svg()?.contains("field h"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn x_label(&self, label: &str) -> Self {
        self.clone().styled(|style| style.x.label = Some(label.to_string()))
    }

    /// Writes a label beside the y axis, instead of the one from the column's name.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.y_label("magnetization m");
    /// assert!(curve.svg()?.contains("magnetization m"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn y_label(&self, label: &str) -> Self {
        self.clone().styled(|style| style.y.label = Some(label.to_string()))
    }

    /// Makes the x axis logarithmic; values that are not above zero are left out.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let tail = Figure::curve("1/x", 1.0, 1000.0, |x| 1.0 / x)?.x_log().y_log();
    /// # tail.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn x_log(&self) -> Self {
        self.clone().styled(|style| style.x.log = true)
    }

    /// Makes the y axis logarithmic; values that are not above zero are left out.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let tail = Figure::curve("exp(−x)", 0.0, 10.0, |x| (-x).exp())?.y_log();
    /// # tail.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn y_log(&self) -> Self {
        self.clone().styled(|style| style.y.log = true)
    }

    /// Sets the ends of the x axis (by default those of the data, with a margin).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.x_range(0.0, 1.0);
    /// # curve.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn x_range(&self, low: f64, high: f64) -> Self {
        let mut new = self.clone();
        new.require_range("x_range", low, high);
        new.styled(|style| style.x.range = Some((low, high)))
    }

    /// Sets the ends of the y axis (by default those of the data, with a margin).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.y_range(-1.5, 1.5);
    /// # curve.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn y_range(&self, low: f64, high: f64) -> Self {
        let mut new = self.clone();
        new.require_range("y_range", low, high);
        new.styled(|style| style.y.range = Some((low, high)))
    }

    /// Gives one unit the same length along x and y (always so for images and graphs).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let circle = Figure::curve("arc", -1.0, 1.0, |x| (1.0 - x * x).sqrt())?.equal_axes();
    /// # circle.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn equal_axes(&self) -> Self {
        self.clone().styled(|style| style.equal = true)
    }

    /// Draws a dashed vertical line at `x` with a label over the frame ("" for none).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.vline(0.0, "no field");
    /// assert!(curve.svg()?.contains("no field"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn vline(&self, x: f64, label: &str) -> Self {
        self.clone().rule(true, x, label)
    }

    /// Draws a dashed horizontal line at `y` with a label beside the frame ("" for none).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.hline(1.0, "saturated");
    /// assert!(curve.svg()?.contains("saturated"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn hline(&self, y: f64, label: &str) -> Self {
        self.clone().rule(false, y, label)
    }

    fn rule(mut self, vertical: bool, at: f64, label: &str) -> Self {
        let name = if vertical { "vline" } else { "hline" };
        self.require(drawable(at), name, at, "at a finite number");
        let layer = Layer::new(Kind::Rule(Rule { vertical, at, label: label.to_string() }));
        match &mut self.content {
            Content::Axes(layers) => layers.push(layer),
            Content::Grid { panels, .. } => {
                for panel in panels {
                    *panel = panel.clone().rule(vertical, at, label);
                }
            }
        }
        self
    }
}
