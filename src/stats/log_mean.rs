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
    let Exponentials { whole, others, ess } = Exponentials::of(x);
    LogMean { value: whole, error: jackknife_error(whole, &others), ess }
}

/// ln(Σ exp(w_i + x_i)/Σ exp(w_i)) of independent pairs of finite values, a mean with weights exp(w); its error comes from leaving out one pair
/// at a time, and `ess` is the smaller of those of the two sums.
pub(crate) fn ln_weighted_mean_exp(ln_weights: &[f64], x: &[f64]) -> LogMean {
    let products: Vec<f64> = ln_weights.iter().zip(x).map(|(w, x)| w + x).collect();
    let (above, below) = (Exponentials::of(&products), Exponentials::of(ln_weights));
    let value = above.whole - below.whole;
    let others: Vec<f64> = above.others.iter().zip(&below.others).map(|(a, b)| a - b).collect();
    LogMean { value, error: jackknife_error(value, &others), ess: above.ess.min(below.ess) }
}

/// ln of the mean of exponentials, of all and of all but one each.
struct Exponentials {
    whole: f64,
    others: Vec<f64>,
    ess: f64,
}

impl Exponentials {
    fn of(x: &[f64]) -> Self {
        let n = x.len();
        let Some(top) = (0..n).max_by(|&a, &b| x[a].total_cmp(&x[b])) else {
            return Self { whole: f64::NEG_INFINITY, others: Vec::new(), ess: 0.0 };
        };
        let weights: Vec<f64> = x.iter().map(|value| (value - x[top]).exp()).collect();
        let sum: f64 = weights.iter().sum();
        let squares: f64 = weights.iter().map(|w| w * w).sum();
        let left = n as f64 - 1.0;
        let other = |(i, weight): (usize, &f64)| {
            // Without the largest the sum may be so small beside it that a difference would lose it.
            if i == top { without(x, top) } else { x[top] + ((sum - weight) / left).ln() }
        };
        Self {
            whole: x[top] + (sum / n as f64).ln(),
            others: weights.iter().enumerate().map(other).collect(),
            ess: sum * sum / squares,
        }
    }
}

/// √((n − 1)/n Σ (θ_i − θ̄)²) of the values that leave out one.
fn jackknife_error(whole: f64, others: &[f64]) -> f64 {
    let n = others.len() as f64;
    if others.len() < 2 {
        return f64::INFINITY;
    }
    let mean = others.iter().map(|other| other - whole).sum::<f64>() / n;
    let squares: f64 = others.iter().map(|other| (other - whole - mean).powi(2)).sum();
    ((n - 1.0) / n * squares).sqrt()
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
    fn weighted_means_by_hand() {
        // Weights 1, 2, 1 of 1, 2, 5: mean 10/4; left out (9/3, 6/2, 5/3).
        let mean = ln_weighted_mean_exp(&[0.0, 2_f64.ln(), 0.0], &[0.0, 2_f64.ln(), 5_f64.ln()]);
        assert!((mean.value - 2.5_f64.ln()).abs() < 1e-15);
        let left_out = [3_f64.ln(), 3_f64.ln(), (5.0 / 3.0_f64).ln()];
        let average = left_out.iter().sum::<f64>() / 3.0;
        let squares: f64 = left_out.iter().map(|value| (value - average).powi(2)).sum();
        assert!((mean.error - (2.0 / 3.0 * squares).sqrt()).abs() < 1e-14);
        // Products 1, 4, 5 have the smaller number: 100/42 against 16/6.
        assert!((mean.ess - 100.0 / 42.0).abs() < 1e-14);
        let equal = ln_weighted_mean_exp(&[7.0; 4], &[0.0, 1.0, 2.0, 3.0]);
        let plain = ln_mean_exp(&[0.0, 1.0, 2.0, 3.0]);
        assert!((equal.value - plain.value).abs() + (equal.error - plain.error).abs() < 1e-13);
        assert_eq!(ln_weighted_mean_exp(&[0.0], &[1.0]).error, f64::INFINITY);
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
