//! From the description of a network to layers with places for their parameters.

use crate::error::{Error, Result};
use crate::landscape::{ParameterBlock, ParameterRole};
use crate::nn::activation::Activation;
use crate::nn::batch_normalization::BatchNormalization;
use crate::nn::convolution::{AveragePool, Convolution, Shape};
use crate::nn::layer::Layer;
use crate::nn::linear::{Connection, Linear};
use crate::nn::normalization::Normalization;

/// Parameters of one network at most (2 GiB in double precision), and outputs of one layer.
const MAX_PARAMETERS: usize = 1 << 28;

/// The most numbers in the matrix of a convolution's windows: 1 GiB.
const MAX_WINDOWS: usize = 1 << 27;

/// A layer as the user asks for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Spec {
    Dense(usize),
    /// The network's own activation, which may be set later.
    Nonlinearity,
    Convolution {
        filters: usize,
        side: usize,
        stride: usize,
    },
    AveragePool(usize),
    GlobalAverage,
    LayerNorm,
    BatchNorm,
    Residual {
        body: Vec<Spec>,
        skip: bool,
    },
}

/// Layers, blocks and sizes.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub layers: Vec<Layer>,
    pub blocks: Vec<ParameterBlock>,
    pub inputs: usize,
    pub outputs: usize,
    /// Numbers that one example leaves in the forward pass.
    pub footprint: usize,
    /// Whether examples depend on those that pass with them.
    pub coupled: bool,
}

/// What has been laid out so far.
struct Layout {
    blocks: Vec<ParameterBlock>,
    parameters: usize,
    shape: Shape,
    footprint: usize,
    named: usize,
    activation: Activation,
    coupled: bool,
}

impl Plan {
    pub fn new(input: Shape, specs: &[Spec], activation: Activation) -> Result<Self> {
        let Shape { channels, height, width } = input;
        let inputs = channels.checked_mul(height).and_then(|count| count.checked_mul(width));
        let inputs = inputs.filter(|count| (1..=MAX_PARAMETERS).contains(count));
        let inputs = inputs.ok_or_else(|| {
            let given = format!("{channels} × {height} × {width}");
            Error::argument("inputs", given, format!("between 1 and {MAX_PARAMETERS} numbers"))
        })?;
        let mut layout = Layout {
            blocks: Vec::new(),
            parameters: 0,
            shape: input,
            footprint: inputs,
            named: 0,
            activation,
            coupled: false,
        };
        let layers = layout.lay_out(specs)?;
        if layout.parameters == 0 {
            let given = "none with parameters";
            return Err(Error::argument("layers", given, "one at least with parameters"));
        }
        let Layout { blocks, shape, footprint, coupled, .. } = layout;
        Ok(Self { layers, blocks, inputs, outputs: shape.count(), footprint, coupled })
    }

    pub fn parameters(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.range().end)
    }
}

impl Layout {
    fn lay_out(&mut self, specs: &[Spec]) -> Result<Vec<Layer>> {
        let mut layers = Vec::new();
        for spec in specs {
            match spec {
                Spec::Residual { body, skip: false } => layers.extend(self.lay_out(body)?),
                spec => layers.push(self.layer(spec)?),
            }
            self.footprint = self.footprint.saturating_add(self.shape.count());
        }
        Ok(layers)
    }

    fn layer(&mut self, spec: &Spec) -> Result<Layer> {
        match spec {
            Spec::Dense(outputs) => self.dense(*outputs),
            Spec::Nonlinearity => Ok(Layer::Activation(self.activation)),
            Spec::Convolution { filters, side, stride } => {
                self.convolution(*filters, *side, *stride)
            }
            Spec::AveragePool(side) => self.pool(*side, *side),
            Spec::GlobalAverage => self.pool(self.shape.height, self.shape.width),
            Spec::LayerNorm => self.normalization(),
            Spec::BatchNorm => self.batch_normalization(),
            Spec::Residual { body, .. } => self.residual(body),
        }
    }

    fn dense(&mut self, outputs: usize) -> Result<Layer> {
        let inputs = self.shape.count();
        let name = self.name("layer");
        let weight =
            self.block(&format!("{name}.weight"), &[outputs, inputs], ParameterRole::Weight)?;
        let bias = self.block(&format!("{name}.bias"), &[outputs], ParameterRole::Bias)?;
        self.shape = Shape { channels: outputs, height: 1, width: 1 };
        let connection = Connection::Dense { inputs, outputs };
        Ok(Layer::Linear(Linear { connection, weight, bias: Some(bias) }))
    }

