//! Averages of units, pairs and squares: of the data with hidden units filled in, or of the machine.

use std::fmt;
use std::ops::Range;

use faer::{Accum, MatMut, MatRef};

use crate::error::Result;
use crate::exact::chunks::Watch;
use crate::ndarray::{Array1, Array2, Axis};
use crate::numeric::product::multiply;
use crate::operator::dense::product;
use crate::rbm::Rbm;
use crate::rbm::blocks::{Block, ROWS, Summed};
use crate::rbm::layer::Layer;
use crate::rbm::units::Units;

/// Averages over a distribution of visible and hidden states: what learning compares.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let rbm = Rbm::spin(1, 1)?.weights(&array![[0.5]])?;
/// let model = rbm.statistics()?;
/// assert!((model.pairs[(0, 0)] - 0.5_f64.tanh()).abs() < 1e-14);
/// let data = rbm.data_statistics(&array![[1.0], [1.0]])?;
/// assert_eq!(data.visible, array![1.0]);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct RbmStatistics {
    /// ⟨v_i⟩.
    pub visible: Array1<f64>,
    /// ⟨h_μ⟩.
    pub hidden: Array1<f64>,
    /// ⟨v_i h_μ⟩, visible × hidden.
    pub pairs: Array2<f64>,
    /// ⟨v_i²⟩.
    pub visible_squares: Array1<f64>,
    /// ⟨h_μ²⟩.
    pub hidden_squares: Array1<f64>,
}

impl Rbm {
    /// Averages over the data, one example a row, with the hidden units at their means (squares: mean squares) given each example.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[0.5], [0.5]])?;
    /// let data = rbm.data_statistics(&array![[1.0, -1.0], [1.0, 1.0]])?;
    /// assert_eq!(data.visible, array![1.0, 0.0]);
    /// assert!((data.hidden[0] - 0.5 * 1_f64.tanh()).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no example, the number of columns is another, or a value is not one that the visible units take.
    pub fn data_statistics(&self, data: &Array2<f64>) -> Result<RbmStatistics> {
        let means = self.hidden_means(data)?;
        let m = self.hidden.len();
        let variances = self.over_visible(data.view(), m, |_, inputs, out| {
            for (inputs, out) in inputs.chunks_exact(m).zip(out.chunks_exact_mut(m)) {
                self.hidden.variance(inputs, out);
            }
        });
        let count = data.nrows() as f64;
        let average = |array: &Array2<f64>| array.sum_axis(Axis(0)) / count;
        let squares = |array: &Array2<f64>| average(&array.mapv(|x| x * x));
        Ok(RbmStatistics {
            visible: average(data),
            hidden: average(&means),
            pairs: product(&data.t().to_owned(), &means)? / count,
            visible_squares: squares(data),
            hidden_squares: squares(&means) + average(&variances),
        })
    }
}

/// Averages over summed states x and the units y of the other layer.
#[derive(Clone, Debug)]
pub(super) struct Averages {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub x_squares: Vec<f64>,
    pub y_squares: Vec<f64>,
    /// Of the pairs asked for: ⟨x y⟩, or ⟨x x⟩, or ⟨y y⟩ without its diagonal.
    pub pairs: Vec<f64>,
}

/// Which pairs are averaged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pairs {
    Across,
    Summed,
    Other,
}

impl Pairs {
    pub fn shape(self, n: usize, m: usize) -> (usize, usize) {
        match self {
            Self::Across => (n, m),
            Self::Summed => (n, n),
            Self::Other => (m, m),
        }
    }
}

