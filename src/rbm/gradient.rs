//! The gradient of the log-likelihood, the same for exact and sampled averages.

use std::fmt;

use crate::ndarray::{Array1, Array2};
use crate::rbm::Rbm;
use crate::rbm::layer::Layer;
use crate::rbm::statistics::RbmStatistics;

/// Derivatives of the mean log-likelihood, in nats per example, by each of a machine's parameters.
///
/// Each is an average over the data minus the same over the machine: ∂L/∂W_iμ = ⟨v_i h_μ⟩_data − ⟨v_i h_μ⟩_model, ∂L/∂b_i = ⟨v_i⟩_data − ⟨v_i⟩_model,
/// ∂L/∂γ_i = −½(⟨v_i²⟩_data − ⟨v_i²⟩_model). Precisions have entries for layers that have precisions, and else none. Source: D. H. Ackley, G. E.
/// Hinton and T. J. Sejnowski, Cogn. Sci. 9, 147 (1985).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let rbm = Rbm::new(Layer::gaussian(1)?, Layer::spin(1)?)?;
/// let gradient = rbm.gradient(&array![[2.0], [0.0]])?;
/// // ⟨v⟩ = 1 and ⟨v²⟩ = 2 of the data against 0 and 1.
/// assert!((gradient.visible_fields[0] - 1.0).abs() < 1e-14);
/// assert!((gradient.visible_precisions[0] + 0.5).abs() < 1e-14);
/// assert!(gradient.hidden_precisions.is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct RbmGradient {
    /// By the weights W, visible × hidden.
    pub weights: Array2<f64>,
    /// By the visible fields b.
    pub visible_fields: Array1<f64>,
    /// By the hidden fields b.
    pub hidden_fields: Array1<f64>,
    /// By the visible precisions γ; empty where there are none.
    pub visible_precisions: Array1<f64>,
    /// By the hidden precisions γ; empty where there are none.
    pub hidden_precisions: Array1<f64>,
}

impl RbmGradient {
    /// The gradient of a machine for averages over the data and over the machine, however they were found.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?;
    /// let model = rbm.statistics()?;
    /// let gradient = RbmGradient::between(&rbm, &model, &model);
    /// assert_eq!(gradient.norm(), 0.0);
    /// # Ok(()) }
    /// ```
    pub fn between(rbm: &Rbm, data: &RbmStatistics, model: &RbmStatistics) -> Self {
        let precisions = |layer: &Layer, data: &Array1<f64>, model: &Array1<f64>| {
            if layer.gamma.is_empty() { Array1::zeros(0) } else { -0.5 * (data - model) }
        };
        Self {
            weights: &data.pairs - &model.pairs,
            visible_fields: &data.visible - &model.visible,
            hidden_fields: &data.hidden - &model.hidden,
            visible_precisions: precisions(
                &rbm.visible,
                &data.visible_squares,
                &model.visible_squares,
            ),
            hidden_precisions: precisions(&rbm.hidden, &data.hidden_squares, &model.hidden_squares),
        }
    }

    /// The Euclidean norm over all parameters.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let gradient = Rbm::spin(2, 1)?.gradient(&array![[1.0, -1.0]])?;
    /// // Only ⟨v⟩ differs, by 1 and −1.
    /// assert!((gradient.norm() - 2_f64.sqrt()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn norm(&self) -> f64 {
        let fields = [
            &self.visible_fields,
            &self.hidden_fields,
            &self.visible_precisions,
            &self.hidden_precisions,
        ];
        let squares: f64 = fields.iter().map(|x| x.dot(*x)).sum();
        (squares + self.weights.iter().map(|x| x * x).sum::<f64>()).sqrt()
    }
}

impl fmt::Debug for RbmGradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, m) = self.weights.dim();
        write!(f, "RbmGradient({n} visible and {m} hidden units, norm {:.3e})", self.norm())
    }
}
