//! Monte Carlo over a list of temperatures.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result, require_positive};
use crate::exact::{Enumeration, Thermodynamics};
use crate::notebook::progress::{Deadline, Progress};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::series::{Observables, TimeSeries};
use crate::sample::settings::{SiteOrder, Start, Update, sweeps};
use crate::sample::simulation::{MAX_MEASURED, Simulation};
use crate::spin::PairModel;
use crate::stats::MIN_SERIES;

/// Up to this many spins the exact values stand beside the sampled ones.
const MAX_EXACT: usize = 20;

/// All temperatures advance together in rounds of at most about this long, between which deadline and progress are looked at.
const ROUND: Duration = Duration::from_millis(250);

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
    sweeps: i64,
    thermalization: Option<i64>,
    update: Update,
    order: SiteOrder,
    seed: Seed,
    start: Start,
    deadline: Option<f64>,
}

/// One temperature's system and what was measured on it.
struct Run {
    simulation: Simulation,
    series: TimeSeries,
}

/// What a scan has measured: a series for each temperature, all of the same number of sweeps.
pub(crate) struct Sampled {
    pub series: Vec<TimeSeries>,
    pub sweeps: usize,
    pub thermalized: usize,
    pub complete: bool,
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
        }
    }

    /// Sweeps measured at each temperature; default 10 000, which gives errors near 1 % away from T_c.
    pub fn sweeps(&self, sweeps: i64) -> Self {
        Self { sweeps, ..self.clone() }
    }

    /// Sweeps before measuring; default a fifth of [`sweeps`](Self::sweeps).
    ///
    /// With none at all, [`Update::Wolff`] still does 8 to learn how many clusters make a sweep.
    pub fn thermalization(&self, sweeps: i64) -> Self {
        Self { thermalization: Some(sweeps), ..self.clone() }
    }

    /// How spins change; default [`Update::Metropolis`].
    pub fn update(&self, update: Update) -> Self {
        Self { update, ..self.clone() }
    }

    /// Which site comes next; default [`SiteOrder::Random`]. Cluster updates ignore it.
    pub fn order(&self, order: SiteOrder) -> Self {
        Self { order, ..self.clone() }
    }

    /// The seed; default 0.
    pub fn seed(&self, seed: impl Into<Seed>) -> Self {
        Self { seed: seed.into(), ..self.clone() }
    }

    /// The starting configuration; default [`Start::Up`].
    pub fn start(&self, start: Start) -> Self {
        Self { start, ..self.clone() }
    }

    /// A limit in seconds, after which the rows hold what was measured so far and `complete` is false; default none.
    ///
    /// Thermalization gets its share of the time, at most nine tenths, and leaves enough to measure 16 sweeps. The limit is passed by about one
    /// sweep of all temperatures at most.
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// Runs the scan: one row per temperature, in the order given, all quantities per spin.
    ///
    /// Columns: `model`, `n_spins`, `size` (first side), `temperature`; `energy`, `heat_capacity`, `magnetization`, `abs_magnetization`,
    /// `susceptibility`, `susceptibility_full`, `binder` as [`Thermodynamics`] defines them, each followed by `_err` (one standard
    /// error), energy and |m| also by `_tau` (τ in sweeps, ½ + Σρ), energy by `_ess`; `update`, `order`, `sweeps` (as measured),
    /// `thermalization` (as done), `seed`, `complete`. Up to 20 spins the exact values follow as `energy_exact`,
    /// `heat_capacity_exact`, `magnetization_exact`, `abs_magnetization_exact`, `susceptibility_exact`,
    /// `susceptibility_full_exact`, `binder_exact`.
    ///
    /// # Errors
    /// If there is no temperature or one is not a finite number above 0; if `sweeps` is below 16 or `thermalization` below 0; if the
    /// measurements would not fit in memory; if the update or order does not fit the model; if the deadline is not a finite number
    /// above 0, or passes before 16 sweeps are measured.
    pub fn run(&self) -> Result<DataFrame> {
        let mut frame = self.sampled_frame()?;
        if self.model.n_spins() <= MAX_EXACT {
            self.add_exact(&mut frame)?;
        }
        Ok(frame)
    }

    /// The frame without exact values beside the sampled ones.
    pub(crate) fn sampled_frame(&self) -> Result<DataFrame> {
        let Sampled { series, sweeps, thermalized, complete } = self.series()?;
        let observables =
            series.par_iter().map(TimeSeries::observables).collect::<Result<Vec<_>>>()?;
        self.frame(&observables, sweeps, thermalized, complete)
    }

    /// Measures at all temperatures, and keeps the series.
    pub(crate) fn series(&self) -> Result<Sampled> {
        let planned = self.planned()?;
        let warm_up = sweeps("thermalization", self.warm_up(), 0)?;
        let deadline = Deadline::new(self.deadline)?;
        let mut runs = self.runs()?;
        let mut progress =
            Progress::new("sweeps", runs.len().saturating_mul(warm_up.saturating_add(planned)));

        let share = warm_up as f64 / (warm_up as f64 + planned as f64);
        let first = Limits {
            part: deadline.share(share.min(0.9)),
            whole: deadline,
            reserve: 1 + MIN_SERIES,
        };
        let thermalized = advance(&mut runs, warm_up, first, &mut progress, |run, count| {
            run.simulation.thermalize(count)
        })?;
        let rest = Limits { part: deadline, whole: deadline, reserve: 0 };
        let measured = advance(&mut runs, planned, rest, &mut progress, |run, count| {
            run.simulation.measure_into(&mut run.series, count)
        })?;

        if measured < MIN_SERIES {
            let given = format!("{} s", self.deadline.unwrap_or(f64::NAN));
            let allowed = format!(
                "long enough to measure {MIN_SERIES} sweeps at each temperature ({measured} were measured)"
            );
            return Err(Error::argument("deadline", given, allowed));
        }
        Ok(Sampled {
            sweeps: measured,
            thermalized,
            complete: thermalized == warm_up && measured == planned,
            series: runs.into_iter().map(|run| run.series).collect(),
        })
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
        if self.temperatures.is_empty() {
            return Err(Error::argument(
                "temperatures",
                "an empty list",
                "at least one temperature",
            ));
        }
        for &t in &self.temperatures {
            require_positive("temperature", t)?;
        }
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

    fn frame(
        &self,
        rows: &[Observables],
        measured: usize,
        thermalized: usize,
        complete: bool,
    ) -> Result<DataFrame> {
        let height = rows.len();
        let count = |value: usize| vec![value as u64; height];
        let column = |value: fn(&Observables) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        let order = if self.update == Update::Wolff { "cluster" } else { self.order.name() };
        Ok(df!(
            "model" => vec![self.model.name(); height],
            "n_spins" => count(self.model.n_spins()),
            "size" => count(self.model.size()),
            "temperature" => self.temperatures.clone(),
            "energy" => column(|row| row.energy.mean),
            "energy_err" => column(|row| row.energy.error),
            "energy_tau" => column(|row| row.energy.tau),
            "energy_ess" => column(|row| row.energy.ess),
            "heat_capacity" => column(|row| row.heat_capacity.mean),
            "heat_capacity_err" => column(|row| row.heat_capacity.error),
            "magnetization" => column(|row| row.magnetization.mean),
            "magnetization_err" => column(|row| row.magnetization.error),
            "abs_magnetization" => column(|row| row.abs_magnetization.mean),
            "abs_magnetization_err" => column(|row| row.abs_magnetization.error),
            "abs_magnetization_tau" => column(|row| row.abs_magnetization.tau),
            "susceptibility" => column(|row| row.susceptibility.mean),
            "susceptibility_err" => column(|row| row.susceptibility.error),
            "susceptibility_full" => column(|row| row.susceptibility_full.mean),
            "susceptibility_full_err" => column(|row| row.susceptibility_full.error),
            "binder" => column(|row| row.binder.mean),
            "binder_err" => column(|row| row.binder.error),
            "update" => vec![self.update.name(); height],
            "order" => vec![order; height],
            "sweeps" => count(measured),
            "thermalization" => count(thermalized),
            "seed" => vec![self.seed.number(); height],
            "complete" => vec![complete; height],
        )?)
    }

    fn add_exact(&self, frame: &mut DataFrame) -> Result<()> {
        let exact = Enumeration::new(Arc::clone(&self.model))?;
        let rows = self.temperatures.iter().map(|&t| exact.at(t)).collect::<Result<Vec<_>>>()?;
        let column = |value: fn(&Thermodynamics) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        let exact = df!(
            "energy_exact" => column(|row| row.energy),
            "heat_capacity_exact" => column(|row| row.heat_capacity),
            "magnetization_exact" => column(|row| row.magnetization),
            "abs_magnetization_exact" => column(|row| row.abs_magnetization),
            "susceptibility_exact" => column(|row| row.susceptibility),
            "susceptibility_full_exact" => column(|row| row.susceptibility_full),
            "binder_exact" => column(|row| row.binder),
        )?;
        *frame = frame.hstack(exact.columns())?;
        Ok(())
    }
}

