//! Annealed importance sampling of restricted Boltzmann machines, forwards and backwards.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::grid::linspace;
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rbm::Rbm;
use crate::rbm::partition::walk::{Walk, anneal};
use crate::rbm::sample::{
    BACKWARD, FORWARD, Path, Start, block_sizes, check_lambdas, check_size, count, exact_states,
};
use crate::setters::setters;
use crate::stats::{LogMean, ln_mean_exp};

/// Effective runs below which an error is not to be trusted.
const LEAST_ESS: f64 = 10.0;

/// Estimates that lie so many standard errors apart are not both right.
const APART: f64 = 4.0;

/// The chance of a stochastic bound to fail.
const FAILURE: f64 = 0.05;

/// Settings of annealed importance sampling; [`run`](Self::run) gives the frame.
///
/// A run starts with a visible state of independent units (λ = 0) and goes through machines with E_λ = (1 − λ) E_0 + λ E to the one of interest, λ = 1.
/// At each step its weight is multiplied by exp(F_λ(v) − F_λ'(v)), with the free energy of visible states, and it makes [`sweeps`](Self::sweeps)
/// steps of block Gibbs sampling at λ'. The mean weight times Z_0 is an estimate of Z without bias, whatever the schedule; so ln Z comes out too low
/// on average, and P(ln Z_est > ln Z + b) < e^−b: a stochastic lower bound. A run backwards starts from a sample of the machine, and its mean weight
/// is an estimate of Z_0/Z: a stochastic upper bound. Where the two meet, both have converged.
///
/// E_0 keeps the machine's own fields, or belongs to units with the means of the [`data`](Self::data), which is much the better start for a machine
/// that has learnt them: the visible fields give these means, and the hidden ones the inputs that the machine has at them.
///
/// Sources: R. M. Neal, Stat. Comput. 11, 125 (2001); R. Salakhutdinov and I. Murray, ICML (2008), there with base-rate fields of the visible units;
/// Y. Burda, R. Grosse and R. Salakhutdinov, AISTATS 38, 102 (2015) for the runs backwards.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let weights = Array2::from_shape_fn((12, 6), |(i, k)| ((5 * i + 3 * k) as f64).sin());
/// let rbm = Rbm::binary(12, 6)?.weights(&weights)?;
/// let frame = rbm.ln_z_annealed().steps(200).seed(1).run()?;
/// let (ln_z, error) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
/// // Forwards and backwards agree.
/// assert!((ln_z[0] - ln_z[1]).abs() < 4.0 * error[0].hypot(error[1]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct AnnealedLnZ {
    rbm: Rbm,
    data: Option<Arc<Array2<f64>>>,
    samples: Option<Arc<Array2<f64>>>,
    runs: i64,
    steps: Option<i64>,
    schedule: Option<Vec<f64>>,
    sweeps: i64,
    forward: bool,
    reverse: Option<bool>,
    seed: Seed,
    deadline: Option<f64>,
}

