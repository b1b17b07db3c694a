//! One row of the packed checkerboard: neighbour counts, exact acceptance, flips.
//!
//! Loops run over the eight words of a block, with everything that happens to a word inside, for that is the form in which the
//! compiler fills registers of any width.

#![allow(
    clippy::inline_always,
    reason = "functions take on the registers of what they are inlined into"
)]

use crate::sample::packed::odds::{Digit, Odds};
use crate::sample::packed::streams::{BLOCK, Streams, WORDS, next};
use crate::simd::widths;

/// Random rounds before the first look whether all lanes are decided: by then they are in 19 blocks of 20, and a
/// wrong guess of the processor costs more than a round.
pub(super) const BLIND: usize = 13;

/// Where the sites of a row find their neighbours in the other sublattice: slices that start with the first block's neighbours.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// The row with the same number: one neighbour in the same lane …
    pub same: &'a [u64],
    /// … and one in the next word or the one before.
    pub next: &'a [u64],
    pub before: &'a [u64],
    /// The rows to both sides along the other axes: two on the square lattice, four on the cubic one.
    pub sides: [&'a [u64]; 4],
    /// The bits whose neighbour stands in the next word; the others' stands in the one before.
    pub forward: u64,
    /// The bits in use in each word.
    pub valid: &'a [u64],
}

/// How a half-sweep goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Six neighbours instead of four.
    pub cubic: bool,
    /// Whether to count bonds and spins after the flips.
    pub measures: bool,
    /// Whether each site is passed over with probability ½.
    pub rests: bool,
    /// The bits of the updated sublattice that stand for turned spins: all or none.
    pub reversed: u64,
}

/// What a half-sweep counts after its flips, if it measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Bonds between unequal lanes.
    pub unequal: u64,
    /// Spins up in both sublattices.
    pub up: u64,
}

impl Counts {
    pub fn plus(self, more: Self) -> Self {
        Self { unequal: self.unequal + more.unequal, up: self.up + more.up }
    }
}

/// Neighbours that differ from their site, counted in binary in each lane, and what follows for the flip.
#[derive(Clone, Copy)]
struct Site {
    digits: [u64; 3],
    /// Flips if the random draw says no, stays if it says yes.
    base: u64,
    /// Needs a draw with one of the thresholds.
    open: u64,
    /// Needs a draw with probability ½.
    even: u64,
    /// Takes the second threshold, or the third, instead of the first.
    choice: [u64; 2],
}

/// What a block keeps outside of registers, aligned with them: the stack is aligned to 16 bytes only, and a register that is stored across
/// the border of two lines of the cache costs twice, on one thread or another as its stack happens to lie.
#[derive(Default)]
#[repr(align(64))]
struct Local {
    streams: [[u64; WORDS]; 4],
    open: [u64; WORDS],
    /// Which lanes take the second threshold, and the third.
    choice: [[u64; WORDS]; 2],
    flips: [u64; WORDS],
    awake: [u64; WORDS],
    /// Unequal neighbours before the flips.
    digits: [[u64; WORDS]; 3],
    /// Running counts in binary, and the set bits that were carried out of them.
    unequal: [[u64; WORDS]; 5],
    up: [[u64; WORDS]; 4],
}

#[inline(always)]
fn square_site<const HEAT_BATH: bool>(x: [u64; 6]) -> Site {
    let (sum, carry) = full_add(x[0], x[1], x[2]);
    let (ones, second) = half_add(sum, x[3]);
    let (twos, fours) = half_add(carry, second);
    let (digits, choice) = ([ones, twos, fours], [ones, 0]);
    if HEAT_BATH {
        let even = twos & !ones;
        Site { digits, base: fours | (twos & ones), open: !even, even, choice }
    } else {
        let base = carry | second;
        Site { digits, base, open: !base, even: 0, choice }
    }
}

#[inline(always)]
fn cubic_site<const HEAT_BATH: bool>(x: [u64; 6]) -> Site {
    let (a, first) = full_add(x[0], x[1], x[2]);
    let (b, second) = full_add(x[3], x[4], x[5]);
    let (ones, third) = half_add(a, b);
    let (twos, fours) = full_add(first, second, third);
    let digits = [ones, twos, fours];
    let three = ones & twos;
    if HEAT_BATH {
        let choice = [ones, !ones & (twos ^ fours)];
        Site { digits, base: fours, open: !three, even: three, choice }
    } else {
        let base = fours | three;
        Site { digits, base, open: !base, even: 0, choice: [ones, twos] }
    }
}

