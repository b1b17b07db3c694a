//! Block Gibbs sampling with many chains.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rbm::Rbm;
use crate::rbm::sample::block::{Block, block_count, block_sizes};
use crate::rbm::sample::moments::Moments;
use crate::rbm::sample::path::Path;
use crate::rbm::sample::states::{GIBBS, Start, check_columns, check_size, count, rows_of};
use crate::sample::{Limits, advance};
use crate::setters::setters;

/// Settings of block Gibbs sampling; [`run`](Self::run) gives the samples.
///
/// A step draws all hidden units given the visible ones, P(h|v), then all visible units given these, P(v|h): each layer's units are independent given the
/// other, so that both halves are exact (P. Smolensky, in Parallel Distributed Processing 1, 194 (1986); G. E. Hinton, Neural Comput. 14, 1771 (2002)). Visible
/// units can be [clamped](Self::clamp) at their starting values: then the others come from their conditional distribution.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let weights = array![[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0]];
/// let rbm = Rbm::spin(3, 2)?.weights(&weights)?;
/// let samples = rbm.gibbs().chains(200).steps(50).seed(1).run()?;
/// assert_eq!(samples.visible.dim(), (200, 3));
/// assert_eq!(samples.frame.height(), 50);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Gibbs {
    rbm: Rbm,
    chains: i64,
    steps: i64,
    thermalization: i64,
    thinning: Option<i64>,
    start: Start,
    clamped: Vec<usize>,
    seed: Seed,
    deadline: Option<f64>,
}

/// What [`Gibbs::run`] has sampled.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let samples = Rbm::spin(4, 3)?.gibbs().chains(5).steps(20).thinning(10).run()?;
/// assert_eq!((samples.visible.dim(), samples.hidden.dim()), ((10, 4), (10, 3)));
/// assert!(samples.complete && samples.steps == 20);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct GibbsSamples {
    /// Visible states, one a row: all chains at the first step kept, then all chains at the next.
    pub visible: Array2<f64>,
    /// The hidden states that these visible ones were drawn with: (v, h) is a sample of the joint distribution.
    pub hidden: Array2<f64>,
    /// One row a step, those before measuring included. Columns: `step` (from 1); `free_energy` F(v) = −ln Σ_h e^−E, `energy` E(v, h), `visible_mean` and
    /// `hidden_mean` (over all units), each averaged over chains with `_err` (one standard error from the scatter of chains; missing with one);
    /// `kept`, whether the states of this step are in `visible`; `chains`, `clamped` (how many columns), `seed`, `complete`.
    pub frame: DataFrame,
    /// Steps made, those before measuring included.
    pub steps: usize,
    /// Whether all steps asked for were made.
    pub complete: bool,
}

