//! The dynamics of a network: asynchronous or synchronous, at T = 0 or in a heat bath.

use std::fmt;
use std::sync::Mutex;

use crate::error::{Error, Result};
use crate::hopfield::noise::{Noise, shuffle};
use crate::hopfield::weights::Run;
use crate::hopfield::{Hopfield, check};
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::{Generator, Seed};
use crate::rayon::prelude::*;

/// Why the dynamics stopped.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let pair = Hopfield::from_couplings(&array![[0.0, -1.0], [-1.0, 0.0]])?;
/// let recalled = pair.recall(&array![1, 1]).synchronous().run()?;
/// assert_eq!(recalled.stopped, Stopped::TwoCycle);
/// assert_eq!(recalled.stopped.name(), "two_cycle");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stopped {
    /// No unit would change any more (T = 0).
    FixedPoint,
    /// Synchronous updates at T = 0 go back and forth between two states.
    TwoCycle,
    /// All sweeps were done: always so at T > 0.
    Sweeps,
    /// The deadline passed.
    Deadline,
}

impl Stopped {
    /// The name in frames: "fixed_point", "two_cycle", "sweeps", "deadline".
    pub fn name(self) -> &'static str {
        match self {
            Self::FixedPoint => "fixed_point",
            Self::TwoCycle => "two_cycle",
            Self::Sweeps => "sweeps",
            Self::Deadline => "deadline",
        }
    }
}

/// Which units are updated when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dynamics {
    /// Every unit once a sweep, in a new random order each.
    Asynchronous,
    /// Every unit once a sweep, from the first to the last.
    Sequential,
    /// All at once.
    Synchronous,
}

/// What [`Recall`] and [`RecallMany`] have in common.
#[derive(Clone, Debug)]
struct Settings {
    dynamics: Dynamics,
    temperature: f64,
    sweeps: usize,
    seed: Seed,
    deadline: Option<f64>,
    clamped: Vec<bool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dynamics: Dynamics::Asynchronous,
            temperature: 0.0,
            sweeps: 100,
            seed: Seed::default(),
            deadline: None,
            clamped: Vec::new(),
        }
    }
}

/// The setters of both builders.
macro_rules! setters {
    () => {
        /// Every unit once a sweep, one after the other, in a new random order each sweep: the default.
        ///
        /// With symmetric couplings at T = 0 the energy never rises.
        pub fn asynchronous(&self) -> Self {
            self.with(|settings| settings.dynamics = Dynamics::Asynchronous)
        }

        /// Every unit once a sweep, one after the other, from the first to the last.
        pub fn sequential(&self) -> Self {
            self.with(|settings| settings.dynamics = Dynamics::Sequential)
        }

        /// All units at once, each in the field of the state before.
        ///
        /// With symmetric couplings at T = 0 it ends in a fixed point or a cycle of two states (E. Goles-Chacc, F. Fogelman-Soulié and D. Pellegrin,
        /// Discrete Appl. Math. 12, 261 (1985)), which is detected exactly. At T > 0 this is the dynamics of W. A. Little, Math. Biosci. 19, 101 (1974),
        /// which does not sample exp(−E/T).
        pub fn synchronous(&self) -> Self {
            self.with(|settings| settings.dynamics = Dynamics::Synchronous)
        }

        /// The temperature T of the heat bath, P(s_i = +1) = 1/(1 + exp(−2 h_i / T)) in the field h_i; default 0, where units take the sign of their field and
        /// keep their state in a field of zero.
        pub fn temperature(&self, temperature: f64) -> Self {
            self.with(|settings| settings.temperature = temperature)
        }

        /// The most sweeps (N updates each, one step if synchronous); default 100. At T > 0 all of them are done.
        pub fn sweeps(&self, sweeps: usize) -> Self {
            self.with(|settings| settings.sweeps = sweeps)
        }

        /// The seed of random orders and of the heat bath; default 0.
        pub fn seed(&self, seed: impl Into<Seed>) -> Self {
            let seed = seed.into();
            self.with(|settings| settings.seed = seed)
        }

        /// A limit in seconds, after which states are returned as they are, [`Stopped::Deadline`]; default none.
        pub fn deadline(&self, seconds: f64) -> Self {
            self.with(|settings| settings.deadline = Some(seconds))
        }

        /// Units that keep the state they start in, true for each: what is known of a pattern to be completed; default none.
        pub fn clamped(&self, units: &Array1<bool>) -> Self {
            self.with(|settings| settings.clamped = units.to_vec())
        }
    };
}

