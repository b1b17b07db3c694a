//! The distribution of largest entropy that has given averages.

use std::fmt;

use crate::error::{Error, Result};
use crate::information::Distribution;
use crate::information::distribution::{MOST_SHOWN, divergence};
use crate::ndarray::{Array1, Array2, Axis};
use crate::operator::dense::eigen_symmetric;

/// Multipliers this large, in units of a feature's spread, mean that the averages lie on or beyond the edge of what is possible.
const LARGE: f64 = 1e4;

/// Eigenvalues below this fraction of the largest belong to features that others already determine.
const REDUNDANT: f64 = 1e-13;

/// A slope of the dual function, in units of features' ranges, that is no rounding error.
const CONTRADICTION: f64 = 1e-10;

/// Finds the distribution p of largest entropy with Σ_s p_s f_k(s) = c_k for each feature k: settings, then [`run`](MaximumEntropy::run).
///
/// `features` has a row for each feature k and a column for each outcome s, `averages` the c_k. The answer is p_s ∝ m_s exp(Σ_k λ_k f_k(s)), with m the
/// [prior](MaximumEntropy::prior) measure (uniform by default, when the relative entropy is the entropy itself). Its multipliers λ minimise
/// ln Z(λ) − λ·c, by Newton's method. Source: E. T. Jaynes, Phys. Rev. 106, 620 (1957).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Jaynes' die, whose average is 4.5 and not 3.5.
/// let die = maximum_entropy(&array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], &array![4.5]).run()?;
/// assert!((die.distribution.probabilities()[5] - 0.34749).abs() < 1e-5);
/// # Ok(()) }
/// ```
pub fn maximum_entropy(features: &Array2<f64>, averages: &Array1<f64>) -> MaximumEntropy {
    MaximumEntropy {
        features: features.clone(),
        averages: averages.clone(),
        prior: None,
        tolerance: 1e-12,
        steps: 200,
    }
}

/// The settings of a search for the distribution of largest entropy; see [`maximum_entropy`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let die = maximum_entropy(&array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], &array![3.5]);
/// assert!((die.run()?.entropy - 6_f64.ln()).abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct MaximumEntropy {
    features: Array2<f64>,
    averages: Array1<f64>,
    prior: Option<Distribution>,
    tolerance: f64,
    steps: usize,
}

/// The distribution of largest entropy under constraints.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let spin = maximum_entropy(&array![[-1.0, 1.0]], &array![0.5]).run()?;
/// // ⟨s⟩ = tanh λ, and Z = cosh λ with the measure ½ on each value.
/// assert!((spin.multipliers[0] - 0.5_f64.atanh()).abs() < 1e-9);
/// assert!((spin.ln_z - spin.multipliers[0].cosh().ln()).abs() < 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct LeastBiased {
    /// The distribution.
    pub distribution: Distribution,
    /// The multiplier λ_k of each feature, p ∝ m exp(Σ λ_k f_k); for features that others determine the choice of least norm.
    pub multipliers: Array1<f64>,
    /// ln Z = ln Σ_s m_s exp(Σ_k λ_k f_k(s)), with m normalised.
    pub ln_z: f64,
    /// The entropy in nats; relative to a prior, minus the divergence from it.
    pub entropy: f64,
    /// The largest deviation of an average from what was asked, in units of the feature's range.
    pub residual: f64,
    /// Newton steps taken.
    pub steps: usize,
}

impl MaximumEntropy {
    /// The measure that is kept where nothing is known: the answer is the distribution closest to it in D(p‖m); default uniform.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let prior = Distribution::new([0.25, 0.5, 0.25])?;
    /// let kept = maximum_entropy(&array![[-1.0, 0.0, 1.0]], &array![0.0]).prior(&prior).run()?;
    /// assert_eq!(kept.distribution.probabilities()[1], 0.5);
    /// # Ok(()) }
    /// ```
    pub fn prior(&self, prior: &Distribution) -> Self {
        Self { prior: Some(prior.clone()), ..self.clone() }
    }

