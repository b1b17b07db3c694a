//! Directions whose filters or layers are as long as those of θ.

use crate::error::{Error, Result};
use crate::landscape::vector::{norm, require_direction};
use crate::landscape::{Objective, ParameterBlock, ParameterRole};
use crate::ndarray::{Array1, s};

/// Which pieces of a direction get the length of the same pieces of θ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pieces {
    Filters,
    Layers,
}

impl Objective {
    /// The direction with each filter scaled to the length of the same filter of θ: d_f ← d_f |θ_f| / |d_f| (Li et al., arXiv:1712.09913, section 4).
    ///
    /// A filter is what reaches one unit or channel: a row of a block of weights, or the whole block where it has one axis only. Biases and scales become 0, as in the paper's
    /// figures; [`RandomDirections::biases`](crate::landscape::RandomDirections::biases) keeps them. The loss of a network of rectified units does not change if a layer is multiplied by a
    /// number and the next divided by it; lengths of filter-normalised directions don't, either.
    ///
    /// # Errors
    /// If θ or the direction has the wrong length or numbers that are not finite, or nothing but zeros is left.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[1.0, 2.0]], &array![[0.0]])?;
    /// let line = Network::mlp([2, 1]).loss(&data)?;
    /// let direction = line.filter_normalized(&array![1.0, 1.0, 1.0], &array![3.0, 4.0, 9.0])?;
    /// assert!((direction.dot(&direction) - 2.0).abs() < 1e-12 && direction[2] == 0.0);
    /// # Ok(()) }
    /// ```
    pub fn filter_normalized(
        &self,
        theta: &Array1<f64>,
        direction: &Array1<f64>,
    ) -> Result<Array1<f64>> {
        self.require_point(theta)?;
        require_direction(direction.view(), self.dimension())?;
        let mut direction = direction.clone();
        normalize(&self.blocks(), Pieces::Filters, false, theta, &mut direction);
        require_some(direction)
    }

    /// θ with named blocks multiplied by numbers, as in the rescaling that leaves a network of rectified units the same: the weights and biases of one layer
    /// times c, the weights of the next over c (Dinh et al., arXiv:1703.04933).
    ///
    /// Eigenvalues of the Hessian change under it though the function doesn't, so that they do not tell by themselves how flat a minimum is.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite, a factor is not finite, or there is no block of a name.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[1.0], [-2.0]], &array![[1.0], [0.5]])?;
    /// let network = Network::mlp([1, 4, 1]).relu();
    /// let (objective, theta) = (network.loss(&data)?, network.initial(1)?);
    /// let same = objective.scaled_blocks(
    ///     &theta,
    ///     [("layer.0.weight", 8.0), ("layer.0.bias", 8.0), ("layer.1.weight", 0.125)],
    /// )?;
    /// assert!((objective.loss(&same)? - objective.loss(&theta)?).abs() < 1e-14);
    /// let sharpest = |theta: &Array1<f64>| objective.hessian_at(theta)?.lanczos(1).run().map(|pairs| pairs.eigenvalues[0]);
    /// assert!(sharpest(&same)? > 2.0 * sharpest(&theta)?);
    /// # Ok(()) }
    /// ```
    pub fn scaled_blocks<'a>(
        &self,
        theta: &Array1<f64>,
        factors: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<Array1<f64>> {
        self.require_point(theta)?;
        let (blocks, mut scaled) = (self.blocks(), theta.clone());
        for (name, factor) in factors {
            let Some(block) = blocks.iter().find(|block| block.name() == name) else {
                let names: Vec<&str> = blocks.iter().map(ParameterBlock::name).collect();
                return Err(Error::argument("factors", name, format!("of {}", names.join(", "))));
            };
            if !factor.is_finite() {
                return Err(Error::argument("factors", factor, "finite numbers"));
            }
            block.range().for_each(|i| scaled[i] *= factor);
        }
        self.require_point(&scaled)?;
        Ok(scaled)
    }
}

/// Scales each piece of the direction to the length of θ's; biases and scales, a block as one piece, unless they become 0.
pub(super) fn normalize(
    blocks: &[ParameterBlock],
    pieces: Pieces,
    biases: bool,
    theta: &Array1<f64>,
    direction: &mut Array1<f64>,
) {
    for block in blocks {
        if block.role() != ParameterRole::Weight && !biases {
            block.range().for_each(|i| direction[i] = 0.0);
            continue;
        }
        let filters = pieces == Pieces::Filters && block.shape().len() > 1;
        let ranges = if filters { block.filters() } else { vec![block.range()] };
        for range in ranges {
            let own = norm(direction.slice(s![range.clone()]));
            let factor = if own > 0.0 { norm(theta.slice(s![range.clone()])) / own } else { 0.0 };
            range.for_each(|i| direction[i] *= factor);
        }
    }
}

/// Refuses a direction of which nothing is left.
pub(super) fn require_some(direction: Array1<f64>) -> Result<Array1<f64>> {
    if direction.iter().any(|x| *x != 0.0) {
        return Ok(direction);
    }
    let allowed =
        "with weights other than 0 where the direction has some, as their lengths are taken";
    Err(Error::argument("theta", "one whose filters leave nothing of the direction", allowed))
}
