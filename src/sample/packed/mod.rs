//! Multi-spin coding: checkerboard sweeps of a uniform torus, 512 spins at a time.
//!
//! Spins are bits. In each half-sweep all spins of one sublattice are updated: unequal neighbours are counted in binary by adders
//! that act on all bits of a word at once, and acceptance probabilities are met exactly (to 2⁻⁶⁴) by comparing random binary digits
//! with those of the probability, the most significant first, until every lane is decided. On average 11 random words serve 512
//! attempts.
//!
//! Where J < 0, the spins of the second sublattice are stored upside down, which makes the couplings ferromagnetic.
//!
//! **Rests.** Metropolis always accepts moves that cost nothing, and some states (diagonal stripes, where every move costs nothing) would
//! then follow one another for ever and never be left. So one half-sweep in eight, chosen at random, passes over each of its sites with
//! probability ½: any one spin may turn alone, and the chain is irreducible.
//!
//! Source: exact comparison digit by digit is standard in multi-spin coding; see M. E. J. Newman and G. T. Barkema, Monte Carlo Methods in
//! Statistical Physics (Oxford, 1999), chapter 5.

mod kernel;
mod layout;
mod odds;
mod streams;

use crate::rand::RngCore;
use crate::random::{Generator, Seed};
use crate::rayon::prelude::*;
use crate::sample::settings::Update;
use crate::simd::Width;
use crate::spin::Torus;
use kernel::{Counts, Row, Step, update_row};
use layout::{GUARD, Layout};
use odds::Odds;
use streams::{BLOCK, Streams};

/// A stretch of rows with a random stream of its own has at least this many blocks, so that threads may share a half-sweep.
const BLOCKS_PER_STRETCH: usize = 64;
/// No lattice has more stretches than this.
const MAX_STRETCHES: usize = 16;
/// Half-sweeps of fewer blocks than this (a square of side 724) stay on one thread.
const PARALLEL: usize = 512;

/// Checkerboard updates of a torus whose spins are bits.
#[derive(Clone, Debug)]
pub(super) struct PackedUpdates {
    layout: Layout,
    odds: Odds,
    metropolis: bool,
    /// Whether the second sublattice is stored upside down.
    antiferromagnet: bool,
    sublattices: [Vec<u64>; 2],
    /// The bits in use in each word of a row.
    valid: Vec<u64>,
    /// The other sublattice's last and first rows of x′, as the neighbours across the ends of segments see them.
    across: [Vec<u64>; 2],
    /// One for each stretch of rows.
    streams: Vec<Streams>,
    rows_per_stretch: usize,
    /// Decides which half-sweeps rest.
    generator: Generator,
    width: Width,
}

impl PackedUpdates {
    /// Updates of these spins at inverse temperature `beta`; random numbers start from one draw of the generator.
    pub fn new(
        torus: &Torus,
        update: Update,
        beta: f64,
        spins: &[i8],
        generator: &mut Generator,
    ) -> Self {
        let layout = Layout::new(torus);
        let coordination = 2 * torus.sides.len() as u32;
        let blocks = layout.rows() * (layout.stride - GUARD) / BLOCK;
        let stretches = (blocks / BLOCKS_PER_STRETCH).clamp(1, MAX_STRETCHES);
        let rows_per_stretch = layout.rows().div_ceil(stretches);
        let seed = Seed::new(generator.next_u64());
        let streams = (0..layout.rows().div_ceil(rows_per_stretch))
            .map(|k| Streams::new(seed.child(k as u64)))
            .collect();
        let across = layout.sides[1] * layout.stride;
        let mut updates = Self {
            odds: Odds::new(update, coordination, torus.coupling.abs() * beta),
            metropolis: update == Update::Metropolis,
            antiferromagnet: torus.coupling < 0.0,
            sublattices: [vec![0; layout.len()], vec![0; layout.len()]],
            valid: layout.valid(),
            across: [vec![0; across], vec![0; across]],
            streams,
            rows_per_stretch,
            generator: seed.generator(),
            width: Width::best(),
            layout,
        };
        updates.pack(spins);
        updates
    }

    fn pack(&mut self, spins: &[i8]) {
        let (sublattices, flipped) = (&mut self.sublattices, self.antiferromagnet);
        self.layout.for_each_site(|sublattice, word, bit, site| {
            let up = (spins[site] > 0) != (flipped && sublattice == 1);
            sublattices[sublattice][word] |= u64::from(up) << bit;
        });
        (0..2).for_each(|sublattice| self.repeat_ends(sublattice));
    }

    /// The spins in the order of the lattice's sites.
    pub fn spins(&self) -> Vec<i8> {
        let mut spins = vec![0; self.layout.sides.iter().product()];
        self.layout.for_each_site(|sublattice, word, bit, site| {
            let stored = self.sublattices[sublattice][word] >> bit & 1 == 1;
            let up = stored != (self.antiferromagnet && sublattice == 1);
            spins[site] = if up { 1 } else { -1 };
        });
        spins
    }

