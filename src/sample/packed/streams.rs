//! Eight random streams side by side.

#![allow(
    clippy::inline_always,
    reason = "functions take on the registers of what they are inlined into"
)]

use std::array::from_fn;

use crate::rand::RngCore;
use crate::random::Seed;

/// The words that are worked on together: 512 lanes, one register of 512 bits or two of 256.
pub(super) const BLOCK: usize = 8;

/// The length of the arrays that hold a block. The compiler leaves loops scalar whose length it knows to be below 16.
pub(super) const WORDS: usize = 2 * BLOCK;

/// Eight generators xoshiro256++ (Blackman and Vigna, ACM Trans. Math. Softw. 47, 36 (2021)), one for each word of a block.
///
/// Stream k starts from the state made of the first four outputs of child k of a seed. All eight advance together, so that what
/// is drawn does not depend on the width of the registers.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    pub state: [[u64; WORDS]; 4],
}

impl Streams {
    pub fn new(seed: Seed) -> Self {
        let mut generators: [_; BLOCK] = from_fn(|k| seed.child(k as u64).generator());
        Self { state: from_fn(|_| from_fn(|k| generators.get_mut(k).map_or(0, RngCore::next_u64))) }
    }
}

/// One output of one stream.
#[inline(always)]
pub(super) fn next(state: &mut [u64; 4]) -> u64 {
    let [mut a, mut b, mut c, mut d] = *state;
    let output = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
    let shifted = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = d.rotate_left(45);
    *state = [a, b, c, d];
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rand::SeedableRng;
    use crate::rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn each_word_is_a_stream_of_xoshiro256_plus_plus() {
        let streams = Streams::new(Seed::new(5));
        for k in 0..BLOCK {
            let mut state = streams.state.map(|words| words[k]);
            let mut bytes = [0_u8; 32];
            for (bytes, word) in bytes.chunks_exact_mut(8).zip(state) {
                bytes.copy_from_slice(&word.to_le_bytes());
            }
            let mut reference = Xoshiro256PlusPlus::from_seed(bytes);
            for _ in 0..100 {
                assert_eq!(next(&mut state), reference.next_u64());
            }
        }
    }
}
