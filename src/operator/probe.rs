//! Random vectors that operators are probed with.

use crate::error::Result;
use crate::ndarray::Array2;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::numeric::vector::{norm, scale};
use crate::operator::symmetric::{ROUNDING, symmetrized};
use crate::rand::RngCore;
use crate::random::Seed;

/// Numbers of all vectors that are probed at a time, 256 MiB, unless a single vector has more.
const BLOCK_NUMBERS: usize = 1 << 25;

/// The distribution of random probe vectors; both have independent entries of mean 0 and variance 1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let a = Operator::from_diagonal(&array![1.0, 2.0, 3.0])?;
/// let density = a.density().probe(Probe::Rademacher).run()?;
/// assert!((density.moment(1)?.0 - 2.0).abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Probe {
    /// Normal entries.
    #[default]
    Gaussian,
    /// Entries ±1, equally likely.
    Rademacher,
}

impl Probe {
    /// The name in tables.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(Probe::Rademacher.name(), "rademacher");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Gaussian => "gaussian",
            Self::Rademacher => "rademacher",
        }
    }

    /// The variance of xᵀAx of one such vector: 2 tr A² of normal entries, 2 (tr A² − Σ a_ii²) of signs. A mean over m vectors has the m-th part.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = array![[1.0, 3.0], [3.0, 2.0]];
    /// assert_eq!(Probe::Gaussian.trace_variance(&a)?, 46.0);
    /// assert_eq!(Probe::Rademacher.trace_variance(&a)?, 36.0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the matrix is not square and symmetric, or has entries that are not finite.
    pub fn trace_variance(self, matrix: &Array2<f64>) -> Result<f64> {
        let matrix = symmetrized(matrix, ROUNDING)?;
        let whole: f64 = matrix.iter().map(|entry| entry * entry).sum();
        let diagonal: f64 = matrix.diag().iter().map(|entry| entry * entry).sum();
        Ok(match self {
            Self::Gaussian => 2.0 * whole,
            Self::Rademacher => 2.0 * (whole - diagonal).max(0.0),
        })
    }

    /// Probe number `index`, into `out`.
    pub(crate) fn fill(self, seed: Seed, index: usize, out: &mut [f64]) {
        let mut generator = seed.child(index as u64).generator();
        match self {
            Self::Gaussian => {
                for x in out {
                    *x = StandardNormal.sample(&mut generator);
                }
            }
            Self::Rademacher => {
                for signs in out.chunks_mut(64) {
                    let mut bits = generator.next_u64();
                    for x in signs {
                        *x = if bits & 1 == 0 { 1.0 } else { -1.0 };
                        bits >>= 1;
                    }
                }
            }
        }
    }

    /// The same with length 1.
    pub(super) fn fill_unit(self, seed: Seed, index: usize, out: &mut [f64]) {
        self.fill(seed, index, out);
        let length = norm(out);
        if length > 0.0 {
            scale(out, 1.0 / length);
        }
    }
}

/// How many vectors of `n` numbers, of which so many copies are needed, are handled at a time: the same on every machine.
pub(super) fn block_size(n: usize, copies: usize, most: usize) -> usize {
    (BLOCK_NUMBERS / n.saturating_mul(copies).max(1)).clamp(1, most.max(1))
}
