//! What a rule is given, what it hands back, and the record it keeps on the way.

use std::sync::Mutex;

use crate::error::Result;
use crate::perceptron::rows::Rows;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;

/// The examples and the settings that rules share.
#[derive(Debug)]
pub(super) struct Setup {
    pub rows: Rows,
    pub epochs: usize,
    /// Changes of the weights after which to stop.
    pub updates: usize,
    pub tolerance: f64,
    pub shuffled: bool,
    pub seed: Seed,
    pub deadline: Deadline,
    progress: Mutex<Progress>,
}

impl Setup {
    pub fn new(
        rows: Rows,
        (epochs, updates): (usize, usize),
        tolerance: f64,
        (shuffled, seed): (bool, Seed),
        deadline: Deadline,
    ) -> Self {
        let progress = Mutex::new(Progress::new("epochs", epochs));
        Self { rows, epochs, updates, tolerance, shuffled, seed, deadline, progress }
    }

    /// Counts an epoch; false once the deadline has passed.
    pub fn goes_on(&self) -> bool {
        let mut progress = self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        progress.add(1);
        let passed = self.deadline.passed();
        if passed {
            progress.stopped();
        }
        !passed
    }
}

/// What a rule learned.
#[derive(Debug)]
pub(super) struct Course {
    /// In the units of the rows.
    pub weights: Vec<f64>,
    pub epochs: usize,
    pub updates: usize,
    /// Whether the rule came to its own end, and not to that of its time.
    pub converged: bool,
    /// The deadline did not cut it short.
    pub complete: bool,
    /// The a_i of w = Σ a_i z_i, for rules that know them.
    pub strengths: Option<Vec<f64>>,
    /// No stability exceeds this, in the units of the rows.
    pub stability_bound: Option<f64>,
    pub history: History,
}

/// A row for each of the first hundred epochs, and about 64 for each further doubling.
#[derive(Debug, Default)]
pub(super) struct History {
    epoch: Vec<u64>,
    updates: Vec<u64>,
    errors: Vec<u64>,
    stability: Vec<f64>,
}

impl History {
    pub fn wants(epoch: usize) -> bool {
        epoch <= 100 || epoch.is_multiple_of(1 << (epoch.ilog2().saturating_sub(6)))
    }

    /// Adds a row; the fields are those of these weights.
    pub fn add(&mut self, epoch: usize, updates: usize, fields: &[f64], length: f64, scale: f64) {
        let least = fields.iter().copied().fold(f64::INFINITY, f64::min);
        let errors = fields.iter().filter(|field| !(**field > 0.0)).count();
        if self.epoch.last() == Some(&(epoch as u64)) {
            return;
        }
        self.epoch.push(epoch as u64);
        self.updates.push(updates as u64);
        self.errors.push(errors as u64);
        self.stability.push(if length > 0.0 { least / length * scale } else { 0.0 });
    }

    pub fn frame(self) -> Result<DataFrame> {
        Ok(df!(
            "epoch" => self.epoch,
            "updates" => self.updates,
            "errors" => self.errors,
            "stability" => self.stability,
        )?)
    }
}
