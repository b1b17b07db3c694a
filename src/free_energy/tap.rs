//! The equations of Thouless, Anderson and Palmer: mean field with the reaction of each spin's neighbours.

use crate::free_energy::self_consistent::{Beliefs, Equations, binary_entropy, field};
use crate::spin::PairModel;

/// Newton steps for one spin; a handful suffice.
const NEWTON: usize = 100;

/// The state is m_i. Sources: D. J. Thouless, P. W. Anderson and R. G. Palmer, Philos. Mag. 35, 593 (1977); T. Plefka, J. Phys. A 15, 1971 (1982).
pub(super) struct Tap<'a> {
    pub model: &'a PairModel,
    pub temperature: f64,
}

impl Tap<'_> {
    /// Σ_j (J_ij/T)² (1 − m_j²)^power.
    fn reaction(&self, m: &[f64], i: usize, power: i32) -> f64 {
        let (neighbors, values) = self.model.couplings().row(i);
        let pairs = neighbors.iter().zip(values);
        let term = |(&j, value): (&u32, &f64)| {
            let m = m[j as usize];
            (value / self.temperature).powi(2) * (1.0 - m * m).powi(power)
        };
        pairs.map(term).sum()
    }
}

impl Equations for Tap<'_> {
    fn start(&self, magnetizations: &[f64]) -> Vec<f64> {
        magnetizations.to_vec()
    }

    /// Each spin's own equation, m = tanh(a − b m), is solved exactly: that minimises the free energy over m_i, and does not oscillate where
    /// b is above 1.
    fn sweep(&self, m: &mut [f64], damping: f64) -> f64 {
        let mut residual = 0.0;
        for i in 0..m.len() {
            let a = (field(self.model, m, i) + self.model.fields()[i]) / self.temperature;
            let change = reacting(a, self.reaction(m, i, 1)) - m[i];
            residual = f64::max(residual, change.abs());
            m[i] += (1.0 - damping) * change;
        }
        residual
    }

    fn beliefs(&self, m: &[f64]) -> Beliefs {
        let response = |i: usize, j: usize, value: f64| {
            value / self.temperature * (1.0 - m[i] * m[i]) * (1.0 - m[j] * m[j])
        };
        let bonds = || self.model.bonds();
        let loss = bonds().map(|(i, j, value)| value / self.temperature * response(i, j, value));
        let independent: f64 = m.iter().map(|&m| binary_entropy(m)).sum();
        let n = m.len();
        Beliefs {
            pairs: bonds().map(|(i, j, value)| m[i] * m[j] + response(i, j, value)).collect(),
            entropy: independent - 0.5 * loss.sum::<f64>(),
            magnetizations: m.to_vec(),
            // Plefka's eq. 11 for couplings of any size: (β²/N) Σ_ij J_ij² (1 − m_j²)² < 1.
            valid: (0..n).map(|i| self.reaction(m, i, 2)).sum::<f64>() < n as f64,
        }
    }
}

/// The m with m = tanh(a − b m), by Newton's method for x + b tanh x = a.
///
/// The left side is concave for x > 0, so that the steps rise towards the root from a/(1 + b).
fn reacting(a: f64, b: f64) -> f64 {
    let mut x = a / (1.0 + b);
    for _ in 0..NEWTON {
        let m = x.tanh();
        let step = (a - x - b * m) / (1.0 + b * (1.0 - m * m));
        x += step;
        if step.abs() <= 1e-15 * (1.0 + x.abs()) {
            break;
        }
    }
    x.tanh()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spin_with_reaction_solves_its_equation() {
        for a in [-40.0, -3.0, -0.1, 0.0, 1e-8, 0.7, 5.0, 300.0_f64] {
            for b in [0.0, 0.5, 3.0, 100.0, 1e4] {
                let m = reacting(a, b);
                assert!((m - (a - b * m).tanh()).abs() < 1e-10 * (1.0 + b), "{a} {b}: {m}");
            }
        }
    }
}
