//! The builder of a slice: losses along a line or over a plane.

use crate::error::{Error, Result};
use crate::grid::linspace;
use crate::landscape::Objective;
use crate::landscape::slice::evaluate::{MAX_POINTS, Sets, require_points, sets_setters};
use crate::landscape::slice::loss_slice::LossSlice;
use crate::landscape::vector::require_plane;
use crate::ndarray::{Array1, Array2};
use crate::progress::Deadline;
use crate::setters::setters;

/// Settings of a slice L(θ + αη) or L(θ + αη + βδ); [`run`](Self::run) evaluates it.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let saddle = Objective::exact(2, |x| x[0] * x[0] - x[1] * x[1])?;
/// let slice = saddle.plane(&array![0.0, 0.0], &array![[1.0, 0.0], [0.0, 1.0]]).over(linspace(-2.0, 2.0, 5)).run()?;
/// assert_eq!(slice.frame.height(), 25);
/// assert_eq!(slice.frame.values("loss")?[..3], [0.0, -3.0, -4.0]);
/// let figure = slice.contour("loss", 12)?;
/// # figure.svg()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Slicing {
    sets: Sets,
    origin: Array1<f64>,
    directions: Array2<f64>,
    /// 1 for a line, 2 for a plane.
    wanted: usize,
    alpha: Vec<f64>,
    beta: Option<Vec<f64>>,
    deadline: Option<f64>,
}

impl Objective {
    /// The loss along a line through θ: L(θ + αη), at 101 values of α from −1 to 1 unless others are set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(1, 1)?;
    /// let theta = array![0.0, 0.0, 1.0];
    /// let downhill = saddle.hessian_directions(&theta)?.row(1).to_owned();
    /// let slice = saddle.line(&theta, &downhill).over([-1.0, 0.0, 1.0]).run()?;
    /// assert!((slice.frame.values("loss")?[2] + 0.5).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn line(&self, theta: &Array1<f64>, direction: &Array1<f64>) -> Slicing {
        Slicing {
            sets: Sets::new(self),
            origin: theta.clone(),
            directions: direction.clone().insert_axis(crate::ndarray::Axis(0)),
            wanted: 1,
            alpha: linspace(-1.0, 1.0, 101),
            beta: None,
            deadline: None,
        }
    }

    /// The loss over the plane of two directions η and δ, the rows of `directions`: L(θ + αη + βδ), on a grid of 31 × 31 from −1 to 1 unless another is set.
    ///
    /// Directions come from [`random_directions`](Self::random_directions), [`hessian_directions`](Self::hessian_directions), a path
    /// ([`PrincipalPath`](crate::landscape::PrincipalPath)) or solutions ([`Subspace::through`](crate::landscape::Subspace::through)), or are any two rows.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([64, 16, 10]).relu();
    /// let objective = network.loss(&Dataset::from_images(&digits()?.take(100)))?;
    /// let theta = objective.descend(&network.initial(1)?).adam().learning_rate(0.01).steps(50).run()?.theta;
    /// let directions = objective.random_directions(2).filter_normalized(&theta).seed(1).run()?;
    /// let slice = objective.plane(&theta, &directions).over(linspace(-1.0, 1.0, 7)).run()?;
    /// let losses = slice.frame.values("loss")?;
    /// assert_eq!(losses[24], objective.loss(&theta)?); // the origin, in the middle
    /// assert!(losses.iter().all(|loss| losses[24] <= *loss));
    /// # Ok(()) }
    /// ```
    pub fn plane(&self, theta: &Array1<f64>, directions: &Array2<f64>) -> Slicing {
        Slicing {
            sets: Sets::new(self),
            origin: theta.clone(),
            directions: directions.clone(),
            wanted: 2,
            alpha: linspace(-1.0, 1.0, 31),
            beta: None,
            deadline: None,
        }
    }
}

