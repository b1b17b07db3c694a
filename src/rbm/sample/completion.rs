//! What is hidden of an example given the rest, and the clean example given a noisy one.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::rbm::Rbm;
use crate::rbm::sample::block::Block;
use crate::rbm::sample::inference::{Answer, Problem, Run, Task};
use crate::rbm::sample::states::{COMPLETION, check_size, count, rows_of};
use crate::sample::{Limits, advance};
use crate::setters::setters;

/// Settings of completing or cleaning examples; [`run`](Self::run) gives their means and samples.
///
/// Every example has [`chains`](Self::chains) of its own, which sample P(visible units that are not known | those that are), or P(clean | noisy). The
/// mean is that of the conditional means ⟨v⟩ given the hidden states met, which fluctuates less than the states themselves.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Two strongly coupled units: what one shows, the other has.
/// let rbm = Rbm::spin(2, 1)?.weights(&array![[2.0], [2.0]])?;
/// let completed = rbm.completion(&array![[1.0, 1.0], [-1.0, 1.0]], [1]).seed(1).run()?;
/// assert!(completed.mean[[0, 1]] > 0.7 && completed.mean[[1, 1]] < -0.7);
/// assert_eq!(completed.mean[[1, 0]], -1.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Completion {
    rbm: Rbm,
    examples: Arc<Array2<f64>>,
    task: Task,
    chains: i64,
    steps: i64,
    thermalization: Option<i64>,
    mean_field: bool,
    seed: Seed,
    deadline: Option<f64>,
}

/// Examples as [`Completion::run`] has completed or cleaned them.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let completed = Rbm::spin(2, 2)?.completion(&array![[1.0, 1.0]], [1]).run()?;
/// assert_eq!((completed.mean.dim(), completed.sample.dim()), ((1, 2), (1, 2)));
/// assert!(completed.complete);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Completed {
    /// ⟨v⟩ given what is known of each example, one example a row; known units have their values.
    pub mean: Array2<f64>,
    /// A visible state for each example, drawn from the same conditional distribution: that of its first chain after the last step. By mean field there are no
    /// draws: the most probable values given the mean.
    pub sample: Array2<f64>,
    /// One row an example. Columns: `example`; `free_energy`, F of the example as given (missing where its unknown units hold values that do not fit) and
    /// `free_energy_sample`, that of its sample; `mean_err`, the largest standard error of its means, from the scatter of its chains (missing with one chain or
    /// by mean field); `chains`, `steps` (as done), `seed`, `complete`.
    pub frame: DataFrame,
    /// Whether all steps asked for were made (by mean field: the iteration converged).
    pub complete: bool,
}

impl Rbm {
    /// Settings of completing examples, one a row, of which these columns of visible units are not known. What the examples hold there is not looked at.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let examples = array![[1.0, 0.0, f64::NAN]];
    /// let completed = Rbm::binary(3, 2)?.completion(&examples, [2]).run()?;
    /// assert!((completed.mean[[0, 2]] - 0.5).abs() < 1e-9);
    /// # Ok(())
    /// # }
    /// ```
    pub fn completion(
        &self,
        examples: &Array2<f64>,
        unknown: impl IntoIterator<Item = usize>,
    ) -> Completion {
        self.inference(examples, Task::Complete(unknown.into_iter().collect()))
    }

