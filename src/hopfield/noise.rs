//! How a unit answers to its field, and in which order units are asked.

use crate::rand::Rng;
use crate::random::Generator;

/// The temperature and the stream that decides at it.
#[derive(Clone, Debug)]
pub(super) struct Noise {
    pub temperature: f64,
    pub generator: Generator,
}

impl Noise {
    /// The next state of a unit in this local field: its sign at T = 0, where a zero field changes nothing; the heat bath above.
    #[inline(always)]
    pub fn spin(&mut self, local: f64, spin: i8) -> i8 {
        if self.temperature > 0.0 {
            let up = 1.0 / (1.0 + (-2.0 * local / self.temperature).exp());
            if self.generator.random::<f64>() < up { 1 } else { -1 }
        } else if local > 0.0 {
            1
        } else if local < 0.0 {
            -1
        } else {
            spin
        }
    }
}

/// A random permutation, after Fisher and Yates.
pub(super) fn shuffle(order: &mut [u32], generator: &mut Generator) {
    for last in (1..order.len()).rev() {
        // Lemire's multiplication; the bias of 2⁻³² · N is far below any statistics.
        let draw = (u64::from(generator.random::<u32>()) * (last as u64 + 1)) >> 32;
        order.swap(last, draw as usize);
    }
}
