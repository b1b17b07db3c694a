//! Eigenvalues with their multiplicities.

use crate::error::{Error, Result};

/// Eigenvalues closer than this fraction of the largest are one; such near 0 are 0.
const SAME: f64 = 1e-12;

/// The different eigenvalues other than 0 in units of the largest one's size, and how often each occurs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spectrum {
    /// The size of the largest eigenvalue; 0 if all are.
    pub unit: f64,
    /// Ascending.
    pub values: Vec<f64>,
    pub counts: Vec<f64>,
}

impl Spectrum {
    pub fn new(eigenvalues: &[f64]) -> Result<Self> {
        if eigenvalues.is_empty() {
            return Err(Error::argument("eigenvalues", "an empty list", "at least one number"));
        }
        if let Some(x) = eigenvalues.iter().find(|x| !x.is_finite()) {
            return Err(Error::argument("eigenvalues", x, "finite numbers"));
        }
        let unit = eigenvalues.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let mut sorted: Vec<f64> =
            eigenvalues.iter().map(|x| x / unit).filter(|x| x.abs() > SAME).collect();
        sorted.sort_by(f64::total_cmp);
        let (mut values, mut counts): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for x in sorted {
            match (values.last(), counts.last_mut()) {
                (Some(last), Some(count)) if x - last <= SAME => *count += 1.0,
                _ => {
                    values.push(x);
                    counts.push(1.0);
                }
            }
        }
        Ok(Self { unit, values, counts })
    }

    /// Eigenvalues 1 and −1.
    pub fn of_signs(positive: usize, negative: usize) -> Self {
        let (values, counts) = [(-1.0, negative as f64), (1.0, positive as f64)]
            .into_iter()
            .filter(|(_, count)| *count > 0.0)
            .unzip();
        Self { unit: 1.0, values, counts }
    }

    /// Σ f(λ), in units.
    pub fn sum(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.pairs().map(|(value, count)| count * f(value)).sum()
    }

    pub fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        self.values.iter().copied().zip(self.counts.iter().copied())
    }

    /// How many are positive, and how many negative.
    pub fn signs(&self) -> (usize, usize) {
        let positive = self.sum(|x| if x > 0.0 { 1.0 } else { 0.0 });
        let negative = self.sum(|x| if x < 0.0 { 1.0 } else { 0.0 });
        (positive as usize, negative as usize)
    }

    /// Whether all have the same size.
    pub fn is_signs(&self) -> bool {
        self.values.iter().all(|x| 1.0 - x.abs() <= SAME)
    }

    /// −H.
    pub fn mirrored(&self) -> Self {
        let values = self.values.iter().rev().map(|x| -x).collect();
        Self { values, counts: self.counts.iter().rev().copied().collect(), ..*self }
    }
}
