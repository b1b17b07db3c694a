//! The builder of an estimate from slices, and its run.

use crate::error::{Error, Result, require_positive};
use crate::landscape::Objective;
use crate::landscape::slice_trace::estimate::{Found, SliceTraceEstimate};
use crate::landscape::slice_trace::stencil::{Known, SliceFit, Stencil};
use crate::landscape::slice_trace::step::{Setting, choose};
use crate::ndarray::Array1;
use crate::operator::Probe;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;

/// Directions in which the bias is looked at, with half the step.
const HALVED: usize = 8;

/// Settings of an estimate of tr H from random slices; [`run`](Self::run) gives it.
///
/// The curvature of L(θ + tη) at t = 0 is ηᵀHη, and on average over directions η with independent entries of variance 1 it is tr H: two losses a direction and no
/// derivative (L. Böttcher and G. Wheeler, arXiv:2208.13219). The directions are those that [`Operator::trace`](crate::operator::Operator::trace) takes with the same seed,
/// and so is the variance, [`Probe::trace_variance`]. Besides there is what the finite step t does: a bias, about t²/12 times the mean fourth derivative along η, which is
/// 3 Σ_ij ∂_i²∂_j²L of normal entries and Σ_i ∂_i⁴L + 3 Σ_{i≠j} ∂_i²∂_j²L of signs, and rounding of the loss over t². The step is chosen from the loss itself, in single precision as in double; both are reported.
///
/// Of a loss with kinks (ReLU) slices show the curvature with the kinks within the step, on average as much as the loss has at that scale, and products
/// with the Hessian show none of it: there the two differ.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let network = Network::mlp([2, 8, 1]);
/// let data = Dataset::regression(&array![[0.0, 1.0], [1.0, 0.0]], &array![[1.0], [-1.0]])?;
/// let (objective, theta) = (network.loss(&data)?, network.initial(1)?);
/// let slices = objective.slice_trace(&theta).samples(400).run()?;
/// let exact = objective.hessian(&theta)?.diag().sum();
/// assert!((slices.value - exact).abs() < 4.0 * slices.total_error());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct SliceTraceEstimation {
    pub(super) objective: Objective,
    pub(super) theta: Array1<f64>,
    pub(super) samples: usize,
    pub(super) points: usize,
    pub(super) fit: SliceFit,
    pub(super) probe: Probe,
    pub(super) gradients: bool,
    step_size: Option<f64>,
    pub(super) seed: Seed,
    deadline: Option<f64>,
}

