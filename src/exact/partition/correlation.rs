//! Magnetizations and correlations, by reverse differentiation of the contraction.

use super::contract::{Adjoint, Factors, Partial, Row, differentiate};
use super::outer::{Block, Visit, floor};
use super::split::Split;
use crate::ndarray::{Array1, Array2};
use crate::simd::Width;

/// Sums of s_i and s_i s_j over all states, weighted by their probabilities.
#[derive(Debug)]
pub(super) struct Correlate<'a> {
    width: Width,
    split: &'a Split,
    table: &'a [Row],
    /// ln of the sum over the states visited: relative to it weights are probabilities.
    ln_sum: f64,
    floor: f64,
    partial: Partial,
    adjoint: Adjoint,
    /// The derivative by each entry of the table.
    derivative: Vec<Row>,
    /// For each state of the middle spins its probability, and that times the mean of each inner spin.
    middle: Vec<Vec<f64>>,
    /// Σ s_i s_j for places i ≥ j counted from 1, at i·(n+1) + j; place 0 is the constant 1.
    pairs: Vec<f64>,
}

impl<'a> Correlate<'a> {
    pub fn new(width: Width, split: &'a Split, table: &'a [Row], ln_sum: f64) -> Self {
        let n = split.n_spins();
        Self {
            width,
            split,
            table,
            ln_sum,
            floor: floor(split, ln_sum),
            partial: Partial::NEW,
            adjoint: Adjoint::NEW,
            derivative: vec![[0.0; 8]; table.len()],
            middle: vec![vec![0.0; split.inner + 1]; 1 << split.middle],
            pairs: vec![0.0; (n + 1) * (n + 1)],
        }
    }
}

impl Visit for Correlate<'_> {
    /// In the layout of `pairs`.
    type Sum = Vec<f64>;

    fn block(&mut self, block: &Block, _: u64) {
        let split = self.split;
        let (inner, start, columns) = (split.inner, split.outer_start(), split.n_spins() + 1);
        // Sums of 1, of the inner and of the middle spins at this state of the outer ones.
        let mut sums = vec![0.0; start + 1];
        let mut probabilities = vec![0.0; block.log_weights.len()];
        for (k, log_weight) in block.log_weights.iter().enumerate() {
            if *log_weight < self.floor {
                continue;
            }
            let parts = differentiate(
                self.width,
                self.table,
                &block.factors(k),
                (log_weight - self.ln_sum).exp(),
                &mut self.partial,
                &mut self.adjoint,
                &mut self.derivative,
            );
            probabilities[k] = parts[0].iter().sum();
            self.middle[k][0] += probabilities[k];
            for i in 0..inner {
                let mean = signed_sum(&parts, i);
                self.middle[k][i + 1] += mean;
                sums[i + 1] += mean;
            }
        }
        hadamard(&mut probabilities);
        sums[0] = probabilities[0];
        for j in 0..split.middle {
            sums[inner + j + 1] = probabilities[1 << j];
        }
        for (k, spin) in block.spins.iter().enumerate() {
            let row = &mut self.pairs[(start + k + 1) * columns..][..columns];
            let (within, outer) = row.split_at_mut(start + 1);
            for (pair, sum) in within.iter_mut().zip(&sums) {
                *pair += spin * sum;
            }
            for (pair, other) in outer.iter_mut().zip(&block.spins[..k]) {
                *pair += spin * other * sums[0];
            }
        }
    }

    fn finish(mut self) -> Vec<f64> {
        let split = self.split;
        let (inner, columns) = (split.inner, split.n_spins() + 1);
        // Inner spins among themselves: the probability of each state, then all signed sums at once.
        let weighted = self.derivative.as_flattened().iter().zip(self.table.as_flattened());
        let mut signed: Vec<f64> = weighted.map(|(d, w)| d * w).collect();
        hadamard(&mut signed);
        self.pairs[0] += signed[0];
        for i in 0..inner {
            self.pairs[(i + 1) * columns] += signed[1 << i];
            for j in 0..i {
                self.pairs[(i + 1) * columns + j + 1] += signed[1 << i | 1 << j];
            }
        }
        for i in 0..=inner {
            let mut signed: Vec<f64> = self.middle.iter().map(|row| row[i]).collect();
            hadamard(&mut signed);
            for j in 0..split.middle {
                let row = (inner + j + 1) * columns;
                self.pairs[row + i] += signed[1 << j];
                for k in 0..if i == 0 { j } else { 0 } {
                    self.pairs[row + inner + k + 1] += signed[1 << j | 1 << k];
                }
            }
        }
        self.pairs
    }
}

/// The mean of inner spin `i` from the sums over each state of its three.
fn signed_sum(sums: &Factors, i: usize) -> f64 {
    let signed = sums[i / 3].iter().enumerate();
    signed.map(|(q, sum)| if q >> (i % 3) & 1 == 1 { -sum } else { *sum }).sum()
}

/// Replaces values over the states of spins by their sums with each product of spins: entry 2^i holds Σ s_i, entry 2^i + 2^j Σ s_i s_j.
/// The fast Walsh–Hadamard transform.
pub(crate) fn hadamard(values: &mut [f64]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (up, down) = pair.split_at_mut(half);
            for (up, down) in up.iter_mut().zip(down) {
                (*up, *down) = (*up + *down, *up - *down);
            }
        }
        half *= 2;
    }
}

/// ⟨s_i⟩ and ⟨s_i s_j⟩ in the order of the model's spins.
pub(super) fn correlations(split: &Split, parts: &[Vec<f64>]) -> (Array1<f64>, Array2<f64>) {
    let columns = split.n_spins() + 1;
    let mut sums = vec![0.0; columns * columns];
    for part in parts {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum += value;
        }
    }
    let mut magnetizations = Array1::zeros(split.n_spins());
    let mut pairs = Array2::eye(split.n_spins());
    for (i, &spin) in split.order.iter().enumerate() {
        let row = &sums[(i + 1) * columns..];
        if !split.mirrored {
            magnetizations[spin] = (row[0] / sums[0]).clamp(-1.0, 1.0);
        }
        for (&other, sum) in split.order[..i].iter().zip(&row[1..]) {
            let value = (sum / sums[0]).clamp(-1.0, 1.0);
            pairs[(spin, other)] = value;
            pairs[(other, spin)] = value;
        }
    }
    (magnetizations, pairs)
}
