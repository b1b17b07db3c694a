//! Layers that are added to a network.

use crate::nn::network::Network;
use crate::nn::plan::Spec;

impl Network {
    fn with(&self, spec: Spec) -> Self {
        let mut longer = self.clone();
        longer.specs.push(spec);
        longer
    }

    /// Adds a fully connected layer with so many outputs and biases.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::inputs(3).dense(2).blocks()?[0].shape(), [2, 3]);
    /// # Ok(()) }
    /// ```
    pub fn dense(&self, outputs: usize) -> Self {
        self.with(Spec::Dense(outputs))
    }

    /// Adds the network's nonlinearity, which [`tanh`](Self::tanh) and the like set for all places at once.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Network::inputs(2).dense(3).nonlinearity().dense(1), Network::mlp([2, 3, 1]));
    /// ```
    pub fn nonlinearity(&self) -> Self {
        self.with(Spec::Nonlinearity)
    }

    /// Adds so many square filters (3 is 3 × 3) with biases, that move pixel by pixel over images with a border of zeros: the sides stay as they are.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::images(1, 3, 3).conv(1, 3);
    /// // The sum over all neighbours, by a filter of ones.
    /// let mut theta = Array1::ones(10);
    /// theta[9] = 0.0;
    /// let outputs = network.outputs(&theta, &Array2::ones((1, 9)))?;
    /// assert_eq!(outputs, array![[4., 6., 4., 6., 9., 6., 4., 6., 4.]]);
    /// # Ok(()) }
    /// ```
    pub fn conv(&self, filters: usize, side: usize) -> Self {
        self.strided_conv(filters, side, 1)
    }

    /// Adds filters as [`conv`](Self::conv) does that move by `stride` pixels, which divides the sides by it (rounded up).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::images(1, 8, 8).strided_conv(2, 3, 2);
    /// assert_eq!(network.outputs(&network.initial(0)?, &Array2::ones((1, 64)))?.ncols(), 2 * 4 * 4);
    /// # Ok(()) }
    /// ```
    pub fn strided_conv(&self, filters: usize, side: usize, stride: usize) -> Self {
        self.with(Spec::Convolution { filters, side, stride })
    }

    /// Adds the means over squares of this side; what does not fill one at the right and lower border is left out.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::images(1, 2, 2).average_pool(2).dense(1);
    /// assert_eq!(network.outputs(&array![1.0, 0.0], &array![[1.0, 2.0, 3.0, 6.0]])?, array![[3.0]]);
    /// # Ok(()) }
    /// ```
    pub fn average_pool(&self, side: usize) -> Self {
        self.with(Spec::AveragePool(side))
    }

    /// Adds the mean of each channel over the whole image.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::images(1, 8, 8).conv(6, 3).global_average().dense(10).n_parameters()?, 60 + 70);
    /// # Ok(()) }
    /// ```
    pub fn global_average(&self) -> Self {
        self.with(Spec::GlobalAverage)
    }

    /// Adds layer normalisation: the numbers of each example are shifted and scaled to mean 0 and variance 1 (with ε = 10⁻⁵ added to the variance), then by a
    /// learned scale and shift for each unit or channel (Ba, Kiros and Hinton, arXiv:1607.06450). Unlike [batch normalisation](Self::batch_norm) it leaves examples independent.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::inputs(2).layer_norm();
    /// let outputs = network.outputs(&network.initial(0)?, &array![[1.0, 5.0]])?;
    /// assert!((outputs[(0, 0)] + 1.0).abs() < 1e-5 && (outputs[(0, 1)] - 1.0).abs() < 1e-5);
    /// # Ok(()) }
    /// ```
    pub fn layer_norm(&self) -> Self {
        self.with(Spec::LayerNorm)
    }

    /// Adds batch normalisation: the numbers of each unit or channel are shifted and scaled to mean 0 and variance 1 over all examples and pixels (with
    /// ε = 10⁻⁵ added to the variance), then by a learned scale and shift (Ioffe and Szegedy, arXiv:1502.03167).
    ///
    /// Averages are those of the examples that pass together, as in training: all of a loss's data, the batch of a step of
    /// [`Descent::batch`](crate::landscape::Descent::batch), all rows given to [`outputs`](Self::outputs). There are no running averages. The loss is thus a function of
    /// θ and the whole data set alone, and its derivatives go through the averages, exactly; it is no sum over examples any more, and one example
    /// alone is normalised to 0. All examples pass at once, so that [`batch`](Self::batch) is refused.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::inputs(1).batch_norm();
    /// let outputs = network.outputs(&network.initial(0)?, &array![[1.0], [5.0]])?;
    /// assert!((outputs[(0, 0)] + 1.0).abs() < 1e-5 && (outputs[(1, 0)] - 1.0).abs() < 1e-5);
    /// # Ok(()) }
    /// ```
    pub fn batch_norm(&self) -> Self {
        self.with(Spec::BatchNorm)
    }

    /// Adds the layers that `body` adds and, with `skip`, their input to their output (He et al., arXiv:1512.03385); where the shapes differ the input passes
    /// filters of one pixel. Without `skip` the same layers stand alone.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = |skip| Network::inputs(2).residual(skip, |body| body.dense(2));
    /// let (zeros, x) = (Array1::zeros(6), array![[3.0, 4.0]]);
    /// assert_eq!(network(true).outputs(&zeros, &x)?, x);
    /// assert_eq!(network(false).outputs(&zeros, &x)?, array![[0.0, 0.0]]);
    /// # Ok(()) }
    /// ```
    pub fn residual(&self, skip: bool, body: impl Fn(Self) -> Self) -> Self {
        let mut empty = self.clone();
        empty.specs.clear();
        self.with(Spec::Residual { body: body(empty).specs, skip })
    }
}
