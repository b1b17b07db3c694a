//! The Gaussian cut off below 0: y ≥ 0 with weight exp(−½(y + u)²), in the tail (u > 0) as exactly as at its peak.

use crate::ndarray_rand::rand_distr::{Distribution, Exp1, StandardNormal};
use crate::numeric::gaussian::{SQRT_TAU, hazard, ln_tail};
use crate::rand::Rng;
use crate::random::Generator;

/// From here on the differences of Mills' ratio are taken from its continued fraction.
const FAR: f64 = 4.0;

/// Terms of the fraction: at u = 4 they leave 1e-20.
const TERMS: i32 = 60;

/// ln ∫₀^∞ exp(−½y² − u y) dy, the logarithm of Mills' ratio for u > 0.
pub(super) fn log_partition(u: f64) -> f64 {
    if u > 0.0 { -hazard(u).ln() } else { 0.5 * u * u + SQRT_TAU.ln() + ln_tail(u) }
}

/// The mean of y.
pub(super) fn mean(u: f64) -> f64 {
    if u < FAR { hazard(u) - u } else { 1.0 / tails(u).0 }
}

/// The variance of y.
pub(super) fn variance(u: f64) -> f64 {
    if u < FAR {
        let hazard = hazard(u);
        1.0 - hazard * (hazard - u)
    } else {
        // 1 − (u + 1/d₁)/d₁ with d₁ = u + 2/d₂ and d₂ = u + 3/d₃, without the terms that cancel.
        let (d1, d2, d3) = tails(u);
        (u + 4.0 / d2 - 3.0 / d3) / (d1 * d1 * d2)
    }
}

/// Tails d₁, d₂, d₃ of Laplace's fraction φ(u)/H(u) = u + 1/d₁, d_k = u + (k + 1)/d_{k+1}.
fn tails(u: f64) -> (f64, f64, f64) {
    let d3 = (3..TERMS).rev().fold(u, |d, k| u + f64::from(k + 1) / d);
    let d2 = u + 3.0 / d3;
    (u + 2.0 / d2, d2, d3)
}

/// A draw of y.
///
/// Up to the peak by the whole Gaussian, tried until it is positive; in the tail by an exponential of the best rate (C. P. Robert,
/// Stat. Comput. 5, 121 (1995)). Either is accepted half of the time at least.
pub(super) fn sample(u: f64, generator: &mut Generator) -> f64 {
    if u < 0.0 {
        loop {
            let z: f64 = StandardNormal.sample(generator);
            if z > u {
                return z - u;
            }
        }
    }
    // The rate ½(u + √(u² + 4)) and its distance from u.
    let root = u.hypot(2.0);
    let (rate, beyond) = (f64::midpoint(u, root), 2.0 / (u + root));
    loop {
        let exponential: f64 = Exp1.sample(generator);
        let y = exponential / rate;
        if generator.random::<f64>() < (-0.5 * (y - beyond).powi(2)).exp() {
            return y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::quadrature::DoubleExponential;
    use crate::random::Seed;

    /// ∫₀^∞ yᵏ exp(−½y² − u y) dy over e^top, on (0, reach) where all the weight is.
    fn moment(k: i32, u: f64, top: f64) -> f64 {
        // Scaled to where the weight falls by e⁻⁶⁰.
        let reach = if u > 0.0 { 60.0 / (u + 5.0) + 6.0 / (1.0 + u) } else { -u + 12.0 };
        let rule = DoubleExponential::new(400);
        let weight = |y: f64| y.powi(k) * (-0.5 * y * y - u * y - top).exp();
        rule.step * rule.nodes(reach).map(|(y, w)| w * weight(y)).sum::<f64>()
    }

    #[test]
    fn moments_are_those_of_quadrature() {
        for u in [-30.0, -6.0, -2.0, -0.3, 0.0, 0.4, 2.0, 3.999, 4.001, 7.0, 40.0, 1e3] {
            let top = if u < 0.0 { 0.5 * u * u } else { 0.0 };
            let z = moment(0, u, top);
            let (first, second) = (moment(1, u, top) / z, moment(2, u, top) / z);
            assert!((log_partition(u) - top - z.ln()).abs() < 2e-13 * (1.0 + top), "ln Z at {u}");
            assert!((mean(u) / first - 1.0).abs() < 1e-12, "mean at {u}");
            let spread = second - first * first;
            assert!((variance(u) / spread - 1.0).abs() < 1e-9, "variance at {u}: {spread}");
        }
        // Far out y is exponential with the rate u, far in a Gaussian around −u.
        for u in [1e6, 1e12] {
            assert!((mean(u) * u - 1.0).abs() < 1e-11 && (variance(u) * u * u - 1.0).abs() < 1e-11);
            assert!((log_partition(u) + u.ln()).abs() < 1e-11);
            assert!((mean(-u) / u - 1.0).abs() < 1e-15 && (variance(-u) - 1.0).abs() < 1e-15);
        }
        // The fraction and the differences agree where they meet.
        assert!((mean(FAR) / mean(FAR - 1e-9) - 1.0).abs() < 1e-9);
        assert!((variance(FAR) / variance(FAR - 1e-9) - 1.0).abs() < 1e-8);
    }

    #[test]
    fn draws_have_the_mean_and_variance() {
        for (k, u) in [-5.0, -0.5, 0.0, 0.3, 3.0, 50.0].into_iter().enumerate() {
            let mut generator = Seed::new(3).child(k as u64).generator();
            let n = 100_000;
            let draws: Vec<f64> = (0..n).map(|_| sample(u, &mut generator)).collect();
            assert!(draws.iter().all(|y| *y >= 0.0));
            let average = draws.iter().sum::<f64>() / f64::from(n);
            let deviations = draws.iter().map(|y| (y - average).powi(2));
            let spread = deviations.sum::<f64>() / f64::from(n);
            let sigma = (variance(u) / f64::from(n)).sqrt();
            assert!((average - mean(u)).abs() < 4.0 * sigma, "mean at {u}");
            // An exponential's squared deviations have a standard deviation of √8 variances.
            let sigma = variance(u) * (8.0 / f64::from(n)).sqrt();
            assert!((spread - variance(u)).abs() < 4.0 * sigma, "variance at {u}");
        }
    }
}
