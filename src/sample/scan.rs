//! Monte Carlo over a list of temperatures.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_temperatures};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::rounds::{Limits, advance};
use crate::sample::series::TimeSeries;
use crate::sample::settings::{SiteOrder, Start, Update, sweeps};
use crate::sample::simulation::{MAX_MEASURED, Simulation};
use crate::sample::table::{Row, observed, with_exact};
use crate::sample::target::{FIRST_LOOK, Target, next_length};
use crate::setters::setters;
use crate::spin::PairModel;
use crate::stats::MIN_SERIES;

/// Settings of a Monte Carlo scan over temperatures; [`run`](Self::run) gives the frame.
///
/// Temperatures run in parallel, each on the stream of its own index: the frame is the same for any number of threads.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let scan = Ising::square(8)?.scan(linspace(2.0, 3.0, 3)).sweeps(2_000).seed(1).run()?;
/// assert_eq!(scan.height(), 3);
/// let energy = scan.column("energy")?.f64()?;
/// assert!(energy.get(0) < energy.get(2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "settings return a changed copy and leave the original as it was"]
pub struct Scan {
    model: Arc<PairModel>,
    temperatures: Vec<f64>,
    pub(crate) sweeps: i64,
    thermalization: Option<i64>,
    update: Update,
    order: SiteOrder,
    seed: Seed,
    start: Start,
    deadline: Option<f64>,
    target: Option<Target>,
}

/// One temperature's system and what was measured on it.
struct Run {
    simulation: Simulation,
    series: TimeSeries,
}

/// All temperatures, whose series say how far they came.
struct Outcome {
    runs: Vec<Run>,
    thermalized: usize,
}

impl Scan {
    pub(crate) fn new(model: Arc<PairModel>, temperatures: Vec<f64>) -> Self {
        Self {
            model,
            temperatures,
            sweeps: 10_000,
            thermalization: None,
            update: Update::default(),
            order: SiteOrder::default(),
            seed: Seed::default(),
            start: Start::default(),
            deadline: None,
            target: None,
        }
    }

    setters! { "Ising::square(4)?.scan([2.0, 3.0])":
        /// Sweeps measured at each temperature; default 10 000, which gives errors near 1 % away from T_c.
        sweeps;
        /// Sweeps before measuring; default a fifth of [`sweeps`](Self::sweeps).
        ///
        /// With none at all, [`Update::Wolff`] still does 8 to learn how many clusters make a sweep.
        thermalization;
        /// How spins change; default [`Update::Metropolis`].
        update;
        /// Which site comes next; default [`SiteOrder::Random`]. Cluster updates ignore it.
        order;
        /// The starting configuration; default [`Start::Up`].
        start;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the rows hold what was measured so far and `complete` is false; default none.
        ///
        /// Thermalization gets its share of the time, at most nine tenths, and leaves enough to measure 16 sweeps. The limit is passed by about one
        /// sweep of all temperatures at most.
        deadline;
    }

