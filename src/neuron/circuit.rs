//! Networks of threshold units.

use crate::error::{Error, Result};
use crate::ndarray::Array1;
use crate::neuron::automaton::Automaton;
use crate::neuron::bits;
use crate::neuron::drawing;
use crate::neuron::unit::Neuron;
use crate::plot::Figure;
use crate::polars::df;
use crate::polars::prelude::{Column, DataFrame};

/// A network of threshold units that read named inputs and each other.
///
/// Without loops it computes Boolean functions of its inputs ([`truth_table`](Self::truth_table)); units may be added in any order, and
/// read units that are added later. With loops it is a finite automaton ([`automaton`](Self::automaton)), every unit taking
/// one unit of time.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let xor = Circuit::new(["a", "b"])?
///     .unit("or", &Neuron::or(2)?, ["a", "b"])?
///     .unit("nand", &Neuron::nand(2)?, ["a", "b"])?
///     .unit("xor", &Neuron::and(2)?, ["or", "nand"])?;
/// assert_eq!(xor.truth_table()?.values("xor")?, [0.0, 1.0, 1.0, 0.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Circuit {
    inputs: Vec<String>,
    units: Vec<Unit>,
}

#[derive(Clone, Debug, PartialEq)]
struct Unit {
    name: String,
    neuron: Neuron,
    sources: Vec<String>,
}

/// A circuit whose names have been looked up. Nodes are numbered: the inputs, then the units.
#[derive(Clone, Debug)]
pub(super) struct Wiring {
    pub inputs: Vec<String>,
    pub units: Vec<String>,
    pub neurons: Vec<Neuron>,
    /// The nodes that each unit reads.
    pub sources: Vec<Vec<usize>>,
}

/// Units in an order in which each comes after those that it reads, and the layer of each unit (inputs are layer 0).
pub(super) struct Layers {
    order: Vec<usize>,
    pub layer: Vec<usize>,
}

