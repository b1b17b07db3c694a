//! The density of states as several runs estimate it, and thermodynamics from it.

use std::fmt;

use crate::error::{Error, Result, require_positive, require_temperatures};
use crate::ndarray::{Array2, ArrayView1};
use crate::numeric::logistic::ln_sum_exp;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::stats::{Estimate, LogMean, jackknife, ln_mean_exp};

/// The number of states at each energy, as [`WangLandau`](crate::sample::WangLandau) estimates it, and thermodynamics at any temperature from it.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let density: EntropyEstimate = Ising::chain(8)?.wang_landau().sweeps(2_000).run()?;
/// assert_eq!(density.ln_g.dim(), (16, density.energies.len()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EntropyEstimate {
    /// The number of spins N.
    pub n_spins: usize,
    /// The energy of each level, in total; of bins, the mean of what was visited there.
    pub energies: Vec<f64>,
    /// ln g of shape (runs, levels), each run normalised to 2^N states in all; −∞ where a run has not been.
    pub ln_g: Array2<f64>,
    /// ln f at the end of learning, of the slowest run: with each visit its g still changed by this. Where it is above 0.2 there were too few
    /// sweeps, and errors are too small.
    pub ln_f: f64,
    /// Sweeps of each run.
    pub sweeps: usize,
    /// Whether all sweeps were done, and no deadline cut them.
    pub complete: bool,
}

impl EntropyEstimate {
    /// ln Z of the whole system at temperature `t`: of the mean of all runs' Z, with a jackknife error over the runs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let density = Ising::chain(8)?.wang_landau().sweeps(2_000).run()?;
    /// let ln_z = density.ln_z(1e6)?;
    /// assert!((ln_z.mean - 8.0 * 2_f64.ln()).abs() < 1e-3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0, or there are fewer than two runs.
    pub fn ln_z(&self, t: f64) -> Result<Estimate> {
        Ok(self.at(t)?.ln_z)
    }

