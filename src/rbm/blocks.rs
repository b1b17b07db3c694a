//! Passes over all states of one layer in blocks, with the inputs to the other: whatever its units are, and however large the weights.

use faer::{Accum, MatMut, MatRef};

use crate::ndarray::Array2;
use crate::numeric::product::multiply;
use crate::rbm::Rbm;
use crate::rbm::layer::Layer;
use crate::rbm::sum::{LogSum, StateSum};

/// States of a block.
pub(super) const ROWS: u64 = 256;

/// A layer to be summed over and the other one, with the weights between them.
#[derive(Clone, Debug)]
pub(super) struct Summed {
    pub layer: Layer,
    pub other: Layer,
    /// Summed × other, in standard layout.
    pub rows: Array2<f64>,
    /// Whether the hidden layer is summed over.
    pub hidden: bool,
}

/// Some states, the inputs that they give to the other layer, and the logarithms of their weights ∫dy e^{−E(x, y)}.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub states: Vec<f64>,
    pub inputs: Vec<f64>,
    pub log_weights: Vec<f64>,
}

impl Summed {
    /// The layer with fewer states; none if both are continuous.
    pub fn of(rbm: &Rbm) -> Option<Self> {
        let hidden = rbm.hidden.states() <= rbm.visible.states();
        let (layer, other) =
            if hidden { (&rbm.hidden, &rbm.visible) } else { (&rbm.visible, &rbm.hidden) };
        layer.options()?;
        let rows = if hidden { rbm.weights.t() } else { rbm.weights.view() };
        let rows = rows.as_standard_layout().into_owned();
        Some(Self { layer: layer.clone(), other: other.clone(), rows, hidden })
    }

    /// The fast sum over the states, where there is one.
    pub fn sum(&self) -> Option<StateSum> {
        StateSum::new(&self.layer, &self.other, &self.rows)
    }

    /// The states from this index on, `count` of them.
    pub fn block(&self, first: u64, count: u64, block: &mut Block) {
        let (n, m) = self.rows.dim();
        let count = count as usize;
        block.states.resize(count * n, 0.0);
        block.inputs.resize(count * m, 0.0);
        for (index, state) in (first..).zip(block.states.chunks_exact_mut(n)) {
            self.layer.write_state(index, state);
        }
        let rows = self.rows.as_slice().unwrap_or_default();
        multiply(
            MatMut::from_row_major_slice_mut(&mut block.inputs, count, m),
            Accum::Replace,
            MatRef::from_row_major_slice(&block.states, count, n),
            MatRef::from_row_major_slice(rows, n, m),
            1.0,
        );
        let both = block.states.chunks_exact(n).zip(block.inputs.chunks_exact(m));
        let log_weight =
            |(x, inputs): (&[f64], &[f64])| self.other.log_partition(inputs) - self.layer.energy(x);
        block.log_weights = both.map(log_weight).collect();
    }

    /// ln of the sum of the weights of states from `first` to `last`, the latter excluded.
    pub fn log_sum(&self, first: u64, last: u64) -> f64 {
        let (mut block, mut sum) = (Block::default(), LogSum::new());
        for start in (first..last).step_by(ROWS as usize) {
            self.block(start, ROWS.min(last - start), &mut block);
            block.log_weights.iter().for_each(|x| sum.add(*x));
        }
        sum.value()
    }
}
