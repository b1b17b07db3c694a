//! Some ladders of machines whose states are one block.

use crate::rand::Rng;
use crate::random::Seed;
use crate::rbm::sample::block::Block;
use crate::rbm::sample::path::Path;
use crate::rbm::sample::states::Start;

/// About so many rows in a block.
const ROWS: usize = 64;

/// A block of a few ladders, and what was measured of each.
#[derive(Debug)]
pub(super) struct Ladders {
    block: Block,
    lambdas: Vec<f64>,
    /// The row at each rung, ladder after ladder.
    row_at: Vec<usize>,
    /// Whether the state in a row has been at the first rung since it was at the last.
    rising: Vec<bool>,
    odd: bool,
    tilts: Vec<f64>,
    pub measured: Vec<Measured>,
    /// Sums of the probabilities of exchanges with the next rung, and how many were added, one a gap.
    pub swaps: Vec<(f64, usize)>,
    pub round_trips: u64,
    steps: usize,
    /// States at the last rung, ladder after ladder, at one step after the other.
    pub visible: Vec<Vec<f64>>,
    pub hidden: Vec<Vec<f64>>,
}

/// Series of one ladder, rung by rung.
#[derive(Clone, Debug, Default)]
pub(in crate::rbm) struct Measured {
    /// G of the states.
    pub tilt: Vec<Vec<f64>>,
    /// E of the states.
    pub energy: Vec<Vec<f64>>,
}

impl Ladders {
    /// All ladders, each block with the seed of its index.
    pub fn all(
        path: &Path,
        lambdas: &[f64],
        chains: usize,
        start: &Start,
        seed: Seed,
    ) -> Vec<Self> {
        let rungs = lambdas.len();
        let blocks = chains.div_ceil((ROWS / rungs).max(1)).max(chains.min(2));
        let ladders = |k: usize| chains * (k + 1) / blocks - chains * k / blocks;
        let sizes: Vec<usize> = (0..blocks).map(|k| ladders(k) * rungs).collect();
        let blocks = start.blocks(path, &sizes, &path.visible_shift, seed);
        blocks.into_iter().map(|block| Self::new(block, lambdas)).collect()
    }

    fn new(mut block: Block, lambdas: &[f64]) -> Self {
        let (rows, rungs) = (block.rows, lambdas.len());
        block.lambdas = (0..rows).map(|row| lambdas[row % rungs]).collect();
        let one = Measured { tilt: vec![Vec::new(); rungs], energy: vec![Vec::new(); rungs] };
        Self {
            lambdas: lambdas.to_vec(),
            row_at: (0..rows).collect(),
            rising: (0..rows).map(|row| row % rungs == 0).collect(),
            odd: false,
            tilts: vec![0.0; rows],
            measured: vec![one; rows / rungs],
            swaps: vec![(0.0, 0); rungs - 1],
            round_trips: 0,
            steps: 0,
            visible: Vec::new(),
            hidden: Vec::new(),
            block,
        }
    }

    /// A Gibbs step of all machines, then exchanges.
    pub fn step(&mut self, path: &Path) {
        self.advance(path);
        self.exchange(false);
    }

    /// The same with measurements in between.
    pub fn measure(&mut self, path: &Path, thinning: Option<usize>) {
        self.advance(path);
        let rungs = self.lambdas.len();
        for (ladder, measured) in self.measured.iter_mut().enumerate() {
            for k in 0..rungs {
                let row = self.row_at[ladder * rungs + k];
                measured.tilt[k].push(self.tilts[row]);
                measured.energy[k].push(self.block.energy(path, row));
            }
        }
        self.steps += 1;
        if thinning.is_some_and(|every| self.steps.is_multiple_of(every)) {
            self.keep();
        }
        self.exchange(true);
    }

    fn advance(&mut self, path: &Path) {
        self.block.step(path);
        for (row, tilt) in self.tilts.iter_mut().enumerate() {
            *tilt = self.block.tilt(path, row);
        }
    }

    /// Offers exchanges to every other pair of neighbours, to the other half the next time.
    fn exchange(&mut self, counted: bool) {
        let rungs = self.lambdas.len();
        for ladder in self.row_at.chunks_exact_mut(rungs) {
            for k in (usize::from(self.odd)..rungs - 1).step_by(2) {
                let (row, next) = (ladder[k], ladder[k + 1]);
                let gap = self.lambdas[k + 1] - self.lambdas[k];
                let probability = (gap * (self.tilts[row] - self.tilts[next])).exp().min(1.0);
                if counted {
                    self.swaps[k].0 += probability;
                    self.swaps[k].1 += 1;
                }
                if self.block.generator.random::<f64>() < probability {
                    ladder.swap(k, k + 1);
                    self.block.lambdas.swap(row, next);
                }
            }
            let (first, last) = (ladder[0], ladder[rungs - 1]);
            // A round trip ends at the first rung, after a visit of the last.
            if !self.rising[first] {
                self.round_trips += u64::from(counted);
                self.rising[first] = true;
            }
            self.rising[last] = false;
        }
        self.odd = !self.odd && rungs > 2;
    }

    /// Keeps the states at the last rung if none were kept.
    pub fn keep_last(&mut self) {
        if self.visible.is_empty() {
            self.keep();
        }
    }

    fn keep(&mut self) {
        let rungs = self.lambdas.len();
        let rows = self.row_at.chunks_exact(rungs).map(|ladder| ladder[rungs - 1]);
        let (n, m) = self.block.widths();
        let (mut visible, mut hidden) = (Vec::new(), Vec::new());
        for row in rows {
            visible.extend_from_slice(&self.block.visible[row * n..][..n]);
            hidden.extend_from_slice(&self.block.hidden[row * m..][..m]);
        }
        self.visible.push(visible);
        self.hidden.push(hidden);
    }
}
