//! Networks with loops as finite automata.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::neuron::circuit::Wiring;
use crate::neuron::{bits, portrait};
use crate::plot::Figure;
use crate::polars::df;
use crate::polars::prelude::{Column, DataFrame};

/// States of a longer cycle are not all written out.
const WRITTEN: usize = 32;
/// A run is a frame in memory.
const MOST_ENTRIES: usize = 1 << 26;

/// A network of threshold units that all fire in step, each one unit of time after what it reads: a finite automaton whose state is
/// the outputs of its units.
///
/// From [`Circuit::automaton`](super::Circuit::automaton). States and inputs are lists of 0 and 1, in the order of the circuit's units and inputs.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let memory = Circuit::flip_flop()?.automaton()?;
/// // set, wait, wait, reset, wait
/// let trace = memory.run(&[0], &array![[1, 0], [0, 0], [0, 0], [0, 1], [0, 0]])?;
/// assert_eq!(trace.values("q")?, [0.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Automaton {
    wiring: Wiring,
}

/// The cycles of a map of states to states.
pub(super) struct Cycles {
    /// The states of each cycle in their order, from the smallest.
    pub states: Vec<Vec<usize>>,
    /// The cycle that each state leads to.
    pub of: Vec<usize>,
    /// How many steps before it gets there; 0 on the cycle.
    pub transient: Vec<usize>,
}

impl Automaton {
    pub(super) fn new(wiring: Wiring) -> Result<Self> {
        if wiring.units.is_empty() {
            return Err(Error::argument("circuit", "one without units", "a network of units"));
        }
        Ok(Self { wiring })
    }

    /// How many units there are: the automaton has 2 to this power states.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Circuit::ring(3)?.automaton()?.n_units(), 3);
    /// # Ok(()) }
    /// ```
    pub fn n_units(&self) -> usize {
        self.wiring.units.len()
    }

    /// How many inputs there are.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Circuit::flip_flop()?.automaton()?.n_inputs(), 2); // set and reset
    /// # Ok(()) }
    /// ```
    pub fn n_inputs(&self) -> usize {
        self.wiring.inputs.len()
    }

