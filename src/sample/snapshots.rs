//! Decorrelated configurations at one temperature: data for machines that learn.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::settings::{SiteOrder, Start, Update, sweeps};
use crate::sample::simulation::Simulation;
use crate::setters::setters;
use crate::spin::PairModel;

/// The most bytes that snapshots may take.
const MAX_BYTES: usize = 2 << 30;

/// Settings of a set of snapshots of one model at one temperature; [`run`](Self::run) takes them.
///
/// Several chains run in parallel, each on the stream of its own index: the snapshots are the same for any number of threads. Each chain
/// thermalizes, and then gives a snapshot every [`thinning`](Self::thinning) sweeps.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(16)?;
/// let snapshots = ising.snapshots(2.5).samples(200).seed(1).run()?;
/// assert_eq!(snapshots.states.dim(), (200, 256));
/// let table = ising.observables_of(&snapshots.states, 2.5)?;
/// assert!((table.values("energy")?[0] - ising.kaufman(2.5)?.energy).abs() < 0.1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "settings return a changed copy and leave the original as it was"]
pub struct SnapshotSampling {
    model: Arc<PairModel>,
    temperature: f64,
    samples: usize,
    chains: i64,
    thinning: i64,
    thermalization: i64,
    update: Option<Update>,
    order: SiteOrder,
    start: Start,
    seed: Seed,
    deadline: Option<f64>,
}

/// Configurations that Monte Carlo gave at one temperature.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let snapshots = Ising::square(8)?.snapshots(2.0).samples(10).chains(2).run()?;
/// assert_eq!((snapshots.states.nrows(), snapshots.chains), (10, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshots {
    /// The temperature T.
    pub temperature: f64,
    /// One configuration of spins ±1 a row, chain after chain, and within a chain in the order of time.
    pub states: Array2<i8>,
    /// How many chains they come from.
    pub chains: usize,
    /// Whether all snapshots asked for were taken, after the whole thermalization, and no deadline cut them.
    pub complete: bool,
}

/// One chain's snapshots, one after the other, and whether they are all.
struct Taken {
    spins: Vec<i8>,
    complete: bool,
}

impl SnapshotSampling {
    pub(crate) fn new(model: Arc<PairModel>, temperature: f64) -> Self {
        Self {
            model,
            temperature,
            samples: 1_000,
            chains: 8,
            thinning: 20,
            thermalization: 200,
            update: None,
            order: SiteOrder::default(),
            start: Start::default(),
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "Ising::square(4)?.snapshots(2.0)":
        /// How many snapshots, over all chains; default 1000.
        samples;
        /// How many independent chains share the snapshots as evenly as possible; default 8. There are never more than snapshots.
        chains;
        /// Sweeps of each chain before its first snapshot; default 200.
        thermalization;
        /// Which site comes next; default [`SiteOrder::Random`]. Cluster updates ignore it.
        order;
        /// The configuration that each chain starts from; default [`Start::Up`].
        start;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which there are the snapshots taken so far, one of each chain at least, and `complete` is false; default none.
        ///
        /// Thermalization gets nine tenths of the time at most, and one sweep at least.
        deadline;
    }

    /// How spins change; default [`Update::SwendsenWang`] where no coupling is negative, [`Update::HeatBath`] elsewhere.
    ///
    /// Swendsen–Wang forgets within a few sweeps, at T_c too, and turns the sign of m as often as not. Below T_c local
    /// updates keep the sign of their start, and Wolff's clusters turn nearly all spins at each step.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let settings = Ising::square(4)?.snapshots(2.0).update(Update::Metropolis);
    /// assert!(settings.run().is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, update: Update) -> Self {
        Self { update: Some(update), ..self.clone() }
    }

