//! Learning rates that change while learning.

use crate::error::{Error, Result, require_positive};

/// The learning rate η(t) after t epochs, parts of epochs included.
///
/// A plain number is a constant rate: `learning_rate(0.05)`.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let rbm = Rbm::binary(2, 2)?;
/// let data = array![[0.0, 1.0], [1.0, 0.0]];
/// let training = rbm.train(&data).learning_rate(LearningRate::Inverse { start: 0.1, epochs: 5.0 });
/// assert!(training.run().is_ok());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LearningRate {
    /// η always.
    Constant(f64),
    /// From `start` to `end` in so many epochs along a straight line, then `end`.
    Linear {
        /// The rate at the start.
        start: f64,
        /// The rate in the end.
        end: f64,
        /// Epochs until the end is reached.
        epochs: f64,
    },
    /// start · e^(−t/epochs).
    Exponential {
        /// The rate at the start.
        start: f64,
        /// Epochs in which it falls to 1/e.
        epochs: f64,
    },
    /// start/(1 + t/epochs), the 1/t of stochastic approximation.
    Inverse {
        /// The rate at the start.
        start: f64,
        /// Epochs in which it falls to half.
        epochs: f64,
    },
}

impl LearningRate {
    /// The rate after t epochs. What is to change within 0 epochs has done so.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// let rate = LearningRate::Linear { start: 0.1, end: 0.02, epochs: 10.0 };
    /// assert!((rate.after(5.0) - 0.06).abs() < 1e-15 && rate.after(30.0) == 0.02);
    /// ```
    pub fn after(self, t: f64) -> f64 {
        let times = |epochs: f64| if epochs > 0.0 { t / epochs } else { f64::INFINITY };
        match self {
            Self::Constant(rate) => rate,
            Self::Linear { start, end, epochs } => {
                let part = times(epochs).clamp(0.0, 1.0);
                start * (1.0 - part) + end * part
            }
            Self::Exponential { start, epochs } => start * (-times(epochs)).exp(),
            Self::Inverse { start, epochs } => start / (1.0 + times(epochs)),
        }
    }

    pub(super) fn check(self) -> Result<()> {
        let (rates, epochs) = match self {
            Self::Constant(rate) => ([rate; 2], 1.0),
            Self::Linear { start, end, epochs } => ([start, end], epochs),
            Self::Exponential { start, epochs } | Self::Inverse { start, epochs } => {
                ([start; 2], epochs)
            }
        };
        require_positive("epochs of the learning rate", epochs)?;
        for rate in rates {
            if !(require_positive("learning_rate", rate)? <= 1e3) {
                let allowed = "a number above 0 and at most 1000 (0.001 to 0.1 is usual)";
                return Err(Error::argument("learning_rate", rate, allowed));
            }
        }
        Ok(())
    }
}

impl From<f64> for LearningRate {
    /// A constant rate.
    fn from(rate: f64) -> Self {
        Self::Constant(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_within_no_time_has_changed() {
        let linear = LearningRate::Linear { start: 0.1, end: 0.02, epochs: 0.0 };
        let others = [
            LearningRate::Exponential { start: 0.1, epochs: 0.0 },
            LearningRate::Inverse { start: 0.1, epochs: 0.0 },
        ];
        for t in [0.0, 3.0] {
            assert_eq!(linear.after(t), 0.02);
            assert!(others.iter().all(|rate| rate.after(t) == 0.0));
        }
    }
}
