//! Sizes of basins of attraction.

use super::require::{patterns_at, require_samples, require_sizes, require_some, require_within};
use super::rule::StorageRule;
use super::trial::Trial;
use crate::error::{Error, Result};
use crate::numeric::bisection::last_passing;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::run_samples;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Settings of an experiment on basins of attraction: how many units of a pattern may be wrong before it is no longer recalled.
///
/// In each sample a pattern's units are flipped in a random order, and bisection finds the number of flips at which recall turns from success to failure. With
/// d flips the overlap at the start is m₀ = 1 − 2d/N: the *critical overlap* is the smallest from which recall succeeds, 0 for the widest basin (half of the units wrong) and 1
/// where not even the pattern itself is kept.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let frame = BasinScan::new().sizes([200]).loads([0.02, 0.1]).samples(20).run()?;
/// let critical = frame.values("critical_overlap")?;
/// assert!(critical[0] < critical[1]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct BasinScan {
    rules: Vec<StorageRule>,
    sizes: Vec<usize>,
    loads: Vec<f64>,
    threshold: f64,
    samples: usize,
    sweeps: usize,
    seed: Seed,
    deadline: Option<f64>,
}

impl Default for BasinScan {
    fn default() -> Self {
        Self::new()
    }
}

impl BasinScan {
    /// Hebb's rule with the defaults of the setters.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(BasinScan::new().sizes([100]).samples(4).run()?.height(), 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new() -> Self {
        Self {
            rules: vec![StorageRule::Hebb],
            sizes: vec![500],
            loads: vec![0.02, 0.05, 0.08, 0.11],
            threshold: 0.9,
            samples: 50,
            sweeps: 100,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "BasinScan::new().sizes([50]).loads([0.05]).samples(5)":
        /// The rules of storage; default Hebb's.
        rules;
        /// The numbers of units N, column `n_units`; default 500.
        sizes;
        /// The loads α, each rounded to a whole number of patterns; default 0.02, 0.05, 0.08, 0.11.
        loads;
        /// The overlap with the pattern from which on a recall is a success; default 0.9.
        threshold;
        /// Samples of patterns for each row; default 50.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples done so far and `complete` is false; default none.
        deadline;
    }

    /// The most sweeps of a recall; default 100.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// let scan = BasinScan::new().sizes([50]).loads([0.05]).samples(5);
    /// assert!(scan.sweeps(20).run().is_ok() && scan.sweeps(0).run().is_err());
    /// ```
    pub fn sweeps(&self, sweeps: usize) -> Self {
        Self { sweeps, ..self.clone() }
    }

    /// Runs the experiment: a row for each rule, size and load, in this order of nesting.
    ///
    /// Columns: `rule`, `n_units`, `load`, `n_patterns`; `critical_overlap` and `radius` (flips/N, (1 − critical overlap)/2), each with `_err` (one standard error over samples); `kept` (the fraction of samples in which
    /// the pattern itself is recalled without a flip; the others count with critical overlap 1); then `threshold`, `samples` (as done), `seed`, `complete`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = BasinScan::new().rules([StorageRule::PseudoInverse]).sizes([50]).loads([0.1]).samples(10).run()?;
    /// assert_eq!(frame.values("kept")?, [1.0]); // the rule keeps every pattern
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`RetrievalScan::run`](super::RetrievalScan::run).
    pub fn run(&self) -> Result<DataFrame> {
        let conditions = self.conditions()?;
        let deadline = Deadline::new(self.deadline)?;
        let flips = run_samples(conditions.len(), self.samples, deadline, |row, sample| {
            let (rule, size, count) = conditions[row];
            self.most_flips(rule, size, count, sample)
        })?;
        let height = conditions.len();
        let radii: Vec<Option<(f64, f64)>> = conditions
            .iter()
            .zip(&flips)
            .map(|((_, size, _), flips)| {
                let radius = |flips: &Option<usize>| flips.unwrap_or(0) as f64 / *size as f64;
                mean_and_error(&flips.iter().map(radius).collect::<Vec<_>>())
            })
            .collect();
        let kept = |flips: &Vec<Option<usize>>| {
            flips.iter().flatten().count() as f64 / flips.len().max(1) as f64
        };
        Ok(df!(
            "rule" => conditions.iter().map(|(rule, _, _)| rule.name()).collect::<Vec<_>>(),
            "n_units" => conditions.iter().map(|(_, size, _)| *size as u64).collect::<Vec<_>>(),
            "load" => conditions.iter().map(|(_, size, count)| *count as f64 / *size as f64).collect::<Vec<_>>(),
            "n_patterns" => conditions.iter().map(|(_, _, count)| *count as u64).collect::<Vec<_>>(),
            "critical_overlap" => radii.iter().map(|r| r.map(|(r, _)| 1.0 - 2.0 * r)).collect::<Vec<_>>(),
            "critical_overlap_err" => radii.iter().map(|r| r.map(|(_, e)| 2.0 * e)).collect::<Vec<_>>(),
            "radius" => radii.iter().map(|r| r.map(|(r, _)| r)).collect::<Vec<_>>(),
            "radius_err" => radii.iter().map(|r| r.map(|(_, e)| e)).collect::<Vec<_>>(),
            "kept" => flips.iter().map(kept).collect::<Vec<_>>(),
            "threshold" => vec![self.threshold; height],
            "samples" => flips.iter().map(|f| f.len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); height],
            "complete" => flips.iter().map(|f| f.len() == self.samples).collect::<Vec<_>>(),
        )?)
    }

    fn conditions(&self) -> Result<Vec<(StorageRule, usize, usize)>> {
        require_some("rules", &self.rules)?;
        require_sizes(&self.sizes)?;
        require_some("loads", &self.loads)?;
        require_samples(self.samples)?;
        require_within("threshold", self.threshold, -1.0, 1.0)?;
        if self.sweeps == 0 {
            return Err(Error::argument("sweeps", 0, "at least 1"));
        }
        let mut conditions = Vec::new();
        for &rule in &self.rules {
            for &size in &self.sizes {
                for &load in &self.loads {
                    conditions.push((rule, size, patterns_at(load, size)?));
                }
            }
        }
        Ok(conditions)
    }

    /// The most flips from which a sample's pattern is recalled, at most N/2; none if it is not recalled from itself.
    fn most_flips(
        &self,
        rule: StorageRule,
        size: usize,
        count: usize,
        sample: usize,
    ) -> Result<Option<usize>> {
        let seed = self.seed.child(size as u64).child(sample as u64);
        let trial = Trial::new(rule, count, size, seed, self.sweeps)?;
        let network = trial.network(count)?;
        let succeeds = |flips: usize| Ok(trial.recall(&network, 0, flips)?.0 >= self.threshold);
        if !succeeds(0)? {
            return Ok(None);
        }
        last_passing(0, size / 2 + 1, succeeds).map(Some)
    }
}
