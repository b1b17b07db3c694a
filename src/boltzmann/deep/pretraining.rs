//! Layer by layer: each pair of layers as a restricted machine with doubled weights.

use std::fmt;

use crate::boltzmann::deep::DeepBoltzmann;
use crate::boltzmann::deep::layers::{blocks, drawn};
use crate::error::{Error, Result, require_positive};
use crate::ndarray::{Array1, Array2, ArrayView2, Axis};
use crate::numeric::logistic::sigmoid;
use crate::progress::{Deadline, Progress};
use crate::random::{Generator, Seed};
use crate::rayon::prelude::*;
use crate::setters::setters;

/// Settings of layerwise pretraining; [`run`](Self::run) gives the machine.
///
/// Each pair of neighbouring layers is trained by contrastive divergence as a restricted machine on what the layer below tells it of the data. Since
/// a layer between two others will hear from both, its input from one of them counts twice while it is trained alone: upwards except into the top
/// layer, downwards except into the visible one (Salakhutdinov and Hinton, section 3.1). A hidden layer that belongs to two pairs gets the mean of
/// its two biases.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let rows = bars_and_stripes(3, Coding::Binary)?;
/// let pretrained = DeepBoltzmann::new(&[9, 6, 4])?.pretrain(&rows)?.epochs(200).seed(1).run()?;
/// assert_eq!(pretrained.machine.sizes(), [9, 6, 4]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct DeepPretraining {
    deep: DeepBoltzmann,
    data: Array2<f64>,
    epochs: usize,
    learning_rate: f64,
    seed: Seed,
    deadline: Option<f64>,
}

/// A machine after pretraining, from where [`learn`](DeepBoltzmann::learn) goes on with all layers together.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let rows = bars_and_stripes(2, Coding::Binary)?;
/// let pretrained: DeepPretrained = DeepBoltzmann::new(&[4, 3, 2])?.pretrain(&rows)?.epochs(5).run()?;
/// assert!(pretrained.complete && pretrained.machine.learn(&rows)?.epochs(5).run().is_ok());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DeepPretrained {
    /// The machine with the weights and biases of its pairs of layers.
    pub machine: DeepBoltzmann,
    /// Whether all pairs had all their epochs before the deadline.
    pub complete: bool,
}

impl DeepBoltzmann {
    /// Settings of pretraining on visible states, one a row of 0 and 1; weights start small and random.
    ///
    /// # Errors
    /// If there is no row, or one does not fit.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(DeepBoltzmann::new(&[3, 2])?.pretrain(&array![[0, 1]]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn pretrain(&self, rows: &Array2<i8>) -> Result<DeepPretraining> {
        Ok(DeepPretraining {
            deep: self.clone(),
            data: self.visible(rows)?,
            epochs: 200,
            learning_rate: 0.1,
            seed: Seed::default(),
            deadline: None,
        })
    }
}

impl DeepPretraining {
    setters! { "DeepBoltzmann::new(&[2, 2])?.pretrain(&array![[0, 1]])?.epochs(3)":
        /// Passes through all data for each pair of layers, a step each; default 200.
        epochs;
        /// The learning rate; default 0.1.
        learning_rate;
        /// The seed; default 0.
        seed;
        /// A limit in seconds for all pairs together, after which they are as trained so far and `complete` is false; default none.
        deadline;
    }

