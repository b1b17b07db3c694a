//! The outcome of a training.

use std::fmt;

use crate::ndarray::Array1;
use crate::perceptron::model::Perceptron;
use crate::perceptron::rule::LearningRule;
use crate::polars::prelude::DataFrame;

/// A trained perceptron and the record of its training.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let learned = Examples::random(10, 20, 1)?.train(LearningRule::Rosenblatt).run()?;
/// assert!(learned.verdict().starts_with("All 10 examples are right"));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct PerceptronTrained {
    /// The perceptron. Its weights are as long as the rule makes them: sums of inputs for Hebb and Rosenblatt, √N for the rules that care for the
    /// direction only.
    pub perceptron: Perceptron,
    /// The rule.
    pub rule: LearningRule,
    /// Passes, sweeps or steps done.
    pub epochs: usize,
    /// Changes of the weights: the mistakes, for Rosenblatt's rule.
    pub updates: usize,
    /// Whether the rule came to its own end: a pass without a mistake, or the tolerance.
    pub converged: bool,
    /// Whether the deadline left the training its time.
    pub complete: bool,
    /// The number of examples.
    pub examples: usize,
    /// Examples that the perceptron has wrong.
    pub errors: usize,
    /// Whether any perceptron could learn the examples; none where that was not found out (more than 2²⁰ numbers).
    pub separable: Option<bool>,
    /// The least stability, min y (w·x + b)/√(|w|² + b²).
    pub stability: f64,
    /// Novikoff's bound (R/γ)² of the number of mistakes, with the longest input R and the largest stability γ: for Rosenblatt's rule and the averaged one if they converged. (γ is that of
    /// the weights found where there are more than 2²⁰ numbers, which gives a larger bound.)
    pub bound: Option<f64>,
    /// No perceptron has a larger stability than this (MinOver, AdaTron, MaxStability).
    pub stability_bound: Option<f64>,
    /// How strongly each example is embedded, a_i ≥ 0 in w ∝ Σ a_i y_i x_i (MinOver, AdaTron, MaxStability).
    pub strengths: Option<Array1<f64>>,
    /// Columns `epoch`, `updates`, `errors`, `stability`: a row for each of the first hundred epochs, then fewer.
    pub history: DataFrame,
}

impl PerceptronTrained {
    /// What happened, as a sentence.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let xor = Examples::xor().train(LearningRule::Pocket).bias(true).run()?;
    /// assert_eq!(
    ///     xor.verdict(),
    ///     "1 of 4 examples is wrong after 1000 epochs: they are not linearly separable, so that no perceptron has all of them right."
    /// );
    /// # Ok(()) }
    /// ```
    pub fn verdict(&self) -> String {
        let Self { examples, errors, epochs, updates, .. } = self;
        let plural = if *epochs == 1 { "" } else { "s" };
        if *errors == 0 {
            let changes = match self.rule {
                LearningRule::Rosenblatt | LearningRule::Averaged => {
                    format!(" after {updates} mistakes in {epochs} epoch{plural}")
                }
                _ => format!(" after {epochs} epoch{plural}"),
            };
            let allowed = match self.bound {
                Some(bound) => format!("; the bound (R/γ)² allows {bound:.0} mistakes"),
                None => String::new(),
            };
            return format!(
                "All {examples} examples are right{changes}, with a stability of {:.4}{allowed}.",
                self.stability
            );
        }
        let why = match (self.separable, self.converged) {
            (Some(false), _) => {
                "they are not linearly separable, so that no perceptron has all of them right"
            }
            (Some(true), true) => "they are linearly separable, but this rule does not ask for it",
            (Some(true), false) if self.complete => {
                "they are linearly separable, so that more epochs would help"
            }
            (None, _) if self.complete => "`separation` tells whether they are linearly separable",
            (_, _) => "the deadline ended the training",
        };
        let are = if *errors == 1 { "is" } else { "are" };
        format!("{errors} of {examples} examples {are} wrong after {epochs} epoch{plural}: {why}.")
    }
}

impl fmt::Debug for PerceptronTrained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trained by {}: {}", self.rule, self.verdict())
    }
}
