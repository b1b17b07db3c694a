//! Exact sums over all states of an Ising model.

use std::sync::Arc;

use crate::error::Result;
use crate::exact::{Enumeration, PartitionFunction};
use crate::ising::Ising;

impl Ising {
    /// The partition function at temperature `t`, summed over all states of up to [`MAX_SUMMED`](crate::exact::MAX_SUMMED) spins
    /// with any couplings: ln Z, all magnetizations and correlations. See [`PartitionFunction`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let moments = Ising::chain(10)?.partition_function(2.0)?.moments()?;
    /// // Neighbours on a ring: (tanh K + tanh⁹ K)/(1 + tanh¹⁰ K).
    /// let th = 0.5_f64.tanh();
    /// assert!((moments.correlations[(0, 1)] - (th + th.powi(9)) / (1.0 + th.powi(10))).abs() < 1e-14);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beyond [`MAX_SUMMED`](crate::exact::MAX_SUMMED) spins, or if `t` is not a finite number above 0, or so small that energies over it overflow.
    pub fn partition_function(&self, t: f64) -> Result<PartitionFunction> {
        PartitionFunction::new(Arc::clone(&self.model), t)
    }

    /// [`enumerate`](Self::enumerate) with a limit in seconds.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let torus = Ising::on(Lattice::rectangle(4, 8))?;
    /// let message = torus.enumerate_within(0.01).unwrap_err().to_string();
    /// assert!(message.contains("beyond its deadline"), "{message}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As there, and if the limit passes before all states are visited, with an estimate of the time they take.
    pub fn enumerate_within(&self, seconds: f64) -> Result<Enumeration> {
        Enumeration::new(Arc::clone(&self.model), Some(seconds))
    }
}
