//! What happens inside a network: activations of hidden units, and which parameters lead to each.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::nn::layer::Layer;
use crate::nn::linear::Connection;
use crate::nn::network::Network;
use crate::nn::plan::Plan;

impl Network {
    /// The activations σ(z) of a hidden layer, a row for each row of inputs; hidden layers are the nonlinearities, counted from 0 (those inside residual blocks not).
    ///
    /// # Errors
    /// As [`outputs`](Self::outputs), or if there are not so many hidden layers.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Weights 1 and −2, biases 0 and 1, then the output's.
    /// let network = Network::mlp([1, 2, 1]).relu();
    /// let theta = array![1.0, -2.0, 0.0, 1.0, 5.0, 5.0, 5.0];
    /// assert_eq!(network.activations(&theta, &array![[3.0], [-1.0]], 0)?, array![[3.0, 0.0], [0.0, 3.0]]);
    /// # Ok(()) }
    /// ```
    pub fn activations(
        &self,
        theta: &Array1<f64>,
        inputs: &Array2<f64>,
        hidden: usize,
    ) -> Result<Array2<f64>> {
        let plan = self.plan()?;
        let end = nonlinearity(&plan, hidden)?;
        self.through(&plan, end + 1, theta, inputs)
    }

    /// The positions in θ of each hidden unit's incoming weights and its bias, a list for each unit.
    ///
    /// # Errors
    /// If there is no such hidden layer, or it does not stand right behind fully connected weights.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Weights of unit 0, of unit 1, both biases.
    /// assert_eq!(Network::mlp([2, 2, 1]).incoming(0)?, [vec![0, 1, 4], vec![2, 3, 5]]);
    /// # Ok(()) }
    /// ```
    pub fn incoming(&self, hidden: usize) -> Result<Vec<Vec<usize>>> {
        let plan = self.plan()?;
        let place = nonlinearity(&plan, hidden)?;
        let before = place.checked_sub(1).map(|before| &plan.layers[before]);
        let Some(Layer::Linear(linear)) = before else { return Err(not_dense(hidden)) };
        let Connection::Dense { inputs, outputs } = linear.connection else {
            return Err(not_dense(hidden));
        };
        let unit = |k: usize| {
            let first = linear.weight + k * inputs;
            (first..first + inputs).chain(linear.bias.map(|bias| bias + k)).collect()
        };
        Ok((0..outputs).map(unit).collect())
    }
}

/// The place of the hidden layer among all layers.
fn nonlinearity(plan: &Plan, hidden: usize) -> Result<usize> {
    let places =
        plan.layers.iter().enumerate().filter(|(_, layer)| matches!(layer, Layer::Activation(_)));
    let places: Vec<usize> = places.map(|(place, _)| place).collect();
    places.get(hidden).copied().ok_or_else(|| {
        let allowed = format!("below the number of hidden layers, {}", places.len());
        Error::argument("hidden", hidden, allowed)
    })
}

fn not_dense(hidden: usize) -> Error {
    Error::Unsupported {
        what: format!("Hidden layer {hidden}"),
        why: "its units have no incoming weights of their own right before them".to_string(),
        advice: "Take a hidden layer behind `dense`.".to_string(),
    }
}
