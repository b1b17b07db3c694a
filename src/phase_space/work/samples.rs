//! Free energies from works measured in both directions.

use crate::error::{Error, Result};
use crate::free_energy::{Energies, Link};
use crate::ndarray::Array1;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::stats::{estimate, ln_mean_exp, mean_and_error};

/// Fewer works than this in a bin have no Gaussian error.
const LEAST: u64 = 10;

/// Works of many runs of a [`WorkProtocol`](crate::phase_space::WorkProtocol), forwards and backwards.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let work: WorkSamples = WorkProtocol::drag(1.0, 2.0)?.samples(100).run()?;
/// assert_eq!((work.forward.len(), work.reverse.len(), work.free_energy), (100, 100, 0.0));
/// assert!(work.complete);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct WorkSamples {
    /// The work of each run from λ = 0 to 1.
    pub forward: Array1<f64>,
    /// The work of each run from λ = 1 to 0.
    pub reverse: Array1<f64>,
    /// ΔF, exact.
    pub free_energy: f64,
    /// The temperature.
    pub temperature: f64,
    /// The time that a run takes.
    pub time: f64,
    /// The steps that a run takes.
    pub steps: usize,
    /// The seed's number.
    pub seed: u64,
    /// Whether all runs were made: false if a deadline stopped them.
    pub complete: bool,
}

impl WorkSamples {
    /// ΔF by all methods, a row each: `method`, `free_energy`, `free_energy_err`, `free_energy_exact`, `ess` (the effective number of works that count), and the conditions `temperature`, `time`, `steps`, `samples`, `seed`, `complete`.
    ///
    /// The methods, in this order: `jarzynski` (−T ln⟨e^{−W/T}⟩, its error by leaving out one run at a time), `jarzynski_reverse` (of the runs backwards), `bennett` (both directions, by
    /// Bennett's acceptance ratio, J. Comput. Phys. 22, 245 (1976), which is the most likely ΔF under Crooks' relation), `gaussian` (⟨W⟩ − σ²/2T, exact where the work is Gaussian),
    /// and `mean_work` (⟨W⟩, an upper bound: the second law).
    ///
    /// # Errors
    /// If the works are so large that W/T overflows.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let estimates = WorkProtocol::stiffening(1.0, 4.0)?.samples(3000).run()?.estimates()?;
    /// let (bennett, error) = (estimates.values("free_energy")?[2], estimates.values("free_energy_err")?[2]);
    /// assert!((bennett - 2_f64.ln()).abs() < 4.0 * error);
    /// # Ok(()) }
    /// ```
    pub fn estimates(&self) -> Result<DataFrame> {
        let t = self.temperature;
        let over = |works: &Array1<f64>, sign: f64| -> Vec<f64> {
            works.iter().map(|w| sign * w / t).collect()
        };
        let forth = ln_mean_exp(&over(&self.forward, -1.0));
        let back = ln_mean_exp(&over(&self.reverse, -1.0));
        // Two states whose energies differ by W/T as inverse temperatures 0 and 1 would.
        let first = Energies::at(0.0, over(&self.forward, 1.0))?;
        let second = Energies::at(1.0, over(&self.reverse, -1.0))?;
        let link = Link::new(&first, &second)?;
        let (left, right) = (estimate(&link.hot)?, estimate(&link.cold)?);
        let n = self.forward.len() as f64;
        let (mean, mean_err) = of(&self.forward.to_vec());
        let squares: Vec<f64> = self.forward.iter().map(|w| (w - mean).powi(2)).collect();
        let variance = squares.iter().sum::<f64>() / (n - 1.0);
        // By how much each work moves ⟨W⟩ − σ²/2T.
        let moves = self.forward.iter().zip(&squares).map(|(w, square)| w - 0.5 * square / t);
        let (_, gaussian_err) = of(&moves.collect::<Vec<_>>());
        let rows = [
            ("jarzynski", -t * forth.value, t * forth.error, forth.ess),
            ("jarzynski_reverse", t * back.value, t * back.error, back.ess),
            (
                "bennett",
                -t * link.ln_ratio,
                t * left.error.hypot(right.error),
                left.ess + right.ess,
            ),
            ("gaussian", mean - 0.5 * variance / t, gaussian_err, n),
            ("mean_work", mean, mean_err, n),
        ];
        let height = rows.len();
        Ok(df!(
            "method" => rows.map(|row| row.0),
            "free_energy" => rows.map(|row| row.1),
            "free_energy_err" => rows.map(|row| row.2),
            "free_energy_exact" => vec![self.free_energy; height],
            "ess" => rows.map(|row| row.3),
            "temperature" => vec![t; height],
            "time" => vec![self.time; height],
            "steps" => vec![self.steps as u64; height],
            "samples" => vec![self.forward.len() as u64; height],
            "seed" => vec![self.seed; height],
            "complete" => vec![self.complete; height],
        )?)
    }