/// Settings for the dynamics from one state; [`run`](Self::run) gives where it ends, [`trace`](Self::trace), [`overlaps`](Self::overlaps) and
/// [`states`](Self::states) the way there.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = random_patterns(5, 200, 1)?;
/// let net = Hopfield::hebb(&patterns)?;
/// let recall = net.recall(&corrupted(&patterns.row(0).to_owned(), 0.25, 2)?);
/// let energy = recall.trace()?.values("energy")?;
/// assert!(energy.windows(2).all(|pair| pair[1] <= pair[0]));
/// let warm = recall.temperature(0.3).sweeps(200).seed(1).run()?;
/// assert!(warm.overlaps[0] > 0.8);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Recall {
    network: Hopfield,
    start: Array1<i8>,
    settings: Settings,
    pattern: Option<usize>,
}

/// Where the dynamics of a network ended, and why.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
/// let recalled = net.recall(&array![1, 1, 1, 1]).run()?;
/// assert_eq!((recalled.nearest(), recalled.energy), (Some((0, 1.0)), -1.5));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// The last state.
    pub state: Array1<i8>,
    /// The other state of a [`TwoCycle`](Stopped::TwoCycle).
    pub partner: Option<Array1<i8>>,
    /// Why the dynamics stopped there.
    pub stopped: Stopped,
    /// Sweeps in which some unit flipped, at T = 0; all that were done, at T > 0.
    pub sweeps: usize,
    /// Flips in all.
    pub flips: usize,
    /// The last state's energy, in total.
    pub energy: f64,
    /// The last state's overlap with each pattern.
    pub overlaps: Array1<f64>,
}

impl Recalled {
    /// The pattern with the greatest overlap, and that overlap; the first of several. Nothing without patterns.
    pub fn nearest(&self) -> Option<(usize, f64)> {
        nearest(&self.overlaps)
    }

    /// Whether the dynamics went on to where it was to end: no deadline came before, and at T = 0 sweeps sufficed.
    pub fn complete(&self) -> bool {
        self.stopped != Stopped::Deadline
    }
}

