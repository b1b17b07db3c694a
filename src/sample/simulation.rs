//! One system at one temperature.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::ndarray::{Array1, Array2};
use crate::progress::{Deadline, Progress};
use crate::rand::RngCore;
use crate::random::{Generator, Seed};
use crate::sample::cluster::ClusterUpdates;
use crate::sample::local::LocalUpdates;
use crate::sample::packed::PackedUpdates;
use crate::sample::series::TimeSeries;
use crate::sample::settings::{Rule, SiteOrder, Start, Update, sweeps};
use crate::sample::swendsen_wang::SwendsenWangUpdates;
use crate::spin::{PairModel, Quanta, Torus};

/// The longest series kept in memory, over all temperatures of a scan: 16 bytes a sweep, 800 MB.
pub(super) const MAX_MEASURED: usize = 50_000_000;

/// A Monte Carlo simulation that keeps its configuration: advance it, look at it, measure it, go on.
///
/// Settings may be changed at any time: [`seed`](Self::seed) and [`start`](Self::start) begin anew, the others go on from the present
/// configuration. The same seed and calls give the same spins on every machine.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let mut simulation = Ising::square(16)?.simulation(2.0)?.update(Update::Wolff).seed(1);
/// simulation.advance(100)?;
/// let energy = simulation.measure(1_000)?.observables()?.energy;
/// assert!((energy.mean + 1.75).abs() < 0.02);
/// assert_eq!(simulation.snapshot()?.dim(), (16, 16));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "settings return a changed copy and leave the original as it was"]
pub struct Simulation {
    pub(super) model: Arc<PairModel>,
    pub(super) quanta: Arc<Quanta>,
    pub(super) temperature: f64,
    pub(super) update: Update,
    pub(super) order: SiteOrder,
    pub(super) seed: Seed,
    pub(super) start: Start,
    /// Seconds that one call of `advance` or `measure` may take.
    pub(super) deadline: Option<f64>,
    /// As of when `moves` were made, if they are packed; [`configuration`](Self::configuration) is up to date.
    pub(super) unpacked: Vec<i8>,
    pub(super) generator: Generator,
    /// Made from the settings and the spins when needed; dropped when a setting changes.
    pub(super) moves: Option<Moves>,
}

#[derive(Clone)]
pub(super) enum Moves {
    Local(LocalUpdates),
    Packed(PackedUpdates),
    Cluster(ClusterUpdates),
    SwendsenWang(SwendsenWangUpdates),
}

impl Simulation {
    pub(crate) fn new(model: Arc<PairModel>, temperature: f64) -> Result<Self> {
        require_positive("temperature", temperature)?;
        let quanta = Arc::new(Quanta::of(&model));
        let (seed, start) = (Seed::default(), Start::default());
        let mut generator = seed.generator();
        let unpacked = initial(start, model.n_spins(), &mut generator);
        let (update, order) = (Update::default(), SiteOrder::default());
        let (moves, deadline) = (None, None);
        Ok(Self {
            model,
            quanta,
            temperature,
            update,
            order,
            seed,
            start,
            deadline,
            unpacked,
            generator,
            moves,
        })
    }

    /// How spins change; default [`Update::Metropolis`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let mut simulation = Ising::square(16)?.simulation(2.0)?.update(Update::Wolff).seed(1);
    /// simulation.advance(50)?;
    /// assert!((simulation.measure(500)?.observables()?.energy.mean + 1.7456).abs() < 0.03);
    /// # Ok(()) }
    /// ```
    pub fn update(&self, update: Update) -> Self {
        Self { update, ..self.settled() }
    }

    /// Which site comes next; default [`SiteOrder::Random`]. Cluster updates ignore it.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let mut simulation = Ising::square(16)?.simulation(3.0)?.order(SiteOrder::Checkerboard);
    /// simulation.advance(200)?;
    /// assert!((simulation.measure(2_000)?.observables()?.energy.mean + 0.8173).abs() < 0.03);
    /// # Ok(()) }
    /// ```
    pub fn order(&self, order: SiteOrder) -> Self {
        Self { order, ..self.settled() }
    }

