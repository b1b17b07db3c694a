//! The course of a search.

use crate::error::Result;
use crate::polars::df;
use crate::polars::prelude::DataFrame;

/// Rows that grow with the search.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    step: Vec<u64>,
    loss: Vec<f64>,
    norm: Vec<f64>,
    length: Vec<f64>,
    negative: Vec<Option<u64>>,
}

impl Record {
    /// A point that was reached, by a step of this length; the number of negative eigenvalues where it is known.
    pub fn push(&mut self, loss: f64, norm: f64, length: f64, negative: Option<usize>) {
        self.step.push(self.step.len() as u64);
        self.loss.push(loss);
        self.norm.push(norm);
        self.length.push(length);
        self.negative.push(negative.map(|count| count as u64));
    }

    pub fn steps(&self) -> usize {
        self.step.len().saturating_sub(1)
    }

    pub fn frame(self) -> Result<DataFrame> {
        Ok(df!(
            "step" => self.step,
            "loss" => self.loss,
            "gradient_norm" => self.norm,
            "step_length" => self.length,
            "negative" => self.negative,
        )?)
    }
}
