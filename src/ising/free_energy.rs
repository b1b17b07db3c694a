//! Free energies of an Ising model.

use std::sync::Arc;

use crate::error::Result;
use crate::free_energy::{
    AnnealedImportance, Approximation, Bennett, FreeEnergies, HighTemperature, SelfConsistent,
    SelfConsistentSolution, high_temperature,
};
use crate::ising::Ising;

impl Ising {
    /// ln Z at temperature `t` by every method: settings, then `run()` gives a frame of one row each. See [`FreeEnergies`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Ising::chain(8)?.free_energies(2.0).sweeps(2_000).seed(1).run()?;
    /// assert_eq!(frame.height(), 11);
    /// # Ok(())
    /// # }
    /// ```
    pub fn free_energies(&self, t: f64) -> FreeEnergies {
        FreeEnergies::new(Arc::clone(&self.model), t)
    }

    /// The naive mean-field solution of lowest free energy at temperature `t`. See [`Approximation::MeanField`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let above = Ising::square(8)?.mean_field(5.0)?;
    /// assert!(above.magnetization.abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0.
    pub fn mean_field(&self, t: f64) -> Result<SelfConsistentSolution> {
        self.approximation(t, Approximation::MeanField).run()
    }

    /// The equations of Thouless, Anderson and Palmer at temperature `t`, solved with the default settings. See [`Approximation::Tap`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert!(Ising::sherrington_kirkpatrick(50, 1)?.tap(2.0)?.converged);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0.
    pub fn tap(&self, t: f64) -> Result<SelfConsistentSolution> {
        self.approximation(t, Approximation::Tap).run()
    }

    /// Bethe's approximation at temperature `t` by belief propagation with the default settings. See [`Approximation::Bethe`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tree = Ising::on(Lattice::chain(12).open())?;
    /// assert!((tree.bethe(1.0)?.free_energy - tree.enumerate()?.at(1.0)?.free_energy).abs() < 1e-10);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0.
    pub fn bethe(&self, t: f64) -> Result<SelfConsistentSolution> {
        self.approximation(t, Approximation::Bethe).run()
    }

    /// A self-consistent approximation at temperature `t`: settings (damping, starts, deadline), then `run()` gives the solution. See
    /// [`SelfConsistent`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let settings = Ising::square(8)?.approximation(3.0, Approximation::Tap).damping(0.2);
    /// assert!(settings.run()?.free_energy < -2.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn approximation(&self, t: f64, approximation: Approximation) -> SelfConsistent {
        SelfConsistent::new(Arc::clone(&self.model), t, approximation)
    }

    /// The high-temperature series to fourth order at temperature `t`. See [`high_temperature`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(8)?;
    /// assert!((ising.high_temperature(8.0)?.ln_z - ising.kaufman(8.0)?.ln_z).abs() < 1e-2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0 or too small, or the model is so dense that the sum would take minutes.
    pub fn high_temperature(&self, t: f64) -> Result<HighTemperature> {
        high_temperature(&self.model, t)
    }

    /// Annealed importance sampling of ln Z at these temperatures, both ways: settings, then `run()` gives a frame. See [`AnnealedImportance`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Ising::square(4)?.annealed_importance([3.0]).runs(50).run()?;
    /// assert_eq!(frame.height(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn annealed_importance(
        &self,
        temperatures: impl IntoIterator<Item = f64>,
    ) -> AnnealedImportance {
        AnnealedImportance::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }

    /// ln Z at these temperatures by Bennett's acceptance ratio, chained from β = 0: settings, then `run()` gives a frame. See [`Bennett`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Ising::square(4)?.bennett([4.0, 3.0]).sweeps(200).run()?;
    /// assert_eq!(frame.height(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bennett(&self, temperatures: impl IntoIterator<Item = f64>) -> Bennett {
        Bennett::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }
}
