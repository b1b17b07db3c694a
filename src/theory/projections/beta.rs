//! Incomplete beta functions at ½, also of large parameters.

use std::f64::consts::{LN_2, PI, TAU};

use crate::numeric::binomial::stirling_error;
use crate::statrs::function::gamma::ln_gamma;

/// Terms of the continued fraction at most; about √a are needed.
const TERMS: u32 = 1_000_000;

/// ln Γ(z + 1) − [½ ln(2πz) + z ln z − z].
fn correction(z: f64) -> f64 {
    if z < 16.0 {
        ln_gamma(z + 1.0) - (0.5 * (TAU * z).ln() + z * z.ln() - z)
    } else {
        stirling_error(z)
    }
}

/// ln [2^{−(a+b)} Γ(a+b+1) / (Γ(a+1) Γ(b+1))], without differences of large numbers.
fn ln_term(a: f64, b: f64) -> f64 {
    let (sum, skew) = (a + b, (a - b) / (a + b));
    let deviance = (1.0 + skew) * skew.ln_1p() + (1.0 - skew) * (-skew).ln_1p();
    correction(sum) - correction(a) - correction(b) + 0.5 * (sum / (TAU * a * b)).ln()
        - 0.5 * sum * deviance
}

/// I_½(a, b), the fraction of the beta distribution below ½, for a, b > 0.
pub(super) fn half_beta(a: f64, b: f64) -> f64 {
    if a == b {
        return 0.5;
    }
    if a < b {
        return 1.0 - half_beta(b, a);
    }
    let front = (ln_term(a, b) + (b / (a + b)).ln()).exp();
    (front * fraction(a, b)).clamp(0.0, 1.0)
}

/// The continued fraction of I_½(a, b), by the method of Lentz; fast for a ≥ b.
fn fraction(a: f64, b: f64) -> f64 {
    let safe = |x: f64| if x.abs() < 1e-300 { 1e-300 } else { x };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - 0.5 * (a + b) / (a + 1.0));
    let mut value = d;
    for term in 1..TERMS {
        let k = f64::from(term);
        let even = 0.5 * k * (b - k) / ((a + 2.0 * k - 1.0) * (a + 2.0 * k));
        d = 1.0 / safe(1.0 + even * d);
        c = safe(1.0 + even / c);
        value *= d * c;
        let odd = -0.5 * (a + k) * (a + b + k) / ((a + 2.0 * k) * (a + 2.0 * k + 1.0));
        d = 1.0 / safe(1.0 + odd * d);
        c = safe(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// √π 2^{1−s} Γ(s − ½) / (Γ(α) Γ(β)) with s = α + β ≥ 1: the probability of a saddle for α = n₊/2 and β = n₋/2.
pub(super) fn saddle(alpha: f64, beta: f64) -> f64 {
    let s = alpha + beta;
    let ratio = correction(s - 0.5) - correction(s) + s * (-0.5 / s).ln_1p() + 0.5 * s.ln() + 0.5
        - (s - 0.5).ln();
    let ln = LN_2 + 0.5 * PI.ln() + ln_term(alpha, beta) + (alpha * beta / s).ln() + ratio;
    ln.exp().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statrs::function::beta::beta_reg;

    #[test]
    fn the_fraction_agrees_with_another_implementation() {
        for a in [0.5, 1.0, 3.5, 20.0, 150.0] {
            for b in [0.5, 2.0, 3.5, 25.0, 140.0] {
                let (ours, theirs) = (half_beta(a, b), beta_reg(a, b, 0.5));
                assert!((ours - theirs).abs() < 1e-12, "{a} {b}: {ours} {theirs}");
            }
        }
        // Normal far out: a − b = 2 standard deviations of a binomial of 2a trials.
        let (a, b) = (1e8 + 1e4, 1e8 - 1e4);
        let normal = crate::numeric::gaussian::tail(2e4 / 2e8_f64.sqrt());
        assert!((half_beta(a, b) - normal).abs() < 1e-4 * normal);
    }

    #[test]
    fn saddles_by_gamma_functions() {
        for (alpha, beta) in [(0.5, 0.5), (1.0, 1.0), (2.5, 7.0), (40.0, 30.5)] {
            let s: f64 = alpha + beta;
            let direct = (0.5 * PI.ln() + (1.0 - s) * LN_2 + ln_gamma(s - 0.5)
                - ln_gamma(alpha)
                - ln_gamma(beta))
            .exp();
            assert!((saddle(alpha, beta) - direct).abs() < 1e-12, "{alpha} {beta}");
        }
        // n₊ = n₋ → ∞: 1/√2, with a first correction of 1 + 1/(8 · 500).
        assert!((saddle(250.0, 250.0) - 0.5_f64.sqrt() * (1.0 + 1.0 / 4000.0)).abs() < 1e-6);
        assert!((saddle(1e9, 1e9) - 0.5_f64.sqrt()).abs() < 1e-9);
    }
}
