//! Ground states, by minimising over the inner block as the sums add.

use super::SECONDS_PER_STATE;
use super::orders::lowest;
use super::outer::{Block, Visit, visit};
use super::split::Split;
use crate::error::Result;
use crate::progress::Deadline;
use crate::simd::Width;

/// The lowest energy, how many states have it, and some of those as bits: bit i is set where spin i is down.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::exact) struct Ground {
    pub energy: f64,
    pub count: u64,
    pub states: Vec<u64>,
}

/// The ground states of a model with these couplings (i, j, J_ij) and fields; energies closer than `resolution` count as one.
///
/// At most `most` states are listed, in ascending order; without a field each comes with its mirror image.
pub(in crate::exact) fn ground_states(
    n: usize,
    bonds: &[(usize, usize, f64)],
    fields: &[f64],
    resolution: f64,
    most: usize,
    deadline: &Deadline,
) -> Result<Ground> {
    let (split, width) = (Split::new(n, bonds, fields, false), Width::best());
    let lowest = visit(&split, width, deadline, || Lowest::new(width, &split))
        .whole(SECONDS_PER_STATE, |_| None)?;
    let energy = lowest.into_iter().fold(f64::INFINITY, f64::min);
    let limit = energy + resolution;
    let below = || Below::new(width, &split, limit, most);
    let parts = visit(&split, width, deadline, below).whole(SECONDS_PER_STATE, |_| None)?;
    let copies = if split.mirrored { 2 } else { 1 };
    let count = copies * parts.iter().map(|part| part.0).sum::<u64>();
    let mut states: Vec<u64> = parts.into_iter().flat_map(|part| part.1).collect();
    if split.mirrored {
        let mask = (1 << n) - 1;
        states = states.iter().flat_map(|state| [*state, state ^ mask]).collect();
    }
    states.sort_unstable();
    states.truncate(most);
    Ok(Ground { energy, count, states })
}

/// Finds the lowest energy.
#[derive(Debug)]
pub(super) struct Lowest<'a> {
    width: Width,
    split: &'a Split,
    energy: f64,
}

impl<'a> Lowest<'a> {
    pub fn new(width: Width, split: &'a Split) -> Self {
        Self { width, split, energy: f64::INFINITY }
    }
}

/// The energy of a block's state `k` without the inner spins' own.
fn base(block: &Block, split: &Split, k: usize) -> f64 {
    let states = 1 << split.middle;
    let strength: f64 = (0..split.inner).map(|i| block.fields[i * states + k].abs()).sum();
    strength - block.log_weights[k]
}

impl Visit for Lowest<'_> {
    type Sum = f64;

    fn block(&mut self, block: &Block, _: u64) {
        for k in 0..block.log_weights.len() {
            let costs = block.costs(k, |field, spin| -spin * field);
            let energy =
                base(block, self.split, k) + lowest(self.width, &self.split.energies, &costs);
            self.energy = self.energy.min(energy);
        }
    }

    fn finish(self) -> f64 {
        self.energy
    }
}

/// Lists the states at or below an energy, and counts them beyond the list.
#[derive(Debug)]
pub(super) struct Below<'a> {
    width: Width,
    split: &'a Split,
    limit: f64,
    count: u64,
    most: usize,
    /// Spins down as bits, by the model's order of spins.
    states: Vec<u64>,
}

impl<'a> Below<'a> {
    pub fn new(width: Width, split: &'a Split, limit: f64, most: usize) -> Self {
        Self { width, split, limit, count: 0, most, states: Vec::new() }
    }

    fn list(&mut self, inner: usize, middle: usize, outer: u64) {
        let split = self.split;
        let down = |place: usize| match place {
            p if p < split.inner => inner >> p & 1 == 1,
            p if p < split.outer_start() => middle >> (p - split.inner) & 1 == 1,
            p => outer >> (p - split.outer_start()) & 1 == 1,
        };
        let places = split.order.iter().enumerate();
        let state = places.map(|(place, &spin)| u64::from(down(place)) << spin).sum();
        self.states.push(state);
    }
}

impl Visit for Below<'_> {
    type Sum = (u64, Vec<u64>);

    fn block(&mut self, block: &Block, state: u64) {
        let split = self.split;
        for k in 0..block.log_weights.len() {
            let costs = block.costs(k, |field, spin| -spin * field);
            let room = self.limit - base(block, split, k);
            if lowest(self.width, &split.energies, &costs) > room {
                continue;
            }
            for (inner, energy) in
                split.energies.as_flattened()[..1 << split.inner].iter().enumerate()
            {
                let digits = costs.iter().enumerate().take(split.digits);
                let cost: f64 = digits.map(|(d, cost)| cost[inner >> (3 * d) & 7]).sum();
                if energy + cost <= room {
                    self.count += 1;
                    if self.states.len() < self.most {
                        self.list(inner, k, state);
                    }
                }
            }
        }
    }
    fn finish(self) -> (u64, Vec<u64>) {
        (self.count, self.states)
    }
}
