//! Recall against load and noise.

use super::require::{patterns_at, require_samples, require_sizes, require_some, require_within};
use super::rule::StorageRule;
use super::trial::Trial;
use crate::error::{Error, Result};
use crate::information::{BIT, binary_entropy};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::run_samples;
use crate::setters::setters;
use crate::stats::{fraction_error, mean_and_error};

/// Bits that a network stores per coupling J_ij: α (1 − H₂((1 − m)/2)), where H₂(p) = −p log₂ p − (1 − p) log₂(1 − p).
///
/// P patterns of N units, of which a fraction (1 − m)/2 is recalled wrongly, hold P N (1 − H₂) bits in N² couplings. Source: D. J. Amit, H. Gutfreund and
/// H. Sompolinsky, Ann. Phys. 173, 30 (1987).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(bits_per_coupling(0.05, 1.0)?, 0.05);
/// assert_eq!(bits_per_coupling(0.3, 0.0)?, 0.0);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the load is below 0 or not finite, or the overlap does not lie between −1 and 1.
pub fn bits_per_coupling(load: f64, overlap: f64) -> Result<f64> {
    if !(load >= 0.0 && load.is_finite()) {
        return Err(Error::argument("load", load, "0 or a finite number above"));
    }
    require_within("overlap", overlap, -1.0, 1.0)?;
    let wrong = (1.0 - overlap) / 2.0;
    Ok(load * (1.0 - binary_entropy(wrong)? / BIT))
}

/// Settings of an experiment on recall at T = 0: random patterns are stored, some of them recalled from noisy starts; [`run`](Self::run) gives the frame.
///
/// Every rule, size, load and noise is combined with every other. A sample is a set of random patterns; `starts` of them are recalled in each, and errors are over samples.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let frame = RetrievalScan::new().sizes([200]).loads([0.05, 0.3]).samples(10).run()?;
/// let overlap = frame.values("overlap")?;
/// assert!(overlap[0] > 0.99 && overlap[1] < 0.7);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RetrievalScan {
    rules: Vec<StorageRule>,
    sizes: Vec<usize>,
    loads: Vec<f64>,
    noise: Vec<f64>,
    threshold: f64,
    samples: usize,
    starts: usize,
    sweeps: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// One row's conditions.
#[derive(Clone, Copy)]
struct Condition {
    rule: StorageRule,
    size: usize,
    count: usize,
    noise: f64,
}

impl Condition {
    fn load(&self) -> f64 {
        self.count as f64 / self.size as f64
    }

    fn flips(&self) -> usize {
        (self.noise * self.size as f64).round() as usize
    }
}

/// A sample's means over its starts.
struct Sampled {
    overlap: f64,
    success: f64,
    sweeps: f64,
}

impl Default for RetrievalScan {
    fn default() -> Self {
        Self::new()
    }
}

impl RetrievalScan {
    /// Hebb's rule with the defaults of the setters.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let scan = RetrievalScan::new().rules(StorageRule::ALL).sizes([50]).loads([0.1]).samples(4);
    /// assert_eq!(scan.run()?.height(), 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new() -> Self {
        Self {
            rules: vec![StorageRule::Hebb],
            sizes: vec![500],
            loads: vec![0.05, 0.1, 0.15, 0.2],
            noise: vec![0.0],
            threshold: 0.95,
            samples: 20,
            starts: 4,
            sweeps: 100,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "RetrievalScan::new().sizes([50]).loads([0.1]).samples(5)":
        /// The rules of storage; default Hebb's.
        rules;
        /// The numbers of units N, column `n_units`; default 500.
        sizes;
        /// The loads α, each rounded to a whole number of patterns P = αN; default 0.05, 0.1, 0.15, 0.2.
        loads;
        /// The overlap from which on a recall is a success; default 0.95.
        threshold;
        /// Samples of patterns for each row; default 20.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples done so far and `complete` is false; default none.
        deadline;
    }

    /// The fractions of units flipped in the starts, from 0 (the default) to 1: the overlap at the start is 1 − 2 · noise.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let scan = RetrievalScan::new().sizes([200]).loads([0.05]).noise([0.1, 0.45]).samples(10).run()?;
    /// let success = scan.values("success")?;
    /// assert!(success[0] == 1.0 && success[1] < 0.5);
    /// # Ok(()) }
    /// ```
    pub fn noise(&self, noise: impl IntoIterator<Item = f64>) -> Self {
        Self { noise: noise.into_iter().collect(), ..self.clone() }
    }

    /// Patterns recalled in each sample, or all if there are fewer; default 4.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// let scan = RetrievalScan::new().sizes([50]).loads([0.1]).samples(5);
    /// assert!(scan.starts(2).run().is_ok() && scan.starts(0).run().is_err());
    /// ```
    pub fn starts(&self, starts: usize) -> Self {
        Self { starts, ..self.clone() }
    }

    /// The most sweeps of a recall; default 100.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let scan = RetrievalScan::new().sizes([100]).loads([0.2]).noise([0.3]).samples(5);
    /// assert!(scan.sweeps(1).run()?.values("sweeps")?[0] <= 1.0);
    /// # Ok(()) }
    /// ```
    pub fn sweeps(&self, sweeps: usize) -> Self {
        Self { sweeps, ..self.clone() }
    }

