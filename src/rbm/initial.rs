//! The start of learning: a machine that knows the data's means and little else.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, ArrayView1};
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::numeric::roots::root;
use crate::random::Seed;
use crate::rbm::layer::{LARGEST, Layer};
use crate::rbm::units::Units;
use crate::rbm::{Rbm, truncated};

/// Weights between units of unit precision start with this standard deviation (Hinton's advice), or smaller in very large machines.
const SMALL: f64 = 0.01;

/// A variance counts as no smaller than this fraction of the columns' mean variance.
const LEAST_VARIANCE: f64 = 1e-4;

impl Rbm {
    /// The machine before learning from these data, one example a row: visible fields that give each column its mean, and small random weights.
    ///
    /// Discrete visible units get the fields of independent units with the columns' frequencies, counted with half an example more of each value so
    /// that constant columns keep finite fields; Gaussian ones the mean and variance, ReLU ones the truncated Gaussian of the same mean and variance
    /// where there is one. A variance counts as no smaller than 10⁻⁴ of the columns' mean variance (as 1 if all columns are constant). Weights are
    /// Gaussian with standard deviation min(0.01, ½/(√n_v + √n_h)), times √γ for each end with a precision. The hidden layer stays as it is.
    ///
    /// Source: G. E. Hinton, *A Practical Guide to Training Restricted Boltzmann Machines* (2012), section 8.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = array![[1.0, 0.0], [1.0, 1.0]];
    /// let rbm = Rbm::binary(2, 3)?.initialized(&data, 1)?;
    /// assert!((rbm.visible().b()[0] - 5_f64.ln()).abs() < 1e-12 && rbm.visible().b()[1] == 0.0);
    /// assert!(rbm.w().iter().all(|w| w.abs() < 0.1));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no example, the number of columns is another, or a value is not one that the visible units take.
    pub fn initialized(&self, data: &Array2<f64>, seed: impl Into<Seed>) -> Result<Self> {
        self.visible.allows_all("data", data)?;
        let visible = independent(&self.visible, data)?;
        let (n, m) = self.weights.dim();
        let small = SMALL.min(0.5 / ((n as f64).sqrt() + (m as f64).sqrt()));
        let scale = |layer: &Layer, i: usize| layer.gamma.get(i).map_or(1.0, |gamma| gamma.sqrt());
        let mut generator = seed.into().generator();
        let weights = Array2::from_shape_fn((n, m), |(i, mu)| {
            let normal: f64 = StandardNormal.sample(&mut generator);
            small * scale(&visible, i) * scale(&self.hidden, mu) * normal
        });
        self.with_visible(visible)?.weights(&weights)
    }
}

/// The layer of independent units that is likeliest for the data, kept away from certainty.
pub(super) fn independent(layer: &Layer, data: &Array2<f64>) -> Result<Layer> {
    let count = data.nrows() as f64;
    let sums: Vec<f64> = data.columns().into_iter().map(|column| column.sum()).collect();
    match layer.units {
        Units::Binary => layer.fields(&logits(&sums, count)),
        Units::Spin => {
            let ups: Vec<f64> = sums.iter().map(|sum| f64::midpoint(*sum, count)).collect();
            layer.fields(&logits(&ups, count).mapv(|logit| 0.5 * logit))
        }
        Units::Potts { colors } => {
            let total = count + 0.5 * colors as f64;
            layer.fields(&sums.iter().map(|sum| ((sum + 0.5) / total).ln()).collect())
        }
        Units::Gaussian | Units::Relu => {
            let (means, variances): (Vec<f64>, Vec<f64>) =
                data.columns().into_iter().map(moments).unzip();
            let average = variances.iter().sum::<f64>() / variances.len() as f64;
            let least = if average > 0.0 { LEAST_VARIANCE * average } else { 1.0 };
            let unit = |(mean, variance): (&f64, &f64)| {
                let variance = variance.max(least);
                if layer.units == Units::Relu {
                    relu(*mean, variance)
                } else {
                    (mean / variance, 1.0 / variance)
                }
            };
            let (fields, precisions): (Vec<f64>, Vec<f64>) =
                means.iter().zip(&variances).map(unit).unzip();
            let outside = |gamma: &f64| !(1.0 / LARGEST..=LARGEST).contains(gamma);
            if precisions.iter().any(outside) {
                let allowed = "scaled so that the columns' variances lie between 1e-50 and 1e50";
                return Err(Error::argument("data", "a column of another variance", allowed));
            }
            layer.fields(&Array1::from(fields))?.precisions(&Array1::from(precisions))
        }
    }
}

