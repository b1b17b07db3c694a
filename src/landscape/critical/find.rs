//! The builder of a search for a critical point, and what it finds.

use crate::error::{Error, Result, require_positive};
use crate::landscape::critical::record::Record;
use crate::landscape::vector::norm;
use crate::landscape::{CriticalPoint, Objective};
use crate::ndarray::Array1;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::setters::setters;

/// Settings of a search for a critical point; [`run`](Self::run) goes.
///
/// By default |∇L|² is minimised, by steps (H² + μ)p = −H∇L with μ adapted (K. Levenberg, Q. Appl. Math. 2, 164 (1944); D. Marquardt, J. SIAM 11, 431 (1963)): this
/// goes to critical points of any kind, but may end where the gradient is an eigenvector of H with eigenvalue 0 and not small, which the result tells. With
/// [`index`](Self::index) the lowest modes of the Hessian are followed upwards and all others downwards (C. J. Cerjan and W. H. Miller, J. Chem. Phys. 75, 2800
/// (1981)), to a saddle of that index. The lowest modes are those of the point that was reached, so that the start says which saddle it will be, if any.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let double_well = Objective::exact(2, |x| (x[0].powi(2) - 1.0).powi(2) + x[1].powi(2))?;
/// let start = array![0.7, 0.3];
/// let minimum = double_well.find_critical(&start).index(0).run()?;
/// let saddle = double_well.find_critical(&start).index(1).run()?;
/// assert!((minimum.point.theta[0] - 1.0).abs() < 1e-9 && saddle.point.theta[0].abs() < 1e-9);
/// assert_eq!((minimum.point.kind, saddle.point.kind), (CriticalKind::Minimum, CriticalKind::Saddle));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct CriticalSearch {
    pub(super) objective: Objective,
    pub(super) start: Array1<f64>,
    pub(super) index: Option<usize>,
    pub(super) steps: i64,
    pub(super) tolerance: f64,
    pub(super) longest: Option<f64>,
    pub(super) dense: usize,
    pub(super) deadline: Option<f64>,
}

/// Where a search ended.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let wave = Objective::exact(1, |x| x[0].sin())?;
/// let found: CriticalFound = wave.find_critical(&array![1.4]).run()?;
/// let norms = found.frame.values("gradient_norm")?;
/// assert!(found.converged && norms[norms.len() - 1] < 1e-6 * norms[0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CriticalFound {
    /// The last point, with its kind.
    pub point: CriticalPoint,
    /// A row each point of the way: `step`, `loss`, `gradient_norm`, `step_length`, `negative` (eigenvalues, where all were computed).
    pub frame: DataFrame,
    /// Whether the gradient's norm fell to the tolerance.
    pub converged: bool,
    /// Whether the search came to its end: false if a deadline stopped it.
    pub complete: bool,
}

/// The last point of a search, before it is classified.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub theta: Array1<f64>,
    pub record: Record,
    pub converged: bool,
    pub complete: bool,
}

/// What a search carries from step to step.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub theta: Array1<f64>,
    pub loss: f64,
    pub gradient: Array1<f64>,
    pub norm: f64,
}

impl Objective {
    /// A search for a critical point from θ: of any kind, unless an [`index`](CriticalSearch::index) is set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::exact(1, |x| x[0].sin())?;
    /// let found = wave.find_critical(&array![1.4]).run()?;
    /// assert!(found.converged && (found.point.theta[0] - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn find_critical(&self, theta: &Array1<f64>) -> CriticalSearch {
        CriticalSearch {
            objective: self.clone(),
            start: theta.clone(),
            index: None,
            steps: 200,
            tolerance: 1e-8,
            longest: None,
            dense: 500,
            deadline: None,
        }
    }

    /// The loss and its gradient at a point.
    pub(super) fn place(&self, theta: Array1<f64>) -> Result<Place> {
        let (loss, gradient) = self.loss_and_gradient(&theta)?;
        let norm = norm(&gradient);
        Ok(Place { theta, loss, gradient, norm })
    }
}

impl CriticalSearch {
    setters! { "Objective::exact(1, |x| x[0].sin())?.find_critical(&array![1.4])":
        /// Steps at most; default 200.
        steps;
        /// A limit in seconds, after which the result holds what was reached and `complete` is false; default none. It is passed by about one step.
        deadline;
    }

