//! Replicas of any model, one system after the other.

use crate::error::Result;
use crate::random::{Generator, Seed};
use crate::rayon::prelude::*;
use crate::sample::local::LocalUpdates;
use crate::sample::settings::{Rule, SiteOrder};
use crate::sample::simulation::initial;
use crate::sample::tempering::houdayer::Clusters;
use crate::sample::tempering::shared::Shared;

/// Attempted flips in a round from which on the systems are worth spreading over threads.
const WORTH_THREADS: usize = 50_000;

/// The systems of some replicas: replica r at temperature k is number r·K + k of K temperatures.
#[derive(Debug)]
pub(super) struct Scalar {
    systems: Vec<System>,
    clusters: Clusters,
}

/// One temperature of one replica. Spins with what belongs to them move between temperatures; tables and stream stay.
#[derive(Debug)]
struct System {
    spins: Vec<i8>,
    updates: LocalUpdates,
    generator: Generator,
    /// In quanta.
    energy: f64,
    magnetization: i64,
}

impl Scalar {
    pub fn new(shared: &Shared, replicas: usize, seed: Seed) -> Result<Self> {
        let count = replicas * shared.temperatures.len();
        let systems = (0..count).map(|index| {
            let mut generator = seed.child(index as u64).generator();
            let spins = initial(shared.start, shared.model.n_spins(), &mut generator);
            let rule = Rule {
                update: shared.update,
                ordered: shared.order != SiteOrder::Random,
                beta: shared.beta(index % shared.temperatures.len()),
            };
            let updates =
                LocalUpdates::new(&shared.model, &shared.quanta, rule, shared.order, &spins)?;
            Ok(System { spins, updates, generator, energy: 0.0, magnetization: 0 })
        });
        Ok(Self {
            systems: systems.collect::<Result<_>>()?,
            clusters: Clusters::new(shared.model.n_spins()),
        })
    }

    pub fn sweep(&mut self, shared: &Shared) {
        let step = |system: &mut System| {
            for _ in 0..shared.interval {
                (system.energy, system.magnetization) = system.updates.sweep(
                    &shared.model,
                    &shared.quanta,
                    &mut system.spins,
                    &mut system.generator,
                );
            }
        };
        if self.systems.len() * shared.model.n_spins() * shared.interval < WORTH_THREADS {
            self.systems.iter_mut().for_each(step);
        } else {
            self.systems.par_iter_mut().with_max_len(1).for_each(step);
        }
    }

    /// Total energies and magnetizations.
    pub fn measure(&self, shared: &Shared, energies: &mut [f64], magnetizations: &mut [f64]) {
        let measured = energies.iter_mut().zip(magnetizations);
        for ((energy, magnetization), system) in measured.zip(&self.systems) {
            *energy = system.energy * shared.quanta.unit;
            *magnetization = system.magnetization as f64;
        }
    }

    /// Overlap and link overlap of two replicas, for each temperature.
    pub fn overlaps(&self, shared: &Shared, pair: usize, q: &mut [f64], links: &mut [f64]) {
        let count = shared.temperatures.len();
        for k in 0..count {
            let first = &self.systems[2 * pair * count + k].spins;
            let second = &self.systems[(2 * pair + 1) * count + k].spins;
            let product = |i: usize| i64::from(first[i] * second[i]);
            let sum: i64 = (0..first.len()).map(product).sum();
            q[k] = sum as f64 / first.len() as f64;
            let bonds = shared.links.iter();
            let sum: i64 = bonds.map(|&(i, j)| product(i as usize) * product(j as usize)).sum();
            links[k] = sum as f64 / shared.links.len().max(1) as f64;
        }
    }

    /// Exchanges the configurations of replica r at temperatures k and k + 1, for each (r, k).
    pub fn exchange(&mut self, shared: &Shared, accepted: &[(usize, usize)]) {
        for &(replica, k) in accepted {
            let index = replica * shared.temperatures.len() + k;
            if let [cold, hot] = &mut self.systems[index..index + 2] {
                std::mem::swap(&mut cold.spins, &mut hot.spins);
                cold.updates.exchange(&mut hot.updates);
                std::mem::swap(&mut cold.energy, &mut hot.energy);
                std::mem::swap(&mut cold.magnetization, &mut hot.magnetization);
            }
        }
    }

    pub fn houdayer(&mut self, shared: &Shared, pair: usize, k: usize, generator: &mut Generator) {
        let count = shared.temperatures.len();
        let (left, right) = self.systems.split_at_mut((2 * pair + 1) * count + k);
        let (first, second) = (&mut left[2 * pair * count + k], &mut right[0]);
        let equal = |i: usize| first.spins[i] == second.spins[i];
        let cluster = self.clusters.grow(&shared.model, equal, generator);
        if cluster.is_empty() {
            return;
        }
        for system in [first, second] {
            for &i in cluster {
                system.spins[i as usize] = -system.spins[i as usize];
            }
            (system.energy, system.magnetization) =
                system.updates.restart(&shared.model, &shared.quanta, &system.spins);
        }
    }

    pub fn spins(&self, index: usize) -> Vec<i8> {
        self.systems[index].spins.clone()
    }
}
