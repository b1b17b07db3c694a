//! Learning of all layers together: mean-field averages with the data, persistent chains without.

use std::fmt;

use crate::boltzmann::deep::DeepBoltzmann;
use crate::boltzmann::deep::inference::{MAX_UPDATES, Rest};
use crate::boltzmann::deep::layers::{BLOCK, Block, blocks};
use crate::boltzmann::phases::sweeps_of_an_epoch;
use crate::error::{Error, Result, require_positive};
use crate::ndarray::{Array1, Array2, Axis};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::sweeps;
use crate::setters::setters;

/// Up to so many states, times the rows of the data, bound and likelihood are followed exactly.
const MAX_FOLLOWED: usize = 1 << 16;

/// Units of all chains together.
const MAX_VALUES: usize = 1 << 27;

/// Settings of learning; [`run`](Self::run) gives the machine and the record.
///
/// A step climbs the variational bound: averages under the mean-field posteriors of all data, less averages over persistent chains, times the
/// learning rate, which falls linearly to zero in the second half of the epochs so that the noise of the chains dies out.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let rows = bars_and_stripes(2, Coding::Binary)?;
/// let start = DeepBoltzmann::new(&[4, 3, 2])?.pretrain(&rows)?.run()?.machine;
/// let learned = start.learn(&rows)?.epochs(300).seed(1).run()?;
/// assert!(learned.machine.log_likelihood(&rows)? > start.log_likelihood(&rows)?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct DeepLearning {
    deep: DeepBoltzmann,
    rows: Array2<i8>,
    epochs: usize,
    learning_rate: f64,
    record_every: usize,
    chains: i64,
    sweeps: i64,
    seed: Seed,
    deadline: Option<f64>,
}

/// A deep machine that has learned, and the record.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let learned: DeepLearned = DeepBoltzmann::new(&[2, 2])?.learn(&array![[0, 1]])?.epochs(10).run()?;
/// assert!(learned.complete && learned.history.height() == 11);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DeepLearned {
    /// The machine with its learned weights and biases.
    pub machine: DeepBoltzmann,
    /// One row per recorded epoch, the start included: `epoch`, `bound` and `log_likelihood` (mean per row in nats; missing where layers are too
    /// large to enumerate), `updates` (of mean-field inference), `weight_norm`.
    pub history: DataFrame,
    /// Epochs done.
    pub epochs: usize,
    /// Whether all epochs asked for were done before the deadline.
    pub complete: bool,
}

impl DeepBoltzmann {
    /// Settings of learning from visible states, one a row of 0 and 1.
    ///
    /// # Errors
    /// If there is no row, or one does not fit.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(DeepBoltzmann::new(&[2, 2])?.learn(&array![[0, 2]]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn learn(&self, rows: &Array2<i8>) -> Result<DeepLearning> {
        self.visible(rows)?;
        Ok(DeepLearning {
            deep: self.clone(),
            rows: rows.clone(),
            epochs: 500,
            learning_rate: 0.05,
            record_every: 1,
            chains: 100,
            sweeps: 5,
            seed: Seed::default(),
            deadline: None,
        })
    }
}

impl DeepLearning {
    setters! { "DeepBoltzmann::new(&[2, 2])?.learn(&array![[0, 1]])?.epochs(3)":
        /// Passes through all data, each with one step; default 500.
        epochs;
        /// The learning rate of the first half; default 0.05.
        learning_rate;
        /// The history has a row for every so many epochs, and for the last; default 1.
        record_every;
        /// Persistent chains; default 100.
        chains;
        /// Sweeps of each chain in an epoch; default 5.
        sweeps;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the machine is as learned so far and `complete` is false; default none.
        deadline;
    }

