//! The infinite honeycomb lattice without a field, J = 1. (J = −1 differs only in that one sublattice is turned over.)
//!
//! ln z = ¾ ln 2 + ¼ ⟨ln[1 + cosh³ 2K − sinh² 2K (cos p + cos q + cos(p + q))]⟩ over all wave numbers p, q, per spin, K = 1/T;
//! m⁸ = (1 + x²)³(1 − 4x + x²)/[(1 − x)⁶(1 + x)²] with x = e^{−2K} below T_c = 2/ln(2 + √3).
//!
//! Sources: R. Houtappel, Physica 16, 425 (1950); S. Naya, Prog. Theor. Phys. 11, 53 (1954). Values are good to about 1e-13
//! (the heat capacity near T_c to about 1e-10).

use crate::error::Result;
use crate::exact::bulk::Bulk;
use crate::exact::jet::Jet;
use crate::exact::planar::mean_log;
use crate::exact::triangular::inverse;
use crate::polars::prelude::DataFrame;

/// The critical temperature 2/ln(2 + √3) of the honeycomb lattice, J = 1 (R. Houtappel, 1950).
pub const HONEYCOMB_TC: f64 = 1.518651435000414;

/// The exact quantities at temperature `t`.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::{HONEYCOMB_TC, honeycomb};
/// let critical = honeycomb::at(HONEYCOMB_TC)?.energy;
/// assert!((critical + 2.0 / 3_f64.sqrt()).abs() < 1e-9);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0, or its inverse overflows.
pub fn at(t: f64) -> Result<Bulk> {
    let beta = inverse(t)?;
    let one = Jet::constant(1.0);
    let x = Jet::linear(-2.0, beta).exp();
    let square = x * x;
    // In units of e^{6K}/8: B = 2x(1 − x²)², A − 3B = (1 − 4x + x²)²(1 + x)².
    let difference = Jet::linear(-4.0, beta).exp_m1();
    let b = (x * difference * difference).scale(2.0);
    let gap = (one - x.scale(4.0) + square) * (one + x);
    Ok(Bulk::new(t, 1.5, mean_log(gap, b).scale(0.25), magnetization(x.value)))
}

fn magnetization(x: f64) -> f64 {
    let above = (1.0 - 4.0 * x + x * x).max(0.0) * (1.0 + x * x).powi(3);
    // The factor 1 − 4x + x² has a second zero beyond x = 1, out of reach.
    if above > 0.0 { (above / ((1.0 - x).powi(6) * (1.0 + x).powi(2))).powf(0.125) } else { 0.0 }
}

/// One row per temperature: `temperature`, `free_energy`, `energy`, `heat_capacity`, `entropy`, `abs_magnetization`, per spin.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = honeycomb::frame(&linspace(1.0, 2.0, 31))?;
/// assert_eq!(exact.shape(), (31, 6));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If there is no temperature, or one is not a finite number above 0.
pub fn frame(temperatures: &[f64]) -> Result<DataFrame> {
    Bulk::frame(temperatures, at)
}
