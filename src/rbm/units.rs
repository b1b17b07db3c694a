//! The kinds of units that a layer is made of.

/// What values the units of a [`Layer`](crate::rbm::Layer) take, and by which energy U(x).
///
/// | units | values | U(x) |
/// |---|---|---|
/// | `Binary` | 0, 1 | −b x |
/// | `Spin` | −1, +1 | −b x |
/// | `Gaussian` | real | ½γx² − b x |
/// | `Relu` | real, x ≥ 0 | ½γx² − b x |
/// | `Potts { colors: q }` | one of q colours at each site, as q columns of which one is 1 and the others 0 | −Σ_c b_c x_c |
///
/// The fields b and the precisions γ > 0 are those of each unit.
///
/// ```
/// use statmech::prelude::*;
/// assert_eq!(Units::Potts { colors: 3 }.name(), "potts");
/// assert!(Units::Spin.is_discrete() && !Units::Relu.is_discrete());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// x = 0 or 1.
    Binary,
    /// x = ±1.
    Spin,
    /// Any real x.
    Gaussian,
    /// Any real x ≥ 0: the rectified linear unit, a Gaussian cut off below 0.
    Relu,
    /// One of so many colours at each site, one-hot.
    Potts {
        /// The number q of colours, at least 2.
        colors: usize,
    },
}

impl Units {
    /// The name as in frames and files: "binary", "spin", "gaussian", "relu" or "potts".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Layer::potts(5, 3)?.units().name(), "potts");
    /// # Ok(()) }
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Spin => "spin",
            Self::Gaussian => "gaussian",
            Self::Relu => "relu",
            Self::Potts { .. } => "potts",
        }
    }

    /// Whether the values can be counted, so that a sum over all states of a layer is one.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert!(Units::Spin.is_discrete() && !Units::Relu.is_discrete());
    /// ```
    pub fn is_discrete(self) -> bool {
        matches!(self, Self::Binary | Self::Spin | Self::Potts { .. })
    }

    /// Whether the units have precisions γ.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert!(Units::Gaussian.has_precisions() && !Units::Spin.has_precisions());
    /// ```
    pub fn has_precisions(self) -> bool {
        !self.is_discrete()
    }

    /// Columns of one site: q for Potts units, else 1.
    pub(super) fn columns_per_site(self) -> usize {
        if let Self::Potts { colors } = self { colors } else { 1 }
    }

    /// The values allowed, in words.
    pub(super) fn values(self) -> &'static str {
        match self {
            Self::Binary => {
                "0 or 1 for binary units (grey pixels of images become so by `.binary()`)"
            }
            Self::Spin => "−1 or +1 for spins",
            Self::Gaussian => "a finite number below 1e50 in size for Gaussian units",
            Self::Relu => "a number from 0 to 1e50 for ReLU units",
            Self::Potts { .. } => {
                "0 or 1 for Potts units, with one 1 among the columns of each site"
            }
        }
    }
}
