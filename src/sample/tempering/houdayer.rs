//! Clusters of equal overlap, flipped in two replicas at once (J. Houdayer, Eur. Phys. J. B 22, 479 (2001)).

use crate::rand::Rng;
use crate::random::Generator;
use crate::spin::PairModel;

/// Finds clusters; keeps its work space.
#[derive(Debug)]
pub(super) struct Clusters {
    sites: Vec<u32>,
    member: Vec<bool>,
}

impl Clusters {
    pub fn new(n: usize) -> Self {
        Self { sites: Vec::new(), member: vec![false; n] }
    }

    /// The connected sites of one sign of q_i = s_i s'_i that hold a random site of that sign.
    ///
    /// To flip both replicas there keeps their total energy: bonds across the rim join opposite q_i, so that what one gains the other
    /// loses, and where q_i = −1 the fields of the two cancel. In a field the sign is −1. Without one it is the rarer sign, whose
    /// clusters are smaller: with q_i = +1 this is Houdayer's move after one replica was turned over, and before it is turned back.
    /// No q_i changes, so neither do sign and number of candidates: moves forth and back are equally likely.
    pub fn grow(
        &mut self,
        model: &PairModel,
        equal: impl Fn(usize) -> bool,
        generator: &mut Generator,
    ) -> &[u32] {
        for &i in &self.sites {
            self.member[i as usize] = false;
        }
        self.sites.clear();
        let n = model.n_spins();
        let alike = (0..n).filter(|&i| equal(i)).count();
        let sign = !model.has_field() && 2 * alike < n;
        let candidates = if sign { alike } else { n - alike };
        if candidates == 0 {
            return &[];
        }
        let chosen = generator.random_range(0..candidates as u64) as usize;
        let Some(seed) = (0..n).filter(|&i| equal(i) == sign).nth(chosen) else {
            return &[];
        };
        self.sites.push(seed as u32);
        self.member[seed] = true;
        let mut next = 0;
        while let Some(&i) = self.sites.get(next) {
            next += 1;
            let (neighbors, values) = model.couplings().row(i as usize);
            for (&j, &value) in neighbors.iter().zip(values) {
                let site = j as usize;
                if value != 0.0 && !self.member[site] && equal(site) == sign {
                    self.member[site] = true;
                    self.sites.push(j);
                }
            }
        }
        &self.sites
    }
}
