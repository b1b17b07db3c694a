//! Mean-field inference of the hidden layers, and the bound that comes with it.

use std::fmt;

use crate::boltzmann::deep::DeepBoltzmann;
use crate::boltzmann::deep::layers::blocks;
use crate::error::Result;
use crate::ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};
use crate::numeric::logistic::sigmoid;
use crate::rayon::prelude::*;

/// Updates of all hidden layers, at most.
pub(super) const MAX_UPDATES: usize = 1_000;

/// Averages that change by less than this are at rest.
pub(super) const TOLERANCE: f64 = 1e-10;

/// The product distribution over the hidden units nearest to the posterior of each visible state.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let deep = DeepBoltzmann::new(&[4, 3, 2])?.randomized(0.5, 1)?;
/// let posterior: DeepPosterior = deep.infer(&array![[1, 1, 0, 0]])?;
/// assert!(posterior.converged && posterior.layers[1].dim() == (1, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DeepPosterior {
    /// For each hidden layer the probability of each unit to be on: one matrix a layer, one row for each visible state.
    pub layers: Vec<Array2<f64>>,
    /// For each visible state a lower bound of ln Σ_h exp(−E(v, h)): less ln Z, of ln P(v).
    pub evidence: Array1<f64>,
    /// Updates of all hidden layers that were needed.
    pub updates: usize,
    /// Whether the averages came to rest.
    pub converged: bool,
}

impl DeepBoltzmann {
    /// Mean-field inference: μ_l = σ(b_l + μ_{l−1} W_{l−1} + W_l μ_{l+1}) for the hidden layers in turn, from a pass upwards with doubled weights on,
    /// until at rest. No update lowers the bound Σ μ W μ + Σ b μ + entropy ≤ ln Σ_h exp(−E(v, h)).
    ///
    /// # Errors
    /// If there is no row, or one has not a 0 or 1 for each visible unit.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // One hidden layer is independent given the visible one: the bound is exact.
    /// let shallow = DeepBoltzmann::new(&[4, 3])?.randomized(1.0, 1)?;
    /// let row = array![[1, 0, 1, 1]];
    /// let exact = -shallow.machine()?.free_energies(&row)?[0];
    /// assert!((shallow.infer(&row)?.evidence[0] - exact).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn infer(&self, rows: &Array2<i8>) -> Result<DeepPosterior> {
        let values = self.visible(rows)?;
        let blocks: Vec<Rest> =
            blocks(&values).into_par_iter().map(|rows| self.at_rest(rows, MAX_UPDATES)).collect();
        let hidden = 1..self.biases.len();
        let joined = |l: usize| {
            let views: Vec<ArrayView2<'_, f64>> =
                blocks.iter().map(|block| block.layers[l].view()).collect();
            concatenate(Axis(0), &views).unwrap_or_default()
        };
        Ok(DeepPosterior {
            layers: hidden.map(joined).collect(),
            evidence: blocks.iter().flat_map(|block| self.bounds(&block.layers)).collect(),
            updates: blocks.iter().map(|block| block.updates).max().unwrap_or(0),
            converged: blocks.iter().all(|block| block.converged),
        })
    }

    /// The variational lower bound of the mean log-likelihood of visible states, one a row, with the exact ln Z.
    ///
    /// # Errors
    /// As for [`infer`](Self::infer) and [`ln_z`](Self::ln_z).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let free = DeepBoltzmann::new(&[2, 2, 2])?;
    /// assert!((free.lower_bound(&array![[0, 1]])? + 4_f64.ln()).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn lower_bound(&self, rows: &Array2<i8>) -> Result<f64> {
        Ok(self.infer(rows)?.evidence.sum() / rows.nrows() as f64 - self.ln_z()?)
    }

    /// The averages of all layers, these visible states included.
    pub(super) fn at_rest(&self, visible: ArrayView2<'_, f64>, most: usize) -> Rest {
        let count = self.biases.len();
        let mut layers: Vec<Array2<f64>> =
            self.biases.iter().map(|b| Array2::zeros((visible.nrows(), b.len()))).collect();
        layers[0].assign(&visible);
        for l in 1..count {
            let factor = if l + 1 < count { 2.0 } else { 1.0 };
            layers[l] = self.inputs(&layers, l, factor, 0.0).mapv_into(sigmoid);
        }
        let mut updates = 0;
        let mut converged = false;
        while !converged && updates < most {
            let mut change: f64 = 0.0;
            for l in 1..count {
                let next = self.inputs(&layers, l, 1.0, 1.0).mapv_into(sigmoid);
                let pairs = next.iter().zip(&layers[l]);
                change = pairs.fold(change, |change, (a, b)| change.max((a - b).abs()));
                layers[l] = next;
            }
            updates += 1;
            converged = change < TOLERANCE;
        }
        Rest { layers, updates, converged }
    }

    /// −⟨E⟩ plus the entropy of the hidden units, row by row.
    fn bounds(&self, layers: &[Array2<f64>]) -> Vec<f64> {
        let mut bounds = Array1::<f64>::zeros(layers[0].nrows());
        for (l, layer) in layers.iter().enumerate() {
            bounds += &layer.dot(&self.biases[l]);
            if let Some(w) = self.weights.get(l) {
                bounds += &(layer.dot(w) * &layers[l + 1]).sum_axis(Axis(1));
            }
            if l > 0 {
                bounds += &layer.mapv(entropy).sum_axis(Axis(1));
            }
        }
        bounds.to_vec()
    }
}

/// Averages of all layers for some rows.
pub(super) struct Rest {
    pub layers: Vec<Array2<f64>>,
    pub updates: usize,
    pub converged: bool,
}

/// −p ln p − (1 − p) ln(1 − p).
fn entropy(p: f64) -> f64 {
    let term = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    term(p) + term(1.0 - p)
}

impl fmt::Debug for DeepPosterior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, updates) = (self.evidence.len(), self.updates);
        let rest = if self.converged { "at rest" } else { "not at rest" };
        write!(f, "DeepPosterior({rows} visible states, {rest} after {updates} updates)")
    }
}
