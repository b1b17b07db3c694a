//! A walk through all states of a model that flips one spin a step.

use crate::error::Result;
use crate::exact::chunks::in_chunks;
use crate::progress::Deadline;
use crate::spin::{PairModel, Quanta};

/// Spins fixed per chunk: 2⁸ chunks at most, always the same, so that sums do not depend on the number of threads.
const CHUNK_SPINS: usize = 8;

/// A rough cost of one state on one thread, for the estimates in error messages.
pub(super) const SECONDS_PER_STATE: f64 = 3e-9;

/// Visits each of the 2^N states once; every chunk fills its own accumulator, and they come back in the order of the chunks,
/// or an error where the deadline passes.
///
/// `visit` gets the energy in the units of `quanta` and the total magnetization. Within a chunk the states follow the
/// reflected Gray code (F. Gray, US patent 2632058 (1953)), so that a step updates the local fields of one spin's neighbours.
pub(super) fn walk<A: Send>(
    model: &PairModel,
    quanta: &Quanta,
    deadline: &Deadline,
    make: impl Fn() -> A + Sync,
    visit: impl Fn(&mut A, f64, i32) + Sync,
) -> Result<Vec<A>> {
    let fixed = CHUNK_SPINS.min(model.n_spins() - 1);
    let states = (model.n_spins() as f64).exp2();
    let chunks = in_chunks(1 << fixed, states, deadline, |chunk| {
        let mut accumulator = make();
        Walker::new(model, quanta, fixed, chunk)
            .run(|energy, magnetization| visit(&mut accumulator, energy, magnetization));
        accumulator
    });
    chunks.whole(SECONDS_PER_STATE, |_| None)
}

struct Walker<'a> {
    model: &'a PairModel,
    quanta: &'a Quanta,
    free: usize,
    spins: Vec<f64>,
    local: Vec<f64>,
    energy: f64,
    magnetization: i32,
}

impl<'a> Walker<'a> {
    /// Starts with the last `fixed` spins set by the bits of `chunk` and all others up.
    fn new(model: &'a PairModel, quanta: &'a Quanta, fixed: usize, chunk: usize) -> Self {
        let n = model.n_spins();
        let free = n - fixed;
        let down = |i: usize| i >= free && chunk >> (i - free) & 1 == 1;
        let spins: Vec<f64> = (0..n).map(|i| if down(i) { -1.0 } else { 1.0 }).collect();
        let local: Vec<f64> = (0..n)
            .map(|i| {
                let neighbors = model.couplings().row(i).0;
                let values = &quanta.couplings[model.couplings().entries(i)];
                let pairs = neighbors.iter().zip(values);
                quanta.fields[i] + pairs.map(|(&j, value)| value * spins[j as usize]).sum::<f64>()
            })
            .collect();
        let doubled: f64 = (0..n).map(|i| spins[i] * (local[i] + quanta.fields[i])).sum();
        let magnetization = spins.iter().sum::<f64>() as i32;
        Self { model, quanta, free, spins, local, energy: -0.5 * doubled, magnetization }
    }

    fn run(mut self, mut visit: impl FnMut(f64, i32)) {
        visit(self.energy, self.magnetization);
        for step in 1..1_u64 << self.free {
            self.flip(step.trailing_zeros() as usize);
            visit(self.energy, self.magnetization);
        }
    }

    #[inline]
    fn flip(&mut self, i: usize) {
        let twice = 2.0 * self.spins[i];
        self.energy += twice * self.local[i];
        self.magnetization -= twice as i32;
        self.spins[i] = -self.spins[i];
        let neighbors = self.model.couplings().row(i).0;
        let values = &self.quanta.couplings[self.model.couplings().entries(i)];
        for (&j, value) in neighbors.iter().zip(values) {
            self.local[j as usize] -= twice * value;
        }
    }
}
