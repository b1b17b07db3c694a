//! Data and units of the networks under test.

use statmech::prelude::*;
use statmech::rand::Rng;

pub const ACTIVATIONS: [Activation; 5] = [
    Activation::Tanh,
    Activation::Relu,
    Activation::Gelu,
    Activation::Softplus,
    Activation::Identity,
];

pub fn random(shape: (usize, usize), seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_fn(shape, |_| generator.random_range(-1.0..1.0))
}

pub fn vector(n: usize, seed: u64) -> Array1<f64> {
    random((1, n), seed).row(0).to_owned()
}

pub fn largest<'a>(difference: impl IntoIterator<Item = &'a f64>) -> f64 {
    difference.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}

pub fn unit(activation: Activation, z: Var) -> Var {
    match activation {
        Activation::Tanh => z.tanh(),
        Activation::Relu => z.relu(),
        Activation::Gelu => z.gelu(),
        Activation::Softplus => z.softplus(),
        Activation::Identity => z,
    }
}

/// The cross-entropy or mean squared error of one example.
pub fn example_loss(y: &[Var], target: &[f64], cross_entropy: bool) -> Var {
    if cross_entropy {
        let ln_z = y.iter().map(|y| y.exp()).sum::<Var>().ln();
        y.iter().zip(target).map(|(y, t)| (ln_z - *y) * *t).sum()
    } else {
        y.iter().zip(target).map(|(y, t)| (*y - *t).powi(2)).sum::<Var>() / y.len() as f64
    }
}
