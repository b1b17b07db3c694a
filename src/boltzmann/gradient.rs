//! The gradient of the log-likelihood as a difference of two averages.

use std::fmt;

use crate::boltzmann::BoltzmannMachine;
use crate::error::Result;
use crate::ndarray::Array1;
use crate::polars::df;
use crate::polars::prelude::DataFrame;

/// The gradient of the log-likelihood, (⟨φ⟩_clamped − ⟨φ⟩_free)/T, and the two averages it comes from.
///
/// The entries belong to the [`parameters`](BoltzmannMachine::parameters): φ = s_i for biases, then φ = s_i s_j for weights. Standard errors are 0
/// where averages are exact.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let machine = BoltzmannMachine::new(Coding::Spin, 3, 1)?.randomized(0.5, 1)?;
/// let gradient = machine.gradient(&Distribution::uniform(8)?)?;
/// assert_eq!(gradient.frame()?.height(), 4 + 6);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct BoltzmannGradient {
    /// The gradient.
    pub values: Array1<f64>,
    /// Its standard errors.
    pub errors: Array1<f64>,
    /// Averages with the visible units clamped to data.
    pub clamped: Array1<f64>,
    /// Their standard errors.
    pub clamped_errors: Array1<f64>,
    /// Averages of the machine running freely.
    pub free: Array1<f64>,
    /// Their standard errors.
    pub free_errors: Array1<f64>,
    names: Vec<String>,
}

impl BoltzmannGradient {
    /// From averages with their errors.
    pub(super) fn new(
        machine: &BoltzmannMachine,
        [clamped, clamped_errors]: [Array1<f64>; 2],
        [free, free_errors]: [Array1<f64>; 2],
    ) -> Self {
        let t = machine.temperature;
        let both = clamped_errors.iter().zip(&free_errors);
        Self {
            values: (&clamped - &free) / t,
            errors: both.map(|(a, b)| a.hypot(*b) / t).collect(),
            clamped,
            clamped_errors,
            free,
            free_errors,
            names: machine.parameter_names(),
        }
    }

    /// The Euclidean norm of the gradient.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// assert_eq!(machine.gradient(&Distribution::uniform(4)?)?.norm(), 0.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn norm(&self) -> f64 {
        self.values.dot(&self.values).sqrt()
    }

    /// One row for each parameter: `parameter` (b_i or W_i,j), `clamped`, `clamped_err`, `free`, `free_err`, `gradient`, `gradient_err`.
    ///
    /// # Errors
    /// None in practice.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// assert_eq!(machine.gradient(&Distribution::uniform(4)?)?.frame()?.shape(), (3, 7));
    /// # Ok(())
    /// # }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        Ok(df!(
            "parameter" => self.names.clone(),
            "clamped" => self.clamped.to_vec(),
            "clamped_err" => self.clamped_errors.to_vec(),
            "free" => self.free.to_vec(),
            "free_err" => self.free_errors.to_vec(),
            "gradient" => self.values.to_vec(),
            "gradient_err" => self.errors.to_vec(),
        )?)
    }
}

impl fmt::Debug for BoltzmannGradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BoltzmannGradient({} parameters, norm {:.6})", self.values.len(), self.norm())
    }
}
