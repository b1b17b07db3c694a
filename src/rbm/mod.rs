//! Restricted Boltzmann machines: a visible and a hidden layer, coupled to each other but not within themselves.
//!
//! P(v, h) = exp(−E(v, h))/Z with E(v, h) = Σ_i U_i(v_i) + Σ_μ U_μ(h_μ) − Σ_iμ v_i W_iμ h_μ, at k_B T = 1. What values the units take and what U is belongs
//! to the [`Layer`]: 0/1, ±1, real, real and not negative, or one of q colours, in any mix of the two layers.
//!
//! States are rows of an `Array2<f64>`, with as many columns as their layer; W is an `Array2<f64>`, visible × hidden. Everything starts from an [`Rbm`]:
//!
//! | wanted | methods |
//! |---|---|
//! | machines | [`new`](Rbm::new) of two layers, [`binary`](Rbm::binary), [`spin`](Rbm::spin), [`initialized`](Rbm::initialized) for data, [`from_hopfield`](Rbm::from_hopfield) |
//! | energies and probabilities | [`energy`](Rbm::energy), [`free_energy`](Rbm::free_energy), [`log_likelihood`](Rbm::log_likelihood), [`pseudo_likelihood`](Rbm::pseudo_likelihood) |
//! | sums over all states | [`ln_z`](Rbm::ln_z), [`statistics`](Rbm::statistics), [`gradient`](Rbm::gradient), with a deadline through [`exact`](Rbm::exact) |
//! | ln Z of larger machines, with errors and bounds | [`ln_z_annealed`](Rbm::ln_z_annealed), [`RbmTempered::ln_z`], side by side [`ln_z_methods`](Rbm::ln_z_methods) |
//! | samples | [`gibbs`](Rbm::gibbs), free or clamped; [`tempering`](Rbm::tempering) between phases; [`exact_samples`](Rbm::exact_samples) where one layer can be enumerated |
//! | what is hidden of examples | [`completion`](Rbm::completion), [`denoising`](Rbm::denoising) |
//! | learning | [`train`](Rbm::train), in parts by a [`trainer`](RbmTraining::trainer) |
//! | the same distribution otherwise | [`to_spin`](Rbm::to_spin), [`to_binary`](Rbm::to_binary), [`transposed`](Rbm::transposed), [`zero_sum`](Rbm::zero_sum), [`to_hopfield`](Rbm::to_hopfield) |
//!
//! Sources: P. Smolensky, in *Parallel Distributed Processing* 1, ch. 6 (1986); G. E. Hinton, Neural Comput. 14, 1771 (2002); J. Tubiana, S. Cocco
//! and R. Monasson, eLife 8, e39397 (2019) for the mixed layers.

mod batch;
mod blocks;
mod conditional;
mod convert;
mod energy;
mod exact;
mod gauge;
mod gaussian;
mod gradient;
mod initial;
mod kernel;
mod layer;
mod likelihood;
mod memory;
mod normalizable;
mod partition;
mod product;
mod sample;
mod save;
mod states;
mod statistics;
mod sum;
mod training;
mod truncated;
mod units;

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::ndarray::Array2;

pub use exact::RbmExact;
pub use gradient::RbmGradient;
pub use layer::Layer;
pub use partition::{AnnealedLnZ, LnZMethods};
pub use sample::{Completed, Completion, Gibbs, GibbsSamples, RbmTempered, RbmTempering};
pub use statistics::RbmStatistics;
pub use training::{EarlyStopping, LearningRate, RbmTrained, RbmTrainer, RbmTraining};
pub use units::Units;

/// Weights a machine may have at most: 800 MB.
const MAX_WEIGHTS: usize = 100_000_000;

/// A restricted Boltzmann machine: two [`Layer`]s and the weights between them.
///
/// Setters return a changed copy, which is cheap: the weights are shared.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let rbm = Rbm::binary(2, 1)?.weights(&array![[1.0], [-1.0]])?;
/// assert_eq!((rbm.visible().len(), rbm.hidden().len()), (2, 1));
/// let mixed = Rbm::new(Layer::gaussian(10)?, Layer::spin(4)?)?;
/// assert_eq!(mixed.w().dim(), (10, 4));
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Rbm {
    visible: Layer,
    hidden: Layer,
    /// Visible × hidden, in standard layout.
    weights: Arc<Array2<f64>>,
}

impl Rbm {
    /// A machine of these two layers, with weights 0.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::new(Layer::potts(5, 4)?, Layer::relu(3)?)?;
    /// assert_eq!(rbm.w().dim(), (20, 3));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there would be more than 10⁸ weights.
    pub fn new(visible: Layer, hidden: Layer) -> Result<Self> {
        let shape = (visible.len(), hidden.len());
        if shape.0.saturating_mul(shape.1) > MAX_WEIGHTS {
            return Err(Error::TooLarge {
                what: format!("A machine of {} visible and {} hidden units", shape.0, shape.1),
                needs: format!("{} weights", shape.0.saturating_mul(shape.1)),
                limit: format!("the {MAX_WEIGHTS} allowed"),
                advice: "Use fewer hidden units, or visible ones of a part of the data.".to_owned(),
            });
        }
        Ok(Self { visible, hidden, weights: Arc::new(Array2::zeros(shape)) })
    }

