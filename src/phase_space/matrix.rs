//! Matrices of linear dynamics and of Gaussian clouds.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::{eigen_symmetric, product};
use crate::phase_space::patience::require_time;
use crate::progress::Deadline;

/// Doublings of time after which what still remembers its start has no stationary state.
pub(super) const DOUBLINGS: usize = 60;

/// The symmetric half of a matrix.
pub(super) fn symmetric(matrix: &Array2<f64>) -> Array2<f64> {
    0.5 * (matrix + &matrix.t())
}

/// The areas that a linear process of drift A and covariance C encloses per unit time: the antisymmetric half of A C.
pub(super) fn areas(drift: &Array2<f64>, covariance: &Array2<f64>) -> Array2<f64> {
    let product = drift.dot(covariance);
    0.5 * (&product - &product.t())
}

/// M Σ Mᵀ, symmetric to the last digit.
pub(super) fn sandwich(matrix: &Array2<f64>, covariance: &Array2<f64>) -> Result<Array2<f64>> {
    Ok(symmetric(&product(&product(matrix, covariance)?, &matrix.t().to_owned())?))
}

/// R with R Rᵀ = Σ for a covariance that may be singular.
pub(super) fn root(covariance: &Array2<f64>) -> Result<Array2<f64>> {
    let (values, vectors) = eigen_symmetric(covariance)?;
    Ok(vectors * &values.mapv(|value| value.max(0.0).sqrt()))
}

/// What a time leaves of a start, E, and adds in noise, Q, after the double of that time: E², and E Q Eᵀ + Q.
pub(super) fn doubled(decay: &Array2<f64>, noise: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
    (decay.dot(decay), decay.dot(noise).dot(&decay.t()) + noise)
}

/// C = E C Eᵀ + Q, by doubling of time (Smith's method); none if the start is not forgotten.
pub(super) fn settled(
    decay: &Array2<f64>,
    noise: &Array2<f64>,
    whole: Option<&Deadline>,
) -> Result<Option<Array2<f64>>> {
    let (mut decay, mut noise) = (decay.clone(), noise.clone());
    for _ in 0..DOUBLINGS {
        if let Some(whole) = whole {
            require_time(whole, "the stationary covariance")?;
        }
        (decay, noise) = doubled(&decay, &noise);
        let left = decay.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        if left < 1e-20 && noise.iter().all(|x| x.is_finite()) {
            return Ok(Some(symmetric(&noise)));
        }
        if !left.is_finite() {
            break;
        }
    }
    Ok(None)
}

/// Refuses a matrix whose entries a_ij and a_ji differ by more than 10⁻⁹ of the largest, or are not finite.
pub(super) fn require_symmetric(name: &'static str, matrix: &Array2<f64>) -> Result<()> {
    let largest = matrix.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let uneven = matrix
        .indexed_iter()
        .find(|((i, j), x)| !((**x - matrix[(*j, *i)]).abs() <= 1e-9 * largest));
    match uneven {
        Some(((i, j), x)) => {
            let given = format!("{x} at ({i}, {j}) and {} at ({j}, {i})", matrix[(j, i)]);
            Err(Error::argument(name, given, "symmetric and finite"))
        }
        None => Ok(()),
    }
}

/// One vector as the only row of a matrix.
pub(super) fn single(theta: &Array1<f64>) -> Array2<f64> {
    theta.clone().insert_axis(crate::ndarray::Axis(0))
}
