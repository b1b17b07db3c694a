//! The end of learning before machines learn the examples by heart.

use crate::error::{Error, Result};
use crate::rbm::Rbm;
use crate::rbm::training::record::Record;

/// A gap of free energies counts as one from so many standard errors on.
const SIGNIFICANT: f64 = 3.0;

/// When held-out examples end learning; the machine returned is that of the best epoch.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let (data, held_out) = (array![[0.0, 1.0], [1.0, 0.0]], array![[1.0, 1.0], [0.0, 0.0]]);
/// let training = Rbm::binary(2, 4)?.train(&data).held_out(&held_out).learning_rate(0.5);
/// let stop = EarlyStopping::PseudoLikelihood { patience: 5 };
/// let trained = training.early_stopping(stop).epochs(1000).run()?;
/// assert!(trained.stopped_early && trained.history.height() < 1000);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlyStopping {
    /// Stop when the held-out pseudo-likelihood has not risen for so many measured epochs. For discrete visible units.
    PseudoLikelihood {
        /// Measured epochs without a new best, at least 1.
        patience: usize,
    },
    /// Stop when the mean free energy of held-out examples has lain more than three standard errors above that of the training examples in so many
    /// measured epochs in a row, after G. E. Hinton, *A Practical Guide to Training Restricted Boltzmann Machines* (2012), section 6.
    FreeEnergyGap {
        /// Measured epochs in a row, at least 1.
        patience: usize,
    },
}

impl EarlyStopping {
    pub(super) fn check(self) -> Result<()> {
        match self.patience() {
            0 => Err(Error::argument("patience", 0, "at least 1 epoch")),
            _ => Ok(()),
        }
    }

    fn patience(self) -> usize {
        match self {
            Self::PseudoLikelihood { patience } | Self::FreeEnergyGap { patience } => patience,
        }
    }
}

/// How long ago the best epoch was.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    rule: EarlyStopping,
    pub best: Option<(f64, Rbm)>,
    pub since: usize,
}

impl Watch {
    pub fn new(rule: EarlyStopping) -> Self {
        Self { rule, best: None, since: 0 }
    }

    /// Looks at a new record of this machine.
    pub fn look(&mut self, record: &Record, rbm: &Rbm) {
        let score = match self.rule {
            EarlyStopping::PseudoLikelihood { .. } => record.pseudo_likelihood_held_out,
            EarlyStopping::FreeEnergyGap { .. } => {
                let gap = record.free_energy_gap.zip(record.free_energy_gap_err);
                gap.map(|(gap, error)| f64::from(u8::from(gap <= SIGNIFICANT * error)))
            }
        };
        let score = score.unwrap_or(f64::NEG_INFINITY);
        let better = match (self.rule, &self.best) {
            (_, None) => true,
            (EarlyStopping::PseudoLikelihood { .. }, Some((best, _))) => score > *best,
            (EarlyStopping::FreeEnergyGap { .. }, Some(_)) => score > 0.5,
        };
        if better {
            self.best = Some((score, rbm.clone()));
            self.since = 0;
        } else {
            self.since += 1;
        }
    }

    pub fn is_over(&self) -> bool {
        self.since >= self.rule.patience()
    }
}
