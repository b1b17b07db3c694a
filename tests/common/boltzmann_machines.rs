//! Small Boltzmann machines and their sums written out.

use statmech::prelude::*;

pub type Result<T = ()> = statmech::Result<T>;

pub const CODINGS: [Coding; 2] = [Coding::Spin, Coding::Binary];

/// A machine with random weights and biases.
pub fn machine(
    coding: Coding,
    visible: usize,
    hidden: usize,
    scale: f64,
    seed: u64,
) -> Result<BoltzmannMachine> {
    let machine = BoltzmannMachine::new(coding, visible, hidden)?.randomized(scale, seed)?;
    let biases = BoltzmannMachine::new(coding, visible + hidden, 0)?
        .randomized(scale, seed + 1000)?
        .parameters();
    let n = visible + hidden;
    let values = if biases.len() > 2 * n {
        biases.slice(s![n..2 * n]).to_owned()
    } else {
        Array1::from_elem(n, 0.3 * scale)
    };
    machine.with_biases(&values)
}

pub fn target(outcomes: usize, seed: u64) -> Result<Distribution> {
    use statmech::rand::Rng;
    let mut generator = Seed::new(seed).generator();
    Distribution::from_weights(
        (0..outcomes).map(|_| generator.random::<f64>() + 0.1).collect::<Vec<f64>>(),
    )
}
