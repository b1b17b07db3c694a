//! Replicas that are advanced together: sweeps, cluster moves, measurements, exchanges.

use crate::error::Result;
use crate::rand::Rng;
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
        Ok(Self {
            engine,
            replicas,
            generator: seed.child(0).generator(),
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

    fn record(&mut self, shared: &Shared) {
        let n = shared.model.n_spins() as f64;
        let series = self.measured.series.iter_mut().flatten();
        let totals = self.energies.iter().zip(&self.magnetizations);
        for (series, (energy, magnetization)) in series.zip(totals) {
            series.energy.push(energy / n);
            series.magnetization.push(magnetization / n);
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
                self.measured.overlaps[pair][k].push(q[k]);
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