    /// Sweeps of a chain from one snapshot to the next; default 20, several autocorrelation times of Swendsen–Wang on any lattice of a few thousand spins.
    /// How correlated the snapshots still are is in [`energy_tau`](crate::ising::Ising::observables_of).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let settings = Ising::square(4)?.snapshots(2.0).thinning(5);
    /// assert!(settings.run().is_ok() && settings.thinning(0).run().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn thinning(&self, thinning: i64) -> Self {
        Self { thinning, ..self.clone() }
    }

    /// Takes the snapshots.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let snapshots = Ising::square(8)?.snapshots(2.0).samples(50).run()?;
    /// assert!(snapshots.complete);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the temperature is not a finite number above 0; if there are fewer than two snapshots, no chain, a thinning below 1 or a thermalization below 0; if
    /// the snapshots would take more than 2 GiB; if the update or order does not fit the model; if the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<Snapshots> {
        self.check()?;
        let thinning = sweeps("thinning", self.thinning, 1)?;
        let thermalization = sweeps("thermalization", self.thermalization, 0)?;
        let deadline = Deadline::new(self.deadline)?;
        let system = Simulation::new(Arc::clone(&self.model), self.temperature)?
            .update(self.update.unwrap_or_else(|| self.usual_update()))
            .order(self.order)
            .start(self.start);
        let chains = sweeps("chains", self.chains, 1)?.min(self.samples);
        let planned =
            |chain: usize| self.samples / chains + usize::from(chain < self.samples % chains);
        let total = chains
            .saturating_mul(thermalization)
            .saturating_add(self.samples.saturating_mul(thinning));
        let clock = Clock::new(total, deadline, thermalization, thinning, planned(0));
        let taken: Vec<Taken> = (0..chains)
            .into_par_iter()
            .with_max_len(1)
            .map(|chain| {
                let seed = self.seed.child(chain as u64);
                let mut simulation = system.replica(self.temperature, seed)?;
                take(&mut simulation, planned(chain), &clock)
            })
            .collect::<Result<_>>()?;
        let complete = taken.iter().all(|chain| chain.complete);
        if !complete {
            clock.stopped();
        }
        let spins: Vec<i8> = taken.into_iter().flat_map(|chain| chain.spins).collect();
        let n = self.model.n_spins();
        let states = Array2::from_shape_vec((spins.len() / n, n), spins)
            .map_err(|e| Error::argument("samples", e, "a number of whole snapshots"))?;
        Ok(Snapshots { temperature: self.temperature, states, chains, complete })
    }

    /// Clusters where they are good, single spins where frustration may let them span the system.
    fn usual_update(&self) -> Update {
        let ferromagnet = self.model.couplings().values().iter().all(|&value| value >= 0.0);
        if ferromagnet { Update::SwendsenWang } else { Update::HeatBath }
    }

    fn check(&self) -> Result<()> {
        if self.samples < 2 {
            return Err(Error::argument("samples", self.samples, "at least 2"));
        }
        let bytes = self.samples.saturating_mul(self.model.n_spins());
        if bytes > MAX_BYTES {
            return Err(Error::TooLarge {
                what: "This set of snapshots".to_owned(),
                needs: format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
                limit: "2 GiB".to_owned(),
                advice: "Take fewer of them.".to_owned(),
            });
        }
        Ok(())
    }
}

/// What the chains share: how long they go on, and the progress that they report.
struct Clock {
    thermalization: usize,
    thinning: usize,
    warm_up: Deadline,
    whole: Deadline,
    progress: Mutex<Progress>,
}

impl Clock {
    fn new(
        total: usize,
        whole: Deadline,
        thermalization: usize,
        thinning: usize,
        snapshots: usize,
    ) -> Self {
        let measured = thinning.saturating_mul(snapshots) as f64;
        let share = thermalization as f64 / (thermalization as f64 + measured);
        let progress = Mutex::new(Progress::new("sweeps", total));
        Self { thermalization, thinning, warm_up: whole.share(share.min(0.9)), whole, progress }
    }

    fn add(&self, sweeps: usize) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).add(sweeps);
    }

    fn stopped(&self) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).stopped();
    }
}

/// Thermalizes one chain and takes its snapshots, the first of them in any case.
fn take(simulation: &mut Simulation, planned: usize, clock: &Clock) -> Result<Taken> {
    simulation.prepare()?;
    let thermalized =
        repeat(simulation, clock.thermalization, clock, clock.warm_up, Simulation::thermalize)?;
    let mut complete = thermalized == clock.thermalization;
    let mut spins = Vec::new();
    for snapshot in 0..planned {
        let since = repeat(simulation, clock.thinning, clock, clock.whole, Simulation::pass)?;
        complete &= since == clock.thinning;
        // One that came too soon after the one before is none.
        if since == clock.thinning || snapshot == 0 {
            spins.extend(simulation.configuration());
        }
        if clock.whole.passed() && snapshot + 1 < planned {
            complete = false;
            break;
        }
    }
    Ok(Taken { spins, complete })
}

/// Does sweeps until there were enough or the deadline passes, one batch at least; returns how many.
fn repeat(
    simulation: &mut Simulation,
    count: usize,
    clock: &Clock,
    deadline: Deadline,
    step: fn(&mut Simulation, usize) -> Result<()>,
) -> Result<usize> {
    let batch = simulation.batch();
    let mut done = 0;
    while done < count && (done == 0 || !deadline.passed()) {
        let next = batch.min(count - done);
        step(simulation, next)?;
        done += next;
        clock.add(next);
    }
    Ok(done)
}

impl fmt::Debug for SnapshotSampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let update = self.update.unwrap_or_else(|| self.usual_update()).name();
        write!(
            f,
            "SnapshotSampling({:?}, T = {}, {} samples of {} chains every {} sweeps, {update}, seed {})",
            self.model,
            self.temperature,
            self.samples,
            self.chains,
            self.thinning,
            self.seed.number()
        )
    }
}
