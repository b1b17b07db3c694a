//! Replica exchange of an Ising model.

use std::sync::Arc;

use super::Ising;
use crate::sample::Tempering;

impl Ising {
    /// Parallel tempering over these ascending temperatures: settings, then `run()`. See [`Tempering`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 2.5, 3.0]).sweeps(200).run()?;
    /// assert_eq!(tempered.frame()?.height(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn tempering(&self, temperatures: impl IntoIterator<Item = f64>) -> Tempering {
        Tempering::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }
}
