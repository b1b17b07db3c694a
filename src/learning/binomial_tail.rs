//! Tails of the binomial law that keep their digits for any number of trials.

use crate::numeric::binomial::ln_binomial_law;

/// P(at most k of n successes of probability p), for k < n.
///
/// The term at the edge of the tail, times the sum of the others relative to it, each from the one before. The smaller tail is summed, in which terms fall: some √n of them count.
pub(super) fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if !(p > 0.0) {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    let odds = p / (1.0 - p);
    if (k as f64) < n as f64 * p {
        let (mut term, mut sum) = (1.0, 1.0);
        for j in (1..=k).rev() {
            term *= j as f64 / ((n - j + 1) as f64 * odds);
            sum += term;
            if term < 1e-17 * sum {
                break;
            }
        }
        sum * density(k, n, p)
    } else {
        let (mut term, mut sum) = (1.0, 1.0);
        for j in k + 1..n {
            term *= (n - j) as f64 * odds / (j + 1) as f64;
            sum += term;
            if term < 1e-17 * sum {
                break;
            }
        }
        1.0 - sum * density(k + 1, n, p)
    }
}

fn density(k: u64, n: u64, p: f64) -> f64 {
    ln_binomial_law(k as f64, n as f64, p).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By Pascal's recursion, all terms positive.
    fn by_recursion(k: usize, n: usize, p: f64) -> f64 {
        let mut law = vec![0.0; n + 1];
        law[0] = 1.0;
        for _ in 0..n {
            for j in (0..=n).rev() {
                law[j] = (1.0 - p) * law[j] + if j > 0 { p * law[j - 1] } else { 0.0 };
            }
        }
        law[..=k].iter().sum()
    }

    #[test]
    fn tails_of_few_trials_are_sums_of_the_law() {
        for n in [1_u64, 5, 40, 300] {
            for k in [0, 1, n / 3, n / 2, n - 1].into_iter().filter(|&k| k < n) {
                for p in [1e-9, 0.01, 0.3, 0.5, 0.77, 0.999] {
                    let (found, expected) =
                        (at_most(k, n, p), by_recursion(k as usize, n as usize, p));
                    assert!(
                        (found - expected).abs() < 1e-12 * expected + 1e-15,
                        "{k} of {n} at {p}: {found} {expected}"
                    );
                }
            }
        }
        assert_eq!((at_most(3, 5, 0.0), at_most(3, 5, 1.0)), (1.0, 0.0));
    }

    #[test]
    fn tails_of_many_trials_are_those_of_poisson_and_gauss() {
        // P(at most 2) = e^−m (1 + m + m²/2), up to terms m²/n.
        let m = 3.5_f64;
        let poisson = (-m).exp() * (1.0 + m + 0.5 * m * m);
        let n = 1_000_000_000_000;
        assert!((at_most(2, n, m / n as f64) / poisson - 1.0).abs() < 1e-10);
        // A half of them at p = ½: ½ and half the middle term.
        let n = 1_000_000_000;
        let middle = (2.0 / (std::f64::consts::PI * n as f64)).sqrt();
        assert!((at_most(n / 2, n, 0.5) - 0.5 - 0.5 * middle).abs() < 1e-11);
        // Two standard deviations above the mean; half a step is the correction for whole numbers.
        let k = n / 2 + (n as f64).sqrt().round() as u64;
        let gauss =
            crate::numeric::gaussian::tail(-((k - n / 2) as f64 + 0.5) / (0.5 * (n as f64).sqrt()));
        assert!((at_most(k, n, 0.5) - gauss).abs() < 1e-9);
    }
}
