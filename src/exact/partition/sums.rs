//! The passes over all states at one temperature.

use super::SECONDS_PER_STATE;
use super::contract::Row;
use super::correlation::{Correlate, correlations};
use super::energy::{Energies, EnergyMoments, Spread, energy_moments, energy_tables};
use super::magnetization::{ByMagnetization, distribution};
use super::outer::{Visit, visit};
use super::split::Split;
use super::weight::{Scaled, Weigh, ln_copies, ln_sum};
use crate::error::Result;
use crate::ndarray::{Array1, Array2};
use crate::notebook::progress::Deadline;
use crate::simd::Width;
use crate::spin::PairModel;

/// A model at one temperature, split for summation.
pub(super) struct Sums {
    split: Split,
    weights: Vec<Row>,
    width: Width,
    deadline: Deadline,
}

impl Sums {
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

    pub fn energy(&self) -> Result<EnergyMoments> {
        let tables = energy_tables(&self.split, &self.weights);
        let moments = |parts: &[Scaled<Spread>]| energy_moments(&self.split, parts);
        let parts =
            self.pass(|| Energies::new(self.width, &tables), |parts| Some(moments(parts).ln_z))?;
        Ok(moments(&parts))
    }

    pub fn correlations(&self, ln_z: f64) -> Result<(Array1<f64>, Array2<f64>)> {
        let visited = ln_z - ln_copies(&self.split);
        let make = || Correlate::new(self.width, &self.split, &self.weights, visited);
        let parts = self.pass(make, |_| Some(ln_z))?;
        Ok(correlations(&self.split, &parts))
    }

    /// The probability of each number of spins down.
    pub fn by_magnetization(&self) -> Result<Vec<f64>> {
        let make = || ByMagnetization::new(self.width, &self.split, &self.weights);
        let parts = self.pass(make, |_| None)?;
        Ok(distribution(&self.split, &parts))
    }
}