    /// Settings of cleaning noisy examples, one a row: P(v | noisy) ∝ P(v) Π_i P(noisy_i | v_i).
    ///
    /// For discrete units `noise` is the probability, below (q − 1)/q with q values, with which a unit shows another value, all others equally
    /// probable; for Gaussian and ReLU units it is the standard deviation of Gaussian noise.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let rbm = Rbm::spin(3, 1)?.weights(&array![[2.0], [2.0], [2.0]])?;
    /// let cleaned = rbm.denoising(&array![[1.0, 1.0, -1.0]], 0.1).seed(1).run()?;
    /// assert!(cleaned.mean[[0, 2]] > 0.5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn denoising(&self, noisy: &Array2<f64>, noise: f64) -> Completion {
        self.inference(noisy, Task::Denoise(noise))
    }

    fn inference(&self, examples: &Array2<f64>, task: Task) -> Completion {
        Completion {
            rbm: self.clone(),
            examples: Arc::new(examples.clone()),
            task,
            chains: 10,
            steps: 200,
            thermalization: None,
            mean_field: false,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl Completion {
    setters! { "Rbm::binary(2, 2)?.completion(&array![[1.0, 0.0]], [1]).steps(10)":
        /// Chains of each example; default 10.
        chains;
        /// Steps of each chain that are averaged; default 200.
        steps;
        /// Steps of each chain before; default a quarter of [`steps`](Self::steps).
        thermalization;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which means are over the steps made and `complete` is false; default none.
        deadline;
    }

    /// Whether to iterate the mean-field equations v = ⟨v⟩(W h), h = ⟨h⟩(v W) (up to `steps` times, or until no unit changes by more than 10⁻⁹)
    /// instead of sampling; default no. Quick and without scatter, but with strong couplings off by more than small errors, and it shows one of
    /// several completions.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[2.0], [2.0]])?;
    /// let completed = rbm.completion(&array![[1.0, 1.0]], [1]).mean_field(true).run()?;
    /// assert!(completed.complete && completed.mean[[0, 1]] > 0.9);
    /// # Ok(())
    /// # }
    /// ```
    pub fn mean_field(&self, mean_field: bool) -> Self {
        Self { mean_field, ..self.clone() }
    }

    /// Completes or cleans all examples.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let completed = Rbm::binary(2, 2)?.completion(&array![[1.0, 0.0]], [1]).run()?;
    /// assert_eq!(completed.frame.height(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the machine is not [normalisable](Rbm::is_normalizable); if `chains` or `steps` is below 1 or `thermalization` below 0; if there is no
    /// example, one has another number of columns or known values that the units do not take; if an unknown column does not exist or a Potts site is
    /// unknown in part; if the noise is not a probability below (q − 1)/q or not a finite number above 0; if the chains would not fit in memory; if
    /// the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<Completed> {
        let chains = if self.mean_field { 1 } else { count("chains", self.chains, 1)? };
        let steps = count("steps", self.steps, 1)?;
        self.rbm.require_normalizable()?;
        let warm_up = count("thermalization", self.thermalization.unwrap_or(self.steps / 4), 0)?;
        let problem = Problem::of(&self.rbm, &self.task, &self.examples)?;
        let n = self.rbm.visible.len();
        let rows = problem.start.nrows();
        // States, their inputs and the evidence; answers, and the same together.
        let states = [rows, chains, n + self.rbm.hidden.len(), 3];
        check_size("This run", &[&states, &[rows, n, 4]])?;
        let deadline = Deadline::new(self.deadline)?;
        let mut runs = problem.runs(chains, self.seed.child(COMPLETION));
        let total = if self.mean_field { steps } else { steps.saturating_add(warm_up) };
        let mut progress = Progress::new("steps of examples", total.saturating_mul(runs.len()));
        let limits = Limits { least: 1, part: deadline, whole: deadline, reserve: 0 };
        let mean_field = self.mean_field;
        let done = advance(&mut runs, total, limits, &mut progress, |run, count| {
            for _ in 0..count {
                if mean_field {
                    run.iterate(&problem.path);
                } else {
                    run.step(&problem.path, warm_up);
                }
            }
            Ok(())
        })?;
        let complete = if mean_field { runs.iter().all(Run::settled) } else { done == total };
        if done < total {
            progress.stopped();
        }
        self.completed(&problem, &mut runs, done, complete)
    }

    fn completed(
        &self,
        problem: &Problem,
        runs: &mut [Run],
        steps: usize,
        complete: bool,
    ) -> Result<Completed> {
        let n = self.rbm.visible.len();
        let results: Vec<Vec<Answer>> =
            runs.par_iter_mut().map(|run| run.answers(&problem.path, self.mean_field)).collect();
        let answers: Vec<Answer> = results.into_iter().flatten().collect();
        let height = answers.len();
        let rows = |field: fn(&Answer) -> &Vec<f64>| {
            answers.iter().flat_map(|answer| field(answer).iter().copied()).collect::<Vec<f64>>()
        };
        let (mean, sample) = (rows_of(rows(|a| &a.mean), n)?, rows_of(rows(|a| &a.sample), n)?);
        let free_energy = |row: &[f64]| {
            let block = Block::new(&problem.plain, row.to_vec(), self.seed.generator());
            block.free_energy(&problem.plain, 0)
        };
        let layer = &self.rbm.visible;
        let given = self.examples.rows().into_iter().map(|row| row.to_vec());
        let frame = df!(
            "example" => (0..height as u64).collect::<Vec<_>>(),
            "free_energy" => given
                .map(|row| layer.allows("examples", &row).is_ok().then(|| free_energy(&row)))
                .collect::<Vec<_>>(),
            "free_energy_sample" =>
                answers.iter().map(|answer| free_energy(&answer.sample)).collect::<Vec<_>>(),
            "mean_err" => answers.iter().map(|answer| answer.error).collect::<Vec<_>>(),
            "chains" => vec![if self.mean_field { 1 } else { self.chains }; height],
            "steps" => vec![steps as u64; height],
            "seed" => vec![self.seed.number(); height],
            "complete" => vec![complete; height],
        )?;
        Ok(Completed { mean, sample, frame, complete })
    }
}

impl fmt::Debug for Completed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((rows, n), cut) = (self.mean.dim(), if self.complete { "" } else { ", not complete" });
        write!(f, "Completed({rows} examples of {n} units{cut})")
    }
}

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rbm, chains, steps, .. } = self;
        let (rows, task) = (self.examples.nrows(), &self.task);
        let how = if self.mean_field {
            "mean field".to_owned()
        } else {
            format!("{chains} chains × {steps} steps")
        };
        write!(f, "Completion({rbm:?}, {rows} examples, {task:?}, {how})")
    }
}