    fn convolution(&mut self, filters: usize, side: usize, stride: usize) -> Result<Layer> {
        let input = self.shape;
        if side.is_multiple_of(2) || stride == 0 || side > 2 * input.height.min(input.width) + 1 {
            let given = format!(
                "side {side} and stride {stride} on {} × {} pixels",
                input.height, input.width
            );
            let allowed = "odd in side, at most twice the image, and at least 1 in stride";
            return Err(Error::argument("convolution", given, allowed));
        }
        let name = self.name("layer");
        let shape = [filters, input.channels, side, side];
        let weight = self.block(&format!("{name}.weight"), &shape, ParameterRole::Weight)?;
        let bias = self.block(&format!("{name}.bias"), &[filters], ParameterRole::Bias)?;
        let convolution = Convolution { input, filters, side, stride, border: side / 2 };
        self.shape = small(convolution.output())?;
        // The windows on all places stand side by side in a matrix.
        if input.channels * side * side * self.shape.area() > MAX_WINDOWS {
            return Err(too_large("the windows of the filters"));
        }
        let connection = Connection::Convolution(convolution);
        Ok(Layer::Linear(Linear { connection, weight, bias: Some(bias) }))
    }

    fn pool(&mut self, height: usize, width: usize) -> Result<Layer> {
        let input = self.shape;
        if height == 0 || height > input.height || width > input.width {
            let allowed = format!(
                "between 1 and the sides of the image, {} and {}",
                input.height, input.width
            );
            return Err(Error::argument("average_pool", height, allowed));
        }
        let pool = AveragePool { input, height, width };
        self.shape = pool.output();
        Ok(Layer::Pool(pool))
    }

    fn batch_normalization(&mut self) -> Result<Layer> {
        let (shape, name) = (self.shape, self.name("layer"));
        let scale =
            self.block(&format!("{name}.scale"), &[shape.channels], ParameterRole::Scale)?;
        let shift = self.block(&format!("{name}.shift"), &[shape.channels], ParameterRole::Bias)?;
        self.coupled = true;
        Ok(Layer::BatchNormalization(BatchNormalization { shape, scale, shift }))
    }

    fn normalization(&mut self) -> Result<Layer> {
        let (shape, name) = (self.shape, self.name("layer"));
        if shape.count() < 2 {
            let given = "of a single number";
            return Err(Error::argument("layer_norm", given, "over two numbers at least"));
        }
        let scale =
            self.block(&format!("{name}.scale"), &[shape.channels], ParameterRole::Scale)?;
        let shift = self.block(&format!("{name}.shift"), &[shape.channels], ParameterRole::Bias)?;
        Ok(Layer::Normalization(Normalization { shape, scale, shift }))
    }

    /// A body and the way past it: nothing where shapes agree, else filters of one pixel whose stride makes up for the body's.
    fn residual(&mut self, body: &[Spec]) -> Result<Layer> {
        let input = self.shape;
        let body = self.lay_out(body)?;
        let output = self.shape;
        if input == output {
            return Ok(Layer::Residual { body, shortcut: None });
        }
        let stride = input.height.div_ceil(output.height.max(1)).max(1);
        let past = Convolution { input, filters: output.channels, side: 1, stride, border: 0 };
        if past.output() != output {
            return Err(Error::Shape {
                what: "The output of a residual block's body",
                expected: "the input's sides, or those over a whole stride".to_string(),
                given: format!(
                    "{} × {} pixels after {} × {}",
                    output.height, output.width, input.height, input.width
                ),
            });
        }
        let name = self.name("shortcut");
        let shape = [output.channels, input.channels, 1, 1];
        let weight = self.block(&format!("{name}.weight"), &shape, ParameterRole::Weight)?;
        let connection = Connection::Convolution(past);
        Ok(Layer::Residual { body, shortcut: Some(Linear { connection, weight, bias: None }) })
    }

    fn name(&mut self, kind: &str) -> String {
        self.named += 1;
        format!("{kind}.{}", self.named - 1)
    }

    /// A new block behind the others; its start.
    fn block(&mut self, name: &str, shape: &[usize], role: ParameterRole) -> Result<usize> {
        let count = shape.iter().try_fold(1_usize, |count, side| count.checked_mul(*side));
        let end = count.and_then(|count| self.parameters.checked_add(count));
        if shape.contains(&0) {
            return Err(Error::argument("layers", "a layer without units", "of at least one unit"));
        }
        let start = self.parameters;
        self.parameters =
            end.filter(|end| *end <= MAX_PARAMETERS).ok_or_else(|| too_large(name))?;
        self.blocks.push(ParameterBlock::new(name, start, shape, role));
        Ok(start)
    }
}

fn too_large(name: &str) -> Error {
    Error::TooLarge {
        what: "A network".to_string(),
        needs: format!("more than {MAX_PARAMETERS} parameters or outputs up to `{name}`"),
        limit: "2 GiB of each".to_string(),
        advice: "Take narrower layers.".to_string(),
    }
}

/// The shape, if its numbers can be counted and kept.
fn small(shape: Shape) -> Result<Shape> {
    match shape.channels.checked_mul(shape.area()) {
        Some(count) if count <= MAX_PARAMETERS => Ok(shape),
        _ => Err(too_large("the filters' outputs")),
    }
}
