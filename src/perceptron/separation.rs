//! Whether examples can be separated at all: a decision with its proof.

use microlp::{ComparisonOp, OptimizationDirection, Problem};
use std::fmt;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::ndarray::Array1;
use crate::perceptron::examples::Examples;
use crate::perceptron::model::Perceptron;
use crate::perceptron::nearest::{End, Goal, TOUCHES, nearest};
use crate::perceptron::rows::{Rows, add, dot};
use crate::progress::Deadline;

/// The largest linear programme, in numbers: some ten seconds.
const LARGEST_PROGRAMME: usize = 100_000;
const PROGRAMME_SECONDS: u64 = 60;

/// Whether a plane through the origin separates examples, with the proof.
///
/// Either there are weights with y_i w·x_i > 0 for all i, or there are a_i ≥ 0 that sum to 1 with Σ a_i y_i x_i = 0, never both (Gordan's theorem
/// of the alternative, 1873): the one or the other is here, so that the answer can be checked without trust in how it was found.
///
/// Numbers are floating-point: examples whose largest stability is below 10⁻¹⁰ of the longest input count as not separable.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let xor = Examples::xor().extended().separation()?;
/// assert!(!xor.separable);
/// // Each corner with weight ¼ gives the zero vector.
/// assert!(xor.combination.iter().flatten().all(|a| (a - 0.25).abs() < 1e-9));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Separation {
    /// Whether a plane through the origin separates the examples.
    pub separable: bool,
    /// Weights that do, |w| = √N; none if there are none.
    pub perceptron: Option<Perceptron>,
    /// How far each example is on its side at least, min y w·x/|w|; 0 without weights.
    pub stability: f64,
    /// The a_i ≥ 0 with Σ a_i = 1 for which Σ a_i y_i x_i = 0; none if separable, or if the linear programme decided.
    pub combination: Option<Array1<f64>>,
    /// |Σ a_i y_i x_i| over the length of the longest input: rounding, if there is a combination.
    pub residual: f64,
    /// Whether the linear programme decided.
    pub by_programme: bool,
}

impl fmt::Display for Separation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.separable {
            write!(f, "linearly separable, with a stability of at least {:.4}", self.stability)
        } else if self.combination.is_some() {
            write!(
                f,
                "not linearly separable: a combination of the y x with positive weights vanishes"
            )
        } else {
            write!(f, "not linearly separable, by the linear programme")
        }
    }
}

impl Examples {
    /// Whether a plane through the origin separates these examples; after [`extended`](Self::extended), whether any plane does.
    ///
    /// An active-set method searches the point of the convex hull of the y_i x_i that is nearest to the origin, and stops as soon as its present
    /// point is the normal of a separating plane, or is the origin. Should rounding stop it before (which no random example is known to do),
    /// [`separation_by_programme`](Self::separation_by_programme) decides. At N = 50 and P = 100 it takes about half a millisecond.
    ///
    /// # Errors
    /// Only if the linear programme has to decide: those of [`separation_by_programme`](Self::separation_by_programme).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let answer = Examples::random(15, 10, 4)?.separation()?;
    /// assert_eq!(answer.separable, answer.perceptron.is_some());
    /// # Ok(()) }
    /// ```
    pub fn separation(&self) -> Result<Separation> {
        let rows = Rows::new(self, false);
        let found = nearest(&rows, Goal::Decide, Deadline::new(None)?);
        match found.end {
            End::Separates => {
                Ok(answer(&rows, Some((found.weights.as_slice(), found.stability)), None, false))
            }
            End::Vanishes => Ok(answer(&rows, None, Some(found.strengths), false)),
            End::Undecided => self.separation_by_programme(),
        }
    }

    /// The same by a linear programme: the largest t with y_i w·x_i ≥ t for all i and |w_k| ≤ 1.
    ///
    /// The examples are separable if the weights found separate them; t = 0 says that none do. A second, slower way to the same answer: 6 ms at N = 50 and P = 100.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond 100,000 numbers or a minute; [`Error::Unsupported`] if the solver gives up, which it may where numbers of
    /// one example differ by more than a factor of 10⁶.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let examples = Examples::random(15, 10, 4)?;
    /// assert_eq!(examples.separation_by_programme()?.separable, examples.separation()?.separable);
    /// # Ok(()) }
    /// ```
    pub fn separation_by_programme(&self) -> Result<Separation> {
        let rows = Rows::new(self, false);
        let weights = programme(&rows)?;
        let mut fields = vec![0.0; rows.count];
        let stability = rows.stability(&weights, &mut fields);
        let separable = stability > TOUCHES * rows.radius();
        Ok(answer(&rows, separable.then_some((weights.as_slice(), stability)), None, true))
    }
}

fn answer(
    rows: &Rows,
    weights: Option<(&[f64], f64)>,
    strengths: Option<Vec<f64>>,
    by_programme: bool,
) -> Separation {
    let perceptron = |(w, _): (&[f64], f64)| rows.perceptron(w, rows.normalizing(w), false);
    Separation {
        separable: weights.is_some(),
        perceptron: weights.map(perceptron),
        stability: weights.map_or(0.0, |(_, stability)| stability * rows.scale),
        residual: strengths.as_ref().map_or(0.0, |a| residual(rows, a)),
        combination: strengths.map(Array1::from_vec),
        by_programme,
    }
}

fn residual(rows: &Rows, strengths: &[f64]) -> f64 {
    let mut sum = rows.zeros();
    for (k, a) in strengths.iter().enumerate().filter(|(_, a)| **a > 0.0) {
        add(&mut sum, *a, rows.row(k));
    }
    let radius = rows.radius();
    if radius > 0.0 { dot(&sum, &sum).sqrt() / radius } else { 0.0 }
}

/// The weights of the linear programme, in the rows' units.
fn programme(rows: &Rows) -> Result<Vec<f64>> {
    if rows.count.saturating_mul(rows.dimension) > LARGEST_PROGRAMME {
        return Err(too_large(rows, format!("the {LARGEST_PROGRAMME} numbers allowed")));
    }
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let weights: Vec<_> = (0..rows.dimension).map(|_| problem.add_var(0.0, (-1.0, 1.0))).collect();
    let least = problem.add_var(1.0, (0.0, 1.0));
    for k in 0..rows.count {
        let terms = weights.iter().copied().zip(rows.row(k).iter().copied());
        let terms: Vec<_> = terms.filter(|(_, z)| *z != 0.0).chain([(least, -1.0)]).collect();
        problem.add_constraint(&terms, ComparisonOp::Ge, 0.0);
    }
    problem.set_time_limit(Duration::from_secs(PROGRAMME_SECONDS));
    let outcome = problem.solve().map_err(|error| gave_up(&error.to_string()))?;
    let Ok(solution) = outcome.into_solution() else {
        return Err(too_large(rows, format!("its limit of {PROGRAMME_SECONDS} seconds")));
    };
    let mut found = rows.zeros();
    for (w, variable) in found.iter_mut().zip(&weights) {
        *w = solution.var_value(*variable);
    }
    Ok(found)
}

fn gave_up(why: &str) -> Error {
    Error::Unsupported {
        what: "The linear programme".to_string(),
        why: format!("its solver gave up ({})", why.trim_end_matches('.')),
        advice: "Scale the inputs to numbers of similar size, or ask `separation`.".to_string(),
    }
}

fn too_large(rows: &Rows, limit: String) -> Error {
    Error::TooLarge {
        what: "The linear programme".to_string(),
        needs: format!("{} constraints on {} weights", rows.count, rows.dimension),
        limit,
        advice: "Ask `separation`, which is faster.".to_string(),
    }
}
