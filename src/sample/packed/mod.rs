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
mod team;
mod tile;

use crate::error::Result;
use crate::file::{Reader, Writer};
use crate::rand::RngCore;
use crate::random::{Generator, Seed};
use crate::sample::checkpoint::{read_generator, write_generator};
use crate::sample::settings::Update;
use crate::simd::Width;
use crate::spin::Torus;
use kernel::{Counts, Step};
use layout::Layout;
use odds::Odds;
use streams::BLOCK;
use team::Team;
use tile::{Rules, Tile};

/// Threads share lattices of at least this many blocks in a sublattice (a square of side 512) …
const PARALLEL: usize = 256;
/// … for about this many blocks, some milliseconds, at a time.
const BATCH: usize = 1 << 18;

/// Checkerboard updates of a torus whose spins are bits.
#[derive(Clone, Debug)]
pub(super) struct PackedUpdates {
    layout: Layout,
    odds: Odds,
    metropolis: bool,
    /// Whether the second sublattice is stored upside down.
    antiferromagnet: bool,
    tiles: Vec<Tile>,
    /// In the first sublattice's rows, the bits whose second neighbour along the fastest axis is in the next word.
    forward: Vec<u64>,
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
        let seed = Seed::new(generator.next_u64());
        let tile = |k: usize| Tile::new(&layout, k, seed.child(k as u64));
        let mut updates = Self {
            odds: Odds::new(update, coordination, torus.coupling.abs() * beta),
            metropolis: update == Update::Metropolis,
            antiferromagnet: torus.coupling < 0.0,
            tiles: (0..layout.tiles).map(tile).collect(),
            forward: (0..layout.rows()).map(|row| layout.forward(row)).collect(),
            generator: seed.generator(),
            width: Width::best(),
            layout,
        };
        updates.pack(spins);
        updates
    }

    fn pack(&mut self, spins: &[i8]) {
        let flipped = self.antiferromagnet;
        for (k, tile) in self.tiles.iter_mut().enumerate() {
            let first = self.layout.columns(k).start;
            self.layout.for_each_site(k, |sublattice, row, word, bit, site| {
                if (spins[site] > 0) != (flipped && sublattice == 1) {
                    tile.set_bit(sublattice, row, word - first, bit);
                }
            });
        }
    }

    /// The spins in the order of the lattice's sites.
    pub fn spins(&self) -> Vec<i8> {
        let mut spins = vec![0; self.n_spins()];
        for (k, tile) in self.tiles.iter().enumerate() {
            let first = self.layout.columns(k).start;
            self.layout.for_each_site(k, |sublattice, row, word, bit, site| {
                let stored = (tile.word(sublattice, row, word - first) >> bit) & 1 == 1;
                let up = stored != (self.antiferromagnet && sublattice == 1);
                spins[site] = if up { 1 } else { -1 };
            });
        }
        spins
    }

    fn n_spins(&self) -> usize {
        self.layout.sides.iter().product()
    }

    /// What the spins do not tell: the random streams.
    pub fn save(&self, out: &mut Writer) -> Result<()> {
        for tile in &self.tiles {
            for word in tile.streams.state.iter().flat_map(|words| &words[..BLOCK]) {
                out.u64(*word);
            }
        }
        write_generator(out, &self.generator)
    }

    /// Restores what [`save`](Self::save) wrote.
    pub fn load(&mut self, from: &mut Reader) -> Result<()> {
        for tile in &mut self.tiles {
            for words in &mut tile.streams.state {
                for word in &mut words[..BLOCK] {
                    *word = from.u64()?;
                }
            }
        }
        self.generator = read_generator(from)?;
        Ok(())
    }

    /// The number of sweeps that are worth doing at a time: some milliseconds.
    pub fn batch(&self) -> usize {
        (BATCH / (2 * self.layout.blocks())).clamp(1, 1000)
    }

    /// Whether the threads of the present pool share sweeps: if the lattice is large enough and there are several.
    pub fn shared(&self) -> bool {
        self.layout.blocks() >= PARALLEL && self.members() > 1
    }

    fn members(&self) -> usize {
        crate::rayon::current_num_threads().min(self.tiles.len())
    }

    /// Does so many sweeps, on as many threads of the present pool as have nothing else to do. If they are to be `measured`, returns after
    /// each −Σ_⟨ij⟩ s_i s_j sign J over the bonds, which is the energy in units of |J|, and the magnetization, both in total.
    pub fn sweeps(&mut self, count: usize, measured: bool) -> Vec<(f64, i64)> {
        let counts = self.half_sweeps(2 * count, measured);
        let n = self.n_spins();
        let axes = if self.layout.sides[1] == 1 { 2 } else { 3 };
        let total = |sweep: usize| {
            let all = counts.iter().filter_map(|tile| tile.get(sweep));
            let counts = all.fold(Counts::default(), |sum, &tile| sum.plus(tile));
            let magnetization = 2 * counts.up as i64 - n as i64;
            (2.0 * counts.unequal as f64 - (axes * n) as f64, magnetization)
        };
        (0..if measured { count } else { 0 }).map(total).collect()
    }

    /// Updates the sublattices in turn, from the first on; returns what each tile counted after the second sublattice's updates, if measured.
    fn half_sweeps(&mut self, count: usize, measured: bool) -> Vec<Vec<Counts>> {
        let shared = self.shared();
        let helpers = if shared { self.members() - 1 } else { 0 };
        let Self { layout, odds, forward, generator, tiles, width, .. } = self;
        let rules = Rules { layout, odds, forward, width: *width };
        let cubic = layout.sides[1] > 1;
        let (metropolis, antiferromagnet) = (self.metropolis, self.antiferromagnet);
        let mut step = |k: usize| {
            let second = k % 2 == 1;
            let rests = metropolis && generator.next_u64() >> 61 == 0;
            let reversed = if antiferromagnet && second { u64::MAX } else { 0 };
            Step { cubic, measures: measured && second, rests, reversed }
        };
        let mut counts = vec![Vec::new(); tiles.len()];
        if let ([tile], [counts]) = (&mut tiles[..], &mut counts[..]) {
            for k in 0..count {
                let step = step(k);
                tile.close(1 - k % 2);
                let counted = tile.update(rules, k % 2, step);
                if step.measures {
                    counts.push(counted);
                }
            }
            return vec![std::mem::take(counts)];
        }
        let steps: Vec<Step> = (0..count).map(step).collect();
        let team = Team::new(tiles, &mut counts, rules, &steps);
        if helpers == 0 {
            team.join();
        } else {
            crate::rayon::scope(|scope| {
                (0..helpers).for_each(|_| scope.spawn(|_| team.join()));
                team.join();
            });
        }
        drop(team);
        counts
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
        let sizes = [(4, 4), (4, 18), (22, 16), (64, 64), (12, 140), (134, 10), (74, 1042)];
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
                        let measured: Vec<_> =
                            (0..40).map(|k| updates.sweeps(1, k % 2 == 0)).collect();
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
        let (mut shared, mut measured) = (alone.clone(), vec![]);
        let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        pool.install(|| {
            assert!(shared.shared());
            for count in [1, 2, 50] {
                measured.push(shared.sweeps(count, true));
            }
        });
        let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let counts = [1, 2, 50];
        assert_eq!(measured, pool.install(|| counts.map(|count| alone.sweeps(count, true))));
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
                    updates.half_sweeps(1, false);
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
        assert!((0..100).all(|_| updates.sweeps(1, true)[0].0 == 0.0));
        updates.metropolis = true;
        assert!((0..100).any(|_| updates.sweeps(1, true)[0].0 < -64.0));
    }

    #[test]
    fn one_half_sweep_in_eight_rests() {
        // In the cold only free flips are left, so that in diagonal stripes a half-sweep without rests turns its whole sublattice.
        let ising = Ising::square(8).unwrap();
        let stripes: Vec<i8> =
            (0..64).map(|i| if (i / 8 + i % 8) % 4 < 2 { 1 } else { -1 }).collect();
        let torus = Torus::of(&ising.model()).unwrap();
        let (mut rested, mut turned, tried) = (0, 0, 4_000);
        for seed in 0..tried {
            let mut generator = Seed::new(seed).generator();
            let mut updates =
                PackedUpdates::new(&torus, Update::Metropolis, 20.0, &stripes, &mut generator);
            updates.half_sweeps(1, false);
            let after = updates.spins();
            let turns = after.iter().zip(&stripes).filter(|(a, b)| a != b).count();
            if turns < 32 {
                (rested, turned) = (rested + 1, turned + turns);
            }
        }
        let share = f64::from(rested) / tried as f64;
        assert!((share - 0.125).abs() < 4.0 * 0.0053, "{share}");
        // While it rests, each of the 32 sites turns with probability ½.
        let turned = turned as f64 / f64::from(rested) / 32.0;
        assert!((turned - 0.5).abs() < 4.0 * 0.5 / (32.0 * f64::from(rested)).sqrt(), "{turned}");
    }
}
