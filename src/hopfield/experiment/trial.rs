//! One network of one sample, and recall by it.

use super::rule::StorageRule;
use crate::error::Result;
use crate::hopfield::Hopfield;
use crate::hopfield::patterns::{flipped, random_patterns};
use crate::ndarray::{Array1, Array2, s};
use crate::random::Seed;

/// Random patterns of one sample, of which a network stores the first few.
pub(super) struct Trial {
    patterns: Array2<i8>,
    rule: StorageRule,
    seed: Seed,
    sweeps: usize,
}

impl Trial {
    pub fn new(
        rule: StorageRule,
        most: usize,
        size: usize,
        seed: Seed,
        sweeps: usize,
    ) -> Result<Self> {
        Ok(Self { patterns: random_patterns(most, size, seed.child(0))?, rule, seed, sweeps })
    }

    /// The network of the first `count` patterns.
    pub fn network(&self, count: usize) -> Result<Hopfield> {
        self.rule.store(&self.patterns.slice(s![..count, ..]).to_owned())
    }

    pub fn pattern(&self, index: usize) -> Array1<i8> {
        self.patterns.row(index).to_owned()
    }

    /// Where recall ends that starts from a pattern with so many units flipped: its overlap with the pattern, and sweeps. More flips contain fewer.
    pub fn recall(&self, network: &Hopfield, index: usize, flips: usize) -> Result<(f64, usize)> {
        let seed = self.seed.child(1 + index as u64);
        let start = flipped(&self.pattern(index), flips, seed.child(0))?;
        let recall = network.recall(&start).sweeps(self.sweeps).seed(seed.child(1));
        let recalled = recall.run()?;
        Ok((recalled.overlaps[index], recalled.sweeps))
    }
}
