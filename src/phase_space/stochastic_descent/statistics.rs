//! Stochastic descent measured beside its prediction.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::eigen_symmetric;
use crate::phase_space::OrnsteinUhlenbeck;
use crate::phase_space::stochastic_descent::prediction::Prediction;
use crate::phase_space::stochastic_descent::walker::Walker;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::stats::mean_and_error;

/// Moments and currents of stochastic gradient descent at a minimum, measured and predicted; see [`StochasticDescent::run`](crate::phase_space::StochasticDescent::run).
///
/// Errors are the scatter of the walkers. Time is counted as η · steps.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let data = Dataset::regression(&array![[1.0], [2.0], [-1.0]], &array![[1.0], [1.5], [-2.0]])?;
/// let line = Network::mlp([1, 1]).loss(&data)?;
/// let minimum = line.descend(&Array1::zeros(2)).lbfgs().run()?.theta;
/// let sgd: StochasticDescentStatistics = line.stochastic_descent(&minimum).steps(50).run()?;
/// assert_eq!((sgd.hessian.dim(), sgd.noise.dim(), sgd.covariance.dim()), ((2, 2), (2, 2), (2, 2)));
/// assert!(sgd.complete);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct StochasticDescentStatistics {
    /// A row for each quantity: `quantity`, `measured` with `measured_err`, `predicted` (for steps of this size), `continuous` (of the Ornstein–Uhlenbeck process, the limit of small rates), and the conditions
    /// `learning_rate`, `batch`, `walkers`, `steps`, `seed`, `complete`. Quantities: `excess_loss` (above the minimum), `variance_sharp` and `variance_flat` (along the directions of largest and least curvature),
    /// `area` (enclosed per time in the plane of two parameters where the prediction is largest), `entropy_production` (missing where the noise leaves a direction out).
    pub frame: DataFrame,
    /// The linear process: drift H, diffusion D = η S/(2B).
    pub process: OrnsteinUhlenbeck,
    /// H at the minimum.
    pub hessian: Array2<f64>,
    /// S, the covariance of the gradients of single examples there.
    pub noise: Array2<f64>,
    /// ⟨θ − θ*⟩.
    pub mean: Array1<f64>,
    /// Its standard errors.
    pub mean_err: Array1<f64>,
    /// ⟨(θ − θ*)(θ − θ*)ᵀ⟩, about the minimum.
    pub covariance: Array2<f64>,
    /// Its standard errors.
    pub covariance_err: Array2<f64>,
    /// The predicted C, from H C + C H − η H C H = η S/B.
    pub covariance_predicted: Array2<f64>,
    /// ½⟨x_i ẋ_j − x_j ẋ_i⟩.
    pub areas: Array2<f64>,
    /// Its standard errors.
    pub areas_err: Array2<f64>,
    /// The predicted ½ (H C − C H).
    pub areas_predicted: Array2<f64>,
    /// Whether all steps were made: false if a deadline stopped them.
    pub complete: bool,
}

/// The conditions of a run.
pub(super) struct Conditions {
    pub learning_rate: f64,
    pub batch: usize,
    pub steps: usize,
    pub seed: u64,
    pub complete: bool,
}

