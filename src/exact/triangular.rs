//! The infinite triangular lattice without a field, J = 1 or −1.
//!
//! ln z = ln 2 + ½ ⟨ln[cosh³ 2K + sinh³ 2K − sinh 2K (cos p + cos q + cos(p + q))]⟩ over all wave numbers p, q, per spin, K = J/T;
//! m⁸ = (1 − 3y)(1 + y)³/[(1 + 3y)(1 − y)³] with y = e^{−4K} below T_c = 4/ln 3.
//! The antiferromagnet has no transition, and the entropy Cl₂(π/3)/π = 0.3230659472… at T = 0.
//!
//! Sources: R. Houtappel, Physica 16, 425 (1950); G. Wannier, Phys. Rev. 79, 357 (1950) and B 7, 5017 (1973) (erratum); R. Potts, Phys. Rev. 88,
//! 352 (1952). Values are good to about 1e-13 (the heat capacity near T_c to about 1e-10).

use crate::error::{Result, require_beta};
use crate::exact::bulk::Bulk;
use crate::exact::jet::Jet;
use crate::exact::planar::{mean_log, mean_log_frustrated};
use crate::polars::prelude::DataFrame;

/// The critical temperature 4/ln 3 of the triangular lattice, J = 1 (R. Houtappel, 1950).
pub const TRIANGULAR_TC: f64 = 3.6409569065073493;

/// The ferromagnet, J = 1, at temperature `t`.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::{TRIANGULAR_TC, triangular};
/// assert!((triangular::at(TRIANGULAR_TC)?.energy + 2.0).abs() < 1e-9);
/// assert!(triangular::at(3.0)?.magnetization > 0.9);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0, or its inverse overflows.
pub fn at(t: f64) -> Result<Bulk> {
    let beta = inverse(t)?;
    let one = Jet::constant(1.0);
    let y = Jet::linear(-4.0, beta).exp();
    // In units of e^{6K}/4: A = 1 + 3y², B = 2y(1 − y), A − 3B = (1 − 3y)².
    let b = (y * Jet::linear(-4.0, beta).exp_m1()).scale(-2.0);
    let excitations = mean_log(one - y.scale(3.0), b).scale(0.5);
    Ok(Bulk::new(t, 3.0, excitations, magnetization(y.value)))
}

fn magnetization(y: f64) -> f64 {
    let above = (1.0 - 3.0 * y).max(0.0) * (1.0 + y).powi(3);
    if above > 0.0 { (above / ((1.0 + 3.0 * y) * (1.0 - y).powi(3))).powf(0.125) } else { 0.0 }
}

/// The antiferromagnet, J = −1, at temperature `t`: frustrated, disordered at every temperature.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::triangular;
/// // Wannier's residual entropy.
/// assert!((triangular::antiferromagnet(0.01)?.entropy - 0.3230659472194507).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`at`].
pub fn antiferromagnet(t: f64) -> Result<Bulk> {
    let beta = inverse(t)?;
    let w = Jet::linear(-4.0, beta).exp();
    // In units of e^{2|K|}/4: A = 3 + w², B = 2(1 − w), A − 3B/2 = w(3 + w).
    let b = Jet::linear(-4.0, beta).exp_m1().scale(-2.0);
    let gap = w * (Jet::constant(3.0) + w);
    Ok(Bulk::new(t, 1.0, mean_log_frustrated(gap, b).scale(0.5), 0.0))
}

/// One row per temperature for J = 1: `temperature`, `free_energy`, `energy`, `heat_capacity`, `entropy`, `abs_magnetization`, per spin.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = triangular::frame(&linspace(3.0, 4.5, 31))?;
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

/// The same for J = −1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = triangular::antiferromagnet_frame(&linspace(0.1, 4.0, 40))?;
/// assert!(exact.values("entropy")?[0] > 0.32);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`frame`].
pub fn antiferromagnet_frame(temperatures: &[f64]) -> Result<DataFrame> {
    Bulk::frame(temperatures, antiferromagnet)
}

/// 1/T, where it and the few multiples of it that occur are finite.
pub(super) fn inverse(t: f64) -> Result<f64> {
    require_beta(t, 8.0)
}
