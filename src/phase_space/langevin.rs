//! Walkers in a landscape at a temperature.

use std::fmt;
use std::mem;

use crate::error::{Error, Result, require_count, require_positive};
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2};
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::phase_space::require::{
    ROUND, require_averages, require_numbers, require_room, require_starts,
};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// How walkers step; h is the step in time, g = ∇L(θ), ξ are normal numbers of variance 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum LangevinScheme {
    /// θ ← θ − h g + √(2Th) ξ. Its stationary density is off by order h: in a bowl of curvature λ the variance is (T/λ)/(1 − hλ/2).
    EulerMaruyama,
    /// θ ← θ − h g + √(2Th) ½(ξ + ξ'), ξ' being the ξ of the next step; off by order h² and exact in a bowl (B. Leimkuhler and C. Matthews, Appl. Math. Res. eXpress 2013, 34).
    #[default]
    LeimkuhlerMatthews,
    /// The step of Euler and Maruyama, accepted or refused so that exp(−L/T) is exactly stationary (MALA: G. O. Roberts and R. L. Tweedie, Bernoulli 2, 341 (1996)).
    Mala,
    /// With momenta p of mass 1 and friction γ: half a kick, half a drift, p ← e^{−γh} p + √(T(1 − e^{−2γh})) ξ, half a drift, half a kick. Positions are off by order h² and exact in a bowl (the same source).
    Baoab,
}

impl LangevinScheme {
    /// The name in tables.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(LangevinScheme::Baoab.name(), "baoab");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::EulerMaruyama => "euler_maruyama",
            Self::LeimkuhlerMatthews => "leimkuhler_matthews",
            Self::Mala => "mala",
            Self::Baoab => "baoab",
        }
    }
}

impl fmt::Display for LangevinScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Settings of Langevin dynamics; [`run`](Self::run) lets the walkers go.
///
/// dθ = −∇L dt + √(2T) dW (k_B = 1, mobility 1), whose stationary density is exp(−L/T)/Z; with [`LangevinScheme::Baoab`] dθ = p dt, dp = −∇L dt − γ p dt + √(2γT) dW.
/// Each walker has its own stream of random numbers, so that results are the same on any number of threads.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[2.0]], &array![0.0])?;
/// let samples = bowl.langevin(&Array2::zeros((50, 1)), 0.5).step(0.1).steps(2000).seed(1).run()?;
/// let (variance, error) = (samples.covariance[(0, 0)], samples.covariance_err[(0, 0)]);
/// assert!((variance - 0.25).abs() < 4.0 * error); // T/λ
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Langevin {
    objective: Objective,
    starts: Array2<f64>,
    temperature: f64,
    scheme: LangevinScheme,
    friction: f64,
    step: f64,
    steps: i64,
    thermalization: Option<i64>,
    points: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// Where walkers were; see [`Langevin::run`]. Errors are the scatter of the walkers, whose averages in time are independent.
#[derive(Clone, Debug)]
pub struct LangevinSamples {
    /// A row for each recorded time, thermalisation included: `step`, `time`; over the walkers `loss` and `loss_err`, `displacement` (mean squared distance from the starts), `kinetic` (⟨p²⟩/2, missing without momenta);
    /// the conditions `temperature`, `scheme`, `step_size`, `walkers`, `seed`, `complete`.
    pub frame: DataFrame,
    /// The walkers at each recorded time, a row each.
    pub ensembles: Vec<Array2<f64>>,
    /// ⟨θ⟩ over walkers and all steps after thermalisation.
    pub mean: Array1<f64>,
    /// One standard error of each.
    pub mean_err: Array1<f64>,
    /// ⟨θθᵀ⟩ − ⟨θ⟩⟨θ⟩ᵀ.
    pub covariance: Array2<f64>,
    /// One standard error of each.
    pub covariance_err: Array2<f64>,
    /// ⟨L⟩.
    pub loss: f64,
    /// Its standard error.
    pub loss_err: f64,
    /// The fraction of steps that were accepted: 1 but for [`LangevinScheme::Mala`].
    pub acceptance: f64,
    /// Whether all steps were made: false if a deadline stopped them.
    pub complete: bool,
}

impl LangevinSamples {
    /// The moments as a table: `coordinate`, `mean`, `mean_err`, `variance`, `variance_err`.
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// assert_eq!(bowl.langevin(&Array2::zeros((4, 1)), 1.0).run()?.moments()?.height(), 1);
    /// # Ok(()) }
    /// ```
    pub fn moments(&self) -> Result<DataFrame> {
        Ok(df!(
            "coordinate" => (0..self.mean.len() as u64).collect::<Vec<_>>(),
            "mean" => self.mean.to_vec(),
            "mean_err" => self.mean_err.to_vec(),
            "variance" => self.covariance.diag().to_vec(),
            "variance_err" => self.covariance_err.diag().to_vec(),
        )?)
    }
}

/// What all walkers share.
struct Rule<'a> {
    objective: &'a Objective,
    scheme: LangevinScheme,
    temperature: f64,
    step: f64,
    /// √(2Th), or √(T(1 − e^{−2γh})).
    noise: f64,
    /// e^{−γh}.
    decay: f64,
}

