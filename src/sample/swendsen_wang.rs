//! Swendsen–Wang clusters.

use crate::rand::RngCore;
use crate::random::Generator;
use crate::sample::cluster::bond_threshold;
use crate::sample::local::local_field;
use crate::sample::torus_cluster::TorusClusters;
use crate::spin::{PairModel, Quanta, Torus};

/// All clusters of a configuration, labelled by union–find and turned with probability ½ each.
///
/// A field h_i is a bond of strength |h_i| to one more spin, the ghost, that always points along its fields: the cluster it is part of
/// stays as it is.
#[derive(Clone, Debug)]
pub(super) struct SwendsenWangUpdates {
    /// Bond probabilities by |J_ij| or |h_i| in units, where those are integers; empty otherwise.
    thresholds: Vec<u64>,
    /// 2 · unit/T.
    twice_beta: f64,
    /// Of another site in the same cluster, with a smaller index, or of itself; the ghost comes last.
    parent: Vec<u32>,
    /// Whether the cluster with this first site turns.
    turns: Vec<bool>,
    torus: Option<TorusClusters>,
    has_field: bool,
}

impl SwendsenWangUpdates {
    pub fn new(model: &PairModel, quanta: &Quanta, beta: f64) -> Self {
        let twice_beta = 2.0 * beta * quanta.unit;
        let thresholds = quanta.max_local.map_or(Vec::new(), |max| {
            (0..=max).map(|k| bond_threshold(twice_beta, k as f64)).collect()
        });
        let n = model.n_spins();
        let torus = Torus::of(model).map(|torus| {
            let odds = bond_threshold(2.0 * beta, torus.coupling.abs());
            TorusClusters::new(&torus, odds)
        });
        Self {
            thresholds,
            twice_beta,
            parent: vec![0; n + 1],
            turns: vec![false; n + 1],
            torus,
            has_field: model.has_field(),
        }
    }

    /// One sweep, all clusters once; returns energy (in units) and magnetization, both in total.
    pub fn sweep(
        &mut self,
        model: &PairModel,
        quanta: &Quanta,
        spins: &mut [i8],
        generator: &mut Generator,
    ) -> (f64, i64) {
        let n = spins.len();
        self.parent.iter_mut().zip(0..).for_each(|(parent, i)| *parent = i);
        let parent = &mut self.parent;
        if let Some(torus) = &self.torus {
            torus.set_bonds(spins, generator, |i, j| join(parent, i, j));
        } else {
            let odds = Odds { thresholds: &self.thresholds, twice_beta: self.twice_beta };
            set_bonds(model, quanta, spins, generator, odds, parent);
        }
        if self.has_field {
            let odds = Odds { thresholds: &self.thresholds, twice_beta: self.twice_beta };
            for (i, (&h, &s)) in quanta.fields.iter().zip(&*spins).enumerate() {
                if h * f64::from(s) > 0.0 && generator.next_u64() < odds.bond(h.abs()) {
                    join(parent, i, n);
                }
            }
        }
        self.turn(spins, generator);
        self.measure(model, quanta, spins)
    }

    fn turn(&mut self, spins: &mut [i8], generator: &mut Generator) {
        let n = spins.len();
        let ghost = if self.has_field { root(&mut self.parent, n) } else { n };
        let (mut random, mut left) = (0, 0);
        for (i, spin) in spins.iter_mut().enumerate() {
            // Parents come before their children, so theirs are roots by now.
            let parent = self.parent[self.parent[i] as usize] as usize;
            self.parent[i] = parent as u32;
            if parent == i {
                if left == 0 {
                    (random, left) = (generator.next_u64(), 64);
                }
                self.turns[i] = random & 1 == 1 && i != ghost;
                random >>= 1;
                left -= 1;
            }
            if self.turns[parent] {
                *spin = -*spin;
            }
        }
    }

    fn measure(&self, model: &PairModel, quanta: &Quanta, spins: &[i8]) -> (f64, i64) {
        if let (Some(torus), false) = (&self.torus, self.has_field) {
            let (bonds, magnetization) = torus.sums(spins);
            let coupling = quanta.couplings.first().copied().unwrap_or(0.0);
            return (-coupling * bonds as f64, magnetization);
        }
        let twice: f64 = (0..spins.len())
            .map(|i| {
                f64::from(spins[i]) * (local_field(model, quanta, spins, i) + quanta.fields[i])
            })
            .sum();
        (-0.5 * twice, spins.iter().map(|&s| i64::from(s)).sum())
    }
}

#[derive(Clone, Copy)]
struct Odds<'a> {
    thresholds: &'a [u64],
    twice_beta: f64,
}

impl Odds<'_> {
    #[inline]
    fn bond(&self, strength: f64) -> u64 {
        match self.thresholds.get(strength as usize) {
            Some(&limit) => limit,
            None => bond_threshold(self.twice_beta, strength),
        }
    }
}

fn set_bonds(
    model: &PairModel,
    quanta: &Quanta,
    spins: &[i8],
    generator: &mut Generator,
    odds: Odds<'_>,
    parent: &mut [u32],
) {
    for (i, &s) in spins.iter().enumerate() {
        let neighbors = model.couplings().row(i).0;
        let values = &quanta.couplings[model.couplings().entries(i)];
        for (&j, &value) in neighbors.iter().zip(values) {
            let j = j as usize;
            let satisfied = j > i && value * f64::from(s * spins[j]) > 0.0;
            if satisfied && generator.next_u64() < odds.bond(value.abs()) {
                join(parent, i, j);
            }
        }
    }
}

/// The first site of a cluster; paths are halved on the way.
#[inline]
fn root(parent: &mut [u32], mut i: usize) -> usize {
    while parent[i] as usize != i {
        parent[i] = parent[parent[i] as usize];
        i = parent[i] as usize;
    }
    i
}

#[inline]
fn join(parent: &mut [u32], i: usize, j: usize) {
    let (a, b) = (root(parent, i), root(parent, j));
    parent[a.max(b)] = a.min(b) as u32;
}
