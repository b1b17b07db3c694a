//! States and averages of all layers for many rows at once: one matrix for each layer.

use crate::boltzmann::deep::DeepBoltzmann;
use crate::ndarray::{Array2, ArrayView2, Axis};
use crate::numeric::logistic::sigmoid;
use crate::rand::Rng;
use crate::random::{Generator, Seed};

/// Rows that are worked on together, always the same number, each block with its own random stream.
pub(super) const BLOCK: usize = 64;

/// The blocks of a matrix of rows.
pub(super) fn blocks(rows: &Array2<f64>) -> Vec<ArrayView2<'_, f64>> {
    rows.axis_chunks_iter(Axis(0), BLOCK).collect()
}

impl DeepBoltzmann {
    /// What the units of layer `l` feel from their bias and from the layers below and above, times these factors.
    pub(super) fn inputs(
        &self,
        layers: &[Array2<f64>],
        l: usize,
        below: f64,
        above: f64,
    ) -> Array2<f64> {
        let rows = layers.first().map_or(0, Array2::nrows);
        let biases = self.biases[l].view().insert_axis(Axis(0));
        let mut inputs = Array2::zeros((rows, biases.len())) + biases;
        if l > 0 && below != 0.0 {
            inputs.scaled_add(below, &layers[l - 1].dot(&self.weights[l - 1]));
        }
        if l + 1 < self.biases.len() && above != 0.0 {
            inputs.scaled_add(above, &layers[l + 1].dot(&self.weights[l].t()));
        }
        inputs
    }
}

/// Chains of states that go on from step to step.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub layers: Vec<Array2<f64>>,
    generator: Generator,
}

impl Block {
    /// Random states.
    pub fn new(deep: &DeepBoltzmann, rows: usize, seed: Seed) -> Self {
        let mut generator = seed.generator();
        let mut coin = || f64::from(u8::from(generator.random::<f64>() < 0.5));
        let layers = deep
            .sizes()
            .iter()
            .map(|&n| Array2::from_shape_simple_fn((rows, n), &mut coin))
            .collect();
        Self { layers, generator }
    }

    /// One sweep: first the even layers given the odd ones, then the odd ones.
    pub fn sweep(&mut self, deep: &DeepBoltzmann) {
        let count = self.layers.len();
        for l in (0..count).step_by(2).chain((1..count).step_by(2)) {
            self.layers[l] = drawn(deep.inputs(&self.layers, l, 1.0, 1.0), &mut self.generator);
        }
    }
}

/// Units that are on with the probabilities that their inputs give.
pub(super) fn drawn(inputs: Array2<f64>, generator: &mut Generator) -> Array2<f64> {
    inputs.mapv_into(|x| f64::from(u8::from(generator.random::<f64>() < sigmoid(x))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;

    #[test]
    fn sweeps_keep_the_distribution() -> Result<()> {
        let deep = DeepBoltzmann::new(&[3, 2, 2])?.randomized(1.0, 4)?;
        let (means, products) = deep.machine()?.moments()?;
        let rows = 20_000;
        let mut block = Block::new(&deep, rows, Seed::new(1));
        (0..40).for_each(|_| block.sweep(&deep));
        let joined = |row: usize| -> Vec<f64> {
            block.layers.iter().flat_map(|layer| layer.row(row).to_vec()).collect()
        };
        let states: Vec<Vec<f64>> = (0..rows).map(joined).collect();
        for i in 0..7 {
            for j in i..7 {
                let found = states.iter().map(|s| s[i] * s[j]).sum::<f64>() / rows as f64;
                let exact = if i == j { means[i] } else { products[(i, j)] };
                let error = (exact * (1.0 - exact) / rows as f64).sqrt();
                assert!((found - exact).abs() < 4.5 * error, "{i}, {j}: {found} for {exact}");
            }
        }
        Ok(())
    }
}
