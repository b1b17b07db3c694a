//! What an ensemble's members did: positions, velocities, losses, and what they tell.

use crate::error::{Error, Result};
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2};
use crate::nn::Network;
use crate::phase_space::cloud::{Cloud, Measured, deviation, square_norms};
use crate::phase_space::density::PhaseDensity;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::stats::mean_and_error;

/// The neighbour whose distance tells the entropy.
const NEIGHBOR: usize = 4;

/// The most dimensions and members in which neighbours tell the entropy: beyond, the bias exceeds the error, or the search takes minutes.
const NEAR: (usize, usize) = (10, 20_000);

/// The cloud of an ensemble at each recorded time, as [`Ensemble::run`](crate::phase_space::Ensemble::run) gives it.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[2.0, 0.0], [0.0, 0.5]], &array![0.0, 0.0])?;
/// let history = bowl.ensemble(500).times([0.0, 1.0]).seed(1).run()?;
/// let speeds = history.members()?;
/// let figure = speeds.between("time", 1.0, 1.0)?.histogram("speed", 20)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct EnsembleHistory {
    /// The times reached.
    pub times: Vec<f64>,
    /// θ at each time, a row for each member.
    pub positions: Vec<Array2<f64>>,
    /// −∇L(θ) at each time, a row for each member.
    pub velocities: Vec<Array2<f64>>,
    /// Losses, a row for each time and a column for each member.
    pub losses: Array2<f64>,
    /// Whether all times were reached: false if the deadline came before.
    pub complete: bool,
    dimension: usize,
    seed: Seed,
    /// Of the errors of the flow's steps.
    tolerance: f64,
}

/// One row of the frame.
struct Row {
    loss: Measured,
    spread: (f64, f64),
    speed: Measured,
    square_speed: Measured,
    trace: Measured,
    kurtosis: Measured,
    gaussian: Measured,
    entropy: Measured,
}

impl EnsembleHistory {
    pub(super) fn new(objective: &Objective, seed: Seed, members: usize, tolerance: f64) -> Self {
        Self {
            times: Vec::new(),
            positions: Vec::new(),
            velocities: Vec::new(),
            losses: Array2::zeros((0, members)),
            complete: false,
            dimension: objective.dimension(),
            seed,
            tolerance,
        }
    }

    pub(super) fn push_losses(&mut self, losses: Vec<f64>) -> Result<()> {
        let pushed = self.losses.push_row((&losses).into());
        pushed.map_err(|error| Error::argument("losses", error, "one for each member"))
    }