    /// One sweep, shared by the pool's threads if `shared` and the lattice is large. If it `measures`, returns Σ_⟨ij⟩ s_i s_j sign J over
    /// the bonds, negated, which is the energy in units of |J|, and the magnetization, both in total.
    pub fn sweep(&mut self, measures: bool, shared: bool) -> (f64, i64) {
        self.half_sweep(0, false, shared);
        let counts = self.half_sweep(1, measures, shared);
        let n = self.layout.sides.iter().product::<usize>();
        let axes = if self.layout.sides[1] == 1 { 2 } else { 3 };
        let second = if self.antiferromagnet { n as u64 / 2 - counts.own } else { counts.own };
        let magnetization = 2 * (second + counts.other) as i64 - n as i64;
        (2.0 * counts.unequal as f64 - (axes * n) as f64, magnetization)
    }

    fn half_sweep(&mut self, sublattice: usize, measures: bool, shared: bool) -> Counts {
        let rests = self.metropolis && self.generator.next_u64() >> 61 == 0;
        let layout = &self.layout;
        let [first, second] = &mut self.sublattices;
        let (own, other) = if sublattice == 0 { (first, &*second) } else { (second, &*first) };
        let across = self.across[0].len();
        let ends = [&other[layout.rows() * layout.stride - across..], &other[..across]];
        for ((target, source), further) in self.across.iter_mut().zip(ends).zip([true, false]) {
            for (target, &word) in target.iter_mut().zip(source) {
                *target = layout.rotate(word, further);
            }
        }
        let cubic = layout.sides[1] > 1;
        let half = HalfSweep {
            layout,
            odds: &self.odds,
            step: Step { cubic, measures, rests },
            sublattice,
            other,
            across: [&self.across[0], &self.across[1]],
            valid: &self.valid,
            width: self.width,
        };
        let rows = self.rows_per_stretch;
        let own_rows = &mut own[..layout.rows() * layout.stride];
        let blocks = layout.rows() * (layout.stride - GUARD) / BLOCK;
        let counts = if shared && blocks >= PARALLEL {
            own_rows
                .par_chunks_mut(rows * layout.stride)
                .zip(self.streams.par_iter_mut())
                .enumerate()
                .map(|(k, (stretch, streams))| half.update(k * rows, stretch, streams))
                .reduce(Counts::default, Counts::plus)
        } else {
            own_rows
                .chunks_mut(rows * layout.stride)
                .zip(&mut self.streams)
                .enumerate()
                .map(|(k, (stretch, streams))| half.update(k * rows, stretch, streams))
                .fold(Counts::default(), Counts::plus)
        };
        self.repeat_ends(sublattice);
        counts
    }

    /// Repeats each row's last word before its start and its first behind its end.
    fn repeat_ends(&mut self, sublattice: usize) {
        let words = &mut self.sublattices[sublattice];
        for row in 0..self.layout.rows() {
            let start = row * self.layout.stride + GUARD;
            words[start - 1] = words[start + self.layout.words - 1];
            words[start + self.layout.words] = words[start];
        }
    }
}

/// What the stretches of a half-sweep share.
struct HalfSweep<'a> {
    layout: &'a Layout,
    odds: &'a Odds,
    step: Step,
    sublattice: usize,
    other: &'a [u64],
    across: [&'a [u64]; 2],
    valid: &'a [u64],
    width: Width,
}

impl HalfSweep<'_> {
    /// Updates the rows from `first` on that lie in `stretch`.
    fn update(&self, first: usize, stretch: &mut [u64], streams: &mut Streams) -> Counts {
        let mut counts = Counts::default();
        for (k, own) in stretch.chunks_exact_mut(self.layout.stride).enumerate() {
            let row = self.row(first + k);
            let own = &mut own[GUARD..];
            let more = update_row(self.width, own, row, self.odds, self.step, streams);
            counts = counts.plus(more);
        }
        counts
    }

    fn row(&self, row: usize) -> Row<'_> {
        let Layout { sides: [_, m, _], height, stride, .. } = *self.layout;
        let (x, y) = (row / m, row % m);
        let at = |row: usize| &self.other[row * stride + GUARD..];
        let across = |end: usize| &self.across[end][y * stride + GUARD..];
        let up = if x == 0 { across(0) } else { at(row - m) };
        let down = if x + 1 == height { across(1) } else { at(row + m) };
        let (left, right) = (at(x * m + (y + m - 1) % m), at(x * m + (y + 1) % m));
        let start = row * stride + GUARD;
        Row {
            same: at(row),
            next: &self.other[start + 1..],
            before: &self.other[start - 1..],
            sides: [up, down, left, right],
            forward: self.layout.forward(self.sublattice, row),
            valid: self.valid,
        }
    }
}