    /// Learns.
    ///
    /// # Errors
    /// If a setting is out of range, or weights grow beyond bounds.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = DeepBoltzmann::new(&[2, 2])?.learn(&array![[0, 1]])?.epochs(5);
    /// assert!(settings.run().is_ok() && settings.learning_rate(-1.0).run().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self) -> Result<DeepLearned> {
        require_positive("learning_rate", self.learning_rate)?;
        for (name, value) in [("epochs", self.epochs), ("record_every", self.record_every)] {
            if value == 0 {
                return Err(Error::argument(name, value, "at least 1"));
            }
        }
        let chains = sweeps("chains", self.chains, 1)?;
        let most = MAX_VALUES / self.deep.sizes().iter().sum::<usize>();
        if chains > most {
            let allowed = format!("at most {most} with so many units");
            return Err(Error::argument("chains", chains, allowed));
        }
        let sweeps = sweeps_of_an_epoch("sweeps", self.sweeps, 1)?;
        let deadline = Deadline::new(self.deadline)?;
        let values = self.rows.mapv(f64::from);
        let mut deep = self.deep.clone();
        let mut chains: Vec<Block> = (0..chains.div_ceil(BLOCK))
            .map(|k| Block::new(&deep, BLOCK.min(chains - k * BLOCK), self.seed.child(k as u64)))
            .collect();
        let mut history = History::default();
        let mut progress = Progress::new("epochs", self.epochs);
        let mut epoch = 0;
        loop {
            let late = epoch > 0 && deadline.passed();
            let last = epoch == self.epochs || late;
            let blocks: Vec<Rest> = blocks(&values)
                .into_par_iter()
                .map(|rows| deep.at_rest(rows, MAX_UPDATES))
                .collect();
            if last || epoch.is_multiple_of(self.record_every) {
                let updates = blocks.iter().map(|block| block.updates).max().unwrap_or(0);
                self.record(&mut history, &deep, epoch, updates)?;
            }
            if last {
                break;
            }
            chains.par_iter_mut().for_each(|block| (0..sweeps).for_each(|_| block.sweep(&deep)));
            let data: Vec<&[Array2<f64>]> =
                blocks.iter().map(|block| block.layers.as_slice()).collect();
            let model: Vec<&[Array2<f64>]> =
                chains.iter().map(|block| block.layers.as_slice()).collect();
            let left = 1.0 - epoch as f64 / self.epochs as f64;
            let rate = self.learning_rate * (2.0 * left).min(1.0);
            deep = moved(&deep, rate, &data, &model).map_err(|_| {
                let allowed = format!("smaller: weights grew beyond bounds in epoch {}", epoch + 1);
                Error::argument("learning_rate", self.learning_rate, allowed)
            })?;
            epoch += 1;
            progress.add(1);
        }
        let complete = epoch == self.epochs;
        if !complete {
            progress.stopped();
        }
        Ok(DeepLearned { machine: deep, history: history.frame()?, epochs: epoch, complete })
    }

    fn record(
        &self,
        history: &mut History,
        deep: &DeepBoltzmann,
        epoch: usize,
        updates: usize,
    ) -> Result<()> {
        let few = deep.states_to_sum().saturating_mul(self.rows.nrows()) <= MAX_FOLLOWED;
        let exact = if few {
            Some((deep.lower_bound(&self.rows)?, deep.log_likelihood(&self.rows)?))
        } else {
            None
        };
        history.epochs.push(epoch as u64);
        history.bound.push(exact.map(|x| x.0));
        history.log_likelihood.push(exact.map(|x| x.1));
        history.updates.push(updates as u64);
        let squares = deep.weights.iter().map(|w| w.iter().map(|w| w * w).sum::<f64>());
        history.weights.push(squares.sum::<f64>().sqrt());
        Ok(())
    }
}

/// One step along ⟨x_l x_{l+1}⟩_data − ⟨x_l x_{l+1}⟩_model and the same of single units.
fn moved(
    deep: &DeepBoltzmann,
    rate: f64,
    data: &[&[Array2<f64>]],
    model: &[&[Array2<f64>]],
) -> Result<DeepBoltzmann> {
    let (mut weights, mut biases) = (deep.weights(), deep.biases());
    for (blocks, sign) in [(data, 1.0), (model, -1.0)] {
        let rows: usize = blocks.iter().map(|layers| layers[0].nrows()).sum();
        let rate = sign * rate / rows as f64;
        for layers in blocks {
            for (l, w) in weights.iter_mut().enumerate() {
                w.scaled_add(rate, &layers[l].t().dot(&layers[l + 1]));
            }
            for (layer, b) in layers.iter().zip(&mut biases) {
                b.scaled_add(rate, &layer.sum_axis(Axis(0)));
            }
        }
    }
    let biases: Vec<Array1<f64>> = biases;
    deep.with(&weights, &biases)
}

#[derive(Default)]
struct History {
    epochs: Vec<u64>,
    bound: Vec<Option<f64>>,
    log_likelihood: Vec<Option<f64>>,
    updates: Vec<u64>,
    weights: Vec<f64>,
}

impl History {
    fn frame(self) -> Result<DataFrame> {
        Ok(df!(
            "epoch" => self.epochs,
            "bound" => self.bound,
            "log_likelihood" => self.log_likelihood,
            "updates" => self.updates,
            "weight_norm" => self.weights,
        )?)
    }
}

impl fmt::Debug for DeepLearning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, epochs) = (self.rows.nrows(), self.epochs);
        write!(f, "DeepLearning({:?}, {rows} rows, {epochs} epochs)", self.deep)
    }
}

impl fmt::Debug for DeepLearned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = if self.complete { "" } else { ", stopped by the deadline" };
        write!(f, "DeepLearned({:?}, {} epochs{cut})", self.machine, self.epochs)
    }
}
