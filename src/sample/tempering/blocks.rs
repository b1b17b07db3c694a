//! Errors from blocks of a series.

use crate::error::Result;
use crate::stats::{Estimate, estimate};

/// Mean, error and autocorrelation time from the scatter of [`blocks`].
///
/// The automatic window of [`estimate`] stops where correlations seem to end. Under replica exchange they fall at once to the share of the slow
/// modes, since one temperature sees another configuration after nearly every exchange, and last for long at that level;
/// blocks see them as long as they are longer. Where neighbouring blocks are still correlated their covariance, if positive, is added: short runs have
/// no longer blocks.
pub(crate) fn estimate_by_blocks(series: &[f64]) -> Result<Estimate> {
    let windowed = estimate(series)?;
    if windowed.error == 0.0 {
        return Ok(windowed);
    }
    let n = series.len();
    let length = n / blocks(n, windowed.tau);
    let means: Vec<f64> = series[n % length..]
        .chunks_exact(length)
        .map(|block| block.iter().sum::<f64>() / length as f64)
        .collect();
    let error = error_of_mean(&means);
    // Squared errors are proportional to τ.
    let tau = windowed.tau * (error / windowed.error).powi(2);
    let tau_err = windowed.tau_err * (tau / windowed.tau);
    Ok(Estimate { error, tau, tau_err, ess: n as f64 / (2.0 * tau), ..windowed })
}

/// √((c₀ + 2 c₁)/B) of the means of B blocks, with the covariance c₁ of neighbours where it is positive.
fn error_of_mean(means: &[f64]) -> f64 {
    let count = means.len() as f64;
    let center = means.iter().sum::<f64>() / count;
    let variance = means.iter().map(|x| (x - center).powi(2)).sum::<f64>() / (count - 1.0);
    let products = means.windows(2).map(|pair| (pair[0] - center) * (pair[1] - center));
    // Deviations from their own mean are anticorrelated by 1/B.
    let neighbors = products.sum::<f64>() / (count - 1.0) + variance / count;
    ((variance + 2.0 * neighbors.max(0.0)) / count).sqrt()
}

/// 8 to 32 blocks, of 20 windowed τ each where the series is long enough.
pub(super) fn blocks(length: usize, tau: f64) -> usize {
    ((length as f64 / (20.0 * tau)) as usize).clamp(8, 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rand::Rng;
    use crate::random::Seed;
    use crate::stats::testing::autoregressive;

    /// Uncorrelated noise, and a slow sign with a tenth of the variance that turns every 50 steps on average.
    fn mixed(seed: u64) -> Vec<f64> {
        let mut generator = Seed::new(seed).generator();
        let mut sign = 1.0;
        (0..20_000)
            .map(|_| {
                if generator.random::<f64>() < 0.02 {
                    sign = -sign;
                }
                let noise = if generator.random::<bool>() { 1.0 } else { -1.0 };
                noise + sign / 3.0
            })
            .collect()
    }

    #[test]
    fn slow_parts_count() {
        // ρ(t) = 0.1 · 0.96^t: τ = ½ + 0.1 · 24 = 2.9. 200 runs fix the scatter of their means to 5 %.
        let (mut squares, mut variance, mut tau) = (0.0, 0.0, 0.0);
        for seed in 0..200 {
            let estimate = estimate_by_blocks(&mixed(seed)).unwrap();
            squares += estimate.mean.powi(2) / 200.0;
            variance += estimate.error.powi(2) / 200.0;
            tau += estimate.tau / 200.0;
        }
        assert!((variance / squares - 1.0).abs() < 0.4, "{variance} for {squares}");
        // The covariance of neighbouring blocks counts only where chance makes it positive: 14 % with 32 of them.
        assert!((tau / (1.14 * 2.9) - 1.0).abs() < 0.1, "{tau}");
    }

    #[test]
    fn correlated_blocks_count() {
        // Means 1, 1, −1, −1, …: variance 16/15, 8 of 15 neighbours alike and 7 unlike.
        let alike = [1.0, 1.0, -1.0, -1.0].repeat(4);
        let expected = 16.0 / 15.0 + 2.0 * (1.0 / 15.0 + 1.0 / 15.0);
        assert!((error_of_mean(&alike) - (expected / 16.0_f64).sqrt()).abs() < 1e-15);
        let unlike = [1.0, -1.0].repeat(8);
        assert!((error_of_mean(&unlike) - (1.0_f64 / 15.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn short_runs_of_slow_series_have_honest_errors() {
        // τ = 19½ of 1000 values in 25 blocks or so, which are hardly longer; a window does no better.
        let covered = (0..1000)
            .map(|seed| estimate_by_blocks(&autoregressive(0.95, 1_000, seed)).unwrap())
            .filter(|x| x.mean.abs() <= x.error)
            .count();
        assert!((630..=730).contains(&covered), "{covered} of 1000");
        let white = (0..1000)
            .map(|seed| estimate_by_blocks(&autoregressive(0.0, 1_000, seed)).unwrap())
            .filter(|x| x.mean.abs() <= x.error)
            .count();
        assert!((630..=730).contains(&white), "white: {white} of 1000");
    }

    #[test]
    fn constant_series_have_no_error() {
        let constant = estimate_by_blocks(&[1.5; 100]).unwrap();
        assert_eq!((constant.mean, constant.error), (1.5, 0.0));
        assert!(estimate_by_blocks(&[1.0; 15]).is_err());
    }
}
