//! The map of one step: the overlap after all units are updated once, against that before.

use super::require::{patterns_at, require_samples, require_sizes, require_some, require_within};
use super::rule::StorageRule;
use crate::error::{Error, Result};
use crate::hopfield::patterns::{corrupted, random_patterns};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::run_samples;
use crate::setters::setters;
use crate::stats::mean_and_error;
use crate::theory::signal_to_noise::overlap_after_one_step;

/// Settings of a retrieval map: the overlap m_t with a pattern after t synchronous steps at T = 0, started with overlap m_0.
///
/// Where m_1 > m_0 the first step comes closer to the pattern. For Hebb's rule and many random patterns it is exactly m_1 = erf(m_0/√(2α)), since the start
/// knows nothing of the other patterns. Later steps do, and lie elsewhere. Source: W. Kinzel, Z. Phys. B 60, 205 (1985).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let map = RetrievalMap::new().size(1000).loads([0.1]).overlaps([0.2, 0.6]).run()?;
/// let (measured, exact) = (map.values("overlap")?, map.values("overlap_theory")?);
/// assert!((measured[1] - exact[1]).abs() < 0.03);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RetrievalMap {
    rules: Vec<StorageRule>,
    size: usize,
    loads: Vec<f64>,
    overlaps: Vec<f64>,
    steps: usize,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

impl Default for RetrievalMap {
    fn default() -> Self {
        Self::new()
    }
}

impl RetrievalMap {
    /// Hebb's rule with the defaults of the setters.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let map = RetrievalMap::new().steps(3).samples(4).run()?;
    /// assert_eq!(map.height(), 11 * 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new() -> Self {
        Self {
            rules: vec![StorageRule::Hebb],
            size: 500,
            loads: vec![0.1],
            overlaps: (0..=10).map(|k| f64::from(k) / 10.0).collect(),
            steps: 1,
            samples: 20,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "RetrievalMap::new().size(50).samples(5)":
        /// The rules of storage; default Hebb's.
        rules;
        /// The loads α; default 0.1.
        loads;
        /// Samples of patterns; default 20.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples done so far and `complete` is false; default none.
        deadline;
    }

    /// The number of units N, column `n_units`; default 500.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(RetrievalMap::new().size(60).overlaps([0.5]).samples(4).run()?.values("n_units")?, [60.0]);
    /// # Ok(()) }
    /// ```
    pub fn size(&self, size: usize) -> Self {
        Self { size, ..self.clone() }
    }

