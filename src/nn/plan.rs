//! From the description of a network to layers with places for their parameters.

use crate::error::{Error, Result};
use crate::landscape::{Block, Role};
use crate::nn::activation::Activation;
use crate::nn::dense::Dense;
use crate::nn::layer::Layer;

/// Parameters of one network at most (2 GiB in double precision).
const MAX_PARAMETERS: usize = 1 << 28;

/// A layer as the user asks for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Spec {
    Dense(usize),
    /// The network's own activation, which may be set later.
    Nonlinearity,
}

/// Layers, blocks and sizes.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub layers: Vec<Layer>,
    pub blocks: Vec<Block>,
    pub inputs: usize,
    pub outputs: usize,
    /// Numbers that one example leaves in the forward pass.
    pub footprint: usize,
}

/// What has been laid out so far.
struct Layout {
    layers: Vec<Layer>,
    blocks: Vec<Block>,
    parameters: usize,
    width: usize,
    footprint: usize,
    named: usize,
}

impl Plan {
    pub fn new(inputs: usize, specs: &[Spec], activation: Activation) -> Result<Self> {
        if inputs == 0 {
            return Err(Error::argument("inputs", inputs, "at least 1"));
        }
        let mut layout = Layout {
            layers: Vec::new(),
            blocks: Vec::new(),
            parameters: 0,
            width: inputs,
            footprint: inputs,
            named: 0,
        };
        for spec in specs {
            layout.add(spec, activation)?;
        }
        if layout.parameters == 0 {
            let given = "none with parameters";
            return Err(Error::argument("layers", given, "one at least with parameters"));
        }
        let Layout { layers, blocks, width: outputs, footprint, .. } = layout;
        Ok(Self { layers, blocks, inputs, outputs, footprint })
    }

    pub fn parameters(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.range().end)
    }
}

impl Layout {
    fn add(&mut self, spec: &Spec, activation: Activation) -> Result<()> {
        match *spec {
            Spec::Dense(outputs) => {
                let (layer, inputs) = (self.named, self.width);
                let weight =
                    self.block(&format!("layer.{layer}.weight"), &[outputs, inputs], Role::Weight)?;
                let bias = self.block(&format!("layer.{layer}.bias"), &[outputs], Role::Bias)?;
                self.layers.push(Layer::Dense(Dense { inputs, outputs, weight, bias }));
                self.named += 1;
                self.width = outputs;
            }
            Spec::Nonlinearity => self.layers.push(Layer::Activation(activation)),
        }
        self.footprint = self.footprint.saturating_add(self.width);
        Ok(())
    }

    /// A new block behind the others; its start.
    fn block(&mut self, name: &str, shape: &[usize], role: Role) -> Result<usize> {
        let count = shape.iter().try_fold(1_usize, |count, side| count.checked_mul(*side));
        let end = count.and_then(|count| self.parameters.checked_add(count));
        if shape.contains(&0) {
            return Err(Error::argument("layers", "a layer without units", "of at least one unit"));
        }
        let start = self.parameters;
        self.parameters =
            end.filter(|end| *end <= MAX_PARAMETERS).ok_or_else(|| Error::TooLarge {
                what: "A network".to_string(),
                needs: format!("more than {MAX_PARAMETERS} parameters up to `{name}`"),
                limit: "2 GiB of parameters".to_string(),
                advice: "Take narrower layers.".to_string(),
            })?;
        self.blocks.push(Block::new(name, start, shape, role));
        Ok(start)
    }
}
