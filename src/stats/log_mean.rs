//! Means of exponentials, whose logarithm is what one has and wants.

/// ln of the mean of exp(x), with its jackknife error and the effective number of terms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LogMean {
    pub value: f64,
    pub error: f64,
    /// (Σ w)²/Σ w², between 1 and the number of terms.
    pub ess: f64,
}

/// ln((1/n) Σ exp(x_i)) of independent finite values; its error comes from leaving out one at a time.
///
/// The error of fewer than two values is infinite.
pub(crate) fn ln_mean_exp(x: &[f64]) -> LogMean {
    let n = x.len();
    let Some(top) = (0..n).max_by(|&a, &b| x[a].total_cmp(&x[b])) else {
        return LogMean { value: f64::NEG_INFINITY, error: f64::INFINITY, ess: 0.0 };
    };
    let weights: Vec<f64> = x.iter().map(|value| (value - x[top]).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let value = x[top] + (sum / n as f64).ln();
    let ess = sum * sum / squares;
    if n < 2 {
        return LogMean { value, error: f64::INFINITY, ess };
    }
    let left = (n - 1) as f64;
    let mut others = Vec::with_capacity(n);
    for (i, weight) in weights.iter().enumerate() {
        // Without the largest the sum may be so small beside it that a difference would lose it.
        others.push(if i == top { without(x, top) } else { x[top] + ((sum - weight) / left).ln() });
    }
    let mean = others.iter().map(|other| other - value).sum::<f64>() / n as f64;
    let squares: f64 = others.iter().map(|other| (other - value - mean).powi(2)).sum();
    LogMean { value, error: (left / n as f64 * squares).sqrt(), ess }
}

/// ln of the mean of exp(x) over all values but one.
fn without(x: &[f64], skipped: usize) -> f64 {
    let rest = || x.iter().enumerate().filter(|&(i, _)| i != skipped).map(|(_, value)| *value);
    let largest = rest().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = rest().map(|value| (value - largest).exp()).sum();
    largest + (sum / (x.len() - 1) as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_example_by_hand() {
        // exp(x) = 1, 2, 3: mean 2; left out 5/2, 2, 3/2.
        let mean = ln_mean_exp(&[0.0, 2_f64.ln(), 3_f64.ln()]);
        assert!((mean.value - 2_f64.ln()).abs() < 1e-15);
        assert!((mean.ess - 36.0 / 14.0).abs() < 1e-14);
        let left_out = [2.5_f64.ln(), 2_f64.ln(), 1.5_f64.ln()];
        let average = left_out.iter().sum::<f64>() / 3.0;
        let squares: f64 = left_out.iter().map(|value| (value - average).powi(2)).sum();
        assert!((mean.error - (2.0 / 3.0 * squares).sqrt()).abs() < 1e-14);
    }

    #[test]
    fn extreme_weights_neither_overflow_nor_vanish() {
        let mean = ln_mean_exp(&[1e5, 0.0, -1e5]);
        assert!((mean.value - (1e5 - 3_f64.ln())).abs() < 1e-9);
        assert!(mean.error.is_finite() && mean.error > 1e4);
        assert!((mean.ess - 1.0).abs() < 1e-12);
        assert_eq!(ln_mean_exp(&[2.0]).error, f64::INFINITY);
        assert_eq!(ln_mean_exp(&[3.0; 5]).error, 0.0);
    }
}
