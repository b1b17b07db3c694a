//! Normal numbers, and random features of inputs.

use faer::Accum;

use super::ridge_solver::{view, view_mut};
use crate::error::Result;
use crate::ndarray::Array2;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::numeric::product::multiply;
use crate::random::Generator;

/// Normal numbers of this standard deviation.
pub(super) fn normal(
    rows: usize,
    columns: usize,
    deviation: f64,
    generator: &mut Generator,
) -> Array2<f64> {
    let mut draw = || -> f64 { StandardNormal.sample(generator) };
    Array2::from_shape_simple_fn((rows, columns), || deviation * draw())
}

/// max(0, x·w) − `mean` for all inputs x and weights w, the columns.
pub(super) fn relu(inputs: &Array2<f64>, w: &Array2<f64>, mean: f64) -> Result<Array2<f64>> {
    // Once only, as these are the most numbers of a draw.
    let mut features = Array2::zeros((inputs.nrows(), w.ncols()));
    multiply(view_mut(&mut features)?, Accum::Replace, view(inputs)?, view(w)?, 1.0);
    features.mapv_inplace(|z| z.max(0.0) - mean);
    Ok(features)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::array;

    #[test]
    fn features_by_hand() -> Result<()> {
        let (x, w) = (array![[1.0, 2.0], [-1.0, 1.0]], array![[1.0, 0.0, -3.0], [0.5, -1.0, 2.0]]);
        assert_eq!(relu(&x, &w, 0.0)?, array![[2.0, 0.0, 1.0], [0.0, 0.0, 5.0]]);
        assert_eq!(relu(&x, &w, 0.5)?, array![[1.5, -0.5, 0.5], [-0.5, -0.5, 4.5]]);
        Ok(())
    }
}
