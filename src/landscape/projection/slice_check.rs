//! What the picture along two given directions hides.

use std::fmt;

use crate::error::Result;
use crate::landscape::projection::picture::eigenvalues;
use crate::landscape::vector::require_plane;
use crate::landscape::{Curvature, Objective, SlicePicture};
use crate::ndarray::{Array1, Array2};
use crate::numeric::vector::dot;
use crate::operator::Inertia;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::random::Seed;
use crate::setters::setters;

/// Settings of a comparison of a slice's curvatures with all of the Hessian's; [`run`](Self::run) makes it.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let saddle = Objective::saddle(50, 90)?;
/// let mut theta = Array1::zeros(101);
/// theta[100] = 1.0;
/// let eta = Array1::from_shape_fn(101, |i| (i as f64).sin());
/// let delta = Array1::from_shape_fn(101, |i| (i as f64).cos());
/// let checked = saddle.slice_check(&theta, &eta, &delta).run()?;
/// assert_eq!((checked.picture, checked.whole), (SlicePicture::Bowl, SlicePicture::Saddle));
/// assert!(checked.misleads && checked.inertia.negative == 10.0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct SliceCheck {
    objective: Objective,
    theta: Array1<f64>,
    directions: Array2<f64>,
    dense: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// What a slice shows and what the Hessian has.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let (theta, eta, delta) = (array![0.0, 0.0, 1.0], array![1.0, 0.0, 0.0], array![0.5, 0.1, 0.0]);
/// let checked: SliceChecked = Objective::saddle(1, 1)?.slice_check(&theta, &eta, &delta).run()?;
/// assert_eq!(checked.misleads, checked.picture != checked.whole);
/// assert_eq!(checked.whole, SlicePicture::Saddle);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SliceChecked {
    /// What the slice shows at θ, were θ critical.
    pub picture: SlicePicture,
    /// Its smaller principal curvature, in the slice's coordinates.
    pub kappa_minus: f64,
    /// The larger one.
    pub kappa_plus: f64,
    /// What the whole Hessian's signs are: of a saddle if there are positive and negative ones, and flat only where all are 0.
    pub whole: SlicePicture,
    /// Numbers of negative, zero and positive eigenvalues of the whole, with their certainty.
    pub inertia: Inertia,
    /// Whether the slice shows something else.
    pub misleads: bool,
}

