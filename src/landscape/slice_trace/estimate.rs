//! An estimated trace of the Hessian, with its error, its bias and its cost.

use crate::error::Result;
use crate::landscape::Evaluations;
use crate::landscape::slice_trace::estimation::SliceTraceEstimation;
use crate::ndarray::Array1;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::stats::{mean_and_error, running_means};

/// tr H from the curvatures of random slices; see [`Objective::slice_trace`](crate::landscape::Objective::slice_trace).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let saddle = Objective::saddle(2, 3)?;
/// let trace = saddle.slice_trace(&array![0.0, 0.0, 0.0, 0.0, 1.0]).run()?;
/// assert!((trace.value - 2.0).abs() < 1e-6);
/// assert_eq!(trace.evaluations.products, 0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SliceTraceEstimate {
    /// The estimate: the mean of the [samples](Self::samples).
    pub value: f64,
    /// One standard error over the directions.
    pub error: f64,
    /// What the finite step adds to the estimate, on average, from the change of the first directions' curvatures when the step is halved; it is
    /// not taken off.
    pub bias: f64,
    /// One standard error of the bias, rounding included.
    pub bias_err: f64,
    /// One standard deviation of what rounding of the loss does to the estimate. That of L(θ) is the same for all directions, so that
    /// [`error`](Self::error) does not hold it.
    pub rounding: f64,
    /// The outermost points of a slice lie at ± this times η.
    pub step_size: f64,
    /// The curvature ηᵀHη of each direction.
    pub samples: Vec<f64>,
    /// What the run took, the choice of the step included.
    pub evaluations: Evaluations,
    /// Whether all directions were done.
    pub complete: bool,
    /// One row: `dimension`, `probe`, `from` ("losses" or "gradients"), `fit`, `points`, `step_size`, `samples`, `trace`, `trace_err`, `bias`, `bias_err`,
    /// `rounding`, `losses`, `gradients`, `products`, `seed`, `complete`.
    pub frame: DataFrame,
    /// How the estimate came about: `samples`, from 2 on, with `trace` and `trace_err` after so many directions.
    pub course: DataFrame,
}

/// What a run has found.
pub(super) struct Found {
    pub step: f64,
    /// The standard deviation of rounding in a value.
    pub noise: f64,
    /// How much halving the step changes the first directions' curvatures.
    pub changes: Vec<f64>,
    pub samples: Vec<f64>,
    pub evaluations: Evaluations,
}

impl SliceTraceEstimate {
    /// One standard error of everything: √(error² + bias² + rounding²).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let quartic = Objective::exact(1, |x| x[0].powi(4))?;
    /// let trace = quartic.slice_trace(&array![0.0]).step_size(0.1).run()?;
    /// assert!(trace.error < 1e-12 && (trace.total_error() - 0.02).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn total_error(&self) -> f64 {
        self.error.hypot(self.bias).hypot(self.rounding)
    }

    /// The mean curvatures (κ₁ + κ₂)/2 of the planes of directions 0 and 1, 2 and 3, and so on: half the trace of the Hessian [[ηᵀHη, ηᵀHδ], [δᵀHη, δᵀHδ]] of the
    /// slice L(θ + αη + βδ), whose expected value is tr H as well. At critical points they are the curvatures of the slice's graph (Böttcher and Wheeler, arXiv:2208.13219).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[2.0, 1.0], [1.0, 3.0]], &array![0.0, 0.0])?;
    /// let trace = bowl.slice_trace(&array![0.0, 0.0]).samples(100).run()?;
    /// let planes = trace.mean_curvatures();
    /// assert!(planes.len() == 50 && (planes.sum() / 50.0 - trace.value).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn mean_curvatures(&self) -> Array1<f64> {
        self.samples.chunks_exact(2).map(|two| 0.5 * (two[0] + two[1])).collect()
    }

    pub(super) fn new(settings: &SliceTraceEstimation, found: Found) -> Result<Self> {
        let Found { step, noise, changes, samples, evaluations } = found;
        let stencil = settings.stencil()?;
        let (value, error) = mean_and_error(&samples).unwrap_or((f64::NAN, f64::NAN));
        let (outer, center) = stencil.amplification();
        let scale = noise / step.powi(stencil.power());
        // A bias of order t^m changes by 1 − 2^−m of itself.
        let share = 1.0 - 0.5_f64.powi(stencil.order);
        let (change, spread) = mean_and_error(&changes).unwrap_or((f64::NAN, f64::NAN));
        // Of L(θ) the halved step shows 2^q times as much rounding, on all directions alike.
        let common = (0.5_f64.powi(-stencil.power()) - 1.0) * center * scale;
        let (bias, bias_err) = (change / share, spread.hypot(common) / share);
        let rounding = (outer / (samples.len() as f64).sqrt()).hypot(center) * scale;
        let complete = samples.len() == settings.samples;
        let frame = df!(
            "dimension" => [settings.theta.len() as u64],
            "probe" => [settings.probe.name()],
            "from" => [if settings.gradients { "gradients" } else { "losses" }],
            "fit" => [settings.fit.name()],
            "points" => [settings.points as u64],
            "step_size" => [step],
            "samples" => [samples.len() as u64],
            "trace" => [value],
            "trace_err" => [error],
            "bias" => [bias],
            "bias_err" => [bias_err],
            "rounding" => [rounding],
            "losses" => [evaluations.losses],
            "gradients" => [evaluations.gradients],
            "products" => [evaluations.products],
            "seed" => [settings.seed.number()],
            "complete" => [complete],
        )?;
        let course = course(&samples)?;
        Ok(Self {
            value,
            error,
            bias,
            bias_err,
            rounding,
            step_size: step,
            samples,
            evaluations,
            complete,
            frame,
            course,
        })
    }
}

fn course(samples: &[f64]) -> Result<DataFrame> {
    let (counts, means, errors) = running_means(samples);
    Ok(df!("samples" => counts, "trace" => means, "trace_err" => errors)?)
}