impl Rbm {
    /// Settings of annealed importance sampling of ln Z.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Rbm::binary(4, 3)?.ln_z_annealed().steps(10).run()?;
    /// // Without couplings there is nothing to estimate: Z = 2⁷.
    /// assert!((frame.values("ln_z")?[0] - 7.0 * 2_f64.ln()).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ln_z_annealed(&self) -> AnnealedLnZ {
        AnnealedLnZ {
            rbm: self.clone(),
            data: None,
            samples: None,
            runs: 100,
            steps: None,
            schedule: None,
            sweeps: 1,
            forward: true,
            reverse: None,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl AnnealedLnZ {
    setters! { "Rbm::binary(4, 3)?.ln_z_annealed().steps(10)":
        /// Independent runs in each direction; default 100.
        runs;
        /// Steps, evenly spaced in λ; default 1000. More steps narrow the bounds.
        steps;
        /// Steps of block Gibbs sampling at each λ; default 1.
        sweeps;
        /// The seed; default 0.
        seed;
        /// A limit in seconds; default none. When it draws near the steps become longer, so that all runs end in time with a wider estimate that is still a
        /// bound, and `complete` is false.
        deadline;
    }

    /// The places λ themselves in place of evenly spaced ones, ascending from 0 to 1, for instance denser towards the end; default none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let schedule: Vec<f64> = linspace(0.0, 1.0, 101).iter().map(|x| 1.0 - (1.0 - x) * (1.0 - x)).collect();
    /// let frame = Rbm::binary(4, 3)?.ln_z_annealed().schedule(schedule).run()?;
    /// assert_eq!(frame.values("steps")?[0], 100.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn schedule(&self, lambdas: impl IntoIterator<Item = f64>) -> Self {
        Self { schedule: Some(lambdas.into_iter().collect()), ..self.clone() }
    }

    /// Starts from independent units with the means of these data, one example a row; default from the layers without their couplings.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let data = array![[1.0, 0.0], [1.0, 1.0]];
    /// let frame = Rbm::binary(2, 3)?.ln_z_annealed().data(&data).steps(20).run()?;
    /// assert!((frame.values("ln_z")?[0] - 5.0 * 2_f64.ln()).abs() < 0.2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn data(&self, data: &Array2<f64>) -> Self {
        Self { data: Some(Arc::new(data.clone())), ..self.clone() }
    }

