//! A chain of Bennett's acceptance ratios from β = 0.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::free_energy::rungs::Rungs;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::sample::{Ladder, Scan, SiteOrder, Start, System, Tempering, Update, sweeps};
use crate::setters::setters;
use crate::spin::PairModel;
use crate::stats::MIN_SERIES;

/// Settings of a chain of Bennett's acceptance ratios from β = 0; [`run`](Self::run) gives the frame.
///
/// At β = 0, where ln Z = N ln 2, samples are independent random spins. The other rungs of a ladder in β are two replicas under
/// [parallel tempering](crate::sample::Tempering), so that cold rungs do not stay in one of several phases. Neighbouring rungs are linked by
/// [`bennett_ratio`](crate::free_energy::bennett_ratio), and ln Z adds up along the chain. Errors know that a rung's measurements enter both of its links, and that all rungs are
/// correlated with one another and in time. A rung that is not in equilibrium spoils all colder ones: see `r_hat` in the frame.
///
/// With cluster updates, or without [`exchange`](Self::exchange), each rung is a simulation on its own instead. Where its updates then pass no barrier, a cold
/// rung that stays in one phase puts ln Z off by more than its error, with nothing in the data to tell.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let frame = ising.bennett([2.0]).sweeps(500).update(Update::Wolff).seed(1).run()?;
/// let (ln_z, error) = (frame.values("ln_z")?[0], frame.values("ln_z_err")?[0]);
/// assert!((ln_z - ising.enumerate()?.at(2.0)?.ln_z).abs() < 4.0 * error);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Bennett {
    model: Arc<PairModel>,
    temperatures: Vec<f64>,
    steps: Option<i64>,
    sweeps: i64,
    update: Option<Update>,
    exchange: bool,
    /// Whether the sweeps before measuring were asked for.
    thermalized: bool,
    seed: Seed,
    /// Settings of the rungs, together and on their own; their temperatures are those of the ladder.
    tempering: Tempering,
    scan: Scan,
}

impl Bennett {
    pub(crate) fn new(model: Arc<PairModel>, temperatures: Vec<f64>) -> Self {
        Self {
            tempering: Tempering::new(Arc::clone(&model), Vec::new()),
            scan: Scan::new(Arc::clone(&model), Vec::new()),
            model,
            temperatures,
            steps: None,
            sweeps: 2_000,
            update: None,
            exchange: true,
            thermalized: false,
            seed: Seed::default(),
        }
    }

    setters! { "Ising::square(4)?.bennett([2.0]).sweeps(300)":
        /// Sweeps measured at each rung, by both replicas together; default 2000.
        sweeps;
        /// The steps, evenly spaced in β, from β = 0 to the coldest temperature; temperatures asked for in between are met exactly. Default as in
        /// [`PopulationAnnealing::steps`](crate::sample::PopulationAnnealing::steps).
        steps;
        /// The seed; default 0.
        seed;
    }

