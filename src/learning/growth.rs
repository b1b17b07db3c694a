//! Sauer's bound, and growth functions as tables.

use crate::error::{Error, Result};
use crate::num_bigint::BigUint;
use crate::numeric::binomial::lower_binomials;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::theory::cover;

/// Σ_{i≤d} (m over i): no class of VC dimension d makes more dichotomies of m points.
///
/// For m ≥ d it is at most (em/d)^d, so that a class either makes all 2^m dichotomies or grows as a power of m only.
///
/// Sources: N. Sauer, J. Comb. Theory A 13, 145 (1972); S. Shelah, Pac. J. Math. 41, 247 (1972); V. Vapnik and A. Chervonenkis (1971).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(sauer_bound(10, 2)?.to_string(), "56"); // intervals attain it
/// # Ok(()) }
/// ```
///
/// # Errors
/// If m is above 20,000.
pub fn sauer_bound(m: usize, d: usize) -> Result<BigUint> {
    if m > cover::MAX_COUNTED {
        return Err(Error::argument("m", m, format!("at most {}", cover::MAX_COUNTED)));
    }
    Ok(lower_binomials(m, d))
}

/// A row for each number of points from 1 on.
pub(super) fn growth_frame(
    class: &str,
    dimension: usize,
    vc: usize,
    counts: &[BigUint],
) -> Result<DataFrame> {
    let points = 1..=counts.len();
    Ok(df!(
        "class" => vec![class; counts.len()],
        "dimension" => vec![dimension as u64; counts.len()],
        "n_points" => points.clone().map(|m| m as u64).collect::<Vec<_>>(),
        "growth" => counts.iter().map(to_f64).collect::<Vec<_>>(),
        "sauer" => points.clone().map(|m| to_f64(&lower_binomials(m, vc))).collect::<Vec<_>>(),
        "all" => points.map(|m| (m as f64).exp2()).collect::<Vec<_>>(),
    )?)
}

/// The nearest number with 53 bits, or nearly.
pub(super) fn to_f64(count: &BigUint) -> f64 {
    let digits = count.to_u32_digits();
    digits.iter().rev().fold(0.0, |sum, &digit| sum * 4_294_967_296.0 + f64::from(digit))
}