impl Objective {
    /// Compares the picture along η and δ at θ with the signs of all eigenvalues of the Hessian.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let quadratic = Objective::quadratic(&array![[3.0, 0.0], [0.0, -1.0]], &array![0.0, 0.0])?;
    /// let checked = quadratic.slice_check(&array![0.0, 0.0], &array![1.0, 0.0], &array![1.0, 1.0]).run()?;
    /// assert_eq!(checked.to_string(), "The slice shows a saddle, and the Hessian has 1 negative, 0 zero, 1 positive eigenvalues.");
    /// # Ok(()) }
    /// ```
    pub fn slice_check(
        &self,
        theta: &Array1<f64>,
        eta: &Array1<f64>,
        delta: &Array1<f64>,
    ) -> SliceCheck {
        // Of different lengths only if one is wrong, which the run refuses.
        let columns = if eta.len() == delta.len() { eta.len() } else { 0 };
        let rows = [eta, delta];
        SliceCheck {
            objective: self.clone(),
            theta: theta.clone(),
            directions: Array2::from_shape_fn((2, columns), |(k, i)| rows[k][i]),
            dense: 2000,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl SliceCheck {
    setters! { "Objective::saddle(1, 1)?.slice_check(&array![0.0, 0.0, 1.0], &array![1.0, 0.0, 0.0], &array![0.0, 1.0, 0.0])":
        /// The seed of the probes of a large Hessian's signs; default 0.
        seed;
        /// A limit in seconds for these probes; default none.
        deadline;
    }

    /// Up to which dimension all eigenvalues are computed; default 2000. The signs of a larger Hessian are estimated.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let check = Objective::saddle(1, 1)?.slice_check(&array![0.0, 0.0, 1.0], &array![1.0, 0.0, 0.0], &array![0.0, 1.0, 0.0]);
    /// assert!(check.run()?.inertia.exact && !check.dense_up_to(0).run()?.inertia.exact);
    /// # Ok(()) }
    /// ```
    pub fn dense_up_to(&self, dimension: usize) -> Self {
        Self { dense: dimension, ..self.clone() }
    }

    /// Makes the comparison.
    ///
    /// # Errors
    /// If θ or a direction has the wrong length or numbers that are not finite, or a direction is 0, or both lie on one line; as [`InertiaEstimation::run`](crate::operator::InertiaEstimation::run).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(1, 1)?;
    /// let theta = array![0.0, 0.0, 1.0];
    /// assert!(saddle.slice_check(&theta, &array![0.0, 0.0, 0.0], &array![0.0, 1.0, 0.0]).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<SliceChecked> {
        self.objective.require_point(&self.theta)?;
        require_plane(&self.directions, self.objective.dimension())?;
        let (vectors, theta) = (self.directions.iter().copied().collect::<Vec<_>>(), &self.theta);
        let mut products = vec![0.0; vectors.len()];
        self.objective.products_at(Curvature::Hessian, &theta.to_vec(), &vectors, &mut products)?;
        let n = theta.len();
        let entry = |a: usize, b: usize| -> f64 {
            dot(&vectors[a * n..(a + 1) * n], &products[b * n..(b + 1) * n])
        };
        let (kappa_minus, kappa_plus) = eigenvalues(entry(0, 0), entry(0, 1), entry(1, 1));
        let mut signs =
            self.objective.hessian_at(theta)?.inertia().dense_up_to(self.dense).seed(self.seed);
        if let Some(seconds) = self.deadline {
            signs = signs.deadline(seconds);
        }
        let inertia = signs.run()?;
        let picture = SlicePicture::of(kappa_minus, kappa_plus);
        let whole = match (inertia.positive >= 0.5, inertia.negative >= 0.5) {
            (true, true) => SlicePicture::Saddle,
            (true, false) => SlicePicture::Bowl,
            (false, true) => SlicePicture::Cap,
            (false, false) => SlicePicture::Flat,
        };
        let misleads = picture != whole;
        Ok(SliceChecked { picture, kappa_minus, kappa_plus, whole, inertia, misleads })
    }
}

impl SliceChecked {
    /// One row: `picture`, `kappa_minus`, `kappa_plus`, `whole`, `negative`, `negative_err`, `zero`, `positive`, `positive_err`, `exact` (whether signs were
    /// counted and not estimated), `misleads`, `complete`.
    ///
    /// # Errors
    /// [`Error::Polars`](crate::Error::Polars) never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let check = Objective::saddle(1, 1)?.slice_check(&array![0.0, 0.0, 1.0], &array![1.0, 0.0, 0.0], &array![0.0, 1.0, 0.0]);
    /// assert_eq!(check.run()?.frame()?.values("kappa_minus")?, [-1.0]); // θ₂ goes down
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let signs = &self.inertia;
        Ok(df!(
            "picture" => [self.picture.name()],
            "kappa_minus" => [self.kappa_minus],
            "kappa_plus" => [self.kappa_plus],
            "whole" => [self.whole.name()],
            "negative" => [signs.negative],
            "negative_err" => [signs.negative_err],
            "zero" => [signs.zero],
            "positive" => [signs.positive],
            "positive_err" => [signs.positive_err],
            "exact" => [signs.exact],
            "misleads" => [self.misleads],
            "complete" => [signs.complete],
        )?)
    }
}

impl fmt::Display for SliceChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let article = if self.picture == SlicePicture::Flat { "something" } else { "a" };
        let link = if self.misleads { "but" } else { "and" };
        let (picture, inertia) = (self.picture, &self.inertia);
        write!(f, "The slice shows {article} {picture}, {link} the Hessian has {inertia}.")
    }
}