    /// Runs the experiment: a row for each rule, size, noise and load, in this order of nesting.
    ///
    /// Columns: `rule`, `n_units`, `noise`, `load` (P/N with the whole number of patterns), `n_patterns` P; `overlap` m at the end of recall, `success` (the
    /// fraction of recalls that end at the threshold or above), `bits` (per coupling, [`bits_per_coupling`] at the mean overlap), each with `_err` (one standard error over samples; missing with fewer than two
    /// of them; that of `success` at least what as many independent recalls would leave, so that it is not 0 where all succeed); `sweeps` on average; then `threshold`, `starts`, `samples` (as done), `seed`, `complete`.
    ///
    /// The same patterns are stored by every rule, and larger loads contain smaller ones, so that rows are not independent of each other.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = RetrievalScan::new().sizes([100, 200]).loads([0.05]).samples(4).run()?;
    /// assert_eq!(frame.values("n_patterns")?, [5.0, 10.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a list is empty, a size is below 2, a load is not above 0, a noise or threshold is out of range, there are fewer than 2 samples, no starts or no sweeps; if the rule cannot store so many patterns (the
    /// pseudo-inverse rule more than N); if the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<DataFrame> {
        let conditions = self.conditions()?;
        let deadline = Deadline::new(self.deadline)?;
        let samples = run_samples(conditions.len(), self.samples, deadline, |row, sample| {
            self.sample(conditions[row], sample)
        })?;
        self.frame(&conditions, &samples)
    }

    fn conditions(&self) -> Result<Vec<Condition>> {
        require_some("rules", &self.rules)?;
        require_sizes(&self.sizes)?;
        require_some("loads", &self.loads)?;
        require_some("noise", &self.noise)?;
        require_samples(self.samples)?;
        require_within("threshold", self.threshold, -1.0, 1.0)?;
        for (name, value) in [("starts", self.starts), ("sweeps", self.sweeps)] {
            if value == 0 {
                return Err(Error::argument(name, 0, "at least 1"));
            }
        }
        let mut conditions = Vec::new();
        for &rule in &self.rules {
            for &size in &self.sizes {
                for &noise in &self.noise {
                    require_within("noise", noise, 0.0, 1.0)?;
                    for &load in &self.loads {
                        let count = patterns_at(load, size)?;
                        conditions.push(Condition { rule, size, count, noise });
                    }
                }
            }
        }
        Ok(conditions)
    }

    fn sample(&self, condition: Condition, sample: usize) -> Result<Sampled> {
        let Condition { rule, size, count, .. } = condition;
        let seed = self.seed.child(size as u64).child(sample as u64);
        let trial = Trial::new(rule, count, size, seed, self.sweeps)?;
        let network = trial.network(count)?;
        let starts = self.starts.min(count);
        let mut sums = Sampled { overlap: 0.0, success: 0.0, sweeps: 0.0 };
        let part = 1.0 / starts as f64;
        for index in 0..starts {
            let (overlap, sweeps) = trial.recall(&network, index, condition.flips())?;
            sums.overlap += part * overlap;
            sums.success += if overlap >= self.threshold { part } else { 0.0 };
            sums.sweeps += part * sweeps as f64;
        }
        Ok(sums)
    }

    fn frame(&self, conditions: &[Condition], samples: &[Vec<Sampled>]) -> Result<DataFrame> {
        let height = conditions.len();
        let moments = |of: fn(&Sampled) -> f64| -> (Vec<Option<f64>>, Vec<Option<f64>>) {
            samples
                .iter()
                .map(|samples| mean_and_error(&samples.iter().map(of).collect::<Vec<_>>()))
                .map(|both| (both.map(|(mean, _)| mean), both.map(|(_, error)| error)))
                .unzip()
        };
        let (overlap, overlap_err) = moments(|sample| sample.overlap);
        let (success, spread) = moments(|sample| sample.success);
        // Samples that all agree have no spread, and yet do not exclude rare failures.
        let least = conditions.iter().zip(samples).map(|(condition, samples)| {
            let starts = self.starts.min(condition.count);
            let sum: f64 = samples.iter().map(|sample| sample.success).sum();
            fraction_error((sum * starts as f64).round() as usize, samples.len() * starts)
        });
        let success_err: Vec<Option<f64>> =
            spread.iter().zip(least).map(|(spread, least)| spread.map(|s| s.max(least))).collect();
        let (sweeps, _) = moments(|sample| sample.sweeps);
        let loads: Vec<f64> = conditions.iter().map(Condition::load).collect();
        let mut bits = Vec::with_capacity(height);
        let mut bits_err = Vec::with_capacity(height);
        for ((load, m), error) in loads.iter().zip(&overlap).zip(&overlap_err) {
            let Some((m, error)) = m.zip(*error) else {
                bits.push(None);
                bits_err.push(None);
                continue;
            };
            // Sums of overlaps may be off by rounding.
            let at = |m: f64| bits_per_coupling(*load, m.clamp(-1.0, 1.0));
            bits.push(Some(at(m)?));
            bits_err.push(Some((at(m + error)? - at(m - error)?).abs() / 2.0));
        }
        let first = df!(
            "rule" => conditions.iter().map(|c| c.rule.name()).collect::<Vec<_>>(),
            "n_units" => conditions.iter().map(|c| c.size as u64).collect::<Vec<_>>(),
            "noise" => conditions.iter().map(|c| c.noise).collect::<Vec<_>>(),
            "load" => loads,
            "n_patterns" => conditions.iter().map(|c| c.count as u64).collect::<Vec<_>>(),
            "overlap" => overlap,
            "overlap_err" => overlap_err,
            "success" => success,
            "success_err" => success_err,
            "bits" => bits,
            "bits_err" => bits_err,
        )?;
        let rest = df!(
            "sweeps" => sweeps,
            "threshold" => vec![self.threshold; height],
            "starts" => conditions.iter().map(|c| self.starts.min(c.count) as u64).collect::<Vec<_>>(),
            "samples" => samples.iter().map(|s| s.len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); height],
            "complete" => samples.iter().map(|s| s.len() == self.samples).collect::<Vec<_>>(),
        )?;
        Ok(first.hstack(rest.columns())?)
    }
}