    /// Ends the run at each temperature when an observable's error there is as small as the target, with at least 100 independent values;
    /// `sweeps` is then the most that are measured, and `complete` says where the target was reached. Default none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let target = Target::relative("energy", 0.01)?;
    /// let scan = Ising::square(8)?.scan([2.0, 4.0]).sweeps(200_000).target(&target).run()?;
    /// let sweeps = scan.values("sweeps")?;
    /// assert!(sweeps[0] < sweeps[1] && sweeps[1] < 200_000.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn target(&self, target: &Target) -> Self {
        Self { target: Some(target.clone()), ..self.clone() }
    }

    /// Runs the scan: one row per temperature, in the order given, all quantities per spin.
    ///
    /// Columns: `model`, `n_spins`, `size` (first side), `temperature`; `energy`, `heat_capacity`, `magnetization`, `abs_magnetization`,
    /// `susceptibility`, `susceptibility_full`, `binder` as [`Thermodynamics`](crate::exact::Thermodynamics) defines them, each followed by `_err` (one standard
    /// error), energy and |m| also by `_tau` (τ in sweeps, ½ + Σρ) and `_tau_err`, energy by `_ess`; `update`, `order`, `sweeps` (as measured),
    /// `thermalization` (as done), `seed`, `complete`. Up to 20 spins the exact values follow as `energy_exact`,
    /// `heat_capacity_exact`, `magnetization_exact`, `abs_magnetization_exact`, `susceptibility_exact`,
    /// `susceptibility_full_exact`, `binder_exact`.
    ///
    /// Where the deadline leaves fewer than 16 sweeps, too few for an error, only the means of energy, m and |m| are there, over one sweep at
    /// least; the rest are missing values. A run that never left one state, as at low temperature, has `energy_err` 0 with
    /// `energy_ess` 1: it counts as one value.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Ising::square(4)?.scan([2.0, 3.0]).sweeps(500).seed(1).run()?;
    /// assert!(frame.values("energy_exact")?[0] < frame.values("energy_exact")?[1]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no temperature or one is not a finite number above 0; if `sweeps` is below 16 or `thermalization` below 0; if the
    /// measurements would not fit in memory; if the update or order does not fit the model; if the deadline is not a finite number
    /// above 0.
    pub fn run(&self) -> Result<DataFrame> {
        with_exact(&self.model, &self.temperatures, self.sampled_frame()?)
    }

    /// The frame without exact values beside the sampled ones.
    pub(crate) fn sampled_frame(&self) -> Result<DataFrame> {
        self.frame(&self.outcome()?)
    }

    /// Runs the scan as [`run`](Self::run) does, and returns what was measured at each temperature instead of averages: for
    /// [`Reweighting`](crate::sample::Reweighting), or to look at. Where the deadline cut them, the series are not `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let runs = Ising::square(4)?.scan([2.0, 3.0]).sweeps(200).run_series()?;
    /// assert_eq!((runs.len(), runs[1].len()), (2, 200));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn run_series(&self) -> Result<Vec<TimeSeries>> {
        Ok(self.outcome()?.runs.into_iter().map(|run| run.series).collect())
    }

    fn outcome(&self) -> Result<Outcome> {
        let planned = self.planned()?;
        let warm_up = sweeps("thermalization", self.warm_up(), 0)?;
        let deadline = Deadline::new(self.deadline)?;
        let mut runs = self.runs()?;
        let mut progress =
            Progress::new("sweeps", runs.len().saturating_mul(warm_up.saturating_add(planned)));

        let share = warm_up as f64 / (warm_up as f64 + planned as f64);
        let first = Limits {
            least: 0,
            part: deadline.share(share.min(0.9)),
            whole: deadline,
            // Twice what is needed, since another program may slow the last sweeps.
            reserve: 1 + 2 * MIN_SERIES,
        };
        let mut all: Vec<&mut Run> = runs.iter_mut().collect();
        let thermalized = advance(&mut all, warm_up, first, &mut progress, |run, count| {
            run.simulation.thermalize(count)
        })?;
        let rest = Limits { least: 1, part: deadline, whole: deadline, reserve: 0 };
        self.measure(&mut runs, planned, rest, &mut progress)?;
        if thermalized < warm_up {
            for run in &mut runs {
                run.series.complete = false;
            }
        }
        let unfinished = runs.iter().any(|run| !run.series.complete);
        if thermalized < warm_up || deadline.passed() && unfinished {
            progress.stopped();
        }
        Ok(Outcome { runs, thermalized })
    }

    /// Measures `planned` sweeps in each run, or until its target is reached; the series say whether that was done.
    fn measure(
        &self,
        runs: &mut [Run],
        planned: usize,
        limits: Limits,
        progress: &mut Progress,
    ) -> Result<()> {
        let mut active: Vec<&mut Run> = runs.iter_mut().collect();
        let mut measured = 0;
        let mut look = if self.target.is_some() { FIRST_LOOK.min(planned) } else { planned };
        loop {
            let asked = look - measured;
            let done = advance(&mut active, asked, limits, progress, |run, count| {
                run.simulation.measure_into(&mut run.series, count)
            })?;
            measured += done;
            let whole = done == asked;
            let Some(target) = self.target.as_ref().filter(|_| whole) else {
                for run in active {
                    run.series.complete = whole;
                }
                return Ok(());
            };
            let excess = active
                .par_iter()
                .map(|run| target.excess(&run.series))
                .collect::<Result<Vec<f64>>>()?;
            let soonest = excess.iter().filter(|&&excess| excess > 1.0);
            let next = soonest.map(|&excess| next_length(measured, excess)).min();
            let mut excess = excess.into_iter();
            active.retain_mut(|run| {
                run.series.complete = excess.next().is_some_and(|excess| excess <= 1.0);
                !run.series.complete
            });
            match next {
                Some(next) if measured < planned => look = next.min(planned),
                _ => return Ok(()),
            }
        }
    }

    /// The same settings at other temperatures.
    pub(crate) fn temperatures(&self, temperatures: Vec<f64>) -> Self {
        Self { temperatures, ..self.clone() }
    }

    fn warm_up(&self) -> i64 {
        self.thermalization.unwrap_or(self.sweeps / 5)
    }

    /// The number of sweeps to measure, if it and the temperatures are in order.
    fn planned(&self) -> Result<usize> {
        let planned = sweeps("sweeps", self.sweeps, MIN_SERIES as i64)?;
        require_temperatures(&self.temperatures)?;
        let total = planned.saturating_mul(self.temperatures.len());
        if total > MAX_MEASURED {
            return Err(Error::TooLarge {
                what: "This scan".to_owned(),
                needs: format!("{total} measurements in memory"),
                limit: format!("{MAX_MEASURED}"),
                advice: "Take fewer sweeps or temperatures.".to_owned(),
            });
        }
        Ok(planned)
    }

    fn runs(&self) -> Result<Vec<Run>> {
        let system = Simulation::new(Arc::clone(&self.model), 1.0)?
            .update(self.update)
            .order(self.order)
            .start(self.start);
        let run = |(index, &t): (usize, &f64)| {
            let mut simulation = system.replica(t, self.seed.child(index as u64))?;
            simulation.prepare()?;
            let series = simulation.empty_series(0);
            Ok(Run { simulation, series })
        };
        self.temperatures.par_iter().enumerate().map(run).collect()
    }

    fn frame(&self, outcome: &Outcome) -> Result<DataFrame> {
        let runs = &outcome.runs;
        let rows = runs.par_iter().map(|run| Row::of(&run.series)).collect::<Result<Vec<_>>>()?;
        let height = rows.len();
        let count = |value: usize| vec![value as u64; height];
        let order = if self.update.is_cluster() { "cluster" } else { self.order.name() };
        let settings = df!(
            "update" => vec![self.update.name(); height],
            "order" => vec![order; height],
            "sweeps" => runs.iter().map(|run| run.series.len() as u64).collect::<Vec<_>>(),
            "thermalization" => count(outcome.thermalized),
            "seed" => vec![self.seed.number(); height],
            "complete" => runs.iter().map(|run| run.series.complete).collect::<Vec<_>>(),
        )?;
        Ok(observed(&self.model, &self.temperatures, &rows)?.hstack(settings.columns())?)
    }
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, count, sweeps) = (&self.model, self.temperatures.len(), self.sweeps);
        let (update, order) = (self.update.name(), self.order.name());
        write!(f, "Scan({model:?}, {count} temperatures, {sweeps} sweeps, {update}, {order} order)")
    }
}
