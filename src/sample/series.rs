//! Measured time series and the quantities estimated from them.

use std::fmt;

use crate::error::{Error, Result, require_positive};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::spin::binder;
use crate::stats::{Estimate, estimate, jackknife};

/// Energy and magnetization per spin after each sweep of a [`Simulation`](crate::sample::Simulation).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let series: TimeSeries = Ising::square(8)?.simulation(3.0)?.measure(500)?;
/// let figure = series.frame()?.line("sweep", "energy")?;
/// # figure.svg()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct TimeSeries {
    /// The temperature T.
    pub temperature: f64,
    /// The number of spins N.
    pub n_spins: usize,
    /// E/N after each sweep.
    pub energy: Vec<f64>,
    /// M/N after each sweep.
    pub magnetization: Vec<f64>,
    /// Whether all sweeps asked for were measured, and no deadline cut them.
    pub complete: bool,
    /// Whether the model has no field, so that ⟨m⟩ = 0 by symmetry.
    pub(super) symmetric: bool,
}

/// Thermal averages per spin with errors, as [`Thermodynamics`](crate::exact::Thermodynamics) defines them.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let observables: Observables = Ising::square(8)?.simulation(3.0)?.measure(2_000)?.observables()?;
/// assert!(observables.energy.error > 0.0 && observables.magnetization.mean.abs() < 0.2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observables {
    /// Energy per spin.
    pub energy: Estimate,
    /// Heat capacity per spin, (⟨E²⟩ − ⟨E⟩²)/(N T²).
    pub heat_capacity: Estimate,
    /// ⟨m⟩.
    pub magnetization: Estimate,
    /// ⟨|m|⟩.
    pub abs_magnetization: Estimate,
    /// (N/T)(⟨m²⟩ − ⟨|m|⟩²).
    pub susceptibility: Estimate,
    /// (N/T)(⟨m²⟩ − ⟨m⟩²), with ⟨m⟩ = 0 where there is no field.
    pub susceptibility_full: Estimate,
    /// Binder cumulant 1 − ⟨m⁴⟩/(3⟨m²⟩²); 0 where m never differs from 0.
    pub binder: Estimate,
}

impl Observables {
    pub(super) const NAMES: [&'static str; 7] = [
        "energy",
        "heat_capacity",
        "magnetization",
        "abs_magnetization",
        "susceptibility",
        "susceptibility_full",
        "binder",
    ];

    /// The observable of this name, as the columns of a scan are named: "energy", "heat_capacity", ….
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let observables = Ising::square(8)?.simulation(3.0)?.measure(500)?.observables()?;
    /// assert_eq!(observables.named("binder")?, observables.binder);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn named(&self, name: &str) -> Result<Estimate> {
        let all = [
            self.energy,
            self.heat_capacity,
            self.magnetization,
            self.abs_magnetization,
            self.susceptibility,
            self.susceptibility_full,
            self.binder,
        ];
        let place = Self::NAMES.iter().position(|&known| known == name);
        place.map(|place| all[place]).ok_or_else(|| {
            Error::argument("name", name, format!("one of {}", Self::NAMES.join(", ")))
        })
    }
}

impl TimeSeries {
    /// The number of sweeps measured.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.simulation(3.0)?.measure(50)?.len(), 50);
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> usize {
        self.energy.len()
    }

