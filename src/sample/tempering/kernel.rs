//! The hot loops over 64 systems in a word: one sweep, and counts of ones for each system.

use crate::rand::RngCore;
use crate::random::Seed;
use crate::sample::settings::{Rule, Update};
use crate::sample::tempering::plan::{BondList, LANES, Lanes, Plan};
use crate::simd::widths;

/// Systems in a word.
pub(super) const SYSTEMS: usize = 64;

/// Bits that acceptance probabilities are compared in.
const BITS: usize = 64;

/// Planes of a counter, for up to 2²⁸ ones per lane.
const PLANES: usize = 28;

/// Values of the local field other than the ones that are decided by a single bit.
const CLASSES: usize = 8;

const ZERO: Lanes = [0; LANES];

/// Eight xoshiro256++ generators side by side, each with its own seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Streams([Lanes; 4]);

impl Streams {
    pub fn new(seed: Seed) -> Self {
        let mut state = [ZERO; 4];
        for lane in 0..LANES {
            let mut generator = seed.child(lane as u64).generator();
            for word in &mut state {
                word[lane] = generator.next_u64();
            }
        }
        Self(state)
    }

    #[inline(always)]
    pub fn next(&mut self) -> Lanes {
        let [s0, s1, s2, s3] = &mut self.0;
        let mut out = ZERO;
        for l in 0..LANES {
            out[l] = s0[l].wrapping_add(s3[l]).rotate_left(23).wrapping_add(s0[l]);
            let t = s1[l] << 17;
            s2[l] ^= s0[l];
            s3[l] ^= s1[l];
            s1[l] ^= s2[l];
            s0[l] ^= s3[l];
            s2[l] ^= t;
            s3[l] = s3[l].rotate_left(45);
        }
        out
    }
}

/// Acceptance probabilities of sites with `weight` bonds, in binary, for 64 systems at their own temperatures.
///
/// A spin with a local field of `field` ≠ 0 quanta does what is rare, with a probability below ½: with heat bath to end against its
/// field, with Metropolis to leave it. Everything else happens with probability ½ (heat bath in no field; ordered Metropolis, which
/// rests at half of the sites, where the energy does not rise).
#[derive(Clone, Debug)]
pub(super) struct Table {
    classes: Vec<Class>,
    /// For each class and bit, most significant first, one word of bits of the systems' thresholds.
    bits: Vec<[u64; CLASSES]>,
}

/// A value of the local field, as counts of bonds that pull up.
#[derive(Clone, Copy, Debug)]
struct Class {
    /// The bits of (weight + field)/2 and (weight − field)/2, each spread over a word.
    above: [u64; 4],
    below: [u64; 4],
}

impl Table {
    pub fn new(weight: usize, unit: f64, rule: Update, betas: &[f64; SYSTEMS]) -> Self {
        let spread = |count: usize| {
            std::array::from_fn(|plane| if count >> plane & 1 == 1 { u64::MAX } else { 0 })
        };
        let fields: Vec<usize> = (1..=weight).filter(|field| (weight + field) % 2 == 0).collect();
        let mut bits = vec![[0; CLASSES]; BITS];
        for (class, &field) in fields.iter().enumerate() {
            for (system, &beta) in betas.iter().enumerate() {
                let rule = Rule { update: rule, ordered: true, beta };
                // Never ½ or more, so that the first bit is 0.
                let threshold = rule.threshold(field as f64 * unit).min((1 << (BITS - 1)) - 1);
                for (bit, words) in bits.iter_mut().enumerate() {
                    words[class] |= (threshold >> (BITS - 1 - bit) & 1) << system;
                }
            }
        }
        let classes = fields.iter().map(|&field| Class {
            above: spread((weight + field) / 2),
            below: spread((weight - field) / 2),
        });
        Self { classes: classes.collect(), bits }
    }
}

widths! {
    /// One sweep over all sites of 64 systems.
    pub(super) fn sweep(plan: &Plan, tables: &[Table], heat_bath: bool, spins: &mut [u64], streams: &mut Streams) = sweep_body
}

#[inline(always)]
fn sweep_body(
    plan: &Plan,
    tables: &[Table],
    heat_bath: bool,
    spins: &mut [u64],
    streams: &mut Streams,
) {
    let mut random = *streams;
    for group in &plan.groups {
        let table = &tables[group.weight];
        let mut entry = group.first_entry;
        for sites in &plan.sites[group.first_block..group.first_block + group.blocks] {
            let neighbors = &plan.neighbors[entry..entry + group.weight];
            let signs = &plan.signs[entry..entry + group.weight];
            entry += group.weight;
            let own = gather(spins, sites);
            // Heat bath looks at the field itself, Metropolis at the field times the spin.
            let turn = if heat_bath { ZERO } else { not(own) };
            let planes = match group.weight {
                0..=7 => count_up::<3>(spins, neighbors, signs, turn),
                _ => count_up::<4>(spins, neighbors, signs, turn),
            };
            let new = decide(table, &planes, own, heat_bath, &mut random);
            for (&site, word) in sites.iter().zip(new) {
                spins[site as usize] = word;
            }
        }
    }
    *streams = random;
}

#[inline(always)]
fn gather(spins: &[u64], sites: &[u32; LANES]) -> Lanes {
    let mut words = ZERO;
    for l in 0..LANES {
        words[l] = spins[sites[l] as usize];
    }
    words
}

#[inline(always)]
fn not(a: Lanes) -> Lanes {
    let mut out = ZERO;
    for l in 0..LANES {
        out[l] = !a[l];
    }
    out
}

