//! Architectures: what layers there are, and what is computed with them.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::landscape::{Objective, ParameterBlock};
use crate::ndarray::{Array1, Array2};
use crate::nn::activation::Activation;
use crate::nn::convolution::Shape;
use crate::nn::criterion::Criterion;
use crate::nn::dataset::{Dataset, Targets};
use crate::nn::initialization::Initialization;
use crate::nn::layer;
use crate::nn::loss::NetworkLoss;
use crate::nn::matrix::Factor;
use crate::nn::plan::{Plan, Spec};
use crate::nn::real::{Precision, Real};
use crate::random::Seed;

/// Numbers that one pass leaves at most where all examples have to pass together (4 GiB in double precision).
const ONE_PASS: usize = 1 << 29;

/// A feed-forward network's architecture and settings; its parameters are a vector θ given to each call.
///
/// Layers are added in order; methods return a changed copy, and what is wrong with the whole shows at the first use. Parameters stand in named blocks
/// `layer.0.weight` (`[outputs, inputs]`, row by row), `layer.0.bias`, and so on.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let network = Network::inputs(64).dense(32).nonlinearity().dense(10).relu();
/// assert_eq!(network.blocks()?.len(), 4);
/// assert_eq!(network, Network::mlp([64, 32, 10]).relu());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Network {
    input: Shape,
    pub(super) specs: Vec<Spec>,
    activation: Activation,
    criterion: Option<Criterion>,
    initialization: Option<Initialization>,
    weight_decay: f64,
    precision: Precision,
    batch: Option<usize>,
}

impl Network {
    /// A network without layers yet, that takes so many numbers.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::inputs(3).dense(2).n_parameters()?, 8);
    /// # Ok(()) }
    /// ```
    pub fn inputs(count: usize) -> Self {
        Self::images(count, 1, 1)
    }

    /// A network without layers yet, that takes images: numbers channel by channel, and row by row in each.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::images(1, 8, 8).conv(4, 3).nonlinearity().average_pool(2).dense(10).relu();
    /// let data = Dataset::from_images(&digits()?.take(20));
    /// let theta = network.initial(0)?;
    /// assert!(network.loss(&data)?.gradient(&theta)?.iter().any(|g| *g != 0.0));
    /// # Ok(()) }
    /// ```
    pub fn images(channels: usize, height: usize, width: usize) -> Self {
        Self {
            input: Shape { channels, height, width },
            specs: Vec::new(),
            activation: Activation::default(),
            criterion: None,
            initialization: None,
            weight_decay: 0.0,
            precision: Precision::default(),
            batch: None,
        }
    }

    /// Fully connected layers of these widths, inputs first and outputs last, with nonlinear units between them and linear outputs.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::mlp([2, 16, 1]).n_parameters()?, 65);
    /// # Ok(()) }
    /// ```
    pub fn mlp(widths: impl IntoIterator<Item = usize>) -> Self {
        let widths: Vec<usize> = widths.into_iter().collect();
        let mut network = Self::inputs(widths.first().copied().unwrap_or(0));
        for (k, width) in widths.iter().enumerate().skip(1) {
            network.specs.push(Spec::Dense(*width));
            if k + 1 < widths.len() {
                network.specs.push(Spec::Nonlinearity);
            }
        }
        network
    }

    /// Sets the nonlinearity; default tanh.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Network::mlp([2, 3, 1]).activation(Activation::Gelu), Network::mlp([2, 3, 1]).gelu());
    /// ```
    pub fn activation(&self, activation: Activation) -> Self {
        Self { activation, ..self.clone() }
    }

    /// Sets units of tanh z, the default.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Network::mlp([2, 3, 1]).relu().tanh(), Network::mlp([2, 3, 1]));
    /// ```
    pub fn tanh(&self) -> Self {
        self.activation(Activation::Tanh)
    }

    /// Sets rectified units, max(z, 0).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let unit = Network::mlp([1, 1, 1]).relu(); // weights and biases 1, 0 and 1, 0: the rectifier itself
    /// assert_eq!(unit.outputs(&array![1.0, 0.0, 1.0, 0.0], &array![[-2.0], [3.0]])?, array![[0.0], [3.0]]);
    /// # Ok(()) }
    /// ```
    pub fn relu(&self) -> Self {
        self.activation(Activation::Relu)
    }