/// A walker with what it has seen.
struct Walker {
    theta: Vec<f64>,
    momentum: Vec<f64>,
    loss: f64,
    gradient: Vec<f64>,
    /// The noise of the next step, which some schemes know in advance.
    next: Vec<f64>,
    generator: Generator,
    steps: usize,
    accepted: usize,
    sums: Sums,
}

/// Sums over the steps of a walker, relative to its start.
#[derive(Clone)]
struct Sums {
    origin: Vec<f64>,
    count: f64,
    loss: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Objective {
    /// Langevin dynamics of walkers that start at these rows, 1000 steps of 0.01 in time unless set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wells = Objective::exact(1, |x| (x[0].powi(2) - 1.0).powi(2))?;
    /// let samples = wells.langevin(&Array2::ones((20, 1)), 0.1).scheme(LangevinScheme::Mala).step(0.02).run()?;
    /// assert!((samples.mean[0] - 1.0).abs() < 0.3 && samples.acceptance > 0.9);
    /// # Ok(()) }
    /// ```
    pub fn langevin(&self, starts: &Array2<f64>, temperature: f64) -> Langevin {
        Langevin {
            objective: self.clone(),
            starts: starts.clone(),
            temperature,
            scheme: LangevinScheme::default(),
            friction: 1.0,
            step: 0.01,
            steps: 1000,
            thermalization: None,
            points: 101,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl Langevin {
    setters! { "Objective::quadratic(&array![[1.0]], &array![0.0])?.langevin(&Array2::zeros((4, 1)), 1.0)":
        /// The step h in time; default 0.01.
        step;
        /// Steps that enter the moments; default 1000.
        steps;
        /// Steps before; default a quarter of [`steps`](Self::steps).
        thermalization;
        /// Evenly spaced times at which the walkers are kept, with the start; default 101, or as many as there are steps.
        points;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which all walkers stop and `complete` is false; default none.
        deadline;
    }

    /// Sets how walkers step; default [`LangevinScheme::LeimkuhlerMatthews`].
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let walk = bowl.langevin(&Array2::zeros((4, 1)), 1.0).scheme(LangevinScheme::Mala).step(1.5);
    /// assert!(walk.run()?.acceptance < 1.0);
    /// # Ok(()) }
    /// ```
    pub fn scheme(&self, scheme: LangevinScheme) -> Self {
        Self { scheme, ..self.clone() }
    }

    /// The friction γ of [`LangevinScheme::Baoab`]; default 1. Others have none: they are the limit of large γ in the time t/γ.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let walk = bowl.langevin(&Array2::zeros((4, 1)), 1.0).scheme(LangevinScheme::Baoab);
    /// assert!(walk.friction(2.0).run().is_ok() && walk.friction(-1.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn friction(&self, friction: f64) -> Self {
        Self { friction, ..self.clone() }
    }

    /// Lets the walkers go, several at a time on as many threads.
    ///
    /// # Errors
    /// If the starts do not fit or are fewer than two, a setting is out of range, a walker comes to where the loss is not finite, as with too large a step, or the deadline
    /// passes before the thermalization is over.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let quartic = Objective::exact(1, |x| x[0].powi(4))?;
    /// let starts = Array2::zeros((100, 1));
    /// let samples = quartic.langevin(&starts, 1.0).scheme(LangevinScheme::Mala).step(0.1).run()?;
    /// // ⟨θ²⟩ = Γ(3/4)/Γ(1/4).
    /// assert!((samples.covariance[(0, 0)] - 0.337989).abs() < 4.0 * samples.covariance_err[(0, 0)]);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<LangevinSamples> {
        let (steps, before) = self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let all = before + steps;
        let points = self.points.min(all + 1);
        let rule = self.rule();
        let mut walkers: Vec<Walker> = (0..self.starts.nrows())
            .into_par_iter()
            .map(|k| Walker::new(&rule, self.starts.row(k).to_vec(), self.seed.child(k as u64)))
            .collect::<Result<_>>()?;
        let mut progress = Progress::new("steps of all walkers", all);
        let (mut rows, mut ensembles) = (Rows::default(), vec![self.starts.clone()]);
        rows.push(0, &walkers, &self.starts);
        let (mut done, mut complete) = (0, true);
        for point in 1..points {
            let until = (all as f64 * point as f64 / (points - 1) as f64).round() as usize;
            while done < until && complete {
                let next = until.min(done + ROUND);
                walkers
                    .par_iter_mut()
                    .try_for_each(|walker| walker.go(&rule, done..next, before))
                    .map_err(|error| self.astray(error))?;
                progress.add(next - done);
                done = next;
                complete = done == all || !deadline.passed();
            }
            let n = self.starts.ncols();
            let now = Array2::from_shape_fn((walkers.len(), n), |(k, i)| walkers[k].theta[i]);
            rows.push(done, &walkers, &self.starts);
            ensembles.push(now);
            if !complete {
                progress.stopped();
                break;
            }
        }
        require_averages(done, before)?;
        self.gathered(&walkers, rows, ensembles, complete)
    }

    fn gathered(
        &self,
        walkers: &[Walker],
        rows: Rows,
        ensembles: Vec<Array2<f64>>,
        complete: bool,
    ) -> Result<LangevinSamples> {
        let n = self.starts.ncols();
        let of = |values: Vec<f64>| mean_and_error(&values).unwrap_or((f64::NAN, f64::NAN));
        // Averages in time relative to the first start, so that none loses digits to the place.
        let origin = self.starts.row(0).to_vec();
        let averages: Vec<(f64, Vec<f64>, Vec<f64>)> =
            walkers.iter().map(|walker| walker.sums.averages(&origin)).collect();
        let pick = |i: usize| of(averages.iter().map(|a| a.1[i]).collect());
        let first: Vec<(f64, f64)> = (0..n).map(pick).collect();
        let second = |i: usize, j: usize| {
            let (a, b) = (first[i].0, first[j].0);
            // By how much each walker moves ⟨xy⟩ − ⟨x⟩⟨y⟩.
            let moves = averages.iter().map(|w| w.2[i * n + j] - b * w.1[i] - a * w.1[j]);
            let (mean, error) = of(moves.collect());
            (mean + a * b, error)
        };
        let pairs: Vec<(f64, f64)> = (0..n * n).map(|k| second(k / n, k % n)).collect();
        let (loss, loss_err) = of(averages.iter().map(|a| a.0).collect());
        let steps: usize = walkers.iter().map(|walker| walker.steps).sum();
        let accepted: usize = walkers.iter().map(|walker| walker.accepted).sum();
        let height = rows.step.len();
        let kinetic: Vec<Option<f64>> = match self.scheme {
            LangevinScheme::Baoab => rows.kinetic.iter().copied().map(Some).collect(),
            _ => vec![None; height],
        };
        let frame = df!(
            "step" => &rows.step,
            "time" => rows.step.iter().map(|k| *k as f64 * self.step).collect::<Vec<_>>(),
            "loss" => rows.loss,
            "loss_err" => rows.loss_err,
            "displacement" => rows.displacement,
            "kinetic" => kinetic,
            "temperature" => vec![self.temperature; height],
            "scheme" => vec![self.scheme.name(); height],
            "step_size" => vec![self.step; height],
            "walkers" => vec![walkers.len() as u64; height],
            "seed" => vec![self.seed.number(); height],
            "complete" => vec![complete; height],
        )?;
        Ok(LangevinSamples {
            frame,
            ensembles,
            mean: first.iter().zip(&origin).map(|(x, origin)| x.0 + origin).collect(),
            mean_err: first.iter().map(|x| x.1).collect(),
            covariance: Array2::from_shape_fn((n, n), |(i, j)| pairs[i * n + j].0),
            covariance_err: Array2::from_shape_fn((n, n), |(i, j)| pairs[i * n + j].1),
            loss,
            loss_err,
            acceptance: accepted as f64 / steps.max(1) as f64,
            complete,
        })
    }

    fn rule(&self) -> Rule<'_> {
        let decay = (-self.friction * self.step).exp();
        let noise = if self.scheme == LangevinScheme::Baoab {
            (-self.temperature * (-2.0 * self.friction * self.step).exp_m1()).sqrt()
        } else {
            (2.0 * self.temperature * self.step).sqrt()
        };
        let (objective, scheme) = (&self.objective, self.scheme);
        Rule { objective, scheme, temperature: self.temperature, step: self.step, noise, decay }
    }

    /// The steps that enter the moments, and those before.
    fn check(&self) -> Result<(usize, usize)> {
        require_starts(&self.objective, &self.starts)?;
        let (walkers, n) = self.starts.dim();
        if walkers < 2 {
            return Err(Error::argument("starts", "one row", "two walkers at least, for an error"));
        }
        require_positive("temperature", self.temperature)?;
        require_positive("step", self.step)?;
        let steps = require_count("steps", self.steps, 1)?;
        let before = match self.thermalization {
            Some(before) => require_count("thermalization", before, 0)?,
            None => steps / 4,
        };
        if !(self.friction >= 0.0 && self.friction.is_finite()) {
            return Err(Error::argument("friction", self.friction, "a finite number, at least 0"));
        }
        require_numbers("The second moments of all walkers", &[walkers, n, n])?;
        if steps.checked_add(before).is_none_or(|all| all > 1 << 52) {
            return Err(Error::argument("steps", steps, "below 2⁵² in all"));
        }
        require_room(self.points, &[walkers, n])?;
        Ok((steps, before))
    }

    /// The error of a loss that is not finite any more, in terms of what the user set.
    fn astray(&self, error: Error) -> Error {
        match error {
            Error::Argument { name: "theta", given, .. } => Error::argument(
                "step",
                format!("{}, which led a walker to a point that is {given}", self.step),
                "so small that walkers stay where the loss is finite (or take `LangevinScheme::Mala`)",
            ),
            other => other,
        }
    }
}

/// Columns of the frame.
#[derive(Default)]
struct Rows {
    step: Vec<u64>,
    loss: Vec<f64>,
    loss_err: Vec<f64>,
    displacement: Vec<f64>,
    kinetic: Vec<f64>,
}

impl Rows {
    fn push(&mut self, step: usize, walkers: &[Walker], starts: &Array2<f64>) {
        let losses: Vec<f64> = walkers.iter().map(|walker| walker.loss).collect();
        let (loss, error) = mean_and_error(&losses).unwrap_or((f64::NAN, f64::NAN));
        let count = walkers.len() as f64;
        let squares = |x: f64, y: f64| (x - y) * (x - y);
        let moved = walkers.iter().zip(starts.rows()).map(|(walker, start)| {
            walker.theta.iter().zip(start).map(|(x, y)| squares(*x, *y)).sum::<f64>()
        });
        let energy = |walker: &Walker| 0.5 * walker.momentum.iter().map(|p| p * p).sum::<f64>();
        self.step.push(step as u64);
        self.loss.push(loss);
        self.loss_err.push(error);
        self.displacement.push(moved.sum::<f64>() / count);
        self.kinetic.push(walkers.iter().map(energy).sum::<f64>() / count);
    }
}

impl Walker {
    fn new(rule: &Rule<'_>, theta: Vec<f64>, seed: Seed) -> Result<Self> {
        let n = theta.len();
        let mut gradient = vec![0.0; n];
        let loss = rule.objective.gradient_at(&theta, &mut gradient)?;
        let mut generator = seed.generator();
        let mut drawn =
            || -> Vec<f64> { (0..n).map(|_| StandardNormal.sample(&mut generator)).collect() };
        let next = drawn();
        let thermal = rule.temperature.sqrt();
        let momentum = match rule.scheme {
            LangevinScheme::Baoab => drawn().into_iter().map(|x| thermal * x).collect(),
            _ => vec![0.0; n],
        };
        let sums = Sums {
            origin: theta.clone(),
            count: 0.0,
            loss: 0.0,
            first: vec![0.0; n],
            second: vec![0.0; n * n],
        };
        Ok(Self { theta, momentum, loss, gradient, next, generator, steps: 0, accepted: 0, sums })
    }

