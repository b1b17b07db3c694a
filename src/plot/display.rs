//! What a notebook cell shows of a figure.

use std::fmt;

use super::figure::Figure;
use crate::notebook::emit;

impl Figure {
    /// Shows the figure in a notebook, as SVG and as a text sketch; the kernel calls it for the last
    /// expression of a cell. A figure that cannot be drawn shows the sentence that says why.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// Figure::curve("m", -3.0, 3.0, f64::tanh)?.evcxr_display();
    /// # Ok(())
    /// # }
    /// ```
    pub fn evcxr_display(&self) {
        match (self.svg(), self.sketch()) {
            (Ok(svg), Ok(sketch)) => emit(&[("image/svg+xml", &svg), ("text/plain", &sketch)]),
            (Err(error), _) | (_, Err(error)) => emit(&[("text/plain", &error.to_string())]),
        }
    }
}

impl fmt::Debug for Figure {
    /// The text sketch: evcxr falls back to `Debug` where it cannot call a figure's display.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sketch() {
            Ok(sketch) => f.write_str(&sketch),
            Err(error) => write!(f, "{error}"),
        }
    }
}