fn nearest(overlaps: &Array1<f64>) -> Option<(usize, f64)> {
    let all = overlaps.iter().copied().enumerate();
    all.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

impl Recall {
    pub(super) fn new(network: Hopfield, start: Array1<i8>) -> Self {
        Self { network, start, settings: Settings::default(), pattern: None }
    }

    fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut changed = self.clone();
        change(&mut changed.settings);
        changed
    }

    setters!();

    /// The pattern that [`trace`](Self::trace) takes the overlap with; default the one nearest to the last state.
    pub fn pattern(&self, index: usize) -> Self {
        Self { pattern: Some(index), ..self.clone() }
    }

    /// Runs the dynamics to its end.
    ///
    /// # Errors
    /// If the start or the clamped units have not N entries or the start is not ±1; if the temperature is below 0 or not finite, there are no sweeps, or the deadline is
    /// not a finite number above 0.
    pub fn run(&self) -> Result<Recalled> {
        self.observed(|_, _| {})
    }

    /// Runs the dynamics and returns its course: a row for the start and for each sweep, with `sweep`, `flips`, `energy` (per unit), `pattern`, `overlap` (with that
    /// pattern; both missing without patterns); then the conditions `rule`, `size`, `load`, `temperature`, `stopped`, `seed`, `complete`.
    ///
    /// # Errors
    /// As for [`run`](Self::run), or if there is no such pattern.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
    /// let trace = net.recall(&array![1, 1, 1, 1]).trace()?;
    /// assert_eq!(trace.values("overlap")?, [0.5, 1.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn trace(&self) -> Result<DataFrame> {
        if let Some(index) = self.pattern {
            self.network.require_pattern(index)?;
        }
        let (mut flips, mut energies, mut all) = (Vec::new(), Vec::new(), Vec::new());
        let recalled = self.observed(|run, flipped| {
            flips.push(flipped as u64);
            energies.push(run.energy() / self.network.size() as f64);
            match self.pattern {
                Some(mu) => all.push(self.network.overlap_with(mu, run.state())),
                None => all.extend(self.network.overlaps_with(run.state())),
            }
        })?;
        let pattern = self.pattern.or_else(|| recalled.nearest().map(|(mu, _)| mu));
        let height = flips.len();
        let stride = all.len() / height.max(1);
        let column = if self.pattern.is_some() { 0 } else { pattern.unwrap_or(0) };
        let overlaps: Vec<Option<f64>> = (0..height)
            .map(|row| all.get(row * stride + column).copied().filter(|_| stride > 0))
            .collect();
        let frame = df!(
            "sweep" => (0..height as u64).collect::<Vec<_>>(),
            "flips" => flips,
            "energy" => energies,
            "pattern" => vec![pattern.map(|mu| mu as u64); height],
            "overlap" => overlaps,
        )?;
        let conditions = df!(
            "rule" => vec![self.network.rule(); height],
            "size" => vec![self.network.size() as u64; height],
            "load" => vec![self.network.load(); height],
            "temperature" => vec![self.settings.temperature; height],
            "stopped" => vec![recalled.stopped.name(); height],
            "seed" => vec![self.settings.seed.number(); height],
            "complete" => vec![recalled.complete(); height],
        )?;
        Ok(frame.hstack(conditions.columns())?)
    }

    /// Runs the dynamics and returns the overlap with every pattern at the start and after each sweep: a frame with `sweep`, `pattern`, `overlap`.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(3, 100, 1)?;
    /// let net = Hopfield::hebb(&patterns)?;
    /// assert_eq!(net.recall(&patterns.row(1).to_owned()).overlaps()?.height(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn overlaps(&self) -> Result<DataFrame> {
        let (count, mut all) = (self.network.count(), Vec::new());
        self.observed(|run, _| all.extend(self.network.overlaps_with(run.state())))?;
        let rows = all.len() as u64;
        Ok(df!(
            "sweep" => (0..rows).map(|row| row / count as u64).collect::<Vec<_>>(),
            "pattern" => (0..rows).map(|row| row % count as u64).collect::<Vec<_>>(),
            "overlap" => all,
        )?)
    }

    /// Runs the dynamics and returns the start and the state after each sweep, one a row.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
    /// let states = net.recall(&array![1, 1, 1, 1]).states()?;
    /// assert_eq!(states, array![[1, 1, 1, 1], [1, 1, -1, 1]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn states(&self) -> Result<Array2<i8>> {
        let mut all: Vec<i8> = Vec::new();
        self.observed(|run, _| all.extend(run.state()))?;
        let size = self.network.size();
        Array2::from_shape_vec((all.len() / size, size), all)
            .map_err(|error| Error::argument("states", error, "rows of one length"))
    }

    /// Runs the dynamics; `observe` sees the start and the state after each sweep that changed it, with the flips.
    fn observed(&self, observe: impl FnMut(&Run<'_>, usize)) -> Result<Recalled> {
        let start = check::state("The start", &self.start, self.network.size())?;
        let units = self.settings.units(self.network.size())?;
        let deadline = Deadline::new(self.settings.deadline)?;
        let mut progress = Progress::new("sweeps", self.settings.sweeps);
        let generator = self.settings.seed.generator();
        let recalled = self.settings.follow(
            &self.network,
            start,
            &units,
            generator,
            &deadline,
            Some(&mut progress),
            observe,
        );
        if !recalled.complete() {
            progress.stopped();
        }
        Ok(recalled)
    }
}

impl fmt::Debug for Recall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recall({:?}, {:?})", self.network, self.settings)
    }
}

