//! Many descents from random starts, side by side.

use crate::error::{Error, Result, require_count, require_positive};
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2};
use crate::ndarray_rand::rand_distr::StandardNormal;
use crate::nn::Network;
use crate::numeric::flow::Flow;
use crate::numeric::lbfgs::Place;
use crate::phase_space::history::EnsembleHistory;
use crate::phase_space::patience::Pace;
use crate::phase_space::require::{require_numbers, require_tolerance};
use crate::progress::{Deadline, Progress};
use crate::rand::Rng;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;

/// Members that move between two looks at the deadline.
const BATCH: usize = 64;

/// Where members start.
#[derive(Clone, Debug)]
enum Starts {
    Gaussian { center: Option<Array1<f64>>, width: f64 },
    Network(Network),
    Given(Array2<f64>),
}

/// Settings of an ensemble: members of a loss that all follow θ' = −∇L(θ) from starts of their own; [`run`](Self::run) moves them.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[2.0, 0.0], [0.0, 0.5]], &array![0.0, 0.0])?;
/// let history = bowl.ensemble(500).times([0.0, 1.0, 2.0]).seed(1).run()?;
/// let frame = history.frame()?;
/// // The cloud's volume shrinks at the rate tr H = 2.5, and so does its entropy.
/// let entropy = frame.values("entropy_gaussian")?;
/// assert!((entropy[2] - entropy[0] + 5.0).abs() < 1e-5);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Ensemble {
    objective: Objective,
    members: i64,
    starts: Starts,
    times: Vec<f64>,
    tolerance: f64,
    seed: Seed,
    deadline: Option<f64>,
}