/// ln p/(1 − p) of each column's frequency of ones, with half an example more of each value.
fn logits(ones: &[f64], count: f64) -> Array1<f64> {
    ones.iter().map(|ones| ((ones + 0.5) / (count - ones + 0.5)).ln()).collect()
}

fn moments(column: ArrayView1<'_, f64>) -> (f64, f64) {
    let mean = column.sum() / column.len() as f64;
    let squares: f64 = column.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, squares / column.len() as f64)
}

/// Field and precision of the Gaussian cut off below 0 with this mean and variance: mean²/variance lies above 1, which it is for an exponential.
fn relu(mean: f64, variance: f64) -> (f64, f64) {
    const TAIL: f64 = 5.0;
    let ratio = |u: f64| truncated::mean(u).powi(2) / truncated::variance(u);
    let wanted = mean * mean / variance;
    // Between a Gaussian far above 0, whose ratio is u², and nearly an exponential.
    let deepest = -(wanted.sqrt() + 10.0);
    let u = if wanted <= ratio(TAIL) {
        TAIL
    } else {
        root(|u| ratio(u) - wanted, deepest, TAIL).unwrap_or(deepest)
    };
    // A column of zeros has no scale but the least variance.
    let scale = if mean > 0.0 { truncated::mean(u) / mean } else { 1.0 / variance.sqrt() };
    let scale = if wanted <= ratio(TAIL) { scale.min(1.0 / variance.sqrt()) } else { scale };
    (-u * scale, scale * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::array;

    /// Means and variances of the columns in the independent layer.
    fn in_layer(layer: &Layer) -> (Vec<f64>, Vec<f64>) {
        let (mut mean, mut variance) = (vec![0.0; layer.len()], vec![0.0; layer.len()]);
        layer.mean(&vec![0.0; layer.len()], &mut mean);
        layer.variance(&vec![0.0; layer.len()], &mut variance);
        (mean, variance)
    }

    #[test]
    fn independent_layers_have_the_means_and_variances_of_the_data() -> Result<()> {
        let zeros_and_ones = array![[0.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]];
        let expected = [0.125, 0.625, 0.625];
        let (mean, _) = in_layer(&independent(&Layer::binary(3)?, &zeros_and_ones)?);
        assert!(mean.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14));
        let spins = zeros_and_ones.mapv(|x| 2.0 * x - 1.0);
        let (mean, _) = in_layer(&independent(&Layer::spin(3)?, &spins)?);
        assert!(mean.iter().zip(expected).all(|(a, b)| (a - (2.0 * b - 1.0)).abs() < 1e-14));
        let colors = array![[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let (mean, _) = in_layer(&independent(&Layer::potts(1, 3)?, &colors)?);
        let expected = [1.5 / 4.5, 2.5 / 4.5, 0.5 / 4.5];
        assert!(mean.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14));
        let real = array![[0.5, 4.0], [1.5, 4.1], [3.0, 4.3]];
        for layer in [Layer::gaussian(2)?, Layer::relu(2)?] {
            let (mean, variance) = in_layer(&independent(&layer, &real)?);
            for (i, column) in real.columns().into_iter().enumerate() {
                let expected = moments(column);
                assert!((mean[i] - expected.0).abs() < 1e-8, "{layer:?}: {}", mean[i]);
                assert!((variance[i] - expected.1).abs() < 1e-8, "{layer:?}: {}", variance[i]);
            }
        }
        Ok(())
    }

    #[test]
    fn constant_columns_stay_finite() -> Result<()> {
        for layer in [Layer::gaussian(2)?, Layer::relu(2)?] {
            for data in [array![[0.0, 2.0], [0.0, 2.0]], array![[0.0, 0.0], [0.0, 9.0]]] {
                let rbm = Rbm::new(layer.clone(), Layer::binary(2)?)?.initialized(&data, 1)?;
                let (mean, variance) = in_layer(&rbm.visible);
                assert!(mean.iter().chain(&variance).all(|x| x.is_finite()), "{mean:?}");
            }
        }
        let data = array![[1.0, 0.0], [1.0, 0.0]];
        let rbm = Rbm::binary(2, 2)?.initialized(&data, 1)?;
        assert!(rbm.visible.b.iter().all(|b| b.abs() < 2.0));
        Ok(())
    }
}
