//! The rules that experiments compare.

use crate::error::Result;
use crate::hopfield::Hopfield;
use crate::ndarray::Array2;

/// A rule of storage, for experiments that make many networks by it.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let net = StorageRule::PseudoInverse.store(&random_patterns(5, 20, 1)?)?;
/// assert_eq!(net.rule(), "pseudo_inverse");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StorageRule {
    /// [`Hopfield::hebb`], the default.
    #[default]
    Hebb,
    /// [`Hopfield::storkey`].
    Storkey,
    /// [`Hopfield::pseudo_inverse`], without self-couplings.
    PseudoInverse,
    /// [`Hopfield::perceptron`] with the greatest margin.
    Perceptron,
}

impl StorageRule {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hebb, Self::Storkey, Self::PseudoInverse, Self::Perceptron];

    /// The name in the `rule` column: "hebb", "storkey", "pseudo_inverse", "perceptron".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(StorageRule::Storkey.name(), "storkey");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Hebb => "hebb",
            Self::Storkey => "storkey",
            Self::PseudoInverse => "pseudo_inverse",
            Self::Perceptron => "perceptron",
        }
    }

    /// The network that stores these patterns.
    ///
    /// Trained couplings are returned as they are where the patterns cannot all be stored.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(3, 50, 1)?;
    /// for rule in StorageRule::ALL {
    ///     assert!(rule.store(&patterns)?.is_fixed_point(&patterns.row(0).to_owned())?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for the rule's own constructor.
    pub fn store(self, patterns: &Array2<i8>) -> Result<Hopfield> {
        match self {
            Self::Hebb => Hopfield::hebb(patterns),
            Self::Storkey => Hopfield::storkey(patterns),
            Self::PseudoInverse => Hopfield::pseudo_inverse(patterns),
            Self::Perceptron => Ok(Hopfield::perceptron(patterns).run()?.network),
        }
    }
}
