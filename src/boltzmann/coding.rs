//! The two values of a unit.

use crate::error::{Error, Result};
use crate::ndarray::Array2;

/// The two values that a unit takes: off and on.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let machine = BoltzmannMachine::new(Coding::Binary, 2, 0)?;
/// assert_eq!(machine.visible_states()?, array![[0, 0], [0, 1], [1, 0], [1, 1]]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Coding {
    /// −1 and +1; the default.
    #[default]
    Spin,
    /// 0 and 1.
    Binary,
}

impl Coding {
    /// The value of a unit that is off: −1 or 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!((Coding::Spin.off(), Coding::Binary.off()), (-1, 0));
    /// ```
    pub fn off(self) -> i8 {
        match self {
            Self::Spin => -1,
            Self::Binary => 0,
        }
    }

    /// The value of a unit that is on, 1, or off.
    pub(super) fn value(self, on: bool) -> i8 {
        if on { 1 } else { self.off() }
    }

    /// "−1 or +1", "0 or 1".
    pub(super) fn allowed(self) -> &'static str {
        match self {
            Self::Spin => "-1 or +1",
            Self::Binary => "0 or 1",
        }
    }

    /// The letter of a unit in the text of a state: − and +, or 0 and 1.
    pub(super) fn letter(self, on: bool) -> char {
        match (self, on) {
            (Self::Spin, true) => '+',
            (Self::Spin, false) => '−',
            (Self::Binary, true) => '1',
            (Self::Binary, false) => '0',
        }
    }

    /// Refuses rows that are empty, of another length than `units`, or with values outside the coding.
    pub(super) fn check(self, name: &'static str, rows: &Array2<i8>, units: usize) -> Result<()> {
        if rows.nrows() == 0 {
            return Err(Error::argument(name, "an array without rows", "at least one state a row"));
        }
        if rows.ncols() != units {
            return Err(Error::Shape {
                what: "An array of states",
                expected: format!("(rows, {units}), a column for each unit"),
                given: format!("{:?}", rows.dim()),
            });
        }
        match rows.indexed_iter().find(|&(_, &x)| x != 1 && x != self.off()) {
            Some(((row, unit), value)) => {
                let given = format!("{value} (row {row}, unit {unit})");
                Err(Error::argument(name, given, format!("of units {}", self.allowed())))
            }
            None => Ok(()),
        }
    }
}
