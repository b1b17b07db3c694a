//! Replica exchange of an Ising model.

use std::sync::Arc;

use super::Ising;
use crate::sample::Tempering;

impl Ising {
    /// Parallel tempering over these ascending temperatures: settings, then `run()`. See [`Tempering`].
    pub fn tempering(&self, temperatures: impl IntoIterator<Item = f64>) -> Tempering {
        Tempering::new(Arc::clone(&self.model), temperatures.into_iter().collect())
    }
}
