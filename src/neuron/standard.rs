//! Networks that everyone builds: parity, adders, any Boolean function, memories, rings, any finite automaton.

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::neuron::bits;
use crate::neuron::circuit::Circuit;
use crate::neuron::unit::Neuron;

/// The most parts (bits, units, states) of a network from a recipe.
const MOST_PARTS: usize = 64;

impl Circuit {
    /// Whether an odd number of `n` inputs is active, in two layers: units `≥1`, …, `≥n` count, and `parity` fires where
    /// Σ_k (−1)^{k+1} h_k ≥ 1. For n = 2 this is XOR, from OR (`≥1`) and AND (`≥2`).
    ///
    /// Inputs are `x1`, …, `xn`.
    ///
    /// # Errors
    /// If n is not from 1 to 64.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Circuit::parity(2)?.truth_table()?.values("parity")?, [0.0, 1.0, 1.0, 0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn parity(n: usize) -> Result<Self> {
        require_parts("n", n, 1)?;
        let inputs = names("x", n);
        let mut circuit = Self::new(inputs.clone())?;
        for k in 1..=n {
            circuit = circuit.unit(&format!("≥{k}"), &Neuron::at_least(k, n)?, inputs.clone())?;
        }
        let signs = (0..n).map(|k| if k % 2 == 0 { 1.0 } else { -1.0 });
        let hidden = (1..=n).map(|k| format!("≥{k}"));
        circuit.unit("parity", &Neuron::new(signs, 1.0)?, hidden)
    }

    /// The sum of two binary numbers of `width` digits, with two units a digit: the carry is the majority of a, b and the carry before,
    /// and the digit of the sum fires where a + b + c − 2 carry ≥ 1.
    ///
    /// Inputs `a{k}` and `b{k}` from the highest digit to the lowest, a before b; units `c1`, `s0`, `c2`, `s1`, …, where
    /// `s{k}` has the value 2^k, and the last carry is the highest digit of the sum.
    ///
    /// # Errors
    /// If the width is not from 1 to 64.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let adder = Circuit::adder(2)?;
    /// assert_eq!(adder.unit_names(), ["c1", "s0", "c2", "s1"]);
    /// // 3 + 1 = 4: the second carry alone.
    /// assert_eq!(adder.outputs(&[1, 1, 0, 1])?, array![1_i8, 0, 1, 0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn adder(width: usize) -> Result<Self> {
        require_parts("width", width, 1)?;
        let digit = |name: &str, k: usize| format!("{name}{k}");
        let number = |name: &'static str| (0..width).rev().map(move |k| digit(name, k));
        let mut circuit = Self::new(number("a").chain(number("b")))?;
        for k in 0..width {
            let mut summands = vec![digit("a", k), digit("b", k)];
            if k > 0 {
                summands.push(digit("c", k));
            }
            let carry = digit("c", k + 1);
            let two = Neuron::at_least(2, summands.len())?;
            circuit = circuit.unit(&carry, &two, summands.clone())?;
            let mut weights = vec![1.0; summands.len()];
            weights.push(-2.0);
            summands.push(carry);
            circuit = circuit.unit(&digit("s", k), &Neuron::new(weights, 1.0)?, summands)?;
        }
        Ok(circuit)
    }

    /// Any Boolean function in two layers, from its outputs on the 2ⁿ rows of a truth table: a hidden unit, named by its row, for each row on which the
    /// function is 1, which fires on this row alone (weights +1 and −1, the threshold its number of ones), and `output`, which fires
    /// where any of them does.
    ///
    /// Inputs are `x1`, …, `xn`.
    ///
    /// # Errors
    /// If the number of outputs is not 2, 4, 8, …, 2¹², or all are 0, for then there is nothing to build.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let equal = Circuit::of_function(&[true, false, false, true])?;
    /// assert_eq!(equal.unit_names(), ["00", "11", "output"]);
    /// assert_eq!(equal.truth("output")?, [true, false, false, true]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn of_function(truth: &[bool]) -> Result<Self> {
        let n = truth.len().trailing_zeros() as usize;
        if !truth.len().is_power_of_two() || !(1..=12).contains(&n) || !truth.contains(&true) {
            let given = format!("a list of {}", truth.len());
            let allowed = "2, 4, 8, … or 2^12 outputs, at least one of them true";
            return Err(Error::argument("truth", given, allowed));
        }
        let inputs = names("x", n);
        let mut circuit = Self::new(inputs.clone())?;
        for row in (0..truth.len()).filter(|&row| truth[row]) {
            let digits = bits::digits(row, n);
            let ones = digits.iter().filter(|&&x| x == 1).count() as f64;
            let weights = digits.iter().map(|&x| if x == 1 { 1.0 } else { -1.0 });
            let detector = Neuron::new(weights, ones)?;
            circuit = circuit.unit(&bits::text(row, n), &detector, inputs.clone())?;
        }
        let hidden = circuit.unit_names();
        circuit.unit("output", &Neuron::or(hidden.len())?, hidden)
    }

    /// A memory of one bit: `q` starts to fire on `set`, goes on through its own connection, and stops on `reset`, which forbids firing.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let memory = Circuit::flip_flop()?.automaton()?;
    /// assert_eq!(memory.next(&[1], &[0, 0])?, array![1_i8]);
    /// assert_eq!(memory.next(&[1], &[0, 1])?, array![0_i8]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// None in practice.
    pub fn flip_flop() -> Result<Self> {
        let hold = Neuron::mcculloch_pitts(2, 1, 1.0)?;
        Self::new(["set", "reset"])?.unit("q", &hold, ["set", "q", "reset"])
    }

    /// A ring of `n` units `q1`, …, `qn`, each of which repeats the one before, but the first negates the last: it oscillates
    /// with period 2n, a clock divided by 2n.
    ///
    /// # Errors
    /// If n is not from 1 to 64.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let cycles = Circuit::ring(3)?.automaton()?.attractors(&[])?;
    /// assert_eq!(cycles.values("period")?, [6.0, 2.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ring(n: usize) -> Result<Self> {
        require_parts("n", n, 1)?;
        let none: [&str; 0] = [];
        let mut circuit = Self::new(none)?;
        for k in 1..=n {
            let (neuron, before) =
                if k == 1 { (Neuron::not(), n) } else { (Neuron::or(1)?, k - 1) };
            circuit = circuit.unit(&format!("q{k}"), &neuron, [format!("q{before}")])?;
        }
        Ok(circuit)
    }

    /// Any finite automaton with one binary input as a network of threshold units, from its table: row s, column x holds the state that follows
    /// state s on input x.
    ///
    /// There is a unit `s,x` for each state and input, which fires one unit of time after the automaton was in s and read x. Exactly one unit
    /// fires at a time: those that lead to s, together with the input, make up the sum that `s,x` compares with its threshold (2 for x = 1; 1, with weight −1 of
    /// the input, for x = 0). Start with one unit that leads to the first state firing.
    ///
    /// Source: M. L. Minsky, Computation: Finite and Infinite Machines (Prentice-Hall, 1967), section 3.5.
    ///
    /// # Errors
    /// If the table has not two columns or not from 1 to 64 rows, or a state that follows is none of the rows.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // Two states that change places on input 1: a counter modulo 2.
    /// let counter = Circuit::machine(&array![[0, 1], [1, 0]])?;
    /// assert_eq!(counter.unit_names(), ["0,0", "0,1", "1,0", "1,1"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn machine(next: &Array2<usize>) -> Result<Self> {
        let (states, inputs) = next.dim();
        require_parts("next", states, 1)?;
        if inputs != 2 {
            return Err(Error::Shape {
                what: "The table of an automaton",
                expected: "[states, 2]".to_owned(),
                given: format!("[{states}, {inputs}]"),
            });
        }
        if let Some(s) = next.iter().find(|&&s| s >= states) {
            return Err(Error::argument("next", s, format!("states below {states}")));
        }
        let mut circuit = Self::new(["x"])?;
        for state in 0..states {
            let leading: Vec<String> = next
                .indexed_iter()
                .filter(|(_, follower)| **follower == state)
                .map(|((s, x), _)| format!("{s},{x}"))
                .collect();
            for x in 0..2 {
                let mut weights = vec![1.0; leading.len()];
                weights.push(if x == 1 { 1.0 } else { -1.0 });
                let neuron = Neuron::new(weights, if x == 1 { 2.0 } else { 1.0 })?;
                let sources = leading.iter().cloned().chain(["x".to_owned()]);
                circuit = circuit.unit(&format!("{state},{x}"), &neuron, sources)?;
            }
        }
        Ok(circuit)
    }
}

fn names(letter: &str, n: usize) -> Vec<String> {
    (1..=n).map(|k| format!("{letter}{k}")).collect()
}

fn require_parts(name: &'static str, given: usize, least: usize) -> Result<()> {
    if (least..=MOST_PARTS).contains(&given) {
        return Ok(());
    }
    Err(Error::argument(name, given, format!("from {least} to {MOST_PARTS}")))
}