    /// Visible states from which the runs backwards start, one a row and a run each (no more than [`runs`](Self::runs)): samples of the machine,
    /// independent of each other, which hold the upper bound up. By default they are [exact](Rbm::exact_samples) where one layer can be enumerated,
    /// and there are no runs backwards where not.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let rbm = Rbm::binary(2, 3)?;
    /// let samples = rbm.gibbs().chains(50).steps(100).run()?.visible;
    /// let frame = rbm.ln_z_annealed().samples(&samples).steps(20).run()?;
    /// assert_eq!(frame.values("runs")?, [100.0, 50.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn samples(&self, samples: &Array2<f64>) -> Self {
        Self { samples: Some(Arc::new(samples.clone())), ..self.clone() }
    }

    /// Whether there are runs backwards as well; default where samples are given or can be exact.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Rbm::binary(2, 3)?.ln_z_annealed().reverse(false).steps(20).run()?;
    /// assert_eq!(frame.height(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reverse(&self, reverse: bool) -> Self {
        Self { reverse: Some(reverse), ..self.clone() }
    }

    /// Runs backwards only.
    pub(super) fn without_forward(&self) -> Self {
        Self { forward: false, reverse: Some(true), ..self.clone() }
    }

    /// Makes all runs: one row forwards, then one backwards.
    ///
    /// Columns: `direction` ("forward", "reverse"); `kind` ("stochastic lower bound", "stochastic upper bound"); `ln_z`, `ln_z_err` (one standard
    /// error, by a jackknife over runs); `bound`, below which (backwards: above which) ln Z lies with a chance of 5 % at most, ln_z ∓ ln 20 by
    /// Markov's inequality; `ln_weight_std`, the standard deviation of the runs' ln w; `ess`, the effective number of runs (Σ w)²/Σ w²; `converged`
    /// and `note`, why not; `ln_z_base`, of λ = 0; `runs`, `steps` (as made), `sweeps`, `seed`, `complete`.
    ///
    /// `converged` says that the error can be trusted: all steps were made, at least 10 runs contribute, the mean of lognormal weights of this spread
    /// would have a skewness of 1 at most, (e^σ² + 2)√(e^σ² − 1) ≤ √runs, and both directions, where there are two, lie within 4 errors of each
    /// other. Phases that no run has met show in neither number of one direction.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Rbm::spin(4, 3)?.ln_z_annealed().steps(10).run()?;
    /// assert_eq!(frame.values("converged")?, [1.0, 1.0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the machine is not [normalisable](Rbm::is_normalizable); if `runs` is below 2, `steps` below 1 or `sweeps` below 0; if the schedule does
    /// not ascend from 0 to 1; if data or samples have no rows (samples: fewer than 2), another number of columns or values that the units do not
    /// take; if runs backwards are asked for without samples where none can be exact; if the runs would not fit in memory; if the deadline is not a
    /// finite number above 0.
    pub fn run(&self) -> Result<DataFrame> {
        let runs = count("runs", self.runs, 2)?;
        self.rbm.require_normalizable()?;
        let sweeps = count("sweeps", self.sweeps, 0)?;
        let lambdas = self.lambdas()?;
        let (n, m) = self.rbm.weights.dim();
        check_size("Annealed importance sampling", &[&[runs, n + m, 3]])?;
        let path = match &self.data {
            Some(data) => Path::of_data(&self.rbm, data)?,
            None => Path::of_coupling(&self.rbm),
        };
        let samples = self.target_samples(runs)?;
        let deadline = Deadline::new(self.deadline)?;
        let directions = usize::from(self.forward) + usize::from(samples.is_some());
        let blocks = block_sizes(runs).len() * directions;
        let mut progress =
            Progress::new("steps of blocks", (lambdas.len() - 1).saturating_mul(blocks));
        let mut rows = Vec::new();
        if self.forward {
            let part = if directions == 2 { deadline.share(0.5) } else { deadline };
            let blocks = Start::Random.blocks(
                &path,
                &block_sizes(runs),
                &path.visible_shift,
                self.seed.child(FORWARD),
            );
            let mut walks: Vec<Walk> = blocks.into_iter().map(Walk::new).collect();
            let steps = anneal(&mut walks, &path, &lambdas, sweeps, part, &mut progress);
            rows.push(Row::new(&walks, true, steps));
        }
        if let Some(samples) = samples {
            let sizes = block_sizes(samples.nrows());
            let seed = self.seed.child(BACKWARD);
            let blocks = Start::Given(Arc::new(samples)).blocks(&path, &sizes, &[], seed);
            let mut walks: Vec<Walk> = blocks.into_iter().map(Walk::new).collect();
            let back: Vec<f64> = lambdas.iter().rev().copied().collect();
            let steps = anneal(&mut walks, &path, &back, sweeps, deadline, &mut progress);
            rows.push(Row::new(&walks, false, steps));
        }
        let planned = lambdas.len() - 1;
        if rows.iter().any(|row| row.steps < planned) {
            progress.stopped();
        }
        self.frame(&rows, path.ln_z_base(), planned)
    }

    fn lambdas(&self) -> Result<Vec<f64>> {
        let Some(schedule) = &self.schedule else {
            let steps = count("steps", self.steps.unwrap_or(1_000), 1)?;
            check_size("A schedule", &[&[steps]])?;
            return Ok(linspace(0.0, 1.0, steps.saturating_add(1)));
        };
        check_lambdas("schedule", schedule)?;
        match schedule.first() {
            Some(0.0) => Ok(schedule.clone()),
            first => {
                let given = format!("a first λ of {}", first.copied().unwrap_or(f64::NAN));
                Err(Error::argument("schedule", given, "a list that starts at 0"))
            }
        }
    }

    /// States to start from backwards; none if there are to be no such runs.
    fn target_samples(&self, runs: usize) -> Result<Option<Array2<f64>>> {
        if self.reverse == Some(false) {
            return Ok(None);
        }
        if let Some(samples) = &self.samples {
            self.rbm.visible.allows_all("samples", samples)?;
            if samples.nrows() < 2 {
                return Err(Error::argument("samples", "a single row", "at least two states"));
            }
            let rows = samples.nrows().min(runs);
            return Ok(Some(samples.slice(crate::ndarray::s![..rows, ..]).to_owned()));
        }
        match exact_states(&self.rbm, runs, self.seed) {
            Ok((visible, _)) => Ok(Some(visible)),
            Err(Error::TooLarge { needs, limit, .. }) if self.reverse == Some(true) => {
                Err(Error::TooLarge {
                    what: "The exact sampling that runs backwards start from".to_owned(),
                    needs,
                    limit,
                    advice: "Give `samples` of the machine, for instance those of `tempering`."
                        .to_owned(),
                })
            }
            Err(Error::TooLarge { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn frame(&self, rows: &[Row], ln_z_base: f64, planned: usize) -> Result<DataFrame> {
        let height = rows.len();
        let ln_z = |row: &Row| ln_z_base + row.sign() * row.mean.value;
        let disagree = match rows {
            [first, second] => {
                let apart = APART * first.mean.error.hypot(second.mean.error);
                !((ln_z(first) - ln_z(second)).abs() <= apart + 1e-9 * (1.0 + ln_z(first).abs()))
            }
            _ => false,
        };
        let notes: Vec<&str> = rows.iter().map(|row| row.doubt(planned, disagree)).collect();
        let name = |forward: &'static str, reverse: &'static str| {
            rows.iter().map(|row| if row.forward { forward } else { reverse }).collect::<Vec<_>>()
        };
        let column = |value: &dyn Fn(&Row) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        Ok(df!(
            "direction" => name("forward", "reverse"),
            "kind" => name("stochastic lower bound", "stochastic upper bound"),
            "ln_z" => column(&ln_z),
            "ln_z_err" => column(&|row| row.mean.error),
            "bound" => column(&|row| ln_z(row) + row.sign() * FAILURE.ln()),
            "ln_weight_std" => column(&|row| row.spread),
            "ess" => column(&|row| row.mean.ess),
            "converged" => notes.iter().map(|note| note.is_empty()).collect::<Vec<_>>(),
            "note" => notes,
            "ln_z_base" => vec![ln_z_base; height],
            "runs" => rows.iter().map(|row| row.runs as u64).collect::<Vec<_>>(),
            "steps" => rows.iter().map(|row| row.steps as u64).collect::<Vec<_>>(),
            "sweeps" => vec![self.sweeps; height],
            "seed" => vec![self.seed.number(); height],
            "complete" => rows.iter().map(|row| row.steps == planned).collect::<Vec<_>>(),
        )?)
    }
}

/// All runs of one direction.
struct Row {
    forward: bool,
    mean: LogMean,
    spread: f64,
    runs: usize,
    steps: usize,
}

impl Row {
    fn new(walks: &[Walk], forward: bool, steps: usize) -> Self {
        let ln_weights: Vec<f64> =
            walks.iter().flat_map(|walk| walk.ln_weights.iter().copied()).collect();
        let n = ln_weights.len() as f64;
        let center = ln_weights.iter().sum::<f64>() / n;
        let squares: f64 = ln_weights.iter().map(|x| (x - center).powi(2)).sum();
        Self {
            forward,
            mean: ln_mean_exp(&ln_weights),
            spread: (squares / (n - 1.0)).sqrt(),
            runs: ln_weights.len(),
            steps,
        }
    }

    /// Weights forwards estimate Z/Z_0, those backwards Z_0/Z.
    fn sign(&self) -> f64 {
        if self.forward { 1.0 } else { -1.0 }
    }

    /// Why the error is not to be trusted; empty if it is.
    fn doubt(&self, planned: usize, disagree: bool) -> &'static str {
        let spread = (self.spread * self.spread).exp();
        let skewness = (spread + 2.0) * (spread - 1.0).max(0.0).sqrt() / (self.runs as f64).sqrt();
        match () {
            () if self.steps < planned => "The deadline made the steps longer.",
            () if !self.mean.value.is_finite() => "A weight is not finite.",
            () if !(self.mean.ess >= LEAST_ESS.min(self.runs as f64)) => {
                "Few of the runs contribute."
            }
            () if !(skewness <= 1.0) => "The weights scatter too much for their number.",
            () if disagree => "The other direction disagrees.",
            () => "",
        }
    }
}

impl fmt::Debug for AnnealedLnZ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (runs, data) =
            (self.runs, if self.data.is_some() { "the data's means" } else { "no couplings" });
        write!(f, "AnnealedLnZ({:?}, {runs} runs from {data})", self.rbm)
    }
}
