//! Ridge regression with as many parameters as examples, or more: risk, its bias and variance, double descent.
//!
//! Examples y = β·x + ε with p inputs of covariance Σ and noise of variance σ² are learned from n of them by β̂ = argmin |y − Xβ|²/n + λ|β|². The *risk* is the expected excess
//! E (x·β̂ − x·β)² of the squared error on a new example, above the σ² that nobody can predict. For n, p → ∞ with γ = p/n it loses its fluctuations: with κ the solution of
//!
//! κ = λ + κ γ ⟨h/(h + κ)⟩,
//!
//! the mean over Σ's eigenvalues h, learning acts on each eigendirection as a ridge of strength κ without noise would, and
//!
//! risk = bias + variance = (κ² Σ_k h_k β_k²/(h_k + κ)² + σ² D)/(1 − D), D = γ ⟨h²/(h + κ)²⟩.
//!
//! D → 1 where p = n and λ → 0: the risk diverges, and falls again beyond (*double descent*).
//!
//! Sources: E. Dobriban and S. Wager, Ann. Stat. 46, 247 (2018) (arXiv:1507.03003); T. Hastie, A. Montanari, S. Rosset and R. Tibshirani, Ann. Stat. 50, 949 (2022)
//! (arXiv:1903.08560), theorems 1 to 6; random features: S. Mei and A. Montanari, Commun. Pure Appl. Math. 75, 667 (2022) (arXiv:1908.05355).

mod features;
mod isotropic;

use crate::error::{Error, Result, require_amount};
use crate::grid::linspace;
use crate::numeric::roots::{maximum, root};
use crate::polars::df;
use crate::polars::prelude::DataFrame;

pub use features::FeatureMoments;
pub use isotropic::{optimal_penalty, ridgeless, ridgeless_finite, stieltjes};

/// More eigenvalues than this do not change a mean.
const MOST_EIGENVALUES: usize = 10_000_000;

/// Ridge regression in the limit n, p → ∞: the ratio γ = p/n, the spectrum of the inputs, where in it the signal lies, and the noise.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Twice as many inputs as examples: some penalty helps.
/// let theory = RidgeTheory::isotropic(2.0, 1.0, 0.5)?;
/// let best = theory.optimal()?;
/// assert!(best.risk < theory.at(0.0)?.risk && (best.penalty - 1.0).abs() < 1e-9); // λ = γσ²/|β|²
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RidgeTheory {
    ratio: f64,
    noise: f64,
    /// The variance of the part of the signal that no linear function of the inputs has.
    floor: f64,
    /// Eigenvalue h, its fraction of all p, and Σ β_k² in its directions.
    levels: Vec<Level>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Level {
    eigenvalue: f64,
    fraction: f64,
    signal: f64,
}

/// What ridge regression makes of examples, in the limit of many.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let state: RidgeState = RidgeTheory::isotropic(0.5, 1.0, 1.0)?.at(0.1)?;
/// assert!((state.risk - state.bias - state.variance).abs() < 1e-15);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RidgeState {
    /// λ, of |y − Xβ|²/n + λ|β|².
    pub penalty: f64,
    /// The excess risk, bias and variance together; the expected squared error on a new example is σ² more.
    pub risk: f64,
    /// The part that is there without noise, averaged over examples: E (x·⟨β̂⟩_ε − x·β)².
    pub bias: f64,
    /// The part of the noise in the training labels.
    pub variance: f64,
    /// The mean squared error on the training examples.
    pub training_error: f64,
    /// κ, the effective penalty.
    pub effective_penalty: f64,
    /// γ⟨h/(h + κ)⟩ = 1 − λ/κ: the parameters that are used, for each example.
    pub degrees_of_freedom: f64,
}

impl RidgeTheory {
    /// Inputs of covariance 1: `ratio` γ = p/n, `signal` |β|² and the variance `noise` σ².
    ///
    /// # Errors
    /// If γ is not a finite number from 10⁻⁶ to 10⁶, or signal or noise are not between 0 and 10¹⁰⁰.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(RidgeTheory::isotropic(1.0, 1.0, 0.0).is_ok() && RidgeTheory::isotropic(0.0, 1.0, 0.0).is_err());
    /// ```
    pub fn isotropic(ratio: f64, signal: f64, noise: f64) -> Result<Self> {
        Self::of_levels(ratio, &[1.0], &[1.0], &[signal], noise)
    }

