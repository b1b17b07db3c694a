//! Hopfield networks: N units s_i = ±1 with couplings that store P patterns, E(s) = −½ Σ_{i≠j} J_ij s_i s_j − Σ_i h_i s_i.
//!
//! [`Hopfield`] is the network and its rules of storage, [`Recall`] its dynamics; [`patterns`] makes patterns and spoils them. The load is
//! α = P/N, the overlap with pattern μ is m_μ = Σ_i ξ_i^μ s_i / N.
//!
//! Source of the model: J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982).

mod association;
mod binary;
mod check;
mod dense;
mod dynamics;
mod energy;
pub mod experiment;
mod fixed_points;
mod many;
mod margin;
mod noise;
mod outer;
pub mod patterns;
mod recall;
mod recalled;
mod rules;
mod sequence;
mod settings;
mod storage;
mod unlearning;
mod weights;

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use dense::Dense;
use outer::Outer;
use rules::Rule;
use weights::{Run, Weights};

pub use association::{Association, Associator};
pub use check::{MAX_DENSE, MAX_PATTERN_ENTRIES};
pub use fixed_points::FixedPoints;
pub use many::RecallMany;
pub use margin::{MarginTrained, MarginTraining};
pub use recall::Recall;
pub use recalled::{Recalled, Stopped};
pub use sequence::Sequence;
pub use unlearning::{Unlearned, Unlearning};

/// A network of units s_i = ±1 and the patterns that it stores.
///
/// The constructors are the rules by which patterns become couplings: [`hebb`](Self::hebb), [`storkey`](Self::storkey),
/// [`pseudo_inverse`](Self::pseudo_inverse), [`perceptron`](Self::perceptron), [`covariance`](Self::covariance) and
/// [`tsodyks_feigelman`](Self::tsodyks_feigelman), or any couplings by [`from_couplings`](Self::from_couplings). Units do not couple with themselves
/// unless [`keep_diagonal`](Self::keep_diagonal) says so. Cloning is cheap: patterns and couplings are shared.
///
/// Hebb's and the covariance rule keep the patterns in place of a matrix and work in whole numbers: N = 10⁴ units with P = 10³ patterns take
/// 20 MB, and a sweep costs N·P multiplications of small integers. The other rules keep the matrix, up to [`MAX_DENSE`] units; there each flip costs N
/// additions.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = random_patterns(10, 200, 1)?;
/// let net = Hopfield::hebb(&patterns)?;
/// let start = corrupted(&patterns.row(3).to_owned(), 0.2, 2)?;
/// let recalled = net.recall(&start).run()?;
/// assert_eq!(recalled.stopped, Stopped::FixedPoint);
/// assert!(recalled.overlaps[3] > 0.98);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Hopfield {
    rule: Rule,
    patterns: Arc<Array2<i8>>,
    weights: Weights,
    /// External fields; none is zero for all.
    fields: Arc<Vec<f64>>,
    diagonal: bool,
}

impl Hopfield {
    /// Hebb's rule, J_ij = (1/N) Σ_μ ξ_i^μ ξ_j^μ for i ≠ j, from patterns of ±1, one a row.
    ///
    /// Random patterns are recalled, with some errors, up to a load α = P/N of 0.138. Source: J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554
    /// (1982), whose couplings lack the 1/N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1], [1, -1, -1]])?;
    /// assert_eq!(net.couplings()?[(0, 2)], -2.0 / 3.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no pattern, an entry is not ±1, or there are more than [`MAX_PATTERN_ENTRIES`] of them.
    pub fn hebb(patterns: &Array2<i8>) -> Result<Self> {
        let size = check::patterns(patterns)?;
        Ok(Self::outer(Rule::Hebb, patterns, 0.0, 1.0 / size as f64))
    }

    /// The covariance rule for biased patterns, J_ij = Σ_μ (ξ_i^μ − b)(ξ_j^μ − b) / (N(1 − b²)) for i ≠ j, where b = 2p − 1 for the activity p,
    /// the expected fraction of units at +1.
    ///
    /// Hebb's rule fails for them, since any two patterns overlap by b². At p = ½ this is Hebb's rule. A field +b on all units makes both signs equally
    /// stable. Source: D. J. Amit, H. Gutfreund and H. Sompolinsky, Phys. Rev. A 35, 2293 (1987).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = biased_patterns(5, 400, -0.6, 1)?;
    /// let net = Hopfield::covariance(&patterns, 0.2)?.field(-0.6)?;
    /// assert!(net.is_fixed_point(&patterns.row(0).to_owned())?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`hebb`](Self::hebb), or if the activity does not lie between 0 and 1, both excluded.
    pub fn covariance(patterns: &Array2<i8>, activity: f64) -> Result<Self> {
        let size = check::patterns(patterns)?;
        let mean = rules::mean_of(activity)?;
        let scale = 1.0 / (size as f64 * (1.0 - mean * mean));
        Ok(Self::outer(Rule::Covariance { activity }, patterns, mean, scale))
    }

