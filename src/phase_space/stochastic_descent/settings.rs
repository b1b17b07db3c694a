//! The builder of stochastic descents at a minimum, and their run.

use crate::error::{Error, Result, require_positive};
use crate::landscape::Objective;
use crate::ndarray::Array1;
use crate::phase_space::patience::{Rounds, Work, grace, require_averages, require_patience};
use crate::phase_space::require::{astray, require_numbers, require_steps};
use crate::phase_space::stochastic_descent::prediction::Prediction;
use crate::phase_space::stochastic_descent::statistics::{Conditions, StochasticDescentStatistics};
use crate::phase_space::stochastic_descent::walker::{Rule, Walker};
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;

/// Looks at the whole loss of each walker in a run.
const LOOKS: usize = 200;

/// What a learning rate has to be.
const SMALL: &str = "so small that walkers stay at the minimum";

/// Settings of stochastic gradient descents that stay at a minimum; [`run`](Self::run) measures them beside their prediction.
///
/// Each step is θ ← θ − η ∇L_B with the mean gradient of B examples drawn anew, with replacement. Near the minimum θ* the gradient is H (θ − θ*) with a noise of covariance S/B, S being that of the gradients of single
/// examples, and in the time η · steps the descent is an Ornstein–Uhlenbeck process of drift H and diffusion D = η S/(2B) (S. Mandt, M. D. Hoffman and D. M. Blei, J. Mach. Learn. Res. 18, 134 (2017)). Its covariance C has
/// H C + C H = η S/B; for steps of finite size H C + C H − η H C H = η S/B. It is an equilibrium of the loss at a temperature only if S is proportional to H; where H and S do not commute, there are stationary currents, and entropy is produced.
/// What the prediction leaves out is that the noise changes with θ, and that the loss is not quadratic: both of order η.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let data = Dataset::regression(&array![[1.0], [2.0], [-1.0]], &array![[1.0], [1.5], [-2.0]])?;
/// let line = Network::mlp([1, 1]).loss(&data)?;
/// let minimum = line.descend(&Array1::zeros(2)).lbfgs().run()?.theta;
/// let sgd = line.stochastic_descent(&minimum).learning_rate(0.01).batch(1).run()?;
/// assert!(sgd.frame.height() >= 4);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct StochasticDescent {
    objective: Objective,
    minimum: Array1<f64>,
    learning_rate: f64,
    batch: usize,
    walkers: usize,
    steps: i64,
    thermalization: Option<i64>,
    seed: Seed,
    deadline: Option<f64>,
}

impl Objective {
    /// Stochastic gradient descents from a minimum of an average over examples: 40 walkers with learning rate 0.01 and one example a step, unless set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[1.0], [2.0], [-1.0]], &array![[1.0], [1.5], [-2.0]])?;
    /// let line = Network::mlp([1, 1]).loss(&data)?;
    /// // Not at the minimum.
    /// assert!(line.stochastic_descent(&array![9.0, 9.0]).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn stochastic_descent(&self, minimum: &Array1<f64>) -> StochasticDescent {
        StochasticDescent {
            objective: self.clone(),
            minimum: minimum.clone(),
            learning_rate: 0.01,
            batch: 1,
            walkers: 40,
            steps: 2000,
            thermalization: None,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl StochasticDescent {
    setters! { "{\n    let data = Dataset::regression(&array![[1.0], [-1.0]], &array![[2.0], [0.5]])?;\n    let slope = Network::mlp([1, 1]).weight_decay(1.0).loss(&data)?;\n    let minimum = slope.descend(&Array1::zeros(2)).lbfgs().run()?.theta;\n    slope.stochastic_descent(&minimum)\n}":
        /// Steps of each walker that enter the statistics; default 2000.
        steps;
        /// Steps before; default half of [`steps`](Self::steps). It takes some 1/(η λ) steps to forget the start, λ being the least curvature.
        thermalization;
        /// The learning rate η; default 0.01. While it is small, the excess of the loss is proportional to it.
        learning_rate;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which all walkers stop and `complete` is false; default none.
        deadline;
    }

    /// Examples of a step, drawn with replacement; default 1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[1.0], [2.0], [-1.0]], &array![[1.0], [1.5], [-2.0]])?;
    /// let line = Network::mlp([1, 1]).loss(&data)?;
    /// let minimum = line.descend(&Array1::zeros(2)).lbfgs().run()?.theta;
    /// let energy = |batch| line.stochastic_descent(&minimum).steps(20).batch(batch).run()?.quantity("excess_loss");
    /// assert!((energy(1)?.2 / energy(5)?.2 - 5.0).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn batch(&self, examples: usize) -> Self {
        Self { batch: examples, ..self.clone() }
    }

    /// Independent descents; default 40.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[1.0], [2.0], [-1.0]], &array![[1.0], [1.5], [-2.0]])?;
    /// let line = Network::mlp([1, 1]).loss(&data)?;
    /// let minimum = line.descend(&Array1::zeros(2)).lbfgs().run()?.theta;
    /// assert!(line.stochastic_descent(&minimum).steps(20).walkers(1).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn walkers(&self, walkers: usize) -> Self {
        Self { walkers, ..self.clone() }
    }

