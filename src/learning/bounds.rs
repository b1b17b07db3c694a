//! Bounds of the error on unseen examples, by what is known of the class, the data or the posterior.
//!
//! Each holds with probability 1 − δ over the draw of n training examples, for all hypotheses of its class at once, and is a bound of the error itself: the training error plus what may be hidden behind it. A value
//! above 1 says nothing (*vacuous*), and is returned as it is.
//!
//! | bound | by | formula |
//! |---|---|---|
//! | [`hoeffding`] | number of hypotheses | ε̂ + √((ln\|H\| + ln 2/δ)/2n) |
//! | [`growth`] | growth function | ε̂ + √(2 ln Π(n)/n) + √(ln(1/δ)/2n) |
//! | [`vc`] | VC dimension | ε̂ + √(2d ln(en/d)/n) + √(ln(1/δ)/2n) |
//! | [`rademacher`] | empirical Rademacher complexity | ε̂ + R̂ + 3√(ln(2/δ)/2n) |
//! | [`margin`] | norm and margin | ε̂_ρ + 4rΛ/(ρ√n) + √(ln log₂(2rΛ/ρ)/n) + √(ln(2/δ)/2n) |
//! | [`rademacher_margin`] | empirical Rademacher complexity and margin | ε̂_ρ + 4R̂/ρ + √(ln log₂(2/ρ)/n) + 3√(ln(4/δ)/2n) |
//! | [`pac_bayes`] | divergence from a prior | kl⁻¹(ε̂, (KL + ln(2√n/δ))/n) |
//! | [`test_set`] | new examples | Clopper and Pearson |
//!
//! Source, where none is named: M. Mohri, A. Rostamizadeh and A. Talwalkar, *Foundations of Machine Learning* (2nd ed., MIT Press 2018).

use super::binomial_tail::at_most;
use crate::error::{Error, Result};
use crate::numeric::gaussian::tail;
use crate::numeric::roots::{maximum, root};
use crate::perceptron::{Examples, Perceptron};

/// Examples of a test set, whose tail is some 10⁶ terms long.
const MOST_TESTED: usize = 1_000_000_000_000;

/// A finite class: ε̂ + √((ln|H| + ln(2/δ))/(2n)), from Hoeffding's inequality and the union of |H| events.
///
/// The logarithm of the number is asked for, as numbers like 2^{8·785} are no numbers of this machine. Source: Mohri et al., theorem 2.13.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let one = bounds::hoeffding(0.1, 1_000, 0.0, 0.05)?; // a hypothesis chosen before the data
/// assert!((one - 0.1 - 0.04295).abs() < 1e-5);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If n is 0, ε̂ not from 0 to 1, δ not between 0 and 1, or the logarithm not a finite number from 0 on.
pub fn hoeffding(training_error: f64, n: usize, ln_hypotheses: f64, delta: f64) -> Result<f64> {
    let n = check(training_error, n, delta)?;
    let bits = amount("ln_hypotheses", ln_hypotheses)?;
    Ok(training_error + ((bits + (2.0 / delta).ln()) / (2.0 * n)).sqrt())
}

/// By the growth function: ε̂ + √(2 ln Π(n)/n) + √(ln(1/δ)/(2n)). Source: Mohri et al., corollary 3.9.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = bounds::growth(0.0, 1_000, cover::ln_count(1_000, 10)?, 0.05)?;
/// assert!(exact < bounds::vc(0.0, 1_000, 10, 0.05)?);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`hoeffding`].
pub fn growth(training_error: f64, n: usize, ln_growth: f64, delta: f64) -> Result<f64> {
    let n = check(training_error, n, delta)?;
    let ln_growth = amount("ln_growth", ln_growth)?;
    Ok(training_error + (2.0 * ln_growth / n).sqrt() + deviation(1.0 / delta, n))
}

/// By the VC dimension d: ε̂ + √(2d ln(en/d)/n) + √(ln(1/δ)/(2n)), and with 2^n labellings in place of (en/d)^d where n < d. Source: Mohri et al., corollary 3.19.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert!(bounds::vc(0.0, 100, 65, 0.05)? > 1.0 && bounds::vc(0.0, 10_000, 65, 0.05)? < 0.35);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`hoeffding`]; also if d is 0.
pub fn vc(training_error: f64, n: usize, d: usize, delta: f64) -> Result<f64> {
    let count = check(training_error, n, delta)?;
    if d == 0 {
        return Err(Error::argument("d", 0, "at least 1"));
    }
    let ln_growth = if n < d {
        count * std::f64::consts::LN_2
    } else {
        d as f64 * (1.0 + (count / d as f64).ln())
    };
    growth(training_error, n, ln_growth, delta)
}

