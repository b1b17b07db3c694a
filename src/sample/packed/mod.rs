//! Multi-spin coding: checkerboard sweeps of a uniform torus, 512 spins at a time.
//!
//! Spins are bits. In each half-sweep all spins of one sublattice are updated: unequal neighbours are counted in binary by adders
//! that act on all bits of a word at once, and acceptance probabilities are met exactly (to 2⁻⁶⁴) by comparing random binary digits
//! with those of the probability, the most significant first, until every lane is decided. Little more than 13 blocks of random
//! words serve 512 attempts.
//!
//! Where J < 0, the spins of the second sublattice are stored upside down, which makes the couplings ferromagnetic.
//!
//! **Rests.** Metropolis always accepts moves that cost nothing, and some states (diagonal stripes, where every move costs nothing) would
//! then follow one another for ever and never be left. So one half-sweep in eight, chosen at random, passes over each of its sites with
//! probability ½: any one spin may turn alone, and the chain is irreducible.
//!
//! Source of the idea of many spins in a word: L. Jacobs and C. Rebbi, J. Comput. Phys. 41, 203 (1981).

mod kernel;
mod layout;
mod odds;
mod streams;

use crate::error::Result;
use crate::file::{Reader, Writer};
use crate::rand::RngCore;
use crate::random::{Generator, Seed};
use crate::rayon::prelude::*;
use crate::sample::checkpoint::{read_generator, write_generator};
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
    /// In the first sublattice's rows, the bits whose second neighbour along the fastest axis is in the next word.
    forward: Vec<u64>,
    /// The other sublattice's last and first rows of x′, as the neighbours across the ends of segments see them.
    across: [Vec<u64>; 2],
    /// One for each stretch of rows.
    streams: Vec<Streams>,
    rows_per_stretch: usize,
    /// Decides which half-sweeps rest.
    generator: Generator,
    width: Width,
    shared: bool,
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
            forward: (0..layout.rows()).map(|row| layout.forward(row)).collect(),
            across: [vec![0; across], vec![0; across]],
            streams,
            rows_per_stretch,
            generator: seed.generator(),
            width: Width::best(),
            shared: false,
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
            let stored = (self.sublattices[sublattice][word] >> bit) & 1 == 1;
            let up = stored != (self.antiferromagnet && sublattice == 1);
            spins[site] = if up { 1 } else { -1 };
        });
        spins
    }

    /// What the spins do not tell: the random streams.
    pub fn save(&self, out: &mut Writer) -> Result<()> {
        for streams in &self.streams {
            for word in streams.state.iter().flat_map(|words| &words[..BLOCK]) {
                out.u64(*word);
            }
        }
        write_generator(out, &self.generator)
    }

    /// Restores what [`save`](Self::save) wrote.
    pub fn load(&mut self, from: &mut Reader) -> Result<()> {
        for streams in &mut self.streams {
            for words in &mut streams.state {
                for word in &mut words[..BLOCK] {
                    *word = from.u64()?;
                }
            }
        }
        self.generator = read_generator(from)?;
        Ok(())
    }

    /// Lets the threads of the present pool share each half-sweep, where the lattice is large enough and there are several; returns
    /// whether they do. The result is the same.
    pub fn share(&mut self) -> bool {
        self.shared = self.blocks() >= PARALLEL && crate::rayon::current_num_threads() > 1;
        self.shared
    }

    fn blocks(&self) -> usize {
        self.layout.rows() * (self.layout.stride - GUARD) / BLOCK
    }

    /// One sweep. If it `measures`, returns −Σ_⟨ij⟩ s_i s_j sign J over the bonds, which is the energy in units of |J|, and the magnetization,
    /// both in total.
    pub fn sweep(&mut self, measures: bool) -> (f64, i64) {
        self.half_sweep(0, false);
        let counts = self.half_sweep(1, measures);
        let n = self.layout.sides.iter().product::<usize>();
        let axes = if self.layout.sides[1] == 1 { 2 } else { 3 };
        let magnetization = 2 * counts.up as i64 - n as i64;
        (2.0 * counts.unequal as f64 - (axes * n) as f64, magnetization)
    }

    fn half_sweep(&mut self, sublattice: usize, measures: bool) -> Counts {
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
        let reversed = if self.antiferromagnet && sublattice == 1 { u64::MAX } else { 0 };
        let half = HalfSweep {
            layout,
            odds: &self.odds,
            step: Step { cubic, measures, rests, reversed },
            sublattice,
            other,
            across: [&self.across[0], &self.across[1]],
            valid: &self.valid,
            forward: &self.forward,
            width: self.width,
        };
        let rows = self.rows_per_stretch;
        let own_rows = &mut own[..layout.rows() * layout.stride];
        let counts = if self.shared {
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
    forward: &'a [u64],
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
            forward: if self.sublattice == 0 { self.forward[row] } else { !self.forward[row] },
            valid: self.valid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ising::Ising;
    use crate::rayon::ThreadPoolBuilder;
    use crate::spin::Lattice;

    fn packed(ising: &Ising, update: Update, beta: f64, spins: &[i8]) -> PackedUpdates {
        let torus = Torus::of(&ising.model()).unwrap();
        PackedUpdates::new(&torus, update, beta, spins, &mut Seed::new(9).generator())
    }

    fn random_spins(n: usize) -> Vec<i8> {
        let mut generator = Seed::new(1).generator();
        (0..n).map(|_| if generator.next_u64() >> 63 == 0 { 1 } else { -1 }).collect()
    }

    fn lattices() -> Vec<Ising> {
        let sizes = [(4, 4), (4, 18), (22, 16), (64, 64), (12, 140), (134, 10)];
        let rectangles = sizes.map(|(rows, cols)| Ising::on(Lattice::rectangle(rows, cols)));
        rectangles.into_iter().chain([4, 10].map(Ising::cubic)).map(Result::unwrap).collect()
    }

    #[test]
    fn spins_come_back_from_bits() {
        for ising in lattices() {
            for j in [1.0, -1.0] {
                let ising = ising.coupling(j).unwrap();
                let spins = random_spins(ising.n_spins());
                assert_eq!(packed(&ising, Update::HeatBath, 0.4, &spins).spins(), spins);
            }
        }
    }

    #[test]
    fn every_width_gives_the_same_spins_and_counts() {
        for ising in lattices() {
            let spins = random_spins(ising.n_spins());
            for update in [Update::Metropolis, Update::HeatBath] {
                let runs: Vec<_> = Width::available()
                    .into_iter()
                    .map(|width| {
                        let mut updates = packed(&ising, update, 0.3, &spins);
                        updates.width = width;
                        let measured: Vec<_> = (0..40).map(|k| updates.sweep(k % 2 == 0)).collect();
                        (measured, updates.spins())
                    })
                    .collect();
                assert!(runs.iter().all(|run| *run == runs[0]), "{ising:?}");
            }
        }
    }

    #[test]
    fn sharing_a_sweep_does_not_change_it() {
        let ising = Ising::square(1024).unwrap();
        let mut alone = packed(&ising, Update::Metropolis, 0.44, &vec![1; 1 << 20]);
        let mut shared = alone.clone();
        let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        pool.install(|| {
            assert!(shared.share());
            for _ in 0..3 {
                assert_eq!(alone.sweep(true), shared.sweep(true));
            }
        });
        assert_eq!(alone.spins(), shared.spins());
    }

    /// From one state of all spins up, with each of d = 0, 1, … unequal neighbours, the share that flips in the first half-sweep.
    #[test]
    fn spins_flip_with_the_probabilities_of_the_rule() {
        let beta = 0.3;
        for (ising, z) in [(Ising::square(64).unwrap(), 4), (Ising::cubic(16).unwrap(), 6)] {
            let n = ising.n_spins();
            let spins = random_spins(n);
            let neighbors: Vec<Vec<u32>> =
                (0..n).map(|i| ising.model().couplings().row(i).0.to_vec()).collect();
            let side = ising.shape()[0];
            for update in [Update::Metropolis, Update::HeatBath] {
                let (mut tried, mut flipped) = (vec![0.0; z + 1], vec![0.0; z + 1]);
                for seed in 0..400_u64 {
                    let torus = Torus::of(&ising.model()).unwrap();
                    let mut generator = Seed::new(seed).generator();
                    let mut updates =
                        PackedUpdates::new(&torus, update, beta, &spins, &mut generator);
                    // Without the rests, which come by a draw of their own.
                    updates.metropolis = false;
                    updates.half_sweep(0, false);
                    let after = updates.spins();
                    for i in 0..n {
                        let (x, y, w) = (i / side / side, i / side % side, i % side);
                        if (x + y + w) % 2 == 0 {
                            let unequal =
                                neighbors[i].iter().filter(|&&j| spins[j as usize] != spins[i]);
                            let d = unequal.count();
                            tried[d] += 1.0;
                            flipped[d] += f64::from(u8::from(after[i] != spins[i]));
                        } else {
                            assert_eq!(after[i], spins[i]);
                        }
                    }
                }
                for d in 0..=z {
                    let cost = 2.0 * (z as f64 - 2.0 * d as f64);
                    let p = match update {
                        Update::HeatBath => 1.0 / (1.0 + (beta * cost).exp()),
                        _ => (-beta * cost).exp().min(1.0),
                    };
                    let (expected, sigma) = (p * tried[d], (p * (1.0 - p) * tried[d]).sqrt());
                    let off = (flipped[d] - expected).abs();
                    assert!(tried[d] > 1e4 && off <= 4.0 * sigma, "{update:?}, z = {z}, d = {d}");
                }
            }
        }
    }

    #[test]
    fn rests_leave_states_that_cost_nothing() {
        // In diagonal stripes two of four neighbours are unequal everywhere: without rests all sites would turn in every half-sweep.
        let ising = Ising::square(8).unwrap();
        let stripes: Vec<i8> =
            (0..64).map(|i| if (i / 8 + i % 8) % 4 < 2 { 1 } else { -1 }).collect();
        let mut updates = packed(&ising, Update::Metropolis, 2.0, &stripes);
        updates.metropolis = false;
        assert!((0..100).all(|_| updates.sweep(true).0 == 0.0));
        updates.metropolis = true;
        assert!((0..100).any(|_| updates.sweep(true).0 < -64.0));
    }
}
