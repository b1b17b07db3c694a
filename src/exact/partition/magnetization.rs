//! The distribution of the total magnetization.

use super::contract::Row;
use super::orders::{PartialByDown, contract_by_down};
use super::outer::{Block, Visit};
use super::split::Split;
use super::weight::{Scale, Scaled, largest_scale};
use crate::simd::Width;

/// Sums the weights of the states with each number of spins down.
#[derive(Debug)]
pub(super) struct ByMagnetization<'a> {
    width: Width,
    table: &'a [Row],
    floor: f64,
    partial: PartialByDown,
    scale: Scale,
    sums: Vec<f64>,
}

impl<'a> ByMagnetization<'a> {
    pub fn new(width: Width, split: &Split, table: &'a [Row], floor: f64) -> Self {
        // No spin of the inner block beyond the model's own ever turns; their places stay 0.
        let sums = vec![0.0; split.n_spins() + 1 + 3 * split.digits];
        Self { width, table, floor, partial: PartialByDown::NEW, scale: Scale::NONE, sums }
    }
}

impl Visit for ByMagnetization<'_> {
    type Sum = Scaled<Vec<f64>>;

    fn block(&mut self, block: &Block, _: u64) {
        let factor = self.scale.rise(&block.log_weights);
        if factor != 1.0 {
            for sum in &mut self.sums {
                *sum *= factor;
            }
        }
        let outer = block.spins.iter().filter(|&&spin| spin < 0.0).count();
        let mut by_middle = [[0.0; 13]; 7];
        for (k, log_weight) in block.log_weights.iter().enumerate() {
            if *log_weight < self.floor {
                continue;
            }
            let weight = (log_weight - self.scale.0).exp();
            let inner =
                contract_by_down(self.width, self.table, &block.factors(k), &mut self.partial);
            for (sum, value) in by_middle[k.count_ones() as usize].iter_mut().zip(inner) {
                *sum += weight * value;
            }
        }
        for (middle, inner) in by_middle.iter().enumerate() {
            for (sum, value) in self.sums[outer..].iter_mut().skip(middle).zip(inner) {
                *sum += value;
            }
        }
    }

    fn finish(self) -> Scaled<Vec<f64>> {
        Scaled { log_scale: self.scale.0, sum: self.sums }
    }
}

/// The probability of each number of spins down, 0 to N.
pub(super) fn distribution(split: &Split, parts: &[Scaled<Vec<f64>>]) -> Vec<f64> {
    let scale = largest_scale(parts);
    let n = split.n_spins();
    let mut sums = vec![0.0; n + 1];
    for part in parts {
        let factor = (part.log_scale - scale).exp();
        for (sum, value) in sums.iter_mut().zip(&part.sum) {
            *sum += factor * value;
        }
    }
    if split.mirrored {
        sums = (0..=n).map(|down| 0.5 * (sums[down] + sums[n - down])).collect();
    }
    let norm: f64 = sums.iter().sum();
    sums.iter().map(|sum| sum / norm).collect()
}
