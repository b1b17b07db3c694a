//! Replicas of a ±J model, 64 systems in a word.

use crate::rand::RngCore;
use crate::random::{Generator, Seed};
use crate::sample::settings::{Start, Update};
use crate::sample::tempering::houdayer::Clusters;
use crate::sample::tempering::kernel::{Streams, ones, satisfied, sweep};
use crate::sample::tempering::shared::{Packing, Shared};
use crate::simd::Width;

/// The systems of some replicas, one bit each: neighbouring temperatures are neighbouring bits.
#[derive(Debug)]
pub(super) struct Packed {
    words: Vec<Word>,
    replicas: usize,
    clusters: Clusters,
    /// Where two replicas differ, site by site.
    differing: Vec<u64>,
    width: Width,
}

/// 64 systems.
#[derive(Debug)]
struct Word {
    spins: Vec<u64>,
    streams: Streams,
}

/// Where the temperatures of a replica lie.
#[derive(Clone, Copy)]
struct Place {
    word: usize,
    bit: usize,
}

impl Packed {
    pub fn new(packing: &Packing, shared: &Shared, replicas: usize, seed: Seed) -> Self {
        let n = packing.plan.n_spins;
        let per_word = Packing::replicas_per_word(shared.temperatures.len());
        let words = (0..replicas.div_ceil(per_word)).map(|index| {
            let seed = seed.child(index as u64);
            let mut generator = seed.child(0).generator();
            let mut spins = vec![u64::MAX; packing.plan.words()];
            if shared.start == Start::Random {
                spins[..n].fill_with(|| generator.next_u64());
            }
            Word { spins, streams: Streams::new(seed.child(1)) }
        });
        Self {
            words: words.collect(),
            replicas,
            clusters: Clusters::new(n),
            differing: vec![0; packing.plan.words()],
            width: Width::best(),
        }
    }

    fn place(shared: &Shared, replica: usize) -> Place {
        let count = shared.temperatures.len();
        let per_word = Packing::replicas_per_word(count);
        Place { word: replica / per_word, bit: replica % per_word * count }
    }

    pub fn sweep(&mut self, packing: &Packing, shared: &Shared) {
        let heat_bath = shared.update == Update::HeatBath;
        for word in &mut self.words {
            for _ in 0..shared.interval {
                let (spins, streams) = (&mut word.spins, &mut word.streams);
                sweep(self.width, &packing.plan, &packing.tables, heat_bath, spins, streams);
            }
        }
    }

    /// Total energies and magnetizations.
    pub fn measure(
        &self,
        packing: &Packing,
        shared: &Shared,
        energies: &mut [f64],
        magnetizations: &mut [f64],
    ) {
        let plan = &packing.plan;
        let count = shared.temperatures.len();
        let tallies: Vec<_> = self
            .words
            .iter()
            .map(|word| {
                let up = ones(self.width, &word.spins[..plan.n_spins]);
                (satisfied(self.width, &plan.bonds, &word.spins), up)
            })
            .collect();
        for replica in 0..self.replicas {
            let Place { word, bit } = Self::place(shared, replica);
            let (satisfied, up) = &tallies[word];
            for k in 0..count {
                let excess = 2.0 * f64::from(satisfied[bit + k]) - plan.bonds.count as f64;
                energies[replica * count + k] = -excess * shared.quanta.unit;
                magnetizations[replica * count + k] =
                    2.0 * f64::from(up[bit + k]) - plan.n_spins as f64;
            }
        }
    }

    /// Overlap and link overlap of two replicas, for each temperature.
    pub fn overlaps(
        &mut self,
        packing: &Packing,
        shared: &Shared,
        pair: usize,
        q: &mut [f64],
        links: &mut [f64],
    ) {
        let plan = &packing.plan;
        let (first, second) = (Self::place(shared, 2 * pair), Self::place(shared, 2 * pair + 1));
        let left = &self.words[first.word].spins;
        let right = &self.words[second.word].spins;
        for ((differs, a), b) in self.differing.iter_mut().zip(left).zip(right) {
            *differs = (a >> first.bit) ^ (b >> second.bit);
        }
        let unequal = ones(self.width, &self.differing[..plan.n_spins]);
        let unbroken = satisfied(self.width, &plan.links, &self.differing);
        for (k, (q, link)) in q.iter_mut().zip(links).enumerate() {
            *q = 1.0 - 2.0 * f64::from(unequal[k]) / plan.n_spins as f64;
            let count = plan.links.count;
            *link = (2.0 * f64::from(unbroken[k]) - count as f64) / count.max(1) as f64;
        }
    }

    /// Exchanges the configurations of replica r at temperatures k and k + 1, for each (r, k); no two share a temperature.
    pub fn exchange(&mut self, shared: &Shared, accepted: &[(usize, usize)]) {
        let mut lower = vec![0_u64; self.words.len()];
        for &(replica, k) in accepted {
            let Place { word, bit } = Self::place(shared, replica);
            lower[word] |= 1 << (bit + k);
        }
        for (word, lower) in self.words.iter_mut().zip(lower) {
            // The ghost's bits are all equal, so that it may take part.
            for spins in &mut word.spins {
                let unequal = (*spins ^ (*spins >> 1)) & lower;
                *spins ^= unequal | (unequal << 1);
            }
        }
    }

    pub fn houdayer(&mut self, shared: &Shared, pair: usize, k: usize, generator: &mut Generator) {
        let (first, second) = (Self::place(shared, 2 * pair), Self::place(shared, 2 * pair + 1));
        let (first_bit, second_bit) = (first.bit + k, second.bit + k);
        let left = &self.words[first.word].spins;
        let right = &self.words[second.word].spins;
        let equal = |i: usize| (left[i] >> first_bit ^ right[i] >> second_bit) & 1 == 0;
        for &i in self.clusters.grow(&shared.model, equal, generator) {
            self.words[first.word].spins[i as usize] ^= 1 << first_bit;
            self.words[second.word].spins[i as usize] ^= 1 << second_bit;
        }
    }

    pub fn spins(&self, shared: &Shared, index: usize) -> Vec<i8> {
        let count = shared.temperatures.len();
        let Place { word, bit } = Self::place(shared, index / count);
        let shift = bit + index % count;
        let spins = self.words[word].spins.iter().take(shared.model.n_spins());
        spins.map(|word| if word >> shift & 1 == 1 { 1 } else { -1 }).collect()
    }
}
