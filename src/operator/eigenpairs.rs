//! Eigenvalues with their eigenvectors and how good they are.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_finite};
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::*;

/// Eigenvalues from both ends of a spectrum in descending order, with their eigenvectors and residuals.
///
/// A residual is |Av − λv| of the unit vector v: an eigenvalue of A lies within that distance of λ.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let pairs = Operator::from_diagonal(&Array1::linspace(0.0, 99.0, 100))?.lanczos(2).run()?;
/// assert_eq!(pairs.frame()?.values("index")?, [0.0, 1.0, 98.0, 99.0]);
/// assert!((pairs.eigenvalues[3]).abs() < 1e-6 && pairs.complete);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Eigenpairs {
    /// λ, largest first.
    pub eigenvalues: Array1<f64>,
    /// |Av − λv|.
    pub residuals: Array1<f64>,
    /// Whether the residual is below the tolerance.
    pub converged: Array1<bool>,
    /// How many of them belong to the top of the spectrum; the others are the smallest of all.
    pub top: usize,
    /// n, of all eigenvalues.
    pub dimension: usize,
    /// Products that were done.
    pub products: usize,
    /// Whether all that were asked for converged, and later vectors found no further copy of a multiple eigenvalue.
    pub complete: bool,
    vectors: Arc<Vec<Vec<f64>>>,
}

impl Eigenpairs {
    pub(super) fn new(
        dimension: usize,
        top: usize,
        eigenvalues: Vec<f64>,
        residuals: Vec<f64>,
        converged: Vec<bool>,
        vectors: Vec<Vec<f64>>,
    ) -> Self {
        Self {
            complete: converged.iter().all(|&converged| converged),
            eigenvalues: eigenvalues.into(),
            residuals: residuals.into(),
            converged: converged.into(),
            top,
            dimension,
            products: 0,
            vectors: Arc::new(vectors),
        }
    }

    /// The same, with the number of products that it took.
    pub(super) fn after(self, products: usize) -> Self {
        Self { products, ..self }
    }

    /// The eigenvector of row `row` of the [frame](Self::frame), of length 1; its sign is arbitrary.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pairs = Operator::from_diagonal(&array![1.0, 5.0])?.lanczos(1).run()?;
    /// assert!((pairs.vector(0)?[1].abs() - 1.0).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no such row.
    pub fn vector(&self, row: usize) -> Result<Array1<f64>> {
        let count = self.vectors.len();
        let allowed = || format!("below {count}, the number of pairs");
        let vector = self.vectors.get(row).ok_or_else(|| Error::argument("row", row, allowed()))?;
        Ok(Array1::from(vector.clone()))
    }

    /// All eigenvectors, one a row.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let vectors = Operator::from_diagonal(&array![1.0, 5.0])?.lanczos(1).run()?.vectors();
    /// assert!(vectors.dot(&vectors.t())[(0, 1)].abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn vectors(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.vectors.len(), self.dimension), |(k, i)| self.vectors[k][i])
    }

    /// One row per pair: `index` (the rank among all n eigenvalues, 0 the largest), `end` ("top" or "bottom"), `eigenvalue`, `residual`, `converged`,
    /// `dimension`, `products`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = Operator::from_diagonal(&array![1.0, 5.0])?.lanczos(1).run()?.frame()?;
    /// assert_eq!(frame.values("eigenvalue")?, [5.0, 1.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        let count = self.eigenvalues.len();
        Ok(df!(
            "index" => (0..count).map(|row| self.rank(row)).collect::<Vec<_>>(),
            "end" => (0..count).map(|row| self.end(row)).collect::<Vec<_>>(),
            "eigenvalue" => self.eigenvalues.to_vec(),
            "residual" => self.residuals.to_vec(),
            "converged" => self.converged.to_vec(),
            "dimension" => vec![self.dimension as u64; count],
            "products" => vec![self.products as u64; count],
            "complete" => vec![self.complete; count],
        )?)
    }

    /// The eigenvalues beyond the edges of a bulk, by more than `margin` and their own residual: the outliers of a Hessian, say, beyond the
    /// [edges](crate::theory::spectra::MarchenkoPastur::edges) that a random matrix would have.
    ///
    /// One row per outlier: `index`, `end`, `eigenvalue`, `residual` as in [`frame`](Self::frame), and `distance` beyond the edge.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pairs = Operator::from_diagonal(&array![1.0, 5.0, -0.5, 0.0])?.lanczos(2).run()?;
    /// assert_eq!(pairs.outliers(-2.0, 2.0, 0.0)?.values("eigenvalue")?, [5.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the edges are not finite and in ascending order, or the margin is not a finite number from 0.
    pub fn outliers(&self, lower: f64, upper: f64, margin: f64) -> Result<DataFrame> {
        let (lower, upper) = (require_finite("lower", lower)?, require_finite("upper", upper)?);
        if lower > upper {
            return Err(Error::argument("lower", lower, format!("at most `upper`, {upper}")));
        }
        if !(margin.is_finite() && margin >= 0.0) {
            return Err(Error::argument("margin", margin, "a finite number from 0"));
        }
        let distance = |row: usize| {
            let x = self.eigenvalues[row];
            (x - upper).max(lower - x)
        };
        let outside: Vec<usize> = (0..self.eigenvalues.len())
            .filter(|&row| distance(row) > margin + self.residuals[row])
            .collect();
        let of = |values: &Array1<f64>| outside.iter().map(|&row| values[row]).collect::<Vec<_>>();
        Ok(df!(
            "index" => outside.iter().map(|&row| self.rank(row)).collect::<Vec<_>>(),
            "end" => outside.iter().map(|&row| self.end(row)).collect::<Vec<_>>(),
            "eigenvalue" => of(&self.eigenvalues),
            "residual" => of(&self.residuals),
            "distance" => outside.iter().map(|&row| distance(row)).collect::<Vec<_>>(),
        )?)
    }

    /// The rank of a row's eigenvalue among all, 0 the largest.
    fn rank(&self, row: usize) -> u64 {
        let rank = if row < self.top { row } else { self.dimension + row - self.eigenvalues.len() };
        rank as u64
    }

    fn end(&self, row: usize) -> &'static str {
        if row < self.top { "top" } else { "bottom" }
    }
}

impl fmt::Debug for Eigenpairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (top, all, n) = (self.top, self.eigenvalues.len(), self.dimension);
        let range = match (self.eigenvalues.first(), self.eigenvalues.last()) {
            (Some(most), Some(least)) => format!(" from {most:.6} to {least:.6}"),
            _ => String::new(),
        };
        let state = if self.complete { "all converged" } else { "not complete" };
        write!(
            f,
            "Eigenpairs({top} largest and {} smallest of {n}{range}, {} products, {state})",
            all - top,
            self.products
        )
    }
}