/// The number of bonds that pull up (after the turn), in binary.
#[inline(always)]
fn count_up<const USED: usize>(
    spins: &[u64],
    neighbors: &[[u32; LANES]],
    signs: &[Lanes],
    turn: Lanes,
) -> [Lanes; 4] {
    let mut planes = [ZERO; 4];
    for (sites, sign) in neighbors.iter().zip(signs) {
        let mut carry = gather(spins, sites);
        for l in 0..LANES {
            carry[l] ^= sign[l] ^ turn[l];
        }
        for plane in planes.iter_mut().take(USED) {
            for l in 0..LANES {
                let both = plane[l] & carry[l];
                plane[l] ^= carry[l];
                carry[l] = both;
            }
        }
    }
    planes
}

/// The new spins: one random bit per system and level is compared with the thresholds until every system is decided.
#[inline(always)]
fn decide(
    table: &Table,
    planes: &[Lanes; 4],
    own: Lanes,
    heat_bath: bool,
    random: &mut Streams,
) -> Lanes {
    let classes = table.classes.len().min(CLASSES);
    let mut masks = [ZERO; CLASSES];
    let (mut up, mut any) = (ZERO, ZERO);
    for (mask, class) in masks.iter_mut().zip(&table.classes) {
        for l in 0..LANES {
            let (mut above, mut below) = (u64::MAX, u64::MAX);
            for p in 0..4 {
                above &= !(planes[p][l] ^ class.above[p]);
                below &= !(planes[p][l] ^ class.below[p]);
            }
            up[l] |= above;
            mask[l] = if heat_bath { above | below } else { above };
            any[l] |= mask[l];
        }
    }
    let first = random.next();
    let (mut rare, mut open) = (ZERO, ZERO);
    for l in 0..LANES {
        rare[l] = !first[l] & !any[l];
        open[l] = !first[l] & any[l];
    }
    for (level, thresholds) in table.bits.iter().enumerate().skip(1) {
        if level > 6 && open.iter().fold(0, |all, word| all | word) == 0 {
            break;
        }
        let drawn = random.next();
        let mut limit = ZERO;
        for (mask, &threshold) in masks[..classes].iter().zip(thresholds) {
            for l in 0..LANES {
                limit[l] |= mask[l] & threshold;
            }
        }
        for l in 0..LANES {
            rare[l] |= open[l] & limit[l] & !drawn[l];
            open[l] &= !(drawn[l] ^ limit[l]);
        }
    }
    let mut new = ZERO;
    for l in 0..LANES {
        new[l] = rare[l] ^ if heat_bath { up[l] } else { own[l] };
    }
    new
}

widths! {
    /// For each system the number of satisfied bonds of a list, given the spins (or any other word per site).
    pub(super) fn satisfied(list: &BondList, words: &[u64]) -> [u32; SYSTEMS] = satisfied_body
}

#[inline(always)]
fn satisfied_body(list: &BondList, words: &[u64]) -> [u32; SYSTEMS] {
    let blocks = list.left.iter().zip(&list.right).zip(&list.signs);
    tally(blocks.map(
        #[inline(always)]
        |((left, right), sign)| {
            let (a, b) = (gather(words, left), gather(words, right));
            let mut out = ZERO;
            for l in 0..LANES {
                out[l] = a[l] ^ b[l] ^ sign[l];
            }
            out
        },
    ))
}

widths! {
    /// For each system the number of words that have its bit set.
    pub(super) fn ones(words: &[u64]) -> [u32; SYSTEMS] = ones_body
}

#[inline(always)]
fn ones_body(words: &[u64]) -> [u32; SYSTEMS] {
    let (blocks, rest) = words.as_chunks::<LANES>();
    let mut last = ZERO;
    last[..rest.len()].copy_from_slice(rest);
    tally(blocks.iter().copied().chain([last]))
}

/// Adds up single bits: fifteen inputs go into four planes, which then go into the whole counter.
#[inline(always)]
fn tally(mut inputs: impl Iterator<Item = Lanes>) -> [u32; SYSTEMS] {
    let mut total = [ZERO; PLANES];
    let (mut chunks, mut more) = (0_u64, true);
    while more {
        let mut small = [ZERO; 4];
        for _ in 0..15 {
            let Some(mut carry) = inputs.next() else {
                more = false;
                break;
            };
            for plane in &mut small {
                for l in 0..LANES {
                    let both = plane[l] & carry[l];
                    plane[l] ^= carry[l];
                    carry[l] = both;
                }
            }
        }
        chunks += 1;
        add(&mut total, &small, width(chunks));
    }
    let planes = (width(chunks) + 3).min(PLANES);
    let mut sum = [0; PLANES];
    for lane in 0..LANES {
        let mut carry = 0;
        for (plane, word) in sum.iter_mut().zip(&total).take(planes) {
            let (a, b) = (*plane, word[lane]);
            *plane = a ^ b ^ carry;
            carry = (a & b) | (carry & (a ^ b));
        }
    }
    let mut counts = [0_u32; SYSTEMS];
    for (p, word) in sum.iter().enumerate().take(planes) {
        for (system, count) in counts.iter_mut().enumerate() {
            *count += ((word >> system & 1) as u32) << p;
        }
    }
    counts
}

/// Planes that a sum of this many numbers below 16 fills.
#[inline(always)]
fn width(chunks: u64) -> usize {
    ((u64::BITS - (15 * chunks).leading_zeros()) as usize).min(PLANES)
}

#[inline(always)]
fn add(total: &mut [Lanes; PLANES], small: &[Lanes; 4], planes: usize) {
    let mut carry = ZERO;
    for (p, plane) in total.iter_mut().enumerate().take(planes) {
        let other = small.get(p).unwrap_or(&ZERO);
        for l in 0..LANES {
            let (a, b) = (plane[l], other[l]);
            plane[l] = a ^ b ^ carry[l];
            carry[l] = (a & b) | (carry[l] & (a ^ b));
        }
    }
}
