//! Bethe's approximation by belief propagation.

use crate::free_energy::self_consistent::{Beliefs, Equations, binary_entropy};
use crate::free_energy::series::ln_cosh;
use crate::spin::PairModel;

/// Belief propagation on the graph of couplings.
///
/// The state holds a message u for each directed bond, at the place where the receiver's couplings list the sender: the field, over T, that spin j
/// exerts on i. tanh u_{j→i} = tanh(J_ij/T) tanh(h_j/T + Σ_{k≠i} u_{k→j}). Sources: H. A. Bethe, Proc. R. Soc. A 150, 552 (1935);
/// J. S. Yedidia, W. T. Freeman and Y. Weiss, IEEE Trans. Inf. Theory 51, 2282 (2005); M. Mézard and A. Montanari, *Information, Physics, and
/// Computation* (2009), chapter 14.
pub(super) struct Bethe<'a> {
    model: &'a PairModel,
    temperature: f64,
    /// For each stored coupling (i, j), where (j, i) is stored.
    mirror: Vec<u32>,
}

impl<'a> Bethe<'a> {
    pub fn new(model: &'a PairModel, temperature: f64) -> Self {
        let couplings = model.couplings();
        let mut mirror = Vec::with_capacity(couplings.values().len());
        for i in 0..model.n_spins() {
            for &j in couplings.row(i).0 {
                let place = couplings.row(j as usize).0.partition_point(|&k| k < i as u32);
                mirror.push((couplings.entries(j as usize).start + place) as u32);
            }
        }
        Self { model, temperature, mirror }
    }

    /// (h_i + Σ_k T u_{k→i})/T.
    fn total(&self, messages: &[f64], i: usize) -> f64 {
        let incoming: f64 = messages[self.model.couplings().entries(i)].iter().sum();
        self.model.fields()[i] / self.temperature + incoming
    }
}

impl Equations for Bethe<'_> {
    /// The messages of spins with these means that no one else acts on.
    fn start(&self, magnetizations: &[f64]) -> Vec<f64> {
        let couplings = self.model.couplings();
        let mut messages = Vec::with_capacity(couplings.values().len());
        for i in 0..self.model.n_spins() {
            let (neighbors, values) = couplings.row(i);
            for (&j, value) in neighbors.iter().zip(values) {
                // Short of ±1, whose field would be infinite.
                let field = (0.999_999 * magnetizations[j as usize]).atanh();
                messages.push(exerted(value / self.temperature, field));
            }
        }
        messages
    }

    fn sweep(&self, messages: &mut [f64], damping: f64) -> f64 {
        let couplings = self.model.couplings();
        let mut residual = 0.0;
        for i in 0..self.model.n_spins() {
            let total = self.total(messages, i);
            for (entry, value) in couplings.entries(i).zip(couplings.row(i).1) {
                let updated = exerted(value / self.temperature, total - messages[entry]);
                let sent = &mut messages[self.mirror[entry] as usize];
                let change = updated - *sent;
                residual = f64::max(residual, change.abs() / (1.0 + updated.abs()));
                *sent += (1.0 - damping) * change;
            }
        }
        residual
    }

    /// Beliefs; the entropy is Σ_{i<j} (S_ij − S_i − S_j) + Σ_i S_i.
    fn beliefs(&self, messages: &[f64]) -> Beliefs {
        let couplings = self.model.couplings();
        let totals: Vec<f64> = (0..self.model.n_spins()).map(|i| self.total(messages, i)).collect();
        let m: Vec<f64> = totals.iter().map(|total| total.tanh()).collect();
        let mut entropy: f64 = m.iter().map(|&m| binary_entropy(m)).sum();
        let mut pairs = Vec::with_capacity(couplings.values().len() / 2);
        for i in 0..self.model.n_spins() {
            let (neighbors, values) = couplings.row(i);
            for ((entry, &j), value) in couplings.entries(i).zip(neighbors).zip(values) {
                let j = j as usize;
                if i < j {
                    let x = totals[i] - messages[entry];
                    let y = totals[j] - messages[self.mirror[entry] as usize];
                    let both = 0.5 * (ln_cosh(x + y) - ln_cosh(x - y));
                    let c = (value / self.temperature + both).tanh();
                    entropy += pair_entropy(m[i], m[j], c) - binary_entropy(m[i]);
                    entropy -= binary_entropy(m[j]);
                    pairs.push(c);
                }
            }
        }
        Beliefs { magnetizations: m, pairs, entropy, valid: true }
    }
}

/// artanh(tanh a tanh x), which keeps its digits where the tangents are near ±1.
fn exerted(a: f64, x: f64) -> f64 {
    0.5 * (ln_cosh(a + x) - ln_cosh(a - x))
}

/// Entropy of two spins of means m, m' and correlation c.
fn pair_entropy(m: f64, other: f64, c: f64) -> f64 {
    let term = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)]
        .into_iter()
        .map(|(s, t)| term(0.25 * (1.0 + s * m + t * other + s * t * c)))
        .sum()
}