    /// The number of members.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[2.0]], &array![0.0])?;
    /// assert_eq!(bowl.ensemble(10).times([0.0]).run()?.count(), 10);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.losses.ncols()
    }

    /// The cloud in numbers, a row for each time. All errors are standard errors over members.
    ///
    /// Columns: `time`; `loss`, `loss_err` (the mean), `loss_deviation`, `loss_min`; `speed` = ⟨|v|⟩, `speed_err`; `square_speed` = ⟨v²⟩ = −d⟨L⟩/dt, `square_speed_err`;
    /// `covariance_trace`, `covariance_trace_err`; `kurtosis`, `kurtosis_err` (Mardia's over that of a Gaussian, less 1); `entropy_gaussian`, `entropy_gaussian_err`: ½ ln det 2πeΣ, the largest entropy for this
    /// covariance; `entropy`, `entropy_err`: from fourth neighbours in coordinates of unit covariance (Kozachenko and Leonenko), up to 10 dimensions and 20,000 members; `members`,
    /// `dimension`, `seed`, `complete`.
    ///
    /// Missing are kurtosis and entropies of a cloud that has no volume: one of no more members than dimensions, or collapsed to a point, a curve, a surface, or to less than ten times the [tolerance](crate::phase_space::Ensemble::tolerance) of
    /// the flow's steps in some direction, where positions are rounding.
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[2.0]], &array![0.0])?;
    /// let frame = bowl.ensemble(1_000).times([0.0, 0.5]).seed(1).run()?.frame()?;
    /// // ⟨L⟩ = θ² = e^(−2) after time ½.
    /// let (loss, error) = (frame.values("loss")?[1], frame.values("loss_err")?[1]);
    /// assert!((loss - (-2_f64).exp()).abs() < 4.0 * error);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let rows = (0..self.times.len())
            .into_par_iter()
            .map(|k| self.row(k))
            .collect::<Result<Vec<Row>>>()?;
        let column = |value: fn(&Row) -> f64| -> Vec<Option<f64>> {
            rows.iter().map(value).map(|x| x.is_finite().then_some(x)).collect()
        };
        let count = rows.len();
        Ok(df!(
            "time" => self.times.clone(),
            "loss" => column(|r| r.loss.0),
            "loss_err" => column(|r| r.loss.1),
            "loss_deviation" => column(|r| r.spread.0),
            "loss_min" => column(|r| r.spread.1),
            "speed" => column(|r| r.speed.0),
            "speed_err" => column(|r| r.speed.1),
            "square_speed" => column(|r| r.square_speed.0),
            "square_speed_err" => column(|r| r.square_speed.1),
            "covariance_trace" => column(|r| r.trace.0),
            "covariance_trace_err" => column(|r| r.trace.1),
            "kurtosis" => column(|r| r.kurtosis.0),
            "kurtosis_err" => column(|r| r.kurtosis.1),
            "entropy_gaussian" => column(|r| r.gaussian.0),
            "entropy_gaussian_err" => column(|r| r.gaussian.1),
            "entropy" => column(|r| r.entropy.0),
            "entropy_err" => column(|r| r.entropy.1),
            "members" => vec![self.count() as u64; count],
            "dimension" => vec![self.dimension as u64; count],
            "seed" => vec![self.seed.number(); count],
            "complete" => vec![self.complete; count],
        )?)
    }

    /// Every member at every time: columns `time`, `member`, `loss`, `speed` = |∇L|, `distance` from its start.
    ///
    /// # Errors
    /// None but those of polars.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[2.0]], &array![0.0])?;
    /// assert_eq!(bowl.ensemble(10).times([0.0, 0.5]).run()?.members()?.height(), 20);
    /// # Ok(()) }
    /// ```
    pub fn members(&self) -> Result<DataFrame> {
        let count = self.count();
        let each = |value: &dyn Fn(usize) -> Vec<f64>| -> Vec<f64> {
            (0..self.times.len()).flat_map(value).collect()
        };
        let norms = |rows: &Array2<f64>| square_norms(rows).into_iter().map(f64::sqrt).collect();
        Ok(df!(
            "time" => each(&|k| vec![self.times[k]; count]),
            "member" => (0..self.times.len()).flat_map(|_| 0..count as u64).collect::<Vec<_>>(),
            "loss" => self.losses.iter().copied().collect::<Vec<_>>(),
            "speed" => each(&|k| norms(&self.velocities[k])),
            "distance" => each(&|k| norms(&(&self.positions[k] - &self.positions[0]))),
        )?)
    }

    /// The density of the cloud at the time nearest to `time`.
    ///
    /// # Errors
    /// As [`PhaseDensity::new`]; if the time is NaN.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let history = bowl.ensemble(2_000).times([0.0, 1.0]).seed(1).run()?;
    /// // The density at the minimum grows as e^(t tr H).
    /// let ln_density = |time| -> statmech::Result<f64> {
    ///     Ok(history.density(time)?.kernel(&array![[0.0]])?.values("ln_density")?[0])
    /// };
    /// assert!((ln_density(1.0)? - ln_density(0.0)? - 1.0).abs() < 1e-6);
    /// # Ok(()) }
    /// ```
    pub fn density(&self, time: f64) -> Result<PhaseDensity> {
        PhaseDensity::new(&self.positions[self.nearest(time)?])
    }

    /// The activations of a hidden layer for one input, a row for each member at the time nearest to `time`: the cloud in activation space.
    ///
    /// # Errors
    /// As [`Network::activations`]; if the network is not the one that the members are parameters of, or the time is NaN.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let x = Array2::from_shape_fn((10, 1), |(i, _)| i as f64 / 5.0 - 1.0);
    /// let network = Network::mlp([1, 3, 1]);
    /// let objective = network.loss(&Dataset::regression(&x, &x.mapv(f64::sin))?)?;
    /// let history = objective.ensemble(50).initial(&network).times([0.0, 5.0]).run()?;
    /// assert_eq!(history.activations(&network, &array![0.5], 0, 5.0)?.dim(), (50, 3));
    /// # Ok(()) }
    /// ```
    pub fn activations(
        &self,
        network: &Network,
        input: &Array1<f64>,
        hidden: usize,
        time: f64,
    ) -> Result<Array2<f64>> {
        let positions = &self.positions[self.nearest(time)?];
        let row = input.clone().insert_axis(crate::ndarray::Axis(0));
        let rows = (0..positions.nrows())
            .into_par_iter()
            .map(|k| network.activations(&positions.row(k).to_owned(), &row, hidden))
            .collect::<Result<Vec<Array2<f64>>>>()?;
        let units = rows[0].ncols();
        Ok(Array2::from_shape_fn((rows.len(), units), |(k, i)| rows[k][(0, i)]))
    }

    fn nearest(&self, time: f64) -> Result<usize> {
        let gaps = self.times.iter().map(|t| (t - time).abs());
        let nearest = gaps.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        match nearest {
            Some((k, gap)) if !gap.is_nan() => Ok(k),
            _ => Err(Error::argument("time", time, "a number")),
        }
    }

    fn row(&self, k: usize) -> Result<Row> {
        let losses = self.losses.row(k).to_vec();
        let squares = square_norms(&self.velocities[k]);
        let speeds: Vec<f64> = squares.iter().map(|s| s.sqrt()).collect();
        let none = (f64::NAN, f64::NAN);
        let mean = |values: &[f64]| mean_and_error(values).unwrap_or(none);
        let positions = &self.positions[k];
        // Members that ran away beyond the range of squares have a loss, but no covariance.
        let cloud = Cloud::of(positions).ok();
        let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
        let mut row = Row {
            loss: mean(&losses),
            spread: (deviation(&losses), least),
            speed: mean(&speeds),
            square_speed: mean(&squares),
            trace: cloud.as_ref().map_or(none, |cloud| cloud.trace(positions)),
            kurtosis: none,
            gaussian: none,
            entropy: none,
        };
        let size = positions.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
        let least = 10.0 * self.tolerance * size;
        let sharp = |cloud: &Cloud| self.times[k] == 0.0 || cloud.least_deviation() >= least;
        if let Some(cloud) = cloud.filter(|cloud| cloud.whitening.is_some() && sharp(cloud)) {
            let whitened = cloud.whitened(positions)?;
            row.kurtosis = cloud.kurtosis(&whitened)?;
            row.gaussian = cloud.gaussian_entropy(&whitened);
            let near = self.dimension <= NEAR.0 && (NEIGHBOR + 2..=NEAR.1).contains(&self.count());
            // Members that ended at the same point have no distance.
            row.entropy = if near {
                cloud.neighbor_entropy(&whitened, NEIGHBOR).unwrap_or(none)
            } else {
                none
            };
        }
        Ok(row)
    }
}
