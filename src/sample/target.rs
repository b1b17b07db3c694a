//! Runs that end when an error is small enough.

use crate::error::{Error, Result, require_positive};
use crate::progress::{Deadline, Progress};
use crate::sample::series::{Observables, TimeSeries};
use crate::sample::settings::sweeps;
use crate::sample::simulation::{MAX_MEASURED, Simulation};
use crate::stats::Estimate;

/// Errors are looked at first after so many sweeps, and then when the series has grown by a quarter to a doubling.
pub(super) const FIRST_LOOK: usize = 1024;

/// The error of a series of fewer independent values is too uncertain to end a run.
const LEAST_EFFECTIVE: f64 = 100.0;

/// An observable and the error that it is to be measured to.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let mut simulation = Ising::square(8)?.simulation(3.0)?;
/// let series = simulation.measure_until(&Target::absolute("energy", 0.01)?, 100_000)?;
/// assert!(series.complete && series.observables()?.energy.error <= 0.01);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    observable: String,
    error: f64,
    relative: bool,
}

impl Target {
    /// An observable ("energy", "heat_capacity", "magnetization", "abs_magnetization", "susceptibility", "susceptibility_full", "binder") to this
    /// standard error.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert!(Target::absolute("energy", 0.0).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such observable, or the error is not a finite number above 0.
    pub fn absolute(observable: impl Into<String>, error: f64) -> Result<Self> {
        Self::new(observable.into(), error, false)
    }

    /// An observable to this fraction of its value.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let target = Target::relative("heat_capacity", 0.1)?;
    /// let frame = Ising::square(4)?.scan([3.0]).sweeps(100_000).target(&target).run()?;
    /// assert!(frame.values("heat_capacity_err")?[0] < 0.1 * frame.values("heat_capacity")?[0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`absolute`](Self::absolute).
    pub fn relative(observable: impl Into<String>, fraction: f64) -> Result<Self> {
        Self::new(observable.into(), fraction, true)
    }

    fn new(observable: String, error: f64, relative: bool) -> Result<Self> {
        require_positive("error", error)?;
        if Observables::NAMES.contains(&observable.as_str()) {
            return Ok(Self { observable, error, relative });
        }
        let allowed = format!("one of {}", Observables::NAMES.join(", "));
        Err(Error::argument("observable", observable, allowed))
    }

    /// The error over the one aimed at; infinite as long as the series has too few independent values to tell.
    pub(super) fn excess(&self, series: &TimeSeries) -> Result<f64> {
        let estimate = series.observables()?.named(&self.observable)?;
        let Estimate { mean, error, ess, .. } = estimate;
        let aim = if self.relative { self.error * mean.abs() } else { self.error };
        // A frozen series has error 0 and ess 1.
        if ess < LEAST_EFFECTIVE || aim == 0.0 {
            return Ok(f64::INFINITY);
        }
        Ok(error / aim)
    }
}

/// The length at which to look again: where the error should be small enough, but a quarter to a whole longer than now.
pub(super) fn next_length(now: usize, excess: f64) -> usize {
    let growth = (1.05 * excess * excess).clamp(1.25, 2.0);
    (now as f64 * growth) as usize + 1
}

impl Simulation {
    /// Measures until an observable has an error as small as the target, for `max_sweeps` at most.
    ///
    /// The series is `complete` if the target was reached, with at least 100 independent values. A run that never leaves one
    /// state reaches no target. Such a run ends where its error happens to look small; as it is looked at seldom, the error still covers the
    /// truth about as often as that of a run of fixed length.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let target = Target::absolute("abs_magnetization", 0.02)?;
    /// let series = Ising::square(8)?.simulation(3.0)?.measure_until(&target, 100_000)?;
    /// assert!(series.complete);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `max_sweeps` is not between 16 and 50 million, the update or order does not fit the model, or the deadline is not a finite
    /// number above 0.
    pub fn measure_until(&mut self, target: &Target, max_sweeps: i64) -> Result<TimeSeries> {
        let most = sweeps("max_sweeps", max_sweeps, crate::stats::MIN_SERIES as i64)?;
        if most > MAX_MEASURED {
            return Err(Error::argument(
                "max_sweeps",
                max_sweeps,
                format!("at most {MAX_MEASURED}"),
            ));
        }
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("sweeps", most);
        let mut series = self.empty_series(0);
        series.complete = false;
        let mut look = FIRST_LOOK.min(most);
        self.prepare()?;
        loop {
            while series.len() < look {
                let count = self.batch().min(look - series.len());
                self.measure_into(&mut series, count)?;
                progress.add(count);
                if deadline.passed() {
                    progress.stopped();
                    return Ok(series);
                }
            }
            let excess = target.excess(&series)?;
            series.complete = excess <= 1.0;
            if series.complete || series.len() == most {
                return Ok(series);
            }
            look = next_length(series.len(), excess).min(most);
        }
    }
}