    /// The state that follows on a state and inputs.
    ///
    /// # Errors
    /// If there is not a 0 or 1 for each unit and each input.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let ring = Circuit::ring(2)?.automaton()?;
    /// assert_eq!(ring.next(&[1, 0], &[])?, array![1_i8, 1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn next(&self, state: &[i8], inputs: &[i8]) -> Result<Array1<i8>> {
        bits::require_bits("The state", state, self.n_units())?;
        bits::require_bits("The list of inputs", inputs, self.n_inputs())?;
        let nodes: Vec<i8> = inputs.iter().chain(state).copied().collect();
        Ok(self.advanced(&nodes).into_iter().collect())
    }

    /// The units' next outputs, from the values of inputs and units.
    fn advanced(&self, nodes: &[i8]) -> Vec<i8> {
        (0..self.n_units()).map(|unit| i8::from(self.wiring.fires(unit, nodes))).collect()
    }

    /// The way from a start while the inputs are the rows of `inputs`, one at each step: columns `step`, each input and each unit. The last row is the
    /// state after the last inputs, and has none itself.
    ///
    /// # Errors
    /// If the start has not a 0 or 1 for each unit, the rows have not one for each input, or the run would not fit in memory.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let trace = Circuit::flip_flop()?.automaton()?.run(&[0], &array![[1, 0], [0, 0]])?;
    /// assert_eq!(trace.values("q")?, [0.0, 1.0, 1.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self, start: &[i8], inputs: &Array2<i8>) -> Result<DataFrame> {
        bits::require_bits("The start", start, self.n_units())?;
        let steps = inputs.nrows();
        self.require_room(steps)?;
        let mut path: Vec<Vec<i8>> = Vec::with_capacity(steps + 1);
        let mut nodes: Vec<i8> = Vec::new();
        let mut state = start.to_vec();
        for row in inputs.rows() {
            nodes.clear();
            nodes.extend(row.iter().chain(&state));
            bits::require_bits("A row of inputs", &nodes[..row.len()], self.n_inputs())?;
            let next = self.advanced(&nodes);
            path.push(std::mem::replace(&mut state, next));
        }
        path.push(state);
        let mut columns = vec![Column::new("step".into(), (0..=steps as u64).collect::<Vec<_>>())];
        for (i, name) in self.wiring.inputs.iter().enumerate() {
            let values: Vec<Option<i32>> =
                (0..=steps).map(|t| inputs.get((t, i)).map(|&x| i32::from(x))).collect();
            columns.push(Column::new(name.as_str().into(), values));
        }
        for (k, name) in self.wiring.units.iter().enumerate() {
            let values: Vec<i32> = path.iter().map(|state| i32::from(state[k])).collect();
            columns.push(Column::new(name.as_str().into(), values));
        }
        Ok(DataFrame::new_infer_height(columns)?)
    }

    /// The way from a start while the inputs stay the same for so many steps; see [`run`](Self::run).
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let clock = Circuit::ring(2)?.automaton()?.hold(&[0, 0], &[], 4)?;
    /// assert_eq!(clock.values("q1")?, [0.0, 1.0, 1.0, 0.0, 0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn hold(&self, start: &[i8], inputs: &[i8], steps: usize) -> Result<DataFrame> {
        bits::require_bits("The list of inputs", inputs, self.n_inputs())?;
        self.require_room(steps)?;
        self.run(start, &Array2::from_shape_fn((steps, inputs.len()), |(_, i)| inputs[i]))
    }

    /// The state graph as a table: columns `state`, `input`, `next` (as digits, in the order of units and inputs) and `fixed` (whether the state stays), a row for
    /// each pair of state and input.
    ///
    /// # Errors
    /// If there are more than 20 units and inputs together.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let graph = Circuit::flip_flop()?.automaton()?.transitions()?;
    /// assert_eq!(graph.height(), 2 * 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn transitions(&self) -> Result<DataFrame> {
        let (units, inputs) = (self.n_units(), self.n_inputs());
        bits::require_enumerable("A state graph", units + inputs, 8)?;
        let maps: Vec<Vec<usize>> =
            (0..1 << inputs).map(|row| self.map(&bits::digits(row, inputs))).collect();
        let pairs =
            || (0..1_usize << units).flat_map(|s| (0..1_usize << inputs).map(move |x| (s, x)));
        Ok(df!(
            "state" => pairs().map(|(s, _)| bits::text(s, units)).collect::<Vec<_>>(),
            "input" => pairs().map(|(_, x)| bits::text(x, inputs)).collect::<Vec<_>>(),
            "next" => pairs().map(|(s, x)| bits::text(maps[x][s], units)).collect::<Vec<_>>(),
            "fixed" => pairs().map(|(s, x)| maps[x][s] == s).collect::<Vec<_>>(),
        )?)
    }

    /// What becomes of all states while the inputs stay the same: every state leads to a cycle, of length 1 if it is a fixed point.
    ///
    /// Columns: `attractor` (from 0, the largest basin first), `period`, `basin` (how many states lead to the cycle, its own included), `longest_transient` (the most steps before
    /// it is reached), `mean_transient`, `states` (the cycle, from its smallest state; cut after 32).
    ///
    /// # Errors
    /// If there are more than 20 units, or not a 0 or 1 for each input.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let memory = Circuit::flip_flop()?.automaton()?;
    /// assert_eq!(memory.attractors(&[0, 0])?.values("period")?, [1.0, 1.0]);
    /// assert_eq!(memory.attractors(&[1, 0])?.values("basin")?, [2.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn attractors(&self, inputs: &[i8]) -> Result<DataFrame> {
        let cycles = self.cycles(inputs)?;
        let count = cycles.states.len();
        let (mut basin, mut longest, mut total) =
            (vec![0_u64; count], vec![0_u64; count], vec![0_u64; count]);
        for (&of, &transient) in cycles.of.iter().zip(&cycles.transient) {
            basin[of] += 1;
            longest[of] = longest[of].max(transient as u64);
            total[of] += transient as u64;
        }
        let written = |cycle: &Vec<usize>| {
            let mut states: Vec<String> =
                cycle.iter().take(WRITTEN).map(|&s| bits::text(s, self.n_units())).collect();
            if cycle.len() > WRITTEN {
                states.push("…".to_owned());
            }
            states.join(" → ")
        };
        let means = total.iter().zip(&basin).map(|(&total, &basin)| total as f64 / basin as f64);
        Ok(df!(
            "attractor" => (0..count as u64).collect::<Vec<_>>(),
            "period" => cycles.states.iter().map(|cycle| cycle.len() as u64).collect::<Vec<_>>(),
            "basin" => basin.clone(),
            "longest_transient" => longest,
            "mean_transient" => means.collect::<Vec<_>>(),
            "states" => cycles.states.iter().map(written).collect::<Vec<_>>(),
        )?)
    }

    /// The state graph while the inputs stay the same: an arrow from each state to the next, states on cycles red, each cycle with the trees that lead to it.
    ///
    /// # Errors
    /// If there are more than 8 units, or not a 0 or 1 for each input.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let figure = Circuit::ring(3)?.automaton()?.figure(&[])?;
    /// assert!(figure.svg()?.contains("101"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn figure(&self, inputs: &[i8]) -> Result<Figure> {
        portrait::require_drawable(self.n_units(), 8)?;
        let cycles = self.cycles(inputs)?;
        portrait::cycles(&self.map(inputs), &cycles, self.n_units())
    }

    /// The state graph over all inputs: states in a circle, each arrow labelled by the inputs that lead along it.
    ///
    /// # Errors
    /// If there are more than 5 units or more than 5 inputs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let figure = Circuit::flip_flop()?.automaton()?.state_graph()?;
    /// assert!(figure.svg()?.contains("10"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn state_graph(&self) -> Result<Figure> {
        portrait::require_drawable(self.n_units().max(self.n_inputs()), 5)?;
        let inputs = self.n_inputs();
        let maps: Vec<Vec<usize>> =
            (0..1 << inputs).map(|row| self.map(&bits::digits(row, inputs))).collect();
        portrait::all_inputs(&maps, self.n_units(), inputs)
    }

    /// Where each state goes while the inputs have these values.
    fn map(&self, inputs: &[i8]) -> Vec<usize> {
        let units = self.n_units();
        let mut nodes = inputs.to_vec();
        nodes.resize(inputs.len() + units, 0);
        let mut next = |state: usize| {
            for k in 0..units {
                nodes[inputs.len() + k] = bits::digit(state, k, units);
            }
            bits::number(&self.advanced(&nodes))
        };
        (0..1 << units).map(&mut next).collect()
    }

    fn cycles(&self, inputs: &[i8]) -> Result<Cycles> {
        bits::require_bits("The list of inputs", inputs, self.n_inputs())?;
        bits::require_enumerable("A state graph", self.n_units(), 4)?;
        Ok(Cycles::of(&self.map(inputs)))
    }

    fn require_room(&self, steps: usize) -> Result<()> {
        let entries = steps.saturating_mul(self.n_units() + self.n_inputs() + 1);
        if entries <= MOST_ENTRIES {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: "This run".to_owned(),
            needs: format!("{entries} entries in memory"),
            limit: format!("{MOST_ENTRIES}"),
            advice: "Take fewer steps at a time.".to_owned(),
        })
    }
}

