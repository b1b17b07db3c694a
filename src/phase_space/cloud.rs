//! Moments of a cloud of points, with errors that hold for any density.

use crate::error::{Error, Result};
use crate::information::entropy_of_samples;
use crate::ndarray::{Array1, Array2, Axis};
use crate::operator::dense::{eigen_symmetric, product};
use crate::statrs::function::gamma::digamma;

/// The smallest variance, in units of the largest, in which a cloud still has an extent.
const FLAT: f64 = 1e-13;

/// A value and one standard error.
pub(super) type Measured = (f64, f64);

/// Mean, covariance and its eigenvectors.
#[derive(Clone, Debug)]
pub(super) struct Cloud {
    pub count: usize,
    pub mean: Array1<f64>,
    pub covariance: Array2<f64>,
    /// Rows are v_i/√λ_i, so that W (θ − mean) has unit covariance; none where the cloud is flat.
    pub whitening: Option<Array2<f64>>,
    /// ln det of the covariance.
    pub ln_det: f64,
}

impl Cloud {
    /// Of at least two points, a row each.
    pub fn of(points: &Array2<f64>) -> Result<Self> {
        let (count, n) = points.dim();
        if count < 2 || n == 0 {
            let allowed = "at least two points of at least one number, a row each";
            return Err(Error::argument("samples", format!("{count} × {n}"), allowed));
        }
        // Squares of larger ones overflow.
        if let Some(x) = points.iter().find(|x| !(x.abs() < 1e150)) {
            return Err(Error::argument("samples", x, "finite numbers below 1e150"));
        }
        let mean = points.sum_axis(Axis(0)) / count as f64;
        let centred = points - &mean;
        let mut covariance = product(&centred.t().to_owned(), &centred)? / (count - 1) as f64;
        for i in 0..n {
            for j in 0..i {
                covariance[(j, i)] = covariance[(i, j)];
            }
        }
        let (variances, vectors) = eigen_symmetric(&covariance)?;
        let flat = count <= n || !(variances[0] > FLAT * variances[n - 1]);
        let whitening = (!flat)
            .then(|| Array2::from_shape_fn((n, n), |(i, j)| vectors[(j, i)] / variances[i].sqrt()));
        let ln_det = if flat { f64::NEG_INFINITY } else { variances.mapv(f64::ln).sum() };
        Ok(Self { count, mean, covariance, whitening, ln_det })
    }

    /// The points in coordinates of unit covariance, or a sentence about why there are none.
    pub fn whitened(&self, points: &Array2<f64>) -> Result<Array2<f64>> {
        match &self.whitening {
            Some(whitening) => product(&(points - &self.mean), &whitening.t().to_owned()),
            None => Err(Error::argument(
                "samples",
                format!(
                    "{} points whose covariance in {} dimensions is singular",
                    self.count,
                    self.mean.len()
                ),
                "more than there are dimensions, and not within a plane, so that they have a density",
            )),
        }
    }

    /// The standard deviation in the direction of least extent; 0 where the cloud is flat.
    pub fn least_deviation(&self) -> f64 {
        let longest = |rows: &Array2<f64>| square_norms(rows).into_iter().fold(0.0, f64::max);
        self.whitening.as_ref().map_or(0.0, |rows| 1.0 / longest(rows).sqrt())
    }

    /// The trace of the covariance.
    pub fn trace(&self, points: &Array2<f64>) -> Measured {
        let squares: Vec<f64> = points
            .rows()
            .into_iter()
            .map(|row| row.iter().zip(&self.mean).map(|(x, m)| (x - m).powi(2)).sum())
            .collect();
        (self.covariance.diag().sum(), deviation(&squares) / (self.count as f64).sqrt())
    }

    /// ½ ln det(2πeΣ), without bias for a Gaussian cloud, and its error for any.
    ///
    /// E ln det of a sample covariance is ln det Σ + Σ_i (ψ((N−i)/2) + ln 2 − ln(N−1)), i = 1 … n (Wishart).
    pub fn gaussian_entropy(&self, whitened: &Array2<f64>) -> Measured {
        let (count, n) = (self.count as f64, self.mean.len());
        let bias: f64 =
            (1..=n).map(|i| digamma(0.5 * (count - i as f64)) + (2.0 / (count - 1.0)).ln()).sum();
        let normal = 1.0 + (2.0 * std::f64::consts::PI).ln();
        let value = 0.5 * (n as f64 * normal + self.ln_det - bias);
        (value, 0.5 * deviation(&square_norms(whitened)) / count.sqrt())
    }

    /// Kozachenko and Leonenko's entropy, from distances in coordinates of unit covariance.
    pub fn neighbor_entropy(&self, whitened: &Array2<f64>, k: usize) -> Result<Measured> {
        let estimate = entropy_of_samples(whitened, k)?;
        Ok((estimate.mean + 0.5 * self.ln_det, estimate.error))
    }

    /// Mardia's kurtosis over that of a Gaussian, less 1: ⟨((θ − μ)ᵀ Σ⁻¹ (θ − μ))²⟩/(n(n + 2)) − 1, which is 0 for a Gaussian cloud.
    ///
    /// The error is that of the influence function: each point's own term, its pull on the mean and on the covariance.
    pub fn kurtosis(&self, whitened: &Array2<f64>) -> Result<Measured> {
        let (count, n) = (self.count as f64, self.mean.len() as f64);
        let squares = square_norms(whitened);
        let fourth = squares.iter().map(|s| s * s).sum::<f64>() / count;
        let weights = Array1::from(squares.clone()).insert_axis(Axis(1));
        let weighted = whitened * &weights;
        let pull = weighted.sum_axis(Axis(0)) / count;
        let matrix = product(&weighted.t().to_owned(), whitened)? / count;
        let along = product(whitened, &matrix)?;
        let influence: Vec<f64> = (whitened.rows().into_iter().zip(along.rows()))
            .zip(&squares)
            .map(|((z, mz), s)| s * s - 4.0 * z.dot(&pull) - 2.0 * z.dot(&mz))
            .collect();
        let gaussian = n * (n + 2.0);
        // With the covariance Σ (θ − μ)(θ − μ)ᵀ/N a Gaussian sample's own expectation is (N−1)/(N+1) of that (Mardia, Biometrika 57, 519 (1970)).
        let expected = gaussian * (count - 1.0) / (count + 1.0);
        let unit = ((count - 1.0) / count).powi(2);
        Ok((fourth / unit / expected - 1.0, deviation(&influence) / count.sqrt() / gaussian))
    }
}

/// |x|² of each row.
pub(super) fn square_norms(rows: &Array2<f64>) -> Vec<f64> {
    rows.rows().into_iter().map(|row| row.dot(&row)).collect()
}

/// The standard deviation.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}
