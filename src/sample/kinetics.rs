//! How fast a run forgets: autocorrelation functions, relaxation times and equilibration of measured series.

use crate::error::{Error, Result};
use crate::polars::prelude::DataFrame;
use crate::sample::series::TimeSeries;
use crate::stats::{
    Equilibration, Estimate, autocorrelation_frame, equilibration, relaxation_time,
};

/// What a series holds.
const NAMES: [&str; 3] = ["energy", "magnetization", "abs_magnetization"];

impl TimeSeries {
    /// The values of "energy", "magnetization" or "abs_magnetization" per spin, sweep by sweep.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let series = Ising::square(4)?.simulation(2.0)?.measure(100)?;
    /// assert_eq!(series.values("energy")?, series.energy);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn values(&self, observable: &str) -> Result<Vec<f64>> {
        match observable {
            "energy" => Ok(self.energy.clone()),
            "magnetization" => Ok(self.magnetization.clone()),
            "abs_magnetization" => Ok(self.magnetization.iter().map(|m| m.abs()).collect()),
            _ => Err(Error::argument(
                "observable",
                observable,
                format!("one of {}", NAMES.join(", ")),
            )),
        }
    }

    /// The autocorrelation function of an observable up to a lag, in sweeps: columns `lag`, `rho`, `rho_err`. See
    /// [`autocorrelation_frame`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let series = Ising::square(8)?.simulation(2.6)?.measure(5_000)?;
    /// let figure = series.autocorrelation("energy", 30)?.scatter("lag", "rho")?;
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such observable (see [`values`](Self::values)), or the series is shorter than 16 sweeps or not longer than `max_lag`.
    pub fn autocorrelation(&self, observable: &str, max_lag: usize) -> Result<DataFrame> {
        autocorrelation_frame(&self.values(observable)?, max_lag)
    }

    /// The time, in sweeps, in which the autocorrelation of an observable falls to 1/e at long times. See [`relaxation_time`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let series = Ising::square(8)?.simulation(2.6)?.measure(20_000)?;
    /// assert!(series.relaxation_time("energy")?.mean > 1.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such observable (see [`values`](Self::values)), or its series has no decay to be seen.
    pub fn relaxation_time(&self, observable: &str) -> Result<Estimate> {
        relaxation_time(&self.values(observable)?)
    }

    /// How many first sweeps to leave out for an observable, and whether the rest looks stationary. See [`equilibration`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let series = Ising::square(8)?.simulation(5.0)?.measure(2_000)?;
    /// assert!(series.equilibration("energy")?.start < 500);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such observable (see [`values`](Self::values)), or fewer than 64 sweeps were measured.
    pub fn equilibration(&self, observable: &str) -> Result<Equilibration> {
        equilibration(&self.values(observable)?)
    }
}
