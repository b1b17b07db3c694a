//! Named blocks of parameters.

use std::ops::Range;

use crate::operator::DiagonalBlock;

/// What the parameters of a block do, as filter normalisation and weight decay need to know.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let blocks = Network::mlp([2, 3]).blocks()?;
/// assert_eq!((blocks[0].role(), blocks[1].role()), (ParameterRole::Weight, ParameterRole::Bias));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterRole {
    /// They multiply inputs: a matrix or filters, an output (or filter) a row.
    Weight,
    /// They are added: one for each output.
    Bias,
    /// They scale what was normalised: one for each unit or channel.
    Scale,
}

/// A named, contiguous piece of the parameter vector, such as the weights of one layer.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let blocks = Network::mlp([2, 16, 1]).blocks()?;
/// assert_eq!((blocks[0].name(), blocks[0].shape()), ("layer.0.weight", &[16, 2][..]));
/// assert_eq!(blocks[1].range(), 32..48);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterBlock {
    pub(crate) name: String,
    pub(crate) start: usize,
    pub(crate) shape: Vec<usize>,
    pub(crate) role: ParameterRole,
}

impl ParameterBlock {
    pub(crate) fn new(
        name: impl Into<String>,
        start: usize,
        shape: &[usize],
        role: ParameterRole,
    ) -> Self {
        Self { name: name.into(), start, shape: shape.to_vec(), role }
    }

    /// The name, such as `layer.0.weight`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::mlp([2, 16, 1]).blocks()?[3].name(), "layer.1.bias");
    /// # Ok(()) }
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shape in which the numbers are stored row by row: `[outputs, inputs]` of a dense layer's weights,
    /// `[channels, input channels, height, width]` of filters, `[outputs]` of biases.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let blocks = Network::images(1, 8, 8).conv(4, 3).dense(10).blocks()?;
    /// assert_eq!(blocks[0].shape(), [4, 1, 3, 3]);
    /// # Ok(()) }
    /// ```
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What the parameters do.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::mlp([2, 16, 1]).blocks()?[3].role(), ParameterRole::Bias);
    /// # Ok(()) }
    /// ```
    pub fn role(&self) -> ParameterRole {
        self.role
    }

    /// How many parameters there are.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::mlp([2, 16, 1]).blocks()?[0].count(), 32);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Where they stand in the parameter vector.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([2, 16, 1]);
    /// assert_eq!(network.blocks()?[3].range(), 64..network.n_parameters()?);
    /// # Ok(()) }
    /// ```
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.count()
    }

    /// Where each filter (the incoming weights of one unit or channel) stands; a bias or a scale is a filter of one number.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let blocks = Network::mlp([2, 3, 1]).blocks()?;
    /// assert_eq!(blocks[0].filters(), [0..2, 2..4, 4..6]);
    /// # Ok(()) }
    /// ```
    pub fn filters(&self) -> Vec<Range<usize>> {
        let rows = self.shape.first().copied().unwrap_or(1);
        let length = self.count().checked_div(rows).unwrap_or(0);
        (0..rows).map(|row| self.start + row * length..self.start + (row + 1) * length).collect()
    }
}

impl From<ParameterBlock> for DiagonalBlock {
    fn from(block: ParameterBlock) -> Self {
        Self::from(&block)
    }
}

impl From<&ParameterBlock> for DiagonalBlock {
    fn from(block: &ParameterBlock) -> Self {
        Self::from((block.name(), block.count()))
    }
}