/// By the empirical Rademacher complexity R̂ of the class on these examples: ε̂ + R̂ + 3√(ln(2/δ)/(2n)).
///
/// Source: Mohri et al., theorem 3.5, for hypotheses of values ±1 and the complexity of [`Dichotomies::rademacher`](super::Dichotomies::rademacher).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let line = Array2::from_shape_fn((20, 1), |(i, _)| i as f64);
/// let complexity = HypothesisClass::Thresholds.dichotomies(&line)?.rademacher()?;
/// assert!(bounds::rademacher(0.0, complexity, 20, 0.05)? > complexity);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`hoeffding`]; also if the complexity is not a finite number from 0 on.
pub fn rademacher(training_error: f64, complexity: f64, n: usize, delta: f64) -> Result<f64> {
    let n = check(training_error, n, delta)?;
    Ok(training_error + amount("complexity", complexity)? + 3.0 * deviation(2.0 / delta, n))
}

/// By the margin ρ of linear hypotheses |w| ≤ Λ on inputs |x| ≤ r: ε̂_ρ + 4rΛ/(ρ√n) + √(ln log₂(2rΛ/ρ)/n) + √(ln(2/δ)/(2n)), where ε̂_ρ is the fraction of training examples with y w·x < ρ.
///
/// It holds for all ρ from 0 to rΛ at once, so that ρ may be chosen after the training; the dimension does not occur. `reach` is rΛ. Source: Mohri et al., theorems 5.9 and 5.10.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert!(bounds::margin(0.0, 10_000, 1.0, 0.2, 0.05)? < 0.25);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`hoeffding`]; also if `reach` is not a finite number above 0, or ρ not above 0 and at most `reach`.
pub fn margin(margin_error: f64, n: usize, reach: f64, rho: f64, delta: f64) -> Result<f64> {
    let n = check(margin_error, n, delta)?;
    if !(reach > 0.0 && reach.is_finite()) {
        return Err(Error::argument("reach", reach, "a finite number above 0"));
    }
    if !(rho > 0.0 && rho <= reach) {
        return Err(Error::argument("rho", rho, format!("above 0 and at most {reach}")));
    }
    Ok(margin_error
        + 4.0 * reach / (rho * n.sqrt())
        + of_all_margins(reach / rho, n)
        + deviation(2.0 / delta, n))
}

/// By the margin ρ of real-valued hypotheses and the empirical Rademacher complexity R̂ of their class on these examples: ε̂_ρ + 4R̂/ρ + √(ln log₂(2/ρ)/n) + 3√(ln(4/δ)/(2n)), where ε̂_ρ is the fraction of
/// training examples with y h(x) < ρ.
///
/// It holds for all ρ from 0 to 1 at once, so that ρ may be chosen after the training. The complexity of linear hypotheses is that of [`LinearClass`](super::LinearClass); with |w| ≤ 1 and inputs |x| ≤ 1 it is at most
/// 1/√n, which [`margin`] puts in its place, and no margin is above 1. Source: Mohri et al., theorem 5.9, the second inequality with r = 1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // All inputs in one direction: the complexity is that of a walk of 20 steps, ⟨|S|⟩/20.
/// let complexity = LinearClass::new(&Array2::ones((20, 1)), 1.0)?.rademacher()?;
/// let far = bounds::rademacher_margin(0.0, 20, complexity, 1.0, 0.05)?;
/// assert!(far < bounds::rademacher_margin(0.0, 20, complexity, 0.5, 0.05)?);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`hoeffding`]; also if the complexity is not a finite number from 0 on, or ρ not above 0 and at most 1.
pub fn rademacher_margin(
    margin_error: f64,
    n: usize,
    complexity: f64,
    rho: f64,
    delta: f64,
) -> Result<f64> {
    let n = check(margin_error, n, delta)?;
    let complexity = amount("complexity", complexity)?;
    if !(rho > 0.0 && rho <= 1.0) {
        return Err(Error::argument("rho", rho, "above 0 and at most 1"));
    }
    Ok(margin_error
        + 4.0 * complexity / rho
        + of_all_margins(1.0 / rho, n)
        + 3.0 * deviation(4.0 / delta, n))
}

