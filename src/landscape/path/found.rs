//! A curve of low loss that was found.

use crate::error::{Error, Result};
use crate::landscape::path::curve::CurveKind;
use crate::landscape::slice::rows_of;
use crate::ndarray::{Array1, Array2};
use crate::polars::prelude::*;

/// A curve between two points, and the losses along it and along the straight line; see [`Objective::connect`](crate::landscape::Objective::connect).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
/// let found: CurveFound = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]).run()?;
/// // In the middle of the straight line |θ|² = ½.
/// assert!((found.barrier_before - 0.25).abs() < 1e-12 && found.barrier_after < found.barrier_before);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CurveFound {
    /// A row for each way ("straight" and the curve's name, in the column `curve`), point and objective: `t`, `set`, `loss`, `linear` (the straight line between the end losses), `accuracy` if asked for,
    /// `complete`.
    pub frame: DataFrame,
    /// A row for each way and objective: `curve`, `set`, `barrier`, `instability`, `largest_loss`, `mean_loss`, `steps`, `seed`, `complete`; see [`Interpolated`](crate::landscape::Interpolated).
    pub summary: DataFrame,
    /// The descent of the mean loss along the curve: see [`Descended::frame`](crate::landscape::Descended).
    pub history: DataFrame,
    /// The bends, one a row.
    pub bends: Array2<f64>,
    /// The first objective's barrier on the straight line: its largest loss above the line between the end losses.
    pub barrier_before: f64,
    /// The same on the curve.
    pub barrier_after: f64,
    /// Whether the search and the evaluation came to their end: false if a deadline stopped them.
    pub complete: bool,
    pub(super) from: Array1<f64>,
    pub(super) to: Array1<f64>,
    pub(super) curve: CurveKind,
}

impl CurveFound {
    /// The rows of the [frame](Self::frame) of one objective, such as "test".
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]).run()?;
    /// let figure = way.of("training")?.line_by("t", "loss", "curve")?;
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn of(&self, set: &str) -> Result<DataFrame> {
        rows_of(&self.frame, set)
    }

    /// The point of the curve at t, from 0 (the start) to 1 (the end).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]).run()?;
    /// assert_eq!(way.point(0.0)?, array![1.0, 0.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If t is not between 0 and 1.
    pub fn point(&self, t: f64) -> Result<Array1<f64>> {
        if !(0.0..=1.0).contains(&t) {
            return Err(Error::argument("t", t, "between 0 and 1"));
        }
        let weights = self.curve.weights(t);
        let mut point = &self.from * weights[0] + &self.to * weights[weights.len() - 1];
        for (row, weight) in self.bends.rows().into_iter().zip(&weights[1..]) {
            point.scaled_add(*weight, &row);
        }
        Ok(point)
    }
}