    fn go(&mut self, rule: &Rule<'_>, steps: std::ops::Range<usize>, before: usize) -> Result<()> {
        for step in steps {
            match rule.scheme {
                LangevinScheme::Baoab => self.baoab(rule)?,
                LangevinScheme::Mala => self.mala(rule),
                _ => self.overdamped(rule)?,
            }
            self.steps += 1;
            if step >= before {
                self.sums.add(&self.theta, self.loss);
            }
        }
        Ok(())
    }

    fn overdamped(&mut self, rule: &Rule<'_>) -> Result<()> {
        let both = rule.scheme == LangevinScheme::LeimkuhlerMatthews;
        for ((x, g), known) in self.theta.iter_mut().zip(&self.gradient).zip(&mut self.next) {
            let fresh: f64 = StandardNormal.sample(&mut self.generator);
            let now = mem::replace(known, fresh);
            let noise = if both { 0.5 * (now + fresh) } else { now };
            *x += rule.noise * noise - rule.step * g;
        }
        self.accepted += 1;
        self.loss = rule.objective.gradient_at(&self.theta, &mut self.gradient)?;
        Ok(())
    }

    fn baoab(&mut self, rule: &Rule<'_>) -> Result<()> {
        let half = 0.5 * rule.step;
        for ((x, p), g) in self.theta.iter_mut().zip(&mut self.momentum).zip(&self.gradient) {
            let noise: f64 = StandardNormal.sample(&mut self.generator);
            *p -= half * g;
            *x += half * *p;
            *p = rule.decay * *p + rule.noise * noise;
            *x += half * *p;
        }
        self.accepted += 1;
        self.loss = rule.objective.gradient_at(&self.theta, &mut self.gradient)?;
        self.momentum.iter_mut().zip(&self.gradient).for_each(|(p, g)| *p -= half * g);
        Ok(())
    }

