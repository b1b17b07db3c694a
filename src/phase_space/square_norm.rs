//! The law of a weighted sum of squares of Gaussians.

use crate::error::{Error, Result};
use crate::ndarray::Array1;
use crate::statrs::function::gamma::{gamma_lr, ln_gamma};

/// Terms of the series at most.
const MOST_TERMS: usize = 6_000;

/// The weight that may be left out.
const REST: f64 = 1e-12;

/// Q = Σ_j λ_j (z_j + m_j/√λ_j)² + offset, as the mixture Σ_k a_k of β χ²_{d+2k} with β the least λ.
#[derive(Clone, Debug)]
pub(super) struct SquareNorm {
    /// The largest standard deviation, in units of which all else is.
    unit: f64,
    scale: f64,
    offset: f64,
    degrees: f64,
    weights: Vec<f64>,
}

impl SquareNorm {
    /// From the variances λ and the means m along the same axes; axes without variance add a constant.
    pub fn new(variances: &Array1<f64>, means: &Array1<f64>) -> Result<Self> {
        let largest = variances.iter().copied().fold(0.0, f64::max);
        if !(largest > 0.0) {
            return Err(Error::argument("covariance", "zero", "above zero in some direction"));
        }
        let unit = largest.sqrt();
        let wide = |v: f64| v > 1e-14;
        let axes = variances.iter().zip(means).map(|(v, m)| (v / largest, m / unit));
        let offset: f64 = axes.clone().filter(|axis| !wide(axis.0)).map(|(_, m)| m * m).sum();
        if !offset.is_finite() {
            let given = format!("one {offset} times as far from 0 as the cloud is wide, squared");
            return Err(Error::argument(
                "mean",
                given,
                "so near to 0 that squares do not overflow",
            ));
        }
        let axes: Vec<(f64, f64)> =
            axes.filter(|axis| wide(axis.0)).map(|(v, m)| (v, m * m / v)).collect();
        let scale = axes.iter().map(|axis| axis.0).fold(f64::INFINITY, f64::min);
        let shifts: f64 = axes.iter().map(|axis| axis.1).sum();
        let first: f64 = axes.iter().map(|axis| 0.5 * (scale / axis.0).ln()).sum();
        let mut weights = vec![(first - 0.5 * shifts).exp()];
        let mut slopes: Vec<f64> = Vec::new();
        let mut sum = weights[0];
        let mut powers: Vec<f64> = vec![1.0; axes.len()];
        while sum < 1.0 - REST {
            let k = weights.len();
            if k >= MOST_TERMS || !(weights[0] > f64::MIN_POSITIVE) {
                return Err(Error::TooLarge {
                    what: "The law of the norm".to_owned(),
                    needs: "a longer series, as variances differ widely or the mean is far from 0"
                        .to_owned(),
                    limit: format!("{MOST_TERMS} terms"),
                    advice: "Take the histogram of a sample of the cloud.".to_owned(),
                });
            }
            let mut slope = 0.0;
            for ((variance, shift), power) in axes.iter().zip(&mut powers) {
                let gap = 1.0 - scale / variance;
                slope += 0.5 * k as f64 * shift * (scale / variance) * *power;
                *power *= gap;
                slope += 0.5 * *power;
            }
            slopes.push(slope);
            let next: f64 = slopes.iter().rev().zip(&weights).map(|(g, a)| g * a).sum();
            let next = next / k as f64;
            // Rounding alone keeps the sum below 1 once terms have vanished.
            if next < 1e-18 && sum > 0.5 && k > 100 {
                break;
            }
            weights.push(next);
            sum += next;
        }
        Ok(Self { unit, scale, offset, degrees: axes.len() as f64, weights })
    }

    /// The probability of √Q ≤ r, and the density of √Q at r.
    pub fn norm(&self, r: f64) -> Result<(f64, f64)> {
        if !(r >= 0.0 && r.is_finite()) {
            return Err(Error::argument("r", r, "a finite number of at least 0"));
        }
        let r = r / self.unit;
        let x = (r * r - self.offset) / (2.0 * self.scale);
        if x == f64::INFINITY {
            return Ok((1.0, 0.0));
        }
        if !(x > 0.0) {
            // |z| of a single Gaussian is the one law that starts above 0.
            let half = self.degrees == 1.0 && x == 0.0 && r == 0.0;
            let start = self.weights[0] * (2.0 / (std::f64::consts::PI * self.scale)).sqrt();
            return Ok((0.0, if half { start / self.unit } else { 0.0 }));
        }
        let (mut below, mut density) = (0.0, 0.0);
        for (k, weight) in self.weights.iter().enumerate() {
            let shape = 0.5 * self.degrees + k as f64;
            below += weight * gamma_lr(shape, x);
            density += weight * ((shape - 1.0) * x.ln() - x - ln_gamma(shape)).exp();
        }
        // dQ = 2r dr, and Q/(2β) is what the Gamma laws are of.
        Ok((below.min(1.0), density * r / self.scale / self.unit))
    }
}
