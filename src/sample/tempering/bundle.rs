//! Replicas that are advanced together: sweeps, cluster moves, measurements, exchanges.

use crate::error::Result;
use crate::rand::{Rng, RngCore};
use crate::random::{Generator, Seed};
use crate::sample::series::TimeSeries;
use crate::sample::tempering::packed::Packed;
use crate::sample::tempering::scalar::Scalar;
use crate::sample::tempering::shared::Shared;

/// Some replicas, each a system at every temperature, and what was measured on them.
#[derive(Debug)]
pub(super) struct Bundle {
    engine: Engine,
    replicas: usize,
    /// For exchanges and cluster moves.
    generator: Generator,
    /// For the signs of configurations, where the model does not tell a configuration from its mirror image.
    mirror: Option<Generator>,
    /// The sign with which each configuration is recorded.
    signs: Vec<f64>,
    /// Whether the next exchange is of temperatures (1, 2), (3, 4), …, not (0, 1), (2, 3), ….
    odd: bool,
    energies: Vec<f64>,
    magnetizations: Vec<f64>,
    /// The walker at each temperature of each replica.
    walkers: Vec<Walker>,
    pub measured: Measured,
}

#[derive(Debug)]
enum Engine {
    Scalar(Scalar),
    Packed(Packed),
}

/// The end of the ladder that a configuration has seen last.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Walker {
    New,
    /// It was at the lowest temperature.
    FromCold,
    /// It was at the lowest temperature, then at the highest.
    FromHot,
}

/// What a bundle has measured.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    /// By replica, then by temperature.
    pub series: Vec<Vec<TimeSeries>>,
    /// By pair of replicas, then by temperature.
    pub overlaps: Vec<Vec<Vec<f64>>>,
    pub link_overlaps: Vec<Vec<Vec<f64>>>,
    /// For each gap of the ladder the sum of swap probabilities, and how many there were.
    pub swaps: Vec<(f64, u64)>,
    pub round_trips: u64,
}

impl Bundle {
    pub fn new(shared: &Shared, replicas: usize, seed: Seed) -> Result<Self> {
        let count = shared.temperatures.len();
        let engine = match &shared.packing {
            Some(packing) => Engine::Packed(Packed::new(packing, shared, replicas, seed.child(1))),
            None => Engine::Scalar(Scalar::new(shared, replicas, seed.child(1))?),
        };
        let series = |&temperature: &f64| TimeSeries {
            temperature,
            n_spins: shared.model.n_spins(),
            energy: Vec::new(),
            magnetization: Vec::new(),
            complete: true,
            symmetric: !shared.model.has_field(),
        };
        let measured = Measured {
            series: vec![shared.temperatures.iter().map(series).collect(); replicas],
            overlaps: vec![vec![Vec::new(); count]; replicas / 2],
            link_overlaps: vec![vec![Vec::new(); count]; replicas / 2],
            swaps: vec![(0.0, 0); count - 1],
            round_trips: 0,
        };
        let symmetric = !shared.model.has_field();
        Ok(Self {
            engine,
            replicas,
            generator: seed.child(0).generator(),
            mirror: symmetric.then(|| seed.child(2).generator()),
            signs: vec![1.0; replicas * count],
            odd: false,
            energies: vec![0.0; replicas * count],
            magnetizations: vec![0.0; replicas * count],
            walkers: vec![Walker::New; replicas * count],
            measured,
        })
    }

    /// A number of rounds: sweeps, cluster moves, a measurement, an exchange.
    pub fn advance(&mut self, shared: &Shared, rounds: usize, measuring: bool) {
        for _ in 0..rounds {
            self.sweep(shared);
            for pair in 0..self.replicas / 2 {
                for k in 0..shared.houdayer {
                    let generator = &mut self.generator;
                    match &mut self.engine {
                        Engine::Scalar(engine) => engine.houdayer(shared, pair, k, generator),
                        Engine::Packed(engine) => engine.houdayer(shared, pair, k, generator),
                    }
                }
            }
            self.measure(shared);
            if measuring {
                self.record(shared);
            }
            self.exchange(shared, measuring);
        }
    }

    fn sweep(&mut self, shared: &Shared) {
        match (&mut self.engine, &shared.packing) {
            (Engine::Packed(engine), Some(packing)) => engine.sweep(packing, shared),
            (Engine::Scalar(engine), _) => engine.sweep(shared),
            (Engine::Packed(_), None) => {}
        }
    }