    fn mala(&mut self, rule: &Rule<'_>) {
        let h = rule.step;
        let mut there = self.theta.clone();
        let mut forth = 0.0;
        for (x, g) in there.iter_mut().zip(&self.gradient) {
            let noise: f64 = StandardNormal.sample(&mut self.generator);
            forth += noise * noise;
            *x += rule.noise * noise - h * g;
        }
        let chance: f64 = self.generator.random();
        let mut gradient = vec![0.0; there.len()];
        // Where the loss is not defined the density is 0.
        let Ok(loss) = rule.objective.gradient_at(&there, &mut gradient) else { return };
        let steps = self.theta.iter().zip(&there).zip(&gradient);
        let back: f64 = steps.map(|((x, y), g)| ((x - y + h * g) / rule.noise).powi(2)).sum();
        let ln_odds = (self.loss - loss) / rule.temperature + 0.5 * (forth - back);
        if chance.ln() < ln_odds {
            (self.theta, self.loss, self.gradient) = (there, loss, gradient);
            self.accepted += 1;
        }
    }
}

impl Sums {
    fn add(&mut self, theta: &[f64], loss: f64) {
        let n = theta.len();
        self.count += 1.0;
        self.loss += loss;
        for i in 0..n {
            let x = theta[i] - self.origin[i];
            self.first[i] += x;
            let row = &mut self.second[i * n..(i + 1) * n];
            for ((sum, y), origin) in row.iter_mut().zip(theta).zip(&self.origin) {
                *sum += x * (y - origin);
            }
        }
    }

    /// Averages of the loss, of x and of x xᵀ with x measured from another origin.
    fn averages(&self, origin: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let n = origin.len();
        let shift: Vec<f64> = self.origin.iter().zip(origin).map(|(a, b)| a - b).collect();
        let first: Vec<f64> = self.first.iter().map(|x| x / self.count).collect();
        let second = (0..n * n).map(|k| {
            let (i, j) = (k / n, k % n);
            let cross = shift[i] * first[j] + shift[j] * first[i] + shift[i] * shift[j];
            self.second[k] / self.count + cross
        });
        let second = second.collect();
        let first = first.iter().zip(&shift).map(|(x, s)| x + s).collect();
        (self.loss / self.count, first, second)
    }
}