    /// The seed; default 0. Begins anew from the starting configuration.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let simulation = Ising::square(8)?.simulation(3.0)?;
    /// let (mut one, mut other, mut again) = (simulation.seed(1), simulation.seed(2), simulation.seed(1));
    /// let (one, other, again) = (one.measure(50)?, other.measure(50)?, again.measure(50)?);
    /// assert!(one == again && one != other);
    /// # Ok(()) }
    /// ```
    pub fn seed(&self, seed: impl Into<Seed>) -> Self {
        Self { seed: seed.into(), ..self.clone() }.restart()
    }

    /// The starting configuration; default [`Start::Up`]. Begins anew.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let simulation = Ising::square(16)?.simulation(1.0)?;
    /// assert_eq!(simulation.spins().iter().map(|&s| i32::from(s)).sum::<i32>(), 256);
    /// assert!(simulation.start(Start::Random).spins().iter().any(|&s| s < 0));
    /// # Ok(()) }
    /// ```
    pub fn start(&self, start: Start) -> Self {
        Self { start, ..self.clone() }.restart()
    }

    /// A limit in seconds for each call of [`advance`](Self::advance) and [`measure`](Self::measure), which then end early and
    /// say so; default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let mut simulation = Ising::square(8)?.simulation(3.0)?.deadline(0.02);
    /// let done = simulation.advance(1_000_000_000)?;
    /// assert!(0 < done && done < 1_000_000_000);
    /// # Ok(()) }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// A new temperature; the spins stay as they are.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let mut simulation = Ising::square(8)?.simulation(5.0)?;
    /// simulation.advance(10)?;
    /// let cooled = simulation.temperature(1.0)?;
    /// assert_eq!(cooled.spins(), simulation.spins());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0.
    pub fn temperature(&self, t: f64) -> Result<Self> {
        Ok(Self { temperature: require_positive("temperature", t)?, ..self.settled() })
    }

    /// The same system before its moves are made for new settings.
    fn settled(&self) -> Self {
        Self { unpacked: self.configuration(), moves: None, ..self.clone() }
    }

    /// The present spins.
    pub(super) fn configuration(&self) -> Vec<i8> {
        match &self.moves {
            Some(Moves::Packed(updates)) => updates.spins(),
            _ => self.unpacked.clone(),
        }
    }

    fn restart(mut self) -> Self {
        self.generator = self.seed.generator();
        self.unpacked = initial(self.start, self.unpacked.len(), &mut self.generator);
        self.moves = None;
        self
    }

    /// Runs this many sweeps without measuring; returns how many were done, fewer only if the deadline passed.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::square(8)?.simulation(2.0)?.advance(10)?, 10);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `sweeps` is below 1, the update or order does not fit the model, or the deadline is not a finite number above 0.
    pub fn advance(&mut self, sweeps: i64) -> Result<usize> {
        let count = self::sweeps("sweeps", sweeps, 1)?;
        self.repeat(count, Self::thermalize)
    }

    /// Runs this many sweeps and measures after each; the series is shorter, and not `complete`, if the deadline passed.
    ///
    /// A measured sweep of [`Update::Wolff`] flips a fixed number of clusters, the mean over the latest sweeps of
    /// [`advance`](Self::advance). If there were none since the last change of settings, 8 sweeps are done first to learn it.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let mut simulation = Ising::square(8)?.simulation(2.0)?.update(Update::Wolff);
    /// simulation.advance(50)?;
    /// assert_eq!(simulation.measure(200)?.energy.len(), 200);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `sweeps` is not between 1 and 50 million, the update or order does not fit the model, or the deadline is not a finite
    /// number above 0.
    pub fn measure(&mut self, sweeps: i64) -> Result<TimeSeries> {
        let count = self::sweeps("sweeps", sweeps, 1)?;
        if count > MAX_MEASURED {
            return Err(Error::argument("sweeps", sweeps, format!("at most {MAX_MEASURED}")));
        }
        let mut series = self.empty_series(count);
        let done =
            self.repeat(count, |simulation, count| simulation.measure_into(&mut series, count))?;
        series.complete = done == count;
        Ok(series)
    }

