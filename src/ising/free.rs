//! Free energies and annealing from a model.

use std::sync::Arc;

use crate::error::Result;
use crate::free_energy::{
    AnnealedImportance, Approximation, Bennett, FreeEnergies, HighTemperature, MeanField,
    SelfConsistent, high_temperature,
};
use crate::ising::Ising;
use crate::sample::{Annealing, PopulationAnnealing, WangLandau};

impl Ising {
    /// ln Z at temperature `t` by every method: settings, then `run()` gives a frame of one row each. See [`FreeEnergies`].
    pub fn free_energies(&self, t: f64) -> FreeEnergies {
        FreeEnergies::new(Arc::clone(&self.model), t)
    }

    /// The high-temperature series to fourth order at temperature `t`. See [`high_temperature`].
    ///
    /// # Errors
    /// If `t` is not a finite number above 0 or too small, or the model is so dense that the sum would take minutes.
    pub fn high_temperature(&self, t: f64) -> Result<HighTemperature> {
        high_temperature(&self.model, t)
    }

    /// The equations of Thouless, Anderson and Palmer at temperature `t`, solved with the default settings. See [`Approximation::Tap`].
    ///
    /// # Errors
    /// If `t` is not a finite number above 0.
    pub fn tap(&self, t: f64) -> Result<MeanField> {
        self.approximation(t, Approximation::Tap).run()
    }

    /// Bethe's approximation at temperature `t` by belief propagation with the default settings. See [`Approximation::Bethe`].
    ///
    /// # Errors
    /// If `t` is not a finite number above 0.
    pub fn bethe(&self, t: f64) -> Result<MeanField> {
        self.approximation(t, Approximation::Bethe).run()
    }

    /// A self-consistent approximation at temperature `t`: settings (damping, starts, deadline), then `run()` gives the solution. See
    /// [`SelfConsistent`].
    pub fn approximation(&self, t: f64, approximation: Approximation) -> SelfConsistent {
        SelfConsistent::new(Arc::clone(&self.model), t, approximation)
    }

    /// Annealed importance sampling of ln Z at these temperatures, both ways: settings, then `run()` gives a frame. See [`AnnealedImportance`].
    pub fn annealed_importance(
        &self,
        temperatures: impl IntoIterator<Item = f64>,
    ) -> AnnealedImportance {
        AnnealedImportance::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }

    /// ln Z at these temperatures by Bennett's acceptance ratio, chained from β = 0: settings, then `run()` gives a frame. See [`Bennett`].
    pub fn bennett(&self, temperatures: impl IntoIterator<Item = f64>) -> Bennett {
        Bennett::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }

    /// Simulated annealing: settings, then `run()` gives the best configuration found. See [`Annealing`].
    pub fn annealing(&self) -> Annealing {
        Annealing::new(Arc::clone(&self.model))
    }

    /// Population annealing down to these temperatures: settings, then `run()` gives a frame. See [`PopulationAnnealing`].
    pub fn population_annealing(
        &self,
        temperatures: impl IntoIterator<Item = f64>,
    ) -> PopulationAnnealing {
        PopulationAnnealing::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }

    /// Wang–Landau sampling of the density of states: settings, then `run()`. See [`WangLandau`].
    pub fn wang_landau(&self) -> WangLandau {
        WangLandau::new(Arc::clone(&self.model))
    }
}
