//! One sample of a capacity experiment: patterns are added until one is lost.

use super::interaction::Interaction;
use super::kernel::{add_costs, overlap};
use crate::numeric::binomial::ln_binomial;
use crate::numeric::gaussian::tail;
use crate::numeric::roots::root;
use crate::progress::Deadline;
use crate::rand::RngCore;
use crate::random::{Generator, Seed};
use std::f64::consts::LN_2;

/// Costs this small beside a lone pattern's are ties.
const TIE: f64 = 1e-12;

/// What adding a pattern with overlap x does to the costs of flips.
#[derive(Clone, Copy, Debug)]
struct Change {
    mean: f64,
    half: f64,
}

/// The interaction's costs for patterns of N neurons.
#[derive(Clone, Debug)]
pub(super) struct Costs {
    n_units: usize,
    /// A flip's cost in a lone pattern.
    own: f64,
    /// By overlap, from −N at index 0.
    changes: Vec<Change>,
}

impl Costs {
    pub fn new(interaction: Interaction, n_units: usize, most: usize) -> Self {
        let values = interaction.values(n_units, most);
        let change = |index: usize| {
            // Where the neuron agrees, a flip lowers the overlap by 2; elsewhere it raises it.
            let (up, down) = values.steps(index);
            Change { mean: -f64::midpoint(up, down), half: (up - down) / 2.0 }
        };
        let (_, down) = values.steps(2 * n_units);
        Self { n_units, own: -down, changes: (0..=2 * n_units).map(change).collect() }
    }

    fn change(&self, x: i32) -> Change {
        self.changes[(x + self.n_units as i32) as usize]
    }

    fn is_lost(&self, costs: &[f64]) -> bool {
        costs.iter().any(|cost| *cost <= TIE * self.own)
    }

    /// The number P of patterns at which ln 2 flips are expected to pay, if the noise of the others on a cost were Gaussian:
    /// N H(c/√(Pσ²)) = ln 2 with a lone pattern's cost c and σ² the variance that one more pattern adds, and N·P in place of N where `any` pattern counts.
    pub fn gaussian(&self, any: bool) -> f64 {
        let others = self.n_units - 1;
        // Of the N − 1 other neurons k agree: the overlap is y + 1 where this one agrees too, y − 1 where it does not.
        let variance: f64 = (0..=others)
            .map(|k| {
                let probability = (ln_binomial(others, k) - others as f64 * LN_2).exp();
                let change = self.changes[2 * k + 2];
                probability * (change.mean + change.half).powi(2)
            })
            .sum();
        let excess = |ln_p: f64| {
            let p = ln_p.exp();
            let pairs = self.n_units as f64 * if any { p } else { 1.0 };
            pairs * tail(self.own / (p * variance).sqrt()) - LN_2
        };
        // None where they are as many from the first other pattern on.
        root(excess, 0.0, 700.0).map_or(1.0, f64::exp)
    }

    /// How many random patterns are stored before the first of them is no longer a strict fixed point; none at the deadline, or if `most` are stored.
    pub fn first_lost(&self, seed: Seed, most: usize, deadline: Deadline) -> Option<usize> {
        let mut generator = seed.generator();
        // The first pattern may as well be all ones.
        let first = vec![1_i8; self.n_units];
        let mut costs = vec![self.own; self.n_units];
        let mut pattern = vec![1_i8; self.n_units];
        for stored in 1..most {
            draw(&mut pattern, &mut generator);
            let change = self.change(overlap(&first, &pattern));
            add_costs(&mut costs, &first, &pattern, change.mean, change.half);
            if self.is_lost(&costs) {
                return Some(stored);
            }
            if stored.is_multiple_of(1024) && deadline.passed() {
                return None;
            }
        }
        None
    }

    /// How many random patterns are stored before any of them is no longer a strict fixed point.
    pub fn any_lost(&self, seed: Seed, most: usize, deadline: Deadline) -> Option<usize> {
        let mut generator = seed.generator();
        let mut patterns: Vec<i8> = Vec::new();
        let mut costs: Vec<f64> = Vec::new();
        let mut pattern = vec![1_i8; self.n_units];
        for stored in 0..most {
            draw(&mut pattern, &mut generator);
            let mut own = vec![self.own; self.n_units];
            let mut lost = false;
            let rows =
                patterns.chunks_exact(self.n_units).zip(costs.chunks_exact_mut(self.n_units));
            for (other, theirs) in rows {
                let change = self.change(overlap(other, &pattern));
                add_costs(theirs, other, &pattern, change.mean, change.half);
                add_costs(&mut own, other, &pattern, change.mean, change.half);
                lost |= self.is_lost(theirs);
            }
            if lost || self.is_lost(&own) {
                return Some(stored);
            }
            if deadline.passed() {
                return None;
            }
            patterns.extend_from_slice(&pattern);
            costs.extend_from_slice(&own);
        }
        None
    }
}

/// Fair signs, 64 from each draw.
fn draw(pattern: &mut [i8], generator: &mut Generator) {
    for block in pattern.chunks_mut(64) {
        let mut bits = generator.next_u64();
        for sign in block {
            *sign = if bits & 1 == 1 { 1 } else { -1 };
            bits >>= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense_memory::DenseMemory;
    use crate::ndarray::{Array2, ArrayView2};

    /// The same, from a memory that is built anew with each pattern.
    fn slowly(interaction: Interaction, n: usize, seed: Seed, any: bool) -> usize {
        let mut generator = seed.generator();
        let mut rows = if any { Vec::new() } else { vec![1_i8; n] };
        for stored in usize::from(!any).. {
            let mut pattern = vec![1_i8; n];
            draw(&mut pattern, &mut generator);
            rows.extend(pattern);
            let patterns: Array2<i8> =
                ArrayView2::from_shape((stored + 1, n), &rows).unwrap().to_owned();
            let memory = match interaction {
                Interaction::Polynomial(degree) => DenseMemory::polynomial(&patterns, degree),
                Interaction::RectifiedPolynomial(degree) => {
                    DenseMemory::rectified_polynomial(&patterns, degree)
                }
                Interaction::Exponential(beta) => DenseMemory::log_sum_exp(&patterns, beta),
            }
            .unwrap();
            let watched = if any { stored + 1 } else { 1 };
            let strict = |row: usize| {
                let costs = memory.flip_costs(&patterns.row(row).to_owned()).unwrap();
                costs.iter().all(|cost| *cost > 1e-11)
            };
            if !(0..watched).all(strict) {
                return stored;
            }
        }
        0
    }

    #[test]
    fn counts_are_those_of_whole_memories() {
        let never = Deadline::new(None).unwrap();
        for interaction in [
            Interaction::Polynomial(2),
            Interaction::Polynomial(3),
            Interaction::RectifiedPolynomial(3),
            Interaction::Exponential(1.0),
        ] {
            let costs = Costs::new(interaction, 9, 1000);
            for k in 0..20 {
                let seed = Seed::new(k);
                let what = format!("{interaction}, seed {k}");
                let first = costs.first_lost(seed, 1000, never);
                assert_eq!(first, Some(slowly(interaction, 9, seed, false)), "first, {what}");
                let any = costs.any_lost(seed, 1000, never);
                assert_eq!(any, Some(slowly(interaction, 9, seed, true)), "any, {what}");
            }
        }
    }
}