    /// How exactly the averages are to be met, in units of each feature's range (default 1e-12).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let die = maximum_entropy(&array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], &array![4.5]);
    /// assert!(die.tolerance(1e-4).run()?.steps < die.run()?.steps);
    /// assert!(die.tolerance(0.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, tolerance: f64) -> Self {
        Self { tolerance, ..self.clone() }
    }

    /// The search.
    ///
    /// # Errors
    /// [`Error::Shape`] if features, averages and prior do not fit together; [`Error::Argument`] if a number is not finite, or no distribution with
    /// all probabilities above 0 has these averages: the sentence names the averages that contradict.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let die = |average| maximum_entropy(&array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], &array![average]).run();
    /// assert!(die(4.5)?.multipliers[0] > 0.0 && die(2.5)?.multipliers[0] < 0.0 && die(6.5).is_err());
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<LeastBiased> {
        let prior = self.checked()?;
        let problem = self.scaled(&prior)?;
        let mut multipliers = Array1::zeros(self.averages.len());
        let mut at = problem.at(&multipliers);
        let mut steps = 0;
        while at.residual() > self.tolerance && steps < self.steps {
            let step = problem.step(&at)?;
            let (next, moved) = problem.search(&multipliers, &at, &step);
            steps += 1;
            if !moved {
                break;
            }
            multipliers += &(step * next);
            at = problem.at(&multipliers);
            if multipliers.iter().any(|m: &f64| m.abs() > LARGE) {
                break;
            }
        }
        if !(at.residual() <= self.tolerance.max(1e-9)) {
            return Err(Self::impossible(&problem, &multipliers));
        }
        problem.answer(&multipliers, &at, (&self.averages, &prior), steps)
    }

    /// The prior, after all numbers have been looked at.
    fn checked(&self) -> Result<Distribution> {
        let (features, outcomes) = self.features.dim();
        if features != self.averages.len() || outcomes == 0 {
            return Err(Error::Shape {
                what: "`features`",
                expected: format!("{} averages × at least one outcome", self.averages.len()),
                given: format!("{features} × {outcomes}"),
            });
        }
        if let Some(x) = self.features.iter().chain(&self.averages).find(|x| !x.is_finite()) {
            return Err(Error::argument("features", x, "finite numbers, the averages too"));
        }
        if !(self.tolerance > 0.0 && self.tolerance <= 0.1) {
            return Err(Error::argument("tolerance", self.tolerance, "between 0 and 0.1"));
        }
        match &self.prior {
            Some(prior) if prior.outcomes() == outcomes => Ok(prior.clone()),
            Some(prior) => Err(super::distribution::shape("The prior", outcomes, prior.outcomes())),
            None => Distribution::uniform(outcomes),
        }
    }

    /// Features as deviations from their averages, in units of their ranges.
    fn scaled(&self, prior: &Distribution) -> Result<Problem> {
        let possible: Vec<usize> =
            (0..prior.outcomes()).filter(|&s| prior.probabilities()[s] > 0.0).collect();
        let mut deviations = self.features.select(Axis(1), &possible);
        let mut ranges = Array1::ones(self.averages.len());
        for (k, mut row) in deviations.rows_mut().into_iter().enumerate() {
            let low = row.iter().copied().fold(f64::INFINITY, f64::min);
            let high = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let target = self.averages[k];
            let constant = low == high;
            if !(low < target && target < high || constant && target == low) {
                return Err(Error::argument(
                    "averages",
                    format!("{target} for feature {k}"),
                    format!("within what feature {k} can average, {low} to {high}, ends excluded"),
                ));
            }
            if !constant {
                ranges[k] = high - low;
            }
            if !ranges[k].is_finite() {
                let given = format!("feature {k}, from {low:e} to {high:e}");
                let allowed = "such that the range of each is a finite number: scale it down";
                return Err(Error::argument("features", given, allowed));
            }
            row.mapv_inplace(|f| (f - target) / ranges[k]);
        }
        let ln_prior = possible.iter().map(|&s| prior.probabilities()[s].ln()).collect();
        Ok(Problem { deviations, ranges, ln_prior, possible })
    }

    /// Why no distribution was found.
    fn impossible(problem: &Problem, multipliers: &Array1<f64>) -> Error {
        // Along the direction in which the multipliers ran away every outcome lies on one side of what is asked.
        let size = multipliers.dot(multipliers).sqrt().max(f64::MIN_POSITIVE);
        let direction = multipliers / size;
        let nearest =
            direction.dot(&problem.deviations).iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<String> = direction
            .iter()
            .zip(&problem.ranges)
            .enumerate()
            .filter(|(_, (d, _))| d.abs() > 1e-6)
            .map(|(k, (d, range))| format!("{:+.3e}·(average {k})", d / range))
            .collect();
        let how = if nearest < -1e-6 {
            "contradict each other"
        } else {
            "lie on the edge of what is possible"
        };
        Error::argument(
            "averages",
            format!(
                "averages that {how}: no outcome comes as high in {} as they ask",
                weights.join(" ")
            ),
            "those of some distribution with all probabilities above 0",
        )
    }
}

