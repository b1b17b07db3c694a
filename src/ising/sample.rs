//! Monte Carlo sampling of an Ising model.

use std::sync::Arc;

use crate::error::Result;
use crate::ising::Ising;
use crate::sample::{
    Annealing, PopulationAnnealing, Scan, Simulation, SnapshotSampling, Tempering, WangLandau,
};

impl Ising {
    /// A Monte Carlo simulation at temperature `t`, to be advanced and measured step by step. See [`Simulation`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let mut simulation = Ising::square(16)?.simulation(2.0)?.seed(1);
    /// simulation.advance(100)?;
    /// assert_eq!(simulation.snapshot()?.dim(), (16, 16));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0.
    pub fn simulation(&self, t: f64) -> Result<Simulation> {
        Simulation::new(Arc::clone(&self.model), t)
    }

    /// Monte Carlo at each of these temperatures: settings, then `run()` gives a frame. See [`Scan`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = Ising::square(8)?.scan([2.0, 3.0]).sweeps(100).seed(1).run()?;
    /// assert_eq!(frame.height(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan(&self, temperatures: impl IntoIterator<Item = f64>) -> Scan {
        Scan::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }

    /// Decorrelated configurations at temperature `t`, as data: settings, then `run()`. See [`SnapshotSampling`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let snapshots = Ising::square(8)?.snapshots(2.5).samples(100).seed(1).run()?;
    /// assert_eq!(snapshots.states.dim(), (100, 64));
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshots(&self, t: f64) -> SnapshotSampling {
        SnapshotSampling::new(Arc::clone(&self.model), t)
    }

    /// Parallel tempering over these ascending temperatures: settings, then `run()`. See [`Tempering`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 2.5, 3.0]).sweeps(200).run()?;
    /// assert_eq!(tempered.frame()?.height(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn tempering(&self, temperatures: impl IntoIterator<Item = f64>) -> Tempering {
        Tempering::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }

    /// Simulated annealing: settings, then `run()` gives the best configuration found. See [`Annealing`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let best = Ising::chain(10)?.annealing().sweeps(100).run()?;
    /// assert_eq!(best.energy, -1.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn annealing(&self) -> Annealing {
        Annealing::new(Arc::clone(&self.model))
    }

    /// Population annealing down to these temperatures: settings, then `run()` gives a frame. See [`PopulationAnnealing`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Ising::square(4)?.population_annealing([3.0]).population(50).sweeps(2).run()?;
    /// assert_eq!(frame.height(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn population_annealing(
        &self,
        temperatures: impl IntoIterator<Item = f64>,
    ) -> PopulationAnnealing {
        PopulationAnnealing::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }

    /// Wang–Landau sampling of the density of states: settings, then `run()`. See [`WangLandau`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let density = Ising::chain(8)?.wang_landau().sweeps(2_000).runs(4).run()?;
    /// assert_eq!(density.energies[0], -8.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wang_landau(&self) -> WangLandau {
        WangLandau::new(Arc::clone(&self.model))
    }
}