    /// Looks for a critical point with so many negative eigenvalues, 0 for a minimum: the Hessian's lowest modes are followed upwards, the others downwards. All
    /// its eigenvectors are needed, up to 2000 parameters. Default none: critical points of any kind.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::exact(2, |x| x[0].cos() + x[1].cos())?;
    /// let found = wave.find_critical(&array![0.4, -0.3]).index(2).run()?;
    /// assert_eq!(found.point.kind, CriticalKind::Maximum);
    /// # Ok(()) }
    /// ```
    pub fn index(&self, negative: usize) -> Self {
        Self { index: Some(negative), ..self.clone() }
    }

    /// Ends the search once the gradient's norm is this small; default 10⁻⁸, which finite differences may not reach.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let search = Objective::exact(1, |x| x[0].sin())?.find_critical(&array![1.4]);
    /// assert!(search.tolerance(0.5).run()?.point.gradient_norm > 1e-6);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, norm: f64) -> Self {
        Self { tolerance: norm, ..self.clone() }
    }

    /// The longest step; default √n/10 at first and then what the Hessian predicts the gradient for, as far as ten times that; without an index, no limit.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let search = Objective::exact(1, |x| x[0].sin())?.find_critical(&array![0.9]).longest_step(0.01);
    /// assert!(search.run()?.frame.values("step_length")?.iter().all(|&length| length < 0.0101));
    /// # Ok(()) }
    /// ```
    pub fn longest_step(&self, length: f64) -> Self {
        Self { longest: Some(length), ..self.clone() }
    }

    /// Up to which dimension steps are found by diagonalising the Hessian where no index is set; default 500. In more, by the method of conjugate gradients.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let search = Objective::exact(2, |x| x[0].sin() * x[1].cos())?.find_critical(&array![1.4, 0.2]);
    /// let difference = search.run()?.point.theta - search.dense_up_to(0).run()?.point.theta;
    /// assert!(difference.iter().all(|x| x.abs() < 1e-6));
    /// # Ok(()) }
    /// ```
    pub fn dense_up_to(&self, dimension: usize) -> Self {
        Self { dense: dimension, ..self.clone() }
    }

    /// Goes, and classifies where it ends.
    ///
    /// # Errors
    /// If there is no step, the tolerance or the longest step is not a finite number above 0, or the index is above n; if n is above 2000 and an index is set; as
    /// [`Objective::gradient`] at the start.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // ½(x² + 1) has its only critical point at 0, eˣ has none.
    /// assert!(Objective::exact(1, |x| x[0].powi(2) * 0.5)?.find_critical(&array![3.0]).run()?.converged);
    /// assert!(!Objective::exact(1, |x| x[0].exp())?.find_critical(&array![3.0]).tolerance(1e-300).run()?.converged);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<CriticalFound> {
        self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("steps of the search", self.steps as usize);
        let ended = self.go(deadline, &mut progress)?;
        self.classified(ended)
    }

    /// The search itself.
    pub(super) fn go(&self, deadline: Deadline, progress: &mut Progress) -> Result<Ended> {
        match self.index {
            Some(index) => self.follow(index, deadline, progress),
            None => self.descend_gradient(deadline, progress),
        }
    }

    pub(super) fn classified(&self, ended: Ended) -> Result<CriticalFound> {
        let point = self.objective.classify(&ended.theta).tolerance(self.tolerance).run()?;
        let frame = ended.record.frame()?;
        let (converged, complete) = (ended.converged, ended.complete);
        Ok(CriticalFound { point, frame, converged, complete })
    }

    pub(super) fn check(&self) -> Result<()> {
        let n = self.objective.dimension();
        self.objective.require_point(&self.start)?;
        if self.steps < 1 {
            return Err(Error::argument("steps", self.steps, "at least 1"));
        }
        require_positive("tolerance", self.tolerance)?;
        if let Some(length) = self.longest {
            require_positive("longest_step", length)?;
        }
        match self.index {
            Some(index) if index > n => {
                Err(Error::argument("index", index, format!("at most {n}, the dimension")))
            }
            Some(_) if n > 2000 => Err(Error::TooLarge {
                what: "Following eigenvectors".to_string(),
                needs: format!("all eigenvectors of {n} parameters at each step"),
                limit: "2000 parameters".to_string(),
                advice: "Leave the index out, or search within a few directions (`within`)."
                    .to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// The length of the first step, and of the longest.
    pub(super) fn lengths(&self) -> (f64, f64) {
        let first = 0.1 * (self.start.len() as f64).sqrt();
        self.longest.map_or((first, 10.0 * first), |most| (first.min(most), most))
    }
}
