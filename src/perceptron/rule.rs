//! The learning rules by name.

use std::fmt;

/// How a perceptron learns from examples; the argument of [`Examples::train`](super::Examples::train).
///
/// Throughout z_i = y_i x_i, so that example i is right if w·z_i > 0.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let teacher = Perceptron::random(30, 1)?;
/// let examples = Examples::from_teacher(&teacher, 60, 2)?;
/// let hebb = examples.train(LearningRule::Hebb).run()?.perceptron.generalization_error(&teacher)?;
/// let bayes = examples.train(LearningRule::Bayes).run()?.perceptron.generalization_error(&teacher)?;
/// assert!(bayes < hebb);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum LearningRule {
    /// w = Σ z_i. D. O. Hebb's idea; F. Vallet, Europhys. Lett. 8, 747 (1989), for what it generalises.
    Hebb,
    /// The shortest w that minimises Σ (1 − w·z_i)²: the pseudo-inverse, to which Widrow's and Hoff's Adaline (1960) converges.
    PseudoInverse,
    /// w += z_i for each example that is found wrong, in one pass after the other. F. Rosenblatt, *Principles of Neurodynamics* (1962).
    ///
    /// It makes at most (R/γ)² mistakes, R the longest input and γ the largest stability (A. B. J. Novikoff, 1962).
    #[default]
    Rosenblatt,
    /// The mean of Rosenblatt's weights over all steps. Y. Freund and R. E. Schapire, Mach. Learn. 37, 277 (1999).
    Averaged,
    /// The best of Rosenblatt's weights so far are kept, for examples that no perceptron learns. S. I. Gallant, IEEE Trans. Neural Netw. 1, 179
    /// (1990), with ratchet.
    Pocket,
    /// w += z_i for the example of least w·z_i, until the stability is within the tolerance of the best. W. Krauth and M. Mézard, J. Phys. A
    /// 20, L745 (1987).
    MinOver,
    /// w = Σ a_i z_i with a_i ← max(0, a_i + (1 − w·z_i)/|z_i|²), which converges to the largest stability. J. K. Anlauf and M. Biehl, Europhys. Lett. 10, 687 (1989).
    AdaTron,
    /// The weights of largest stability, exactly: an active-set search for the nearest point of the convex hull of the z_i.
    MaxStability,
    /// One of all w that make no error, drawn uniformly: a sample of [`VersionSampling`](super::VersionSampling).
    Gibbs,
    /// The centre of mass of these, which is as good as Bayes' vote for many inputs. T. Watkin, Europhys. Lett. 21, 871 (1993).
    Bayes,
}

impl LearningRule {
    /// The rule's name in tables: "hebb", "pseudo_inverse", "rosenblatt", "averaged", "pocket", "minover", "adatron", "max_stability", "gibbs",
    /// "bayes".
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(LearningRule::MaxStability.name(), "max_stability");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Hebb => "hebb",
            Self::PseudoInverse => "pseudo_inverse",
            Self::Rosenblatt => "rosenblatt",
            Self::Averaged => "averaged",
            Self::Pocket => "pocket",
            Self::MinOver => "minover",
            Self::AdaTron => "adatron",
            Self::MaxStability => "max_stability",
            Self::Gibbs => "gibbs",
            Self::Bayes => "bayes",
        }
    }

    /// Passes, steps or sweeps that a training may take by default.
    pub(super) fn epochs(self) -> usize {
        match self {
            Self::MinOver => 100_000,
            Self::AdaTron => 10_000,
            _ => 1_000,
        }
    }

    pub(super) fn tolerance(self) -> f64 {
        if self == Self::MinOver { 0.01 } else { 1e-6 }
    }
}

impl fmt::Display for LearningRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