    /// Inputs whose covariance has these `eigenvalues`, of equal weight, with Σβ_k² = `signals` in the directions of each.
    ///
    /// # Errors
    /// As for [`isotropic`](Self::isotropic); also without eigenvalues, if one is not a number from 0 to 10¹⁰⁰, if all are 0, or if there are not as many signals.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// // The signal in the strong directions is learned although p = 10 n.
    /// let theory = RidgeTheory::new(10.0, &[1.0, 0.01, 0.01, 0.01], &[1.0, 0.0, 0.0, 0.0], 0.01)?;
    /// assert!(theory.optimal()?.risk < 0.7);
    /// # Ok(()) }
    /// ```
    pub fn new(ratio: f64, eigenvalues: &[f64], signals: &[f64], noise: f64) -> Result<Self> {
        let weight = 1.0 / eigenvalues.len().max(1) as f64;
        Self::of_levels(ratio, eigenvalues, &vec![weight; eigenvalues.len()], signals, noise)
    }

    /// The same with eigenvalues of different weights: the fractions of all p directions.
    pub(crate) fn of_levels(
        ratio: f64,
        eigenvalues: &[f64],
        fractions: &[f64],
        signals: &[f64],
        noise: f64,
    ) -> Result<Self> {
        require_ratio("ratio", ratio)?;
        if eigenvalues.is_empty() || eigenvalues.len() > MOST_EIGENVALUES {
            let given = format!("a list of {}", eigenvalues.len());
            let allowed = format!("1 to {MOST_EIGENVALUES} numbers");
            return Err(Error::argument("eigenvalues", given, allowed));
        }
        if signals.len() != eigenvalues.len() {
            return Err(Error::Shape {
                what: "The signals",
                expected: format!("[{}], one for each eigenvalue", eigenvalues.len()),
                given: format!("[{}]", signals.len()),
            });
        }
        for &h in eigenvalues {
            require_amount("eigenvalues", h)?;
        }
        for &b in signals {
            require_amount("signal", b)?;
        }
        if eigenvalues.iter().all(|&h| h == 0.0) {
            return Err(Error::argument("eigenvalues", "none but 0", "above 0 somewhere"));
        }
        let levels = eigenvalues.iter().zip(fractions).zip(signals);
        let levels = levels
            .map(|((&eigenvalue, &fraction), &signal)| Level { eigenvalue, fraction, signal })
            .collect();
        Ok(Self { ratio, noise: require_amount("noise", noise)?, floor: 0.0, levels })
    }

    /// The state at the penalty λ; at λ = 0 that of the shortest β̂ among the best, to which λ → 0 leads.
    ///
    /// # Errors
    /// If the penalty is not a finite number from 0 on, or is 0 where there are exactly as many examples as directions with h > 0 (γ = 1), where the risk is infinite.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // Least squares below the peak: σ²γ/(1 − γ), from noise alone.
    /// let state = RidgeTheory::isotropic(0.8, 5.0, 1.0)?.at(0.0)?;
    /// assert!((state.risk - 4.0).abs() < 1e-12 && state.bias == 0.0);
    /// # Ok(()) }
    /// ```
    pub fn at(&self, penalty: f64) -> Result<RidgeState> {
        require_amount("penalty", penalty)?;
        let kappa = self.effective_penalty(penalty)?;
        let shrink = |level: &Level| level.eigenvalue / (level.eigenvalue + kappa);
        let (mut first, mut second, mut missed) = (0.0, 0.0, self.floor);
        for level in self.levels.iter().filter(|level| level.eigenvalue > 0.0) {
            let used = shrink(level);
            first += self.ratio * level.fraction * used;
            second += self.ratio * level.fraction * used * used;
            missed +=
                level.eigenvalue * level.signal * (kappa / (level.eigenvalue + kappa)).powi(2);
        }
        let left = 1.0 - second;
        if !(left > 1e-14) {
            let allowed = "above 0 where there are as many examples as directions, as the risk is infinite at 0";
            return Err(Error::argument("penalty", penalty, allowed));
        }
        let (bias, variance) = (missed / left, self.noise * second / left);
        // The residuals are the errors on new examples, shrunk by λ/κ.
        let residual = if penalty > 0.0 { penalty / kappa } else { (1.0 - first).max(0.0) };
        Ok(RidgeState {
            penalty,
            risk: bias + variance,
            bias,
            variance,
            training_error: residual * residual * (bias + variance + self.noise),
            effective_penalty: kappa,
            degrees_of_freedom: first,
        })
    }