    /// Trains one pair of layers after the other.
    ///
    /// # Errors
    /// If there is no epoch, or the rate or the deadline is not a finite number above 0; if weights grow beyond bounds.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = DeepBoltzmann::new(&[2, 2])?.pretrain(&array![[0, 1]])?;
    /// assert!(settings.epochs(5).run().is_ok() && settings.epochs(0).run().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self) -> Result<DeepPretrained> {
        require_positive("learning_rate", self.learning_rate)?;
        if self.epochs == 0 {
            return Err(Error::argument("epochs", self.epochs, "at least 1"));
        }
        let deadline = Deadline::new(self.deadline)?;
        let start = self.deep.randomized(0.01, self.seed.child(0))?;
        let pairs = start.weights.len();
        let mut progress = Progress::new("epochs", self.epochs.saturating_mul(pairs));
        let mut weights = Vec::with_capacity(pairs);
        let mut biases = start.biases();
        let mut below = self.data.clone();
        let mut complete = true;
        biases[0] = log_odds(&below);
        for l in 0..pairs {
            let mut pair = Pair {
                w: start.weights[l].clone(),
                low: biases[l].clone(),
                high: biases[l + 1].clone(),
                up: if l + 1 < pairs { 2.0 } else { 1.0 },
                down: if l > 0 { 2.0 } else { 1.0 },
            };
            for epoch in 0..self.epochs {
                if deadline.passed() {
                    complete = false;
                    break;
                }
                let seed = self.seed.child(1 + l as u64).child(epoch as u64);
                pair.step(&below, self.learning_rate, seed);
                progress.add(1);
            }
            below = pair.upwards(below.view());
            // Of a layer in two pairs the mean of both; of the visible one its own.
            biases[l] = if l == 0 { pair.low } else { 0.5 * (&biases[l] + &pair.low) };
            biases[l + 1] = pair.high;
            weights.push(pair.w);
        }
        if !complete {
            progress.stopped();
        }
        let machine = self.deep.with(&weights, &biases).map_err(|_| {
            let allowed = "smaller: weights grew beyond bounds";
            Error::argument("learning_rate", self.learning_rate, allowed)
        })?;
        Ok(DeepPretrained { machine, complete })
    }
}

/// Two layers trained alone, with the factors by which inputs count.
struct Pair {
    w: Array2<f64>,
    low: Array1<f64>,
    high: Array1<f64>,
    up: f64,
    down: f64,
}

impl Pair {
    fn upwards(&self, low: ArrayView2<'_, f64>) -> Array2<f64> {
        self.inputs_up(low).mapv_into(sigmoid)
    }

    fn inputs_up(&self, low: ArrayView2<'_, f64>) -> Array2<f64> {
        self.up * low.dot(&self.w) + self.high.view().insert_axis(Axis(0))
    }

    fn downwards(&self, high: &Array2<f64>) -> Array2<f64> {
        (self.down * high.dot(&self.w.t()) + self.low.view().insert_axis(Axis(0)))
            .mapv_into(sigmoid)
    }

    /// One step of contrastive divergence: upwards with the data, down and up again.
    fn step(&mut self, data: &Array2<f64>, rate: f64, seed: Seed) {
        let one = |(k, rows): (usize, ArrayView2<'_, f64>)| {
            let mut generator: Generator = seed.child(k as u64).generator();
            let inputs = self.inputs_up(rows);
            let first = inputs.mapv(sigmoid);
            let again = self.downwards(&drawn(inputs, &mut generator));
            let second = self.upwards(again.view());
            let w = rows.t().dot(&first) - again.t().dot(&second);
            (
                w,
                rows.sum_axis(Axis(0)) - again.sum_axis(Axis(0)),
                first.sum_axis(Axis(0)) - second.sum_axis(Axis(0)),
            )
        };
        let blocks: Vec<_> = blocks(data).into_par_iter().enumerate().map(one).collect();
        let rate = rate / data.nrows() as f64;
        for (w, low, high) in &blocks {
            self.w.scaled_add(rate, w);
            self.low.scaled_add(rate, low);
            self.high.scaled_add(rate, high);
        }
    }
}

/// The biases of independent units with these means, which are kept off 0 and 1 by one row in all.
pub(super) fn log_odds(rows: &Array2<f64>) -> Array1<f64> {
    let count = rows.nrows() as f64;
    let odds = |on: f64| ((on + 0.5) / (count - on + 0.5)).ln();
    rows.sum_axis(Axis(0)).mapv_into(odds)
}

impl fmt::Debug for DeepPretraining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, epochs) = (self.data.nrows(), self.epochs);
        write!(f, "DeepPretraining({:?}, {rows} rows, {epochs} epochs)", self.deep)
    }
}

impl fmt::Debug for DeepPretrained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = if self.complete { "" } else { ", stopped by the deadline" };
        write!(f, "DeepPretrained({:?}{cut})", self.machine)
    }
}
