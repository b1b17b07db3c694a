//! Measured time series and the quantities estimated from them.

use std::fmt;

use crate::error::Result;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::stats::{Estimate, estimate, jackknife};

/// Energy and magnetization per spin after each sweep of a [`Simulation`](crate::sample::Simulation).
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
}

/// Thermal averages per spin with errors, as [`Thermodynamics`](crate::exact::Thermodynamics) defines them.
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
    /// (N/T)(⟨m²⟩ − ⟨m⟩²).
    pub susceptibility_full: Estimate,
    /// Binder cumulant 1 − ⟨m⁴⟩/(3⟨m²⟩²); 0 where m never differs from 0.
    pub binder: Estimate,
}

impl TimeSeries {
    /// The number of sweeps measured.
    pub fn len(&self) -> usize {
        self.energy.len()
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.energy.is_empty()
    }

    /// Means and errors: autocorrelation-aware for plain means ([`estimate`]), [`jackknife`] over blocks of at least 20 τ (8 to 64 of
    /// them) for what is made of several.
    ///
    /// # Errors
    /// If fewer than [`MIN_SERIES`](crate::stats::MIN_SERIES) sweeps were measured.
    pub fn observables(&self) -> Result<Observables> {
        let absolute: Vec<f64> = self.magnetization.iter().map(|m| m.abs()).collect();
        let energy = estimate(&self.energy)?;
        let abs_magnetization = estimate(&absolute)?;
        let tau = energy.tau.max(abs_magnetization.tau);
        let blocks = self.blocks(tau, energy.mean);
        let n = self.n_spins as f64;
        let t = self.temperature;
        let derived = |tau: f64, function: fn(&[f64]) -> f64, factor: f64| {
            jackknife(&blocks, tau, self.len(), |means| factor * function(means))
        };
        Ok(Observables {
            energy,
            heat_capacity: derived(energy.tau, |x| x[1] - x[0] * x[0], n / t / t)?,
            magnetization: estimate(&self.magnetization)?,
            abs_magnetization,
            susceptibility: derived(abs_magnetization.tau, |x| x[4] - x[3] * x[3], n / t)?,
            susceptibility_full: derived(abs_magnetization.tau, |x| x[4] - x[2] * x[2], n / t)?,
            binder: derived(
                abs_magnetization.tau,
                |x| if x[4] > 0.0 { 1.0 - x[5] / (3.0 * x[4] * x[4]) } else { 0.0 },
                1.0,
            )?,
        })
    }

    /// Means over blocks of e − ⟨e⟩, (e − ⟨e⟩)², m, |m|, m², m⁴.
    fn blocks(&self, tau: f64, mean_energy: f64) -> Vec<Vec<f64>> {
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
                    let (x, m2) = (e - mean_energy, m * m);
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

impl fmt::Debug for TimeSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sweeps, n, t) = (self.len(), self.n_spins, self.temperature);
        write!(f, "TimeSeries({sweeps} sweeps of {n} spins at T = {t})")
    }
}