/// When a part of the scan has to end: at its own deadline, or when no more than `reserve` sweeps fit before the whole scan's.
struct Limits {
    part: Deadline,
    whole: Deadline,
    reserve: usize,
}

/// Takes `step` to `total` sweeps in all runs, or as far as the limits allow; returns the number reached, the same for all.
fn advance(
    runs: &mut [Run],
    total: usize,
    limits: Limits,
    progress: &mut Progress,
    step: fn(&mut Run, usize) -> Result<()>,
) -> Result<usize> {
    let (mut done, mut slice, mut reserved) = (0, 1, Duration::ZERO);
    while done < total && !limits.part.passed() && limits.whole.left() > reserved {
        let round = Instant::now();
        let count = slice.min(total - done);
        runs.par_iter_mut().with_max_len(1).try_for_each(|run| step(run, count))?;
        done += count;
        progress.add(count.saturating_mul(runs.len()));
        // Slices do not change the result, only how often the clock is read: as many sweeps as fit, by the time the last ones took.
        let sweep = round.elapsed().as_secs_f64() / count as f64;
        reserved =
            Duration::try_from_secs_f64(sweep * limits.reserve as f64).unwrap_or(Duration::MAX);
        let left = limits.part.left().min(limits.whole.left().saturating_sub(reserved));
        let fitting = (left.min(ROUND).as_secs_f64() / sweep) as usize;
        slice = fitting.clamp(1, slice.saturating_mul(2));
    }
    Ok(done)
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, count, sweeps) = (&self.model, self.temperatures.len(), self.sweeps);
        let (update, order) = (self.update.name(), self.order.name());
        write!(f, "Scan({model:?}, {count} temperatures, {sweeps} sweeps, {update}, {order} order)")
    }
}
