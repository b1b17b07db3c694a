//! Learning curves: how well a spherical perceptron generalises after P = αN examples of a teacher of its kind.
//!
//! Inputs are random, the teacher B gives each its class sign(B·x); a student J whose overlap with the teacher is R = B·J/(|B||J|) errs on a new input with
//! probability ε = arccos(R)/π. As N → ∞, R is a number that the load α = P/N and the way of learning decide; Gibbs, Bayes
//! and maximal stability make no error on the examples, and none falls faster than Bayes'.
//!
//! Sources: G. Györgyi and N. Tishby, in *Neural Networks and Spin Glasses* (World Scientific 1990); H. S. Seung, H. Sompolinsky and N. Tishby,
//! Phys. Rev. A 45, 6056 (1992); M. Opper, W. Kinzel, J. Kleinz and R. Nehl, J. Phys. A 23, L581 (1990); M. Opper and D. Haussler,
//! Phys. Rev. Lett. 66, 2677 (1991); A. Engel and C. Van den Broeck, *Statistical Mechanics of Learning* (Cambridge 2001).

use std::f64::consts::PI;

use crate::error::{Error, Result};
use crate::numeric::gaussian::{Gaussian, SQRT_TAU, density, hazard, tail};
use crate::numeric::roots::root;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::theory::online;

/// The largest load: 1 − R is about α^−2 and has to be a number of this machine.
const MAX_LOAD: f64 = 1e100;

/// A way for a student to learn from examples.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Of all students the vote of the version space errs least.
/// let bayes = Student::Bayes.generalization_error(2.0)?;
/// for student in [Student::Gibbs, Student::Hebb, Student::PseudoInverse, Student::MaxStability] {
///     assert!(student.generalization_error(2.0)? > bayes);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Student {
    /// A student drawn from all those that agree with the teacher on every example (the version space, with equal weight):
    /// R = α √(2/π) √(1 − R) ∫Dt φ(√R t)/H(√R t), ε ≈ 0.625/α for α → ∞.
    Gibbs,
    /// The vote of the whole version space, the best that can be done: its centre of mass has R = √R_Gibbs; ε ≈ 0.442/α.
    Bayes,
    /// J = Σ_μ σ^μ x^μ: R = √(2α/(2α + π)), ε ≈ 0.399/√α.
    Hebb,
    /// The shortest J with σ^μ J·x^μ = 1 on all examples, least squares above α = 1, where the two conditions meet and R falls to 0:
    /// R² = 2α(1 − α)/(π − 2α) below, 2(α − 1)/(2α + π − 4) above; ε ≈ 0.241/√α. (Also called Adaline.)
    PseudoInverse,
    /// The J with the largest margin on the examples, that MinOver and AdaTron converge to (support vectors): ε ≈ 0.5005/α.
    MaxStability,
    /// Rosenblatt's rule on-line: each example is seen once, and added where the student errs; ε ≈ (2/3)^{1/3} α^{−1/3}/π = 0.278 α^{−1/3}.
    /// The load is at most 10⁶.
    OnlinePerceptron,
}

impl Student {
    /// All of them, in the order of their definition.
    pub const ALL: [Self; 6] = [
        Self::Gibbs,
        Self::Bayes,
        Self::Hebb,
        Self::PseudoInverse,
        Self::MaxStability,
        Self::OnlinePerceptron,
    ];

    /// The name in frames: `"gibbs"`, `"bayes"`, `"hebb"`, `"pseudo_inverse"`, `"max_stability"`, `"online_perceptron"`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Student::MaxStability.name(), "max_stability");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Gibbs => "gibbs",
            Self::Bayes => "bayes",
            Self::Hebb => "hebb",
            Self::PseudoInverse => "pseudo_inverse",
            Self::MaxStability => "max_stability",
            Self::OnlinePerceptron => "online_perceptron",
        }
    }

    /// R, the overlap of student and teacher at load α.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!((Student::Gibbs.overlap(1.0)? - 0.486263637016116).abs() < 1e-13);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If `load` is not between 0 and 10¹⁰⁰, or 10⁶ for [`OnlinePerceptron`](Self::OnlinePerceptron).
    pub fn overlap(self, load: f64) -> Result<f64> {
        Ok(1.0 - self.misalignment(require_load(load)?)?)
    }

    /// ε = arccos(R)/π, the probability that the student errs on a new example.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Student::Hebb.generalization_error(0.0)?, 0.5);
    /// assert!((Student::Bayes.generalization_error(1.0)? - 0.254372970339).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`overlap`](Self::overlap).
    pub fn generalization_error(self, load: f64) -> Result<f64> {
        // The half-angle keeps the digits of small angles.
        let misalignment = self.misalignment(require_load(load)?)?;
        Ok(if misalignment == 1.0 { 0.5 } else { 2.0 / PI * (0.5 * misalignment).sqrt().asin() })
    }

    /// The leading term of ε for α → ∞: c/α, c/√α for Hebb and pseudo-inverse, c/α^{1/3} for the on-line perceptron.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!((Student::Gibbs.asymptotic_error(1.0)? - 0.625).abs() < 5e-4);
    /// assert!((Student::Hebb.asymptotic_error(4.0)? - 0.199471).abs() < 1e-6);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If `load` is not above 0 and at most 10¹⁰⁰.
    pub fn asymptotic_error(self, load: f64) -> Result<f64> {
        if require_load(load)? == 0.0 {
            return Err(Error::argument("load", load, "above 0"));
        }
        Ok(match self {
            Self::Gibbs => 1.0 / (load * PI.sqrt() * mean_hazard(1.0)),
            Self::Bayes => 1.0 / (load * (2.0 * PI).sqrt() * mean_hazard(1.0)),
            Self::Hebb => 1.0 / (2.0 * PI * load).sqrt(),
            Self::PseudoInverse => ((PI - 2.0) / (2.0 * load)).sqrt() / PI,
            Self::MaxStability => 1.0 / (load * pull(widest(MAX_LOAD)?)),
            Self::OnlinePerceptron => (2.0 / (3.0 * load)).cbrt() / PI,
        })
    }

    /// 1 − R.
    fn misalignment(self, load: f64) -> Result<f64> {
        if load == 0.0 {
            return Ok(1.0);
        }
        // From 1 − R² = sin² of the angle.
        let from_sine = |sine2: f64| sine2 / (1.0 + (1.0 - sine2).sqrt());
        Ok(match self {
            Self::Gibbs => gibbs(load)?,
            Self::Bayes => from_sine(gibbs(load)?),
            Self::Hebb => from_sine(PI / (2.0 * load + PI)),
            Self::PseudoInverse if load <= 1.0 => {
                from_sine((PI - 4.0 * load + 2.0 * load * load) / (PI - 2.0 * load))
            }
            Self::PseudoInverse => from_sine((PI - 2.0) / (2.0 * load + PI - 4.0)),
            Self::MaxStability => from_sine(geometry(load, widest(load)?).0),
            Self::OnlinePerceptron if load <= online::MAX_LOAD => online::misalignment(load),
            Self::OnlinePerceptron => {
                let allowed =
                    "at most 1e6 for the on-line perceptron (`asymptotic_error` goes further)";
                return Err(Error::argument("load", load, allowed));
            }
        })
    }
}

