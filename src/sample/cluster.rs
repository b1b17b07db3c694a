//! Wolff clusters.

use crate::error::{Error, Result};
use crate::file::{Reader, Writer};
use crate::rand::RngCore;
use crate::random::Generator;
use crate::sample::local::{local_field, site_or_nobody};
use crate::sample::settings::threshold;
use crate::sample::torus_cluster::TorusClusters;
use crate::spin::{MAX_SPINS, PairModel, Quanta, Torus};

/// The running mean of clusters per sweep is over about so many learning sweeps.
const MEMORY: f64 = 16.0;

/// Learning sweeps before the first measured one, where nothing was learnt yet.
const LESSONS: usize = 8;

/// What cluster updates need besides the spins.
#[derive(Clone, Debug)]
pub(super) struct ClusterUpdates {
    /// Bond probabilities by |J_ij| in units, where those are integers; empty otherwise.
    thresholds: Vec<u64>,
    /// 2 · unit/T.
    twice_beta: f64,
    /// The cluster that each site was last part of.
    member: Vec<u32>,
    cluster: u32,
    stack: Vec<u32>,
    /// In place of the lists of neighbours and members, on uniform tori.
    torus: Option<TorusClusters>,
    /// Learning sweeps so far, and the running mean of the clusters that they took.
    learnt: f64,
    mean_clusters: f64,
}

impl ClusterUpdates {
    pub fn new(model: &PairModel, quanta: &Quanta, beta: f64) -> Result<Self> {
        if model.has_field() {
            return Err(Error::Unsupported {
                what: "Wolff's cluster update".to_owned(),
                why: "the model has a field, which would stop whole clusters from flipping"
                    .to_owned(),
                advice: "Use `Update::SwendsenWang`, `Update::HeatBath` or `Update::Metropolis`."
                    .to_owned(),
            });
        }
        let twice_beta = 2.0 * beta * quanta.unit;
        let thresholds = quanta.max_local.map_or(Vec::new(), |max| {
            (0..=max).map(|k| bond_threshold(twice_beta, k as f64)).collect()
        });
        // Otherwise bonds may be frustrated.
        let bipartite = |torus: &Torus| torus.coupling > 0.0 || torus.is_bipartite();
        let torus = Torus::of(model).filter(bipartite).map(|torus| {
            let odds = bond_threshold(2.0 * beta, torus.coupling.abs());
            TorusClusters::new(&torus, odds)
        });
        Ok(Self {
            thresholds,
            twice_beta,
            member: vec![0; if torus.is_some() { 0 } else { model.n_spins() }],
            cluster: 0,
            stack: Vec::new(),
            torus,
            learnt: 0.0,
            mean_clusters: 0.0,
        })
    }

    /// What was learnt; marks of past clusters do not matter to the next.
    pub fn save(&self, out: &mut Writer) {
        out.f64(self.learnt);
        out.f64(self.mean_clusters);
    }

    /// Restores what [`save`](Self::save) wrote.
    pub fn load(&mut self, from: &mut Reader) -> Result<()> {
        let (learnt, mean_clusters) = (from.f64()?, from.f64()?);
        let most = MAX_SPINS as f64;
        let possible = (0.0..=f64::MAX).contains(&learnt) && (0.0..=most).contains(&mean_clusters);
        if !possible {
            return Err(from.refuse("its number of clusters per sweep is impossible"));
        }
        (self.learnt, self.mean_clusters) = (learnt, mean_clusters);
        Ok(())
    }

    /// One sweep; returns energy (in units) and magnetization, both in total, or zeros while `learning`.
    ///
    /// While `learning`, a sweep flips clusters until they made up N spins. The number of clusters is fixed while measuring, to the
    /// mean of what was learnt: to stop once N spins have flipped would favour the states after large clusters.
    pub fn sweep(
        &mut self,
        model: &PairModel,
        quanta: &Quanta,
        spins: &mut [i8],
        generator: &mut Generator,
        learning: bool,
    ) -> (f64, i64) {
        if learning {
            self.learn(model, quanta, spins, generator);
            return (0.0, 0);
        }
        if self.learnt == 0.0 {
            (0..LESSONS).for_each(|_| self.learn(model, quanta, spins, generator));
        }
        for _ in 0..self.mean_clusters.round().max(1.0) as usize {
            self.flip_cluster(model, quanta, spins, generator);
        }
        if let Some(torus) = &self.torus {
            let (bonds, magnetization) = torus.sums(spins);
            let coupling = quanta.couplings.first().copied().unwrap_or(0.0);
            return (-coupling * bonds as f64, magnetization);
        }
        let doubled: f64 = (0..spins.len())
            .map(|i| f64::from(spins[i]) * local_field(model, quanta, spins, i))
            .sum();
        (-0.5 * doubled, spins.iter().map(|&s| i64::from(s)).sum())
    }

    fn learn(
        &mut self,
        model: &PairModel,
        quanta: &Quanta,
        spins: &mut [i8],
        generator: &mut Generator,
    ) {
        let (mut flipped, mut clusters) = (0, 0.0);
        while flipped < spins.len() {
            flipped += self.flip_cluster(model, quanta, spins, generator);
            clusters += 1.0;
        }
        self.learnt += 1.0;
        self.mean_clusters += (clusters - self.mean_clusters) / self.learnt.min(MEMORY);
    }

    fn flip_cluster(
        &mut self,
        model: &PairModel,
        quanta: &Quanta,
        spins: &mut [i8],
        generator: &mut Generator,
    ) -> usize {
        let seed = site_or_nobody(generator, spins.len());
        if seed == spins.len() {
            return 0;
        }
        if let Some(torus) = &mut self.torus {
            return torus.flip_cluster(seed, spins, generator);
        }
        self.cluster = self.cluster.wrapping_add(1);
        if self.cluster == 0 {
            self.member.fill(0);
            self.cluster = 1;
        }
        self.member[seed] = self.cluster;
        self.stack.push(seed as u32);
        let mut size = 0;
        while let Some(i) = self.stack.pop() {
            let i = i as usize;
            let s = spins[i];
            spins[i] = -s;
            size += 1;
            let neighbors = model.couplings().row(i).0;
            let values = &quanta.couplings[model.couplings().entries(i)];
            for (&j, &value) in neighbors.iter().zip(values) {
                // Sites outside the cluster have not flipped, so this asks whether the bond was satisfied.
                let outside = self.member[j as usize] != self.cluster;
                let satisfied = value * f64::from(s * spins[j as usize]) > 0.0;
                if outside && satisfied && generator.next_u64() < self.bond(value.abs()) {
                    self.member[j as usize] = self.cluster;
                    self.stack.push(j);
                }
            }
        }
        size
    }

    #[inline]
    fn bond(&self, strength: f64) -> u64 {
        match self.thresholds.get(strength as usize) {
            Some(&limit) => limit,
            None => bond_threshold(self.twice_beta, strength),
        }
    }
}

/// The probability 1 − exp(−2|J|/T) to add a site over a satisfied bond.
pub(super) fn bond_threshold(twice_beta: f64, strength: f64) -> u64 {
    threshold(-(-twice_beta * strength).exp_m1())
}
