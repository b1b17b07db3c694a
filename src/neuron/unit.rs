//! The threshold unit.

use std::fmt;

use crate::error::{Error, Result, require_finite};
use crate::ndarray::Array1;
use crate::neuron::bits;
use crate::polars::df;
use crate::polars::prelude::{Column, DataFrame};

/// More inputs than this are refused; no circuit comes near.
const MOST_INPUTS: usize = 1_000_000;

/// A threshold unit of McCulloch and Pitts: it fires where the weighted sum of its inputs reaches the threshold,
///
/// y = Θ(Σ_i w_i x_i − θ) with Θ(0) = 1,
///
/// and no inhibitory input is active.
///
/// The original unit has weights 1 and inhibitory inputs each of which forbids firing alone
/// ([`mcculloch_pitts`](Self::mcculloch_pitts)); weights of any sign are the later, equivalent form. Inputs are 0 or 1; units for inputs ±1
/// come from [`signed`](Self::signed). Sums are exact where weights are integers or halves of them.
///
/// Source: W. S. McCulloch and W. Pitts, Bull. Math. Biophys. 5, 115 (1943).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let unit = Neuron::new([1.0, 1.0, -2.0], 1.0)?;
/// assert!(unit.fires(&[1, 0, 0])?);
/// assert!(!unit.fires(&[1, 1, 1])?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Neuron {
    weights: Array1<f64>,
    threshold: f64,
    inhibitory: Vec<usize>,
}

impl fmt::Debug for Neuron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Neuron(weights {}, threshold {}", self.weights, self.threshold)?;
        if !self.inhibitory.is_empty() {
            write!(f, ", silenced by inputs {:?}", self.inhibitory)?;
        }
        write!(f, ")")
    }
}