impl Objective {
    /// So many descents from random starts, Gaussian of width 1 about the origin unless something else is set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let double_well = Objective::exact(1, |x| 0.25 * (x[0].powi(2) - 1.0).powi(2))?;
    /// let history = double_well.ensemble(200).times([0.0, 20.0]).run()?;
    /// // Each member ends in one of the wells.
    /// assert!(history.positions[1].iter().all(|x| (x.abs() - 1.0).abs() < 1e-3));
    /// # Ok(()) }
    /// ```
    pub fn ensemble(&self, members: i64) -> Ensemble {
        Ensemble {
            objective: self.clone(),
            members,
            starts: Starts::Gaussian { center: None, width: 1.0 },
            times: (0..=10).map(f64::from).collect(),
            tolerance: 1e-8,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl Ensemble {
    setters! { "Objective::quadratic(&array![[1.0]], &array![0.0])?.ensemble(20)":
        /// The error of a step of the flow, as of [`Optimizer::Flow`](crate::landscape::Optimizer::Flow); default 10⁻⁸.
        tolerance;
        /// The seed of the starts, one child stream for each member; default 0.
        seed;
        /// A limit in seconds, after which the history ends with the last time that all members reached and `complete` is false; default none. The starts are
        /// always there.
        deadline;
    }

    /// Starts from a Gaussian of this width (standard deviation in each direction) about [`center`](Self::center); default 1. It takes the place of
    /// [given](Self::starts) or [initial](Self::initial) starts.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Objective::quadratic(&array![[1.0]], &array![0.0])?.ensemble(20);
    /// assert!(settings.width(0.5).run().is_ok() && settings.width(0.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn width(&self, width: f64) -> Self {
        let center = match &self.starts {
            Starts::Gaussian { center, .. } => center.clone(),
            _ => None,
        };
        Self { starts: Starts::Gaussian { center, width }, ..self.clone() }
    }

    /// Starts from a Gaussian about this point; default the origin. It takes the place of [given](Self::starts) or [initial](Self::initial) starts.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let history = bowl.ensemble(20).center(&array![9.0]).width(0.1).times([0.0]).run()?;
    /// assert!(history.positions[0].iter().all(|x| (x - 9.0).abs() < 1.0));
    /// # Ok(()) }
    /// ```
    pub fn center(&self, theta: &Array1<f64>) -> Self {
        let width = match self.starts {
            Starts::Gaussian { width, .. } => width,
            _ => 1.0,
        };
        Self { starts: Starts::Gaussian { center: Some(theta.clone()), width }, ..self.clone() }
    }

    /// Starts as a network's [`initial`](Network::initial) parameters, each member with a seed of its own.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let x = Array2::from_shape_fn((10, 1), |(i, _)| i as f64 / 5.0 - 1.0);
    /// let network = Network::mlp([1, 2, 1]);
    /// let objective = network.loss(&Dataset::regression(&x, &x.mapv(f64::sin))?)?;
    /// let history = objective.ensemble(20).initial(&network).times([0.0, 5.0]).run()?;
    /// assert!(history.losses.row(1).sum() < history.losses.row(0).sum());
    /// # Ok(()) }
    /// ```
    pub fn initial(&self, network: &Network) -> Self {
        Self { starts: Starts::Network(network.clone()), ..self.clone() }
    }

    /// Starts from these points, a row each, in place of random ones; there are as many members then.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let history = bowl.ensemble(2).starts(&array![[1.0], [2.0]]).times([1.0]).run()?;
    /// assert!((history.positions[0][(1, 0)] - 2.0 * (-1_f64).exp()).abs() < 1e-7);
    /// # Ok(()) }
    /// ```
    pub fn starts(&self, theta: &Array2<f64>) -> Self {
        let members = i64::try_from(theta.nrows()).unwrap_or(i64::MAX);
        Self { starts: Starts::Given(theta.clone()), members, ..self.clone() }
    }

    /// The times that are recorded, rising from 0 or later; default 0, 1, …, 10.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Objective::quadratic(&array![[1.0]], &array![0.0])?.ensemble(20);
    /// assert!(settings.times([0.5, 1.0]).run().is_ok() && settings.times([1.0, 0.5]).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn times(&self, times: impl IntoIterator<Item = f64>) -> Self {
        Self { times: times.into_iter().collect(), ..self.clone() }
    }

    /// Moves all members and records them at each time.
    ///
    /// # Errors
    /// If a setting is out of range, the starts do not fit the loss, a member comes to where the loss is not finite, or the history would take more than 2 GiB; or without a deadline if all members together would take more than some 10¹⁰ steps.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(1, 1)?;
    /// let history = saddle.ensemble(100).width(0.1).times([0.0, 1.0]).run()?;
    /// assert_eq!((history.positions.len(), history.positions[0].dim()), (2, (100, 3)));
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<EnsembleHistory> {
        let deadline = Deadline::new(self.deadline)?;
        let count = self.check()?;
        let mut progress = Progress::new("flights", count.saturating_mul(self.times.len()));
        let mut members: Vec<Place> =
            (0..count).into_par_iter().map(|k| self.started(k)).collect::<Result<_>>()?;
        let mut history = EnsembleHistory::new(&self.objective, self.seed, count, self.tolerance);
        let (mut now, end) = (0.0, self.times.last().copied().unwrap_or(0.0));
        for &time in &self.times {
            let moved = time == now
                || self.advance(&mut members, (time - now, end - now), &deadline, &mut progress)?;
            if !moved {
                progress.stopped();
                // The first time may lie beyond the deadline, and the starts are a history too.
                return if history.times.is_empty() {
                    self.only_starts(history, count)
                } else {
                    Ok(history)
                };
            }
            now = time;
            record(&mut history, &members, time)?;
        }
        history.complete = true;
        Ok(history)
    }

    /// All members for a while of what is left; false if the deadline came before their end.
    fn advance(
        &self,
        members: &mut [Place],
        (duration, left): (f64, f64),
        deadline: &Deadline,
        progress: &mut Progress,
    ) -> Result<bool> {
        let pace = Pace::of(members.len());
        for batch in members.chunks_mut(BATCH) {
            if deadline.passed() {
                return Ok(false);
            }
            let arrived = batch
                .par_iter_mut()
                .map(|member| self.fly(member, (duration, left), &pace, deadline))
                .collect::<Result<Vec<bool>>>()?;
            if arrived.contains(&false) {
                return Ok(false);
            }
            progress.add(batch.len());
        }
        Ok(true)
    }

    /// One member for a while; false if the deadline came before the end.
    fn fly(
        &self,
        member: &mut Place,
        (duration, left): (f64, f64),
        pace: &Pace,
        deadline: &Deadline,
    ) -> Result<bool> {
        let mut field = |x: &[f64], slope: &mut [f64]| self.objective.gradient_at(x, slope);
        let (mut flow, mut pace) = (Flow::new(self.tolerance, 0.1 * duration), pace.clone());
        while flow.time < duration {
            if deadline.passed() {
                return Ok(false);
            }
            // A flow that runs away in a finite time ends with steps too small to count.
            if !flow.step(&mut field, member, duration)? && flow.time < duration {
                let reached = flow.time;
                return Err(Error::argument(
                    "times",
                    format!(
                        "a time that a member does not reach: it runs away within {reached} of the one before"
                    ),
                    "earlier, or the starts where the loss has a lower bound",
                ));
            }
            pace.step(flow.time, left, self.deadline)?;
        }
        Ok(true)
    }

    fn at(&self, theta: Array1<f64>) -> Result<Place> {
        let (value, gradient) = self.objective.loss_and_gradient(&theta)?;
        Ok(Place { x: theta.to_vec(), value, gradient: gradient.to_vec() })
    }

    fn started(&self, k: usize) -> Result<Place> {
        let n = self.objective.dimension();
        let seed = self.seed.child(k as u64);
        self.at(match &self.starts {
            Starts::Given(points) => points.row(k).to_owned(),
            Starts::Network(network) => network.initial(seed)?,
            Starts::Gaussian { center, width } => {
                let mut generator = seed.generator();
                let noise = Array1::from_shape_fn(n, |_| {
                    width * generator.sample::<f64, _>(StandardNormal)
                });
                center.as_ref().map_or(noise.clone(), |center| &noise + center)
            }
        })
    }

    /// The history of an ensemble whose deadline came before the first time: the starts.
    fn only_starts(&self, mut history: EnsembleHistory, count: usize) -> Result<EnsembleHistory> {
        let members: Vec<Place> =
            (0..count).into_par_iter().map(|k| self.started(k)).collect::<Result<_>>()?;
        record(&mut history, &members, 0.0)?;
        Ok(history)
    }

    /// The number of members, if all settings are in order.
    fn check(&self) -> Result<usize> {
        let count = require_count("members", self.members, 2)?;
        require_tolerance(self.tolerance)?;
        let n = self.objective.dimension();
        let rising = self.times.windows(2).all(|pair| pair[0] < pair[1]);
        let real = self.times.iter().all(|time| *time >= 0.0 && time.is_finite());
        if self.times.is_empty() || !rising || !real {
            let given = format!("{:?}", self.times);
            return Err(Error::argument("times", given, "at least one, rising, and none before 0"));
        }
        require_numbers("The history of all members", &[count, n, 2, self.times.len()])?;
        match &self.starts {
            Starts::Gaussian { width, center } => {
                require_positive("width", *width)?;
                center
                    .as_ref()
                    .map_or(Ok(()), |center| self.require_row("`center`", center.len()))?;
            }
            Starts::Network(network) => {
                self.require_row("The network's parameters", network.n_parameters()?)?;
            }
            Starts::Given(points) => self.require_row("A row of the starts", points.ncols())?,
        }
        Ok(count)
    }

    fn require_row(&self, what: &'static str, length: usize) -> Result<()> {
        let n = self.objective.dimension();
        if length == n {
            return Ok(());
        }
        let expected = format!("[{n}], as the loss has so many parameters");
        Err(Error::Shape { what, expected, given: format!("[{length}]") })
    }
}

/// Puts all members into the history.
fn record(history: &mut EnsembleHistory, members: &[Place], time: f64) -> Result<()> {
    let shape = (members.len(), members[0].x.len());
    history.times.push(time);
    history.positions.push(Array2::from_shape_fn(shape, |(k, i)| members[k].x[i]));
    history.velocities.push(Array2::from_shape_fn(shape, |(k, i)| -members[k].gradient[i]));
    history.push_losses(members.iter().map(|member| member.value).collect())
}
