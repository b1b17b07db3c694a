//! What ln Z and its derivatives by temperature give.

use crate::error::Result;
use crate::exact::jet::Jet;
use crate::polars::df;
use crate::polars::prelude::*;

/// ln Z of a system of N spins and its derivatives by temperature, k_B = 1.
///
/// `ln_z` belongs to the whole system; everything else is per spin:
/// f = −T ln Z/N, e = −(∂ ln Z/∂β)/N, c = (∂² ln Z/∂β²)/(N T²), s = (e − f)/T.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let caloric = Ising::square(32)?.kaufman(2.5)?;
/// let free_energy = caloric.energy - 2.5 * caloric.entropy;
/// assert!((caloric.free_energy - free_energy).abs() < 1e-13);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caloric {
    /// The temperature T.
    pub temperature: f64,
    /// ln Z of the whole system.
    pub ln_z: f64,
    /// Free energy per spin, −T ln Z/N.
    pub free_energy: f64,
    /// Energy per spin, ⟨E⟩/N.
    pub energy: f64,
    /// Heat capacity per spin, (⟨E²⟩ − ⟨E⟩²)/(N T²).
    pub heat_capacity: f64,
    /// Entropy per spin.
    pub entropy: f64,
}

impl Caloric {
    /// The quantities of `n` spins with ground energy −`depth`, from ln Z − `depth`/T as a function of β = 1/T.
    pub(super) fn new(t: f64, n: f64, depth: f64, excitations: Jet) -> Self {
        let ln_z = depth / t + excitations.value;
        Self {
            temperature: t,
            ln_z,
            free_energy: -(depth + t * excitations.value) / n,
            energy: -(depth + excitations.first) / n,
            // Rounding alone may take them below 0. Two divisions by T: T² would underflow before the quotient does.
            heat_capacity: excitations.second.max(0.0) / t / t / n,
            entropy: ((excitations.value - excitations.first / t) / n).max(0.0),
        }
    }

    /// One row per temperature.
    pub(super) fn frame(rows: &[Self]) -> Result<DataFrame> {
        let column = |value: fn(&Self) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        Ok(df!(
            "temperature" => column(|row| row.temperature),
            "ln_z" => column(|row| row.ln_z),
            "free_energy" => column(|row| row.free_energy),
            "energy" => column(|row| row.energy),
            "heat_capacity" => column(|row| row.heat_capacity),
            "entropy" => column(|row| row.entropy),
        )?)
    }
}
