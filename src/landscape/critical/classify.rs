//! The kind of a critical point, by the signs of the Hessian's eigenvalues.

use std::fmt;

use crate::error::{Error, Result};
use crate::landscape::Objective;
use crate::landscape::vector::norm;
use crate::ndarray::Array1;
use crate::operator::Inertia;
use crate::polars::df;
use crate::polars::prelude::{Column, DataFrame};
use crate::random::Seed;
use crate::setters::setters;

/// A gradient of at most this norm counts as 0, unless said otherwise.
const TOLERANCE: f64 = 1e-6;

/// What a point of a landscape is.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let product = Objective::exact(2, |x| x[0] * x[1])?;
/// assert_eq!(product.classify(&array![0.0, 0.0]).run()?.kind, CriticalKind::Saddle);
/// assert_eq!(product.classify(&array![1.0, 0.0]).run()?.kind, CriticalKind::NotCritical);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CriticalKind {
    /// The gradient vanishes and all eigenvalues of the Hessian are positive.
    Minimum,
    /// All are negative.
    Maximum,
    /// There are positive and negative ones, and none is 0.
    Saddle,
    /// At least one is 0 and the others have one sign: second derivatives do not tell.
    Degenerate,
    /// At least one is 0 and there are both signs: a saddle whatever higher derivatives are.
    DegenerateSaddle,
    /// The gradient does not vanish.
    NotCritical,
}

impl CriticalKind {
    /// The name in tables.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(CriticalKind::DegenerateSaddle.name(), "degenerate saddle");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::Saddle => "saddle",
            Self::Degenerate => "degenerate",
            Self::DegenerateSaddle => "degenerate saddle",
            Self::NotCritical => "not critical",
        }
    }
}

/// Settings of a classification; [`run`](Self::run) makes it.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let double_well = Objective::exact(2, |x| (x[0].powi(2) - 1.0).powi(2) + x[1].powi(2))?;
/// let point = double_well.classify(&array![0.0, 0.0]).run()?;
/// assert_eq!((point.kind, point.index), (CriticalKind::Saddle, 1));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct CriticalClassification {
    objective: Objective,
    theta: Array1<f64>,
    tolerance: f64,
    zero: Option<f64>,
    dense: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// A point with its kind.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let ridge = Objective::exact(2, |x| x[0].cos() - x[1].cos())?;
/// let point: CriticalPoint = ridge.classify(&array![0.0, 0.0]).run()?;
/// assert_eq!((point.loss, point.gradient_norm, point.index), (0.0, 0.0, 1));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CriticalPoint {
    /// θ.
    pub theta: Array1<f64>,
    /// L(θ).
    pub loss: f64,
    /// |∇L(θ)|.
    pub gradient_norm: f64,
    /// What it is, as far as tolerances and [`inertia`](Self::inertia) tell.
    pub kind: CriticalKind,
    /// The number of negative eigenvalues, rounded where it is estimated: 0 at a minimum, n at a maximum.
    pub index: usize,
    /// Numbers of negative, zero and positive eigenvalues, with their certainty.
    pub inertia: Inertia,
    /// The norm up to which a gradient counted as 0.
    pub tolerance: f64,
}

