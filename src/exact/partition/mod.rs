//! Exact sums over all states of models with any pair couplings, at one temperature.
//!
//! The spins are split into an inner block of up to 12 and outer ones. The weights of the inner block by itself are a table; what a state
//! of the outer spins does to them is a factor for each inner spin, so that the sum over the inner block is a contraction of the table with
//! small vectors: about one multiply-add for each state, and no exponential. Magnetizations and correlations are derivatives of that
//! contraction (reverse differentiation), energies and heat capacity come from carrying powers of the energy through it.

#![allow(
    clippy::inline_always,
    reason = "loops have to be compiled into each SIMD width's function"
)]

mod contract;
mod correlation;
mod energy;
mod ground;
mod magnetization;
mod moments;
mod orders;
mod outer;
mod passes;
mod split;
mod weight;

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::exact::cost;
use crate::exact::thermodynamics::Thermodynamics;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::spin::{MagneticMoments, PairModel};
use passes::Passes;

pub(crate) use correlation::hadamard;
pub(super) use ground::{Ground, ground_states};
pub use moments::Moments;
pub(super) use split::signed_sums;

/// The most spins that [`PartitionFunction`] sums over: 2⁴⁴ states, minutes on a few threads.
pub const MAX_SUMMED: usize = 44;

/// A rough cost of one state on one thread, for the estimate in the error message.
const SECONDS_PER_STATE: f64 = 1e-10;

/// The partition function Z = Σ_s exp(−E(s)/T) of a model of at most [`MAX_SUMMED`] spins with any couplings and fields, summed exactly.
///
/// Made by [`Ising::partition_function`](crate::ising::Ising::partition_function); the last call says what is wanted. Each takes one to
/// three passes over all 2^N states (half of them without a field), at about 0.1 ns a state on one thread for ln Z alone and up to ten times
/// that for everything else: 30 spins take a fraction of a second, 40 some minutes. Progress is printed. Memory is no limit: ln Z
/// of 40 spins takes 4 MB, all moments of 36 spins less than 50 MB, and no number of spins comes near 1 GiB.
///
/// Weights are scaled by their largest, so low temperatures neither overflow nor underflow; the relative error of ln Z is below 1e-12.
/// Very strong couplings (beyond some 10 T each) leave a smaller inner block and cost more time.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?.field(0.1)?;
/// let z = ising.partition_function(2.0)?;
/// assert!((z.ln_z()? - ising.enumerate()?.at(2.0)?.ln_z).abs() < 1e-11);
/// let moments = z.deadline(60.0).moments()?;
/// assert_eq!(moments.correlations.dim(), (16, 16));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct PartitionFunction {
    model: Arc<PairModel>,
    temperature: f64,
    deadline: Option<f64>,
}

/// Refuses more spins than can be summed over.
pub(crate) fn check_summed(n: usize) -> Result<()> {
    if n > MAX_SUMMED {
        return Err(cost::too_large("The sum over all states", n, SECONDS_PER_STATE, MAX_SUMMED));
    }
    Ok(())
}

impl PartitionFunction {
    pub(crate) fn new(model: Arc<PairModel>, temperature: f64) -> Result<Self> {
        model.beta(temperature)?;
        check_summed(model.n_spins())?;
        Ok(Self { model, temperature, deadline: None })
    }

    /// A limit in seconds; default none.
    ///
    /// A sum over part of the states is no answer, so what passes the limit returns an error, with the time that all would take and the
    /// lower bound of ln Z that follows from the states summed.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::sherrington_kirkpatrick(36, 1)?;
    /// let late = glass.partition_function(0.5)?.deadline(0.01).ln_z().unwrap_err();
    /// assert!(late.to_string().contains("deadline"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    fn passes(&self) -> Result<Passes> {
        Ok(Passes::new(&self.model, self.temperature, Deadline::new(self.deadline)?))
    }

    /// ln Z of the whole system.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let free_spins = Ising::chain(20)?.coupling(0.0)?.partition_function(1.0)?;
    /// assert!((free_spins.ln_z()? - 20.0 * 2_f64.ln()).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the [`deadline`](Self::deadline) passes, or is not a finite number above 0.
    pub fn ln_z(&self) -> Result<f64> {
        self.passes()?.ln_z()
    }

    /// ln Z, energy, heat capacity, entropy, all magnetizations and all pair correlations. See [`Moments`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let moments = Ising::sherrington_kirkpatrick(12, 1)?.partition_function(0.5)?.moments()?;
    /// assert_eq!((moments.magnetizations[0], moments.correlations[(3, 3)]), (0.0, 1.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`ln_z`](Self::ln_z).
    pub fn moments(&self) -> Result<Moments> {
        let passes = self.passes()?;
        let energy = passes.energy(passes.ln_z()?)?;
        let (magnetizations, correlations) = passes.correlations(energy.ln_z)?;
        Ok(Moments::new(self.temperature, &energy, magnetizations, correlations))
    }

    /// The same quantities as [`Enumeration::at`](crate::exact::Enumeration::at), moments of the magnetization among them.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::square(5)?.coupling(0.5_f64.sqrt())?.partition_function(2.0)?.thermodynamics()?;
    /// assert!(exact.binder > 0.0 && exact.magnetization == 0.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`ln_z`](Self::ln_z).
    pub fn thermodynamics(&self) -> Result<Thermodynamics> {
        let passes = self.passes()?;
        let energy = passes.energy(passes.ln_z()?)?;
        let by_down = passes.by_magnetization(energy.ln_z)?;
        let n = self.model.n_spins() as f64;
        let mean = |power: fn(f64) -> f64| {
            let terms = by_down.iter().enumerate();
            terms.map(|(down, p)| p * power((n - 2.0 * down as f64) / n)).sum::<f64>()
        };
        let magnetic = MagneticMoments {
            m: mean(|m| m),
            abs_m: mean(f64::abs),
            m2: mean(|m| m * m),
            m4: mean(|m| m * m * m * m),
        };
        let t = self.temperature;
        Ok(Thermodynamics {
            temperature: t,
            ln_z: energy.ln_z,
            free_energy: -t * energy.ln_z / n,
            energy: t * energy.mean / n,
            heat_capacity: energy.variance / n,
            entropy: energy.entropy / n,
            // By symmetry; the sum leaves rounding errors.
            magnetization: if self.model.has_field() { magnetic.m } else { 0.0 },
            abs_magnetization: magnetic.abs_m,
            susceptibility: magnetic.susceptibility(n, t),
            susceptibility_full: magnetic.susceptibility_full(n, t),
            binder: magnetic.binder(),
        })
    }

    /// The distribution of the total magnetization M = Σ_i s_i: columns `total_magnetization` (−N, −N + 2, …, N) and `probability`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Ising::chain(2)?.partition_function(1e9)?.magnetization_distribution()?;
    /// assert!((frame.lookup("total_magnetization", 0.0, "probability")? - 0.5).abs() < 1e-8);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`ln_z`](Self::ln_z).
    pub fn magnetization_distribution(&self) -> Result<DataFrame> {
        let passes = self.passes()?;
        let mut probability = passes.by_magnetization(passes.ln_z()?)?;
        probability.reverse();
        let n = self.model.n_spins() as i64;
        let magnetization: Vec<i64> = (0..=n).map(|up| 2 * up - n).collect();
        Ok(df!("total_magnetization" => magnetization, "probability" => probability)?)
    }
}

impl fmt::Debug for PartitionFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartitionFunction(T = {}, {:?})", self.temperature, self.model)
    }
}