impl StochasticDescentStatistics {
    pub(super) fn new(
        prediction: &Prediction,
        walkers: &[Walker],
        conditions: &Conditions,
    ) -> Result<Self> {
        let n = prediction.hessian.nrows();
        let rate = conditions.learning_rate;
        let process = OrnsteinUhlenbeck::new(&prediction.hessian, &prediction.diffusion)?;
        let (mean, mean_err) = vectors(&walkers.iter().map(Walker::mean).collect::<Vec<_>>());
        let seconds: Vec<Array2<f64>> = walkers.iter().map(Walker::second).collect();
        let (covariance, covariance_err) = matrices(&seconds);
        let whirls: Vec<Array2<f64>> = walkers.iter().map(|walker| walker.areas(rate)).collect();
        let (areas, areas_err) = matrices(&whirls);
        let areas_predicted = prediction.areas();
        let loss = scalar(&walkers.iter().map(Walker::loss).collect::<Vec<_>>());
        let produced = scalar(&walkers.iter().map(Walker::dissipation).collect::<Vec<_>>());
        let continuous = process.stationary()?;

        let (_, directions) = eigen_symmetric(&prediction.hessian)?;
        let along = |k: usize| {
            let v = directions.column(k).to_owned();
            let of = |m: &Array2<f64>| v.dot(&m.dot(&v));
            let measured = scalar(&seconds.iter().map(of).collect::<Vec<_>>());
            (measured, of(&prediction.covariance), of(&continuous))
        };
        let (sharp, flat) = (along(n - 1), along(0));
        let largest = areas_predicted
            .indexed_iter()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map_or((0, 0), |(place, _)| place);
        let area = (areas[largest], areas_err[largest]);
        let energy = 0.5 * (&prediction.hessian * &continuous).sum();
        let production = prediction.force.as_ref().map(|_| process.entropy_production());
        let production = production.transpose()?;
        let rows = [
            ("excess_loss", loss, prediction.loss(), energy),
            ("variance_sharp", sharp.0, sharp.1, sharp.2),
            ("variance_flat", flat.0, flat.1, flat.2),
            ("area", area, areas_predicted[largest], process.areas()?[largest]),
            (
                "entropy_production",
                produced,
                prediction.dissipation(),
                production.unwrap_or(f64::NAN),
            ),
        ];
        let kept = if production.is_some() { 5 } else { 4 };
        let rows = &rows[..kept];
        let frame = df!(
            "quantity" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "measured" => rows.iter().map(|row| row.1.0).collect::<Vec<_>>(),
            "measured_err" => rows.iter().map(|row| row.1.1).collect::<Vec<_>>(),
            "predicted" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            "continuous" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
            "learning_rate" => vec![rate; kept],
            "batch" => vec![conditions.batch as u64; kept],
            "walkers" => vec![walkers.len() as u64; kept],
            "steps" => vec![conditions.steps as u64; kept],
            "seed" => vec![conditions.seed; kept],
            "complete" => vec![conditions.complete; kept],
        )?;
        Ok(Self {
            frame,
            process,
            hessian: prediction.hessian.clone(),
            noise: prediction.noise.clone(),
            mean,
            mean_err,
            covariance,
            covariance_err,
            covariance_predicted: prediction.covariance.clone(),
            areas,
            areas_err,
            areas_predicted,
            complete: conditions.complete,
        })
    }

    /// A row of [`frame`](Self::frame): measured, its error, and predicted.
    ///
    /// # Errors
    /// If there is no quantity of this name.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[1.0], [2.0], [-1.0]], &array![[1.0], [1.5], [-2.0]])?;
    /// let line = Network::mlp([1, 1]).loss(&data)?;
    /// let minimum = line.descend(&Array1::zeros(2)).lbfgs().run()?.theta;
    /// let sgd = line.stochastic_descent(&minimum).run()?;
    /// let (measured, error, predicted) = sgd.quantity("excess_loss")?;
    /// assert!((measured - predicted).abs() < 4.0 * error + 0.2 * predicted);
    /// # Ok(()) }
    /// ```
    pub fn quantity(&self, name: &str) -> Result<(f64, f64, f64)> {
        let names = crate::frame::columns::column(&self.frame, "quantity")?.str()?.clone();
        let Some(row) = names.iter().position(|known| known == Some(name)) else {
            let known: Vec<&str> = names.iter().flatten().collect();
            return Err(Error::argument("quantity", name, format!("one of {}", known.join(", "))));
        };
        let at = |column| -> Result<f64> {
            Ok(crate::frame::columns::numbers(&self.frame, column)?[row])
        };
        Ok((at("measured")?, at("measured_err")?, at("predicted")?))
    }
}

fn scalar(values: &[f64]) -> (f64, f64) {
    mean_and_error(values).unwrap_or((f64::NAN, f64::NAN))
}

fn vectors(all: &[Array1<f64>]) -> (Array1<f64>, Array1<f64>) {
    let at = |i: usize| scalar(&all.iter().map(|v| v[i]).collect::<Vec<_>>());
    let n = all.first().map_or(0, Array1::len);
    let (means, errors): (Vec<f64>, Vec<f64>) = (0..n).map(at).unzip();
    (Array1::from_vec(means), Array1::from_vec(errors))
}

fn matrices(all: &[Array2<f64>]) -> (Array2<f64>, Array2<f64>) {
    let n = all.first().map_or(0, Array2::nrows);
    let mut pair = (Array2::zeros((n, n)), Array2::zeros((n, n)));
    for i in 0..n {
        for j in 0..n {
            let values: Vec<f64> = all.iter().map(|m| m[(i, j)]).collect();
            (pair.0[(i, j)], pair.1[(i, j)]) = scalar(&values);
        }
    }
    pair
}