impl Settings {
    /// The units that are updated, if the settings are in order.
    fn units(&self, size: usize) -> Result<Vec<u32>> {
        if !(self.temperature >= 0.0 && self.temperature.is_finite()) {
            let allowed = "0 or a finite number above";
            return Err(Error::argument("temperature", self.temperature, allowed));
        }
        if self.sweeps == 0 {
            return Err(Error::argument("sweeps", 0, "at least 1"));
        }
        if !self.clamped.is_empty() && self.clamped.len() != size {
            return Err(Error::Shape {
                what: "The array of clamped units",
                expected: format!("({size},)"),
                given: format!("({},)", self.clamped.len()),
            });
        }
        let free = |i: &u32| !self.clamped.get(*i as usize).copied().unwrap_or(false);
        Ok((0..size as u32).filter(free).collect())
    }

    /// The dynamics itself.
    #[allow(clippy::too_many_arguments)]
    fn follow(
        &self,
        network: &Hopfield,
        start: Vec<i8>,
        units: &[u32],
        generator: Generator,
        deadline: &Deadline,
        mut progress: Option<&mut Progress>,
        mut observe: impl FnMut(&Run<'_>, usize),
    ) -> Recalled {
        let mut run = network.at(start);
        let mut noise = Noise { temperature: self.temperature, generator };
        let mut order = units.to_vec();
        let mut before: Option<Vec<i8>> = None;
        let (mut sweeps, mut flips) = (0, 0);
        let mut partner = None;
        observe(&run, 0);
        let stopped = loop {
            if deadline.passed() {
                break Stopped::Deadline;
            }
            if sweeps == self.sweeps {
                break self.last_look(&mut run, units);
            }
            let previous = self.cycles().then(|| run.state().to_vec());
            let flipped = match self.dynamics {
                Dynamics::Synchronous => run.step(units, &mut noise),
                Dynamics::Sequential => run.sweep(&order, &mut noise),
                Dynamics::Asynchronous => {
                    shuffle(&mut order, &mut noise.generator);
                    run.sweep(&order, &mut noise)
                }
            };
            if flipped == 0 && self.temperature == 0.0 && self.settled(&mut run, units) {
                break Stopped::FixedPoint;
            }
            sweeps += 1;
            flips += flipped;
            if let Some(progress) = progress.as_mut() {
                progress.add(1);
            }
            observe(&run, flipped);
            if previous.is_some() && before.as_deref() == Some(run.state()) {
                partner = previous.map(Array1::from);
                break Stopped::TwoCycle;
            }
            before = previous;
        };
        run.refresh();
        let energy = run.energy();
        let overlaps = network.overlaps_with(run.state());
        let state = Array1::from(run.into_state());
        Recalled { state, partner, stopped, sweeps, flips, energy, overlaps }
    }

    /// Whether states are compared for cycles.
    fn cycles(&self) -> bool {
        self.dynamics == Dynamics::Synchronous && self.temperature == 0.0
    }

    /// Whether no unit would flip in fields that are free of rounding by earlier flips.
    fn settled(&self, run: &mut Run<'_>, units: &[u32]) -> bool {
        run.refresh();
        let (fields, state) = (run.local_fields(), run.state());
        units.iter().all(|&i| fields[i as usize] * f64::from(state[i as usize]) >= 0.0)
    }

    /// After the last sweep: a fixed point may have been reached by it.
    fn last_look(&self, run: &mut Run<'_>, units: &[u32]) -> Stopped {
        if self.temperature == 0.0 && self.settled(run, units) {
            Stopped::FixedPoint
        } else {
            Stopped::Sweeps
        }
    }
}

/// Settings for the dynamics from many states in parallel; [`run`](Self::run) gives where each ends, [`frame`](Self::frame) a table of them.
///
/// Each start draws from the stream of its own index: the results are the same for any number of threads.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = random_patterns(5, 200, 1)?;
/// let frame = Hopfield::hebb(&patterns)?.recall_many(&patterns).frame()?;
/// assert_eq!(frame.values("pattern")?, [0.0, 1.0, 2.0, 3.0, 4.0]);
/// assert!(frame.values("overlap")?.iter().all(|&m| m > 0.95));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RecallMany {
    network: Hopfield,
    starts: Array2<i8>,
    settings: Settings,
}