impl Rbm {
    /// Settings of block Gibbs sampling.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let samples = Rbm::binary(4, 3)?.gibbs().chains(10).run()?;
    /// assert!(samples.complete);
    /// # Ok(())
    /// # }
    /// ```
    pub fn gibbs(&self) -> Gibbs {
        Gibbs {
            rbm: self.clone(),
            chains: 100,
            steps: 1_000,
            thermalization: 0,
            thinning: None,
            start: Start::Random,
            clamped: Vec::new(),
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl Gibbs {
    setters! { "Rbm::binary(4, 3)?.gibbs().steps(10)":
        /// Independent chains; default 100.
        chains;
        /// Steps of each chain after [`thermalization`](Self::thermalization); default 1000.
        steps;
        /// Steps of each chain before states are kept; default none.
        thermalization;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the result holds what was sampled so far and `complete` is false; default none.
        deadline;
    }

    /// Keeps the states after every so many steps; by default those after the last step only.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let samples = Rbm::binary(4, 3)?.gibbs().chains(5).steps(100).thinning(10).run()?;
    /// assert_eq!(samples.visible.dim(), (50, 4));
    /// # Ok(())
    /// # }
    /// ```
    pub fn thinning(&self, steps: i64) -> Self {
        Self { thinning: Some(steps), ..self.clone() }
    }

    /// Starts one chain at each of these visible states, one a row. By default each visible unit starts by itself, as if there were no couplings.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let start = array![[1.0, 0.0], [1.0, 1.0]];
    /// let samples = Rbm::binary(2, 3)?.gibbs().start(&start).steps(1).run()?;
    /// assert_eq!(samples.visible.nrows(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(&self, states: &Array2<f64>) -> Self {
        let chains = states.nrows() as i64;
        Self { start: Start::Given(Arc::new(states.clone())), chains, ..self.clone() }
    }

    /// Starts each chain at a row of the data (one example a row, a column for each visible unit), drawn at random; default as in [`start`](Self::start).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let data = array![[1.0, 0.0], [1.0, 1.0]];
    /// let samples = Rbm::binary(2, 3)?.gibbs().start_from_data(&data).chains(7).steps(1).run()?;
    /// assert_eq!(samples.visible.nrows(), 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_from_data(&self, data: &Array2<f64>) -> Self {
        Self { start: Start::Data(Arc::new(data.clone())), ..self.clone() }
    }

    /// Columns of visible units that keep their starting values (whole sites of Potts units); default none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let start = array![[1.0, 0.0, 0.0]];
    /// let samples = Rbm::binary(3, 2)?.gibbs().start(&start).clamp([0, 1]).steps(9).run()?;
    /// assert_eq!(samples.visible.row(0).to_vec()[..2], [1.0, 0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clamp(&self, columns: impl IntoIterator<Item = usize>) -> Self {
        Self { clamped: columns.into_iter().collect(), ..self.clone() }
    }

    /// Advances all chains.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let samples = Rbm::binary(4, 3)?.gibbs().chains(50).steps(20).seed(3).run()?;
    /// // Without couplings the units are fair coins.
    /// assert!((samples.frame.values("visible_mean")?[19] - 0.5).abs() < 0.2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the machine is not [normalisable](Rbm::is_normalizable); if `chains`, `steps` or `thinning` is below 1 or `thermalization` below 0; if
    /// starting states or data have no rows, another number of columns or values that the units do not take; if a clamped column does not exist or a
    /// Potts site is clamped in part; if what is kept would not fit in memory; if the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<GibbsSamples> {
        let steps = count("steps", self.steps, 1)?;
        self.rbm.require_normalizable()?;
        let warm_up = count("thermalization", self.thermalization, 0)?;
        self.start.check(&self.rbm)?;
        let chains = count("chains", self.chains, 1)?;
        let thinning = self.thinning.map(|every| count("thinning", every, 1)).transpose()?;
        let clamped = check_columns("clamped", &self.rbm.visible, &self.clamped)?;
        let total = steps.saturating_add(warm_up);
        let kept = thinning.map_or(1, |every| steps / every).max(1);
        let (n, m) = self.rbm.weights.dim();
        // States with their inputs; what is kept, in blocks and then together; moments of blocks and of all; the frame.
        let (states, kept) = ([chains, n + m, 2], [chains, kept, n + m, 2]);
        let blocks = block_count(chains);
        let moments = [total, blocks.saturating_add(1), 4 * 3];
        check_size("Gibbs sampling", &[&states, &kept, &moments, &[total, 16]])?;
        let deadline = Deadline::new(self.deadline)?;

