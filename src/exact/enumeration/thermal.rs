//! Thermal averages from all states.

use std::sync::Arc;

use super::Enumeration;
use super::source::{Source, magnetization};
use crate::error::{Error, Result, require_beta, require_positive, require_temperatures};
use crate::exact::partition::{PartitionFunction, hadamard};
use crate::exact::thermodynamics::{StateSums, Thermodynamics};
use crate::ndarray::{Array1, Array2};
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;

/// States summed at a time, always the same, so that sums do not depend on the number of threads.
const CHUNK: usize = 1 << 14;

impl Enumeration {
    /// The exact quantities at temperature `t`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let pair = Ising::on(Lattice::chain(2).open())?.enumerate()?.at(1.0)?;
    /// assert!((pair.energy + 0.5 * 1_f64.tanh()).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0, or so small that energies over it overflow; if the [`deadline`](Self::deadline) passes.
    pub fn at(&self, t: f64) -> Result<Thermodynamics> {
        require_beta(t, self.ground)?;
        let sums = match (&self.histogram, &self.source) {
            (Some(histogram), _) => {
                let mut sums = StateSums::default();
                for (&(energy, magnetization), &count) in histogram.iter() {
                    let excitation = energy as f64 * self.source.unit() - self.ground;
                    let weight = count as f64 * (-excitation / t).exp();
                    sums.add(weight, excitation, f64::from(magnetization));
                }
                sums
            }
            (None, Source::Pairs { .. }) => return self.partition_function(t)?.thermodynamics(),
            (None, Source::Listed { n, energies }) => self.listed_at(t, *n, energies),
        };
        let mut exact = sums.thermodynamics(t, self.n_spins(), self.ground);
        if self.mirrored {
            // By symmetry; the sum leaves rounding errors.
            exact.magnetization = 0.0;
        }
        Ok(exact)
    }

    fn listed_at(&self, t: f64, n: usize, energies: &[f64]) -> StateSums {
        let chunks: Vec<StateSums> = energies
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, energies)| {
                let mut sums = StateSums::default();
                for (k, energy) in energies.iter().enumerate() {
                    let excitation = energy - self.ground;
                    let m = f64::from(magnetization(n, chunk * CHUNK + k));
                    sums.add((-excitation / t).exp(), excitation, m);
                }
                sums
            })
            .collect();
        chunks.into_iter().fold(StateSums::default(), StateSums::merge)
    }

    /// The contraction over all states of a model with pair couplings.
    fn partition_function(&self, t: f64) -> Result<PartitionFunction> {
        let Source::Pairs { model, .. } = &self.source else {
            return Err(Error::Unsupported {
                what: "The partition function by contraction".to_owned(),
                why: "this system was given by a function".to_owned(),
                advice: "Use `at(t)`.".to_owned(),
            });
        };
        let z = PartitionFunction::new(Arc::clone(model), t)?;
        Ok(self.deadline.map_or_else(|| z.clone(), |seconds| z.deadline(seconds)))
    }

    /// ⟨s_i⟩ at temperature `t`, shape (N,); 0 where a state and its mirror image have the same energy.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::chain(4)?.field(0.5)?.enumerate()?;
    /// assert!((exact.magnetizations(2.0)?[3] - exact.at(2.0)?.magnetization).abs() < 1e-14);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`at`](Self::at).
    pub fn magnetizations(&self, t: f64) -> Result<Array1<f64>> {
        Ok(self.moments(t)?.0)
    }

    /// ⟨s_i s_j⟩ at temperature `t`: shape (N, N), symmetric, with ones on the diagonal.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let correlations = Ising::chain(2)?.enumerate()?.correlations(1.0)?;
    /// assert!((correlations[(0, 1)] - 2_f64.tanh()).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`at`](Self::at).
    pub fn correlations(&self, t: f64) -> Result<Array2<f64>> {
        Ok(self.moments(t)?.1)
    }

    fn moments(&self, t: f64) -> Result<(Array1<f64>, Array2<f64>)> {
        require_positive("temperature", t)?;
        if let Source::Pairs { .. } = self.source {
            let moments = self.partition_function(t)?.moments()?;
            return Ok((moments.magnetizations, moments.correlations));
        }
        let n = self.n_spins();
        let mut signed = self.weights(t);
        hadamard(&mut signed);
        let single = |i: usize| if self.mirrored { 0.0 } else { signed[1 << i] };
        let pair = |(i, j): (usize, usize)| if i == j { 1.0 } else { signed[1 << i | 1 << j] };
        Ok(((0..n).map(single).collect(), Array2::from_shape_fn((n, n), pair)))
    }

    /// One row per temperature: `temperature`, `ln_z` (whole system), and per spin `free_energy`, `energy`, `heat_capacity`, `entropy`,
    /// `magnetization`, `abs_magnetization`, `susceptibility`, `susceptibility_full`, `binder`. See [`Thermodynamics`].
    ///
    /// After the [`deadline`](Self::deadline) the temperatures left have missing values; the first is always computed.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Ising::square(4)?.enumerate()?.frame(&linspace(1.0, 4.0, 7))?;
    /// assert_eq!(frame.shape(), (7, 11));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no temperature, or one, or the deadline, is not a finite number above 0.
    pub fn frame(&self, temperatures: &[f64]) -> Result<DataFrame> {
        require_temperatures(temperatures)?;
        let deadline = Deadline::new(self.deadline)?;
        let unlimited = Self { deadline: None, ..self.clone() };
        let mut progress = Progress::new("temperatures", temperatures.len());
        let mut rows = Vec::with_capacity(temperatures.len());
        for &t in temperatures {
            let late = !rows.is_empty() && deadline.passed();
            rows.push(if late { None } else { Some(unlimited.at(t)?) });
            progress.add(1);
        }
        Thermodynamics::frame(temperatures, &rows)
    }
}
