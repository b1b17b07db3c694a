//! Enumeration of a system whose energy is any function of the spins.

use std::sync::Arc;

use super::Enumeration;
use super::source::Source;
use crate::error::{Error, Result};
use crate::exact::chunks::in_chunks;
use crate::exact::cost;
use crate::progress::Deadline;

/// The most spins of a system given by a function: one energy for each of 2²⁴ states, 128 MiB.
pub const MAX_LISTED: usize = 24;

/// States in a chunk of work.
const CHUNK_SPINS: usize = 12;

/// A rough cost of one call of the function.
const SECONDS_PER_STATE: f64 = 1e-7;

impl Enumeration {
    /// All states of `n` spins whose energy is any function of them: terms of higher order, constraints, other units. Called on many
    /// threads, once for each state.
    ///
    /// Energies that are whole numbers are counted exactly, as those of couplings are.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// // The ferromagnetic 3-spin model: E = −Σ_i s_i s_{i+1} s_{i+2} on a ring.
    /// let three = Enumeration::from_energy(9, |s| {
    ///     -(0..9).map(|i| f64::from(s[i] * s[(i + 1) % 9] * s[(i + 2) % 9])).sum::<f64>()
    /// })?;
    /// assert_eq!((three.ground_energy(), three.ground_degeneracy()), (-9.0, 4));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `n` is not between 1 and [`MAX_LISTED`], or an energy is not a finite number.
    pub fn from_energy(n: usize, energy: impl Fn(&[i8]) -> f64 + Sync) -> Result<Self> {
        Self::listed(n, &energy, None)
    }

    /// [`from_energy`](Self::from_energy) with a limit in seconds.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let pair = Enumeration::from_energy_within(2, |s| -f64::from(s[0] * s[1]), 10.0)?;
    /// assert_eq!(pair.ground_degeneracy(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As there, and if the limit passes before all energies are known, with an estimate of the time they take.
    pub fn from_energy_within(
        n: usize,
        energy: impl Fn(&[i8]) -> f64 + Sync,
        seconds: f64,
    ) -> Result<Self> {
        Self::listed(n, &energy, Some(seconds))
    }

    fn listed(
        n: usize,
        energy: &(dyn Fn(&[i8]) -> f64 + Sync),
        seconds: Option<f64>,
    ) -> Result<Self> {
        if n == 0 {
            return Err(Error::argument("n", n, format!("from 1 to {MAX_LISTED}")));
        }
        if n > MAX_LISTED {
            let what = "Enumeration of a function";
            return Err(cost::too_large(what, n, SECONDS_PER_STATE, MAX_LISTED));
        }
        let deadline = Deadline::new(seconds)?;
        let size = 1_usize << n.min(CHUNK_SPINS);
        let chunks = in_chunks((1 << n) / size, (n as f64).exp2(), &deadline, |chunk| {
            let mut energies = Vec::with_capacity(size);
            let mut spins = vec![1_i8; n];
            for state in chunk * size..(chunk + 1) * size {
                for (i, spin) in spins.iter_mut().enumerate() {
                    *spin = if state >> i & 1 == 1 { -1 } else { 1 };
                }
                let energy = energy(&spins);
                if !energy.is_finite() {
                    let given = format!("E({spins:?}) = {energy}");
                    return Err(Error::argument(
                        "energy",
                        given,
                        "a finite number for every state",
                    ));
                }
                energies.push(energy);
            }
            Ok(energies)
        });
        let mut energies = Vec::with_capacity(1 << n);
        for part in chunks.whole(SECONDS_PER_STATE, |_| None)? {
            energies.extend(part?);
        }
        if energies.iter().any(|energy| energy.abs() > 0.25 * f64::MAX) {
            let allowed = "so small that differences of energies stay below 1e308";
            return Err(Error::argument("energy", "a larger value", allowed));
        }
        let last = energies.len() - 1;
        let mirrored = (0..=last / 2).all(|state| energies[state] == energies[last - state]);
        Self::of(Source::Listed { n, energies: Arc::new(energies) }, mirrored, &deadline)
    }
}
