//! Random parameters at the start of training.

use crate::landscape::{ParameterBlock, ParameterRole};
use crate::ndarray::Array1;
use crate::ndarray_rand::rand_distr::StandardNormal;
use crate::rand::Rng;
use crate::random::Seed;

/// The variance of Gaussian weights at the start; biases start at 0 and scales at 1.
///
/// Inputs and outputs are counted for one weight: those of a filter include its height and width.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Between 400 inputs and 100 outputs: variances 1/400, 2/500 and 2/400.
/// let network = Network::mlp([400, 100]);
/// let spread = |theta: Array1<f64>| theta.iter().take(40_000).map(|w| w * w).sum::<f64>() / 40_000.0;
/// let variance = spread(network.initialization(Initialization::Glorot).initial(1)?);
/// assert!((variance / 0.004 - 1.0).abs() < 0.03);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Initialization {
    /// 1/inputs, which keeps variances through tanh units (LeCun et al., Efficient BackProp, 1998).
    LeCun,
    /// 2/(inputs + outputs) (Glorot and Bengio, AISTATS 2010).
    Glorot,
    /// 2/inputs, which keeps variances through rectified units (He et al., arXiv:1502.01852).
    He,
}

/// The child stream that weights are drawn from: with the same seed, random directions, probes and orders of batches would else begin with the weights' own numbers.
const STREAM: u64 = u64::from_le_bytes(*b"weights\0");

impl Initialization {
    /// Parameters of all blocks, each from a child stream.
    pub(crate) fn draw(self, blocks: &[ParameterBlock], seed: Seed) -> Array1<f64> {
        let seed = seed.child(STREAM);
        let mut theta = Vec::with_capacity(blocks.iter().map(ParameterBlock::count).sum());
        for (k, block) in blocks.iter().enumerate() {
            match block.role() {
                ParameterRole::Bias => theta.resize(theta.len() + block.count(), 0.0),
                ParameterRole::Scale => theta.resize(theta.len() + block.count(), 1.0),
                ParameterRole::Weight => {
                    let deviation = self.variance(block).sqrt();
                    let mut generator = seed.child(k as u64).generator();
                    theta.extend((0..block.count()).map(|_| {
                        let z: f64 = generator.sample(StandardNormal);
                        deviation * z
                    }));
                }
            }
        }
        Array1::from_vec(theta)
    }

    fn variance(self, block: &ParameterBlock) -> f64 {
        let window: usize = block.shape().iter().skip(2).product();
        let side = |axis: usize| block.shape().get(axis).map_or(1, |count| count * window) as f64;
        let (outputs, inputs) = (side(0), side(1));
        match self {
            Self::LeCun => 1.0 / inputs,
            Self::Glorot => 2.0 / (inputs + outputs),
            Self::He => 2.0 / inputs,
        }
    }
}