    /// A machine of units 0 or 1 in both layers, with weights and fields 0.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Rbm::binary(784, 100)?.hidden().units(), Units::Binary);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a layer is empty or too large, or as for [`new`](Self::new).
    pub fn binary(n_visible: usize, n_hidden: usize) -> Result<Self> {
        Self::new(Layer::binary(n_visible)?, Layer::binary(n_hidden)?)
    }

    /// A machine of units ±1 in both layers, with weights and fields 0.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Rbm::spin(100, 10)?.visible().units(), Units::Spin);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`binary`](Self::binary).
    pub fn spin(n_visible: usize, n_hidden: usize) -> Result<Self> {
        Self::new(Layer::spin(n_visible)?, Layer::spin(n_hidden)?)
    }

    /// The same layers with these weights W, visible × hidden.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[0.3], [-0.3]])?;
    /// assert_eq!(rbm.w()[(1, 0)], -0.3);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the shape is another, or a weight is not finite or not below 1e50 in size.
    pub fn weights(&self, weights: &Array2<f64>) -> Result<Self> {
        let shape = (self.visible.len(), self.hidden.len());
        if weights.dim() != shape {
            return Err(Error::Shape {
                what: "The matrix of weights",
                expected: format!("({}, {}), visible × hidden", shape.0, shape.1),
                given: format!("({}, {})", weights.nrows(), weights.ncols()),
            });
        }
        layer::require_bounded("weights", weights.iter())?;
        let weights = Arc::new(weights.as_standard_layout().into_owned());
        Ok(Self { weights, ..self.clone() })
    }

    /// The same machine with another visible layer of as many columns: other fields, or even other units.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?;
    /// let rbm = rbm.with_visible(rbm.visible().fields(&array![0.1, 0.2])?)?;
    /// assert_eq!(rbm.visible().b(), array![0.1, 0.2]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the layer has another number of columns.
    pub fn with_visible(&self, layer: Layer) -> Result<Self> {
        require_columns("The visible layer", self.visible.len(), layer.len())?;
        Ok(Self { visible: layer, ..self.clone() })
    }

    /// The same machine with another hidden layer of as many columns.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.with_hidden(Layer::gaussian(1)?)?;
    /// assert_eq!(rbm.hidden().units(), Units::Gaussian);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the layer has another number of columns.
    pub fn with_hidden(&self, layer: Layer) -> Result<Self> {
        require_columns("The hidden layer", self.hidden.len(), layer.len())?;
        Ok(Self { hidden: layer, ..self.clone() })
    }

    /// The visible layer.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Rbm::spin(3, 2)?.visible(), Layer::spin(3)?);
    /// # Ok(()) }
    /// ```
    pub fn visible(&self) -> Layer {
        self.visible.clone()
    }

    /// The hidden layer.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Rbm::spin(3, 2)?.hidden().len(), 2);
    /// # Ok(()) }
    /// ```
    pub fn hidden(&self) -> Layer {
        self.hidden.clone()
    }

    /// The weights W, visible × hidden.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Rbm::spin(3, 2)?.w(), Array2::zeros((3, 2)));
    /// # Ok(()) }
    /// ```
    pub fn w(&self) -> Array2<f64> {
        (*self.weights).clone()
    }

    /// The machine at temperature T: all of the energy, fields, precisions and weights, over T.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[0.3], [-0.3]])?;
    /// assert_eq!(rbm.at_temperature(2.0)?.w()[(0, 0)], 0.15);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If T is not a finite number above 0, or so small or large that a number over T leaves its range.
    pub fn at_temperature(&self, t: f64) -> Result<Self> {
        let beta = 1.0 / require_positive("temperature", t)?;
        if !beta.is_finite() {
            return Err(Error::argument("temperature", t, "so high that 1/T is finite"));
        }
        let machine = Self::new(self.visible.scaled(beta)?, self.hidden.scaled(beta)?)?;
        machine.weights(&self.weights.mapv(|w| w * beta))
    }
}

fn require_columns(what: &'static str, expected: usize, given: usize) -> Result<()> {
    if given == expected {
        return Ok(());
    }
    let (expected, given) = (format!("[{expected}], as the weights"), format!("[{given}]"));
    Err(Error::Shape { what, expected, given })
}

impl fmt::Debug for Rbm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rbm({:?} visible, {:?} hidden)", self.visible, self.hidden)
    }
}
