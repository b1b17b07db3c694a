//! The hot loops over 64 systems in a word: one sweep, and counts of ones for each system.

#![allow(
    clippy::inline_always,
    reason = "a function that is not inlined is compiled for the narrowest registers"
)]

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
    fn next(&mut self) -> Lanes {
        let [s0, s1, s2, s3] = self.0;
        let sum = zip(s0, s3, u64::wrapping_add);
        let out = zip(each(sum, |x| x.rotate_left(23)), s0, u64::wrapping_add);
        let t = each(s1, |x| x << 17);
        let s2 = zip(s2, s0, xor);
        let s3 = zip(s3, s1, xor);
        self.0 =
            [zip(s0, s3, xor), zip(s1, s2, xor), zip(s2, t, xor), each(s3, |x| x.rotate_left(45))];
        out
    }
}

// One operation on all lanes at a time, which the compiler turns into one instruction; a loop over lanes with many operations inside it
// would be unrolled into scalar code.

#[inline(always)]
fn each(a: Lanes, f: impl Fn(u64) -> u64) -> Lanes {
    let mut out = ZERO;
    for l in 0..LANES {
        out[l] = f(a[l]);
    }
    out
}

#[inline(always)]
fn zip(a: Lanes, b: Lanes, f: impl Fn(u64, u64) -> u64) -> Lanes {
    let mut out = ZERO;
    for l in 0..LANES {
        out[l] = f(a[l], b[l]);
    }
    out
}

#[inline(always)]
fn xor(a: u64, b: u64) -> u64 {
    a ^ b
}

#[inline(always)]
fn and(a: u64, b: u64) -> u64 {
    a & b
}

#[inline(always)]
fn or(a: u64, b: u64) -> u64 {
    a | b
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
        let fields: Vec<usize> =
            (1..=weight).filter(|field| (weight + field).is_multiple_of(2)).collect();
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
            above: spread(weight - (weight - field) / 2),
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
            let turn = if heat_bath { ZERO } else { each(own, |x| !x) };
            let planes = match group.weight {
                0..=7 => count_up::<3>(spins, neighbors, signs, turn),
                _ => count_up::<4>(spins, neighbors, signs, turn),
            };
            let new = match table.classes.len() {
                0..=2 => decide::<2>(table, &planes, own, heat_bath, &mut random),
                3 => decide::<3>(table, &planes, own, heat_bath, &mut random),
                _ => decide::<CLASSES>(table, &planes, own, heat_bath, &mut random),
            };
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
        let up = zip(zip(gather(spins, sites), *sign, xor), turn, xor);
        count(&mut planes[..USED], up);
    }
    planes
}

/// The new spins: one random bit per system and level is compared with the thresholds until every system is decided.
#[inline(always)]
fn decide<const COUNT: usize>(
    table: &Table,
    planes: &[Lanes; 4],
    own: Lanes,
    heat_bath: bool,
    random: &mut Streams,
) -> Lanes {
    let mut masks = [ZERO; COUNT];
    let (mut up, mut any) = (ZERO, ZERO);
    for (mask, class) in masks.iter_mut().zip(&table.classes) {
        let above = equals(planes, &class.above);
        up = zip(up, above, or);
        *mask = if heat_bath { zip(above, equals(planes, &class.below), or) } else { above };
        any = zip(any, *mask, or);
    }
    let first = random.next();
    let mut rare = zip(first, any, |r, any| !r & !any);
    let mut open = zip(first, any, |r, any| !r & any);
    for (level, thresholds) in table.bits.iter().enumerate().skip(1) {
        if level > 6 && open.iter().fold(0, |all, word| all | word) == 0 {
            break;
        }
        let drawn = random.next();
        let mut limit = ZERO;
        for (mask, &threshold) in masks.iter().zip(thresholds) {
            limit = zip(limit, each(*mask, |mask| mask & threshold), or);
        }
        let below = zip(limit, drawn, |limit, drawn| limit & !drawn);
        let equal = zip(limit, drawn, |limit, drawn| !(limit ^ drawn));
        rare = zip(rare, zip(open, below, and), or);
        open = zip(open, equal, and);
    }
    zip(rare, if heat_bath { up } else { own }, xor)
}

