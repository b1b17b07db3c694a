//! What ln Z and its derivatives by temperature and field give.

use crate::error::Result;
use crate::polars::df;
use crate::polars::prelude::*;

/// ln Z of a system of N spins and its first two derivatives by temperature and by a uniform field, k_B = 1.
///
/// `ln_z` belongs to the whole system; everything else is per spin, with m = M/N:
/// f = −T ln Z/N, e = ⟨E⟩/N, c = (⟨E²⟩ − ⟨E⟩²)/(N T²), s = (e − f)/T, ⟨m⟩ = −∂f/∂h, χ_full = (N/T)(⟨m²⟩ − ⟨m⟩²) = ∂⟨m⟩/∂h.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let potential = chain::ring(10, 1.0, 0.0, 2.0)?;
/// assert_eq!(potential.magnetization, 0.0);
/// assert!((potential.ln_z + 10.0 * potential.free_energy / 2.0).abs() < 1e-13);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Potential {
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
    /// ⟨m⟩; 0 by symmetry without a field.
    pub magnetization: f64,
    /// Response to a field, (N/T)(⟨m²⟩ − ⟨m⟩²) = ∂⟨m⟩/∂h.
    pub susceptibility_full: f64,
}

impl Potential {
    /// One row per temperature; missing values where there is no row.
    pub(super) fn frame(temperatures: &[f64], rows: &[Option<Self>]) -> Result<DataFrame> {
        let column = |value: fn(&Self) -> f64| {
            rows.iter().map(|row| row.as_ref().map(value)).collect::<Vec<_>>()
        };
        Ok(df!(
            "temperature" => temperatures.to_vec(),
            "ln_z" => column(|row| row.ln_z),
            "free_energy" => column(|row| row.free_energy),
            "energy" => column(|row| row.energy),
            "heat_capacity" => column(|row| row.heat_capacity),
            "entropy" => column(|row| row.entropy),
            "magnetization" => column(|row| row.magnetization),
            "susceptibility_full" => column(|row| row.susceptibility_full),
        )?)
    }
}
