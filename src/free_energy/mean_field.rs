//! Naive mean field: the best distribution of independent spins.

use crate::error::Result;
use crate::free_energy::self_consistent::{Equations, Marginals, binary_entropy, field, solve};
use crate::free_energy::{Approximation, MeanField, SelfConsistent};
use crate::spin::PairModel;

/// Solves the mean-field equations m_i = tanh((h_i + Σ_j J_ij m_j)/T) one spin at a time from five starting points (all up, and four random
/// ones) and keeps the solution of lowest free energy.
///
/// F = −Σ_{i<j} J_ij m_i m_j − Σ h_i m_i − T Σ_i S(m_i) with S(m) = −Σ_± (1 ± m)/2 · ln((1 ± m)/2) is an upper bound of the true free energy
/// (Gibbs, Bogoliubov), also where the iteration has not converged. Each step minimises F over one m_i, so F never rises. Near a critical point m
/// tends to its limit so slowly that the last digits are not reached: each start has at most 10 000 sweeps, and all five together about
/// 3·10⁹/(16 N + 2 bonds), some ten seconds, after which the best solution is returned with `converged` false. This limit is a number of
/// sweeps and not a time, so the result is the same everywhere; for a limit in seconds, or other settings, see
/// [`SelfConsistent`]. Source: M. Opper and D. Saad (eds), *Advanced Mean Field Methods* (2001), chapter 2.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Curie–Weiss with N = 1000 at T = 0.5 J: m = tanh(2m) = 0.9575 up to 1/N.
/// let solution = Ising::complete(1000)?.mean_field(0.5)?;
/// assert!(solution.converged && (solution.magnetization.abs() - 0.9575).abs() < 1e-3);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `temperature` is not a finite number above 0.
pub fn mean_field(model: &PairModel, temperature: f64) -> Result<MeanField> {
    solve(model, &SelfConsistent::settings(temperature, Approximation::MeanField))
}

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

    fn marginals(&self, m: &[f64]) -> Marginals {
        Marginals {
            pairs: self.model.bonds().map(|(i, j, _)| m[i] * m[j]).collect(),
            entropy: m.iter().map(|&m| binary_entropy(m)).sum(),
            magnetizations: m.to_vec(),
            valid: true,
        }
    }
}
