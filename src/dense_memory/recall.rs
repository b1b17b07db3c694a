//! Recall by dense memories.

use super::binary::{DenseMemory, Walk};
use crate::error::{Error, Result};
use crate::ndarray::Array1;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::rand::seq::SliceRandom;
use crate::random::Seed;
use crate::setters::setters;

/// Settings of a recall by a [`DenseMemory`]: neurons change one at a time until none wants to.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let patterns = array![[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]];
/// let memory = DenseMemory::exponential(&patterns)?;
/// let trace = memory.recall(&array![1, 1, 1, -1, -1, 1]).seed(1).trace()?;
/// assert_eq!(trace.values("energy")?.len(), 3);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct DenseRecall {
    memory: DenseMemory,
    start: Array1<i8>,
    sweeps: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// What a recall came to.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let recalled = DenseMemory::exponential(&array![[1, 1, -1]])?.recall(&array![1, 1, 1]).run()?;
/// assert!(recalled.converged && recalled.flips == 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DenseRecalled {
    /// The last state.
    pub state: Array1<i8>,
    /// Its energy.
    pub energy: f64,
    /// Its overlaps m_μ with the patterns.
    pub overlaps: Array1<f64>,
    /// Sweeps done, the last of which changed nothing if the state is a fixed point.
    pub sweeps: usize,
    /// Neurons flipped on the way.
    pub flips: usize,
    /// Whether a fixed point was reached; otherwise the limit of sweeps or the deadline came first.
    pub converged: bool,
}

impl DenseRecall {
    pub(super) fn new(memory: DenseMemory, start: Array1<i8>) -> Self {
        Self { memory, start, sweeps: 1000, seed: Seed::default(), deadline: None }
    }

    /// The most sweeps; default 1000. A sweep visits every neuron once in random order.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(60, 20, 1)?;
    /// let recall = DenseMemory::polynomial(&patterns, 3)?.recall(&flipped(&patterns.row(0).to_owned(), 5, 2)?);
    /// assert!(!recall.sweeps(1).run()?.converged); // no sweep was left to see that nothing changes
    /// # Ok(()) }
    /// ```
    pub fn sweeps(&self, sweeps: usize) -> Self {
        Self { sweeps, ..self.clone() }
    }

    setters! { "DenseMemory::polynomial(&array![[1, 1, -1]], 3)?.recall(&array![1, 1, 1])":
        /// The seed of the order in which neurons change; default 0.
        seed;
        /// A limit in seconds, after which the state so far is returned with `converged` false; default none.
        deadline;
    }

    /// Runs to a fixed point.
    ///
    /// # Errors
    /// If the state has another length than the patterns or a number that is not ±1, if no sweep is allowed, or if the deadline is not a finite number above 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let recalled = DenseMemory::polynomial(&array![[1, 1, -1]], 3)?.recall(&array![1, -1, -1]).run()?;
    /// assert_eq!(recalled.overlaps, array![1.0]);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DenseRecalled> {
        self.recorded(|_, _, _| ())
    }

    /// Runs to a fixed point and returns a row for the start and one for each sweep: `sweep`, `energy` (per neuron), `overlap` (the largest m_μ),
    /// `pattern` (the μ that has it), `flips` (in this sweep).
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let trace = DenseMemory::polynomial(&array![[1, 1, -1]], 3)?.recall(&array![1, -1, -1]).trace()?;
    /// assert_eq!(trace.values("overlap")?.last(), Some(&1.0));
    /// # Ok(()) }
    /// ```
    pub fn trace(&self) -> Result<DataFrame> {
        let (mut sweeps, mut energies, mut overlaps) = (Vec::new(), Vec::new(), Vec::new());
        let (mut patterns, mut all_flips) = (Vec::new(), Vec::new());
        let n = self.memory.n_units() as f64;
        self.recorded(|walk, sweep, flips| {
            // The first of equals: later ones win in `max_by_key`.
            let best = walk.products.iter().enumerate().rev().max_by_key(|(_, x)| **x);
            let (pattern, x) = best.map_or((0, 0), |(pattern, x)| (pattern, *x));
            sweeps.push(sweep as u64);
            energies.push(walk.energy() / n);
            overlaps.push(f64::from(x) / n);
            patterns.push(pattern as u64);
            all_flips.push(flips as u64);
        })?;
        Ok(df!(
            "sweep" => sweeps,
            "energy" => energies,
            "overlap" => overlaps,
            "pattern" => patterns,
            "flips" => all_flips,
        )?)
    }

    /// The recall, which shows `record` the start and each sweep's end.
    fn recorded(&self, mut record: impl FnMut(&Walk<'_>, usize, usize)) -> Result<DenseRecalled> {
        self.memory.require_state(&self.start)?;
        if self.sweeps == 0 {
            return Err(Error::argument("sweeps", 0, "at least 1"));
        }
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("sweeps at most", self.sweeps);
        let mut generator = self.seed.generator();
        let mut walk = self.memory.walk(&self.start);
        let mut order: Vec<usize> = (0..walk.state.len()).collect();
        let (mut done, mut total, mut converged) = (0, 0, false);
        record(&walk, 0, 0);
        'sweeps: while done < self.sweeps && !converged {
            order.shuffle(&mut generator);
            let mut flips = 0;
            for &i in &order {
                if walk.lowers(i) {
                    walk.flip(i);
                    flips += 1;
                }
                if deadline.passed() {
                    total += flips;
                    progress.stopped();
                    break 'sweeps;
                }
            }
            done += 1;
            total += flips;
            converged = flips == 0;
            record(&walk, done, flips);
            progress.add(1);
        }
        let n = walk.state.len() as f64;
        Ok(DenseRecalled {
            energy: walk.energy(),
            overlaps: walk.products.iter().map(|x| f64::from(*x) / n).collect(),
            state: Array1::from_vec(walk.state),
            sweeps: done,
            flips: total,
            converged,
        })
    }
}
