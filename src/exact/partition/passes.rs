//! The passes over all states at one temperature.

use super::SECONDS_PER_STATE;
use super::contract::Row;
use super::correlation::{Correlate, correlations};
use super::energy::{Energies, EnergyMoments, Spread, energy_moments, energy_tables};
use super::magnetization::{ByMagnetization, distribution};
use super::outer::{Visit, floor, visit};
use super::split::Split;
use super::weight::{Scaled, Weigh, ln_copies, ln_sum};
use crate::error::Result;
use crate::ndarray::{Array1, Array2};
use crate::progress::Deadline;
use crate::simd::Width;
use crate::spin::PairModel;

/// A model at one temperature, split for summation.
pub(super) struct Passes {
    split: Split,
    weights: Vec<Row>,
    width: Width,
    deadline: Deadline,
}

impl Passes {
    pub fn new(model: &PairModel, temperature: f64, deadline: Deadline) -> Self {
        let mut bonds = model.couplings().bonds();
        for bond in &mut bonds {
            bond.2 /= temperature;
        }
        let fields: Vec<f64> = model.fields().iter().map(|h| h / temperature).collect();
        let split = Split::new(model.n_spins(), &bonds, &fields, true);
        Self::of(split, Width::best(), deadline)
    }

    fn of(split: Split, width: Width, deadline: Deadline) -> Self {
        let weights = split.weights(width);
        Self { split, weights, width, deadline }
    }

    /// A whole pass, or the error that says how far it came.
    fn pass<V: Visit>(
        &self,
        make: impl Fn() -> V + Sync,
        bound: impl Fn(&[V::Sum]) -> Option<f64>,
    ) -> Result<Vec<V::Sum>> {
        visit(&self.split, self.width, &self.deadline, make).whole(SECONDS_PER_STATE, bound)
    }

    pub fn ln_z(&self) -> Result<f64> {
        let ln_z = |parts: &[Scaled<f64>]| ln_sum(&self.split, parts);
        let parts =
            self.pass(|| Weigh::new(self.width, &self.weights), |parts| Some(ln_z(parts)))?;
        Ok(ln_z(&parts))
    }

    /// `ln_z` saves what does not contribute to it.
    pub fn energy(&self, ln_z: f64) -> Result<EnergyMoments> {
        let floor = self.floor(ln_z);
        let tables = energy_tables(&self.split, &self.weights);
        let moments = |parts: &[Scaled<Spread>]| energy_moments(&self.split, parts);
        let parts = self.pass(
            || Energies::new(self.width, &tables, floor),
            |parts| Some(moments(parts).ln_z),
        )?;
        Ok(moments(&parts))
    }

    fn floor(&self, ln_z: f64) -> f64 {
        floor(&self.split, ln_z - ln_copies(&self.split))
    }

    pub fn correlations(&self, ln_z: f64) -> Result<(Array1<f64>, Array2<f64>)> {
        let visited = ln_z - ln_copies(&self.split);
        let make = || Correlate::new(self.width, &self.split, &self.weights, visited);
        let parts = self.pass(make, |_| Some(ln_z))?;
        Ok(correlations(&self.split, &parts))
    }

    /// The probability of each number of spins down.
    pub fn by_magnetization(&self, ln_z: f64) -> Result<Vec<f64>> {
        let floor = self.floor(ln_z);
        let make = || ByMagnetization::new(self.width, &self.split, &self.weights, floor);
        let parts = self.pass(make, |_| None)?;
        Ok(distribution(&self.split, &parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(n: usize, field: f64) -> Split {
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        let bonds: Vec<_> =
            pairs.map(|(i, j)| (i, j, 0.4 * ((i * 7 + j * j * 3) as f64).sin())).collect();
        Split::new(n, &bonds, &vec![field; n], true)
    }

    #[test]
    fn all_widths_give_the_same_bits() {
        for (n, field) in [(4, 0.3), (8, 0.0), (11, 0.2), (14, 0.0), (21, 0.1)] {
            let results: Vec<_> = Width::available()
                .into_iter()
                .map(|width| {
                    let passes = Passes::of(split(n, field), width, Deadline::new(None).unwrap());
                    let energy = passes.energy(passes.ln_z().unwrap()).unwrap();
                    let moments = [energy.ln_z, energy.mean, energy.variance, energy.entropy];
                    let correlations = passes.correlations(energy.ln_z).unwrap();
                    let by_down = passes.by_magnetization(energy.ln_z).unwrap();
                    (
                        passes.ln_z().unwrap().to_bits(),
                        moments.map(f64::to_bits),
                        correlations,
                        by_down,
                    )
                })
                .collect();
            assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{n} spins");
        }
    }

    #[test]
    fn every_size_of_the_inner_block_gives_the_same_sums() {
        // The stronger the couplings, the fewer spins span no more than the inner block may.
        let n = 15;
        let mut sizes = Vec::new();
        for strength in [1.0, 6.0, 10.0, 20.0, 40.0, 100.0, 400.0] {
            let bonds: Vec<_> =
                (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j, strength))).collect();
            let passes = Passes::of(
                Split::new(n, &bonds, &vec![0.125; n], true),
                Width::best(),
                Deadline::new(None).unwrap(),
            );
            sizes.push(passes.split.inner);
            // Energy by the number of spins down, binomially many times.
            let size = n as f64;
            let (mut count, mut terms) = (1.0_f64, Vec::new());
            for down in 0..=n {
                let m = size - 2.0 * down as f64;
                terms.push((count.ln() + strength * (m * m - size) / 2.0 + 0.125 * m, m));
                count = count * (size - down as f64) / (down as f64 + 1.0);
            }
            let largest = terms.iter().map(|term| term.0).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = terms.iter().map(|term| (term.0 - largest).exp()).sum();
            let m: f64 = terms.iter().map(|term| term.1 * (term.0 - largest).exp()).sum();
            let ln_z = passes.ln_z().unwrap();
            assert!((ln_z / (largest + sum.ln()) - 1.0).abs() < 1e-14, "J/T = {strength}");
            let (magnetizations, correlations) = passes.correlations(ln_z).unwrap();
            let expected = m / sum / size;
            assert!(
                magnetizations.iter().all(|m| (m - expected).abs() < 1e-11),
                "{magnetizations}"
            );
            assert!(correlations.iter().all(|c| *c <= 1.0 + 1e-11));
        }
        assert_eq!((sizes[0], sizes[6]), (12, 1));
        assert!(sizes.contains(&9) && sizes.contains(&6) && sizes.contains(&3), "{sizes:?}");
    }
}
