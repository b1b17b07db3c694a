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
/// If `n` is below 2, `t` is not a finite number above 0, or `j` or `h` is not finite.
pub fn ring_ln_z(n: usize, j: f64, h: f64, t: f64) -> Result<f64> {
    if n < 2 {
        return Err(Error::argument("n", n, "at least 2, the shortest ring"));
    }
    require_positive("temperature", t)?;
    let k = require_finite("coupling", j)? / t;
    let b = require_finite("field", h)?.abs() / t;
    // All terms are taken relative to the largest exponential, so that none overflows.
    let scale = (k + b).max(-k);
    let aligned = (k + b - scale).exp() / 2.0;
    let decay = (-2.0 * b).exp();
    let root = (aligned * (1.0 - decay)).hypot((-k - scale).exp());
    let largest = aligned * (1.0 + decay) + root;
    // λ₊λ₋ = 2 sinh(2J/T) spares the difference of nearly equal terms.
    let product = (2.0 * (k - scale)).exp() - (-2.0 * (k + scale)).exp();
    let ratio = product / (largest * largest);
    Ok(n as f64 * (scale + largest.ln()) + ratio.powf(n as f64).ln_1p())
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
        assert!(ring_ln_z(1, 1.0, 0.0, 1.0).is_err());
        assert!(ring_ln_z(8, 1.0, 0.0, f64::NAN).is_err());
    }
}
