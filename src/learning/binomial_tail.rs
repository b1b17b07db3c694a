//! Tails of the binomial law that keep their digits for any number of trials.

use std::f64::consts::TAU;

use crate::statrs::function::gamma::ln_gamma;

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

/// The probability of k of n successes, by differences that do not cancel.
///
/// Source: C. Loader, *Fast and accurate computation of binomial probabilities* (2000).
fn density(k: u64, n: u64, p: f64) -> f64 {
    let (x, count) = (k as f64, n as f64);
    if k == 0 {
        return (count * (-p).ln_1p()).exp();
    }
    if k == n {
        return (count * p.ln()).exp();
    }
    let rest = (n - k) as f64;
    let ln_ratio = stirling_error(count)
        - stirling_error(x)
        - stirling_error(rest)
        - deviance(x, count * p)
        - deviance(rest, count * (1.0 - p));
    ln_ratio.exp() * (count / (TAU * x * rest)).sqrt()
}

/// ln n! less Stirling's ½ ln 2πn + n ln n − n.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return ln_gamma(n + 1.0) - 0.5 * (TAU * n).ln() - n * n.ln() + n;
    }
    let s = 1.0 / (n * n);
    (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s / 1680.0))) / n
}

/// x ln(x/m) + m − x.
fn deviance(x: f64, m: f64) -> f64 {
    let v = (x - m) / (x + m);
    if v.abs() > 0.1 {
        return x * (x / m).ln() + m - x;
    }
    // ln(x/m) = 2 artanh v.
    let (mut power, mut sum) = (2.0 * x * v, (x - m) * v);
    for order in 1..20 {
        power *= v * v;
        sum += power / f64::from(2 * order + 1);
    }
    sum
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
        let m: f64 = 3.5;
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
