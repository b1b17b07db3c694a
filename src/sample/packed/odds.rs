//! Acceptance thresholds, digit by digit.

use crate::sample::packed::kernel::BLIND;
use crate::sample::packed::streams::{BLOCK, WORDS};
use crate::sample::settings::{Update, threshold};

/// One binary digit of three thresholds: the first's, and where the second's and the third's differ from it; the same for all words.
pub(super) type Digit = [[u64; WORDS]; 3];

/// The thresholds that random numbers are compared with, as masks for one binary digit after the other.
///
/// With d of z neighbours unequal to a site, its flip costs ΔE = 2|J|(z − 2d) (spins of one sublattice are counted upside down where J < 0).
/// Metropolis flips for certain from d = z/2 on, and with probability exp(−ΔE/T) below. Heat bath makes the spin agree with the
/// majority of its neighbours, except with probability 1/(1 + exp(2|J| |z − 2d|/T)); ½ where there is no majority.
#[derive(Clone, Debug)]
pub(super) struct Odds {
    /// From the most significant.
    pub digits: Vec<Digit>,
    pub heat_bath: bool,
    /// The words of a block, 8.
    pub words: usize,
}

impl Odds {
    /// For coordination number z = 4 or 6 and |J|/T.
    pub fn new(update: Update, z: u32, strength: f64) -> Self {
        let heat_bath = update == Update::HeatBath;
        let probability = |d: u32| {
            let cost = 2.0 * strength * f64::from(z - 2 * d);
            if heat_bath { 1.0 / (1.0 + cost.exp()) } else { (-cost).exp() }
        };
        let thresholds: Vec<u64> = (0..z / 2).map(|d| threshold(probability(d))).collect();
        let needed = 64 - thresholds.iter().fold(0, |any, t| any | t).trailing_zeros() as usize;
        let mask = |t: u64, k: usize| if k < 64 && (t << k) >> 63 == 1 { u64::MAX } else { 0 };
        let digits = (0..needed.max(BLIND))
            .map(|k| {
                let first = mask(thresholds[0], k);
                let differs = |c: usize| thresholds.get(c).map_or(0, |&t| first ^ mask(t, k));
                [first, differs(1), differs(2)].map(|word| [word; WORDS])
            })
            .collect();
        Self { digits, heat_bath, words: BLOCK }
    }
}
