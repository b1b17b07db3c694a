//! Densities of states, ground states and the numbers of states.

use std::collections::BTreeMap;

use super::Enumeration;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::numeric::exponential::exponentials;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::rand::Rng;
use crate::random::Seed;
use crate::simd::Width;

/// The most ground states that are listed.
pub const MAX_GROUND_STATES: usize = 1_024;

/// The most spins whose states are given a probability each.
pub const MAX_PROBABILITIES: usize = 20;

/// The most spins of states that are drawn, 1 GiB.
const MAX_DRAWN: usize = 1 << 30;

/// The most bins of a histogram: each of 256 chunks has one.
const MAX_BINS: usize = 65_536;

impl Enumeration {
    /// The number of states at each energy: columns `total_energy` (of the whole system) and `states`, ascending.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let density = Ising::square(4)?.enumerate()?.density_of_states()?;
    /// assert_eq!(density.values("total_energy")?[..3], [-32.0, -24.0, -20.0]);
    /// assert_eq!(density.values("states")?[..3], [2.0, 32.0, 64.0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the energies are not multiples of one quantum (real-valued couplings), since then nearly every level is a single state:
    /// see [`energy_histogram`](Self::energy_histogram).
    pub fn density_of_states(&self) -> Result<DataFrame> {
        let mut levels = BTreeMap::new();
        for (&(energy, _), &count) in self.counted("The density of states")? {
            *levels.entry(energy).or_insert(0_u64) += count;
        }
        let unit = self.source.unit();
        let energies: Vec<f64> = levels.keys().map(|&e| e as f64 * unit).collect();
        let states: Vec<u64> = levels.into_values().collect();
        Ok(df!("total_energy" => energies, "states" => states)?)
    }

    /// The number of states at each energy and magnetization: columns `total_energy`, `total_magnetization` (M = Σ_i s_i) and `states`,
    /// ascending; pairs without states are left out.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let joint = Ising::square(4)?.enumerate()?.joint_histogram()?;
    /// assert_eq!(joint.values("states")?[..2], [1.0, 1.0]);
    /// assert_eq!(joint.values("total_magnetization")?[..2], [-16.0, 16.0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`density_of_states`](Self::density_of_states).
    pub fn joint_histogram(&self) -> Result<DataFrame> {
        let histogram = self.counted("The joint histogram")?;
        let unit = self.source.unit();
        let energies: Vec<f64> = histogram.keys().map(|key| key.0 as f64 * unit).collect();
        let magnetizations: Vec<i64> = histogram.keys().map(|key| i64::from(key.1)).collect();
        let states: Vec<u64> = histogram.values().copied().collect();
        Ok(df!(
            "total_energy" => energies,
            "total_magnetization" => magnetizations,
            "states" => states,
        )?)
    }

    /// The number of states in each of `bins` equal intervals from the lowest to the highest energy, for energies of any kind: columns
    /// `total_energy` (the middle of the interval) and `states`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::square(4)?.bond_couplings(&(0..32).map(|k| f64::from(k).sin()).collect())?;
    /// let frame = glass.enumerate()?.energy_histogram(50)?;
    /// assert_eq!(frame.values("states")?.iter().sum::<f64>(), 65536.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `bins` is not between 1 and 65536, or the [`deadline`](Self::deadline) passes.
    pub fn energy_histogram(&self, bins: usize) -> Result<DataFrame> {
        if !(1..=MAX_BINS).contains(&bins) {
            return Err(Error::argument("bins", bins, format!("from 1 to {MAX_BINS}")));
        }
        let deadline = Deadline::new(self.deadline)?;
        let highest = self.source.ground(-1.0, 0, &deadline)?.energy;
        let states = self.source.binned(self.ground, highest, bins, &deadline)?;
        let width = (highest - self.ground) / bins as f64;
        let middle: Vec<f64> = (0..bins).map(|k| self.ground + (k as f64 + 0.5) * width).collect();
        Ok(df!("total_energy" => middle, "states" => states)?)
    }