    /// Storkey's rule, one pattern after the other: J_ij grows by (ξ_i ξ_j − ξ_i h_ji − h_ij ξ_j)/N, where h_ij = Σ_{k≠i,j} J_ik ξ_k in the
    /// couplings before that pattern.
    ///
    /// Local and incremental like Hebb's rule, with a greater capacity, of order N/√(2 ln N) for exact recall. The order of the patterns matters. Costs N² operations a pattern.
    /// Sources: A. J. Storkey, Artificial Neural Networks, ICANN'97, 451 (1997); A. J. Storkey and R. Valabregue, Neural Networks 12, 869 (1999).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::storkey(&array![[1, 1, 1], [1, -1, 1]])?;
    /// assert!((net.couplings()?[(0, 2)] - 8.0 / 9.0).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`hebb`](Self::hebb), or if there are more than [`MAX_DENSE`] units.
    pub fn storkey(patterns: &Array2<i8>) -> Result<Self> {
        let size = check::patterns(patterns)?;
        check::dense("Storkey's couplings", size)?;
        let weights = rules::storkey(patterns);
        Ok(Self::dense(Rule::Storkey, patterns, weights))
    }

    /// The pseudo-inverse rule, J = Ξᵀ C⁻¹ Ξ / N with the patterns Ξ as rows and their overlaps C = Ξ Ξᵀ / N, for i ≠ j.
    ///
    /// With the diagonal [kept](Self::keep_diagonal), J is the projection onto the patterns: J ξ = ξ for each of them, correlated or not, up to P = N.
    /// Without it, as by default, J ξ_i = (1 − J_ii) ξ_i, so that they are as stable, and basins are wider. Sources: L. Personnaz, I. Guyon and G. Dreyfus, J. Physique Lett. 46,
    /// L359 (1985); I. Kanter and H. Sompolinsky, Phys. Rev. A 35, 380 (1987).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(50, 100, 1)?;
    /// let net = Hopfield::pseudo_inverse(&patterns)?;
    /// let projection = net.keep_diagonal(true);
    /// let first = patterns.row(0).to_owned();
    /// assert!(net.is_fixed_point(&first)?);
    /// let fields = projection.local_fields(&first)?;
    /// assert!(fields.iter().zip(&first).all(|(h, &s)| (h - f64::from(s)).abs() < 1e-10));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`storkey`](Self::storkey), or if the patterns are linearly dependent, as more than N always are.
    pub fn pseudo_inverse(patterns: &Array2<i8>) -> Result<Self> {
        let size = check::patterns(patterns)?;
        check::dense("The matrix of the pseudo-inverse rule", size)?;
        let weights = rules::pseudo_inverse(patterns)?;
        Ok(Self::dense(Rule::PseudoInverse, patterns, weights))
    }

