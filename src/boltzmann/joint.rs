//! All 2^N states of a machine at once: their weights, and averages of the statistics over them.

use crate::boltzmann::states::require_few;
use crate::boltzmann::{BoltzmannMachine, Coding};
use crate::error::Result;
use crate::numeric::logistic::ln_sum_exp;

/// The states of a machine by their numbers, units as binary digits with the first as the highest: those of one visible state lie together.
pub(super) struct Joint<'a> {
    machine: &'a BoltzmannMachine,
    /// ln P(s), and of each visible state ln P(v).
    logs: Vec<f64>,
    pub visible_logs: Vec<f64>,
}

impl<'a> Joint<'a> {
    pub fn of(machine: &'a BoltzmannMachine) -> Result<Self> {
        require_few("The exact distribution", machine.n_units())?;
        let scaled: Vec<f64> = machine.parameters.iter().map(|x| x / machine.temperature).collect();
        let mut logs = combinations(machine, &scaled);
        let mut visible_logs: Vec<f64> = logs.chunks(1 << machine.hidden).map(ln_sum_exp).collect();
        let ln_z = ln_sum_exp(&visible_logs);
        logs.iter_mut().chain(&mut visible_logs).for_each(|x| *x -= ln_z);
        Ok(Self { machine, logs, visible_logs })
    }

    /// P(s) of the free machine.
    pub fn free(&self) -> Vec<f64> {
        self.logs.iter().map(|x| x.exp()).collect()
    }

    /// P(v) of the free machine.
    pub fn visible(&self) -> Vec<f64> {
        self.visible_logs.iter().map(|x| x.exp()).collect()
    }

    /// q(v) P(h|v): visible units clamped to states drawn from q.
    pub fn clamped<'b>(&self, q: impl IntoIterator<Item = &'b f64>) -> Vec<f64> {
        let mut weights = Vec::with_capacity(self.logs.len());
        let chunks = self.logs.chunks(1 << self.machine.hidden).zip(&self.visible_logs);
        for ((chunk, visible), &q) in chunks.zip(q) {
            if q > 0.0 {
                weights.extend(chunk.iter().map(|x| q * (x - visible).exp()));
            } else {
                weights.extend(std::iter::repeat_n(0.0, chunk.len()));
            }
        }
        weights
    }

    /// P(h|v) of every state.
    pub fn posterior(&self) -> Vec<f64> {
        self.clamped(std::iter::repeat_n(&1.0, self.visible_logs.len()))
    }
}

/// Σ_a x_a φ_a(s) for every state, φ being the statistics s_i and s_i s_j; minus the energy, if x are the parameters.
pub(super) fn combinations(machine: &BoltzmannMachine, x: &[f64]) -> Vec<f64> {
    let n = machine.n_units();
    let off = f64::from(machine.coding.off());
    let mut rows = vec![Vec::new(); n];
    for (&pair, &w) in machine.pairs.iter().zip(&x[n..]) {
        rows[pair.0].push((pair.1, w));
    }
    // Of the last unit first; each further one doubles the list, first all states with it off and then all with it on.
    let mut sums = vec![0.0];
    for i in (0..n).rev() {
        let mut fields = vec![x[i]];
        let mut row = vec![0.0; n];
        rows[i].iter().for_each(|&(j, w)| row[j] = w);
        for &w in row[i + 1..].iter().rev() {
            let low = fields.iter().map(|field| field + off * w);
            fields = low.chain(fields.iter().map(|field| field + w)).collect();
        }
        let low = sums.iter().zip(&fields).map(|(sum, field)| sum + off * field);
        sums = low.chain(sums.iter().zip(&fields).map(|(sum, field)| sum + field)).collect();
    }
    sums
}

/// Σ_s weight(s) φ_a(s) of every statistic.
///
/// One butterfly for each unit turns the weights into sums of weights times products of units, for all sets of units at once: sums over both values, and
/// the difference (±1 units, a Walsh–Hadamard transform) or the sum over states with the unit on (0/1 units).
pub(super) fn averages(machine: &BoltzmannMachine, mut weights: Vec<f64>) -> Vec<f64> {
    let spin = machine.coding == Coding::Spin;
    let mut half = 1;
    while half < weights.len() {
        for block in weights.chunks_exact_mut(2 * half) {
            let (off, on) = block.split_at_mut(half);
            for (off, on) in off.iter_mut().zip(on) {
                let (a, b) = (*off, *on);
                *off = a + b;
                *on = if spin { b - a } else { b };
            }
        }
        half *= 2;
    }
    let n = machine.n_units();
    let bit = |i: usize| 1_usize << (n - 1 - i);
    let singles = (0..n).map(bit);
    singles
        .chain(machine.pairs.iter().map(|&(i, j)| bit(i) | bit(j)))
        .map(|mask| weights[mask])
        .collect()
}