    /// Whether nothing was measured.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert!(!Ising::square(4)?.simulation(3.0)?.measure(50)?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> bool {
        self.energy.is_empty()
    }

    /// Adds the sweeps of a further series, measured where this one ended: a run goes on.
    ///
    /// The whole is `complete` if both are.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let mut simulation = Ising::square(8)?.simulation(2.0)?;
    /// let mut series = simulation.measure(100)?;
    /// series.append(&simulation.measure(200)?)?;
    /// assert_eq!(series.len(), 300);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If temperature, number of spins or symmetry differ, or one of the two makes no sense in itself.
    pub fn append(&mut self, further: &Self) -> Result<()> {
        self.check()?;
        further.check()?;
        let alike = self.temperature == further.temperature
            && self.n_spins == further.n_spins
            && self.symmetric == further.symmetric;
        if !alike {
            let allowed = format!("of the same system as {self:?}");
            return Err(Error::argument("further", format!("{further:?}"), allowed));
        }
        self.energy.extend_from_slice(&further.energy);
        self.magnetization.extend_from_slice(&further.magnetization);
        self.complete &= further.complete;
        Ok(())
    }

    /// Means and errors: autocorrelation-aware for plain means ([`estimate`]), [`jackknife`] over blocks for what is made of several.
    ///
    /// There are 8 to 64 blocks, of 20 τ each where the series has at least 160 τ; the errors of shorter series are too small. An error
    /// bar knows only what its run has seen: below T_c local updates keep one sign of m for longer than most runs last, and `magnetization`
    /// with its error then describes that one sign.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(4)?;
    /// let sampled = ising.simulation(3.0)?.seed(1).measure(5_000)?.observables()?.heat_capacity;
    /// assert!((sampled.mean - ising.kaufman(3.0)?.heat_capacity).abs() < 5.0 * sampled.error);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If fewer than [`MIN_SERIES`](crate::stats::MIN_SERIES) sweeps were measured, energies and magnetizations differ in number, there
    /// are no spins, or the temperature is not a finite number above 0.
    pub fn observables(&self) -> Result<Observables> {
        Observables::of(&[self], estimate)
    }

    /// Refuses fields, which are public, that make no sense together.
    pub(super) fn check(&self) -> Result<()> {
        require_positive("temperature", self.temperature)?;
        if self.n_spins == 0 {
            return Err(Error::argument("n_spins", 0, "at least 1"));
        }
        if self.magnetization.len() != self.energy.len() {
            return Err(Error::Shape {
                what: "The list of magnetizations",
                expected: format!("({},), as the energies have", self.energy.len()),
                given: format!("({},)", self.magnetization.len()),
            });
        }
        Ok(())
    }

    /// Means over blocks of x = (e − ⟨e⟩)/unit, x², m, |m|, m², m⁴.
    fn blocks(&self, tau: f64, mean_energy: f64, unit: f64) -> Vec<Vec<f64>> {
        let count = ((self.len() as f64 / (20.0 * tau)) as usize).clamp(8, 64);
        let length = self.len() / count;
        // The few sweeps that do not fill a block are the first, the least equilibrated.
        let skipped = self.len() - count * length;
        let energies = self.energy[skipped..].chunks_exact(length);
        let magnetizations = self.magnetization[skipped..].chunks_exact(length);
        energies
            .zip(magnetizations)
            .map(|(energies, magnetizations)| {
                let mut sums = [0.0; 6];
                for (e, m) in energies.iter().zip(magnetizations) {
                    let (x, m2) = ((e - mean_energy) / unit, m * m);
                    for (sum, value) in sums.iter_mut().zip([x, x * x, *m, m.abs(), m2, m2 * m2]) {
                        *sum += value;
                    }
                }
                sums.iter().map(|sum| sum / length as f64).collect()
            })
            .collect()
    }

    /// The series as a frame: `sweep` (from 1), `energy`, `magnetization`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.simulation(3.0)?.measure(50)?.frame()?.shape(), (50, 3));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// None in practice; polars' constructor can fail.
    pub fn frame(&self) -> Result<DataFrame> {
        let sweeps: Vec<u64> = (1..=self.len() as u64).collect();
        Ok(df!(
            "sweep" => sweeps,
            "energy" => self.energy.clone(),
            "magnetization" => self.magnetization.clone(),
        )?)
    }
}

/// The power of two at or below the largest deviation of an energy, so that squares of huge ones do not overflow; 1 where none deviates.
fn unit_of(replicas: &[&TimeSeries], mean_energy: f64) -> f64 {
    let energies = replicas.iter().flat_map(|series| &series.energy);
    let largest = energies.map(|e| (e - mean_energy).abs()).fold(0.0, f64::max);
    if largest > 1e-150 && largest < 1e150 || largest == 0.0 || !largest.is_finite() {
        return 1.0;
    }
    largest.log2().floor().exp2()
}

/// The longest τ among series that vary at all; ½ if none does.
pub(super) fn slowest(estimates: &[Estimate]) -> f64 {
    let varying = estimates.iter().filter(|estimate| estimate.error > 0.0);
    varying.map(|estimate| estimate.tau).reduce(f64::max).unwrap_or(0.5)
}