    /// The effective number of runs that Z at `t` is the mean of, (ΣZ)²/ΣZ²: all of them where they agree, one where a single run outweighs the
    /// others.
    pub(crate) fn effective_runs(&self, t: f64) -> f64 {
        let ln_z = |row: ArrayView1<'_, f64>| {
            let terms: Vec<f64> = self.energies.iter().zip(row).map(|(e, g)| g - e / t).collect();
            ln_sum_exp(&terms)
        };
        let ln_zs: Vec<f64> = self.ln_g.rows().into_iter().map(ln_z).collect();
        ln_mean_exp(&ln_zs).ess
    }

    /// One row per temperature: `temperature`, and `ln_z` (whole system), `free_energy`, `energy`, `heat_capacity`, `entropy` per spin, each
    /// with `_err` (a jackknife over the runs, which are weighted with their Z); `ln_f`, above 0.2 where there were too few sweeps for the errors to be
    /// trusted; `sweeps`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let density = Ising::chain(8)?.wang_landau().sweeps(2_000).run()?;
    /// assert_eq!(density.frame(&linspace(1.0, 3.0, 5))?.shape(), (5, 14));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no temperature or one is not a finite number above 0, or there are fewer than two runs.
    pub fn frame(&self, temperatures: &[f64]) -> Result<DataFrame> {
        require_temperatures(temperatures)?;
        let n = self.n_spins as f64;
        let mut columns = vec![Vec::new(); 10];
        for &t in temperatures {
            let Averages { ln_z, energy, variance, unit, entropy } = self.at(t)?;
            let quantities = [
                (ln_z, 1.0),
                (ln_z, -t / n),
                (energy, 1.0 / n),
                (variance, 1.0 / n),
                (entropy, 1.0 / n),
            ];
            for (k, (value, factor)) in quantities.into_iter().enumerate() {
                // Two divisions by T: T² would underflow before the quotient does.
                let scale = |x: f64| {
                    if k == 3 { x / (t / unit) / (t / unit) * factor } else { x * factor }
                };
                columns[2 * k].push(scale(value.mean));
                columns[2 * k + 1].push(scale(value.error).abs());
            }
        }
        let mut take = || columns.remove(0);
        Ok(df!(
            "temperature" => temperatures,
            "ln_z" => take(),
            "ln_z_err" => take(),
            "free_energy" => take(),
            "free_energy_err" => take(),
            "energy" => take(),
            "energy_err" => take(),
            "heat_capacity" => take(),
            "heat_capacity_err" => take(),
            "entropy" => take(),
            "entropy_err" => take(),
            "ln_f" => vec![self.ln_f; temperatures.len()],
            "sweeps" => vec![self.sweeps as u64; temperatures.len()],
            "complete" => vec![self.complete; temperatures.len()],
        )?)
    }

    /// The density of states: `total_energy`, `ln_g` (of the mean of all runs' g), `ln_g_err` (by a jackknife over runs; infinite where only one
    /// saw the level), `runs` (that saw it).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let density = Ising::chain(8)?.wang_landau().sweeps(2_000).run()?.density_of_states()?;
    /// assert!((density.values("ln_g")?[0] - 2_f64.ln()).abs() < 0.5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// None in practice; polars' constructor can fail.
    pub fn density_of_states(&self) -> Result<DataFrame> {
        let (mut values, mut errors, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        for column in self.ln_g.columns() {
            let known = column.iter().filter(|x| x.is_finite()).count();
            // As good as −∞, but differences are numbers.
            let all: Vec<f64> = column.iter().map(|x| x.max(-1e100)).collect();
            let LogMean { value, error, .. } = ln_mean_exp(&all);
            values.push(value);
            errors.push(if known > 1 { error } else { f64::INFINITY });
            counts.push(known as u64);
        }
        Ok(df!(
            "total_energy" => self.energies.clone(),
            "ln_g" => values,
            "ln_g_err" => errors,
            "runs" => counts,
        )?)
    }

    /// Averages at temperature `t` over all runs, each weighted with its Z.
    fn at(&self, t: f64) -> Result<Averages> {
        require_positive("temperature", t)?;
        let runs = self.ln_g.nrows();
        if runs < 2 || self.ln_g.ncols() != self.energies.len() {
            let given = format!("an array of shape {:?}", self.ln_g.dim());
            let allowed = format!("of shape (2 or more runs, {})", self.energies.len());
            return Err(Error::argument("ln_g", given, allowed));
        }
        let exponents: Vec<Vec<f64>> = self
            .ln_g
            .rows()
            .into_iter()
            .map(|row| self.energies.iter().zip(row).map(|(e, ln_g)| ln_g - e / t).collect())
            .collect();
        let ln_zs: Vec<f64> = exponents.iter().map(|row| ln_sum_exp(row)).collect();
        let largest = ln_zs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !largest.is_finite() {
            let allowed = "so large that E/T does not overflow";
            return Err(Error::argument("temperature", t, allowed));
        }
        // Energies from a level near their mean, so that squares do not cancel.
        let place = exponents[0].iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let reference = place.map_or(0.0, |(level, _)| self.energies[level]);
        // A power of two, so that the squares of huge energies do not overflow.
        let largest_energy =
            self.energies.iter().map(|e| (e - reference).abs()).fold(0.0, f64::max);
        let unit = if largest_energy > 0.0 { largest_energy.log2().floor().exp2() } else { 1.0 };
        let blocks: Vec<Vec<f64>> = exponents
            .iter()
            .map(|row| {
                let mut sums = vec![f64::MIN_POSITIVE, 0.0, 0.0];
                for (e, x) in self.energies.iter().zip(row) {
                    let (weight, e) = ((x - largest).exp(), (e - reference) / unit);
                    sums[0] += weight;
                    sums[1] += weight * e;
                    sums[2] += weight * e * e;
                }
                sums
            })
            .collect();
        let estimate = |function: &dyn Fn(&[f64]) -> f64| jackknife(&blocks, 0.5, runs, function);
        let shifted = |x: Estimate, by: f64| Estimate { mean: x.mean + by, ..x };
        let scaled =
            |x: Estimate, by: f64| Estimate { mean: x.mean * by, error: x.error * by, ..x };
        Ok(Averages {
            ln_z: shifted(estimate(&|x| x[0].ln())?, largest),
            energy: shifted(scaled(estimate(&|x| x[1] / x[0])?, unit), reference),
            variance: estimate(&|x| x[2] / x[0] - (x[1] / x[0]).powi(2))?,
            unit,
            entropy: shifted(
                estimate(&|x| x[1] / x[0] * (unit / t) + x[0].ln())?,
                reference / t + largest,
            ),
        })
    }
}

/// In total, the entropy too.
struct Averages {
    ln_z: Estimate,
    energy: Estimate,
    /// In units of `unit`².
    variance: Estimate,
    unit: f64,
    entropy: Estimate,
}

impl fmt::Debug for EntropyEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (levels, runs, n) = (self.energies.len(), self.ln_g.nrows(), self.n_spins);
        write!(
            f,
            "EntropyEstimate({levels} levels of {n} spins, {runs} runs, ln f = {:.1e})",
            self.ln_f
        )
    }
}
