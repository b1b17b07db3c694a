//! The path of a descent, thinned.

use crate::error::{Error, Result};
use crate::landscape::vector::norm;
use crate::ndarray::{Array1, Array2};
use crate::numeric::lbfgs::Place;
use crate::polars::df;
use crate::polars::prelude::*;

/// Numbers in a path, unless the user asks for more points (256 MiB), and at most (2 GiB).
const USUAL: usize = 1 << 25;
const MOST: usize = 1 << 28;

/// Where a descent ended, and how it went; see [`Descent::run`](crate::landscape::Descent::run).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::exact(1, |x| x[0] * x[0])?;
/// let descended: Descended = bowl.descend(&array![1.0]).learning_rate(0.1).steps(20).run()?;
/// let (last, distance) = (descended.path.nrows() - 1, descended.frame.values("distance")?);
/// assert_eq!(descended.path.row(last), descended.theta);
/// assert!((distance[last] - (1.0 - descended.theta[0])).abs() < 1e-14);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Descended {
    /// The parameters at the end.
    pub theta: Array1<f64>,
    /// The whole loss there.
    pub loss: f64,
    /// Parameters at the recorded steps, a row each, the start first and the end last.
    pub path: Array2<f64>,
    /// A row for each recorded step: `step`, `time` (Σ η, or t of the flow), `loss` and `gradient_norm` of the whole loss, `distance` (from the start),
    /// and the conditions `optimizer`, `learning_rate`, `batch` (0 is the whole loss), `seed`, `complete`.
    pub frame: DataFrame,
    /// Whether the gradient's norm fell to the tolerance, or L-BFGS found no way further down.
    pub converged: bool,
    /// Whether the descent came to its end: false if a deadline stopped it.
    pub complete: bool,
}

/// The conditions of a run, for its frame.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    pub optimizer: String,
    pub learning_rate: f64,
    pub batch: usize,
    pub seed: u64,
}

/// Rows that grow with the descent.
#[derive(Clone, Debug)]
pub(super) struct Record {
    n: usize,
    path: Vec<f64>,
    step: Vec<u64>,
    time: Vec<f64>,
    loss: Vec<f64>,
    norm: Vec<f64>,
    distance: Vec<f64>,
}

/// How many points a path of so many parameters holds.
pub(super) fn points(asked: Option<usize>, n: usize) -> Result<usize> {
    let Some(points) = asked else { return Ok((USUAL / n).clamp(2, 200)) };
    if points < 2 {
        return Err(Error::argument("points", points, "at least 2, the start and the end"));
    }
    if points.checked_mul(n).is_none_or(|numbers| numbers > MOST) {
        return Err(Error::TooLarge {
            what: format!("A path of {points} points with {n} parameters"),
            needs: format!("{:.0} GiB", points as f64 * n as f64 / 1024_f64.powi(3) * 8.0),
            limit: "2 GiB".to_string(),
            advice: "Ask for fewer points.".to_string(),
        });
    }
    Ok(points)
}

impl Record {
    pub fn new(n: usize) -> Self {
        Self {
            n,
            path: Vec::new(),
            step: Vec::new(),
            time: Vec::new(),
            loss: Vec::new(),
            norm: Vec::new(),
            distance: Vec::new(),
        }
    }

    pub fn last_step(&self) -> Option<u64> {
        self.step.last().copied()
    }

    pub fn push(&mut self, step: usize, time: f64, here: &Place) {
        self.path.extend_from_slice(&here.x);
        self.step.push(step as u64);
        self.time.push(time);
        self.loss.push(here.value);
        self.norm.push(norm(&here.gradient));
        let squares = self.path[..self.n].iter().zip(&here.x).map(|(a, b)| (a - b) * (a - b));
        self.distance.push(squares.sum::<f64>().sqrt());
    }

    pub fn finish(
        self,
        conditions: &Conditions,
        converged: bool,
        complete: bool,
    ) -> Result<Descended> {
        let rows = self.step.len();
        let (n, loss) = (self.n, self.loss.last().copied().unwrap_or(f64::NAN));
        let theta = Array1::from_iter(self.path[(rows - 1) * n..].iter().copied());
        let path = Array2::from_shape_vec((rows, n), self.path)
            .map_err(|error| Error::argument("path", error, "a whole number of points"))?;
        let frame = df!(
            "step" => self.step,
            "time" => self.time,
            "loss" => self.loss,
            "gradient_norm" => self.norm,
            "distance" => self.distance,
            "optimizer" => vec![conditions.optimizer.clone(); rows],
            "learning_rate" => vec![conditions.learning_rate; rows],
            "batch" => vec![conditions.batch as u64; rows],
            "seed" => vec![conditions.seed; rows],
            "complete" => vec![complete; rows],
        )?;
        Ok(Descended { theta, loss, path, frame, converged, complete })
    }
}