    /// Sweeps of each replica of each rung before measuring; default half of [`sweeps`](Self::sweeps), or a fifth without exchange.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.bennett([2.0]).sweeps(300);
    /// assert!(settings.thermalization(50).run().is_ok() && settings.thermalization(-1).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn thermalization(&self, sweeps: i64) -> Self {
        let (tempering, scan) =
            (self.tempering.thermalization(sweeps), self.scan.thermalization(sweeps));
        Self { tempering, scan, thermalized: true, ..self.clone() }
    }

    /// How spins change; default [`Update::HeatBath`]. Clusters keep the rungs from exchanging configurations.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = Ising::square(4)?.bennett([2.0]).sweeps(300).update(Update::Wolff).run()?;
    /// assert_eq!(frame.column("round_trips")?.null_count(), 1); // clusters do not exchange
    /// # Ok(()) }
    /// ```
    pub fn update(&self, update: Update) -> Self {
        let (tempering, scan) = (self.tempering.update(update), self.scan.update(update));
        Self { tempering, scan, update: Some(update), ..self.clone() }
    }

    /// Which site comes next; default as in [`Tempering::order`](crate::sample::Tempering::order), [`SiteOrder::Random`] without exchange.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.bennett([3.0]).sweeps(500).order(SiteOrder::Checkerboard).seed(1);
    /// let (ln_z, error) = (settings.run()?.values("ln_z")?[0], settings.run()?.values("ln_z_err")?[0]);
    /// assert!((ln_z - Ising::square(4)?.enumerate()?.at(3.0)?.ln_z).abs() < 4.0 * error);
    /// # Ok(()) }
    /// ```
    pub fn order(&self, order: SiteOrder) -> Self {
        let (tempering, scan) = (self.tempering.order(order), self.scan.order(order));
        Self { tempering, scan, ..self.clone() }
    }

    /// The starting configuration of each rung; default [`Start::Random`], [`Start::Up`] without exchange.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.bennett([2.0]).sweeps(300).thermalization(0);
    /// assert_ne!(settings.start(Start::Up).run()?.values("ln_z")?, settings.start(Start::Random).run()?.values("ln_z")?);
    /// # Ok(()) }
    /// ```
    pub fn start(&self, start: Start) -> Self {
        let (tempering, scan) = (self.tempering.start(start), self.scan.start(start));
        Self { tempering, scan, ..self.clone() }
    }

    /// Whether neighbouring rungs exchange their configurations, which takes them past barriers; default yes. Clusters never do, nor a rung alone.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.bennett([2.0]).sweeps(300);
    /// assert!(settings.run()?.values("round_trips")?[0] > 0.0);
    /// assert_eq!(settings.exchange(false).run()?.column("round_trips")?.null_count(), 1);
    /// # Ok(()) }
    /// ```
    pub fn exchange(&self, exchange: bool) -> Self {
        Self { exchange, ..self.clone() }
    }

    /// A limit in seconds, after which all rungs end with fewer sweeps and `complete` is false; default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.bennett([2.0]).sweeps(300);
    /// assert!(settings.deadline(60.0).run().is_ok() && settings.deadline(-1.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        let (tempering, scan) = (self.tempering.deadline(seconds), self.scan.deadline(seconds));
        Self { tempering, scan, ..self.clone() }
    }

    /// Simulates all rungs and links them: one row per temperature, from hot to cold.
    ///
    /// Columns: `temperature`; `ln_z`, `ln_z_err` (whole system), `free_energy`, `free_energy_err` (per spin); `r_hat`, the largest
    /// [R̂](crate::stats::r_hat) of the energies of any rung, above 1.1 where the run was too short (missing below 64 sweeps); `round_trips` of configurations between the ends
    /// of the ladder (missing without exchange); `sweeps` (as measured at each rung), `steps` (to this temperature), `seed`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(4)?;
    /// let frame = ising.bennett([2.5]).sweeps(1_000).seed(1).run()?;
    /// let (ln_z, error) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
    /// assert!((ln_z[0] - ising.kaufman(2.5)?.ln_z).abs() < 5.0 * error[0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no temperature or one is not a finite number above 0; if `steps` is below 1 or `sweeps` below 16; and as for [`Tempering::run`] or, without
    /// exchange, [`Scan::run`].
    pub fn run(&self) -> Result<DataFrame> {
        let system = System::new(&self.model);
        let ladder = system.ladder(&self.temperatures, self.steps)?;
        let rungs = self.rungs(&ladder)?;
        let sweeps = rungs.sweeps();
        let free: Vec<f64> = (0..sweeps.max(MIN_SERIES) as u64)
            .map(|k| system.random_replica(self.seed.child(0).child(k)).energy(&system))
            .collect();
        let (ln_zs, errors) = rungs.chain(system.n_spins(), free)?;
        let at = |values: &[f64]| -> Vec<f64> {
            ladder.marks.iter().map(|mark| values[mark.0 - 1]).collect()
        };
        let temperatures: Vec<f64> = ladder.marks.iter().map(|mark| mark.1).collect();
        let (ln_zs, errors) = (at(&ln_zs), at(&errors));
        let n = system.n_spins() as f64;
        let per_spin = |values: &[f64], sign: f64| -> Vec<f64> {
            values.iter().zip(&temperatures).map(|(value, t)| sign * t * (value / n)).collect()
        };
        let rows = temperatures.len();
        Ok(df!(
            "free_energy" => per_spin(&ln_zs, -1.0),
            "free_energy_err" => per_spin(&errors, 1.0),
            "temperature" => temperatures,
            "ln_z" => ln_zs,
            "ln_z_err" => errors,
            "r_hat" => vec![rungs.r_hat()?; rows],
            "round_trips" => vec![rungs.round_trips; rows],
            "sweeps" => vec![sweeps as u64; rows],
            "steps" => ladder.marks.iter().map(|mark| mark.0 as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); rows],
            "complete" => vec![rungs.complete; rows],
        )?
        .select([
            "temperature",
            "ln_z",
            "ln_z_err",
            "free_energy",
            "free_energy_err",
            "r_hat",
            "round_trips",
            "sweeps",
            "steps",
            "seed",
            "complete",
        ])?)
    }

    /// Simulates the rungs.
    fn rungs(&self, ladder: &Ladder) -> Result<Rungs> {
        let count = sweeps("sweeps", self.sweeps, MIN_SERIES as i64)?;
        let seed = self.seed.child(1);
        let temperatures = ladder.temperatures()?.into_iter();
        let clusters = self.update.is_some_and(Update::is_cluster);
        if clusters || !self.exchange || ladder.steps() < 2 {
            let scan = self.scan.sweeps(self.sweeps).seed(seed);
            return Ok(Rungs::apart(scan.temperatures(temperatures.collect()).run_series()?));
        }
        let each = count.div_ceil(2).max(MIN_SERIES) as i64;
        let mut tempering = self.tempering.temperatures(temperatures.rev().collect());
        if !self.thermalized {
            tempering = tempering.thermalization(each);
        }
        Rungs::together(&tempering.sweeps(each).seed(seed).run()?)
    }
}

impl fmt::Debug for Bennett {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, count, sweeps) = (&self.model, self.temperatures.len(), self.scan.sweeps);
        write!(f, "Bennett({model:?}, {count} temperatures, {sweeps} sweeps at each rung)")
    }
}
