//! The dynamics from many starts.

use std::fmt;
use std::sync::Mutex;

use crate::error::Result;
use crate::hopfield::dynamics::{Dynamics, Settings, setters};
use crate::hopfield::recalled::Recalled;
use crate::hopfield::{Hopfield, check};
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Progress;
use crate::random::Seed;
use crate::rayon::prelude::*;

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

    setters! { "pair.recall_many(&array![[1, 1]])", "[0]" }

    /// Runs the dynamics from each start to its end; results in the order of the starts. Those that the deadline kept from starting have done no sweep.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(3, 100, 1)?;
    /// let recalled = Hopfield::hebb(&patterns)?.recall_many(&patterns).run()?;
    /// assert_eq!(recalled.iter().map(|r| r.nearest().map(|(mu, _)| mu)).collect::<Vec<_>>(), [Some(0), Some(1), Some(2)]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the starts are not rows of N entries ±1, or as for [`Recall::run`](crate::hopfield::Recall::run).
    pub fn run(&self) -> Result<Vec<Recalled>> {
        let size = self.network.n_units();
        check::states(&self.starts, size)?;
        let course = self.settings.course(&self.network)?;
        let count = self.starts.nrows();
        let progress = Mutex::new(Progress::new("starts", count));
        let one = |k: usize| {
            let start = self.starts.row(k).to_vec();
            let generator = self.settings.seed.child(k as u64).generator();
            let recalled = course.follow(start, generator, None, |_, _| {});
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
    /// `overlap_start` (the start's with it; missing without patterns), `energy` (per unit), `sweeps`, `flips`, `stopped`; then `rule`, `n_units`, `load`, `temperature`, `seed`, `complete`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(3, 100, 1)?;
    /// let frame = Hopfield::hebb(&patterns)?.recall_many(&patterns).frame()?;
    /// assert_eq!(frame.values("overlap_start")?, [1.0; 3]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn frame(&self) -> Result<DataFrame> {
        let all = self.run()?;
        let (height, size) = (all.len(), self.network.n_units());
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
            "energy" => all.iter().map(|r| r.energy).collect::<Vec<_>>(),
            "sweeps" => all.iter().map(|r| r.sweeps as u64).collect::<Vec<_>>(),
            "flips" => all.iter().map(|r| r.flips as u64).collect::<Vec<_>>(),
            "stopped" => all.iter().map(|r| r.stopped.name()).collect::<Vec<_>>(),
        )?;
        let conditions = df!(
            "rule" => vec![self.network.rule(); height],
            "n_units" => vec![size as u64; height],
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