impl Circuit {
    /// A network with these inputs and no unit yet.
    ///
    /// # Errors
    /// If two inputs have the same name.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Circuit::new(["a", "b"])?.n_inputs(), 2);
    /// assert!(Circuit::new(["a", "a"]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new<S: Into<String>>(inputs: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut circuit = Self { inputs: Vec::new(), units: Vec::new() };
        for input in inputs {
            let input = input.into();
            circuit.require_new(&input)?;
            circuit.inputs.push(input);
        }
        Ok(circuit)
    }

    /// The network with a further unit, which reads the inputs and units of these names, in the order of its weights.
    ///
    /// # Errors
    /// If the name is taken, or there is not one source for each of the neuron's inputs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let inverter = Circuit::new(["a"])?.unit("not a", &Neuron::not(), ["a"])?;
    /// assert_eq!(inverter.n_units(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn unit<S: Into<String>>(
        &self,
        name: &str,
        neuron: &Neuron,
        sources: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        self.require_new(name)?;
        let sources: Vec<String> = sources.into_iter().map(Into::into).collect();
        if sources.len() != neuron.n_inputs() {
            return Err(Error::Shape {
                what: "The list of sources",
                expected: format!("[{}], one for each input of the neuron", neuron.n_inputs()),
                given: format!("[{}]", sources.len()),
            });
        }
        let mut new = self.clone();
        new.units.push(Unit { name: name.to_owned(), neuron: neuron.clone(), sources });
        Ok(new)
    }

    /// How many inputs there are.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Circuit::adder(2)?.n_inputs(), 4);
    /// # Ok(()) }
    /// ```
    pub fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// How many units there are.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Circuit::adder(2)?.n_units(), 4); // two sums, two carries
    /// # Ok(()) }
    /// ```
    pub fn n_units(&self) -> usize {
        self.units.len()
    }

    /// The names of the inputs.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Circuit::new(["a", "b"])?.input_names(), ["a", "b"]);
    /// # Ok(()) }
    /// ```
    pub fn input_names(&self) -> &[String] {
        &self.inputs
    }

    /// The names of the units, in the order in which they were added.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Circuit::adder(2)?.unit_names(), ["c1", "s0", "c2", "s1"]);
    /// # Ok(()) }
    /// ```
    pub fn unit_names(&self) -> Vec<String> {
        self.units.iter().map(|unit| unit.name.clone()).collect()
    }

    /// The longest way from an input to a unit, in units: the number of layers.
    ///
    /// # Errors
    /// If a unit reads a name that does not exist, or the network has loops.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Circuit::parity(2)?.depth()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn depth(&self) -> Result<usize> {
        Ok(self.layered()?.1.layer.iter().copied().max().unwrap_or(0))
    }

    /// Whether some unit acts back on itself, through others or directly.
    ///
    /// # Errors
    /// If a unit reads a name that does not exist.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Circuit::flip_flop()?.has_loops()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn has_loops(&self) -> Result<bool> {
        Ok(self.wiring()?.layers().is_none())
    }

    /// What each unit of a network without loops answers to these inputs, 0 or 1, in the order of [`unit_names`](Self::unit_names).
    ///
    /// # Errors
    /// If there is not a 0 or 1 for each input, a unit reads a name that does not exist, or the network has loops.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let or_and_xor = Circuit::parity(2)?.outputs(&[1, 1])?;
    /// assert_eq!(or_and_xor, array![1_i8, 1, 0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn outputs(&self, inputs: &[i8]) -> Result<Array1<i8>> {
        bits::require_bits("The list of inputs", inputs, self.n_inputs())?;
        let (wiring, layers) = self.layered()?;
        let mut nodes = inputs.to_vec();
        nodes.resize(inputs.len() + self.n_units(), 0);
        wiring.propagate(&layers, &mut nodes);
        Ok(nodes[inputs.len()..].iter().copied().collect())
    }

    /// What the unit of this name answers on each of the 2ⁿ rows of inputs.
    ///
    /// # Errors
    /// As for [`truth_table`](Self::truth_table), or if there is no unit of this name.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let parity = Circuit::parity(2)?;
    /// assert!(!is_threshold_function(&parity.truth("parity")?)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn truth(&self, unit: &str) -> Result<Vec<bool>> {
        let Some(k) = self.units.iter().position(|u| u.name == unit) else {
            let names = self.unit_names().join(", ");
            return Err(Error::argument("unit", format!("`{unit}`"), format!("one of: {names}")));
        };
        let rows = self.table()?;
        Ok(rows[self.n_inputs() + k].iter().map(|&y| y == 1).collect())
    }

    /// The truth table of a network without loops: a column of 0 and 1 for each input and each unit, a row for each of the 2ⁿ inputs.
    ///
    /// # Errors
    /// If a unit reads a name that does not exist, the network has loops, or there are more than 20 inputs (fewer with many units).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = Circuit::parity(3)?.truth_table()?;
    /// assert_eq!(table.height(), 8);
    /// assert_eq!(table.values("parity")?.iter().sum::<f64>(), 4.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn truth_table(&self) -> Result<DataFrame> {
        let names = self.inputs.iter().chain(self.units.iter().map(|unit| &unit.name));
        let columns = names
            .zip(self.table()?)
            .map(|(name, column)| Column::new(name.as_str().into(), column));
        Ok(DataFrame::new_infer_height(columns.collect())?)
    }

    /// The connections: columns `unit`, `threshold`, `source`, `weight`, `inhibitory` (whether the source alone forbids firing).
    ///
    /// # Errors
    /// If a unit reads a name that does not exist.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Circuit::parity(2)?.connections()?.height(), 6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connections(&self) -> Result<DataFrame> {
        self.wiring()?;
        let all =
            || self.units.iter().flat_map(|unit| (0..unit.sources.len()).map(move |i| (unit, i)));
        Ok(df!(
            "unit" => all().map(|(unit, _)| unit.name.clone()).collect::<Vec<_>>(),
            "threshold" => all().map(|(unit, _)| unit.neuron.threshold()).collect::<Vec<_>>(),
            "source" => all().map(|(unit, i)| unit.sources[i].clone()).collect::<Vec<_>>(),
            "weight" => all().map(|(unit, i)| unit.neuron.weights()[i]).collect::<Vec<_>>(),
            "inhibitory" => all().map(|(unit, i)| unit.neuron.inhibitory().contains(&i)).collect::<Vec<_>>(),
        )?)
    }

    /// A drawing: inputs on the left, each unit with its threshold, arrows red for positive and blue for negative weights, the wider the stronger;
    /// a source that forbids firing is blue as the strongest negative weight. Layers stand side by side; the units of a network with loops in a circle.
    ///
    /// # Errors
    /// If there is neither input nor unit, or a unit reads a name that does not exist.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let drawing = Circuit::parity(2)?.figure()?.title("XOR in two layers");
    /// assert!(drawing.svg()?.contains("parity"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn figure(&self) -> Result<Figure> {
        drawing::circuit(&self.wiring()?)
    }

    /// The network as a finite automaton: all units fire in step, each one unit of time after what it reads.
    ///
    /// # Errors
    /// If there is no unit, or one reads a name that does not exist.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let ring = Circuit::ring(3)?.automaton()?;
    /// assert_eq!(ring.next(&[0, 0, 0], &[])?, array![1_i8, 0, 0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn automaton(&self) -> Result<Automaton> {
        Automaton::new(self.wiring()?)
    }

    fn require_new(&self, name: &str) -> Result<()> {
        let known = self.inputs.iter().chain(self.units.iter().map(|unit| &unit.name));
        if known.into_iter().any(|known| known == name) {
            return Err(Error::argument("name", format!("`{name}` again"), "new in the network"));
        }
        Ok(())
    }

    fn wiring(&self) -> Result<Wiring> {
        let names: Vec<&String> =
            self.inputs.iter().chain(self.units.iter().map(|unit| &unit.name)).collect();
        let place = |name: &String| {
            names.iter().position(|known| *known == name).ok_or_else(|| {
                let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
                let allowed = format!("names of inputs or units: {}", names.join(", "));
                Error::argument("sources", format!("`{name}`"), allowed)
            })
        };
        let places = |unit: &Unit| unit.sources.iter().map(place).collect::<Result<Vec<_>>>();
        Ok(Wiring {
            inputs: self.inputs.clone(),
            units: self.unit_names(),
            neurons: self.units.iter().map(|unit| unit.neuron.clone()).collect(),
            sources: self.units.iter().map(places).collect::<Result<_>>()?,
        })
    }

    fn layered(&self) -> Result<(Wiring, Layers)> {
        let wiring = self.wiring()?;
        match wiring.layers() {
            Some(layers) => Ok((wiring, layers)),
            None => Err(Error::Unsupported {
                what: "A truth table".to_owned(),
                why: "the network has loops, so that its outputs depend on the past".to_owned(),
                advice: "Look at it as an `automaton()`.".to_owned(),
            }),
        }
    }

    /// A column for each input and unit over all rows of inputs.
    fn table(&self) -> Result<Vec<Vec<i32>>> {
        let (n, width) = (self.n_inputs(), self.n_inputs() + self.n_units());
        bits::require_enumerable("A truth table", n, width)?;
        let (wiring, layers) = self.layered()?;
        let mut columns = vec![Vec::with_capacity(1 << n); width];
        let mut nodes = vec![0; width];
        for row in 0..1 << n {
            nodes[..n].copy_from_slice(&bits::digits(row, n));
            wiring.propagate(&layers, &mut nodes);
            for (column, &node) in columns.iter_mut().zip(&nodes) {
                column.push(i32::from(node));
            }
        }
        Ok(columns)
    }
}