/// The number of unequal neighbours after the flips: d becomes z − d.
#[inline(always)]
fn turned<const CUBIC: bool>(digits: [u64; 3], flip: u64) -> [u64; 3] {
    let [ones, twos, fours] = digits;
    if CUBIC {
        [ones, twos ^ (flip & !ones), fours ^ (flip & !(ones & twos))]
    } else {
        [ones, twos ^ (flip & ones), fours ^ (flip & !ones & !twos)]
    }
}

/// Updates one row of a sublattice in place.
///
/// A lane flips if a uniform number is below its threshold. The number's binary digits are drawn, the most significant first, until
/// in each lane one has differed from the threshold's.
#[inline(always)]
#[allow(clippy::too_many_lines, reason = "registers hold what one block needs from start to end")]
fn update<const CUBIC: bool, const HEAT_BATH: bool, const MEASURES: bool>(
    own: &mut [u64],
    row: Row<'_>,
    odds: &Odds,
    step: Step,
    streams: &mut Streams,
) -> Counts {
    let Some((blind, rest)) = odds.digits.split_first_chunk::<BLIND>() else {
        return Counts::default();
    };
    // Every word is an array of its own: the compiler sees that none overlaps another.
    let mut local = Local::default();
    let Local {
        streams: [s0, s1, s2, s3],
        open,
        choice: [second, third],
        flips,
        awake,
        digits: [ones, twos, fours],
        unequal: [u0, u1, u2, u3, u_carried],
        up: [m0, m1, m2, m_carried],
    } = &mut local;
    [*s0, *s1, *s2, *s3] = streams.state;
    *awake = [u64::MAX; WORDS];
    // Always 8, but the compiler must not know: it would unroll the loops over words and then fail to fill registers.
    let n = odds.words.min(WORDS);
    for (i, own) in own.chunks_exact_mut(n).enumerate() {
        let (own, start) = (&mut own[..n], i * n);
        let (same, valid) = (&row.same[start..][..n], &row.valid[start..][..n]);
        let (after, before) = (&row.next[start..][..n], &row.before[start..][..n]);
        let (up, down) = (&row.sides[0][start..][..n], &row.sides[1][start..][..n]);
        let (left, right) = (&row.sides[2][start..][..n], &row.sides[3][start..][..n]);
        for e in 0..n {
            let mut stream = [s0[e], s1[e], s2[e], s3[e]];
            let spins = own[e];
            let beside = (after[e] & row.forward) | (before[e] & !row.forward);
            let (mut fifth, mut sixth) = (0, 0);
            if CUBIC {
                (fifth, sixth) = (left[e] ^ spins, right[e] ^ spins);
            }
            let unequal =
                [same[e] ^ spins, beside ^ spins, up[e] ^ spins, down[e] ^ spins, fifth, sixth];
            let site = if CUBIC {
                cubic_site::<HEAT_BATH>(unequal)
            } else {
                square_site::<HEAT_BATH>(unequal)
            };
            let (mut undecided, mut below) = (site.open & valid[e], 0);
            macro_rules! round {
                ($($k:literal)*) => {$(
                    let random = next(&mut stream);
                    let threshold = digit_of::<CUBIC>(&blind[$k], e, site.choice);
                    if HEAT_BATH && $k == 0 {
                        below |= site.even & !random;
                    }
                    below |= undecided & threshold & !random;
                    undecided &= !(random ^ threshold);
                )*};
            }
            round!(0 1 2 3 4 5 6 7 8 9 10 11 12);
            let flip = (site.base ^ below) & valid[e];
            open[e] = undecided;
            second[e] = site.choice[0];
            if CUBIC {
                third[e] = site.choice[1];
            }
            flips[e] = flip;
            if MEASURES {
                ones[e] = site.digits[0];
                twos[e] = site.digits[1];
                fours[e] = site.digits[2];
            }
            [s0[e], s1[e], s2[e], s3[e]] = stream;
        }
        if step.rests {
            for e in 0..n {
                let mut stream = [s0[e], s1[e], s2[e], s3[e]];
                awake[e] = next(&mut stream);
                flips[e] &= awake[e];
                [s0[e], s1[e], s2[e], s3[e]] = stream;
            }
        }
        for digit in rest {
            if open[..BLOCK].iter().fold(0, |any, word| any | word) == 0 {
                break;
            }
            for e in 0..n {
                let mut stream = [s0[e], s1[e], s2[e], s3[e]];
                let random = next(&mut stream);
                let threshold = digit_of::<CUBIC>(digit, e, [second[e], third[e]]);
                let flip = open[e] & threshold & !random & awake[e];
                flips[e] ^= flip;
                open[e] &= !(random ^ threshold);
                [s0[e], s1[e], s2[e], s3[e]] = stream;
            }
        }
        for e in 0..n {
            own[e] ^= flips[e];
        }
        if MEASURES {
            for e in 0..n {
                let site = [ones[e], twos[e], fours[e]];
                let digits = turned::<CUBIC>(site, flips[e]).map(|digit| digit & valid[e]);
                let mut carry;
                (u0[e], carry) = half_add(u0[e], digits[0]);
                (u1[e], carry) = full_add(u1[e], digits[1], carry);
                (u2[e], carry) = full_add(u2[e], digits[2], carry);
                (u3[e], carry) = half_add(u3[e], carry);
                u_carried[e] += u64::from(carry.count_ones());
                let up = (own[e] ^ step.reversed) & valid[e];
                (m0[e], carry) = full_add(m0[e], up, same[e] & valid[e]);
                (m1[e], carry) = half_add(m1[e], carry);
                (m2[e], carry) = half_add(m2[e], carry);
                m_carried[e] += u64::from(carry.count_ones());
            }
        }
    }
    streams.state = [*s0, *s1, *s2, *s3];
    Counts {
        unequal: total(&[*u0, *u1, *u2, *u3], u_carried),
        up: total(&[*m0, *m1, *m2], m_carried),
    }
}