    /// Lets the walkers go, several at a time on as many threads.
    ///
    /// # Errors
    /// If the loss is no average over examples, θ is not its minimum, a curvature there is not positive or the learning rate too large for it, a setting is out of range, a walker
    /// comes to where the loss is not finite, or the deadline passes before the thermalization (or, two seconds at least, the Hessian for the prediction) is over; or without a deadline if all steps take more than 10¹⁰ examples.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[1.0], [2.0], [-1.0]], &array![[1.0], [1.5], [-2.0]])?;
    /// let line = Network::mlp([1, 1]).loss(&data)?;
    /// let minimum = line.descend(&Array1::zeros(2)).lbfgs().run()?.theta;
    /// let sgd = line.stochastic_descent(&minimum).learning_rate(0.005).run()?;
    /// let (measured, error, predicted) = sgd.quantity("variance_flat")?;
    /// assert!((measured - predicted).abs() < 4.0 * error + 0.2 * predicted);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<StochasticDescentStatistics> {
        let (deadline, whole) = (Deadline::new(self.deadline)?, grace(self.deadline)?);
        let (steps, before) = self.check()?;
        let prediction = Prediction::new(
            &self.objective,
            &self.minimum,
            self.learning_rate,
            self.batch,
            &whole,
        )?;
        let minimum = self.minimum.to_vec();
        let rule = Rule {
            objective: &self.objective,
            minimum: &minimum,
            least: self.objective.loss_at(&minimum)?,
            learning_rate: self.learning_rate,
            batch: self.batch,
            every: steps.div_ceil(LOOKS),
            force: prediction.force.as_ref(),
        };
        let n = minimum.len();
        let mut walkers: Vec<Walker> =
            (0..self.walkers as u64).map(|k| Walker::new(n, self.seed.child(k))).collect();
        let all = before + steps;
        let mut progress = Progress::new("steps of all walkers", all);
        let (mut done, mut complete) = (0, true);
        let mut rounds = Rounds::new();
        while done < all {
            let until = rounds.next(done, all);
            let go = |walker: &mut Walker| walker.go(&rule, done..until, before);
            rounds
                .timed(|| walkers.par_iter_mut().try_for_each(go))
                .map_err(|error| astray(error, "learning_rate", self.learning_rate, SMALL))?;
            progress.add(until - done);
            done = until;
            if done < all && deadline.passed() {
                complete = false;
                progress.stopped();
                break;
            }
        }
        require_averages(done, before)?;
        let steps = done - before;
        let seed = self.seed.number();
        let conditions = Conditions {
            learning_rate: self.learning_rate,
            batch: self.batch,
            steps,
            seed,
            complete,
        };
        StochasticDescentStatistics::new(&prediction, &walkers, &conditions)
    }

    /// The steps that enter the statistics, and those before.
    fn check(&self) -> Result<(usize, usize)> {
        require_positive("learning_rate", self.learning_rate)?;
        let n = self.objective.dimension();
        if self.objective.examples() == 0 {
            return Err(Error::Unsupported {
                what: "Stochastic gradient descent".to_string(),
                why: "the loss is no average over examples".to_string(),
                advice: "Take the loss of a network, or the walkers of `langevin`.".to_string(),
            });
        }
        if self.batch == 0 || self.batch > 1 << 24 {
            return Err(Error::argument("batch", self.batch, "between 1 and 2²⁴"));
        }
        if self.walkers < 2 {
            return Err(Error::argument("walkers", self.walkers, "at least 2, for an error"));
        }
        require_numbers("The second moments of all walkers", &[self.walkers, n, n, 2])?;
        let (steps, before) = require_steps(self.steps, self.thermalization, 2)?;
        let gradients = (steps + before) as f64 * self.walkers as f64 * self.batch as f64;
        let (what, advice) =
            ("gradients of examples", "fewer steps, walkers or examples in a batch");
        require_patience(Work { what, advice, ..Work::steps(gradients) }, self.deadline)?;
        Ok((steps, before))
    }
}