impl Objective {
    /// Tells minima, maxima and saddles of a given index apart at θ.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let flat = Objective::exact(2, |x| x[0].powi(4) + x[1].powi(2))?;
    /// assert_eq!(flat.classify(&array![0.0, 0.0]).run()?.kind, CriticalKind::Degenerate);
    /// # Ok(()) }
    /// ```
    pub fn classify(&self, theta: &Array1<f64>) -> CriticalClassification {
        CriticalClassification {
            objective: self.clone(),
            theta: theta.clone(),
            tolerance: TOLERANCE,
            zero: None,
            dense: 2000,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl CriticalClassification {
    setters! { "Objective::saddle(2, 3)?.classify(&array![0.0, 0.0, 0.0, 0.0, 1.0])":
        /// The seed of the probes that estimate the signs of a large Hessian; default 0.
        seed;
        /// A limit in seconds for these probes; default none.
        deadline;
    }

    /// The norm up to which a gradient counts as 0; default 10⁻⁶.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let near = Objective::exact(1, |x| x[0].powi(2))?.classify(&array![0.01]);
    /// assert_eq!(near.run()?.kind, CriticalKind::NotCritical);
    /// assert_eq!(near.tolerance(0.1).run()?.kind, CriticalKind::Minimum);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, norm: f64) -> Self {
        Self { tolerance: norm, ..self.clone() }
    }

    /// Eigenvalues within ± this count as 0; default 10⁻¹⁰ of the largest for exact derivatives, 10⁻⁶ of it for finite differences.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let valley = Objective::exact(2, |x| x[0].powi(2) + x[1].powi(2) * 1e-4)?.classify(&array![0.0, 0.0]);
    /// assert_eq!(valley.run()?.kind, CriticalKind::Minimum);
    /// assert_eq!(valley.zero_within(1e-3).run()?.kind, CriticalKind::Degenerate);
    /// # Ok(()) }
    /// ```
    pub fn zero_within(&self, width: f64) -> Self {
        Self { zero: Some(width), ..self.clone() }
    }

    /// Up to which dimension all eigenvalues are computed; default 2000. The signs of a larger Hessian are estimated.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let point = Objective::saddle(1, 1)?.classify(&array![0.0, 0.0, 1.0]);
    /// assert!(point.run()?.inertia.exact && !point.dense_up_to(0).run()?.inertia.exact);
    /// # Ok(()) }
    /// ```
    pub fn dense_up_to(&self, dimension: usize) -> Self {
        Self { dense: dimension, ..self.clone() }
    }

    /// Makes the classification.
    ///
    /// # Errors
    /// If the tolerance or the width of zero is not a finite number from 0; as [`InertiaEstimation::run`](crate::operator::InertiaEstimation::run) and
    /// [`Objective::gradient`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let point = Objective::saddle(2, 3)?.classify(&array![0.0, 0.0, 0.0, 0.0, 1.0]).run()?;
    /// assert_eq!((point.kind, point.index), (CriticalKind::DegenerateSaddle, 1));
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<CriticalPoint> {
        if !(self.tolerance.is_finite() && self.tolerance >= 0.0) {
            return Err(Error::argument("norm", self.tolerance, "a finite number from 0"));
        }
        let (loss, gradient) = self.objective.loss_and_gradient(&self.theta)?;
        let gradient_norm = norm(&gradient);
        let hessian = self.objective.hessian_at(&self.theta)?;
        let mut signs = hessian.inertia().dense_up_to(self.dense).seed(self.seed);
        if let Some(seconds) = self.deadline {
            signs = signs.deadline(seconds);
        }
        let inertia = match self.zero {
            Some(width) => signs.zero_within(width).run()?,
            None if self.objective.is_exact() => signs.run()?,
            None => {
                let size = hessian.lanczos(1).tolerance(1e-2).run()?;
                let most = size.eigenvalues.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
                signs.zero_within(1e-6 * most).run()?
            }
        };
        let kind = if gradient_norm <= self.tolerance {
            kind_of(&inertia)
        } else {
            CriticalKind::NotCritical
        };
        let index = inertia.negative.round() as usize;
        let (theta, tolerance) = (self.theta.clone(), self.tolerance);
        Ok(CriticalPoint { theta, loss, gradient_norm, kind, index, inertia, tolerance })
    }
}

/// The kind of a critical point with these signs; estimated numbers below ½ are none.
fn kind_of(signs: &Inertia) -> CriticalKind {
    let has = |count: f64| count >= 0.5;
    match (has(signs.negative), has(signs.zero), has(signs.positive)) {
        (true, true, true) => CriticalKind::DegenerateSaddle,
        (_, true, _) => CriticalKind::Degenerate,
        (true, false, true) => CriticalKind::Saddle,
        (true, false, false) => CriticalKind::Maximum,
        (false, false, _) => CriticalKind::Minimum,
    }
}

impl CriticalPoint {
    /// One row: `kind`, `index`, `loss`, `gradient_norm`, `tolerance`, `negative`, `zero`, `positive`, `exact` (whether signs were counted and not estimated), and up to
    /// 8 coordinates `theta_0`, ….
    ///
    /// # Errors
    /// [`Error::Polars`] never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let point = Objective::exact(1, |x| x[0].cos())?.classify(&array![0.0]).run()?;
    /// assert_eq!(point.frame()?.values("index")?, [1.0]);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        frame(std::slice::from_ref(self))
    }
}

impl fmt::Display for CriticalPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, loss, norm, inertia) =
            (self.kind.name(), self.loss, self.gradient_norm, &self.inertia);
        write!(f, "{kind}: L = {loss:.6}, |∇L| = {norm:.1e}, {inertia}")
    }
}

/// A row each point.
pub(super) fn frame(points: &[CriticalPoint]) -> Result<DataFrame> {
    let of = |value: fn(&CriticalPoint) -> f64| points.iter().map(value).collect::<Vec<f64>>();
    let mut frame = df!(
        "kind" => points.iter().map(|point| point.kind.name()).collect::<Vec<_>>(),
        "index" => points.iter().map(|point| point.index as u64).collect::<Vec<_>>(),
        "loss" => of(|point| point.loss),
        "gradient_norm" => of(|point| point.gradient_norm),
        "tolerance" => of(|point| point.tolerance),
        "negative" => of(|point| point.inertia.negative),
        "zero" => of(|point| point.inertia.zero),
        "positive" => of(|point| point.inertia.positive),
        "exact" => points.iter().map(|point| point.inertia.exact).collect::<Vec<_>>(),
    )?;
    let n = points.first().map_or(0, |point| point.theta.len());
    for i in 0..n.min(8) {
        let values: Vec<f64> = points.iter().map(|point| point.theta[i]).collect();
        let column = Column::new(format!("theta_{i}").into(), values);
        frame.with_column(column)?;
    }
    Ok(frame)
}
