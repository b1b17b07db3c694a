//! Teacher and student: how well a rule generalises.

use std::f64::consts::PI;

use crate::error::{Error, Result, require_positive};
use crate::perceptron::examples::{Examples, check_size};
use crate::perceptron::model::Perceptron;
use crate::perceptron::rule::LearningRule;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Settings of a teacher–student experiment: generalisation errors ε of students that learn from P = αN examples of a random teacher;
/// [`run`](Self::run) gives the table.
///
/// Each sample has a teacher of its own, uniform on the sphere, and Gaussian inputs; all rules learn from the same examples. ε = arccos(R)/π follows from the overlap R of student
/// and teacher, without test data. Errors are those of the mean over samples. Finite sizes differ from the theory's N → ∞ by terms of order 1/N: compare two sizes.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let rules = [LearningRule::Hebb, LearningRule::MaxStability];
/// let table = LearningCurve::new(rules, 20, [1.0, 4.0]).samples(20).seed(1).run()?;
/// let figure = table.scatter_by("load", "generalization_error", "rule")?;
/// assert_eq!(table.height(), 4);
/// # figure.svg()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct LearningCurve {
    rules: Vec<LearningRule>,
    size: usize,
    loads: Vec<f64>,
    samples: usize,
    members: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// One student.
#[derive(Clone, Copy, Debug)]
struct Student {
    overlap: f64,
    error: f64,
    mutual: Option<f64>,
    r_hat: Option<f64>,
}

impl LearningCurve {
    /// For these rules, this number N of inputs and these loads α = P/N; P is rounded, and at least 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let curve = LearningCurve::new([LearningRule::Hebb, LearningRule::PseudoInverse], 10, [0.5, 2.0]);
    /// assert_eq!(curve.samples(20).run()?.values("load")?, [0.5, 2.0, 0.5, 2.0]);
    /// # Ok(()) }
    /// ```
    pub fn new(
        rules: impl IntoIterator<Item = LearningRule>,
        size: usize,
        loads: impl IntoIterator<Item = f64>,
    ) -> Self {
        Self {
            rules: rules.into_iter().collect(),
            size,
            loads: loads.into_iter().collect(),
            samples: 100,
            members: 100,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "LearningCurve::new([LearningRule::Hebb], 5, [1.0]).samples(20)":
        /// Teachers for each load; default 100.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples so far and `complete` is false; default none.
        deadline;
    }

    /// Members of each version space kept from each of two chains for Gibbs' and Bayes' rules; default 100. From M independent members, the centre's 1 − R² is too large by one part in M.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let curve = LearningCurve::new([LearningRule::Gibbs], 10, [2.0]).samples(20);
    /// let few = curve.members(40).run()?;
    /// assert!(few.values("generalization_error")?[0] > 0.1 && curve.members(0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn members(&self, members: usize) -> Self {
        Self { members, ..self.clone() }
    }