/// For a random hypothesis drawn from a posterior: the largest ε with kl(ε̂‖ε) ≤ (KL + ln(2√n/δ))/n, where ε̂ is the posterior's mean training error and KL its divergence from a prior that was fixed before the data.
///
/// It holds for all posteriors at once. Sources: J. Langford and M. Seeger, CMU-CS-01-102 (2001), with the constant of A. Maurer, arXiv:cs/0411099 (n ≥ 8); D. McAllester, Mach. Learn. 37, 355 (1999).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let bound = bounds::pac_bayes(0.05, 1_000, 20.0, 0.05)?;
/// assert!(bound < 0.05 + ((20.0 + (2.0 * 1_000_f64.sqrt() / 0.05).ln()) / 2_000.0).sqrt()); // Pinsker
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`hoeffding`]; also if n is below 8 or the divergence is not a finite number from 0 on.
pub fn pac_bayes(training_error: f64, n: usize, divergence: f64, delta: f64) -> Result<f64> {
    let count = check(training_error, n, delta)?;
    if n < 8 {
        return Err(Error::argument("n", n, "at least 8"));
    }
    let cost = amount("divergence", divergence)? + (2.0 * count.sqrt() / delta).ln();
    Ok(kl_above(training_error, cost / count))
}

/// The largest p with kl(q‖p) = q ln(q/p) + (1 − q) ln((1 − q)/(1 − p)) at most `most`.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let p = bounds::kl_inverse(0.0, 0.1)?;
/// assert!((p - (1.0 - (-0.1_f64).exp())).abs() < 1e-15);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If q is not from 0 to 1, or `most` not a finite number from 0 on.
pub fn kl_inverse(q: f64, most: f64) -> Result<f64> {
    if !(0.0..=1.0).contains(&q) {
        return Err(Error::argument("q", q, "from 0 to 1"));
    }
    Ok(kl_above(q, amount("most", most)?))
}

fn kl_above(q: f64, most: f64) -> f64 {
    if q == 0.0 {
        return -(-most).exp_m1();
    }
    if q >= 1.0 || most == 0.0 {
        return q;
    }
    let divergence =
        |p: f64| q * (q / p).ln() + (1.0 - q) * (-q).ln_1p() - (1.0 - q) * (-p).ln_1p();
    // As a function of ln(1 − p), that p may come close to 1.
    let excess = |x: f64| divergence(-x.exp_m1()) - most;
    let here = (-q).ln_1p();
    let far = here - (most + 1.0) / (1.0 - q);
    root(excess, far, here).map_or(1.0, |x| (-x.exp_m1()).max(q))
}

/// By a test set: the largest error at which `errors` or fewer of n examples that were not learned from would have a probability of δ, C. Clopper and E. Pearson, Biometrika 26, 404 (1934), one-sided.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert!((bounds::test_set(0, 100, 0.05)? - (1.0 - 0.05_f64.powf(0.01))).abs() < 1e-12); // near 3/n
/// # Ok(()) }
/// ```
///
/// # Errors
/// If n is 0 or, with errors, above 10¹², there are more errors than examples, or δ is not between 0 and 1.
pub fn test_set(errors: usize, n: usize, delta: f64) -> Result<f64> {
    check(0.0, n, delta)?;
    if errors > n {
        return Err(Error::argument("errors", errors, format!("at most {n}, the examples")));
    }
    if errors == n {
        return Ok(1.0);
    }
    if errors == 0 {
        return Ok(-(delta.ln() / n as f64).exp_m1());
    }
    if n > MOST_TESTED {
        return Err(Error::argument(
            "n",
            n,
            format!("at most {MOST_TESTED} where there are errors"),
        ));
    }
    let excess = |ln_p: f64| at_most(errors as u64, n as u64, ln_p.exp()) - delta;
    // P(at least one error) ≤ np: where np < 1 − δ so few errors are more probable than δ.
    let low = (0.5 * (1.0 - delta) / n as f64).ln();
    Ok(root(excess, low, 0.0).map_or(1.0, f64::exp))
}

/// A PAC-Bayes bound of linear classifiers around one that was learned.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let pair = Examples::from_images(&digits()?, 0, 1)?;
/// let learned = pair.train(LearningRule::MaxStability).bias(true).run()?.perceptron;
/// let found: PacBayes = PacBayes::linear(&learned, &pair, 0.05)?;
/// assert!(found.bound < 0.5 && found.training_error < found.bound);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct PacBayes {
    /// μ, the distance of the posterior's centre from the prior's.
    pub scale: f64,
    /// The posterior's divergence from the prior, μ²/2.
    pub divergence: f64,
    /// The mean training error of classifiers drawn from the posterior.
    pub training_error: f64,
    /// The bound of their mean error; that of the learned classifier itself is at most twice as large.
    pub bound: f64,
}

