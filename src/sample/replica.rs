//! Replicas: copies of a system that methods of annealing move at whatever temperature they have reached.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::rand::{Rng, RngCore};
use crate::random::{Generator, Seed};
use crate::sample::ladder::Ladder;
use crate::sample::local::{Dynamics, State};
use crate::sample::settings::{Rule, SiteOrder, Update};
use crate::spin::{PairModel, Quanta};

/// The most memory that replicas may take, in bytes.
const MAX_BYTES: usize = 2 << 30;

/// A model in units of its quanta, which all of its replicas share.
#[derive(Clone, Debug)]
pub(crate) struct System {
    pub model: Arc<PairModel>,
    quanta: Arc<Quanta>,
}

/// One configuration with its energy, local fields and random stream.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    spins: Vec<i8>,
    state: State,
    generator: Generator,
}

impl System {
    pub fn new(model: &Arc<PairModel>) -> Self {
        Self { model: Arc::clone(model), quanta: Arc::new(Quanta::of(model)) }
    }

    pub fn n_spins(&self) -> usize {
        self.model.n_spins()
    }

    /// Single-spin updates at inverse temperature `beta`, 0 included.
    pub fn dynamics(&self, update: Update, order: SiteOrder, beta: f64) -> Result<Dynamics> {
        update.require_single_spin("many replicas")?;
        let rule = Rule { update, ordered: order != SiteOrder::Random, beta };
        Dynamics::new(&self.model, &self.quanta, rule, order)
    }

    /// A replica drawn at infinite temperature: each spin ±1 with probability ½.
    pub fn random_replica(&self, seed: Seed) -> Replica {
        let mut generator = seed.generator();
        let spins = random_spins(self.n_spins(), &mut generator);
        self.replica(spins, generator)
    }

    /// A replica with these spins.
    pub fn replica(&self, spins: Vec<i8>, generator: Generator) -> Replica {
        let state = State::of(&self.model, &self.quanta, &spins);
        Replica { spins, state, generator }
    }

    /// The largest √(Σ_j J_ij² + h_i²) of a spin, the scale of its local field; 1 where nothing acts.
    pub fn field_scale(&self) -> f64 {
        let scale = |i: usize| {
            let row = self.model.couplings().row(i).1;
            let squares = row.iter().map(|value| value * value).sum::<f64>();
            (squares + self.model.fields()[i].powi(2)).sqrt()
        };
        let largest = (0..self.n_spins()).map(scale).fold(0.0, f64::max);
        if largest > 0.0 && largest.is_finite() { largest } else { 1.0 }
    }

    /// The ladder from β = 0 to these temperatures, at all of which E/T is finite.
    pub fn ladder(&self, temperatures: &[f64], steps: Option<i64>) -> Result<Ladder> {
        for &t in temperatures {
            self.model.beta(t)?;
        }
        Ladder::new(temperatures, steps, self.model.infinite_variance())
    }

    /// The quantum of energy, and how many of them the largest |E| could have, where all energies are multiples of it.
    pub fn quantum(&self) -> Option<(f64, f64)> {
        self.quanta.max_local.map(|_| (self.quanta.unit, self.quanta.largest_energy()))
    }

    /// Σ_{i<j} |J_ij| + Σ |h_i|: no energy lies further from 0.
    pub fn reach(&self) -> f64 {
        self.quanta.largest_energy() * self.quanta.unit
    }
}

impl Replica {
    /// One sweep by these updates.
    pub fn sweep(&mut self, system: &System, dynamics: &Dynamics) {
        let (model, quanta) = (&system.model, &system.quanta);
        dynamics.sweep(model, quanta, &mut self.spins, &mut self.generator, &mut self.state);
    }

    /// The energy E, in total.
    pub fn energy(&self, system: &System) -> f64 {
        self.state.energy * system.quanta.unit
    }

    /// Σ s_i.
    pub fn magnetization(&self) -> f64 {
        self.state.magnetization as f64
    }

    pub fn spins(&self) -> &[i8] {
        &self.spins
    }

    pub fn generator(&mut self) -> &mut Generator {
        &mut self.generator
    }

    /// The energy, in total, after a flip of spin `i`.
    #[inline]
    pub fn energy_flipped(&self, system: &System, i: usize) -> f64 {
        (self.state.energy + 2.0 * self.state.alignment(&self.spins, i)) * system.quanta.unit
    }

    /// Flips spin `i`.
    #[inline]
    pub fn flip(&mut self, system: &System, i: usize) {
        self.state.flip(&system.model, &system.quanta, &mut self.spins, i);
    }

    /// Makes sums of real numbers afresh, free of rounding errors.
    pub fn refresh(&mut self, system: &System) {
        self.state = State::of(&system.model, &system.quanta, &self.spins);
    }

    /// Takes over another replica's configuration, and keeps its own random stream.
    pub fn copy_from(&mut self, other: &Self) {
        self.spins.clone_from(&other.spins);
        self.state = other.state.clone();
    }

    /// Flips spins as long as that lowers the energy: ends in a configuration that no single flip improves.
    pub fn descend(&mut self, system: &System) {
        self.refresh(system);
        // Strictly below, so that rounding errors cannot go round in circles.
        let scale = f64::EPSILON * system.quanta.largest_energy();
        let mut improved = true;
        while improved {
            improved = false;
            for i in 0..self.spins.len() {
                if self.state.alignment(&self.spins, i) < -scale {
                    self.flip(system, i);
                    improved = true;
                }
            }
        }
    }
}

/// Refuses more replicas than fit in memory: spins, local fields, and the rest.
pub(crate) fn check_memory(what: &str, replicas: usize, n_spins: usize) -> Result<()> {
    let needed = replicas.saturating_mul(9 * n_spins + 128);
    if needed <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: what.to_owned(),
        needs: format!("{:.1} GiB for {replicas} replicas", needed as f64 / f64::from(1 << 30)),
        limit: "2 GiB".to_owned(),
        advice: "Take fewer replicas, runs, restarts or temperatures.".to_owned(),
    })
}

/// Independent replicas at inverse temperature `beta`, drawn from all 2^N states; one for each seed.
pub(crate) fn exact_replicas(system: &System, beta: f64, seeds: &[Seed]) -> Vec<Replica> {
    let n = system.n_spins();
    let mut walker = system.replica(vec![1; n], Seed::default().generator());
    let mut energies = Vec::with_capacity(1 << n);
    energies.push(walker.energy(system));
    // In the order of the reflected Gray code.
    for step in 1..1_u64 << n {
        walker.flip(system, step.trailing_zeros() as usize);
        energies.push(walker.energy(system));
    }
    let ground = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let mut sum = 0.0;
    for entry in &mut energies {
        sum += (-beta * (*entry - ground)).exp();
        *entry = sum;
    }
    let draw = |seed: &Seed| {
        let mut generator = seed.generator();
        let place = generator.random::<f64>() * sum;
        let step = energies.partition_point(|&end| end <= place).min(energies.len() - 1);
        let code = step ^ (step >> 1);
        let spins = (0..n).map(|i| if code >> i & 1 == 1 { -1 } else { 1 }).collect();
        system.replica(spins, generator)
    };
    seeds.iter().map(draw).collect()
}

fn random_spins(n: usize, generator: &mut Generator) -> Vec<i8> {
    (0..n).map(|_| if generator.next_u64() >> 63 == 0 { 1 } else { -1 }).collect()
}