/// Where a count in binary has this value.
#[inline(always)]
fn equals(planes: &[Lanes; 4], value: &[u64; 4]) -> Lanes {
    let mut equal = [u64::MAX; LANES];
    for (plane, &bit) in planes.iter().zip(value) {
        equal = zip(equal, each(*plane, |plane| !(plane ^ bit)), and);
    }
    equal
}

widths! {
    /// For each system the number of satisfied bonds of a list, given the spins (or any other word per site).
    pub(super) fn satisfied(list: &BondList, words: &[u64]) -> [u32; SYSTEMS] = satisfied_body
}

#[inline(always)]
fn satisfied_body(list: &BondList, words: &[u64]) -> [u32; SYSTEMS] {
    let mut tally = Tally::default();
    let mut start = 0;
    for (sites, end) in &list.blocks {
        if start < *end {
            let (others, signs) = (&list.others[start..*end], &list.signs[start..*end]);
            tally.add(&count_up::<4>(words, others, signs, gather(words, sites)));
        }
        start = *end;
    }
    tally.counts()
}

widths! {
    /// For each system the number of words that have its bit set.
    pub(super) fn ones(words: &[u64]) -> [u32; SYSTEMS] = ones_body
}

#[inline(always)]
fn ones_body(words: &[u64]) -> [u32; SYSTEMS] {
    let (blocks, rest) = words.as_chunks::<LANES>();
    let mut tally = Tally::default();
    for blocks in blocks.chunks(15) {
        let mut planes = [ZERO; 4];
        for block in blocks {
            count(&mut planes, *block);
        }
        tally.add(&planes);
    }
    let mut last = ZERO;
    last[..rest.len()].copy_from_slice(rest);
    tally.add(&[last, ZERO, ZERO, ZERO]);
    tally.counts()
}

/// Counts the ones at each bit and lane of a number in binary.
#[inline(always)]
fn count(planes: &mut [Lanes], mut carry: Lanes) {
    for plane in planes {
        let both = zip(*plane, carry, and);
        *plane = zip(*plane, carry, xor);
        carry = both;
    }
}

/// Sums, at each bit and lane, of numbers below 16.
#[derive(Default)]
struct Tally {
    total: [Lanes; PLANES],
    numbers: u64,
}

impl Tally {
    #[inline(always)]
    fn add(&mut self, number: &[Lanes; 4]) {
        self.numbers += 1;
        let mut carry = ZERO;
        for (p, plane) in self.total.iter_mut().enumerate().take(width(self.numbers)) {
            let other = number.get(p).unwrap_or(&ZERO);
            let half = zip(*plane, *other, xor);
            let both = zip(zip(*plane, *other, and), zip(half, carry, and), or);
            *plane = zip(half, carry, xor);
            carry = both;
        }
    }

