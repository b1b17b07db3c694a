//! Errors from blocks of a series.

use crate::error::Result;
use crate::stats::{Estimate, estimate};

/// Mean, error and autocorrelation time from the scatter of [`blocks`].
///
/// The automatic window of [`estimate`] stops where correlations seem to end. Under replica exchange they fall at once to the share of the slow
/// modes, since one temperature sees another configuration after nearly every exchange, and last for long at that level;
/// blocks see them as long as they are longer.
pub(super) fn estimate_by_blocks(series: &[f64]) -> Result<Estimate> {
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
    let count = means.len() as f64;
    let center = means.iter().sum::<f64>() / count;
    let squares: f64 = means.iter().map(|mean| (mean - center).powi(2)).sum();
    let error = (squares / (count * (count - 1.0))).sqrt();
    // Squared errors are proportional to τ.
    let tau = windowed.tau * (error / windowed.error).powi(2);
    let tau_err = windowed.tau_err * (tau / windowed.tau);
    Ok(Estimate { error, tau, tau_err, ess: n as f64 / (2.0 * tau), ..windowed })
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
        assert!((tau / 2.9 - 1.0).abs() < 0.1, "{tau}");
    }

    #[test]
    fn constant_series_have_no_error() {
        let constant = estimate_by_blocks(&[1.5; 100]).unwrap();
        assert_eq!((constant.mean, constant.error), (1.5, 0.0));
        assert!(estimate_by_blocks(&[1.0; 15]).is_err());
    }
}