/// The margin κ of the student of maximal stability: the largest for which σ^μ J·x^μ ≥ κ|J| on all examples, with inputs of unit variance per component.
///
/// It is larger than [`gardner::margin`](crate::theory::gardner::margin) at the same load, since a teacher gave the classes: always above 0.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((learning_curves::teacher_margin(1.0)? - 0.786549841706807).abs() < 1e-12);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not above 0 and at most 10¹⁰⁰.
pub fn teacher_margin(load: f64) -> Result<f64> {
    if require_load(load)? == 0.0 {
        return Err(Error::argument("load", load, "above 0"));
    }
    let x = widest(load)?;
    Ok(x * geometry(load, x).0.sqrt())
}

/// All learning curves: one row for each student and load, columns `rule`, `load`, `overlap`, `generalization_error`.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let curves = learning_curves::frame(&linspace(0.0, 10.0, 41))?;
/// assert_eq!(curves.shape(), (6 * 41, 4));
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`Student::overlap`]; also if there is no load.
pub fn frame(loads: &[f64]) -> Result<DataFrame> {
    if loads.is_empty() {
        return Err(Error::argument("loads", "an empty list", "at least one load"));
    }
    let (mut names, mut all, mut overlaps, mut errors) = (vec![], vec![], vec![], vec![]);
    for student in Student::ALL {
        for &load in loads {
            names.push(student.name());
            all.push(load);
            overlaps.push(student.overlap(load)?);
            errors.push(student.generalization_error(load)?);
        }
    }
    Ok(
        df!("rule" => names, "load" => all, "overlap" => overlaps, "generalization_error" => errors)?,
    )
}

/// 1 − R of a Gibbs student.
fn gibbs(load: f64) -> Result<f64> {
    let excess = |ln_rest: f64| {
        let rest = ln_rest.exp();
        let overlap = 1.0 - rest;
        load * (2.0 / PI * rest).sqrt() * mean_hazard(overlap.sqrt()) - overlap
    };
    root(excess, -2.0 * load.max(1.0).ln() - 5.0, 0.0).map(f64::exp).ok_or_else(|| no_overlap(load))
}

/// ∫Dt φ(at)/H(at).
fn mean_hazard(a: f64) -> f64 {
    Gaussian::smooth().mean(|t| hazard(a * t))
}

/// The margin of the most stable student in units of the sine of its angle, x = κ/√(1 − R²).
///
/// The saddle point gives R/√(1 − R²) = (α/π) pull(x), and 1 − R² = 2α ∫_{−∞}^κ Dy H(−Ry/√(1 − R²)) (κ − y)²; here y = s √(1 − R²).
fn widest(load: f64) -> Result<f64> {
    let excess = |x: f64| {
        let (sine2, overlap) = geometry(load, x);
        let sine = sine2.sqrt();
        let fields = |s: f64| density(sine * s) * tail(-overlap * s);
        let end = x.min(10.0 / sine);
        2.0 * load * sine * Gaussian::weighted(-10.0, end, fields).mean(|s| (x - s).powi(2)) - 1.0
    };
    root(excess, 0.0, 10.0 + 10.0 / load.sqrt()).ok_or_else(|| no_overlap(load))
}

/// 1 − R² and R at this load and x.
fn geometry(load: f64, x: f64) -> (f64, f64) {
    let cotangent = load / PI * pull(x);
    let sine = 1.0 / 1.0_f64.hypot(cotangent);
    (sine * sine, sine * cotangent)
}

/// ∫_{−∞}^x (x − s) exp(−s²/2) ds.
fn pull(x: f64) -> f64 {
    SQRT_TAU * (x * tail(-x) + density(x))
}

fn require_load(load: f64) -> Result<f64> {
    if (0.0..=MAX_LOAD).contains(&load) {
        Ok(load)
    } else {
        Err(Error::argument("load", load, "between 0 and 1e100"))
    }
}

fn no_overlap(load: f64) -> Error {
    Error::argument("load", load, "such that the overlap with the teacher is found")
}