/// The sum of counts in binary and of the bits carried out of them.
fn total(digits: &[[u64; WORDS]], carried: &[u64; WORDS]) -> u64 {
    let ones = |words: &[u64; WORDS]| -> u64 {
        words.iter().map(|word| u64::from(word.count_ones())).sum()
    };
    let carried = carried.iter().sum::<u64>() << digits.len();
    carried + digits.iter().enumerate().map(|(k, digit)| ones(digit) << k).sum::<u64>()
}

/// One binary digit of each lane's threshold.
#[inline(always)]
fn digit_of<const CUBIC: bool>(digit: &Digit, e: usize, choice: [u64; 2]) -> u64 {
    let square = digit[0][e] ^ (choice[0] & digit[1][e]);
    if CUBIC { square ^ (choice[1] & digit[2][e]) } else { square }
}

/// Sum and carry of two bits in each lane.
#[inline(always)]
fn half_add(a: u64, b: u64) -> (u64, u64) {
    (a ^ b, a & b)
}

/// Sum and carry of three bits in each lane.
#[inline(always)]
fn full_add(a: u64, b: u64, c: u64) -> (u64, u64) {
    (a ^ b ^ c, (a & b) | (c & (a ^ b)))
}

#[inline(always)]
fn any_row(
    own: &mut [u64],
    row: Row<'_>,
    odds: &Odds,
    step: Step,
    streams: &mut Streams,
) -> Counts {
    match (step.cubic, odds.heat_bath, step.measures) {
        (false, false, false) => update::<false, false, false>(own, row, odds, step, streams),
        (false, false, true) => update::<false, false, true>(own, row, odds, step, streams),
        (false, true, false) => update::<false, true, false>(own, row, odds, step, streams),
        (false, true, true) => update::<false, true, true>(own, row, odds, step, streams),
        (true, false, false) => update::<true, false, false>(own, row, odds, step, streams),
        (true, false, true) => update::<true, false, true>(own, row, odds, step, streams),
        (true, true, false) => update::<true, true, false>(own, row, odds, step, streams),
        (true, true, true) => update::<true, true, true>(own, row, odds, step, streams),
    }
}

widths! {
    /// Updates one row of a sublattice in place: a whole number of blocks.
    pub(super) fn update_row(
        own: &mut [u64],
        row: Row<'_>,
        odds: &Odds,
        step: Step,
        streams: &mut Streams,
    ) -> Counts = any_row
}