impl Cycles {
    fn of(next: &[usize]) -> Self {
        const UNKNOWN: usize = usize::MAX;
        let mut cycles: Vec<Vec<usize>> = Vec::new();
        let mut of = vec![UNKNOWN; next.len()];
        let mut transient = vec![0; next.len()];
        let mut place = vec![UNKNOWN; next.len()];
        for start in 0..next.len() {
            let mut path = Vec::new();
            let mut state = start;
            while of[state] == UNKNOWN && place[state] == UNKNOWN {
                place[state] = path.len();
                path.push(state);
                state = next[state];
            }
            if of[state] == UNKNOWN {
                let cycle = path.split_off(place[state]);
                for &on in &cycle {
                    of[on] = cycles.len();
                }
                cycles.push(cycle);
            }
            while let Some(before) = path.pop() {
                of[before] = of[next[before]];
                transient[before] = transient[next[before]] + 1;
            }
        }
        let mut basin = vec![0_usize; cycles.len()];
        for &cycle in &of {
            basin[cycle] += 1;
        }
        for cycle in &mut cycles {
            let smallest = (0..cycle.len()).min_by_key(|&k| cycle[k]).unwrap_or(0);
            cycle.rotate_left(smallest);
        }
        let mut order: Vec<usize> = (0..cycles.len()).collect();
        order.sort_by_key(|&k| (usize::MAX - basin[k], cycles[k][0]));
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old] = new;
        }
        Self {
            states: order.iter().map(|&k| cycles[k].clone()).collect(),
            of: of.into_iter().map(|k| rank[k]).collect(),
            transient,
        }
    }
}
