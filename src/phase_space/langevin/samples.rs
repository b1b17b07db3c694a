//! What walkers leave: moments with errors, and a row for each recorded time.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::phase_space::DetailedBalance;
use crate::phase_space::langevin::walker::Walker;
use crate::phase_space::langevin::{Langevin, LangevinScheme};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::stats::mean_and_error;

/// Where walkers were; see [`Langevin::run`]. Errors are the scatter of the walkers, whose averages in time are independent.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
/// let samples: LangevinSamples = bowl.langevin(&Array2::zeros((50, 1)), 1.0).points(11).run()?;
/// assert_eq!((samples.ensembles.len(), samples.ensembles[10].dim()), (11, (50, 1)));
/// assert!(samples.complete && samples.mean[0].abs() < 5.0 * samples.mean_err[0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct LangevinSamples {
    /// A row for each recorded time, thermalization included: `step`, `time`; over the walkers `loss` and `loss_err`, `displacement` (mean squared distance from the starts), `kinetic` (⟨p²⟩/2, missing without momenta);
    /// the conditions `temperature`, `scheme`, `step_size`, `walkers`, `seed`, `complete`.
    pub frame: DataFrame,
    /// The walkers at each recorded time, a row each.
    pub ensembles: Vec<Array2<f64>>,
    /// ⟨θ⟩ over walkers and all steps after thermalization.
    pub mean: Array1<f64>,
    /// One standard error of each.
    pub mean_err: Array1<f64>,
    /// ⟨θθᵀ⟩ − ⟨θ⟩⟨θ⟩ᵀ.
    pub covariance: Array2<f64>,
    /// One standard error of each.
    pub covariance_err: Array2<f64>,
    /// ⟨L⟩.
    pub loss: f64,
    /// Its standard error.
    pub loss_err: f64,
    /// The fraction of steps that were accepted: 1 but for [`LangevinScheme::Mala`].
    pub acceptance: f64,
    /// Whether all steps were made: false if a deadline stopped them.
    pub complete: bool,
    /// The steps of thermalization.
    before: usize,
    step_size: f64,
}

impl LangevinSamples {
    /// The moments as a table: `coordinate`, `mean`, `mean_err`, `variance`, `variance_err`.
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// assert_eq!(bowl.langevin(&Array2::zeros((4, 1)), 1.0).run()?.moments()?.height(), 1);
    /// # Ok(()) }
    /// ```
    pub fn moments(&self) -> Result<DataFrame> {
        Ok(df!(
            "coordinate" => (0..self.mean.len() as u64).collect::<Vec<_>>(),
            "mean" => self.mean.to_vec(),
            "mean_err" => self.mean_err.to_vec(),
            "variance" => self.covariance.diag().to_vec(),
            "variance_err" => self.covariance_err.diag().to_vec(),
        )?)
    }

    /// The test of detailed balance by jumps, along one or two coordinates of all walkers at the recorded times after thermalization.
    ///
    /// # Errors
    /// If there are not one or two coordinates, or there is no such one, or fewer than two times were recorded after thermalization.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let samples = bowl.langevin(&Array2::zeros((50, 1)), 1.0).run()?;
    /// let jumps = samples.detailed_balance([0])?.run()?;
    /// assert!(jumps.mean_square < 3.0);
    /// assert!(samples.detailed_balance([1]).is_err());
    /// # Ok(()) }
    /// ```
    pub fn detailed_balance(
        &self,
        coordinates: impl IntoIterator<Item = usize>,
    ) -> Result<DetailedBalance> {
        let coordinates: Vec<usize> = coordinates.into_iter().collect();
        let n = self.mean.len();
        if !(1..=2).contains(&coordinates.len()) || coordinates.iter().any(|i| *i >= n) {
            let allowed = format!("one or two numbers below {n}");
            return Err(Error::argument("coordinates", format!("{coordinates:?}"), allowed));
        }
        let steps = crate::frame::columns::numbers(&self.frame, "step")?;
        let kept = || self.ensembles.iter().zip(&steps).filter(|(_, s)| **s >= self.before as f64);
        let times: Vec<f64> = kept().map(|(_, step)| step * self.step_size).collect();
        let (Some(first), Some(last), true) = (times.first(), times.last(), times.len() > 1) else {
            let given = format!("{} recorded times", times.len());
            return Err(Error::argument(
                "points",
                given,
                "so many that two come after thermalization",
            ));
        };
        let states: Vec<&Array2<f64>> = kept().map(|(state, _)| state).collect();
        let path = |walker: usize| {
            Array2::from_shape_fn((states.len(), coordinates.len()), |(k, i)| {
                states[k][(walker, coordinates[i])]
            })
        };
        let paths: Vec<Array2<f64>> = (0..self.ensembles[0].nrows()).map(path).collect();
        DetailedBalance::new(&paths, (last - first) / (times.len() - 1) as f64)
    }