/// The dual problem: minimise ln Σ_s m_s exp(λ·d_s) over λ, with d the deviations of features from their averages.
struct Problem {
    deviations: Array2<f64>,
    ranges: Array1<f64>,
    ln_prior: Array1<f64>,
    /// The outcomes that the prior allows, as positions among all.
    possible: Vec<usize>,
}

/// The distribution at some multipliers.
struct Point {
    p: Array1<f64>,
    ln_z: f64,
    /// The averages of the deviations, which are to vanish.
    gradient: Array1<f64>,
}

impl Point {
    fn residual(&self) -> f64 {
        self.gradient.iter().fold(0.0, |most, g| f64::max(most, g.abs()))
    }
}

impl Problem {
    fn at(&self, multipliers: &Array1<f64>) -> Point {
        let exponents = multipliers.dot(&self.deviations) + &self.ln_prior;
        let most = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights = exponents.mapv(|x| (x - most).exp());
        let sum = weights.sum();
        let p = weights / sum;
        let gradient = self.deviations.dot(&p);
        Point { p, ln_z: most + sum.ln(), gradient }
    }

    /// Newton's step, within the directions that the features tell apart.
    fn step(&self, at: &Point) -> Result<Array1<f64>> {
        let mut centred = self.deviations.clone();
        for (mut row, &mean) in centred.rows_mut().into_iter().zip(&at.gradient) {
            row -= mean;
        }
        let covariance = (&centred * &at.p).dot(&centred.t());
        let (variances, axes) = eigen_symmetric(&covariance)?;
        let largest = variances.iter().copied().fold(0.0, f64::max);
        let mut along = axes.t().dot(&at.gradient);
        for (a, &variance) in along.iter_mut().zip(&variances) {
            // Where features are redundant only rounding moves; a true slope there is a contradiction, and is to run away.
            let told_apart = variance > REDUNDANT * largest || a.abs() > CONTRADICTION;
            *a = if told_apart { -*a / variance.max(REDUNDANT * largest) } else { 0.0 };
        }
        Ok(axes.dot(&along))
    }

    /// How much of a step lowers the dual function enough, and whether any part of it does.
    fn search(&self, from: &Array1<f64>, at: &Point, step: &Array1<f64>) -> (f64, bool) {
        let slope = at.gradient.dot(step);
        let mut part = 1.0;
        for _ in 0..60 {
            let there = self.at(&(from + &(step * part)));
            if there.ln_z <= at.ln_z + 1e-4 * part * slope || there.residual() < 0.5 * at.residual()
            {
                return (part, true);
            }
            part *= 0.5;
        }
        (0.0, false)
    }

    fn answer(
        &self,
        multipliers: &Array1<f64>,
        at: &Point,
        (averages, prior): (&Array1<f64>, &Distribution),
        steps: usize,
    ) -> Result<LeastBiased> {
        let mut p = Array1::zeros(prior.outcomes());
        for (&s, &probability) in self.possible.iter().zip(&at.p) {
            p[s] = probability;
        }
        let distribution = Distribution::from_weights(p)?;
        let relative = divergence(
            distribution.probabilities().iter().copied().zip(prior.probabilities().iter().copied()),
        );
        let uniform = prior.probabilities().iter().all(|&m| m == prior.probabilities()[0]);
        let entropy = if uniform { distribution.entropy() } else { -relative };
        let multipliers = multipliers / &self.ranges;
        // The dual function leaves out the averages asked for.
        let ln_z = at.ln_z + multipliers.dot(averages);
        Ok(LeastBiased { distribution, multipliers, ln_z, entropy, residual: at.residual(), steps })
    }
}

impl fmt::Debug for MaximumEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((features, outcomes), prior) = (self.features.dim(), self.prior.is_some());
        let measure = if prior { "relative to a prior" } else { "from a uniform measure" };
        write!(f, "MaximumEntropy(features {features} × {outcomes}, {measure})")
    }
}

impl fmt::Debug for LeastBiased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { distribution, entropy, residual, steps, .. } = self;
        let multipliers: Vec<String> =
            self.multipliers.iter().take(MOST_SHOWN).map(|x| format!("{x:.4}")).collect();
        let more = if self.multipliers.len() > MOST_SHOWN { ", …" } else { "" };
        write!(f, "LeastBiased({distribution:?}, multipliers {}{more}, ", multipliers.join(", "))?;
        write!(f, "entropy {entropy:.4} nats, residual {residual:.0e}, {steps} steps)")
    }
}
