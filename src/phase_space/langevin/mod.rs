//! Walkers in a landscape at a temperature.

mod samples;
mod walker;

use std::fmt;

pub use samples::LangevinSamples;

use crate::error::{Error, Result, require_positive};
use crate::landscape::Objective;
use crate::ndarray::Array2;
use crate::phase_space::langevin::samples::Rows;
use crate::phase_space::langevin::walker::{Rule, Walker};
use crate::phase_space::patience::{Rounds, Work, require_averages, require_patience};
use crate::phase_space::require::{
    astray, require_numbers, require_room, require_starts, require_steps,
};
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;

/// What a step has to be.
const SHORT: &str =
    "so small that walkers stay where the loss is finite (or take `LangevinScheme::Mala`)";

/// How walkers step; h is the step in time, g = ∇L(θ), ξ are normal numbers of variance 1.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
/// let walk = bowl.langevin(&Array2::zeros((50, 1)), 1.0).step_size(1.0);
/// let variance = |scheme| -> statmech::Result<f64> { Ok(walk.scheme(scheme).run()?.covariance[(0, 0)]) };
/// // (T/λ)/(1 − hλ/2) = 2, and T/λ.
/// assert!(variance(LangevinScheme::EulerMaruyama)? > 1.8 && variance(LangevinScheme::Baoab)? < 1.2);
/// # Ok(()) }
/// ```
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
/// let samples = bowl.langevin(&Array2::zeros((50, 1)), 0.5).step_size(0.1).steps(2000).seed(1).run()?;
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
    step_size: f64,
    steps: i64,
    thermalization: Option<i64>,
    points: usize,
    seed: Seed,
    deadline: Option<f64>,
}

impl Objective {
    /// Langevin dynamics of walkers that start at these rows, 1000 steps of 0.01 in time unless set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wells = Objective::exact(1, |x| (x[0].powi(2) - 1.0).powi(2))?;
    /// let samples = wells.langevin(&Array2::ones((20, 1)), 0.1).scheme(LangevinScheme::Mala).step_size(0.02).run()?;
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
            step_size: 0.01,
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
        step_size;
        /// The friction γ of [`LangevinScheme::Baoab`]; default 1. Others have none: they are the limit of large γ in the time t/γ.
        friction;
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
    /// let walk = bowl.langevin(&Array2::zeros((4, 1)), 1.0).scheme(LangevinScheme::Mala).step_size(1.5);
    /// assert!(walk.run()?.acceptance < 1.0);
    /// # Ok(()) }
    /// ```
    pub fn scheme(&self, scheme: LangevinScheme) -> Self {
        Self { scheme, ..self.clone() }
    }

    /// Lets the walkers go, several at a time on as many threads.
    ///
    /// # Errors
    /// If the starts do not fit or are fewer than two, a setting is out of range, a walker comes to where the loss is not finite, as with too large a step, or the deadline
    /// passes before the thermalization is over; or without a deadline if all walkers make more than 10¹⁰ steps.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let quartic = Objective::exact(1, |x| x[0].powi(4))?;
    /// let starts = Array2::zeros((100, 1));
    /// let samples = quartic.langevin(&starts, 1.0).scheme(LangevinScheme::Mala).step_size(0.1).run()?;
    /// // ⟨θ²⟩ = Γ(3/4)/Γ(1/4).
    /// assert!((samples.covariance[(0, 0)] - 0.337989).abs() < 4.0 * samples.covariance_err[(0, 0)]);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<LangevinSamples> {
        let deadline = Deadline::new(self.deadline)?;
        let (steps, before) = self.check()?;
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
        let mut rounds = Rounds::new();
        for point in 1..points {
            let until = (all as f64 * point as f64 / (points - 1) as f64).round() as usize;
            while done < until && complete {
                let next = rounds.next(done, until);
                let go = |walker: &mut Walker| walker.go(&rule, done..next, before);
                rounds
                    .timed(|| walkers.par_iter_mut().try_for_each(go))
                    .map_err(|error| astray(error, "step_size", self.step_size, SHORT))?;
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
        LangevinSamples::new(self, &walkers, rows, ensembles, before, complete)
    }

    fn rule(&self) -> Rule<'_> {
        let decay = (-self.friction * self.step_size).exp();
        let noise = if self.scheme == LangevinScheme::Baoab {
            (-self.temperature * (-2.0 * self.friction * self.step_size).exp_m1()).sqrt()
        } else {
            (2.0 * self.temperature * self.step_size).sqrt()
        };
        let (objective, scheme) = (&self.objective, self.scheme);
        Rule {
            objective,
            scheme,
            temperature: self.temperature,
            step_size: self.step_size,
            noise,
            decay,
        }
    }

    /// The steps that enter the moments, and those before.
    fn check(&self) -> Result<(usize, usize)> {
        require_starts(&self.objective, &self.starts)?;
        let (walkers, n) = self.starts.dim();
        if walkers < 2 {
            return Err(Error::argument("starts", "one row", "two walkers at least, for an error"));
        }
        require_positive("temperature", self.temperature)?;
        require_positive("step_size", self.step_size)?;
        if !(self.friction >= 0.0 && self.friction.is_finite()) {
            return Err(Error::argument("friction", self.friction, "a finite number, at least 0"));
        }
        require_numbers("The second moments of all walkers", &[walkers, n, n])?;
        require_room(self.points, &[walkers, n])?;
        if !self.rule().noise.is_finite() {
            let given = format!("{} with steps of {}", self.temperature, self.step_size);
            return Err(Error::argument(
                "temperature",
                given,
                "so low that √(2Th) does not overflow",
            ));
        }
        let (steps, before) = require_steps(self.steps, self.thermalization, 4)?;
        require_patience(Work::steps((steps + before) as f64 * walkers as f64), self.deadline)?;
        Ok((steps, before))
    }
}