    pub(super) fn new(
        settings: &Langevin,
        walkers: &[Walker],
        rows: Rows,
        ensembles: Vec<Array2<f64>>,
        before: usize,
        complete: bool,
    ) -> Result<Self> {
        let n = settings.starts.ncols();
        let of = |values: Vec<f64>| mean_and_error(&values).unwrap_or((f64::NAN, f64::NAN));
        // Averages in time relative to the first start, so that none loses digits to the place.
        let origin = settings.starts.row(0).to_vec();
        let averages: Vec<(f64, Vec<f64>, Vec<f64>)> =
            walkers.iter().map(|walker| walker.sums.averages(&origin)).collect();
        let pick = |i: usize| of(averages.iter().map(|a| a.1[i]).collect());
        let first: Vec<(f64, f64)> = (0..n).map(pick).collect();
        let second = |i: usize, j: usize| {
            let (a, b) = (first[i].0, first[j].0);
            // By how much each walker moves ⟨xy⟩ − ⟨x⟩⟨y⟩.
            let moves = averages.iter().map(|w| w.2[i * n + j] - b * w.1[i] - a * w.1[j]);
            let (mean, error) = of(moves.collect());
            (mean + a * b, error)
        };
        let pairs: Vec<(f64, f64)> = (0..n * n).map(|k| second(k / n, k % n)).collect();
        let (loss, loss_err) = of(averages.iter().map(|a| a.0).collect());
        let errors = pairs.iter().chain(&first).map(|x| x.1).chain([loss_err]);
        if errors.chain([loss]).any(|x| !x.is_finite()) {
            let given = format!("{}, at which squares overflow", settings.temperature);
            return Err(Error::argument(
                "temperature",
                given,
                "lower, and starts nearer to the origin",
            ));
        }
        let steps: usize = walkers.iter().map(|walker| walker.steps).sum();
        let accepted: usize = walkers.iter().map(|walker| walker.accepted).sum();
        let height = rows.step.len();
        let kinetic: Vec<Option<f64>> = match settings.scheme {
            LangevinScheme::Baoab => rows.kinetic.iter().copied().map(Some).collect(),
            _ => vec![None; height],
        };
        let frame = df!(
            "step" => &rows.step,
            "time" => rows.step.iter().map(|k| *k as f64 * settings.step_size).collect::<Vec<_>>(),
            "loss" => rows.loss,
            "loss_err" => rows.loss_err,
            "displacement" => rows.displacement,
            "kinetic" => kinetic,
            "temperature" => vec![settings.temperature; height],
            "scheme" => vec![settings.scheme.name(); height],
            "step_size" => vec![settings.step_size; height],
            "walkers" => vec![walkers.len() as u64; height],
            "seed" => vec![settings.seed.number(); height],
            "complete" => vec![complete; height],
        )?;
        Ok(Self {
            frame,
            ensembles,
            mean: first.iter().zip(&origin).map(|(x, origin)| x.0 + origin).collect(),
            mean_err: first.iter().map(|x| x.1).collect(),
            covariance: Array2::from_shape_fn((n, n), |(i, j)| pairs[i * n + j].0),
            covariance_err: Array2::from_shape_fn((n, n), |(i, j)| pairs[i * n + j].1),
            loss,
            loss_err,
            acceptance: accepted as f64 / steps.max(1) as f64,
            complete,
            before,
            step_size: settings.step_size,
        })
    }
}

/// Columns of the frame.
#[derive(Default)]
pub(super) struct Rows {
    pub step: Vec<u64>,
    pub loss: Vec<f64>,
    pub loss_err: Vec<f64>,
    pub displacement: Vec<f64>,
    pub kinetic: Vec<f64>,
}

impl Rows {
    pub fn push(&mut self, step: usize, walkers: &[Walker], starts: &Array2<f64>) {
        let losses: Vec<f64> = walkers.iter().map(|walker| walker.loss).collect();
        let (loss, error) = mean_and_error(&losses).unwrap_or((f64::NAN, f64::NAN));
        let count = walkers.len() as f64;
        let squares = |x: f64, y: f64| (x - y) * (x - y);
        let moved = walkers.iter().zip(starts.rows()).map(|(walker, start)| {
            walker.theta.iter().zip(start).map(|(x, y)| squares(*x, *y)).sum::<f64>()
        });
        let energy = |walker: &Walker| 0.5 * walker.momentum.iter().map(|p| p * p).sum::<f64>();
        self.step.push(step as u64);
        self.loss.push(loss);
        self.loss_err.push(error);
        self.displacement.push(moved.sum::<f64>() / count);
        self.kinetic.push(walkers.iter().map(energy).sum::<f64>() / count);
    }
}