    fn measure(&mut self, shared: &Shared) {
        let (energies, magnetizations) = (&mut self.energies, &mut self.magnetizations);
        match (&self.engine, &shared.packing) {
            (Engine::Packed(engine), Some(packing)) => {
                engine.measure(packing, shared, energies, magnetizations);
            }
            (Engine::Scalar(engine), _) => engine.measure(shared, energies, magnetizations),
            (Engine::Packed(_), None) => {}
        }
    }

    /// Chooses at random between each configuration and its mirror image, a move that keeps the distribution without a field: the sign of m and q,
    /// which turns over more slowly than anything else, is forgotten from one measurement to the next.
    fn draw_signs(&mut self) {
        let Some(generator) = &mut self.mirror else { return };
        for signs in self.signs.chunks_mut(64) {
            let mut bits = generator.next_u64();
            for sign in signs {
                *sign = if bits & 1 == 0 { 1.0 } else { -1.0 };
                bits >>= 1;
            }
        }
    }

    fn record(&mut self, shared: &Shared) {
        self.draw_signs();
        let n = shared.model.n_spins() as f64;
        let series = self.measured.series.iter_mut().flatten();
        let totals = self.energies.iter().zip(&self.magnetizations).zip(&self.signs);
        for (series, ((energy, magnetization), sign)) in series.zip(totals) {
            series.energy.push(energy / n);
            series.magnetization.push(sign * magnetization / n);
        }
        let count = shared.temperatures.len();
        let (mut q, mut links) = (vec![0.0; count], vec![0.0; count]);
        for pair in 0..self.replicas / 2 {
            match (&mut self.engine, &shared.packing) {
                (Engine::Packed(engine), Some(packing)) => {
                    engine.overlaps(packing, shared, pair, &mut q, &mut links);
                }
                (Engine::Scalar(engine), _) => engine.overlaps(shared, pair, &mut q, &mut links),
                (Engine::Packed(_), None) => {}
            }
            for k in 0..count {
                let signs =
                    self.signs[2 * pair * count + k] * self.signs[(2 * pair + 1) * count + k];
                self.measured.overlaps[pair][k].push(signs * q[k]);
                self.measured.link_overlaps[pair][k].push(links[k]);
            }
        }
    }

    /// Exchanges neighbouring temperatures with probability min(1, exp(Δβ ΔE)), E the total energy.
    fn exchange(&mut self, shared: &Shared, measuring: bool) {
        let count = shared.temperatures.len();
        let mut accepted = Vec::new();
        for replica in 0..self.replicas {
            for k in (usize::from(self.odd)..count - 1).step_by(2) {
                let index = replica * count + k;
                let gap = shared.beta(k) - shared.beta(k + 1);
                let exponent = gap * (self.energies[index] - self.energies[index + 1]);
                let probability = exponent.min(0.0).exp();
                if measuring {
                    self.measured.swaps[k].0 += probability;
                    self.measured.swaps[k].1 += 1;
                }
                if self.generator.random::<f64>() < probability {
                    accepted.push((replica, k));
                    self.walkers.swap(index, index + 1);
                }
            }
        }
        self.odd = !self.odd;
        match &mut self.engine {
            Engine::Scalar(engine) => engine.exchange(shared, &accepted),
            Engine::Packed(engine) => engine.exchange(shared, &accepted),
        }
        if measuring {
            self.follow_walkers(count);
        }
    }

    fn follow_walkers(&mut self, count: usize) {
        for ladder in self.walkers.chunks_exact_mut(count) {
            if let [cold, .., hot] = ladder {
                self.measured.round_trips += u64::from(*cold == Walker::FromHot);
                *cold = Walker::FromCold;
                if *hot == Walker::FromCold {
                    *hot = Walker::FromHot;
                }
            }
        }
    }

    /// The present spins of a replica at a temperature.
    pub fn spins(&self, shared: &Shared, replica: usize, k: usize) -> Vec<i8> {
        let index = replica * shared.temperatures.len() + k;
        match &self.engine {
            Engine::Scalar(engine) => engine.spins(index),
            Engine::Packed(engine) => engine.spins(shared, index),
        }
    }
}
