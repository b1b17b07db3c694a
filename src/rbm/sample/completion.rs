//! What is hidden of an example given the rest, and the clean example given a noisy one.

use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::rbm::sample::block::{Block, block_sizes};
use crate::rbm::sample::path::Path;
use crate::rbm::sample::states::{check_held, check_size, count, rows_of};
use crate::rbm::{Layer, Rbm, Units};
use crate::sample::{Limits, advance};
use crate::setters::setters;

/// Settings of completing or cleaning examples; [`run`](Self::run) gives their means and samples.
///
/// Every example has [`chains`](Self::chains) of its own, which sample P(visible units that are not known | those that are), or P(clean | noisy). The mean is that of the
/// conditional means ⟨v⟩ given the hidden states met, which fluctuates less than the states themselves.
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
#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
enum Task {
    /// These columns are not known.
    Complete(Vec<usize>),
    /// Every unit is noisy: by the probability of another value, or by a standard deviation.
    Denoise(f64),
}

/// Examples as [`Completion::run`] has completed or cleaned them.
#[derive(Clone, Debug)]
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
    /// For discrete units `noise` is the probability, below (q − 1)/q with q values, with which a unit shows another value, all others equally probable; for Gaussian and
    /// ReLU units it is the standard deviation of Gaussian noise.
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

    /// Whether to iterate the mean-field equations v = ⟨v⟩(W h), h = ⟨h⟩(v W) (up to `steps` times, or until no unit changes by more than 10⁻⁹) instead of sampling;
    /// default no. Quick and without scatter, but with strong couplings off by more than small errors, and it shows one of several completions.
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
    /// If `chains` or `steps` is below 1 or `thermalization` below 0; if there is no example, one has another number of columns or known values that the units do not take;
    /// if an unknown column does not exist or a Potts site is unknown in part; if the noise is not a probability below (q − 1)/q or not a finite number above 0; if
    /// the chains would not fit in memory; if the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<Completed> {
        let chains = if self.mean_field { 1 } else { count("chains", self.chains, 1)? };
        let steps = count("steps", self.steps, 1)?;
        let warm_up = count("thermalization", self.thermalization.unwrap_or(self.steps / 4), 0)?;
        let problem = self.problem()?;
        let n = self.rbm.visible.len();
        check_size("This run", &[problem.start.nrows(), chains, n.max(self.rbm.hidden.len())])?;
        let deadline = Deadline::new(self.deadline)?;
        let mut runs = problem.runs(chains, self.seed);
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
        let converged = |run: &Run| run.change <= TOLERANCE;
        let complete = if mean_field { runs.iter().all(converged) } else { done == total };
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

    /// The examples with their unknown parts blank, and the machine to fill them.
    fn problem(&self) -> Result<Problem> {
        let layer = &self.rbm.visible;
        match &self.task {
            Task::Complete(unknown) => {
                let unknown = check_held("unknown", layer, unknown)?;
                let mut start = self.examples.as_ref().clone();
                blank(layer, &unknown, &mut start);
                layer.allows_all("examples", &start)?;
                let known = (0..layer.len()).filter(|i| !unknown.contains(i)).collect();
                let path = Path::of_coupling(&self.rbm);
                Ok(Problem { plain: path.clone(), path, start, known, evidence: None })
            }
            &Task::Denoise(noise) => {
                let start = self.examples.as_ref().clone();
                match layer.units() {
                    // Noise may take a unit below zero.
                    Units::Relu => Layer::gaussian(layer.len())?.allows_all("examples", &start)?,
                    _ => layer.allows_all("examples", &start)?,
                }
                let (rbm, scale) = noisy_machine(&self.rbm, noise)?;
                let evidence = start.mapv(|x| scale * x);
                let start = match layer.units() {
                    Units::Relu => start.mapv(|x| x.max(0.0)),
                    _ => start,
                };
                let (path, plain) = (Path::of_coupling(&rbm), Path::of_coupling(&self.rbm));
                Ok(Problem { path, plain, start, known: Vec::new(), evidence: Some(evidence) })
            }
        }
    }
}

/// Writes allowed values into unknown columns.
fn blank(layer: &Layer, unknown: &[usize], states: &mut Array2<f64>) {
    let value = |i: usize| match layer.units() {
        Units::Spin => 1.0,
        Units::Potts { colors } => f64::from(u8::from(i.is_multiple_of(colors))),
        _ => 0.0,
    };
    for mut row in states.rows_mut() {
        for &i in unknown {
            if let Some(x) = row.get_mut(i) {
                *x = value(i);
            }
        }
    }
}

/// The machine whose visible energy has the noise's part that does not depend on what was seen, and the factor between what was seen and an input.
fn noisy_machine(rbm: &Rbm, noise: f64) -> Result<(Rbm, f64)> {
    let layer = &rbm.visible;
    let flips = |values: f64| -> Result<f64> {
        let most = (values - 1.0) / values;
        if !(noise > 0.0 && noise < most) {
            let allowed = format!("a probability above 0 and below {most}, that of no information");
            return Err(Error::argument("noise", noise, allowed));
        }
        Ok(((1.0 - noise) * (values - 1.0) / noise).ln())
    };
    match layer.units() {
        // ln P(y|v) = y v · scale up to what does not depend on v, for y = ±1; for y = 0, 1 the same of 2y − 1.
        Units::Spin => Ok((rbm.clone(), 0.5 * flips(2.0)?)),
        Units::Binary => {
            let scale = flips(2.0)?;
            let fields = layer.b().mapv(|b| b - scale);
            Ok((rbm.with_visible(layer.fields(&fields)?)?, 2.0 * scale))
        }
        Units::Potts { colors } => Ok((rbm.clone(), flips(colors as f64)?)),
        Units::Gaussian | Units::Relu => {
            let scale = require_positive("noise", noise)?.powi(-2);
            let precisions = layer.gamma().mapv(|gamma| gamma + scale);
            Ok((rbm.with_visible(layer.precisions(&precisions)?)?, scale))
        }
    }
}

