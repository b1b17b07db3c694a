//! Binomial coefficients by their logarithms, and sums of them in full.

use std::f64::consts::TAU;

use crate::num_bigint::BigUint;

/// Σ_{i≤d} (m over i): so many sets of at most d of m points there are.
pub(crate) fn lower_binomials(m: usize, d: usize) -> BigUint {
    let mut binomial = BigUint::from(1_u32);
    let mut sum = binomial.clone();
    for i in 1..=d.min(m) {
        binomial = binomial * (m - i + 1) / i;
        sum += &binomial;
    }
    sum
}

/// ln (n over k), as entropy of mixing and Stirling corrections (C. Loader, *Fast and accurate computation of binomial
/// probabilities* (2000)): no difference of large logarithms of factorials.
pub(crate) fn ln_binomial(n: usize, k: usize) -> f64 {
    let (n, k, rest) = (n as f64, k.min(n - k) as f64, k.max(n - k) as f64);
    if k == 0.0 {
        return 0.0;
    }
    let mixing = k * (n / k).ln() - rest * (-k / n).ln_1p();
    let prefactor = 0.5 * (n / (TAU * k * rest)).ln();
    mixing + prefactor + stirling_error(n) - stirling_error(k) - stirling_error(rest)
}

/// ln of the probability of k of n successes of probability p between 0 and 1, for whole k and n, by differences that do not cancel (Loader).
pub(crate) fn ln_binomial_law(k: f64, n: f64, p: f64) -> f64 {
    let rest = n - k;
    if k == 0.0 {
        return n * (-p).ln_1p();
    }
    if rest == 0.0 {
        return n * p.ln();
    }
    0.5 * (n / (TAU * k * rest)).ln() + stirling_error(n)
        - stirling_error(k)
        - stirling_error(rest)
        - deviance(k, n * p)
        - deviance(rest, n * (1.0 - p))
}

/// x ln(x/m) − x + m, without cancellation near x = m.
fn deviance(x: f64, m: f64) -> f64 {
    let v = (x - m) / (x + m);
    if v.abs() > 0.1 {
        return x * (x / m).ln() + m - x;
    }
    // ln(x/m) = 2 artanh v.
    let (mut power, mut sum) = (2.0 * x * v, (x - m) * v);
    for j in 1..40 {
        power *= v * v;
        let next = sum + power / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// ln n! − [½ ln(2πn) + n ln n − n].
pub(crate) fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let factorial: f64 = (1..=n as u32).map(f64::from).product();
        return factorial.ln() - (0.5 * (TAU * n).ln() + n * n.ln() - n);
    }
    let inverse = 1.0 / n;
    let x = inverse * inverse;
    let series =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360360.0];
    inverse * series.iter().rev().fold(0.0, |sum, factor| sum * x + factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::LN_2;

    #[test]
    fn sums_are_those_of_sets_counted() {
        for m in 0..=10_usize {
            for d in 0..=12 {
                let small = (0..1_usize << m).filter(|set| set.count_ones() as usize <= d).count();
                assert_eq!(lower_binomials(m, d), BigUint::from(small), "{m}, {d}");
            }
        }
    }

    #[test]
    fn binomials_are_exact() {
        let mut row = vec![1.0_f64];
        for n in 1..=60 {
            let mut next = vec![1.0];
            next.extend(row.windows(2).map(|pair| pair[0] + pair[1]));
            next.push(1.0);
            row = next;
            for (k, count) in row.iter().enumerate() {
                let error = ln_binomial(n, k) - count.ln();
                assert!(error.abs() < 4e-15 * count.ln().max(1.0), "{n} over {k}: {error}");
            }
        }
        // 10⁶ over ½ · 10⁶: 2ⁿ √(2/(πn)) (1 − 1/(4n) + 1/(32n²) …).
        let n: f64 = 1e6;
        let expected = n * LN_2 + 0.5 * (4.0 / (TAU * n)).ln() + (-0.25 / n).ln_1p();
        assert!((ln_binomial(1_000_000, 500_000) - expected).abs() < 1e-9);
    }
}