impl Wiring {
    /// The layers, unless there are loops.
    pub fn layers(&self) -> Option<Layers> {
        let inputs = self.inputs.len();
        let mut layer = vec![0; self.units.len()];
        let mut order = Vec::with_capacity(self.units.len());
        let mut placed = vec![false; self.units.len()];
        while order.len() < self.units.len() {
            let before = order.len();
            for unit in 0..self.units.len() {
                let read = || self.sources[unit].iter().filter_map(|s| s.checked_sub(inputs));
                if !placed[unit] && read().all(|source| placed[source]) {
                    placed[unit] = true;
                    layer[unit] = 1 + read().map(|source| layer[source]).max().unwrap_or(0);
                    order.push(unit);
                }
            }
            if order.len() == before {
                return None;
            }
        }
        Some(Layers { order, layer })
    }

    /// The output of one unit while the nodes have these values.
    pub fn fires(&self, unit: usize, nodes: &[i8]) -> bool {
        let sources = &self.sources[unit];
        self.neurons[unit].output(|i| nodes[sources[i]])
    }

    /// Fills in the units' outputs after the inputs.
    fn propagate(&self, layers: &Layers, nodes: &mut [i8]) {
        for &unit in &layers.order {
            nodes[self.inputs.len() + unit] = i8::from(self.fires(unit, nodes));
        }
    }
}
