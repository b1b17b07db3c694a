//! A set of labellings of points.

use std::fmt;

use super::masks::MOST_POINTS;
use crate::error::{Error, Result};
use crate::ndarray::{Array2, Axis};

/// Different labellings ±1 of m points, a row each: what a class of hypotheses makes of the points, or a finite class given as a table.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Four hypotheses on three points, two of them alike there.
/// let class = Dichotomies::new(&array![[1, 1, -1], [1, -1, -1], [1, 1, -1], [-1, -1, -1]])?;
/// assert_eq!((class.count(), class.points()), (3, 3));
/// assert!(class.shatters(&[1])? && !class.shatters(&[0, 1])?);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Dichotomies {
    table: Array2<i8>,
}

impl Dichotomies {
    /// The different rows of a table of labels ±1: hypotheses × points.
    ///
    /// # Errors
    /// [`Error::Argument`] for a table without rows or columns, or with an entry other than ±1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Dichotomies::new(&array![[1, -1]]).is_ok() && Dichotomies::new(&array![[0]]).is_err());
    /// ```
    pub fn new(table: &Array2<i8>) -> Result<Self> {
        let (rows, columns) = table.dim();
        if rows == 0 || columns == 0 {
            let given = format!("an array of {rows} × {columns}");
            return Err(Error::argument("table", given, "at least one hypothesis and one point"));
        }
        if let Some(label) = table.iter().find(|label| label.unsigned_abs() != 1) {
            return Err(Error::argument("table", label, "made of labels +1 and −1"));
        }
        Ok(Self::distinct(table))
    }

    /// From bits, 1 for +1.
    pub(super) fn from_masks(mut masks: Vec<u64>, points: usize) -> Self {
        // The first point's label counts first in the order of rows.
        masks.sort_unstable_by_key(|mask| mask.reverse_bits());
        masks.dedup();
        let label = |(r, i): (usize, usize)| if masks[r] >> i & 1 == 1 { 1 } else { -1 };
        Self { table: Array2::from_shape_fn((masks.len(), points), label) }
    }

    fn distinct(table: &Array2<i8>) -> Self {
        let mut order: Vec<usize> = (0..table.nrows()).collect();
        order.sort_by(|&a, &b| table.row(a).iter().cmp(table.row(b).iter()));
        order.dedup_by(|a, b| table.row(*a) == table.row(*b));
        Self { table: table.select(Axis(0), &order) }
    }

    /// How many different ones there are.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let class = HypothesisClass::Thresholds.dichotomies(&array![[0.0], [1.0]])?;
    /// assert_eq!(class.count(), 3); // all but + −
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.table.nrows()
    }

    /// How many points are labelled.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let class = HypothesisClass::Thresholds.dichotomies(&array![[0.0], [1.0]])?;
    /// assert_eq!(class.points(), 2);
    /// # Ok(()) }
    /// ```
    pub fn points(&self) -> usize {
        self.table.ncols()
    }

    /// The labels, dichotomies × points, rows in ascending order.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let class = HypothesisClass::Thresholds.dichotomies(&array![[0.0], [1.0]])?;
    /// assert_eq!(class.table(), array![[-1, -1], [-1, 1], [1, 1]]);
    /// # Ok(()) }
    /// ```
    pub fn table(&self) -> &Array2<i8> {
        &self.table
    }

    /// What is left of the dichotomies on some of the points.
    ///
    /// # Errors
    /// [`Error::Argument`] if no point is named, one twice, or one that does not exist.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let class = Dichotomies::new(&array![[1, 1, -1], [1, -1, -1], [-1, -1, -1]])?;
    /// assert_eq!(class.restricted(&[2, 0])?.table(), array![[-1, -1], [-1, 1]]);
    /// # Ok(()) }
    /// ```
    pub fn restricted(&self, points: &[usize]) -> Result<Self> {
        self.require(points)?;
        Ok(Self::distinct(&self.table.select(Axis(1), points)))
    }

    /// Whether all 2^k labellings of these k points are there.
    ///
    /// # Errors
    /// As for [`restricted`](Self::restricted).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let line = HypothesisClass::Rays.dichotomies(&array![[0.0], [1.0], [2.0]])?;
    /// assert!(line.shatters(&[0, 2])? && !line.shatters(&[0, 1, 2])?);
    /// # Ok(()) }
    /// ```
    pub fn shatters(&self, points: &[usize]) -> Result<bool> {
        self.require(points)?;
        // As many as there are dichotomies, at least.
        Ok(points.len() < MOST_POINTS
            && self.count() >> points.len() > 0
            && self.restricted(points)?.count() == 1 << points.len())
    }

    fn require(&self, points: &[usize]) -> Result<()> {
        if points.is_empty() {
            return Err(Error::argument("points", "an empty list", "at least one point"));
        }
        let mut sorted = points.to_vec();
        sorted.sort_unstable();
        if let Some(&last) = sorted.last().filter(|&&last| last >= self.points()) {
            let allowed = format!("numbers below {}, the number of points", self.points());
            return Err(Error::argument("points", last, allowed));
        }
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::argument("points", format!("{} twice", pair[0]), "different")),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Dichotomies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} dichotomies of {} points", self.count(), self.points())
    }
}