impl Summed {
    /// What these states add to the averages; none if there was no time for all of them.
    pub fn averages(
        &self,
        which: Pairs,
        ln_z: f64,
        states: Range<u64>,
        watch: &Watch<'_>,
    ) -> Option<Averages> {
        let (n, m) = self.rows.dim();
        let (rows, columns) = which.shape(n, m);
        let mut sum = Averages {
            x: vec![0.0; n],
            y: vec![0.0; m],
            x_squares: vec![0.0; n],
            y_squares: vec![0.0; m],
            pairs: vec![0.0; rows * columns],
        };
        let mut block = Block::default();
        for start in states.clone().step_by(ROWS as usize) {
            let count = ROWS.min(states.end - start);
            self.block(start, count, &mut block);
            self.add_block(which, ln_z, &block, &mut sum);
            let in_time = watch.count(count);
            if start + count < states.end {
                in_time?;
            }
        }
        Some(sum)
    }

    fn add_block(&self, which: Pairs, ln_z: f64, block: &Block, sum: &mut Averages) {
        let (n, m) = self.rows.dim();
        let count = block.log_weights.len();
        let p: Vec<f64> = block.log_weights.iter().map(|x| (x - ln_z).exp()).collect();
        let (mut means, mut variance) = (vec![0.0; count * m], vec![0.0; m]);
        for (k, p) in p.iter().enumerate() {
            let (state, mean) = (&block.states[k * n..][..n], &mut means[k * m..][..m]);
            let inputs = &block.inputs[k * m..][..m];
            self.other.mean(inputs, mean);
            self.other.variance(inputs, &mut variance);
            add(&mut sum.x, *p, state.iter().copied());
            add(&mut sum.x_squares, *p, state.iter().map(|x| x * x));
            add(&mut sum.y, *p, mean.iter().copied());
            add(&mut sum.y_squares, *p, mean.iter().zip(&variance).map(|(y, v)| y * y + v));
        }
        let states = MatRef::from_row_major_slice(&block.states, count, n);
        let others = MatRef::from_row_major_slice(&means, count, m);
        let (left, right, width) = match which {
            Pairs::Across => (states, others, m),
            Pairs::Summed => (states, states, n),
            Pairs::Other => (others, others, m),
        };
        let mut weighted: Vec<f64> = Vec::with_capacity(count * width);
        for (k, p) in p.iter().enumerate() {
            weighted.extend(right.row(k).iter().map(|x| p * x));
        }
        let (rows, columns) = which.shape(n, m);
        multiply(
            MatMut::from_row_major_slice_mut(&mut sum.pairs, rows, columns),
            Accum::Add,
            left.transpose(),
            MatRef::from_row_major_slice(&weighted, count, width),
            1.0,
        );
    }
}

/// Parts of averages, added up in order.
pub(super) fn total(parts: Vec<Averages>) -> Option<Averages> {
    parts.into_iter().reduce(|mut sum, part| {
        add(&mut sum.x, 1.0, part.x.into_iter());
        add(&mut sum.y, 1.0, part.y.into_iter());
        add(&mut sum.x_squares, 1.0, part.x_squares.into_iter());
        add(&mut sum.y_squares, 1.0, part.y_squares.into_iter());
        add(&mut sum.pairs, 1.0, part.pairs.into_iter());
        sum
    })
}

fn add(sum: &mut [f64], factor: f64, terms: impl Iterator<Item = f64>) {
    sum.iter_mut().zip(terms).for_each(|(sum, x)| *sum += factor * x);
}

/// Puts ⟨y²⟩ on the diagonal of ⟨y y'⟩ made of products of means, and, since a site has one colour only, 0 between the colours of each.
pub(super) fn correct_within_sites(layer: &Layer, squares: &[f64], pairs: &mut Array2<f64>) {
    let per_site = match layer.units {
        Units::Potts { colors } => colors,
        _ => 1,
    };
    for (i, square) in squares.iter().enumerate() {
        let site = i / per_site * per_site;
        (site..site + per_site).for_each(|j| pairs[(i, j)] = 0.0);
        pairs[(i, i)] = *square;
    }
}

impl fmt::Debug for RbmStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, m) = self.pairs.dim();
        write!(f, "RbmStatistics({n} visible and {m} hidden units)")
    }
}
