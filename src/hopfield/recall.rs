//! The dynamics of a network: asynchronous or synchronous, at T = 0 or in a heat bath.

use std::fmt;

use crate::error::{Error, Result};
use crate::hopfield::dynamics::{Dynamics, Settings, setters};
use crate::hopfield::recalled::Recalled;
use crate::hopfield::weights::Run;
use crate::hopfield::{Hopfield, check};
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Progress;
use crate::random::Seed;

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

impl Recall {
    pub(super) fn new(network: Hopfield, start: Array1<i8>) -> Self {
        Self { network, start, settings: Settings::default(), pattern: None }
    }

    fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut changed = self.clone();
        change(&mut changed.settings);
        changed
    }

    setters! { "pair.recall(&array![1, 1])", "" }

    /// The pattern that [`trace`](Self::trace) takes the overlap with; default the one nearest to the last state.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = array![[1, 1, -1, 1], [1, -1, 1, 1]];
    /// let recall = Hopfield::hebb(&patterns)?.recall(&patterns.row(0).to_owned());
    /// assert_eq!(recall.pattern(1).trace()?.values("overlap")?, [0.0]);
    /// # Ok(()) }
    /// ```
    pub fn pattern(&self, index: usize) -> Self {
        Self { pattern: Some(index), ..self.clone() }
    }

    /// Runs the dynamics to its end.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
    /// let recalled = net.recall(&array![1, 1, 1, 1]).run()?;
    /// assert_eq!((recalled.state, recalled.flips), (array![1, 1, -1, 1], 1));
    /// assert!(net.recall(&array![1, 1]).run().is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the start or the clamped units have not N entries or the start is not ±1; if the temperature is below 0 or not finite, there are no sweeps, or the deadline is
    /// not a finite number above 0.
    pub fn run(&self) -> Result<Recalled> {
        self.observed(|_, _| {})
    }

    /// Runs the dynamics and returns its course: a row for the start and for each sweep, with `sweep`, `flips`, `energy` (per unit), `pattern`, `overlap` (with that
    /// pattern; both missing without patterns); then the conditions `rule`, `n_units`, `load`, `temperature`, `stopped`, `seed`, `complete`.
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
        self.require_room(self.pattern.map_or(self.network.count(), |_| 1).max(1))?;
        let (mut flips, mut energies, mut all) = (Vec::new(), Vec::new(), Vec::new());
        let recalled = self.observed(|run, flipped| {
            flips.push(flipped as u64);
            energies.push(run.energy() / self.network.n_units() as f64);
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
            "n_units" => vec![self.network.n_units() as u64; height],
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
        self.require_room(count)?;
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
        self.require_room(self.network.n_units())?;
        let mut all: Vec<i8> = Vec::new();
        self.observed(|run, _| all.extend(run.state()))?;
        let size = self.network.n_units();
        Array2::from_shape_vec((all.len() / size, size), all)
            .map_err(|error| Error::argument("states", error, "rows of one length"))
    }

    /// At a temperature nothing ends the sweeps before their number is reached, so that all of them have to fit.
    fn require_room(&self, each: usize) -> Result<()> {
        if self.settings.temperature > 0.0 {
            check::kept(self.settings.sweeps, each)
        } else {
            Ok(())
        }
    }

    /// Runs the dynamics; `observe` sees the start and the state after each sweep that changed it, with the flips.
    fn observed(&self, observe: impl FnMut(&Run<'_>, usize)) -> Result<Recalled> {
        let start = check::state("The start", &self.start, self.network.n_units())?;
        let course = self.settings.course(&self.network)?;
        let mut progress = Progress::new("sweeps", self.settings.sweeps);
        let generator = self.settings.seed.generator();
        let recalled = course.follow(start, generator, Some(&mut progress), observe);
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