    /// Couplings trained until each pattern is stable with the greatest margin: settings, whose [`run`](MarginTraining::run) gives the network.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(60, 60, 1)?;
    /// let trained = Hopfield::perceptron(&patterns).run()?;
    /// assert!(trained.converged && trained.network.is_fixed_point(&patterns.row(7).to_owned())?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn perceptron(patterns: &Array2<i8>) -> MarginTraining {
        MarginTraining::new(patterns.clone())
    }

    /// A network of any couplings J_ij, symmetric or not but for what asks for symmetry; a diagonal that is not zero is kept.
    ///
    /// It stores no patterns until [`with_patterns`](Self::with_patterns) names them.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let pair = Hopfield::from_couplings(&array![[0.0, -1.0], [-1.0, 0.0]])?;
    /// assert!(pair.is_fixed_point(&array![1, -1])?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the matrix is empty, not square, too large, or has entries that are not finite or so large that energies overflow.
    pub fn from_couplings(couplings: &Array2<f64>) -> Result<Self> {
        let (size, columns) = couplings.dim();
        if size != columns || size == 0 {
            return Err(Error::Shape {
                what: "The matrix of couplings",
                expected: "(N, N) with N at least 1".to_owned(),
                given: format!("({size}, {columns})"),
            });
        }
        check::dense("The matrix of couplings", size)?;
        if let Some(((i, j), value)) = couplings.indexed_iter().find(|(_, j)| !j.is_finite()) {
            let given = format!("J[({i}, {j})] = {value}");
            return Err(Error::argument("couplings", given, "finite numbers"));
        }
        if !(4.0 * couplings.iter().map(|j| j.abs()).sum::<f64>()).is_finite() {
            let allowed = "so small that energies stay below 1e308";
            return Err(Error::argument("couplings", "an overflowing sum", allowed));
        }
        let weights = Dense::new(couplings);
        let diagonal = weights.own.iter().any(|&own| own != 0.0);
        let none = Array2::zeros((0, size));
        Ok(Self { diagonal, ..Self::dense(Rule::Given, &none, weights) })
    }

    fn outer(rule: Rule, patterns: &Array2<i8>, mean: f64, scale: f64) -> Self {
        Self {
            rule,
            patterns: Arc::new(patterns.clone()),
            weights: Weights::Outer(Arc::new(Outer::new(patterns, mean, scale))),
            fields: Arc::default(),
            diagonal: false,
        }
    }

    fn dense(rule: Rule, patterns: &Array2<i8>, weights: Dense) -> Self {
        Self {
            rule,
            patterns: Arc::new(patterns.clone()),
            weights: Weights::Dense(Arc::new(weights)),
            fields: Arc::default(),
            diagonal: false,
        }
    }

    /// The number of units N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Hopfield::hebb(&array![[1, 1, -1]])?.n_units(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn n_units(&self) -> usize {
        self.weights.size()
    }

    /// The number of patterns P.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Hopfield::hebb(&array![[1, 1, -1]])?.count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn count(&self) -> usize {
        self.patterns.nrows()
    }

    /// The load α = P/N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Hopfield::hebb(&random_patterns(14, 100, 0)?)?.load(), 0.14);
    /// # Ok(())
    /// # }
    /// ```
    pub fn load(&self) -> f64 {
        self.count() as f64 / self.n_units() as f64
    }

    /// The patterns, one a row.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Hopfield::hebb(&array![[1, 1, -1]])?.patterns(), array![[1, 1, -1]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn patterns(&self) -> Array2<i8> {
        (*self.patterns).clone()
    }

    /// The pattern of this index.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Hopfield::hebb(&array![[1, 1, -1]])?.pattern(0)?, array![1, 1, -1]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such pattern.
    pub fn pattern(&self, index: usize) -> Result<Array1<i8>> {
        self.require_pattern(index)?;
        Ok(self.patterns.row(index).to_owned())
    }

    /// The rule's name, as in frames: "hebb", "covariance", "tsodyks_feigelman", "storkey", "pseudo_inverse", "perceptron", "unlearning" or "given".
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Hopfield::storkey(&array![[1, 1, -1]])?.rule(), "storkey");
    /// # Ok(())
    /// # }
    /// ```
    pub fn rule(&self) -> &'static str {
        self.rule.name()
    }

    /// The external fields h_i.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Hopfield::hebb(&array![[1, -1]])?.field(0.5)?.fields(), array![0.5, 0.5]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fields(&self) -> Array1<f64> {
        if self.fields.is_empty() {
            return Array1::zeros(self.n_units());
        }
        Array1::from(self.fields.to_vec())
    }

    /// Whether J_ij = J_ji, without which there is no energy that the dynamics lowers.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Hopfield::hebb(&array![[1, -1]])?.is_symmetric());
    /// assert!(!Hopfield::from_couplings(&array![[0.0, 1.0], [-1.0, 0.0]])?.is_symmetric());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_symmetric(&self) -> bool {
        self.weights.symmetric()
    }

    /// Settings for the dynamics from this state; [`run`](Recall::run) gives the state it ends in.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, 1, -1, -1]])?;
    /// assert_eq!(net.recall(&array![1, 1, 1, -1, 1]).run()?.state, array![1, 1, 1, -1, -1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn recall(&self, start: &Array1<i8>) -> Recall {
        Recall::new(self.clone(), start.clone())
    }

    /// Settings for the dynamics from many states, one a row, in parallel; the results are the same on any number of threads.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(5, 100, 1)?;
    /// let recalled = Hopfield::hebb(&patterns)?.recall_many(&patterns).run()?;
    /// assert!(recalled.iter().enumerate().all(|(mu, r)| r.overlaps[mu] > 0.95));
    /// # Ok(())
    /// # }
    /// ```
    pub fn recall_many(&self, starts: &Array2<i8>) -> RecallMany {
        RecallMany::new(self.clone(), starts.clone())
    }

    fn require_pattern(&self, index: usize) -> Result<()> {
        let count = self.count();
        if index >= count {
            let allowed = format!("below {count}, the number of patterns");
            return Err(Error::argument("index", index, allowed));
        }
        Ok(())
    }

    /// A checked state under these couplings.
    fn at(&self, state: Vec<i8>) -> Run<'_> {
        Run::new(&self.weights, &self.fields, self.diagonal, state)
    }
}

impl fmt::Debug for Hopfield {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, count, rule) = (self.n_units(), self.count(), self.rule());
        let diagonal = if self.diagonal { ", diagonal kept" } else { "" };
        write!(f, "Hopfield({size} units, {count} patterns, {rule}{diagonal})")
    }
}
