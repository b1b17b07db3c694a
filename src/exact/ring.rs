//! The Ising ring in a field, by its 2 × 2 transfer matrix.

use crate::error::{Error, Result, require_finite, require_positive};

/// ln Z of a ring of `n` spins with coupling J in a field h at temperature T.
///
/// Z = λ₊ⁿ + λ₋ⁿ with λ± = e^{J/T} cosh(h/T) ± √(e^{2J/T} sinh²(h/T) + e^{−2J/T}). A ring of two spins has a double bond, as
/// [`Lattice`](crate::spin::Lattice) has. Source: R. J. Baxter, *Exactly Solved Models in Statistical Mechanics* (1982), eq. 2.1.9.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::ring_ln_z;
/// use statmech::prelude::*;
/// let enumerated = Ising::chain(8)?.field(0.3)?.enumerate()?.at(1.5)?.ln_z;
/// assert!((ring_ln_z(8, 1.0, 0.3, 1.5)? - enumerated).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `n` is below 2, `t` is not a finite number above 0, `j` or `h` is not finite, or ln Z would be beyond the range of numbers.
pub fn ring_ln_z(n: usize, j: f64, h: f64, t: f64) -> Result<f64> {
    if n < 2 {
        return Err(Error::argument("n", n, "at least 2, the shortest ring"));
    }
    require_positive("temperature", t)?;
    let k = require_finite("coupling", j)? / t;
    let b = require_finite("field", h)?.abs() / t;
    let most = n as f64 * (k.abs() + b);
    if !most.is_finite() {
        let allowed = format!("not so small that N (|J| + |h|)/T overflows (J = {j}, h = {h})");
        return Err(Error::argument("temperature", t, allowed));
    }
    // All terms are taken relative to the largest exponential, so that none overflows.
    let scale = (k + b).max(-k);
    let aligned = (k + b - scale).exp() / 2.0;
    let decay = (-2.0 * b).exp();
    let root = (aligned * (1.0 - decay)).hypot((-k - scale).exp());
    let half_trace = aligned * (1.0 + decay);
    let largest = half_trace + root;
    // ln |λ₋/λ₊| without the difference of nearly equal terms. λ₋ is below 0 for an antiferromagnet; on an odd ring, whose ground
    // state is frustrated, 1 − |λ₋/λ₊|ⁿ is then all that is left of Z.
    let ln_ratio = n as f64 * (-2.0 * half_trace.min(root) / largest).ln_1p();
    let negative = root > half_trace && n % 2 == 1;
    let both = if !negative {
        ln_ratio.exp().ln_1p()
    } else if ln_ratio < -1e-14 {
        (-ln_ratio.exp_m1()).ln()
    } else {
        // Cold: what is left is n · 2 (half trace)/λ₊, whose factors underflow and whose logarithms do not.
        let ln_trace = k + b - scale + decay.ln_1p();
        (n as f64).ln() + ln_trace - largest.ln()
    };
    Ok(n as f64 * (scale + largest.ln()) + both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ring_without_field_has_the_textbook_form() {
        for (n, j, t) in [(2, 1.0, 0.7), (7, 1.0, 2.0), (8, -1.0, 1.0), (9, -0.5, 0.8)] {
            let k: f64 = j / t;
            let z = (2.0 * k.cosh()).powi(n) + (2.0 * k.sinh()).powi(n);
            assert!((ring_ln_z(n as usize, j, 0.0, t).unwrap() - z.ln()).abs() < 1e-13);
        }
    }

    #[test]
    fn cold_rings_do_not_overflow() {
        let expected = 100.0 * 1000.0 + 2_f64.ln();
        assert!((ring_ln_z(100, 1.0, 0.0, 1e-3).unwrap() - expected).abs() < 1e-9);
        assert!((ring_ln_z(100, -1.0, 0.0, 1e-3).unwrap() - expected).abs() < 1e-9);
        // The frustrated odd ring: 18 ground states of energy −7 without a field, 9 of −7.5 in one.
        for t in [1e-3, 1e-2, 3e-2] {
            let expected = 7.0 / t + 18_f64.ln();
            let given = ring_ln_z(9, -1.0, 0.0, t).unwrap();
            assert!((given - expected).abs() < 1e-12 * expected, "{given} for {expected}");
            let expected = 7.5 / t + 9_f64.ln();
            let given = ring_ln_z(9, -1.0, 0.5, t).unwrap();
            assert!((given - expected).abs() < 1e-12 * expected, "{given} for {expected}");
        }
        assert!(ring_ln_z(9, 1e300, 0.0, 1e-300).is_err());
        assert!(ring_ln_z(9, -1.0, 0.0, 1e-310).is_err());
        assert!(ring_ln_z(1, 1.0, 0.0, 1.0).is_err());
        assert!(ring_ln_z(8, 1.0, 0.0, f64::NAN).is_err());
    }
}
