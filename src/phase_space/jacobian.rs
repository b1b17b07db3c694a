//! The Jacobian of a flow, kept apart from its growth so that neither overflows nor degenerates.

use crate::landscape::norm;
use crate::ndarray::Array2;

/// M = Q R: orthonormal columns, which a flow carries on, and what was divided out of them so far.
#[derive(Clone, Debug)]
pub(super) struct Jacobian {
    n: usize,
    /// R, the upper triangle.
    triangle: Array2<f64>,
    /// ln |det R|.
    pub log_determinant: f64,
}

impl Jacobian {
    pub fn identity(n: usize) -> Self {
        Self { n, triangle: Array2::eye(n), log_determinant: 0.0 }
    }

    /// Takes the growth out of columns that stand one after the other, which are orthonormal afterwards.
    pub fn absorb(&mut self, columns: &mut [f64]) {
        let n = self.n;
        let mut growth = Array2::<f64>::zeros((n, n));
        for k in 0..n {
            let (before, rest) = columns.split_at_mut(k * n);
            let column = &mut rest[..n];
            // Twice, so that columns are orthogonal to the last digit.
            for _ in 0..2 {
                for (j, other) in before.chunks_exact(n).enumerate() {
                    let along: f64 = other.iter().zip(column.iter()).map(|(a, b)| a * b).sum();
                    growth[(j, k)] += along;
                    column.iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
                }
            }
            let size = norm(&*column);
            growth[(k, k)] = size;
            self.log_determinant += size.ln();
            for x in &mut *column {
                *x /= size;
            }
        }
        self.triangle = growth.dot(&self.triangle);
    }

    /// M, of columns just [absorbed](Self::absorb).
    pub fn matrix(&self, columns: &[f64]) -> Array2<f64> {
        let n = self.n;
        Array2::from_shape_fn((n, n), |(i, k)| columns[k * n + i]).dot(&self.triangle)
    }
}

/// The columns of the identity.
pub(super) fn units(n: usize) -> Vec<f64> {
    let mut columns = vec![0.0; n * n];
    columns.iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);
    columns
}
