//! The straight line between two solutions.

use crate::error::{Error, Result};
use crate::grid::linspace;
use crate::landscape::Objective;
use crate::landscape::path::barrier::{Barrier, frame, losses_of};
use crate::landscape::slice::{Sets, rows_of, sets_setters};
use crate::ndarray::Array1;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::setters::setters;

/// Settings of the losses on the straight line from one point to another; [`run`](Self::run) evaluates them.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Two minima of a double well, and the hill between them.
/// let well = Objective::exact(1, |x| (x[0] * x[0] - 1.0).powi(2))?;
/// let line = well.interpolate(&array![-1.0], &array![1.0]).run()?;
/// assert!((line.barrier - 1.0).abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Interpolation {
    sets: Sets,
    from: Array1<f64>,
    to: Array1<f64>,
    points: usize,
    deadline: Option<f64>,
}

/// Losses on a straight line, and how high it rises; see [`Objective::interpolate`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let well = Objective::exact(1, |x| (x[0] * x[0] - 1.0).powi(2))?;
/// let line: Interpolated = well.interpolate(&array![-1.0], &array![1.0]).run()?;
/// assert_eq!(line.summary.values("barrier_at")?, [0.5]);
/// assert!((line.instability - line.barrier).abs() < 1e-12); // both ends have the same loss
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Interpolated {
    /// A row for each point and objective: `t` from 0 to 1, `set`, `loss`, `linear` (the straight line between the end losses), `accuracy` if asked for, `complete`.
    pub frame: DataFrame,
    /// A row for each objective: `set`, `start_loss`, `end_loss`, `barrier`, `barrier_at` (its t), `instability`, `rise`, `monotone`, `points`, `complete`.
    pub summary: DataFrame,
    /// The first objective's largest loss above `linear`, max_t [L(t) − (1 − t) L(0) − t L(1)], 0 where there is none (Entezari et al., arXiv:2110.06296); missing values of the loss make it infinite.
    pub barrier: f64,
    /// The first objective's largest loss less the mean of the end losses (Frankle et al., arXiv:1912.05671, section 2).
    pub instability: f64,
    /// Whether the first objective's loss never rises from the start to the end (Goodfellow, Vinyals and Saxe, arXiv:1412.6544).
    pub monotone: bool,
    /// Whether all points were reached; barriers and the rest are not defined (NaN) otherwise.
    pub complete: bool,
}

impl Objective {
    /// The loss on the straight line from one point to another, at 51 points unless set otherwise: L((1 − t) θ_from + t θ_to).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(1, |x| x[0] * x[0])?;
    /// let line = bowl.interpolate(&array![2.0], &array![0.0]).run()?;
    /// assert!(line.monotone && line.barrier == 0.0);
    /// # Ok(()) }
    /// ```
    pub fn interpolate(&self, from: &Array1<f64>, to: &Array1<f64>) -> Interpolation {
        Interpolation {
            sets: Sets::new(self),
            from: from.clone(),
            to: to.clone(),
            points: 51,
            deadline: None,
        }
    }
}

impl Interpolation {
    /// Sets the number of points, both ends included; default 51.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let line = Objective::exact(1, |x| x[0] * x[0])?.interpolate(&array![2.0], &array![0.0]);
    /// assert_eq!(line.points(3).run()?.frame.values("loss")?, [4.0, 1.0, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn points(&self, points: usize) -> Self {
        Self { points, ..self.clone() }
    }

    sets_setters! { "Objective::exact(1, |x| x[0] * x[0])?.interpolate(&array![-1.0], &array![1.0])", "Objective::exact(1, |x| x[0].powi(4))?" }

    setters! { "Objective::exact(1, |x| x[0] * x[0])?.interpolate(&array![-1.0], &array![1.0])":
        /// A limit in seconds, after which the frame holds the points that were reached and `complete` is false; default none.
        deadline;
    }

    /// Evaluates the line.
    ///
    /// # Errors
    /// If the ends have the wrong length or numbers that are not finite, a loss at them is NaN, or there are not 2 to 10⁶ points; if two sets have one name or other
    /// numbers of parameters; if an accuracy is asked of what is no classifier.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let line = Objective::exact(1, |x| x[0].cos())?.interpolate(&array![0.0], &array![7.0]).run()?;
    /// assert!(!line.monotone && line.summary.values("rise")?[0] > 1.9);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<Interpolated> {
        check_points(self.points)?;
        let deadline = Deadline::new(self.deadline)?;
        let (from, to) = (self.from.to_vec(), self.to.to_vec());
        self.sets.check_end(&from)?;
        self.sets.check_end(&to)?;
        let t = linspace(0.0, 1.0, self.points);
        let evaluated = self.sets.evaluate("points of the line", t.len(), deadline, &|k, x| {
            for ((x, a), b) in x.iter_mut().zip(&from).zip(&to) {
                *x = (1.0 - t[k]) * a + t[k] * b;
            }
        })?;
        let (names, complete) = (self.sets.names(), evaluated.complete);
        let barriers: Vec<Barrier> = (0..names.len())
            .map(|set| Barrier::of(&t, &losses_of(&evaluated, names.len(), set)))
            .collect();
        let first = barriers[0];
        let known = |x: f64| if complete { x } else { f64::NAN };
        let column = |of: fn(&Barrier) -> f64| {
            barriers.iter().map(|b| complete.then(|| of(b))).collect::<Vec<_>>()
        };
        let summary = df!(
            "set" => names,
            "start_loss" => column(|b| b.ends.0),
            "end_loss" => column(|b| b.ends.1),
            "barrier" => column(|b| b.height),
            "barrier_at" => column(|b| b.at),
            "instability" => column(|b| b.instability),
            "rise" => column(|b| b.rise),
            "monotone" => barriers.iter().map(|b| complete.then_some(b.rise <= 0.0)).collect::<Vec<_>>(),
            "points" => vec![self.points as u64; names.len()],
            "complete" => vec![complete; names.len()],
        )?;
        let mut frame = frame(&t, names, &evaluated)?;
        frame.with_column(Column::new("complete".into(), vec![complete; frame.height()]))?;
        Ok(Interpolated {
            frame,
            summary,
            barrier: known(first.height),
            instability: known(first.instability),
            monotone: complete && first.rise <= 0.0,
            complete,
        })
    }
}

impl Interpolated {
    /// The rows of the [frame](Self::frame) of one objective, such as "test".
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let line = Objective::exact(1, |x| x[0].cos())?.interpolate(&array![0.0], &array![7.0]).run()?;
    /// assert!(line.of("training")?.height() == 51 && line.of("test").is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn of(&self, set: &str) -> Result<DataFrame> {
        rows_of(&self.frame, set)
    }
}

pub(super) fn check_points(points: usize) -> Result<()> {
    if (2..=1_000_000).contains(&points) {
        return Ok(());
    }
    Err(Error::argument("points", points, "from 2 (the ends) to a million"))
}