    /// The works of both directions, a row each: `work` (backwards with its sign changed, as Crooks' relation compares them) and `direction` (`forward`, `reverse`).
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(WorkProtocol::drag(1.0, 2.0)?.samples(100).run()?.frame()?.height(), 200);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let works: Vec<f64> =
            self.forward.iter().copied().chain(self.reverse.iter().map(|w| -w)).collect();
        let mut direction = vec!["forward"; self.forward.len()];
        direction.resize(works.len(), "reverse");
        Ok(df!("work" => works, "direction" => direction)?)
    }

    /// Crooks' relation in bins where both directions have 10 works at least: `work` (halfway between the mean works of the two directions), `ln_ratio` with `ln_ratio_err` (ln P(W)/P_rev(−W)), and `ln_ratio_exact`, (W − ΔF)/T.
    ///
    /// # Errors
    /// If there is no bin, or none in which both directions have enough works: then they overlap too little.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let crooks = WorkProtocol::drag(1.0, 1.0)?.samples(5000).run()?.crooks(20)?;
    /// assert!(crooks.height() > 5);
    /// # Ok(()) }
    /// ```
    pub fn crooks(&self, bins: usize) -> Result<DataFrame> {
        if bins == 0 || bins > 100_000 {
            return Err(Error::argument("bins", bins, "between 1 and 100 000"));
        }
        let back: Vec<f64> = self.reverse.iter().map(|w| -w).collect();
        let ends = |works: &[f64]| {
            let low = works.iter().copied().fold(f64::INFINITY, f64::min);
            (low, works.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        };
        let forward = self.forward.to_vec();
        let ((a, b), (c, d)) = (ends(&forward), ends(&back));
        let (low, high) = (a.max(c), b.min(d));
        let width = (high - low) / bins as f64;
        // Numbers of works in each bin, and their sums.
        let count = |works: &[f64]| {
            let mut bins = vec![(0_u64, 0.0); bins];
            for w in works {
                let place = (w - low) / width;
                if (0.0..bins.len() as f64).contains(&place) {
                    bins[place as usize].0 += 1;
                    bins[place as usize].1 += w;
                }
            }
            bins
        };
        let sizes = (self.forward.len() as f64 / self.reverse.len() as f64).ln();
        let mut rows: [Vec<f64>; 4] = Default::default();
        for ((f, forth), (r, back)) in count(&forward).into_iter().zip(count(&back)) {
            if f.min(r) < LEAST {
                continue;
            }
            let (f, r) = (f as f64, r as f64);
            // Where densities are steep neither mean is the middle; between the two means the exponential is averaged best.
            let work = 0.5 * (forth / f + back / r);
            rows[0].push(work);
            rows[1].push((f / r).ln() - sizes);
            rows[2].push((1.0 / f + 1.0 / r).sqrt());
            rows[3].push((work - self.free_energy) / self.temperature);
        }
        if rows[0].is_empty() {
            return Err(Error::argument(
                "bins",
                format!("{bins}, none of which has {LEAST} works of either direction"),
                "fewer, or the runs more or slower, so that the two directions overlap",
            ));
        }
        let [work, ratio, error, exact] = rows;
        Ok(
            df!("work" => work, "ln_ratio" => ratio, "ln_ratio_err" => error, "ln_ratio_exact" => exact)?,
        )
    }

    /// The work at which the two histograms of [`crooks`](Self::crooks) cross, with its error: ΔF, from a line of slope 1/T through their log ratios.
    ///
    /// # Errors
    /// As [`crooks`](Self::crooks).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (crossing, error) = WorkProtocol::drag(1.0, 1.0)?.samples(5000).run()?.crossing(20)?;
    /// assert!(crossing.abs() < 4.0 * error);
    /// # Ok(()) }
    /// ```
    pub fn crossing(&self, bins: usize) -> Result<(f64, f64)> {
        let crooks = self.crooks(bins)?;
        let column = |name| crate::frame::columns::numbers(&crooks, name);
        let (work, ratio, error) = (column("work")?, column("ln_ratio")?, column("ln_ratio_err")?);
        let weights: Vec<f64> = error.iter().map(|e| 1.0 / (e * e)).collect();
        let whole: f64 = weights.iter().sum();
        let t = self.temperature;
        let places = work.iter().zip(&ratio).zip(&weights);
        let sum: f64 = places.map(|((w, ratio), weight)| weight * (w - t * ratio)).sum();
        // Of so many works in all those that are missing in one bin are in another, which the errors of single bins leave out.
        let shared = 1.0 / self.forward.len() as f64 + 1.0 / self.reverse.len() as f64;
        Ok((sum / whole, t * (1.0 / whole - shared).max(0.0).sqrt()))
    }

    /// Jarzynski's estimate from few runs, averaged over as many groups as there are: `samples` (of a group), `free_energy`, `free_energy_err`, `bias` (from the exact ΔF), `groups`.
    ///
    /// The logarithm of a mean of few is too small in the mean, so that ΔF is too large: about by the variance of e^{−(W−ΔF)/T} times T/2n, and less steeply where that is large
    /// (J. Gore, F. Ritort and C. Bustamante, Proc. Natl. Acad. Sci. 100, 12564 (2003)).
    ///
    /// # Errors
    /// If a size is 0 or leaves fewer than two groups.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bias = WorkProtocol::drag(1.0, 3.0)?.samples(2000).run()?.bias([1, 10, 100])?;
    /// // One run alone gives the mean work.
    /// assert!(bias.values("bias")?[0] > bias.values("bias")?[2]);
    /// # Ok(()) }
    /// ```
    pub fn bias(&self, sizes: impl IntoIterator<Item = usize>) -> Result<DataFrame> {
        let exponents: Vec<f64> = self.forward.iter().map(|w| -w / self.temperature).collect();
        let (mut count, mut groups) = (Vec::new(), Vec::new());
        let (mut means, mut errors) = (Vec::new(), Vec::new());
        for size in sizes {
            if size == 0 || exponents.len() / size < 2 {
                let allowed = format!("between 1 and {}, half the runs", exponents.len() / 2);
                return Err(Error::argument("sizes", size, allowed));
            }
            let single = |group: &[f64]| -self.temperature * ln_mean_exp(group).value;
            let values: Vec<f64> = exponents.chunks_exact(size).map(single).collect();
            let (mean, error) = of(&values);
            count.push(size as u64);
            groups.push(values.len() as u64);
            means.push(mean);
            errors.push(error);
        }
        let bias: Vec<f64> = means.iter().map(|mean| mean - self.free_energy).collect();
        Ok(df!(
            "samples" => count,
            "free_energy" => means,
            "free_energy_err" => errors,
            "bias" => bias,
            "groups" => groups,
        )?)
    }
}

fn of(values: &[f64]) -> (f64, f64) {
    mean_and_error(values).unwrap_or((f64::NAN, f64::NAN))
}
