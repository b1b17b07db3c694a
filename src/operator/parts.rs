//! Operators made of others: blocks, multiples and sums.

use crate::error::{Error, Result, require_finite};
use crate::memory;
use crate::numeric::vector::{add_scaled, scale};
use crate::operator::Operator;

impl Operator {
    /// The operator with rows and columns of these indices only: the block of one layer's parameters, say.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0, 3.0, 4.0])?;
    /// assert_eq!(a.restricted(1..3)?.eigenvalues()?, array![2.0, 3.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no index, one is not below n, or one occurs twice.
    pub fn restricted(&self, indices: impl IntoIterator<Item = usize>) -> Result<Self> {
        let indices: Vec<usize> = indices.into_iter().collect();
        let (n, whole) = (self.dimension(), self.clone());
        let bytes = 16.0 * n as f64;
        memory::require("A vector of the whole operator", bytes, "Take a smaller operator.")?;
        let mut seen = vec![false; n];
        for &index in &indices {
            if index >= n || std::mem::replace(&mut seen[index], true) {
                return Err(Error::argument(
                    "indices",
                    format!("index {index}"),
                    format!("different numbers below {n}"),
                ));
            }
        }
        if indices.is_empty() {
            return Err(Error::argument("indices", "none", "at least one"));
        }
        let count = indices.len();
        Self::from_block_fn(count, move |x, y| {
            let mut input = vec![0.0; x.len() / count * n];
            let mut output = input.clone();
            for (x, wide) in x.chunks_exact(count).zip(input.chunks_exact_mut(n)) {
                for (&index, x) in indices.iter().zip(x) {
                    wide[index] = *x;
                }
            }
            whole.apply_into(&input, &mut output)?;
            for (y, wide) in y.chunks_exact_mut(count).zip(output.chunks_exact(n)) {
                for (&index, y) in indices.iter().zip(y) {
                    *y = wide[index];
                }
            }
            Ok(())
        })
    }

    /// A + c·1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0])?;
    /// assert_eq!(a.shifted(-1.0)?.eigenvalues()?, array![0.0, 1.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If c is not finite.
    pub fn shifted(&self, c: f64) -> Result<Self> {
        let c = require_finite("c", c)?;
        let inner = self.clone();
        Self::from_block_fn(self.dimension(), move |x, y| {
            inner.apply_into(x, y)?;
            add_scaled(y, c, x);
            Ok(())
        })
    }

    /// c·A.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0])?;
    /// assert_eq!(a.scaled(-1.0)?.eigenvalues()?, array![-2.0, -1.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If c is not finite.
    pub fn scaled(&self, c: f64) -> Result<Self> {
        let c = require_finite("c", c)?;
        let inner = self.clone();
        Self::from_block_fn(self.dimension(), move |x, y| {
            inner.apply_into(x, y)?;
            scale(y, c);
            Ok(())
        })
    }

    /// A + B.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0])?;
    /// assert_eq!(a.plus(&a)?.eigenvalues()?, array![2.0, 4.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the dimensions differ.
    pub fn plus(&self, other: &Self) -> Result<Self> {
        if other.dimension() != self.dimension() {
            return Err(Error::Shape {
                what: "The second operator",
                expected: format!("[{}]", self.dimension()),
                given: format!("[{}]", other.dimension()),
            });
        }
        let (first, second) = (self.clone(), other.clone());
        Self::from_block_fn(self.dimension(), move |x, y| {
            first.apply_into(x, y)?;
            let mut more = vec![0.0; y.len()];
            second.apply_into(x, &mut more)?;
            add_scaled(y, 1.0, &more);
            Ok(())
        })
    }
}
