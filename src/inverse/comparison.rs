//! What each method makes of how many states of a known model.

use std::fmt;

use super::drawn::drawn;
use super::method::InverseMethod;
use super::settings::InverseIsing;
use crate::error::{Error, Result, require_positive};
use crate::ising::Ising;
use crate::ndarray::s;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// What a spin of a state takes: a byte as drawn, as chosen and as pooled, and two numbers of methods that work on states.
const SPIN_BYTES: usize = 19;

/// The most states times spins at once, 2 GiB.
const MOST: usize = (1 << 31) / SPIN_BYTES;

/// States of a known model, and what each method of inversion makes of how many of them: settings, then [`run`](Self::run) gives a frame.
///
/// Up to 20 spins states are independent draws from all probabilities; beyond it they are those of 128 heat-bath chains, 1000 sweeps after a random start and
/// then 20 sweeps apart, which is enough at high temperatures only.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let truth = Ising::sherrington_kirkpatrick(8, 1)?;
/// let methods = [InverseMethod::MeanField, InverseMethod::PseudoLikelihood];
/// let frame = InverseComparison::new(&truth, 2.0)?.methods(methods).counts([200, 2_000]).runs(3).run()?;
/// let error = frame.values("reconstruction_error")?;
/// assert!(frame.height() == 4 && error[1] < error[0] && error[3] < error[2]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct InverseComparison {
    truth: Ising,
    temperature: f64,
    methods: Vec<InverseMethod>,
    counts: Vec<usize>,
    l2: f64,
    runs: i64,
    seed: Seed,
    deadline: Option<f64>,
}

/// One method at one number of states.
#[derive(Default)]
struct Cell {
    coupling: Vec<f64>,
    field: Vec<f64>,
    seconds: Vec<f64>,
    refused: u64,
    converged: bool,
}