impl Slicing {
    /// Sets the values of α, and of β if they are not set by [`beta`](Self::beta); they are sorted. Default from −1 to 1, 101 of them on a
    /// line and 31 by 31 in a plane.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let parabola = Objective::exact(1, |x| x[0] * x[0])?;
    /// let slice = parabola.line(&array![0.0], &array![2.0]).over([0.5, 0.0]).run()?;
    /// assert_eq!(slice.frame.values("loss")?, [0.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn over(&self, alpha: impl IntoIterator<Item = f64>) -> Self {
        // One more than `run` allows is enough to be refused.
        Self { alpha: alpha.into_iter().take(MAX_POINTS + 1).collect(), ..self.clone() }
    }

    /// Sets the values of β; default those of α.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(2, |x| x[0] * x[0] + x[1] * x[1])?;
    /// let plane = bowl.plane(&array![0.0, 0.0], &array![[1.0, 0.0], [0.0, 1.0]]);
    /// assert_eq!(plane.over([0.0, 1.0]).beta([0.0, 1.0, 2.0]).run()?.frame.height(), 6);
    /// # Ok(()) }
    /// ```
    pub fn beta(&self, beta: impl IntoIterator<Item = f64>) -> Self {
        Self { beta: Some(beta.into_iter().take(MAX_POINTS + 1).collect()), ..self.clone() }
    }

    sets_setters! { "Objective::saddle(1, 1)?.line(&array![0.0, 0.0, 1.0], &array![1.0, 0.0, 0.0])", "Objective::saddle(1, 2)?" }

    setters! { "Objective::saddle(1, 1)?.line(&array![0.0, 0.0, 1.0], &array![1.0, 0.0, 0.0])":
        /// A limit in seconds, after which the slice holds the points that were reached and `complete` is false; default none.
        deadline;
    }

    /// Evaluates the slice, on all threads. A point at which the loss is not defined has a missing value.
    ///
    /// # Errors
    /// If θ or a direction has the wrong length or numbers that are not finite, a direction is 0, there are not one or two of them, or two lie on one line, a grid is empty, has a
    /// number that is not finite or one twice, or together with the other more than 4 million points; if two sets have one name or other numbers of parameters; if the loss at θ is NaN,
    /// or an accuracy is asked of what is no classifier.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let root = Objective::from_fn(1, |x| x[0].sqrt())?;
    /// let slice = root.line(&array![1.0], &array![1.0]).over([-2.0, 0.0, 3.0]).run()?;
    /// assert!(slice.frame.values("loss")?[0].is_nan() && slice.frame.values("loss")?[2] == 2.0);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<LossSlice> {
        let (alpha, beta) = self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let origin = self.origin.to_vec();
        let rows: Vec<Vec<f64>> = self.directions.rows().into_iter().map(|d| d.to_vec()).collect();
        let here = |x: &mut [f64]| x.copy_from_slice(&origin);
        let at_origin = self.sets.evaluate("losses", 1, Deadline::new(None)?, &|_, x| here(x))?;
        let columns = alpha.len();
        let unit = "points of the slice";
        let evaluated = match (&rows[..], &beta) {
            ([eta], None) => self.sets.evaluate(unit, columns, deadline, &|k, x| {
                place(x, &origin, eta, alpha[k]);
            }),
            ([eta, delta], Some(beta)) => {
                self.sets.evaluate(unit, columns * beta.len(), deadline, &|k, x| {
                    place(x, &origin, eta, alpha[k % columns]);
                    let along = beta[k / columns];
                    x.iter_mut().zip(delta).for_each(|(x, d)| *x += along * d);
                })
            }
            _ => Err(self.wrong_number()),
        }?;
        LossSlice::new(self.sets.names(), &alpha, beta.as_deref(), &evaluated, &at_origin)
    }

    /// The sorted grids, if all settings are allowed.
    fn check(&self) -> Result<(Vec<f64>, Option<Vec<f64>>)> {
        if self.directions.nrows() != self.wanted {
            return Err(self.wrong_number());
        }
        self.sets.check(&self.origin.to_vec())?;
        let n = self.sets.dimension();
        require_plane(&self.directions, n)?;
        let alpha = sorted("alpha", &self.alpha)?;
        let beta = match (self.wanted, &self.beta) {
            (2, Some(beta)) => Some(sorted("beta", beta)?),
            (2, None) => Some(alpha.clone()),
            (_, Some(_)) => {
                return Err(Error::argument("beta", "a grid", "left out, as a line has α alone"));
            }
            (_, None) => None,
        };
        require_points(alpha.len().saturating_mul(beta.as_ref().map_or(1, Vec::len)))?;
        self.require_finite_corners(&alpha, beta.as_deref())?;
        Ok((alpha, beta))
    }

    /// Refuses a grid so wide that parameters overflow.
    fn require_finite_corners(&self, alpha: &[f64], beta: Option<&[f64]>) -> Result<()> {
        let reach = |grid: &[f64]| grid.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let (far, wide) = (reach(alpha), beta.map_or(0.0, reach));
        let last = self.directions.nrows() - 1;
        let (eta, delta) = (self.directions.row(0), self.directions.row(last));
        let finite = self
            .origin
            .iter()
            .zip(eta)
            .zip(delta)
            .all(|((x, e), d)| (x.abs() + far * e.abs() + wide * d.abs()).is_finite());
        if finite {
            return Ok(());
        }
        let given = format!("a grid up to {}", far.max(wide));
        Err(Error::argument("over", given, "so narrow that all parameters stay finite"))
    }

    fn wrong_number(&self) -> Error {
        Error::Shape {
            what: "The directions",
            expected: format!("{} × {}, one a row", self.wanted, self.sets.dimension()),
            given: format!("{} × {}", self.directions.nrows(), self.directions.ncols()),
        }
    }
}

fn place(x: &mut [f64], origin: &[f64], direction: &[f64], along: f64) {
    for ((x, o), d) in x.iter_mut().zip(origin).zip(direction) {
        *x = o + along * d;
    }
}

/// A grid in ascending order, with no number twice.
fn sorted(name: &'static str, grid: &[f64]) -> Result<Vec<f64>> {
    if grid.is_empty() {
        return Err(Error::argument(name, "an empty grid", "at least one number"));
    }
    if let Some(x) = grid.iter().find(|x| !x.is_finite()) {
        return Err(Error::argument(name, format!("a grid with {x}"), "of finite numbers"));
    }
    // Adding zero turns −0 into 0.
    let mut sorted: Vec<f64> = grid.iter().map(|x| x + 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => {
            let given = format!("a grid with {} twice", pair[0]);
            Err(Error::argument(name, given, "of different numbers"))
        }
        None => Ok(sorted),
    }
}