    /// The overlaps at the start, from −1 to 1; default 0, 0.1, … 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let map = RetrievalMap::new().size(100).overlaps([0.5, 1.0]).samples(4).run()?;
    /// assert_eq!(map.values("overlap_start")?, [0.5, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn overlaps(&self, overlaps: impl IntoIterator<Item = f64>) -> Self {
        Self { overlaps: overlaps.into_iter().collect(), ..self.clone() }
    }

    /// The steps that are recorded; default 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let map = RetrievalMap::new().size(100).overlaps([0.5]).steps(3).samples(4).run()?;
    /// assert_eq!(map.values("step")?, [1.0, 2.0, 3.0]);
    /// # Ok(()) }
    /// ```
    pub fn steps(&self, steps: usize) -> Self {
        Self { steps, ..self.clone() }
    }

    /// Runs the experiment: a row for each rule, load, overlap at the start and step from 1 on, in this order of nesting.
    ///
    /// Columns: `rule`, `n_units`, `load`, `overlap_start` m_0 (with a whole number of flips), `step` t, `overlap` m_t with `overlap_err` (one standard error over samples), `overlap_theory`
    /// (Hebb's first step; else missing), `samples` (as done), `seed`, `complete`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let map = RetrievalMap::new().size(400).loads([0.05]).overlaps([0.4]).run()?;
    /// assert!(map.values("overlap")?[0] > 0.8); // from 0.4 in one step
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`RetrievalScan::run`](super::RetrievalScan::run).
    pub fn run(&self) -> Result<DataFrame> {
        let conditions = self.conditions()?;
        let deadline = Deadline::new(self.deadline)?;
        let courses = run_samples(conditions.len(), self.samples, deadline, |row, sample| {
            let (rule, count, overlap) = conditions[row];
            self.course(rule, count, overlap, sample)
        })?;
        let n = self.size as f64;
        let (mut rules, mut loads, mut starts, mut steps) = (vec![], vec![], vec![], vec![]);
        let (mut overlaps, mut errors, mut theory) = (vec![], vec![], vec![]);
        let (mut samples, mut complete) = (vec![], vec![]);
        for ((rule, count, overlap), courses) in conditions.iter().zip(&courses) {
            let load = *count as f64 / n;
            let start = 1.0 - 2.0 * ((1.0 - overlap) / 2.0 * n).round() / n;
            for step in 1..=self.steps {
                let values: Vec<f64> = courses.iter().map(|course| course[step - 1]).collect();
                let both = mean_and_error(&values);
                let exact = *rule == StorageRule::Hebb && step == 1;
                rules.push(rule.name());
                loads.push(load);
                starts.push(start);
                steps.push(step as u64);
                overlaps.push(both.map(|(mean, _)| mean));
                errors.push(both.map(|(_, error)| error));
                theory.push(exact.then(|| overlap_after_one_step(load, start)).transpose()?);
                samples.push(courses.len() as u64);
                complete.push(courses.len() == self.samples);
            }
        }
        let height = rules.len();
        Ok(df!(
            "rule" => rules,
            "n_units" => vec![self.size as u64; height],
            "load" => loads,
            "overlap_start" => starts,
            "step" => steps,
            "overlap" => overlaps,
            "overlap_err" => errors,
            "overlap_theory" => theory,
            "samples" => samples,
            "seed" => vec![self.seed.number(); height],
            "complete" => complete,
        )?)
    }

    fn conditions(&self) -> Result<Vec<(StorageRule, usize, f64)>> {
        require_some("rules", &self.rules)?;
        require_sizes(&[self.size])?;
        require_some("loads", &self.loads)?;
        require_some("overlaps", &self.overlaps)?;
        require_samples(self.samples)?;
        if !(1..=10_000).contains(&self.steps) {
            return Err(Error::argument("steps", self.steps, "between 1 and 10000"));
        }
        let mut conditions = Vec::new();
        for &rule in &self.rules {
            for &load in &self.loads {
                let count = patterns_at(load, self.size)?;
                for &overlap in &self.overlaps {
                    require_within("overlaps", overlap, -1.0, 1.0)?;
                    conditions.push((rule, count, overlap));
                }
            }
        }
        Ok(conditions)
    }

    /// One sample's overlaps after steps 1, 2, …; what stands still, or goes back and forth, does so for the rest.
    fn course(
        &self,
        rule: StorageRule,
        count: usize,
        overlap: f64,
        sample: usize,
    ) -> Result<Vec<f64>> {
        let seed = self.seed.child(sample as u64);
        let patterns = random_patterns(count, self.size, seed.child(0))?;
        let network = rule.store(&patterns)?;
        let pattern = patterns.row(0).to_owned();
        let start = corrupted(&pattern, (1.0 - overlap) / 2.0, seed.child(1))?;
        let recall = network.recall(&start).synchronous().sweeps(self.steps).pattern(0);
        let mut course: Vec<f64> = recall
            .states()?
            .rows()
            .into_iter()
            .map(|state| {
                let sum: i32 = state.iter().zip(&pattern).map(|(s, x)| i32::from(s * x)).sum();
                f64::from(sum) / self.size as f64
            })
            .collect();
        let cycle = recall.run()?.partner.is_some();
        while course.len() <= self.steps {
            let back = if cycle { 2 } else { 1 };
            course.push(course[course.len().saturating_sub(back)]);
        }
        course.remove(0);
        Ok(course)
    }
}