    /// The configurations of lowest energy, one a row: shape (k, N), ±1, in ascending order of their numbers, k the
    /// [number of ground states](Self::ground_degeneracy) or, if that is larger, [`MAX_GROUND_STATES`] of them.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ground = Ising::chain(3)?.enumerate()?.ground_configurations()?;
    /// assert_eq!(ground, array![[1, 1, 1], [-1, -1, -1]]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the [`deadline`](Self::deadline) passes.
    pub fn ground_configurations(&self) -> Result<Array2<i8>> {
        let deadline = Deadline::new(self.deadline)?;
        let states = self.source.ground(1.0, MAX_GROUND_STATES, &deadline)?.states;
        Ok(Array2::from_shape_fn((states.len(), self.n_spins()), |(k, i)| spin(states[k], i)))
    }

    /// The configuration with this number: spin i is down where bit i is set.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::chain(3)?.enumerate()?.configuration(2)?, array![1, -1, 1]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there are not so many states.
    pub fn configuration(&self, state: u64) -> Result<Array1<i8>> {
        let states = 1_u64 << self.n_spins();
        if state >= states {
            return Err(Error::argument("state", state, format!("below {states}")));
        }
        Ok((0..self.n_spins()).map(|i| spin(state, i)).collect())
    }

    /// The energy of every state by its number, in total: shape (2^N,).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let energies = Ising::chain(3)?.field(0.5)?.enumerate()?.energies()?;
    /// assert_eq!((energies[0], energies[1], energies[7]), (-4.5, 0.5, -1.5));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`] spins.
    pub fn energies(&self) -> Result<Array1<f64>> {
        self.require_few("The list of energies")?;
        Ok(Array1::from(self.source.energies().to_vec()))
    }

    /// The probability of every state by its number at temperature `t`: shape (2^N,).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::chain(3)?.enumerate()?;
    /// let p = exact.probabilities(1.0)?;
    /// assert!((p[0] / p[1] - 4_f64.exp()).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`] spins, or if `t` is not a finite number above 0.
    pub fn probabilities(&self, t: f64) -> Result<Array1<f64>> {
        crate::error::require_positive("temperature", t)?;
        self.require_few("The list of probabilities")?;
        Ok(Array1::from(self.weights(t)))
    }

    /// Independent states at temperature `t`, one a row: shape (count, N), ±1, each drawn from all states' probabilities.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::chain(6)?.enumerate()?;
    /// let states = exact.draw(2.0, 10_000, 1)?;
    /// let pairs = states.rows().into_iter().map(|s| f64::from(s[0] * s[1])).sum::<f64>();
    /// assert!((pairs / 10_000.0 - exact.correlations(2.0)?[(0, 1)]).abs() < 0.04);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`] spins, if `t` is not a finite number above 0, or if there are more than 2³⁰ spins in all.
    pub fn draw(&self, t: f64, count: usize, seed: impl Into<Seed>) -> Result<Array2<i8>> {
        let n = self.n_spins();
        if count.saturating_mul(n) > MAX_DRAWN {
            return Err(Error::argument("count", count, format!("at most {}", MAX_DRAWN / n)));
        }
        let mut below = 0.0;
        let mut sums = self.probabilities(t)?.to_vec();
        for sum in &mut sums {
            below += *sum;
            *sum = below;
        }
        let mut generator = seed.into().generator();
        let mut states = Array2::zeros((count, n));
        for mut row in states.rows_mut() {
            let u = below * generator.random::<f64>();
            let state = sums.partition_point(|&sum| sum <= u).min(sums.len() - 1) as u64;
            row.iter_mut().enumerate().for_each(|(i, s)| *s = spin(state, i));
        }
        Ok(states)
    }

    /// The probability of every state by its number.
    pub(super) fn weights(&self, t: f64) -> Vec<f64> {
        let energies = self.source.energies();
        // Rounding may leave an energy below the lowest found.
        let mut weights: Vec<f64> =
            energies.iter().map(|energy| ((self.ground - energy) / t).min(0.0)).collect();
        exponentials(Width::best(), &mut weights);
        let sums: Vec<f64> = weights.chunks(4_096).map(|chunk| chunk.iter().sum()).collect();
        let sum: f64 = sums.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        weights
    }

    fn require_few(&self, what: &str) -> Result<()> {
        let n = self.n_spins();
        if n <= MAX_PROBABILITIES {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: format!("{what} of {n} spins"),
            needs: format!("2^{n} numbers"),
            limit: format!("those of {MAX_PROBABILITIES} spins"),
            advice: "Use averages, such as `magnetizations(t)` or `density_of_states()`."
                .to_owned(),
        })
    }
}

fn spin(state: u64, i: usize) -> i8 {
    if state >> i & 1 == 1 { -1 } else { 1 }
}
