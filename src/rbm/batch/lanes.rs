//! Eight random streams side by side, as wide registers want them.

use crate::random::Seed;

/// Streams side by side.
pub(super) const LANES: usize = 8;

/// Eight generators xoshiro256++ in step, with states drawn from one seed.
#[derive(Clone, Debug)]
pub(in crate::rbm) struct Lanes {
    state: [[u64; LANES]; 4],
}

impl Lanes {
    pub fn new(seed: Seed) -> Self {
        let word = |k: usize, lane: usize| seed.child((k * LANES + lane) as u64).number();
        let state =
            std::array::from_fn(|k| std::array::from_fn(|lane| word(k, lane) | u64::from(k == 0)));
        Self { state }
    }

    /// The next 64 bits of each stream.
    #[inline(always)]
    pub fn draw(&mut self) -> [u64; LANES] {
        let [a, b, c, d] = &mut self.state;
        let mut out = [0; LANES];
        for l in 0..LANES {
            out[l] = a[l].wrapping_add(d[l]).rotate_left(23).wrapping_add(a[l]);
            let shifted = b[l] << 17;
            c[l] ^= a[l];
            d[l] ^= b[l];
            b[l] ^= c[l];
            a[l] ^= d[l];
            c[l] ^= shifted;
            d[l] = d[l].rotate_left(45);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rand::Rng;
    use crate::random::resumed;

    #[test]
    fn each_lane_is_the_generator_of_the_crate() {
        let mut lanes = Lanes::new(Seed::new(3));
        let mut alone: Vec<_> = (0..LANES)
            .map(|l| resumed(std::array::from_fn(|k| lanes.state[k][l])).unwrap())
            .collect();
        for _ in 0..100 {
            let drawn = lanes.draw();
            let expected: Vec<u64> = alone.iter_mut().map(Rng::random).collect();
            assert_eq!(drawn.to_vec(), expected);
        }
    }
}