impl PacBayes {
    /// Weights drawn from the normal distribution around μŵ, ŵ the direction of the learned weights (bias as one more weight), against the prior around 0, both of variance 1 in all directions. An example of relative
    /// margin m = y ŵ·x/|x| is misclassified with the probability H(μm); the bound is minimised over μ, which it allows.
    ///
    /// Source: J. Langford and J. Shawe-Taylor, *PAC-Bayes and margins*, NIPS 2002.
    ///
    /// # Errors
    /// As for [`pac_bayes`]; also if weights are all 0, or do not fit the examples.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let far = Examples::blobs(500, 8.0, 1)?;
    /// let learned = far.train(LearningRule::Hebb).run()?.perceptron;
    /// assert!(PacBayes::linear(&learned, &far, 0.05)?.bound < 0.15);
    /// # Ok(()) }
    /// ```
    pub fn linear(perceptron: &Perceptron, examples: &Examples, delta: f64) -> Result<Self> {
        Self::of_margins(&relative_margins(perceptron, examples)?, delta)
    }

    /// The mean error of classifiers drawn from this posterior on other examples.
    ///
    /// # Errors
    /// If weights are all 0, or do not fit the examples.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let (a, b) = (Examples::blobs(100, 8.0, 1)?, Examples::blobs(100, 8.0, 2)?);
    /// let learned = a.train(LearningRule::Hebb).run()?.perceptron;
    /// let found = PacBayes::linear(&learned, &a, 0.05)?;
    /// assert!(found.error(&learned, &b)? < found.bound);
    /// # Ok(()) }
    /// ```
    pub fn error(&self, perceptron: &Perceptron, examples: &Examples) -> Result<f64> {
        Ok(stochastic_error(&relative_margins(perceptron, examples)?, self.scale))
    }

    pub(super) fn of_margins(margins: &[f64], delta: f64) -> Result<Self> {
        let at = |scale: f64| {
            let (training_error, divergence) =
                (stochastic_error(margins, scale), 0.5 * scale * scale);
            let bound = pac_bayes(training_error, margins.len(), divergence, delta)?;
            Ok::<Self, Error>(Self { scale, divergence, training_error, bound })
        };
        at(0.0)?;
        let grid = crate::grid::linspace(0.0, 2.0 * (margins.len() as f64).sqrt(), 60);
        let value = |scale: f64| at(scale).map_or(f64::NAN, |found| -found.bound);
        let scale = maximum(value, &grid).map_or(0.0, |best| best.0);
        at(scale)
    }
}

/// ⟨H(μm)⟩ over the margins.
fn stochastic_error(margins: &[f64], scale: f64) -> f64 {
    stochastic_errors(margins, scale).sum::<f64>() / margins.len() as f64
}

/// H(μm) of each margin.
pub(super) fn stochastic_errors(margins: &[f64], scale: f64) -> impl Iterator<Item = f64> {
    margins.iter().map(move |m| tail(scale * m))
}

/// y (w·x + b)/(|(w, b)| |(x, 1)|).
fn relative_margins(perceptron: &Perceptron, examples: &Examples) -> Result<Vec<f64>> {
    let fields = perceptron.fields(examples.inputs())?;
    let w = &perceptron.weights;
    let length = w.dot(w).sqrt().hypot(perceptron.bias);
    if length == 0.0 {
        return Err(Error::argument("weights", "weights that are all 0", "not 0 all of them"));
    }
    let rows = examples.inputs().rows().into_iter().zip(examples.labels()).zip(&fields);
    Ok(rows
        .map(|((x, &y), field)| f64::from(y) * field / (length * x.dot(&x).sqrt().hypot(1.0)))
        .collect())
}

/// √(ln log₂(2r/ρ)/n), the price of a bound for all margins ρ up to r at once, from r/ρ.
fn of_all_margins(ratio: f64, n: f64) -> f64 {
    ((2.0 * ratio).log2().ln().max(0.0) / n).sqrt()
}

fn deviation(inverse_probability: f64, n: f64) -> f64 {
    (inverse_probability.ln() / (2.0 * n)).sqrt()
}

fn check(error: f64, n: usize, delta: f64) -> Result<f64> {
    if n == 0 {
        return Err(Error::argument("n", 0, "at least 1"));
    }
    if !(0.0..=1.0).contains(&error) {
        return Err(Error::argument("training_error", error, "from 0 to 1"));
    }
    if !(delta > 0.0 && delta < 1.0) {
        return Err(Error::argument("delta", delta, "between 0 and 1"));
    }
    Ok(n as f64)
}

fn amount(name: &'static str, value: f64) -> Result<f64> {
    if value >= 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::argument(name, value, "a finite number from 0 on"))
    }
}