impl Neuron {
    /// The unit with these weights, one for each input, and this threshold.
    ///
    /// # Errors
    /// If a weight, the threshold or their sum is not finite, or there are more than a million weights.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Neuron::new([1.0, -1.0], 0.5)?.n_inputs(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(weights: impl IntoIterator<Item = f64>, threshold: f64) -> Result<Self> {
        require_finite("threshold", threshold)?;
        let weights: Array1<f64> = weights.into_iter().take(MOST_INPUTS + 1).collect();
        require_inputs(weights.len(), 0)?;
        weights.iter().try_for_each(|&w| require_finite("weight", w).map(|_| ()))?;
        let largest = weights.iter().map(|w| w.abs()).sum::<f64>() + threshold.abs();
        if !largest.is_finite() {
            let allowed = "so small that their sum and the threshold stay below 1e308";
            return Err(Error::argument("weights", "an overflowing sum", allowed));
        }
        Ok(Self { weights, threshold, inhibitory: Vec::new() })
    }

    /// The original unit: `excitatory` inputs of weight 1 followed by `inhibitory` ones, each of which forbids firing alone.
    ///
    /// # Errors
    /// If the threshold is not finite or there are more than a million inputs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a_but_not_b = Neuron::mcculloch_pitts(1, 1, 1.0)?;
    /// assert!(a_but_not_b.fires(&[1, 0])? && !a_but_not_b.fires(&[1, 1])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn mcculloch_pitts(excitatory: usize, inhibitory: usize, threshold: f64) -> Result<Self> {
        let inputs = require_inputs(excitatory.saturating_add(inhibitory), 0)?;
        let weights = (0..inputs).map(|i| if i < excitatory { 1.0 } else { 0.0 });
        Self::new(weights, threshold)?.inhibited_by(&(excitatory..inputs).collect::<Vec<_>>())
    }

    /// The same unit with these inputs (counted from 0) forbidding it to fire; their weights become 0.
    ///
    /// # Errors
    /// If there is no input of one of these numbers.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let guarded = Neuron::or(3)?.inhibited_by(&[2])?;
    /// assert!(!guarded.fires(&[1, 1, 1])? && guarded.fires(&[1, 0, 0])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn inhibited_by(&self, inputs: &[usize]) -> Result<Self> {
        let mut new = self.clone();
        for &input in inputs {
            if input >= self.n_inputs() {
                let allowed = format!("below {}, the number of inputs", self.n_inputs());
                return Err(Error::argument("inputs", input, allowed));
            }
            new.weights[input] = 0.0;
            new.inhibitory.push(input);
        }
        new.inhibitory.sort_unstable();
        new.inhibitory.dedup();
        Ok(new)
    }

    /// Fires where at least `least` of `n` inputs are active: Σ x ≥ least.
    ///
    /// # Errors
    /// If there is no input, or more than a million.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Neuron::at_least(2, 3)?.fires(&[1, 0, 1])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn at_least(least: usize, n: usize) -> Result<Self> {
        Self::new(vec![1.0; require_inputs(n, 1)?], least as f64)
    }

    /// Fires where all `n` inputs are active: Σ x ≥ n.
    ///
    /// # Errors
    /// If there is no input, or more than a million.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Neuron::and(2)?.truth()?, [false, false, false, true]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn and(n: usize) -> Result<Self> {
        Self::at_least(n, n)
    }

    /// Fires where any of `n` inputs is active: Σ x ≥ 1.
    ///
    /// # Errors
    /// If there is no input, or more than a million.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Neuron::or(2)?.truth()?, [false, true, true, true]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn or(n: usize) -> Result<Self> {
        Self::at_least(1, n)
    }

    /// Fires where its only input is silent: −x ≥ 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Neuron::not().truth()?, [true, false]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn not() -> Self {
        Self { weights: Array1::from_elem(1, -1.0), threshold: 0.0, inhibitory: Vec::new() }
    }

    /// Fires unless all `n` inputs are active: −Σ x ≥ 1 − n. Every Boolean function can be built from this unit alone.
    ///
    /// # Errors
    /// If there is no input, or more than a million.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Neuron::nand(2)?.truth()?, [true, true, true, false]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn nand(n: usize) -> Result<Self> {
        Self::new(vec![-1.0; require_inputs(n, 1)?], 1.0 - n as f64)
    }

    /// Fires where all `n` inputs are silent: −Σ x ≥ 0.
    ///
    /// # Errors
    /// If there is no input, or more than a million.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Neuron::nor(2)?.truth()?, [true, false, false, false]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn nor(n: usize) -> Result<Self> {
        Self::new(vec![-1.0; require_inputs(n, 1)?], 0.0)
    }

    /// Fires where more than half of `n` inputs are active.
    ///
    /// # Errors
    /// If there is no input, or more than a million.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Neuron::majority(3)?.fires(&[1, 0, 1])?);
    /// assert!(!Neuron::majority(4)?.fires(&[1, 0, 1, 0])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn majority(n: usize) -> Result<Self> {
        Self::at_least(n / 2 + 1, n)
    }

    /// Weights, one for each input; 0 for those that forbid.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Neuron::new([1.0, 1.0, -2.0], 1.0)?.weights(), array![1.0, 1.0, -2.0]);
    /// # Ok(()) }
    /// ```
    pub fn weights(&self) -> &Array1<f64> {
        &self.weights
    }

    /// The sum at which the unit fires.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Neuron::at_least(2, 3)?.threshold(), 2.0);
    /// # Ok(()) }
    /// ```
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The inputs that forbid firing, in ascending order.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Neuron::or(3)?.inhibited_by(&[2])?.inhibitory(), [2]);
    /// # Ok(()) }
    /// ```
    pub fn inhibitory(&self) -> &[usize] {
        &self.inhibitory
    }

    /// How many inputs there are.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Neuron::mcculloch_pitts(2, 1, 1.0)?.n_inputs(), 3);
    /// # Ok(()) }
    /// ```
    pub fn n_inputs(&self) -> usize {
        self.weights.len()
    }

    /// Whether the unit fires on these inputs, each 0 or 1 (±1 for a [`signed`](Self::signed) unit).
    ///
    /// # Errors
    /// If there is not one value for each input, or one is none of −1, 0 and 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Neuron::and(2)?.fires(&[1, 1])?);
    /// assert!(Neuron::and(2)?.fires(&[1]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn fires(&self, inputs: &[i8]) -> Result<bool> {
        if inputs.len() != self.n_inputs() {
            return Err(Error::Shape {
                what: "The list of inputs",
                expected: format!("[{}]", self.n_inputs()),
                given: format!("[{}]", inputs.len()),
            });
        }
        match inputs.iter().find(|x| !(-1..=1).contains(*x)) {
            Some(x) => Err(Error::argument("inputs", x, "0 or 1 each (±1 for a signed unit)")),
            None => Ok(self.output(|i| inputs[i])),
        }
    }

    /// Whether the unit fires on inputs that are known to be in order.
    pub(super) fn output(&self, input: impl Fn(usize) -> i8) -> bool {
        self.sum(&input) >= self.threshold && !self.inhibitory.iter().any(|&i| input(i) > 0)
    }

    fn sum(&self, input: impl Fn(usize) -> i8) -> f64 {
        self.weights.iter().enumerate().map(|(i, w)| w * f64::from(input(i))).sum()
    }

    /// The unit that does the same in the coding s = 2x − 1 = ±1: weights w/2 and threshold θ − Σw/2.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let and = Neuron::and(2)?.signed();
    /// assert_eq!((and.weights()[0], and.threshold()), (0.5, 1.0));
    /// assert!(and.fires(&[1, 1])? && !and.fires(&[1, -1])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn signed(&self) -> Self {
        let weights = &self.weights / 2.0;
        Self { threshold: self.threshold - weights.sum(), weights, ..self.clone() }
    }

    /// What the unit does on each of the 2ⁿ rows of inputs.
    ///
    /// # Errors
    /// If there are more than 20 inputs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Neuron::majority(3)?.truth()?.iter().filter(|&&y| y).count(), 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn truth(&self) -> Result<Vec<bool>> {
        let n = self.n_inputs();
        bits::require_enumerable("A truth table", n, 1)?;
        Ok((0..1 << n).map(|row| self.output(|i| bits::digit(row, i, n))).collect())
    }

    /// The truth table: columns `x1`, `x2`, …, the weighted `sum`, `threshold` and `fires` (0 or 1), a row for each of the 2ⁿ inputs.
    ///
    /// # Errors
    /// If there are more than 20 inputs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = Neuron::and(2)?.truth_table()?;
    /// assert_eq!(table.values("fires")?, [0.0, 0.0, 0.0, 1.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn truth_table(&self) -> Result<DataFrame> {
        let n = self.n_inputs();
        bits::require_enumerable("A truth table", n, n + 3)?;
        let mut columns: Vec<Column> = (0..n)
            .map(|i| {
                let digits: Vec<i32> = (0..1 << n).map(|r| bits::digit(r, i, n).into()).collect();
                Column::new(format!("x{}", i + 1).into(), digits)
            })
            .collect();
        let sums: Vec<f64> =
            (0..1 << n).map(|row| self.sum(|i| bits::digit(row, i, n)) + 0.0).collect();
        let answers = df!(
            "sum" => sums,
            "threshold" => vec![self.threshold; 1 << n],
            "fires" => self.truth()?.into_iter().map(i32::from).collect::<Vec<_>>(),
        )?;
        columns.extend(answers.columns().iter().cloned());
        Ok(DataFrame::new_infer_height(columns)?)
    }
}

fn require_inputs(n: usize, least: usize) -> Result<usize> {
    if (least..=MOST_INPUTS).contains(&n) {
        Ok(n)
    } else {
        Err(Error::argument("n", n, format!("from {least} to {MOST_INPUTS} inputs")))
    }
}