    /// Does sweeps with progress until there were enough or the deadline passes; one at least. The step does as many as it is told.
    fn repeat(
        &mut self,
        count: usize,
        step: impl FnMut(&mut Self, usize) -> Result<()> + Send,
    ) -> Result<usize> {
        let deadline = Deadline::new(self.deadline)?;
        self.prepare()?;
        let shared = matches!(&self.moves, Some(Moves::Packed(updates)) if updates.shared());
        // Within the thread pool batches need not be handed over to it one by one.
        if shared {
            crate::rayon::scope(|_| self.repeat_here(count, deadline, step))
        } else {
            self.repeat_here(count, deadline, step)
        }
    }

    fn repeat_here(
        &mut self,
        count: usize,
        deadline: Deadline,
        mut step: impl FnMut(&mut Self, usize) -> Result<()>,
    ) -> Result<usize> {
        let mut progress = Progress::new("sweeps", count);
        let (mut done, batch) = (0, self.batch());
        while done < count {
            let next = batch.min(count - done);
            step(self, next)?;
            done += next;
            progress.add(next);
            if deadline.passed() && done < count {
                progress.stopped();
                break;
            }
        }
        Ok(done)
    }

    /// The spins, in the order of the lattice's sites.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::chain(3)?.simulation(2.0)?.spins(), array![1, 1, 1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn spins(&self) -> Array1<i8> {
        Array1::from(self.configuration())
    }

    /// The spins of a two-dimensional lattice as an array of shape (rows, columns).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::square(8)?.simulation(2.0)?.snapshot()?.dim(), (8, 8));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the lattice is not two-dimensional.
    pub fn snapshot(&self) -> Result<Array2<i8>> {
        let unsupported = || Error::Unsupported {
            what: "A snapshot".to_owned(),
            why: format!("the lattice has shape {:?}, not two sides", self.model.shape()),
            advice: "Use `spins()`, one entry per site.".to_owned(),
        };
        let [rows, cols] = self.model.shape()[..] else {
            return Err(unsupported());
        };
        Array2::from_shape_vec((rows, cols), self.configuration()).map_err(|_| unsupported())
    }

    /// The present energy E, in total (not per spin).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.simulation(2.0)?.energy()?, -32.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// None in practice: the spins belong to the model.
    pub fn energy(&self) -> Result<f64> {
        self.model.energy(&self.spins())
    }

    /// The same system with its own temperature and seed, from the start.
    pub(super) fn replica(&self, temperature: f64, seed: Seed) -> Result<Self> {
        self.clone().temperature(temperature).map(|simulation| simulation.seed(seed))
    }

    pub(super) fn empty_series(&self, capacity: usize) -> TimeSeries {
        TimeSeries {
            temperature: self.temperature,
            n_spins: self.unpacked.len(),
            energy: Vec::with_capacity(capacity),
            magnetization: Vec::with_capacity(capacity),
            complete: true,
            symmetric: !self.model.has_field(),
        }
    }

    /// Thermalizing sweeps: cluster updates learn how many clusters make a sweep.
    pub(super) fn thermalize(&mut self, count: usize) -> Result<()> {
        self.sweeps(count, true, |_, _| ())
    }

    /// Sweeps as measured ones are, without a measurement.
    pub(super) fn pass(&mut self, count: usize) -> Result<()> {
        // Only Wolff's clusters have anything to learn, and packed updates measure where they do not learn.
        self.sweeps(count, self.update != Update::Wolff, |_, _| ())
    }

    pub(super) fn measure_into(&mut self, series: &mut TimeSeries, count: usize) -> Result<()> {
        let (n, unit) = (self.unpacked.len() as f64, self.quanta.unit);
        self.sweeps(count, false, |energy, magnetization| {
            series.energy.push(energy * unit / n);
            series.magnetization.push(magnetization as f64 / n);
        })
    }

    /// The sweeps between two looks at the clock.
    pub(super) fn batch(&self) -> usize {
        match &self.moves {
            Some(Moves::Packed(updates)) => updates.batch(),
            _ => 1,
        }
    }

    /// Makes the tables for the present settings, and finds out whether they fit the model.
    pub(super) fn prepare(&mut self) -> Result<()> {
        if self.moves.is_none() {
            self.moves = Some(self.new_moves()?);
        }
        Ok(())
    }

    pub(super) fn new_moves(&mut self) -> Result<Moves> {
        let beta = 1.0 / self.temperature;
        if self.update == Update::Wolff {
            return Ok(Moves::Cluster(ClusterUpdates::new(&self.model, &self.quanta, beta)?));
        }
        if self.update == Update::SwendsenWang {
            let updates = SwendsenWangUpdates::new(&self.model, &self.quanta, beta);
            return Ok(Moves::SwendsenWang(updates));
        }
        if let Some(torus) = self.packable() {
            let (spins, generator) = (&self.unpacked, &mut self.generator);
            let updates = PackedUpdates::new(&torus, self.update, beta, spins, generator);
            return Ok(Moves::Packed(updates));
        }
        let rule = Rule { update: self.update, ordered: self.order != SiteOrder::Random, beta };
        let updates =
            LocalUpdates::new(&self.model, &self.quanta, rule, self.order, &self.unpacked)?;
        Ok(Moves::Local(updates))
    }

    /// The model, if its checkerboard sweeps have a packed form.
    fn packable(&self) -> Option<Torus> {
        if self.order != SiteOrder::Checkerboard || self.model.has_field() {
            return None;
        }
        Torus::of(&self.model).filter(Torus::is_bipartite)
    }

    /// Does sweeps; `each` takes the total energy, in units, and magnetization after every one, unless packed updates need not measure.
    fn sweeps(
        &mut self,
        count: usize,
        learning: bool,
        mut each: impl FnMut(f64, i64),
    ) -> Result<()> {
        let mut moves = match self.moves.take() {
            Some(moves) => moves,
            None => self.new_moves()?,
        };
        let (model, quanta) = (&*self.model, &*self.quanta);
        let (spins, generator) = (&mut self.unpacked, &mut self.generator);
        let mut repeat = |sweep: &mut dyn FnMut() -> (f64, i64)| {
            for _ in 0..count {
                let (energy, magnetization) = sweep();
                each(energy, magnetization);
            }
        };
        match &mut moves {
            Moves::Local(updates) => repeat(&mut || updates.sweep(model, quanta, spins, generator)),
            Moves::Cluster(updates) => {
                repeat(&mut || updates.sweep(model, quanta, spins, generator, learning));
            }
            Moves::SwendsenWang(updates) => {
                repeat(&mut || updates.sweep(model, quanta, spins, generator));
            }
            Moves::Packed(updates) => {
                let strength = quanta.couplings.first().map_or(0.0, |value| value.abs());
                for (energy, magnetization) in updates.sweeps(count, !learning) {
                    each(energy * strength, magnetization);
                }
            }
        }
        self.moves = Some(moves);
        Ok(())
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, t) = (&self.model, self.temperature);
        let (update, order) = (self.update.name(), self.order.name());
        write!(
            f,
            "Simulation({model:?}, T = {t}, {update}, {order} order, seed {})",
            self.seed.number()
        )
    }
}

pub(super) fn initial(start: Start, n: usize, generator: &mut Generator) -> Vec<i8> {
    match start {
        Start::Up => vec![1; n],
        Start::Random => {
            (0..n).map(|_| if generator.next_u64() >> 63 == 0 { 1 } else { -1 }).collect()
        }
    }
}