impl Objective {
    /// tr H at θ from the curvatures of 100 random slices by default, without products with the Hessian.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ripple = Objective::from_fn(2, |x| x[0].cos() + x[1].exp())?;
    /// let trace = ripple.slice_trace(&array![0.0, 0.0]).run()?;
    /// assert!(trace.value.abs() < 1e-5); // −1 + 1, and a diagonal Hessian
    /// # Ok(()) }
    /// ```
    pub fn slice_trace(&self, theta: &Array1<f64>) -> SliceTraceEstimation {
        SliceTraceEstimation {
            objective: self.clone(),
            theta: theta.clone(),
            samples: 100,
            points: 3,
            fit: SliceFit::default(),
            probe: Probe::Rademacher,
            gradients: false,
            step_size: None,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl SliceTraceEstimation {
    setters! { "Objective::saddle(1, 2)?.slice_trace(&array![1.0, 1.0, 1.0])":
        /// How many directions, 2 at least; default 100.
        samples;
        /// The seed of the directions; default 0.
        seed;
        /// A limit in seconds, after which the estimate is that of the directions so far (2 at least) and `complete` is false; default none.
        deadline;
    }

    /// Sets how many points of a slice are fitted, θ among them: an odd number from 3 to 33; default 3.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slices = Objective::saddle(1, 2)?.slice_trace(&array![1.0, 1.0, 1.0]).step_size(0.1);
    /// let three = slices.run()?.evaluations.losses;
    /// assert!(slices.points(5).run()?.evaluations.losses > three);
    /// assert!(slices.points(4).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn points(&self, points: usize) -> Self {
        Self { points, ..self.clone() }
    }

    /// Sets what is fitted to them; default [`SliceFit::Quadratic`].
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slices = Objective::exact(1, |x| x[0].cosh())?.slice_trace(&array![0.0]).points(7).step_size(0.5);
    /// let interpolated = slices.fit(SliceFit::Interpolating).run()?;
    /// assert!((interpolated.value - 1.0).abs() < 1e-6 && slices.run()?.value > 1.005);
    /// # Ok(()) }
    /// ```
    pub fn fit(&self, fit: SliceFit) -> Self {
        Self { fit, ..self.clone() }
    }

    /// Sets the step t of the outermost points θ ± tη; by default it is chosen by how the curvatures of the first directions change with it.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slices = Objective::exact(1, |x| x[0].exp())?.slice_trace(&array![0.0]);
    /// assert!(slices.run()?.total_error() < slices.step_size(0.5).run()?.total_error());
    /// # Ok(()) }
    /// ```
    pub fn step_size(&self, step_size: f64) -> Self {
        Self { step_size: Some(step_size), ..self.clone() }
    }

    /// Sets the distribution of the entries of directions; default [`Probe::Rademacher`], signs, with which a diagonal Hessian's trace is exact. All
    /// directions (but for their length) are equally likely with [`Probe::Gaussian`].
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slices = Objective::saddle(5, 5)?.slice_trace(&Array1::ones(11)).samples(200);
    /// let gaussian = slices.probe(Probe::Gaussian).run()?;
    /// assert!(gaussian.value.abs() < 4.0 * gaussian.error);
    /// # Ok(()) }
    /// ```
    pub fn probe(&self, probe: Probe) -> Self {
        Self { probe, ..self.clone() }
    }

    /// Takes the curvature from gradients, η·(∇L(θ + tη) − ∇L(θ − tη))/2t: rounding is divided by t and not t², so that the step is shorter and the bias
    /// smaller.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slices = Objective::exact(1, |x| x[0].exp())?.slice_trace(&array![0.0]);
    /// let (losses, gradients) = (slices.run()?, slices.gradients().run()?);
    /// assert!((gradients.value - 1.0).abs() < 1e-8 && gradients.step_size < losses.step_size);
    /// # Ok(()) }
    /// ```
    pub fn gradients(&self) -> Self {
        Self { gradients: true, ..self.clone() }
    }

    /// Runs the estimate. The choice of a step takes 110 losses (with 3 points), its bias up to 16; setting the [`step_size`](Self::step_size) saves the first but for 13 that
    /// measure rounding.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite; if there are fewer than 2 samples, or more than 10⁸; if the points or the step are not
    /// what is allowed; if the loss is not finite at θ, or within the step; if the deadline is not a finite number above 0.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = Objective::saddle(1, 2)?.slice_trace(&array![0.0, 0.0, 1.0]).run()?.frame;
    /// assert!((frame.values("trace")?[0] - 2.0).abs() < 1e-6);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<SliceTraceEstimate> {
        let stencil = self.stencil()?;
        check_samples(self.samples, 1)?;
        if let Some(step) = self.step_size {
            require_positive("step_size", step)?;
        }
        let deadline = Deadline::new(self.deadline)?;
        let before = self.objective.evaluations();
        let theta = self.theta.to_vec();
        let center = self.objective.loss_at(&theta)?;
        if !center.is_finite() {
            let given = format!("one whose loss is {center}");
            return Err(Error::argument("theta", given, "where the loss is finite"));
        }
        let (objective, probe, seed) = (&self.objective, self.probe, self.seed);
        let setting = Setting { objective, theta: &theta, center, probe, seed };
        let (step, noise) = match self.step_size {
            Some(step) => (step, setting.ray(0).noise(stencil.known, step)?),
            None => choose(setting, &stencil, deadline)?,
        };
        let curvature = |index: usize, t: f64| -> Result<f64> {
            let curvature = setting.ray(index).curvature(&stencil, t)?;
            if curvature.is_finite() {
                return Ok(curvature);
            }
            let allowed = "so short that the loss stays finite";
            Err(Error::argument("step_size", format!("{t}"), allowed))
        };
        // The first directions at half the step as well: two at least, whatever the time.
        let first = if deadline.passed() { 2 } else { HALVED.min(self.samples) };
        let both: Vec<(f64, f64)> = (0..first)
            .into_par_iter()
            .map(|index| Ok((curvature(index, step)?, curvature(index, 0.5 * step)?)))
            .collect::<Result<_>>()?;
        let mut samples: Vec<f64> = both.iter().map(|both| both.0).collect();
        let rest = run_samples(1, self.samples - first, deadline, |_, index| {
            curvature(first + index, step)
        })?;
        samples.extend(rest.into_iter().flatten());
        let changes = both.into_iter().map(|(whole, half)| whole - half).collect();
        let evaluations = self.objective.evaluations().since(before);
        SliceTraceEstimate::new(self, Found { step, noise, changes, samples, evaluations })
    }

    pub(super) fn stencil(&self) -> Result<Stencil> {
        let known = if self.gradients { Known::Slope } else { Known::Loss };
        Stencil::new(known, self.fit, self.points)
    }
}
