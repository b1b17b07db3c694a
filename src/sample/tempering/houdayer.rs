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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ising::{Disorder, Ising};
    use crate::ndarray::Array1;
    use crate::random::Seed;
    use crate::spin::Lattice;

    #[test]
    fn a_move_keeps_the_sum_of_energies_and_all_overlaps() {
        let glass = Ising::edwards_anderson(Lattice::square(8), Disorder::Gaussian, 1).unwrap();
        let tilted = glass.random_fields(Disorder::Gaussian, 1.0, 2).unwrap();
        let mut generator = Seed::new(3).generator();
        for ising in [glass, tilted] {
            let model = ising.model();
            let mut clusters = Clusters::new(64);
            let (mut changed, mut turned) = (0, 0);
            for _ in 0..200 {
                // Unequal shares of the two signs of q_i.
                let share = generator.random::<f64>();
                let first: Array1<i8> =
                    (0..64).map(|_| if generator.random::<bool>() { 1 } else { -1 }).collect();
                let second: Array1<i8> = first
                    .iter()
                    .map(|&s| if generator.random::<f64>() < share { s } else { -s })
                    .collect();
                let energy = |a: &Array1<i8>| ising.energy(a).unwrap();
                let before = (energy(&first), energy(&second));
                let equal = |i: usize| first[i] == second[i];
                let cluster = clusters.grow(&model, equal, &mut generator).to_vec();
                let (mut one, mut other) = (first.clone(), second.clone());
                for &i in &cluster {
                    one[i as usize] *= -1;
                    other[i as usize] *= -1;
                }
                let after = (energy(&one), energy(&other));
                assert!((before.0 + before.1 - after.0 - after.1).abs() < 1e-10);
                assert_eq!(&first * &second, &one * &other);
                changed += usize::from((before.0 - after.0).abs() > 1e-6);
                turned += usize::from(cluster.first().is_some_and(|&i| equal(i as usize)));
            }
            assert!(changed > 100, "{changed}");
            // In a field only clusters of q_i = -1 may be exchanged.
            assert_eq!(turned > 0, !model.has_field());
        }
    }
}