    /// The sums over all lanes.
    #[inline(always)]
    fn counts(&self) -> [u32; SYSTEMS] {
        let planes = (width(self.numbers) + 3).min(PLANES);
        let mut sum = [0; PLANES];
        for lane in 0..LANES {
            let mut carry = 0;
            for (plane, word) in sum.iter_mut().zip(&self.total).take(planes) {
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
}

/// Planes that a sum of this many numbers below 16 fills.
#[inline(always)]
fn width(numbers: u64) -> usize {
    ((u64::BITS - (15 * numbers).leading_zeros()) as usize).min(PLANES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ising::{Disorder, Ising};
    use crate::rand::Rng;
    use crate::simd::Width;
    use crate::spin::{Lattice, Quanta};

    fn plan(ising: &Ising) -> Plan {
        let model = ising.model();
        Plan::of(&model, &Quanta::of(&model)).unwrap()
    }

    fn random_words(plan: &Plan, seed: u64) -> Vec<u64> {
        let mut generator = Seed::new(seed).generator();
        let mut words: Vec<u64> = (0..plan.words()).map(|_| generator.random()).collect();
        words[plan.n_spins] = u64::MAX;
        words
    }

    #[test]
    fn all_widths_give_the_same_numbers() {
        let lattices = [
            (Lattice::square(7), 1.0),
            (Lattice::cubic(5), 0.0),
            (Lattice::random_graph(90, 4.0, 1), 2.0),
        ];
        for (lattice, field) in lattices {
            let glass = Ising::edwards_anderson(lattice, Disorder::PlusMinus, 3).unwrap();
            let plan = plan(&glass.random_fields(Disorder::PlusMinus, field, 1).unwrap());
            let betas = std::array::from_fn(|system| 0.02 * system as f64);
            for rule in [Update::HeatBath, Update::Metropolis] {
                let table = |weight| Table::new(weight, 1.0, rule, &betas);
                let tables: Vec<_> = (0..=plan.max_weight()).map(table).collect();
                let run = |width| {
                    let mut words = random_words(&plan, 5);
                    let mut streams = Streams::new(Seed::new(6));
                    for _ in 0..20 {
                        let heat_bath = rule == Update::HeatBath;
                        sweep(width, &plan, &tables, heat_bath, &mut words, &mut streams);
                    }
                    let satisfied = satisfied(width, &plan.bonds, &words);
                    (ones(width, &words), satisfied, words[..plan.n_spins].to_vec())
                };
                let expected = run(Width::Baseline);
                for width in Width::available() {
                    assert_eq!(run(width), expected, "{width:?}, {rule:?}");
                }
            }
        }
    }

    #[test]
    fn counts_are_those_of_one_system_at_a_time() {
        let glass = Ising::edwards_anderson(Lattice::cubic(7), Disorder::PlusMinus, 3).unwrap();
        let glass = glass.random_fields(Disorder::PlusMinus, 2.0, 1).unwrap();
        let plan = plan(&glass);
        let words = random_words(&plan, 2);
        let satisfied = satisfied(Width::best(), &plan.bonds, &words);
        let up = ones(Width::best(), &words[..plan.n_spins]);
        for system in 0..SYSTEMS {
            let spins: crate::ndarray::Array1<i8> = words[..plan.n_spins]
                .iter()
                .map(|word| if word >> system & 1 == 1 { 1 } else { -1 })
                .collect();
            let excess = 2 * i64::from(satisfied[system]) - plan.bonds.count as i64;
            assert_eq!(-excess as f64, glass.energy(&spins).unwrap());
            let magnetization: i64 = spins.iter().map(|&s| i64::from(s)).sum();
            assert_eq!(2 * i64::from(up[system]) - plan.n_spins as i64, magnetization);
        }
    }

    #[test]
    fn one_step_follows_the_probabilities() {
        // A single bond between an isolated pair, of which one spin moves: P(up) = 1/(1 + exp(−2β)) with the other up.
        let pair = Ising::on(Lattice::chain(2).open()).unwrap();
        let plan = plan(&pair);
        let betas = std::array::from_fn(|system| system as f64 / 16.0);
        let tables: Vec<_> =
            (0..=1).map(|weight| Table::new(weight, 1.0, Update::HeatBath, &betas)).collect();
        let mut streams = Streams::new(Seed::new(1));
        let mut aligned = [0_u32; SYSTEMS];
        let runs = 20_000;
        for _ in 0..runs {
            let mut words = vec![u64::MAX; plan.words()];
            sweep(Width::best(), &plan, &tables, true, &mut words, &mut streams);
            for (system, count) in aligned.iter_mut().enumerate() {
                // The second spin was drawn given the first, whatever that was.
                *count += u32::from((words[0] ^ words[1]) >> system & 1 == 0);
            }
        }
        for (system, &count) in aligned.iter().enumerate() {
            let exact = 1.0 / (1.0 + (-2.0 * betas[system]).exp());
            let error = (exact * (1.0 - exact) / f64::from(runs)).sqrt();
            let mean = f64::from(count) / f64::from(runs);
            assert!((mean - exact).abs() < 4.5 * error, "{system}: {mean} for {exact}");
        }
    }
}
