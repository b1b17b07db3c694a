//! Nonlinearities of units, and their first two derivatives.

use std::fmt;

use crate::nn::initialization::Initialization;

/// The function from the input z of a unit to its output.
///
/// ```
/// use statmech::prelude::*;
/// assert_eq!(Activation::default(), Activation::Tanh);
/// assert_eq!(Activation::Relu.to_string(), "relu");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Activation {
    /// tanh z.
    #[default]
    Tanh,
    /// max(z, 0), with derivatives 0 at z = 0.
    Relu,
    /// z Φ(z), Φ the normal distribution function (Hendrycks and Gimpel, arXiv:1606.08415), not its approximation by tanh.
    Gelu,
    /// ln(1 + eᶻ).
    Softplus,
    /// z.
    Identity,
}

impl Activation {
    /// What the weights before it are usually started with.
    pub(crate) fn initialization(self) -> Initialization {
        match self {
            Self::Tanh | Self::Identity => Initialization::LeCun,
            Self::Relu | Self::Gelu | Self::Softplus => Initialization::He,
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::Gelu => "gelu",
            Self::Softplus => "softplus",
            Self::Identity => "identity",
        })
    }
}