impl RecallMany {
    pub(super) fn new(network: Hopfield, starts: Array2<i8>) -> Self {
        Self { network, starts, settings: Settings::default() }
    }

    fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut changed = self.clone();
        change(&mut changed.settings);
        changed
    }

    setters!();

    /// Runs the dynamics from each start to its end; results in the order of the starts. Those that the deadline kept from starting have done no sweep.
    ///
    /// # Errors
    /// If the starts are not rows of N entries ±1, or as for [`Recall::run`].
    pub fn run(&self) -> Result<Vec<Recalled>> {
        let size = self.network.size();
        check::states(&self.starts, size)?;
        let units = self.settings.units(size)?;
        let deadline = Deadline::new(self.settings.deadline)?;
        let count = self.starts.nrows();
        let progress = Mutex::new(Progress::new("starts", count));
        let one = |k: usize| {
            let start = self.starts.row(k).to_vec();
            let generator = self.settings.seed.child(k as u64).generator();
            let recalled = self.settings.follow(
                &self.network,
                start,
                &units,
                generator,
                &deadline,
                None,
                |_, _| {},
            );
            if let (true, Ok(mut progress)) = (recalled.complete(), progress.lock()) {
                progress.add(1);
            }
            recalled
        };
        let recalled: Vec<Recalled> = (0..count).into_par_iter().map(one).collect();
        if let (false, Ok(progress)) = (recalled.iter().all(Recalled::complete), progress.lock()) {
            progress.stopped();
        }
        Ok(recalled)
    }

    /// Runs the dynamics as [`run`](Self::run) does: a row for each start, with `start` (its index), `pattern` (the nearest at the end), `overlap` (with that pattern),
    /// `overlap_start` (the start's with it; missing without patterns), `energy` (per unit), `sweeps`, `flips`, `stopped`; then `rule`, `size`, `load`, `temperature`, `seed`, `complete`.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn frame(&self) -> Result<DataFrame> {
        let all = self.run()?;
        let (height, size) = (all.len(), self.network.size());
        let nearest: Vec<_> = all.iter().map(Recalled::nearest).collect();
        let at_start = |(k, nearest): (usize, &Option<(usize, f64)>)| {
            let start = self.starts.row(k).to_vec();
            nearest.map(|(mu, _)| self.network.overlap_with(mu, &start))
        };
        let frame = df!(
            "start" => (0..height as u64).collect::<Vec<_>>(),
            "pattern" => nearest.iter().map(|n| n.map(|(mu, _)| mu as u64)).collect::<Vec<_>>(),
            "overlap" => nearest.iter().map(|n| n.map(|(_, m)| m)).collect::<Vec<_>>(),
            "overlap_start" => nearest.iter().enumerate().map(at_start).collect::<Vec<_>>(),
            "energy" => all.iter().map(|r| r.energy / size as f64).collect::<Vec<_>>(),
            "sweeps" => all.iter().map(|r| r.sweeps as u64).collect::<Vec<_>>(),
            "flips" => all.iter().map(|r| r.flips as u64).collect::<Vec<_>>(),
            "stopped" => all.iter().map(|r| r.stopped.name()).collect::<Vec<_>>(),
        )?;
        let conditions = df!(
            "rule" => vec![self.network.rule(); height],
            "size" => vec![size as u64; height],
            "load" => vec![self.network.load(); height],
            "temperature" => vec![self.settings.temperature; height],
            "seed" => vec![self.settings.seed.number(); height],
            "complete" => all.iter().map(Recalled::complete).collect::<Vec<_>>(),
        )?;
        Ok(frame.hstack(conditions.columns())?)
    }
}

impl fmt::Debug for RecallMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RecallMany({:?}, {} starts, {:?})",
            self.network,
            self.starts.nrows(),
            self.settings
        )
    }
}