impl InverseComparison {
    /// Of a model at temperature `t`: what is to be found are J/T and h/T.
    ///
    /// # Errors
    /// If `t` is not a finite number above 0; if the model has fewer than 2 or more than 1000 spins, or no couplings.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(InverseComparison::new(&Ising::chain(6)?, 0.0).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(truth: &Ising, t: f64) -> Result<Self> {
        require_positive("temperature", t)?;
        let n = truth.n_spins();
        if !(2..=super::MAX_INFERRED).contains(&n) || truth.bonds().is_empty() {
            let given = format!("a model of {n} spins with {} bonds", truth.bonds().len());
            let allowed = format!("of 2 to {} spins with bonds", super::MAX_INFERRED);
            return Err(Error::argument("truth", given, allowed));
        }
        let methods = InverseMethod::ALL
            .into_iter()
            .filter(|&method| method != InverseMethod::Exact || n <= super::MAX_EXACT)
            .collect();
        Ok(Self {
            truth: truth.clone(),
            temperature: t,
            methods,
            counts: vec![100, 1_000, 10_000],
            l2: 0.0,
            runs: 5,
            seed: Seed::default(),
            deadline: None,
        })
    }

    /// Which methods; default all, but the exact one up to 20 spins only.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = InverseComparison::new(&Ising::chain(6)?, 2.0)?.counts([100]).runs(2);
    /// assert_eq!(settings.methods([InverseMethod::Tap]).run()?.height(), 1);
    /// # Ok(()) }
    /// ```
    pub fn methods(&self, methods: impl IntoIterator<Item = InverseMethod>) -> Self {
        Self { methods: methods.into_iter().collect(), ..self.clone() }
    }

    /// How many states; default 100, 1000 and 10 000. Fewer ones are the first of more.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = InverseComparison::new(&Ising::chain(6)?, 2.0)?.methods([InverseMethod::Tap]);
    /// assert_eq!(settings.counts([100, 200, 400]).runs(2).run()?.height(), 3);
    /// # Ok(()) }
    /// ```
    pub fn counts(&self, counts: impl IntoIterator<Item = usize>) -> Self {
        Self { counts: counts.into_iter().collect(), ..self.clone() }
    }

    /// The [L2 penalty](InverseIsing::l2) of the methods that take one; default 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = InverseComparison::new(&Ising::chain(6)?, 2.0)?.counts([4]).runs(2);
    /// let penalised = settings.methods([InverseMethod::PseudoLikelihood]).l2(0.1).run()?;
    /// assert_eq!(penalised.values("refused")?[0], 0.0);
    /// # Ok(()) }
    /// ```
    pub fn l2(&self, l2: f64) -> Self {
        Self { l2, ..self.clone() }
    }

    setters! { "InverseComparison::new(&Ising::chain(4)?, 2.0)?.methods([InverseMethod::MeanField])":
        /// Independent sets of states, at least 2; default 5.
        runs;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which searches stop where they are, rows hold the sets done so far (none, if not even the first states were
        /// drawn in time) and `complete` is false; default none.
        deadline;
    }

    /// A row for each method and number of states, in this order.
    ///
    /// Columns: `model`, `n_spins`, `temperature`, `method`, `samples` (states); `reconstruction_error` (γ of
    /// [`InferredIsing`](super::InferredIsing::reconstruction_error)) and `field_error` (root mean square), means over sets with `_err`, missing where no set
    /// or, for the errors, only one had an answer; `refused`, the sets that the method refused, such as fewer states than spins for mean field; `converged`,
    /// whether all others did; `seconds` (mean); `runs` (done), `seed`, `complete`.
    ///
    /// # Errors
    /// If there is no method, no number of states or one of 0, fewer than 2 runs, or states that would not fit in memory; if the penalty is out of range.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let few = InverseComparison::new(&Ising::sherrington_kirkpatrick(12, 1)?, 2.0)?.counts([8]).runs(2);
    /// // Eight states of twelve spins: no inverse of the correlations.
    /// assert_eq!(few.methods([InverseMethod::MeanField]).run()?.values("refused")?[0], 2.0);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        let (runs, most) = self.checked()?;
        let deadline = Deadline::new(self.deadline)?;
        let conditions = self.methods.len() * self.counts.len();
        let mut cells: Vec<Cell> =
            (0..conditions).map(|_| Cell { converged: true, ..Cell::default() }).collect();
        let mut progress = Progress::new("inversions", conditions.saturating_mul(runs));
        let (mut done, mut cut) = (0, false);
        while done < runs && !(done > 0 && deadline.passed()) {
            let seed = self.seed.child(done as u64);
            let Some(states) = drawn(&self.truth, self.temperature, most, seed, &deadline)? else {
                break;
            };
            for (k, cell) in cells.iter_mut().enumerate() {
                let method = self.methods[k / self.counts.len()];
                let count = self.counts[k % self.counts.len()];
                let settings = InverseIsing::new(&states.slice(s![..count, ..]).to_owned())?
                    .method(method)
                    .seed(seed.child(k as u64))
                    .l2(if method.takes_l2() { self.l2 } else { 0.0 });
                let settings = match deadline.seconds_left() {
                    Some(seconds) => settings.deadline(seconds),
                    None => settings,
                };
                match settings.run() {
                    Ok(found) => {
                        let (truth, t) = (&self.truth, self.temperature);
                        cell.coupling.push(found.reconstruction_error(truth, t)?);
                        cell.field.push(found.field_error(truth, t)?);
                        cell.seconds.push(found.seconds);
                        cell.converged &= found.converged;
                        cut |= !found.complete;
                    }
                    Err(_) => cell.refused += 1,
                }
                progress.add(1);
            }
            done += 1;
        }
        let complete = done == runs && !cut;
        if !complete {
            progress.stopped();
        }
        self.frame(&cells, done, complete)
    }

    /// The number of runs and the most states of any.
    fn checked(&self) -> Result<(usize, usize)> {
        if self.methods.is_empty() {
            return Err(Error::argument("methods", "an empty list", "at least one method"));
        }
        let Some(&most) = self.counts.iter().max() else {
            return Err(Error::argument("counts", "an empty list", "at least one number"));
        };
        if self.counts.contains(&0) {
            return Err(Error::argument("counts", 0, "at least 1"));
        }
        if most.saturating_mul(self.truth.n_spins()) > MOST {
            let allowed = format!("at most {}", MOST / self.truth.n_spins());
            return Err(Error::argument("counts", most, allowed));
        }
        if !(0.0..=1e6).contains(&self.l2) {
            return Err(Error::argument("l2", self.l2, "between 0 and 1e6"));
        }
        if !(2..=1_000_000).contains(&self.runs) {
            return Err(Error::argument("runs", self.runs, "between 2 and 1000000"));
        }
        Ok((self.runs as usize, most))
    }

    fn frame(&self, cells: &[Cell], done: usize, complete: bool) -> Result<DataFrame> {
        let height = cells.len();
        let columns = self.counts.len();
        let mean = |values: &[f64]| {
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let error = |values: &[f64]| mean_and_error(values).map(|(_, error)| error);
        let column = |of: &dyn Fn(&Cell) -> Option<f64>| cells.iter().map(of).collect::<Vec<_>>();
        Ok(df!(
            "model" => vec![self.truth.model().name(); height],
            "n_spins" => vec![self.truth.n_spins() as u64; height],
            "temperature" => vec![self.temperature; height],
            "method" => (0..height).map(|k| self.methods[k / columns].name()).collect::<Vec<_>>(),
            "samples" => (0..height).map(|k| self.counts[k % columns] as u64).collect::<Vec<_>>(),
            "reconstruction_error" => column(&|cell| mean(&cell.coupling)),
            "reconstruction_error_err" => column(&|cell| error(&cell.coupling)),
            "field_error" => column(&|cell| mean(&cell.field)),
            "field_error_err" => column(&|cell| error(&cell.field)),
            "refused" => cells.iter().map(|cell| cell.refused).collect::<Vec<_>>(),
            "converged" => cells.iter().map(|cell| cell.converged).collect::<Vec<_>>(),
            "seconds" => column(&|cell| mean(&cell.seconds)),
            "runs" => vec![done as u64; height],
            "seed" => vec![self.seed.number(); height],
            "complete" => vec![complete; height],
        )?)
    }
}

impl fmt::Debug for InverseComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (truth, t, count) = (&self.truth, self.temperature, self.methods.len());
        write!(
            f,
            "InverseComparison({truth:?}, T = {t}, {count} methods, {:?} states)",
            self.counts
        )
    }
}