    /// Sets units of z Φ(z).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let unit = Network::mlp([1, 1, 1]).gelu();
    /// let outputs = unit.outputs(&array![1.0, 0.0, 1.0, 0.0], &array![[1.0]])?;
    /// assert!((outputs[(0, 0)] - 0.841344746).abs() < 1e-9); // Φ(1)
    /// # Ok(()) }
    /// ```
    pub fn gelu(&self) -> Self {
        self.activation(Activation::Gelu)
    }

    /// Sets units of ln(1 + eᶻ).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let unit = Network::mlp([1, 1, 1]).softplus();
    /// let outputs = unit.outputs(&array![1.0, 0.0, 1.0, 0.0], &array![[0.0]])?;
    /// assert!((outputs[(0, 0)] - 2_f64.ln()).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn softplus(&self) -> Self {
        self.activation(Activation::Softplus)
    }

    /// Sets linear units, z.
    /// A network of them is linear in its inputs, though not in its parameters.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let product = Network::mlp([1, 1, 1]).identity();
    /// assert_eq!(product.outputs(&array![2.0, 0.0, 3.0, 0.0], &array![[1.0]])?, array![[6.0]]);
    /// # Ok(()) }
    /// ```
    pub fn identity(&self) -> Self {
        self.activation(Activation::Identity)
    }

    /// Sets the mean squared error as the loss; default for values.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::classes(&array![[1.0], [2.0]], &array![0, 1])?;
    /// // Targets are (1, 0) and (0, 1).
    /// assert_eq!(Network::mlp([1, 2]).mse().loss(&data)?.loss(&Array1::zeros(4))?, 0.5);
    /// # Ok(()) }
    /// ```
    pub fn mse(&self) -> Self {
        Self { criterion: Some(Criterion::MeanSquaredError), ..self.clone() }
    }

    /// Sets cross-entropy with softmax as the loss; default for classes.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::classes(&array![[1.0], [2.0]], &array![0, 1])?;
    /// assert_eq!(Network::mlp([1, 2]).cross_entropy().loss(&data)?.loss(&Array1::zeros(4))?, 2_f64.ln());
    /// # Ok(()) }
    /// ```
    pub fn cross_entropy(&self) -> Self {
        Self { criterion: Some(Criterion::CrossEntropy), ..self.clone() }
    }

    /// Adds ½ λ Σ w² over all weights (neither biases nor scales) to the loss; default 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[0.0]], &array![[0.0]])?;
    /// let objective = Network::mlp([1, 1]).weight_decay(0.1).loss(&data)?;
    /// assert!((objective.loss(&array![2.0, 0.0])? - 0.2).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn weight_decay(&self, lambda: f64) -> Self {
        Self { weight_decay: lambda, ..self.clone() }
    }

    /// Sets the precision of passes; default [`Precision::Double`].
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let outputs = Network::mlp([1, 1]).precision(Precision::Single).outputs(&array![1.0, 1e-9], &array![[1.0]])?;
    /// assert_eq!(outputs, array![[1.0]]);
    /// # Ok(()) }
    /// ```
    pub fn precision(&self, precision: Precision) -> Self {
        Self { precision, ..self.clone() }
    }

    /// Sets how many examples pass at a time, which bounds the memory and changes nothing but rounding; default as many as leave 2²⁴ numbers.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::from_images(&digits()?.take(100));
    /// let network = Network::mlp([64, 10]);
    /// let theta = network.initial(0)?;
    /// let (all, some) = (network.loss(&data)?.loss(&theta)?, network.batch(7).loss(&data)?.loss(&theta)?);
    /// assert!((all - some).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn batch(&self, examples: usize) -> Self {
        Self { batch: Some(examples), ..self.clone() }
    }

    /// Sets the variance of [`initial`](Self::initial) weights; default [`Initialization::LeCun`] for tanh and linear units, and
    /// [`Initialization::He`] for the others.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([2, 2]);
    /// let (le_cun, he) = (network.initial(1)?, network.initialization(Initialization::He).initial(1)?);
    /// assert!((he[0] / le_cun[0] - 2_f64.sqrt()).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn initialization(&self, initialization: Initialization) -> Self {
        Self { initialization: Some(initialization), ..self.clone() }
    }

    /// The named blocks of the parameter vector.
    ///
    /// # Errors
    /// If the layers do not fit together.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::mlp([2, 3, 1]).blocks()?[2].name(), "layer.1.weight");
    /// # Ok(()) }
    /// ```
    pub fn blocks(&self) -> Result<Vec<ParameterBlock>> {
        Ok(self.plan()?.blocks)
    }

    /// The number of parameters.
    ///
    /// # Errors
    /// As [`blocks`](Self::blocks).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Network::mlp([2, 3, 1]).n_parameters()?, 13);
    /// # Ok(()) }
    /// ```
    pub fn n_parameters(&self) -> Result<usize> {
        Ok(self.plan()?.parameters())
    }

    /// Random parameters to start from: Gaussian weights, zero biases, scales of 1.
    ///
    /// # Errors
    /// As [`blocks`](Self::blocks).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([2, 3, 1]);
    /// assert_eq!(network.initial(7)?, network.initial(Seed::new(7))?);
    /// # Ok(()) }
    /// ```
    pub fn initial(&self, seed: impl Into<Seed>) -> Result<Array1<f64>> {
        let rule = self.initialization.unwrap_or_else(|| self.activation.initialization());
        Ok(rule.draw(&self.plan()?.blocks, seed.into()))
    }

    /// The loss averaged over a data set, as an objective over θ.
    ///
    /// # Errors
    /// If the layers do not fit together or to the data, the weight decay is negative or not finite, the batch is 0, or cross-entropy is asked for
    /// values that are no classes.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([64, 16, 10]).relu();
    /// let objective = network.loss(&Dataset::from_images(&digits()?.take(100)))?;
    /// let theta = network.initial(0)?;
    /// let step = &theta - 0.1 * objective.gradient(&theta)?;
    /// assert!(objective.loss(&step)? < objective.loss(&theta)?);
    /// # Ok(()) }
    /// ```
    pub fn loss(&self, data: &Dataset) -> Result<Objective> {
        let plan = self.plan()?;
        if data.n_inputs() != plan.inputs {
            return Err(Error::Shape {
                what: "The inputs of the data",
                expected: format!("[{}, {}], as the network takes", data.count(), plan.inputs),
                given: format!("[{}, {}]", data.count(), data.n_inputs()),
            });
        }
        if data.n_outputs() > plan.outputs
            || (matches!(data.targets(), Targets::Values(_)) && data.n_outputs() != plan.outputs)
        {
            return Err(Error::Shape {
                what: "The targets of the data",
                expected: format!("{} outputs, as the network has", plan.outputs),
                given: format!("{} outputs", data.n_outputs()),
            });
        }
        let decay = self.weight_decay;
        if !(decay >= 0.0 && decay.is_finite()) {
            return Err(Error::argument("weight_decay", decay, "a finite number, at least 0"));
        }
        if self.batch == Some(0) {
            return Err(Error::argument("batch", 0, "at least 1"));
        }
        self.require_one_pass(&plan, data.count())?;
        let criterion = self.criterion_for(data)?;
        Ok(match self.precision {
            Precision::Double => {
                let loss = NetworkLoss::<f64>::new(plan, data, criterion, decay, self.batch);
                Objective::new(Arc::new(loss))
            }
            Precision::Single => {
                let loss = NetworkLoss::<f32>::new(plan, data, criterion, decay, self.batch);
                Objective::new(Arc::new(loss))
            }
        })
    }

    /// The network's outputs, a row for each row of inputs; for classifiers these are the arguments of softmax.
    ///
    /// # Errors
    /// As [`blocks`](Self::blocks), or if θ or the inputs have the wrong length.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let line = Network::mlp([1, 1]);
    /// assert_eq!(line.outputs(&array![2.0, 1.0], &array![[0.0], [3.0]])?, array![[1.0], [7.0]]);
    /// # Ok(()) }
    /// ```
    pub fn outputs(&self, theta: &Array1<f64>, inputs: &Array2<f64>) -> Result<Array2<f64>> {
        let plan = self.plan()?;
        self.through(&plan, plan.layers.len(), theta, inputs)
    }

    /// What comes out of the first layers, a row for each row of inputs.
    pub(super) fn through(
        &self,
        plan: &Plan,
        layers: usize,
        theta: &Array1<f64>,
        inputs: &Array2<f64>,
    ) -> Result<Array2<f64>> {
        if theta.len() != plan.parameters() || inputs.ncols() != plan.inputs {
            return Err(Error::Shape {
                what: "`theta` and `inputs`",
                expected: format!("[{}] and examples × {}", plan.parameters(), plan.inputs),
                given: format!("[{}] and {} × {}", theta.len(), inputs.nrows(), inputs.ncols()),
            });
        }
        if let Some(x) = theta.iter().chain(inputs).find(|x| !x.is_finite()) {
            return Err(Error::argument(
                "theta, inputs",
                format!("an entry of {x}"),
                "of finite numbers",
            ));
        }
        let theta = theta.to_vec();
        let rows: Vec<f64> = inputs.iter().copied().collect();
        let outputs = match self.precision {
            Precision::Double => self.pass::<f64>(plan, layers, &theta, &rows),
            Precision::Single => self.pass::<f32>(plan, layers, &theta, &rows),
        };
        let columns = outputs.len().checked_div(inputs.nrows()).unwrap_or(plan.outputs);
        Ok(Array2::from_shape_fn((inputs.nrows(), columns), |(i, j)| outputs[i * columns + j]))
    }

    fn pass<R: Real>(&self, plan: &Plan, layers: usize, theta: &[f64], rows: &[f64]) -> Vec<f64> {
        let shelf = Arc::default();
        let (theta, rows) = (R::view(&shelf, theta), R::view(&shelf, rows));
        let batch = NetworkLoss::<R>::batch_of(plan, self.batch).saturating_mul(plan.inputs);
        let mut outputs = Vec::new();
        for rows in rows.chunks(batch) {
            let input = Factor::on(&shelf, rows, rows.len() / plan.inputs, plan.inputs);
            let matrix = layer::outputs(&plan.layers[..layers], &theta, input);
            outputs.extend(matrix.data.iter().map(|y| y.double()));
        }
        outputs
    }

    /// Refuses more examples at once than memory holds, and batches where all have to pass at once.
    fn require_one_pass(&self, plan: &Plan, examples: usize) -> Result<()> {
        if let (true, Some(batch)) = (plan.coupled, self.batch) {
            return Err(Error::Unsupported {
                what: format!("A batch of {batch}"),
                why: "batch normalisation takes averages over all examples".to_string(),
                advice: "Leave it out, or take `layer_norm`.".to_string(),
            });
        }
        let examples = NetworkLoss::<f64>::batch_of(plan, self.batch).min(examples);
        let numbers = plan.footprint.saturating_mul(examples);
        if numbers > ONE_PASS {
            return Err(Error::TooLarge {
                what: format!("A pass of {examples} examples at once"),
                needs: format!("{:.0} GiB", numbers as f64 * 8.0 / 1024_f64.powi(3)),
                limit: "4 GiB".to_string(),
                advice: if plan.coupled {
                    "Take fewer examples, or `layer_norm` in place of batch normalisation."
                } else {
                    "Take a smaller `batch`, or a network with fewer units."
                }
                .to_string(),
            });
        }
        Ok(())
    }

    fn criterion_for(&self, data: &Dataset) -> Result<Criterion> {
        match (self.criterion, data.targets()) {
            (Some(Criterion::CrossEntropy), Targets::Values(_)) => Err(Error::Unsupported {
                what: "Cross-entropy".to_string(),
                why: "the data have values as targets, and no classes".to_string(),
                advice: "Make them with `Dataset::classes`, or set `mse()`.".to_string(),
            }),
            (Some(criterion), _) => Ok(criterion),
            (None, Targets::Values(_)) => Ok(Criterion::MeanSquaredError),
            (None, Targets::Classes(..)) => Ok(Criterion::CrossEntropy),
        }
    }

    pub(super) fn plan(&self) -> Result<Plan> {
        Plan::new(self.input, &self.specs, self.activation)
    }
}
