//! The builder of a descent, and its run.

use crate::error::{Error, Result, require_positive};
use crate::landscape::Objective;
use crate::landscape::descent::optimizer::{Optimizer, Stepper};
use crate::landscape::descent::record::{Conditions, Descended, Record, points};
use crate::landscape::vector::norm;
use crate::memory;
use crate::ndarray::Array1;
use crate::numeric::flow::Flow;
use crate::numeric::lbfgs::{Place, Walk};
use crate::progress::{Deadline, Progress};
use crate::rand::seq::SliceRandom;
use crate::random::{Generator, Seed};
use crate::setters::setters;

/// Settings of a descent from a point; [`run`](Self::run) goes.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let valley = Objective::exact(2, |x| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0].powi(2)).powi(2))?;
/// let descended = valley.descend(&array![-1.2, 1.0]).lbfgs().run()?;
/// assert!(descended.converged && descended.loss < 1e-15);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Descent {
    objective: Objective,
    start: Array1<f64>,
    optimizer: Optimizer,
    learning_rate: Option<f64>,
    steps: i64,
    time: Option<f64>,
    batch: Option<usize>,
    points: Option<usize>,
    tolerance: f64,
    seed: Seed,
    deadline: Option<f64>,
}

/// Steps of which L-BFGS makes its model of the curvature.
const PAIRS: usize = 10;

/// What a run carries from step to step.
struct State {
    here: Place,
    /// Whether value and gradient are those of the whole loss.
    current: bool,
    time: f64,
}

/// One step, which says whether the descent goes on.
type Advance<'a> = Box<dyn FnMut(&mut State) -> Result<bool> + 'a>;

/// Batches in an order that is shuffled anew for each pass through the examples.
struct Batches {
    order: Vec<usize>,
    size: usize,
    next: usize,
    generator: Generator,
}

impl Batches {
    fn next(&mut self) -> &[usize] {
        if self.next >= self.order.len() {
            self.order.shuffle(&mut self.generator);
            self.next = 0;
        }
        let first = self.next;
        self.next = self.order.len().min(first + self.size);
        &self.order[first..self.next]
    }
}

impl Objective {
    /// A descent from θ: by gradients with the whole loss, unless something else is set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0, 0.0], [0.0, 2.0]], &array![0.0, 0.0])?;
    /// let descended = bowl.descend(&array![1.0, 1.0]).learning_rate(0.5).steps(1).run()?;
    /// assert_eq!(descended.theta, array![0.5, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn descend(&self, theta: &Array1<f64>) -> Descent {
        Descent {
            objective: self.clone(),
            start: theta.clone(),
            optimizer: Optimizer::Gradient,
            learning_rate: None,
            steps: 1000,
            time: None,
            batch: None,
            points: None,
            tolerance: 0.0,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl Descent {
    setters! { "Objective::saddle(1, 2)?.descend(&array![1.0, 1.0, 1.0])":
        /// Steps at most; default 1000.
        steps;
        /// The learning rate η; default 0.1 for gradients, 0.01 for momentum and the flow's first step, 0.001 for Adam, 1 for L-BFGS.
        learning_rate;
        /// The seed of the order of batches; default 0.
        seed;
        /// A limit in seconds, after which the result holds what was reached and `complete` is false; default none. It is passed by about one step.
        deadline;
    }

    /// Sets the way to go; default [`Optimizer::Gradient`].
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(1, |x| x[0] * x[0])?;
    /// assert!(bowl.descend(&array![1.0]).optimizer(Optimizer::Momentum(0.5)).run()?.loss < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn optimizer(&self, optimizer: Optimizer) -> Self {
        Self { optimizer, ..self.clone() }
    }

    /// Sets [`Optimizer::Momentum`] with μ from 0 to below 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // g = θ: steps to 1 − 0.1 · 1 and 0.9 − 0.1 · (0.5 · 1 + 0.9).
    /// let bowl = Objective::exact(1, |x| x[0] * x[0] * 0.5)?;
    /// let descended = bowl.descend(&array![1.0]).momentum(0.5).learning_rate(0.1).steps(2).run()?;
    /// assert!((descended.theta[0] - 0.76).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn momentum(&self, mu: f64) -> Self {
        self.optimizer(Optimizer::Momentum(mu))
    }