    /// Trains all students. One row for each rule and load: `rule`, `n_inputs` N, `n_patterns` P, `load` α, `overlap` R and `overlap_err`,
    /// `generalization_error` ε and `generalization_error_err`, `mutual_overlap` q of two members of a version space with `mutual_overlap_err` (Gibbs only; R and q agree in equilibrium,
    /// at any N), `r_hat` (Gibbs and Bayes: the mean over samples), `samples`, `seed`, `complete`.
    ///
    /// Gibbs' error is the mean over all members of the version space that were sampled, Bayes' that of their centre.
    ///
    /// # Errors
    /// [`Error::Argument`] without rules or loads, for a size of 0, a load that is not a number above 0, fewer than 2 samples or 32 members;
    /// [`Error::TooLarge`] for more than 2²⁹ numbers in one sample.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let gibbs = LearningCurve::new([LearningRule::Gibbs], 10, [2.0]).samples(20).members(50).run()?;
    /// assert!(gibbs.values("mutual_overlap")?[0] > 0.0);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        let counts = self.counts()?;
        let deadline = Deadline::new(self.deadline)?;
        let sample = |condition: usize, sample: usize| {
            let seed = self.seed.child(condition as u64).child(sample as u64);
            self.students(counts[condition], seed)
        };
        let found = run_samples(counts.len(), self.samples, deadline, sample)?;
        self.table(&counts, &found)
    }

    fn counts(&self) -> Result<Vec<usize>> {
        if self.rules.is_empty() {
            return Err(Error::argument("rules", "an empty list", "at least one rule"));
        }
        if self.loads.is_empty() {
            return Err(Error::argument("loads", "an empty list", "at least one load"));
        }
        if self.samples_space() && self.members < 32 {
            return Err(Error::argument("members", self.members, "at least 32"));
        }
        check_samples(self.samples, self.loads.len())?;
        let count = |&load: &f64| {
            let count = (require_positive("load", load)? * self.size as f64).round().max(1.0);
            check_size(count as usize, self.size).map(|()| count as usize)
        };
        self.loads.iter().map(count).collect()
    }

    fn samples_space(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, LearningRule::Gibbs | LearningRule::Bayes))
    }

    /// One student for each rule, of one teacher.
    fn students(&self, count: usize, seed: Seed) -> Result<Vec<Student>> {
        let teacher = Perceptron::random(self.size, seed.child(0))?;
        let examples = Examples::from_teacher(&teacher, count, seed.child(1))?;
        let space = if self.samples_space() {
            let space = examples.version_space().samples(self.members).seed(seed.child(2));
            Some(space.run()?)
        } else {
            None
        };
        let student = |rule: &LearningRule| match (rule, &space) {
            (LearningRule::Gibbs, Some(space)) => {
                let overlaps = space.overlaps(&teacher)?;
                let n = overlaps.len() as f64;
                Ok(Student {
                    overlap: overlaps.iter().sum::<f64>() / n,
                    error: overlaps.iter().map(|r| r.acos() / PI).sum::<f64>() / n,
                    mutual: Some(space.mutual_overlap()),
                    r_hat: Some(space.r_hat),
                })
            }
            (LearningRule::Bayes, Some(space)) => {
                let centre = Student::of(&space.center(), &teacher)?;
                Ok(Student { r_hat: Some(space.r_hat), ..centre })
            }
            _ => {
                let training = examples.train(*rule).epochs(100_000).seed(seed.child(3));
                Student::of(&training.run()?.perceptron, &teacher)
            }
        };
        self.rules.iter().map(student).collect()
    }

    fn table(&self, counts: &[usize], found: &[Vec<Vec<Student>>]) -> Result<DataFrame> {
        let mut rows = Vec::new();
        for place in 0..self.rules.len() {
            for (condition, samples) in found.iter().enumerate() {
                let of = |value: &dyn Fn(&Student) -> Option<f64>| {
                    let values: Vec<f64> =
                        samples.iter().filter_map(|students| value(&students[place])).collect();
                    mean_and_error(&values).unzip()
                };
                rows.push((
                    (place, counts[condition], samples.len()),
                    of(&|s| Some(s.overlap)),
                    of(&|s| Some(s.error)),
                    of(&|s| s.mutual),
                    of(&|s| s.r_hat).0,
                ));
            }
        }
        let n = self.size as f64;
        Ok(df!(
            "rule" => rows.iter().map(|r| self.rules[r.0.0].name()).collect::<Vec<_>>(),
            "n_inputs" => vec![self.size as u64; rows.len()],
            "n_patterns" => rows.iter().map(|r| r.0.1 as u64).collect::<Vec<_>>(),
            "load" => rows.iter().map(|r| r.0.1 as f64 / n).collect::<Vec<_>>(),
            "overlap" => rows.iter().map(|r| r.1.0).collect::<Vec<_>>(),
            "overlap_err" => rows.iter().map(|r| r.1.1).collect::<Vec<_>>(),
            "generalization_error" => rows.iter().map(|r| r.2.0).collect::<Vec<_>>(),
            "generalization_error_err" => rows.iter().map(|r| r.2.1).collect::<Vec<_>>(),
            "mutual_overlap" => rows.iter().map(|r| r.3.0).collect::<Vec<_>>(),
            "mutual_overlap_err" => rows.iter().map(|r| r.3.1).collect::<Vec<_>>(),
            "r_hat" => rows.iter().map(|r| r.4).collect::<Vec<_>>(),
            "samples" => rows.iter().map(|r| r.0.2 as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); rows.len()],
            "complete" => rows.iter().map(|r| r.0.2 == self.samples).collect::<Vec<_>>(),
        )?)
    }
}

impl Student {
    fn of(student: &Perceptron, teacher: &Perceptron) -> Result<Self> {
        Ok(Self {
            overlap: student.overlap(teacher)?,
            error: student.generalization_error(teacher)?,
            mutual: None,
            r_hat: None,
        })
    }
}
