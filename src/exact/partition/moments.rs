//! What a partition function and its derivatives say about a model.

use super::energy::EnergyMoments;
use crate::ndarray::{Array1, Array2};

/// Exact first and second moments of a system of N spins at one temperature, k_B = 1.
///
/// `ln_z` belongs to the whole system; free energy, energy, heat capacity and entropy are per spin, as in
/// [`Thermodynamics`](crate::exact::Thermodynamics).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let moments: Moments = Ising::chain(3)?.partition_function(2.0)?.moments()?;
/// assert!((moments.energy + moments.correlations[(0, 1)]).abs() < 1e-15);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
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
    /// Entropy per spin, (⟨E⟩/T + ln Z)/N.
    pub entropy: f64,
    /// ⟨s_i⟩, shape (N,); 0 by symmetry without a field.
    pub magnetizations: Array1<f64>,
    /// ⟨s_i s_j⟩, shape (N, N), symmetric with ones on the diagonal.
    pub correlations: Array2<f64>,
}

impl Moments {
    pub(super) fn new(
        temperature: f64,
        energy: &EnergyMoments,
        magnetizations: Array1<f64>,
        correlations: Array2<f64>,
    ) -> Self {
        let n = magnetizations.len() as f64;
        Self {
            temperature,
            ln_z: energy.ln_z,
            free_energy: -temperature * energy.ln_z / n,
            energy: temperature * energy.mean / n,
            heat_capacity: energy.variance / n,
            entropy: energy.entropy / n,
            magnetizations,
            correlations,
        }
    }

    /// The connected correlations ⟨s_i s_j⟩ − ⟨s_i⟩⟨s_j⟩, shape (N, N): T ∂⟨s_i⟩/∂h_j.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let moments = Ising::chain(5)?.field(0.3)?.partition_function(1.0)?.moments()?;
    /// let m = moments.magnetizations[0];
    /// assert!((moments.connected_correlations()[(0, 0)] - (1.0 - m * m)).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connected_correlations(&self) -> Array2<f64> {
        let m = &self.magnetizations;
        Array2::from_shape_fn(self.correlations.dim(), |(i, j)| {
            self.correlations[(i, j)] - m[i] * m[j]
        })
    }
}