        let path = Path::of_coupling(&self.rbm);
        let mut runs: Vec<Run> = self
            .start
            .blocks(&path, &block_sizes(chains), &vec![0.0; n], self.seed.child(GIBBS))
            .into_iter()
            .map(|block| Run::new(block, &clamped, warm_up, thinning))
            .collect();
        let mut progress = Progress::new("steps of blocks", total.saturating_mul(runs.len()));
        let limits = Limits { least: 1, part: deadline, whole: deadline, reserve: 0 };
        let done = advance(&mut runs, total, limits, &mut progress, |run, count| {
            (0..count).for_each(|_| run.step(&path));
            Ok(())
        })?;
        if done < total {
            progress.stopped();
        }
        for run in &mut runs {
            run.keep_last();
        }
        self.collected(&runs, done, done == total)
    }

    fn collected(&self, runs: &[Run], steps: usize, complete: bool) -> Result<GibbsSamples> {
        let (n, m) = self.rbm.weights.dim();
        let kept = runs.first().map_or(0, |run| run.visible.len());
        let (mut visible, mut hidden) = (Vec::new(), Vec::new());
        for place in 0..kept {
            for run in runs {
                visible.extend_from_slice(&run.visible[place]);
                hidden.extend_from_slice(&run.hidden[place]);
            }
        }
        let step = |k: usize| {
            let of = |which: usize| {
                runs.iter().fold(Moments::default(), |sum, run| sum.and(run.moments[k][which]))
            };
            [of(0), of(1), of(2), of(3)]
        };
        let moments: Vec<[Moments; 4]> = (0..steps).map(step).collect();
        let mean = |k: usize| moments.iter().map(|step| step[k].mean).collect::<Vec<_>>();
        let error = |k: usize| moments.iter().map(|step| step[k].error()).collect::<Vec<_>>();
        let was_kept = runs.first().map_or_else(Vec::new, |run| run.was_kept.clone());
        let frame = df!(
            "step" => (1..=steps as u64).collect::<Vec<_>>(),
            "free_energy" => mean(0),
            "free_energy_err" => error(0),
            "energy" => mean(1),
            "energy_err" => error(1),
            "visible_mean" => mean(2),
            "visible_mean_err" => error(2),
            "hidden_mean" => mean(3),
            "hidden_mean_err" => error(3),
            "kept" => was_kept,
            "chains" => vec![self.chains; steps],
            "clamped" => vec![self.clamped.len() as u64; steps],
            "seed" => vec![self.seed.number(); steps],
            "complete" => vec![complete; steps],
        )?;
        let (visible, hidden) = (rows_of(visible, n)?, rows_of(hidden, m)?);
        Ok(GibbsSamples { visible, hidden, frame, steps, complete })
    }
}

/// One block and what was kept of it.
struct Run {
    block: Block,
    done: usize,
    warm_up: usize,
    thinning: Option<usize>,
    /// F, E, mean of v and of h at each step.
    moments: Vec<[Moments; 4]>,
    /// Whether the states of a step were kept.
    was_kept: Vec<bool>,
    visible: Vec<Vec<f64>>,
    hidden: Vec<Vec<f64>>,
}

impl Run {
    fn new(mut block: Block, clamped: &[usize], warm_up: usize, thinning: Option<usize>) -> Self {
        block.clamp(clamped);
        Self {
            block,
            done: 0,
            warm_up,
            thinning,
            moments: Vec::new(),
            was_kept: Vec::new(),
            visible: Vec::new(),
            hidden: Vec::new(),
        }
    }

    fn step(&mut self, path: &Path) {
        self.block.step(path);
        self.done += 1;
        let mut moments = [Moments::default(); 4];
        let (n, m) = path.shape();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        for row in 0..self.block.rows {
            moments[0].add(self.block.free_energy(path, row));
            moments[1].add(self.block.energy(path, row));
            moments[2].add(mean(&self.block.visible[row * n..][..n]));
            moments[3].add(mean(&self.block.hidden[row * m..][..m]));
        }
        self.moments.push(moments);
        self.was_kept.push(false);
        let measured = self.done.saturating_sub(self.warm_up);
        if self.thinning.is_some_and(|every| measured > 0 && measured.is_multiple_of(every)) {
            self.keep();
        }
    }

    fn keep(&mut self) {
        if let Some(last) = self.was_kept.last_mut() {
            *last = true;
        }
        self.visible.push(self.block.visible.clone());
        self.hidden.push(self.block.hidden.clone());
    }

    /// Keeps the present states if none were.
    fn keep_last(&mut self) {
        if self.visible.is_empty() {
            self.keep();
        }
    }
}

impl fmt::Debug for GibbsSamples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((rows, n), m) = (self.visible.dim(), self.hidden.ncols());
        let cut = if self.complete { "" } else { ", stopped by the deadline" };
        write!(
            f,
            "GibbsSamples({rows} states of {n} visible and {m} hidden units, {} steps{cut})",
            self.steps
        )
    }
}
