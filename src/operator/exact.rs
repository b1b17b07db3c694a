//! The whole spectrum of a small operator, by dense diagonalisation.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::operator::Operator;
use crate::operator::dense::{eigen_symmetric, eigenvalues_symmetric};
use crate::operator::eigenpairs::Eigenpairs;
use crate::operator::symmetric::symmetrized;
use crate::progress::Progress;

/// The largest matrix that is diagonalised: about ten minutes and 4 GiB.
const MAX_DENSE: usize = 10_000;

/// Columns of the matrix that are computed at a time.
const COLUMNS: usize = 64;

/// A matrix of products may be asymmetric by this fraction of its largest entry: finite differences and single precision leave that much.
const INEXACT: f64 = 1e-3;

impl Operator {
    /// The matrix, made symmetric to the last digit: n products.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0])?;
    /// assert_eq!(a.matrix()?, array![[1.0, 0.0], [0.0, 2.0]]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Above n = 10 000; if entries a_ij and a_ji differ by more than 10⁻³ of the largest; what a product returns.
    pub fn matrix(&self) -> Result<Array2<f64>> {
        let n = self.dimension();
        if n > MAX_DENSE {
            return Err(Error::TooLarge {
                what: "The whole matrix".to_owned(),
                needs: format!("{n} rows"),
                limit: MAX_DENSE.to_string(),
                advice:
                    "Use `lanczos()` for the ends of the spectrum and `density()` for the rest."
                        .to_owned(),
            });
        }
        let mut rows = Vec::with_capacity(n * n);
        let mut progress = Progress::new("rows of the matrix", n);
        for start in (0..n).step_by(COLUMNS) {
            let count = COLUMNS.min(n - start);
            let mut units = vec![0.0; count * n];
            for k in 0..count {
                units[k * n + start + k] = 1.0;
            }
            let mut images = vec![0.0; count * n];
            self.apply_into(&units, &mut images)?;
            rows.append(&mut images);
            progress.add(count);
        }
        let matrix = Array2::from_shape_vec((n, n), rows)
            .map_err(|_| Error::argument("operator", "another dimension", "as it says"))?;
        symmetrized(&matrix, INEXACT)
    }

    /// All eigenvalues in ascending order, by dense diagonalisation: n products and time n³, seconds for n = 2000.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_matrix(&array![[2.0, 1.0], [1.0, 2.0]])?;
    /// assert!((a.eigenvalues()?[1] - 3.0).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`matrix`](Self::matrix).
    pub fn eigenvalues(&self) -> Result<Array1<f64>> {
        eigenvalues_symmetric(&self.matrix()?)
    }

    /// All eigenvalues and eigenvectors, by dense diagonalisation.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pairs = Operator::from_matrix(&array![[2.0, 1.0], [1.0, 2.0]])?.eigenpairs()?;
    /// assert!((pairs.vector(0)?[0].abs() - 0.5_f64.sqrt()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`matrix`](Self::matrix).
    pub fn eigenpairs(&self) -> Result<Eigenpairs> {
        self.dense_pairs(self.dimension(), 0)
    }

    /// So many pairs from the top and from the bottom of the spectrum, by dense diagonalisation.
    pub(super) fn dense_pairs(&self, top: usize, bottom: usize) -> Result<Eigenpairs> {
        let n = self.dimension();
        let matrix = self.matrix()?;
        let (values, vectors) = eigen_symmetric(&matrix)?;
        let chosen: Vec<usize> =
            (0..n).rev().filter(|&k| k >= n.saturating_sub(top) || k < bottom).collect();
        let residual = |&k: &usize| {
            let vector = vectors.column(k);
            let excess = matrix.dot(&vector) - values[k] * &vector;
            excess.dot(&excess).sqrt()
        };
        Ok(Eigenpairs::new(
            n,
            top.min(n),
            chosen.iter().map(|&k| values[k]).collect(),
            chosen.iter().map(residual).collect(),
            vec![true; chosen.len()],
            chosen.iter().map(|&k| vectors.column(k).to_vec()).collect(),
        )
        .after(n))
    }
}