struct Problem {
    path: Path,
    /// The machine without noise.
    plain: Path,
    start: Array2<f64>,
    known: Vec<usize>,
    evidence: Option<Array2<f64>>,
}

impl Problem {
    /// Blocks of examples, each example with all its chains.
    fn runs(&self, chains: usize, seed: Seed) -> Vec<Run> {
        let mut first = 0;
        // Blocks of about as many rows as elsewhere.
        let per_block = block_sizes(self.start.nrows().saturating_mul(chains)).len();
        let blocks = per_block.min(self.start.nrows());
        let examples = self.start.nrows();
        (0..blocks)
            .map(|k| {
                let last = examples * (k + 1) / blocks;
                let rows = || (first..last).flat_map(|row| std::iter::repeat_n(row, chains));
                let visible = rows().flat_map(|row| self.start.row(row).to_vec()).collect();
                let generator = seed.child(k as u64).generator();
                let mut block = Block::new(&self.path, visible, generator);
                block.hold(&self.known);
                if let Some(evidence) = &self.evidence {
                    block.evidence = rows().flat_map(|row| evidence.row(row).to_vec()).collect();
                }
                first = last;
                Run::new(block, chains, self.start.ncols())
            })
            .collect()
    }
}

/// By mean field all units have settled when none changes by more.
const TOLERANCE: f64 = 1e-9;

/// A block of examples with all their chains.
struct Run {
    block: Block,
    chains: usize,
    done: usize,
    /// Sums of conditional means, a row for each chain, and how many were added.
    sums: Vec<f64>,
    added: usize,
    buffer: Vec<f64>,
    change: f64,
}

/// What is said of one example.
struct Answer {
    mean: Vec<f64>,
    sample: Vec<f64>,
    error: Option<f64>,
}

impl Run {
    fn new(block: Block, chains: usize, n: usize) -> Self {
        let sums = vec![0.0; block.rows * n];
        Self { block, chains, done: 0, sums, added: 0, buffer: vec![0.0; n], change: f64::INFINITY }
    }

    fn step(&mut self, path: &Path, warm_up: usize) {
        self.block.step(path);
        self.done += 1;
        if self.done > warm_up {
            self.add(path);
        }
    }

    fn add(&mut self, path: &Path) {
        let n = self.buffer.len();
        for (row, sums) in self.sums.chunks_exact_mut(n).enumerate() {
            self.block.add_visible_means(path, row, sums, &mut self.buffer);
        }
        self.added += 1;
    }

    /// One iteration of the mean-field equations, unless they are solved.
    fn iterate(&mut self, path: &Path) {
        if self.change > TOLERANCE {
            self.change = self.block.relax(path);
        }
    }

    fn answers(&mut self, path: &Path, mean_field: bool) -> Vec<Answer> {
        let n = self.buffer.len();
        if mean_field {
            let most_probable = |row: &[f64]| most_probable(path.rbm.visible.units(), row);
            let rows = self.block.visible.chunks_exact(n);
            return rows
                .map(|row| Answer { mean: row.to_vec(), sample: most_probable(row), error: None })
                .collect();
        }
        if self.added == 0 {
            // The deadline came first: what the last step says.
            self.add(path);
        }
        let (chains, added) = (self.chains as f64, self.added as f64);
        let examples = self.sums.chunks_exact(n * self.chains);
        let states = self.block.visible.chunks_exact(n * self.chains);
        let answer = |(sums, states): (&[f64], &[f64])| {
            let mut mean = vec![0.0; n];
            let mut largest: f64 = 0.0;
            for (i, mean) in mean.iter_mut().enumerate() {
                let of_chain = || sums.chunks_exact(n).map(|chain| chain[i] / added);
                *mean = of_chain().sum::<f64>() / chains;
                let squares: f64 = of_chain().map(|x| (x - *mean).powi(2)).sum();
                largest = largest.max((squares / (chains * (chains - 1.0))).sqrt());
            }
            let error = (self.chains > 1).then_some(largest);
            Answer { mean, sample: states[..n].to_vec(), error }
        };
        examples.zip(states).map(answer).collect()
    }
}

/// The values that units of these means have most probably.
fn most_probable(units: Units, mean: &[f64]) -> Vec<f64> {
    match units {
        Units::Binary => mean.iter().map(|m| f64::from(u8::from(*m >= 0.5))).collect(),
        Units::Spin => mean.iter().map(|m| if *m >= 0.0 { 1.0 } else { -1.0 }).collect(),
        Units::Gaussian | Units::Relu => mean.to_vec(),
        Units::Potts { colors } => {
            let mut state = vec![0.0; mean.len()];
            for (mean, state) in mean.chunks_exact(colors).zip(state.chunks_exact_mut(colors)) {
                let best = (0..colors).max_by(|&a, &b| mean[a].total_cmp(&mean[b]));
                state[best.unwrap_or(0)] = 1.0;
            }
            state
        }
    }
}
