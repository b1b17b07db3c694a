//! Which neurons' weights share curvature of the loss.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::nn::{Dataset, Network};
use crate::phase_space::patience::require_time;
use crate::progress::{Deadline, Progress};

/// Numbers of products with the Hessian at most.
const MAX_PRODUCTS: usize = 50_000;

/// Products times parameters times examples at most: an hour.
const MAX_WORK: f64 = 3e12;

/// Numbers in the vectors of one go.
const ROOM: usize = 1 << 22;

impl Network {
    /// ‖H_ab‖_F for each pair of units of a hidden layer: the Frobenius norm of the block of second derivatives of the loss by the incoming weights (and bias) of a and those of b.
    ///
    /// Without interaction the blocks off the diagonal are zero: changing a's weights would leave the gradient of b's as it is. One exact product with the Hessian for each incoming
    /// weight of the layer.
    ///
    /// # Errors
    /// As [`loss`](Self::loss) and [`incoming`](Self::incoming); if θ does not fit, or there are more than 50,000 incoming weights, or their number times that of all parameters and of the examples exceeds 3·10¹².
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let x = Array2::from_shape_fn((20, 1), |(i, _)| i as f64 / 10.0 - 1.0);
    /// let data = Dataset::regression(&x, &x.mapv(f64::sin))?;
    /// let network = Network::mlp([1, 4, 1]);
    /// let blocks = network.neuron_hessian(&data, &network.initial(1)?, 0)?;
    /// assert_eq!(blocks.dim(), (4, 4));
    /// let whole = network.loss(&data)?.hessian(&network.initial(1)?)?;
    /// // Unit 2 has parameters 2 (weight) and 6 (bias).
    /// let block = array![whole[(2, 2)], whole[(2, 6)], whole[(6, 2)], whole[(6, 6)]];
    /// assert!((blocks[(2, 2)] - block.dot(&block).sqrt()).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn neuron_hessian(
        &self,
        data: &Dataset,
        theta: &Array1<f64>,
        hidden: usize,
    ) -> Result<Array2<f64>> {
        neuron_blocks(self, data, theta, hidden, &Deadline::new(None)?)
    }
}

/// The same, given up where the deadline passes before all blocks are there.
pub(super) fn neuron_blocks(
    network: &Network,
    data: &Dataset,
    theta: &Array1<f64>,
    hidden: usize,
    whole: &Deadline,
) -> Result<Array2<f64>> {
    let objective = network.loss(data)?;
    let incoming = network.incoming(hidden)?;
    let products: usize = incoming.iter().map(Vec::len).sum();
    let n = objective.dimension();
    let work = products as f64 * n as f64 * data.count() as f64;
    if products > MAX_PRODUCTS || !(work <= MAX_WORK) {
        return Err(Error::TooLarge {
            what: "The Hessian between neurons".to_owned(),
            needs: format!(
                "{products} products with the Hessian of {n} parameters over {} examples",
                data.count()
            ),
            limit: format!("{MAX_PRODUCTS} products, or {MAX_WORK:.0e} for all three multiplied"),
            advice: "Take a narrower layer, one with fewer inputs, or fewer examples.".to_owned(),
        });
    }
    let chunk = (ROOM / n).max(1);
    let mut progress = Progress::new("products", products);
    let mut squares = Array2::<f64>::zeros((incoming.len(), incoming.len()));
    for (a, own) in incoming.iter().enumerate() {
        for some in own.chunks(chunk) {
            require_time(whole, "the Hessian between neurons")?;
            let mut unit = Array2::zeros((some.len(), n));
            some.iter().enumerate().for_each(|(row, &k)| unit[(row, k)] = 1.0);
            let rows = objective.hessian_vectors(theta, &unit)?;
            for (b, other) in incoming.iter().enumerate() {
                let norms = rows
                    .rows()
                    .into_iter()
                    .map(|row| -> f64 { other.iter().map(|&k| row[k] * row[k]).sum() });
                squares[(a, b)] += norms.sum::<f64>();
            }
            progress.add(some.len());
        }
    }
    Ok(squares.mapv(f64::sqrt))
}

/// Σ_{a≠b} ‖H_ab‖² / Σ_{ab} ‖H_ab‖²: the fraction of the Hessian's Frobenius norm, squared, that lies between different neurons; 0 without interaction.
///
/// # Errors
/// If the matrix of norms (see [`Network::neuron_hessian`]) is not square, is zero, or has numbers that are not finite.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(statmech::phase_space::off_block_fraction(&array![[1.0, 1.0], [1.0, 1.0]])?, 0.5);
/// # Ok(()) }
/// ```
pub fn off_block_fraction(norms: &Array2<f64>) -> Result<f64> {
    let (rows, columns) = norms.dim();
    let largest = norms.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let finite = norms.iter().all(|x| x.is_finite());
    if rows != columns || !finite || !(largest > 0.0) {
        let given = format!("{rows} × {columns} with the largest entry {largest}");
        return Err(Error::argument("norms", given, "square, finite, and not all zero"));
    }
    let squares = norms.mapv(|x| (x / largest).powi(2));
    let off: f64 = squares.indexed_iter().filter(|((a, b), _)| a != b).map(|(_, x)| x).sum();
    Ok(off / squares.sum())
}