    /// κ = λ + κγ⟨h/(h + κ)⟩, written as λ/κ + γ⟨h/(h + κ)⟩ = 1, whose left side falls with κ.
    fn effective_penalty(&self, penalty: f64) -> Result<f64> {
        let used = |kappa: f64| {
            let each =
                |level: &Level| level.fraction * level.eigenvalue / (level.eigenvalue + kappa);
            self.ratio * self.levels.iter().map(each).sum::<f64>()
        };
        let positive = self.levels.iter().filter(|level| level.eigenvalue > 0.0);
        let rank = self.ratio * positive.map(|level| level.fraction).sum::<f64>();
        if penalty == 0.0 && rank <= 1.0 + 1e-12 {
            return Ok(0.0);
        }
        // Between λ and a little less for rounding, where the left side exceeds 1, and λ + γ⟨h⟩, where it is below.
        let mean = self.levels.iter().map(|level| level.fraction * level.eigenvalue).sum::<f64>();
        let high = penalty + self.ratio * mean;
        let low = if penalty > 0.0 { penalty } else { 1e-18 * high };
        let excess = |x: f64| penalty / x.exp() + used(x.exp()) - 1.0;
        let found = root(excess, low.ln() - 1e-9, (2.0 * high).ln()).ok_or_else(|| {
            Error::argument("penalty", penalty, "within 16 digits of the eigenvalues, or 0")
        })?;
        Ok(found.exp())
    }

    /// The state at the penalty of least risk: λ = γσ²/|β|² for isotropic inputs, and found by search in general.
    ///
    /// # Errors
    /// If there is no signal, so that the best penalty is infinite.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let theory = RidgeTheory::isotropic(3.0, 2.0, 0.5)?;
    /// assert!((theory.optimal()?.penalty - ridge::optimal_penalty(3.0, 2.0, 0.5)?).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn optimal(&self) -> Result<RidgeState> {
        if self.levels.iter().all(|level| level.eigenvalue * level.signal == 0.0) {
            return Err(Error::argument(
                "signal",
                0,
                "above 0: without one the best penalty is infinite",
            ));
        }
        if let [level] = self.levels[..] {
            // In general h|β|² is the signal's strength.
            return self.at(self.ratio * level.fraction * self.noise / level.signal);
        }
        let grid = self.penalties_to_try();
        let risk = |x: f64| self.at(x.exp()).map_or(f64::NAN, |state| -state.risk);
        let best = maximum(risk, &grid).ok_or_else(|| {
            Error::argument("noise", self.noise, "one at which the risk is finite")
        })?;
        let (best, none) = (self.at(best.0.exp())?, self.at(0.0));
        Ok(none.ok().filter(|none| none.risk <= best.risk).unwrap_or(best))
    }

    /// Logarithms of penalties from far below to far above all eigenvalues, and the best penalties of all levels by themselves.
    fn penalties_to_try(&self) -> Vec<f64> {
        let top = self.levels.iter().map(|level| level.eigenvalue).fold(0.0, f64::max);
        let (mut low, mut high) = (1e-9 * top, 1e6 * top * self.ratio.max(1.0));
        for level in &self.levels {
            let alone = self.ratio * level.fraction * self.noise / level.signal;
            if alone > 0.0 && alone.is_finite() {
                (low, high) = (low.min(1e-3 * alone), high.max(1e3 * alone));
            }
        }
        let (low, high) = (low.max(1e-100).ln(), high.min(1e100).ln());
        linspace(low, high, (3.5 * (high - low)).ceil() as usize)
    }

    /// The states at these penalties as a table: `ratio`, `penalty`, `risk`, `bias`, `variance`, `training_error`, `effective_penalty`, `degrees_of_freedom`.
    ///
    /// # Errors
    /// As for [`at`](Self::at); also without penalties.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = RidgeTheory::isotropic(1.0, 1.0, 0.2)?.frame(&geomspace(1e-3, 10.0, 50))?;
    /// let figure = curve.line("penalty", "risk")?.x_log();
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn frame(&self, penalties: &[f64]) -> Result<DataFrame> {
        if penalties.is_empty() {
            return Err(Error::argument("penalties", "an empty list", "at least one penalty"));
        }
        let states: Vec<RidgeState> =
            penalties.iter().map(|&penalty| self.at(penalty)).collect::<Result<_>>()?;
        states_frame(&vec![self.ratio; states.len()], &states)
    }
}

/// A row for each state, with its γ.
pub(crate) fn states_frame(ratios: &[f64], states: &[RidgeState]) -> Result<DataFrame> {
    let column = |of: fn(&RidgeState) -> f64| states.iter().map(of).collect::<Vec<_>>();
    Ok(df!(
        "ratio" => ratios.to_vec(),
        "penalty" => column(|s| s.penalty),
        "risk" => column(|s| s.risk),
        "bias" => column(|s| s.bias),
        "variance" => column(|s| s.variance),
        "training_error" => column(|s| s.training_error),
        "effective_penalty" => column(|s| s.effective_penalty),
        "degrees_of_freedom" => column(|s| s.degrees_of_freedom),
    )?)
}

pub(crate) fn require_ratio(name: &'static str, ratio: f64) -> Result<f64> {
    if (1e-6..=1e6).contains(&ratio) {
        Ok(ratio)
    } else {
        Err(Error::argument(name, ratio, "a number from 1e-6 to 1e6"))
    }
}
