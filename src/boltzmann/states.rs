//! Lists of states, their numbers and their distributions.

use crate::boltzmann::{BoltzmannMachine, Coding};
use crate::error::{Error, Result};
use crate::exact::MAX_PROBABILITIES;
use crate::information::Distribution;
use crate::ndarray::Array2;

/// All states of `units` units, one a row, in the order of their numbers: off before on, and the last unit changes fastest.
pub(super) fn all_states(coding: Coding, units: usize) -> Array2<i8> {
    let on = |(state, i): (usize, usize)| state >> (units - 1 - i) & 1 == 1;
    Array2::from_shape_fn((1 << units, units), |at| coding.value(on(at)))
}

/// The number of a state: its units as binary digits, the first unit's being the highest.
pub(super) fn number<'a>(state: impl IntoIterator<Item = &'a i8>) -> usize {
    state.into_iter().fold(0, |number, &s| number << 1 | usize::from(s == 1))
}

/// A list of 2^units numbers, refused where it would be too long.
pub(super) fn require_few(what: &str, units: usize) -> Result<()> {
    if units <= MAX_PROBABILITIES {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: format!("{what} of {units} units"),
        needs: format!("a number for each of 2^{units} states"),
        limit: format!("those of {MAX_PROBABILITIES} units"),
        advice: "Sample instead: `sample()`, or learning with `Phases::Persistent`.".to_owned(),
    })
}

impl BoltzmannMachine {
    /// All states of the visible units, one a row, in the order that distributions have: off before on, and the last unit changes fastest.
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`] visible units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(BoltzmannMachine::new(Coding::Spin, 1, 5)?.visible_states()?, array![[-1], [1]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn visible_states(&self) -> Result<Array2<i8>> {
        require_few("The list of visible states", self.visible)?;
        Ok(all_states(self.coding, self.visible))
    }

    /// The names of the visible states as text, such as "−+" or "01", for the axis of a figure.
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`] visible units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(BoltzmannMachine::new(Coding::Spin, 2, 0)?.visible_names()?, ["−−", "−+", "+−", "++"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn visible_names(&self) -> Result<Vec<String>> {
        let name = |row: crate::ndarray::ArrayView1<'_, i8>| {
            row.iter().map(|&s| self.coding.letter(s == 1)).collect()
        };
        Ok(self.visible_states()?.outer_iter().map(name).collect())
    }

    /// How often each visible state is among these rows, as a distribution.
    ///
    /// # Errors
    /// If there is no row, or one has not a value of the coding for each visible unit; beyond [`MAX_PROBABILITIES`] visible units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 2, 0)?;
    /// let often = machine.empirical(&array![[0, 1], [1, 1], [0, 1], [0, 0]])?;
    /// assert_eq!(often.probabilities(), array![0.25, 0.5, 0.0, 0.25]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn empirical(&self, rows: &Array2<i8>) -> Result<Distribution> {
        self.coding.check("data", rows, self.visible)?;
        require_few("The distribution of visible states", self.visible)?;
        let mut counts = vec![0.0; 1 << self.visible];
        rows.outer_iter().for_each(|row| counts[number(row)] += 1.0);
        Distribution::from_weights(counts)
    }

    /// Refuses a distribution over another number of states than the visible ones.
    pub(super) fn check_target(&self, target: &Distribution) -> Result<()> {
        require_few("The distribution of visible states", self.visible)?;
        if target.outcomes() == 1 << self.visible {
            return Ok(());
        }
        Err(Error::Shape {
            what: "The distribution of visible states",
            expected: format!(
                "({},), one for each state of {} units",
                1_usize << self.visible,
                self.visible
            ),
            given: format!("({},)", target.outcomes()),
        })
    }
}
