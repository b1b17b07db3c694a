//! Visits the states of the outer spins in blocks, and prepares what each does to the inner ones.

use super::contract::{DIGITS, Factors, LANES};
use super::split::{Split, signed_sums};
use crate::exact::chunks::{Chunks, in_chunks};
use crate::numeric::exponential::exp;
use crate::progress::Deadline;
use crate::simd::{Width, widths};

/// The states of the outer spins fall into at most 2¹² chunks, always the same, so that sums do not depend on the number of threads.
const CHUNK_SPINS: usize = 12;
/// Factors below exp(−322) are taken as 0: they belong to states beyond any that count, and products of them would be slow.
const NEGLIGIBLE: f64 = 1e-140;

/// The states of the middle spins at one state of the outer ones.
///
/// The weight of state s of the inner spins is exp(`log_weights`) w(s) Π_i (`up` or `down` factor of spin i), where factors are at
/// most 1, one of each pair is 1, and w is the table of [`Split::weights`].
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// ±1 for each outer spin, the one that cannot turn included.
    pub spins: Vec<f64>,
    pub log_weights: Vec<f64>,
    /// The field over T on inner spin i at state k of the middle ones lies at i·2^middle + k.
    pub fields: Vec<f64>,
    pub up: Vec<f64>,
    pub down: Vec<f64>,
    states: usize,
    digits: usize,
}

impl Block {
    fn new(split: &Split) -> Self {
        let states = 1 << split.middle;
        let size = 3 * split.digits * states;
        Self {
            spins: vec![1.0; split.n_spins() - split.outer_start()],
            log_weights: vec![0.0; states],
            fields: vec![0.0; size],
            up: vec![1.0; size],
            // Places of the inner block without a spin stay up.
            down: vec![0.0; size],
            states,
            digits: split.digits,
        }
    }

    /// Turns to another state of the outer spins: a bit set is a spin down.
    fn turn(&mut self, width: Width, split: &Split, state: u64) {
        let (inner, start, n) = (split.inner, split.outer_start(), split.n_spins());
        for (k, spin) in self.spins.iter_mut().enumerate() {
            *spin = if k < split.outer && state >> k & 1 == 1 { -1.0 } else { 1.0 };
        }
        let spins = &self.spins;
        let local = |i: usize, to: usize| {
            let pairs = split.row(i, start, to).iter().zip(spins);
            split.field(i) + pairs.map(|(coupling, spin)| coupling * spin).sum::<f64>()
        };
        let energy: f64 = (start..n).map(|k| -spins[k - start] * local(k, k)).sum();
        let on_middle: Vec<f64> = (inner..start).map(|j| local(j, n)).collect();
        let shift = energy + split.lowest;
        let middle = split.middle_energies.iter().zip(signed_sums(&on_middle));
        for (log_weight, (energy, field)) in self.log_weights.iter_mut().zip(middle) {
            *log_weight = -(shift + (energy - field));
        }
        for i in 0..inner {
            let part = i * self.states..(i + 1) * self.states;
            inner_factors(
                width,
                local(i, n),
                &split.middle_fields[i],
                &mut self.log_weights,
                &mut self.fields[part.clone()],
                &mut self.up[part.clone()],
                &mut self.down[part],
            );
        }
    }

    /// The factors of the inner spins, three by three, at state `k` of the middle ones.
    pub fn factors(&self, k: usize) -> Factors {
        let mut factors = [[0.0; LANES]; DIGITS];
        for (digit, factors) in factors[..self.digits].iter_mut().enumerate() {
            let at = |spin: usize| (3 * digit + spin) * self.states + k;
            let pair = |spin: usize| [self.up[at(spin)], self.down[at(spin)]];
            let (a, b, c) = (pair(0), pair(1), pair(2));
            for (q, factor) in factors.iter_mut().enumerate() {
                let product = a[q & 1] * b[q >> 1 & 1] * c[q >> 2];
                *factor = if product < NEGLIGIBLE { 0.0 } else { product };
            }
        }
        factors
    }

    /// Σ over three spins of `cost`(field, spin) for each of their states.
    pub fn costs(&self, k: usize, cost: impl Fn(f64, f64) -> f64) -> Factors {
        let mut costs = [[0.0; LANES]; DIGITS];
        for (digit, costs) in costs[..self.digits].iter_mut().enumerate() {
            let field = |spin: usize| self.fields[(3 * digit + spin) * self.states + k];
            let fields = [field(0), field(1), field(2)];
            for (q, sum) in costs.iter_mut().enumerate() {
                let spin = |b: usize| if q >> b & 1 == 1 { -1.0 } else { 1.0 };
                *sum =
                    cost(fields[0], spin(0)) + cost(fields[1], spin(1)) + cost(fields[2], spin(2));
            }
        }
        costs
    }
}

/// Fields on one inner spin at each state of the middle ones, and the factors of its two states: exp(−2|g|) against the field.
#[inline(always)]
fn inner_factors_body(
    outer: f64,
    middle: &[f64],
    log_weights: &mut [f64],
    fields: &mut [f64],
    up: &mut [f64],
    down: &mut [f64],
) {
    let m = middle.len();
    let (log_weights, fields) = (&mut log_weights[..m], &mut fields[..m]);
    let (up, down) = (&mut up[..m], &mut down[..m]);
    for k in 0..m {
        let field = outer + middle[k];
        let strength = field.abs();
        let against = exp(-2.0 * strength);
        fields[k] = field;
        log_weights[k] += strength;
        up[k] = if field < 0.0 { against } else { 1.0 };
        down[k] = if field < 0.0 { 1.0 } else { against };
    }
}

widths!(
    fn inner_factors(
        outer: f64,
        middle: &[f64],
        log_weights: &mut [f64],
        fields: &mut [f64],
        up: &mut [f64],
        down: &mut [f64],
    ) = inner_factors_body
);

/// Below this, log weights of blocks are of no account: with all states of the inner spins the blocks below it add up to less than
/// exp(−50) of a sum whose logarithm is known.
pub(super) fn floor(split: &Split, ln_sum: f64) -> f64 {
    ln_sum - 50.0 - (split.n_spins() + split.inner) as f64 * std::f64::consts::LN_2
}

/// What is summed in one chunk.
pub(super) trait Visit: Sized {
    /// What remains of a chunk at its end.
    type Sum: Send;

    /// Takes in one block; `state` is the number of its outer spins' state.
    fn block(&mut self, block: &Block, state: u64);

    /// The chunk's sum.
    fn finish(self) -> Self::Sum;
}

/// Visits all blocks of a split, chunks in parallel, each with a visitor of its own.
pub(super) fn visit<V: Visit>(
    split: &Split,
    width: Width,
    deadline: &Deadline,
    make: impl Fn() -> V + Sync,
) -> Chunks<V::Sum> {
    let chunk_spins = split.outer.min(CHUNK_SPINS);
    let blocks = 1_u64 << (split.outer - chunk_spins);
    in_chunks(1 << chunk_spins, split.states(), deadline, |chunk| {
        let (mut visitor, mut block) = (make(), Block::new(split));
        let first = chunk as u64 * blocks;
        for state in first..first + blocks {
            block.turn(width, split, state);
            visitor.block(&block, state);
        }
        visitor.finish()
    })
}
