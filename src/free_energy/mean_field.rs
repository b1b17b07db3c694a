//! Naive mean field: the best distribution of independent spins.

use crate::free_energy::self_consistent::{Beliefs, Equations, binary_entropy, field};
use crate::spin::PairModel;

/// The state is m_i.
pub(super) struct Naive<'a> {
    pub model: &'a PairModel,
    pub temperature: f64,
}

impl Equations for Naive<'_> {
    fn start(&self, magnetizations: &[f64]) -> Vec<f64> {
        magnetizations.to_vec()
    }

    fn sweep(&self, m: &mut [f64], damping: f64) -> f64 {
        let mut residual = 0.0;
        for i in 0..m.len() {
            let local = field(self.model, m, i) + self.model.fields()[i];
            let change = (local / self.temperature).tanh() - m[i];
            residual = f64::max(residual, change.abs());
            m[i] += (1.0 - damping) * change;
        }
        residual
    }

    fn beliefs(&self, m: &[f64]) -> Beliefs {
        Beliefs {
            pairs: self.model.bonds().map(|(i, j, _)| m[i] * m[j]).collect(),
            entropy: m.iter().map(|&m| binary_entropy(m)).sum(),
            magnetizations: m.to_vec(),
            valid: true,
        }
    }
}