impl Observables {
    /// The observables of replicas of one system, measured side by side at the same temperature: moments are means over all replicas,
    /// errors come from the series of those means, so that replicas need not be independent.
    pub(super) fn of(
        replicas: &[&TimeSeries],
        estimate: fn(&[f64]) -> Result<Estimate>,
    ) -> Result<Self> {
        let Some(first) = replicas.first() else {
            return Err(Error::argument("replicas", 0, "at least 1"));
        };
        replicas.iter().try_for_each(|series| series.check())?;
        let pooled = |value: fn(&TimeSeries, usize) -> f64| -> Vec<f64> {
            let mean = |k| replicas.iter().map(|series| value(series, k)).sum::<f64>();
            (0..first.len()).map(|k| mean(k) / replicas.len() as f64).collect()
        };
        let energy = estimate(&pooled(|series, k| series.energy[k]))?;
        let abs_magnetization = estimate(&pooled(|series, k| series.magnetization[k].abs()))?;
        let magnetization = estimate(&pooled(|series, k| series.magnetization[k]))?;
        // Without a field nothing derived contains ⟨m⟩, whose sign turns most slowly.
        let tau = if first.symmetric {
            slowest(&[energy, abs_magnetization])
        } else {
            slowest(&[energy, abs_magnetization, magnetization])
        };
        let unit = unit_of(replicas, energy.mean);
        let mut blocks = first.blocks(tau, energy.mean, unit);
        for series in &replicas[1..] {
            for (sum, block) in blocks.iter_mut().zip(series.blocks(tau, energy.mean, unit)) {
                sum.iter_mut().zip(block).for_each(|(sum, mean)| *sum += mean);
            }
        }
        blocks.iter_mut().flatten().for_each(|sum| *sum /= replicas.len() as f64);
        let n = first.n_spins as f64;
        let t = first.temperature;
        let derived =
            |tau: f64, function: fn(&[f64]) -> f64| jackknife(&blocks, tau, first.len(), function);
        // N times a variance, over T: in this order 0 stays 0 where N/T² would overflow.
        let response = |x: Estimate, divisor: f64| {
            let per_t = |value: f64| value * n / divisor;
            Estimate { mean: per_t(x.mean), error: per_t(x.error), ..x }
        };
        let capacity = response(derived(energy.tau, |x| x[1] - x[0] * x[0])?, t / unit);
        let susceptibility = derived(abs_magnetization.tau, |x| x[4] - x[3] * x[3])?;
        let full = if first.symmetric {
            // ⟨m⟩ = 0: a run that has seen one sign only need not know it.
            estimate(&pooled(|series, k| series.magnetization[k].powi(2)))?
        } else {
            derived(magnetization.tau.max(abs_magnetization.tau), |x| x[4] - x[2] * x[2])?
        };
        Ok(Self {
            energy,
            heat_capacity: Estimate {
                mean: capacity.mean / (t / unit),
                error: capacity.error / (t / unit),
                ..capacity
            },
            magnetization,
            abs_magnetization,
            susceptibility: response(susceptibility, t),
            susceptibility_full: response(full, t),
            binder: derived(abs_magnetization.tau, |x| binder(x[4], x[5]))?,
        })
    }
}

impl fmt::Debug for TimeSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sweeps, n, t) = (self.len(), self.n_spins, self.temperature);
        write!(f, "TimeSeries({sweeps} sweeps of {n} spins at T = {t})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(energy: Vec<f64>, magnetization: Vec<f64>, temperature: f64) -> TimeSeries {
        TimeSeries {
            temperature,
            n_spins: 4,
            energy,
            magnetization,
            complete: true,
            symmetric: false,
        }
    }

    #[test]
    fn frozen_systems_do_not_respond_at_any_temperature() {
        let frozen = series(vec![-2.0; 100], vec![1.0; 100], 1e-200).observables().unwrap();
        for response in [frozen.heat_capacity, frozen.susceptibility, frozen.susceptibility_full] {
            assert_eq!((response.mean, response.error), (0.0, 0.0));
        }
    }

    #[test]
    fn energies_of_any_size_have_a_heat_capacity() {
        let energy: Vec<f64> = (0..100).map(|k| f64::from(k * 37 % 11)).collect();
        let plain = series(energy.clone(), vec![1.0; 100], 2.0).observables().unwrap();
        for unit in [1e-300, 1e-160, 1e160, 1e300] {
            let scaled = energy.iter().map(|e| e * unit).collect();
            let scaled = series(scaled, vec![1.0; 100], 2.0 * unit).observables().unwrap();
            let ratio = scaled.heat_capacity.mean / plain.heat_capacity.mean;
            assert!((ratio - 1.0).abs() < 1e-9, "{unit}: {ratio}");
            assert!((scaled.heat_capacity.error / plain.heat_capacity.error - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn series_that_make_no_sense_are_refused() {
        let whole = series(vec![-2.0; 100], vec![1.0; 100], 1.0);
        assert!(whole.observables().is_ok());
        assert!(series(vec![-2.0; 100], vec![1.0; 99], 1.0).observables().is_err());
        assert!(series(vec![-2.0; 99], vec![1.0; 100], 1.0).observables().is_err());
        let mut broken = series(vec![-2.0; 99], vec![1.0; 100], 1.0);
        assert!(broken.append(&whole).is_err() && whole.clone().append(&broken).is_err());
        assert_eq!((broken.energy.len(), broken.magnetization.len()), (99, 100));
        assert!(TimeSeries { n_spins: 0, ..whole.clone() }.observables().is_err());
        for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(TimeSeries { temperature: t, ..whole.clone() }.observables().is_err());
        }
    }

    #[test]
    fn blocks_leave_out_the_first_sweeps() {
        // 19 sweeps in 8 blocks of 2: the first three are no part of them.
        let energy: Vec<f64> = (0..19).map(f64::from).collect();
        let blocks = series(energy.clone(), energy, 1.0).blocks(1.0, 0.0, 1.0);
        assert_eq!(blocks.len(), 8);
        assert_eq!((blocks[0][0], blocks[7][0]), (3.5, 17.5));
        assert_eq!(blocks[0][1], 12.5);
    }
}
