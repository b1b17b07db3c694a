//! ln Z alone.

use super::contract::{Partial, Row, contract};
use super::outer::{Block, Visit};
use super::split::Split;
use crate::simd::Width;

/// The logarithm of a unit for sums, which follows the largest terms so that none overflows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale(pub f64);

impl Scale {
    pub const NONE: Self = Self(f64::NEG_INFINITY);

    /// Raises the scale to the largest of these logarithms; returns by what sums so far have to be multiplied.
    pub fn rise(&mut self, log_weights: &[f64]) -> f64 {
        let largest = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest > self.0 {
            let factor = (self.0 - largest).exp();
            self.0 = largest;
            factor
        } else {
            1.0
        }
    }
}

/// A sum in units of exp(`log_scale`).
#[derive(Clone, Debug)]
pub(super) struct Scaled<S> {
    pub log_scale: f64,
    pub sum: S,
}

/// The scale on which none of these sums overflows.
pub(super) fn largest_scale<S>(parts: &[Scaled<S>]) -> f64 {
    parts.iter().map(|part| part.log_scale).fold(f64::NEG_INFINITY, f64::max)
}

/// Sums the weights of all states.
#[derive(Debug)]
pub(super) struct Weigh<'a> {
    width: Width,
    table: &'a [Row],
    partial: Partial,
    scale: Scale,
    sum: f64,
}

impl<'a> Weigh<'a> {
    pub fn new(width: Width, table: &'a [Row]) -> Self {
        Self { width, table, partial: Partial::NEW, scale: Scale::NONE, sum: 0.0 }
    }
}

impl Visit for Weigh<'_> {
    type Sum = Scaled<f64>;

    fn block(&mut self, block: &Block, _: u64) {
        self.sum *= self.scale.rise(&block.log_weights);
        let mut sum = 0.0;
        for (k, log_weight) in block.log_weights.iter().enumerate() {
            let inner = contract(self.width, self.table, &block.factors(k), &mut self.partial);
            sum += (log_weight - self.scale.0).exp() * inner;
        }
        self.sum += sum;
    }

    fn finish(self) -> Scaled<f64> {
        Scaled { log_scale: self.scale.0, sum: self.sum }
    }
}

/// The logarithm of the sum over all states visited, both halves where they mirror each other.
pub(super) fn ln_sum(split: &Split, parts: &[Scaled<f64>]) -> f64 {
    let scale = largest_scale(parts);
    let sum: f64 = parts.iter().map(|part| part.sum * (part.log_scale - scale).exp()).sum();
    scale + sum.ln() + ln_copies(split)
}

/// ln 2 where only half of the states are visited.
pub(super) fn ln_copies(split: &Split) -> f64 {
    if split.mirrored { std::f64::consts::LN_2 } else { 0.0 }
}