    /// Sets [`Optimizer::Adam`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // The first step is as long as the learning rate, however steep the loss is.
    /// let steep = Objective::exact(1, |x| x[0] * x[0] * 1e6)?;
    /// assert!((steep.descend(&array![1.0]).adam().learning_rate(0.1).steps(1).run()?.theta[0] - 0.9).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn adam(&self) -> Self {
        self.optimizer(Optimizer::Adam)
    }

    /// Sets [`Optimizer::Lbfgs`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let narrow = Objective::quadratic(&array![[1.0, 0.0], [0.0, 1000.0]], &array![0.0, 0.0])?;
    /// let descended = narrow.descend(&array![1.0, 1.0]).lbfgs().steps(50).run()?;
    /// assert!(descended.converged && descended.loss < 1e-20);
    /// # Ok(()) }
    /// ```
    pub fn lbfgs(&self) -> Self {
        self.optimizer(Optimizer::Lbfgs)
    }

    /// Sets [`Optimizer::Flow`] up to this time, with errors of 10⁻⁸ in each step; [`steps`](Self::steps) bounds the steps, too.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // θ' = −θ.
    /// let bowl = Objective::exact(1, |x| 0.5 * x[0] * x[0])?;
    /// assert!((bowl.descend(&array![1.0]).flow(2.0).run()?.theta[0] - (-2_f64).exp()).abs() < 1e-7);
    /// # Ok(()) }
    /// ```
    pub fn flow(&self, time: f64) -> Self {
        Self { time: Some(time), ..self.optimizer(Optimizer::Flow(1e-8)) }
    }

    /// Sets the end of the flow in time; default 10 (other optimisers have none).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(1, |x| 0.5 * x[0] * x[0])?;
    /// let flow = bowl.descend(&array![1.0]).optimizer(Optimizer::Flow(1e-4)).time(1.0).run()?;
    /// assert!((flow.theta[0] - (-1_f64).exp()).abs() < 1e-3);
    /// # Ok(()) }
    /// ```
    pub fn time(&self, time: f64) -> Self {
        Self { time: Some(time), ..self.clone() }
    }

    /// Takes the gradient of so many examples for each step, drawn without replacement until all have had their turn; default all of them.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([64, 10]);
    /// let objective = network.loss(&Dataset::from_images(&digits()?.take(200)))?;
    /// let descended = objective.descend(&network.initial(1)?).batch(20).steps(200).seed(1).run()?;
    /// assert!(objective.accuracy(&descended.theta)? > 0.9);
    /// # Ok(()) }
    /// ```
    pub fn batch(&self, examples: usize) -> Self {
        Self { batch: Some(examples), ..self.clone() }
    }

    /// Sets how many points of the path are kept, evenly spaced in steps (in time for the flow); default at most 200, fewer where they would take more than 256 MiB.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(1, 2)?;
    /// assert_eq!(saddle.descend(&array![1.0, 0.0, 1.0]).steps(100).points(11).run()?.path.nrows(), 11);
    /// # Ok(()) }
    /// ```
    pub fn points(&self, points: usize) -> Self {
        Self { points: Some(points), ..self.clone() }
    }

    /// Ends the descent once the norm of the whole loss's gradient is this small; default 0. With batches it is looked at where points are recorded.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(1, |x| x[0] * x[0])?;
    /// let descended = bowl.descend(&array![1.0]).tolerance(1e-3).run()?;
    /// assert!(descended.converged && descended.theta[0] > 1e-4);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, norm: f64) -> Self {
        Self { tolerance: norm, ..self.clone() }
    }

    /// Goes down; the result holds the end, the thinned path and a frame with a row for each point of it.
    ///
    /// # Errors
    /// If a setting is not what the optimiser allows; if batches are asked for where the loss is no average, or of an optimiser that needs the whole
    /// loss; if the loss or its gradient stops being finite, as with too large a learning rate.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let descended = Objective::exact(1, |x| x[0] * x[0])?.descend(&array![1.0]).adam().learning_rate(0.1).run()?;
    /// let losses = descended.frame.values("loss")?;
    /// assert!(losses[0] == 1.0 && losses[losses.len() - 1] == descended.loss);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<Descended> {
        let rate = self.check()?;
        let n = self.objective.dimension();
        let points = points(self.points, n)?;
        let steps = self.steps as usize;
        let every = steps.div_ceil(points - 1).max(1);
        if self.optimizer == Optimizer::Lbfgs {
            // A step and a change of the gradient each.
            let bytes = 16.0 * (PAIRS.min(steps) * n) as f64;
            memory::require(
                "What L-BFGS remembers",
                bytes,
                "Take another optimiser, or a smaller network.",
            )?;
        }
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("steps", steps);

        let mut state = State {
            here: Place { x: self.start.to_vec(), value: f64::NAN, gradient: vec![0.0; n] },
            current: false,
            time: 0.0,
        };
        self.look(&mut state)?;
        let mut record = Record::new(n);
        record.push(0, 0.0, &state.here);
        let mut advance = self.advance(rate, points);
        let (mut converged, mut complete) = (norm(&state.here.gradient) <= self.tolerance, true);
        let mut step = 0;
        while step < steps && !converged {
            if deadline.passed() {
                complete = false;
                progress.stopped();
                break;
            }
            let goes_on = advance(&mut state).map_err(|error| astray(error, step + 1, rate))?;
            step += 1;
            progress.add(1);
            let due = match self.optimizer {
                Optimizer::Flow(_) => self.at_record_time(state.time, points),
                _ => step.is_multiple_of(every),
            };
            if due {
                self.look(&mut state).map_err(|error| astray(error, step, rate))?;
                record.push(step, state.time, &state.here);
            }
            converged = state.current && norm(&state.here.gradient) <= self.tolerance;
            if !goes_on {
                converged = converged || self.optimizer == Optimizer::Lbfgs;
                break;
            }
        }
        if record.last_step() != Some(step as u64) {
            self.look(&mut state).map_err(|error| astray(error, step, rate))?;
            record.push(step, state.time, &state.here);
        }
        let conditions = Conditions {
            optimizer: self.optimizer.to_string(),
            learning_rate: rate,
            batch: self.batch.unwrap_or(0),
            seed: self.seed.number(),
        };
        record.finish(&conditions, converged, complete)
    }

    /// The whole loss and its gradient at θ, if the state does not have them.
    fn look(&self, state: &mut State) -> Result<()> {
        if !state.current {
            let Place { x, value, gradient } = &mut state.here;
            *value = self.objective.gradient_at(x, gradient)?;
            state.current = true;
        }
        Ok(())
    }

    /// The end of the flow.
    fn end(&self) -> f64 {
        self.time.unwrap_or(10.0)
    }

    /// The next of the evenly spaced times at which the flow is recorded.
    fn next_record_time(&self, time: f64, points: usize) -> f64 {
        let spacing = self.end() / (points - 1) as f64;
        let passed = (time / spacing * (1.0 + 4.0 * f64::EPSILON)).floor();
        if passed + 1.0 >= (points - 1) as f64 { self.end() } else { (passed + 1.0) * spacing }
    }

    fn at_record_time(&self, time: f64, points: usize) -> bool {
        let spacing = self.end() / (points - 1) as f64;
        let nearest = (time / spacing).round() * spacing;
        (time - nearest).abs() <= 8.0 * f64::EPSILON * self.end()
    }

    /// What one step does; it says whether the descent goes on.
    fn advance(&self, rate: f64, points: usize) -> Advance<'_> {
        let objective = &self.objective;
        match self.optimizer {
            Optimizer::Lbfgs => {
                let mut walk = Walk::new(PAIRS);
                Box::new(move |state| {
                    let before = state.here.value;
                    state.time += 1.0;
                    let moved = walk.step(&mut state.here, rate, &mut |theta, gradient| {
                        // Where the loss is not defined the step was too long.
                        objective.gradient_at(theta, gradient).unwrap_or(f64::INFINITY)
                    });
                    Ok(moved && state.here.value < before)
                })
            }
            Optimizer::Flow(tolerance) => {
                let mut flow = Flow::new(tolerance, rate);
                let end = self.end();
                Box::new(move |state| {
                    let until = self.next_record_time(flow.time, points);
                    let mut field = |x: &[f64], f: &mut [f64]| objective.gradient_at(x, f);
                    let moved = flow.step(&mut field, &mut state.here, until)?;
                    state.time = flow.time;
                    Ok(moved && flow.time < end)
                })
            }
            _ => {
                let mut stepper = Stepper::new(self.optimizer, rate, objective.dimension());
                let mut batches = self.batches();
                Box::new(move |state| {
                    let Place { x: theta, value, gradient } = &mut state.here;
                    if let Some(batches) = &mut batches {
                        objective.batch_gradient_at(theta, batches.next(), gradient)?;
                        stepper.step(theta, gradient);
                        state.current = false;
                    } else {
                        stepper.step(theta, gradient);
                        *value = objective.gradient_at(theta, gradient)?;
                    }
                    state.time += rate;
                    Ok(true)
                })
            }
        }
    }

    fn batches(&self) -> Option<Batches> {
        let size = self.batch?;
        let order: Vec<usize> = (0..self.objective.examples()).collect();
        let next = order.len();
        Some(Batches { order, size, next, generator: self.seed.generator() })
    }

    /// The learning rate, if all settings are allowed.
    fn check(&self) -> Result<f64> {
        self.optimizer.check()?;
        self.objective.require_point(&self.start)?;
        let rate = self.learning_rate.unwrap_or_else(|| self.optimizer.default_rate());
        require_positive("learning_rate", rate)?;
        if self.steps < 1 {
            return Err(Error::argument("steps", self.steps, "at least 1"));
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            let allowed = "a finite number, at least 0";
            return Err(Error::argument("tolerance", self.tolerance, allowed));
        }
        if let Some(time) = self.time {
            require_positive("time", time)?;
        }
        if let Some(size) = self.batch {
            let examples = self.objective.examples();
            if size == 0 || size > examples {
                let allowed = match examples {
                    0 => "left out, as the loss is no average over examples".to_string(),
                    _ => format!("between 1 and the number of examples, {examples}"),
                };
                return Err(Error::argument("batch", size, allowed));
            }
            if !self.optimizer.takes_batches() {
                return Err(Error::Unsupported {
                    what: "A batch".to_string(),
                    why: format!("the optimiser `{}` needs the whole loss", self.optimizer),
                    advice: "Leave it out, or take gradients, momentum or Adam.".to_string(),
                });
            }
        }
        Ok(rate)
    }
}

/// The error of a loss that is not finite any more, in terms of what the user set.
fn astray(error: Error, step: usize, rate: f64) -> Error {
    match error {
        Error::Argument { name: "theta", given, .. } => Error::argument(
            "learning_rate",
            format!("{rate}, leading in step {step} to a point, {given},"),
            "so small that the loss and its gradient stay finite",
        ),
        other => other,
    }
}
