//! Chains of states, by sigmoid units one after the other, at temperatures that may fall.

use crate::rand::{Rng, RngCore};
use crate::random::{Generator, Seed};
use crate::sample::Schedule;
use crate::spin::PairModel;

/// A state as spins ±1, whatever the machine's coding, and its random stream.
///
/// Both codings walk on the same spins with the same fields, so that a temperature, and a schedule of them, means the same to both.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub spins: Vec<i8>,
    generator: Generator,
}

/// What a chain walks on: a model, the units that are not clamped, and the temperature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    pub model: &'a PairModel,
    pub units: &'a [usize],
    pub temperature: f64,
}

/// How a walk begins: sweeps during which the temperature falls from `hot`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cooling {
    pub hot: f64,
    pub sweeps: usize,
    pub schedule: Schedule,
}

impl Cooling {
    /// The temperature of sweep `k` of those that lead to `cold`, which later ones have too.
    pub fn temperature(&self, k: usize, cold: f64) -> f64 {
        if k + 1 >= self.sweeps {
            return cold;
        }
        let x = k as f64 / (self.sweeps - 1) as f64;
        self.schedule.temperature(self.hot, cold, x)
    }
}

impl Chain {
    /// A chain whose free units are on or off with probability ½.
    pub fn new(spins: Vec<i8>, units: &[usize], seed: Seed) -> Self {
        let mut chain = Self { spins, generator: seed.generator() };
        chain.randomize(units);
        chain
    }

    pub fn randomize(&mut self, units: &[usize]) {
        for &i in units {
            self.spins[i] = if self.generator.next_u64() >> 63 == 0 { 1 } else { -1 };
        }
    }

    /// One sweep: each free unit in turn is on with probability 1/(1 + exp(−ΔE/T)), ΔE being twice its local field.
    pub fn sweep(&mut self, walk: &Walk<'_>, temperature: f64) {
        for &i in walk.units {
            let gap = 2.0 * walk.model.local_field(&self.spins, i);
            let on = 1.0 / (1.0 + (-gap / temperature).exp());
            self.spins[i] = if self.generator.random::<f64>() < on { 1 } else { -1 };
        }
    }

    /// From a random state to one at the walk's temperature.
    pub fn anneal(&mut self, walk: &Walk<'_>, cooling: &Cooling) {
        self.randomize(walk.units);
        for k in 0..cooling.sweeps {
            self.sweep(walk, cooling.temperature(k, walk.temperature));
        }
    }

    /// The energy of the model's spins.
    pub fn energy(&self, model: &PairModel) -> f64 {
        let fields = model.fields();
        let twice = (0..self.spins.len())
            .map(|i| f64::from(self.spins[i]) * (model.local_field(&self.spins, i) + fields[i]));
        -0.5 * twice.sum::<f64>()
    }
}
