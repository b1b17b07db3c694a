//! What a computation on a landscape cost.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::polars::df;
use crate::polars::prelude::DataFrame;

/// How often an [`Objective`](crate::landscape::Objective) and its clones were evaluated.
///
/// Losses that finite differences take are counted as losses besides the gradient or product that they serve.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::exact(2, |x| x[0] * x[0] + x[1] * x[1])?;
/// bowl.gradient(&array![1.0, 2.0])?;
/// assert_eq!(bowl.evaluations().gradients, 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Values of the loss.
    pub losses: u64,
    /// Gradients (each gives the loss as well).
    pub gradients: u64,
    /// Products of the Hessian, or of a Gauss–Newton or Fisher matrix, with one vector.
    pub products: u64,
}

impl Evaluations {
    /// The counts as a frame of one row.
    ///
    /// # Errors
    /// [`Error::Polars`](crate::Error::Polars) never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::saddle(2, 2)?.evaluations().frame()?.values("losses")?, [0.0]);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> crate::Result<DataFrame> {
        let (losses, gradients, products) = (self.losses, self.gradients, self.products);
        Ok(df!("losses" => [losses], "gradients" => [gradients], "products" => [products])?)
    }

    /// What was evaluated since an earlier look.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            losses: self.losses.saturating_sub(before.losses),
            gradients: self.gradients.saturating_sub(before.gradients),
            products: self.products.saturating_sub(before.products),
        }
    }
}

/// Counters that clones of an objective share.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    losses: AtomicU64,
    gradients: AtomicU64,
    products: AtomicU64,
}

impl Counters {
    pub fn losses(&self, count: usize) {
        self.losses.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub fn gradients(&self, count: usize) {
        self.gradients.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub fn products(&self, count: usize) {
        self.products.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub fn read(&self) -> Evaluations {
        Evaluations {
            losses: self.losses.load(Ordering::Relaxed),
            gradients: self.gradients.load(Ordering::Relaxed),
            products: self.products.load(Ordering::Relaxed),
        }
    }
}
