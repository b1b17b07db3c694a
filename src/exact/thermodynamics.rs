//! Thermodynamic quantities from weighted sums over states.

use crate::error::Result;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::spin::MagneticMoments;

/// Exact quantities of a system of N spins at one temperature, k_B = 1.
///
/// `ln_z` belongs to the whole system; everything else is per spin, with m = M/N:
/// f = −T ln Z/N, e = ⟨E⟩/N, c = (⟨E²⟩ − ⟨E⟩²)/(N T²), s = (e − f)/T,
/// χ = (N/T)(⟨m²⟩ − ⟨|m|⟩²), χ_full = (N/T)(⟨m²⟩ − ⟨m⟩²), U = 1 − ⟨m⁴⟩/(3⟨m²⟩²).
///
/// ⟨m⟩ is 0 by symmetry without a field, at every temperature; `abs_magnetization` is the order parameter of a finite system.
/// U is set to 0 where every state has m = 0.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact: Thermodynamics = Ising::square(4)?.enumerate()?.at(2.0)?;
/// assert!((exact.free_energy - (exact.energy - 2.0 * exact.entropy)).abs() < 1e-13);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thermodynamics {
    /// The temperature T.
    pub temperature: f64,
    /// ln Z of the whole system.
    pub ln_z: f64,
    /// Free energy per spin, −T ln Z/N.
    pub free_energy: f64,
    /// Energy per spin, ⟨E⟩/N.
    pub energy: f64,
    /// Heat capacity per spin, (⟨E²⟩ − ⟨E⟩²)/(N T²).
    pub heat_capacity: f64,
    /// Entropy per spin.
    pub entropy: f64,
    /// ⟨m⟩.
    pub magnetization: f64,
    /// ⟨|m|⟩.
    pub abs_magnetization: f64,
    /// Susceptibility of the order parameter, (N/T)(⟨m²⟩ − ⟨|m|⟩²).
    pub susceptibility: f64,
    /// Response to a field, (N/T)(⟨m²⟩ − ⟨m⟩²) = ∂⟨m⟩/∂h.
    pub susceptibility_full: f64,
    /// Binder cumulant 1 − ⟨m⁴⟩/(3⟨m²⟩²).
    pub binder: f64,
}

impl Thermodynamics {
    /// One row per temperature; missing values where there is no row.
    pub(super) fn frame(temperatures: &[f64], rows: &[Option<Self>]) -> Result<DataFrame> {
        let column = |value: fn(&Self) -> f64| {
            rows.iter().map(|row| row.as_ref().map(value)).collect::<Vec<_>>()
        };
        Ok(df!(
            "temperature" => temperatures,
            "ln_z" => column(|row| row.ln_z),
            "free_energy" => column(|row| row.free_energy),
            "energy" => column(|row| row.energy),
            "heat_capacity" => column(|row| row.heat_capacity),
            "entropy" => column(|row| row.entropy),
            "magnetization" => column(|row| row.magnetization),
            "abs_magnetization" => column(|row| row.abs_magnetization),
            "susceptibility" => column(|row| row.susceptibility),
            "susceptibility_full" => column(|row| row.susceptibility_full),
            "binder" => column(|row| row.binder),
        )?)
    }
}

/// Sums over states of w = exp(−(E − E₀)/T) times powers of the excitation x = E − E₀ and of M.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StateSums {
    weight: f64,
    x: f64,
    x2: f64,
    m: f64,
    abs_m: f64,
    m2: f64,
    m4: f64,
}

impl StateSums {
    #[inline]
    pub fn add(&mut self, weight: f64, excitation: f64, magnetization: f64) {
        let m2 = magnetization * magnetization;
        self.weight += weight;
        self.x += weight * excitation;
        self.x2 += weight * excitation * excitation;
        self.m += weight * magnetization;
        self.abs_m += weight * magnetization.abs();
        self.m2 += weight * m2;
        self.m4 += weight * m2 * m2;
    }

    pub fn merge(mut self, other: Self) -> Self {
        self.weight += other.weight;
        self.x += other.x;
        self.x2 += other.x2;
        self.m += other.m;
        self.abs_m += other.abs_m;
        self.m2 += other.m2;
        self.m4 += other.m4;
        self
    }

    /// The quantities of `n` spins whose ground state has energy `ground`.
    pub fn thermodynamics(&self, temperature: f64, n: usize, ground: f64) -> Thermodynamics {
        let n = n as f64;
        let mean = |sum: f64| sum / self.weight;
        let ln_weight = self.weight.ln();
        let excitation = mean(self.x);
        let variance = (mean(self.x2) - excitation * excitation).max(0.0);
        let magnetic = MagneticMoments {
            m: mean(self.m) / n,
            abs_m: mean(self.abs_m) / n,
            m2: mean(self.m2) / (n * n),
            m4: mean(self.m4) / (n * n * n * n),
        };
        Thermodynamics {
            temperature,
            ln_z: ln_weight - ground / temperature,
            free_energy: (ground - temperature * ln_weight) / n,
            energy: (ground + excitation) / n,
            // Two divisions by T: T² would underflow before the quotient does.
            heat_capacity: variance / temperature / temperature / n,
            // Without the ground energy, which would cancel: s = (⟨x⟩/T + ln Σw)/N.
            entropy: (excitation / temperature + ln_weight) / n,
            magnetization: magnetic.m,
            abs_magnetization: magnetic.abs_m,
            susceptibility: magnetic.susceptibility(n, temperature),
            susceptibility_full: magnetic.susceptibility_full(n, temperature),
            binder: magnetic.binder(),
        }
    }
}
