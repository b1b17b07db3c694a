//! Quantities of infinite systems.

use std::f64::consts::LN_2;

use crate::error::{Result, require_temperatures};
use crate::exact::jet::Jet;
use crate::polars::df;
use crate::polars::prelude::*;

/// Exact quantities of an infinite lattice without a field, per spin, k_B = 1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let bulk = honeycomb::at(1.0)?;
/// assert!(bulk.magnetization > 0.95 && bulk.energy < -1.4);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bulk {
    /// The temperature T.
    pub temperature: f64,
    /// Free energy per spin.
    pub free_energy: f64,
    /// Energy per spin.
    pub energy: f64,
    /// Heat capacity per spin; large instead of infinite where T is T_c to all digits.
    pub heat_capacity: f64,
    /// Entropy per spin.
    pub entropy: f64,
    /// Spontaneous magnetization per spin: the limit of a vanishing field.
    pub magnetization: f64,
}

impl Bulk {
    /// From ln z − `depth`/T per spin as a function of β = 1/T, where the ground energy is −`depth`.
    pub(super) fn new(t: f64, depth: f64, excitations: Jet, magnetization: f64) -> Self {
        Self {
            temperature: t,
            free_energy: -(depth + t * excitations.value),
            energy: -(depth + excitations.first),
            heat_capacity: excitations.second.max(0.0) / t / t,
            entropy: (excitations.value - excitations.first / t).clamp(0.0, LN_2),
            magnetization,
        }
    }

    /// One row per temperature; the spontaneous magnetization under the name of the finite-size quantity that tends to it.
    pub(super) fn frame(
        temperatures: &[f64],
        at: impl Fn(f64) -> Result<Self>,
    ) -> Result<DataFrame> {
        require_temperatures(temperatures)?;
        let rows = temperatures.iter().map(|&t| at(t)).collect::<Result<Vec<_>>>()?;
        let column = |value: fn(&Self) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        Ok(df!(
            "temperature" => column(|row| row.temperature),
            "free_energy" => column(|row| row.free_energy),
            "energy" => column(|row| row.energy),
            "heat_capacity" => column(|row| row.heat_capacity),
            "entropy" => column(|row| row.entropy),
            "abs_magnetization" => column(|row| row.magnetization),
        )?)
    }
}

/// Exact quantities of an infinite system in a field, per spin, k_B = 1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let paramagnet = chain::infinite(0.0, 0.3, 2.0)?;
/// assert!((paramagnet.magnetization - 0.15_f64.tanh()).abs() < 1e-15);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BulkInField {
    /// The temperature T.
    pub temperature: f64,
    /// Free energy per spin.
    pub free_energy: f64,
    /// Energy per spin, that in the field included.
    pub energy: f64,
    /// Heat capacity per spin at a constant field.
    pub heat_capacity: f64,
    /// Entropy per spin.
    pub entropy: f64,
    /// Magnetization per spin.
    pub magnetization: f64,
    /// ∂m/∂h.
    pub susceptibility_full: f64,
}

impl BulkInField {
    /// One row per temperature.
    pub(super) fn frame(rows: &[Self]) -> Result<DataFrame> {
        let column = |value: fn(&Self) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        Ok(df!(
            "temperature" => column(|row| row.temperature),
            "free_energy" => column(|row| row.free_energy),
            "energy" => column(|row| row.energy),
            "heat_capacity" => column(|row| row.heat_capacity),
            "entropy" => column(|row| row.entropy),
            "magnetization" => column(|row| row.magnetization),
            "susceptibility_full" => column(|row| row.susceptibility_full),
        )?)
    }
}
