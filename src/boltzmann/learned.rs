//! The outcome of learning, which can go on.

use std::fmt;

use crate::boltzmann::learning::Found;
use crate::boltzmann::phases::Chains;
use crate::boltzmann::{BoltzmannGradient, BoltzmannLearning, BoltzmannMachine};
use crate::error::{Error, Result};
use crate::ndarray::Array1;
use crate::polars::df;
use crate::polars::prelude::DataFrame;

/// A machine that has learned, and the record.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let learning = BoltzmannMachine::new(Coding::Spin, 2, 0)?.learn(&array![[1, 1], [-1, -1], [1, -1]])?;
/// let half: BoltzmannLearned = learning.epochs(50).run()?;
/// assert_eq!(half.resume(50)?.machine, learning.epochs(100).run()?.machine);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct BoltzmannLearned {
    /// The machine with its learned parameters.
    pub machine: BoltzmannMachine,
    /// One row per epoch, the start included: `epoch`, `kl` (of the machine from the data) and `log_likelihood` (mean per state), both exact in nats
    /// and missing where there are too many units, `gradient_norm`, `gradient_err` (the norm of its standard errors, 0 where it is exact),
    /// `weight_norm`.
    pub history: DataFrame,
    /// Epochs done.
    pub epochs: usize,
    /// Whether all epochs asked for were done before the deadline.
    pub complete: bool,
    learning: BoltzmannLearning,
    state: State,
}

impl BoltzmannLearned {
    pub(super) fn new(learning: BoltzmannLearning, state: State, complete: bool) -> Result<Self> {
        Ok(Self {
            machine: state.machine.clone(),
            history: state.history.frame()?,
            epochs: state.epoch,
            complete,
            learning,
            state,
        })
    }

    /// Goes on for so many epochs, with the same settings, velocity and chains: the same as if they had been asked for at once.
    ///
    /// # Errors
    /// As for [`BoltzmannLearning::run`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let learned = BoltzmannMachine::new(Coding::Spin, 2, 0)?.learn(&array![[1, 1], [-1, 1]])?.epochs(10).run()?;
    /// assert_eq!(learned.resume(5)?.epochs, 15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume(&self, epochs: usize) -> Result<Self> {
        if epochs == 0 {
            return Err(Error::argument("epochs", epochs, "at least 1"));
        }
        self.learning.advance(self.state.clone(), epochs)
    }

    /// The same, with other settings from here on: the rate, the momentum, the sweeps of an epoch. The machine, data, chains and velocity are those
    /// of this run.
    ///
    /// # Errors
    /// As for [`BoltzmannLearning::run`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let learning = BoltzmannMachine::new(Coding::Spin, 2, 0)?.learn(&array![[1, 1], [-1, 1]])?.epochs(10);
    /// assert_eq!(learning.run()?.resume_with(|settings| settings.learning_rate(0.01), 5)?.epochs, 15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume_with(
        &self,
        change: impl Fn(&BoltzmannLearning) -> BoltzmannLearning,
        epochs: usize,
    ) -> Result<Self> {
        let mut state = self.state.clone();
        let learning = self.learning.onward(change(&self.learning), &mut state)?;
        Self { learning, state, ..self.clone() }.resume(epochs)
    }
}

/// What goes on from epoch to epoch.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub machine: BoltzmannMachine,
    pub velocity: Array1<f64>,
    pub chains: Option<Chains>,
    pub epoch: usize,
    pub history: History,
    /// The gradient at the present parameters, which the next step takes.
    pub pending: Option<Found>,
}

impl State {
    pub fn new(machine: &BoltzmannMachine, chains: Option<Chains>) -> Self {
        Self {
            machine: machine.clone(),
            velocity: Array1::zeros(machine.parameters.len()),
            chains,
            epoch: 0,
            history: History::default(),
            pending: None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct History {
    epochs: Vec<u64>,
    kl: Vec<Option<f64>>,
    log_likelihood: Vec<Option<f64>>,
    gradient: Vec<f64>,
    error: Vec<f64>,
    weights: Vec<f64>,
}

impl History {
    pub fn last(&self) -> Option<usize> {
        self.epochs.last().map(|&epoch| epoch as usize)
    }

    pub fn push(
        &mut self,
        epoch: usize,
        machine: &BoltzmannMachine,
        gradient: &BoltzmannGradient,
        kl: Option<f64>,
        entropy: f64,
    ) {
        let weights = machine.parameters.iter().skip(machine.n_units());
        self.epochs.push(epoch as u64);
        self.kl.push(kl);
        self.log_likelihood.push(kl.map(|kl| -kl - entropy));
        self.gradient.push(gradient.norm());
        self.error.push(gradient.errors.dot(&gradient.errors).sqrt());
        self.weights.push(weights.map(|w| w * w).sum::<f64>().sqrt());
    }

    fn frame(&self) -> Result<DataFrame> {
        Ok(df!(
            "epoch" => self.epochs.clone(),
            "kl" => self.kl.clone(),
            "log_likelihood" => self.log_likelihood.clone(),
            "gradient_norm" => self.gradient.clone(),
            "gradient_err" => self.error.clone(),
            "weight_norm" => self.weights.clone(),
        )?)
    }
}

impl fmt::Debug for BoltzmannLearned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = if self.complete { "" } else { ", stopped by the deadline" };
        write!(f, "BoltzmannLearned({:?}, {} epochs{cut})", self.machine, self.epochs)
    }
}
