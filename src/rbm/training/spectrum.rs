//! Singular values of the weights, in which learning shows as modes that grow one after the other.

use faer::{Mat, MatRef, Side};

use crate::error::{Error, Result};
use crate::ndarray::Array1;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::random::Seed;
use crate::rbm::Rbm;

/// Lanczos steps for the largest one.
const STEPS: usize = 24;

impl Rbm {
    /// All singular values of W, from the largest, as many as the smaller layer has columns.
    ///
    /// While a machine learns, they leave the bulk of the random start one after the other, each when a direction of the data is learnt (A. Decelle,
    /// G. Fissore and C. Furtlehner, EPL 119, 60001 (2017)).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 2)?.weights(&array![[3.0, 0.0], [0.0, -4.0]])?;
    /// let values = rbm.singular_values()?;
    /// assert!((values[0] - 4.0).abs() < 1e-14 && (values[1] - 3.0).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the decomposition does not converge.
    pub fn singular_values(&self) -> Result<Array1<f64>> {
        let (n, m) = self.weights.dim();
        let matrix = MatRef::from_row_major_slice(self.weight_slice(), n, m);
        let values = matrix.singular_values().map_err(|_| not_converged())?;
        Ok(values.into())
    }

    /// The largest singular value, by Lanczos steps with WᵀW from a fixed random start: exact for small layers, to about 10⁻³ where many values lie
    /// close together.
    pub(in crate::rbm) fn largest_singular_value(&self) -> Result<f64> {
        let (n, m) = self.weights.dim();
        let steps = STEPS.min(m).min(n);
        let mut generator = Seed::new(0).generator();
        let mut vector: Vec<f64> = (0..n).map(|_| StandardNormal.sample(&mut generator)).collect();
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let mut tridiagonal = Mat::<f64>::zeros(steps, steps);
        let mut norm = length(&vector);
        for k in 0..steps {
            if !(norm > 0.0) {
                break;
            }
            for x in &mut vector {
                *x /= norm;
            }
            if k > 0 {
                (tridiagonal[(k, k - 1)], tridiagonal[(k - 1, k)]) = (norm, norm);
            }
            let mut hidden = vec![0.0; m];
            let mut image = vec![0.0; n];
            self.hidden_inputs_into(&vector, &mut hidden);
            self.visible_inputs_into(&hidden, &mut image);
            basis.push(vector);
            tridiagonal[(k, k)] = hidden.iter().map(|x| x * x).sum();
            // Twice, since once leaves rounding errors that grow.
            for _ in 0..2 {
                for earlier in &basis {
                    let part: f64 = earlier.iter().zip(&image).map(|(a, b)| a * b).sum();
                    image.iter_mut().zip(earlier).for_each(|(x, y)| *x -= part * y);
                }
            }
            norm = length(&image);
            if norm <= 1e-13 * tridiagonal[(k, k)] {
                norm = 0.0;
            }
            vector = image;
        }
        let values = tridiagonal.self_adjoint_eigenvalues(Side::Lower);
        let values = values.map_err(|_| not_converged())?;
        Ok(values.into_iter().fold(0.0, f64::max).sqrt())
    }
}

fn length(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn not_converged() -> Error {
    Error::Unsupported {
        what: "The singular value decomposition".to_owned(),
        why: "it did not converge".to_owned(),
        advice: "Weights of sizes from 1e-100 to 1e50 are fine; scale others.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::Array2;

    #[test]
    fn the_largest_value_is_that_of_the_whole_decomposition() -> Result<()> {
        for (n, m) in [(1, 1), (3, 7), (40, 60), (90, 30)] {
            let weights = Array2::from_shape_fn((n, m), |(i, j)| {
                (((i * 31 + j * 17) % 13) as f64 - 5.0) / (1.0 + i as f64)
            });
            let rbm = Rbm::spin(n, m)?.weights(&weights)?;
            let (all, largest) = (rbm.singular_values()?, rbm.largest_singular_value()?);
            assert!((all[0] - largest).abs() < 1e-6 * all[0], "{n} {m}: {} {largest}", all[0]);
            let squares: f64 = weights.iter().map(|w| w * w).sum();
            assert!((all.dot(&all) - squares).abs() < 1e-10 * squares);
        }
        assert_eq!(Rbm::spin(3, 2)?.largest_singular_value()?, 0.0);
        Ok(())
    }
}
