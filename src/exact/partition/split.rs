//! The spins of a model split into an inner block that is contracted, and outer ones that are visited state by state.

use super::contract::{DIGITS, LANES, Row};
use crate::numeric::exponential::exponentials;
use crate::simd::Width;

/// The most inner spins.
const INNER: usize = 3 * DIGITS;
/// Outer spins whose states are prepared together.
const MIDDLE: usize = 6;
/// Weights of the inner block span at most exp(280), so that no partial sum that counts comes near the smallest numbers.
const RANGE: f64 = 280.0;

/// A model's couplings and fields over T, with its spins in a new order: inner ones, middle ones, outer ones.
///
/// Without a field the last outer spin stays up: the other half of the states has the same weights.
/// Where fewer than three spins fit into the inner block, it is filled up with spins that cannot turn.
#[derive(Clone, Debug)]
pub(super) struct Split {
    /// The spin at each place.
    pub order: Vec<usize>,
    couplings: Vec<f64>,
    fields: Vec<f64>,
    pub inner: usize,
    pub digits: usize,
    pub middle: usize,
    /// Outer spins that turn.
    pub outer: usize,
    pub mirrored: bool,
    /// The energy over T of each state of the inner block by itself, above the lowest.
    pub energies: Vec<Row>,
    /// The lowest energy over T of the inner block by itself.
    pub lowest: f64,
    /// Energies over T of the middle block by itself, and the fields over T it exerts on each inner spin.
    pub middle_energies: Vec<f64>,
    pub middle_fields: Vec<Vec<f64>>,
}

/// Σ_j values_j s_j for each state of spins s; bit j of a state's number says that spin j is down.
pub(in crate::exact) fn signed_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = Vec::with_capacity(1 << values.len());
    sums.push(values.iter().sum());
    for value in values {
        for k in 0..sums.len() {
            sums.push(sums[k] - 2.0 * value);
        }
    }
    sums
}

impl Split {
    /// Splits `n` spins with these couplings (i, j, J_ij/T) and fields h_i/T.
    ///
    /// `bounded` keeps the inner block so small that its weights fit into floating-point numbers.
    pub fn new(n: usize, bonds: &[(usize, usize, f64)], fields: &[f64], bounded: bool) -> Self {
        let mut matrix = vec![0.0; n * n];
        for &(i, j, value) in bonds {
            matrix[i * n + j] = value;
            matrix[j * n + i] = value;
        }
        let mirrored = fields.iter().all(|&h| h == 0.0);
        let turning = n - usize::from(mirrored);
        let range = if bounded { RANGE } else { f64::INFINITY };
        let (mut order, energies) = inner_block(n, &matrix, turning.min(INNER), range);
        let inner = order.len();
        order.extend((0..n).filter(|i| !order[..inner].contains(i)).collect::<Vec<_>>());
        let place = |i: usize, j: usize| matrix[order[i] * n + order[j]];
        let couplings: Vec<f64> = (0..n * n).map(|k| place(k / n, k % n)).collect();
        let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let digits = inner.div_ceil(3).max(1);
        let states = energies.len();
        let rows = (0..1 << (3 * digits - 3)).map(|row| {
            // States of the spins that cannot turn repeat those of the others, and get no weight.
            std::array::from_fn(|lane| energies[(row * LANES + lane) % states] - lowest)
        });
        let energies = rows.collect();
        let middle = MIDDLE.min(turning - inner);
        let row = |i: usize, from: usize, to: usize| &couplings[i * n..][from..to];
        let mut middle_energies = vec![0.0];
        for j in inner..inner + middle {
            let fields = signed_sums(row(j, inner, j));
            let below = middle_energies;
            let up = below.iter().zip(&fields).map(|(energy, field)| energy - field);
            let down = below.iter().zip(&fields).map(|(energy, field)| energy + field);
            middle_energies = up.chain(down).collect();
        }
        let middle_fields =
            (0..inner).map(|i| signed_sums(row(i, inner, inner + middle))).collect();
        let fields = order.iter().map(|&i| fields[i]).collect();
        let outer = turning - inner - middle;
        Self {
            order,
            couplings,
            fields,
            inner,
            digits,
            middle,
            outer,
            mirrored,
            energies,
            lowest,
            middle_energies,
            middle_fields,
        }
    }

    pub fn n_spins(&self) -> usize {
        self.order.len()
    }

    /// The number of states visited: half of all where the other half mirrors them.
    pub fn states(&self) -> f64 {
        ((self.n_spins() - usize::from(self.mirrored)) as f64).exp2()
    }

    /// The weights of the inner block by itself, relative to its most probable state.
    pub fn weights(&self, width: Width) -> Vec<Row> {
        let mut weights = self.energies.clone();
        let values = weights.as_flattened_mut();
        for value in values.iter_mut() {
            *value = -*value;
        }
        exponentials(width, values);
        weights
    }

    /// The couplings over T of the spin at place `i` to those at places `from..to`.
    pub fn row(&self, i: usize, from: usize, to: usize) -> &[f64] {
        &self.couplings[i * self.n_spins()..][from..to]
    }

    pub fn field(&self, i: usize) -> f64 {
        self.fields[i]
    }

    /// Where the outer spins begin, those after the inner and middle ones.
    pub fn outer_start(&self) -> usize {
        self.inner + self.middle
    }
}

/// Chooses up to `most` spins that couple weakly with each other, so that their energies over T differ by at most `range`; with the
/// energies of their states (bit i for the i-th chosen spin down).
fn inner_block(n: usize, matrix: &[f64], most: usize, range: f64) -> (Vec<usize>, Vec<f64>) {
    let mut chosen: Vec<usize> = Vec::new();
    let mut tables = vec![vec![0.0]];
    let mut bound = vec![0.0; n];
    while chosen.len() < most {
        let free = (0..n).filter(|i| !chosen.contains(i));
        let Some(next) = free.min_by(|&i, &j| f64::total_cmp(&bound[i], &bound[j])) else { break };
        let couplings: Vec<f64> = chosen.iter().map(|&j| matrix[next * n + j]).collect();
        let fields = signed_sums(&couplings);
        let below = &tables[chosen.len()];
        let up = below.iter().zip(&fields).map(|(energy, field)| energy - field);
        let down = below.iter().zip(&fields).map(|(energy, field)| energy + field);
        let table: Vec<f64> = up.chain(down).collect();
        let least = table.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = table.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest - least > range {
            break;
        }
        chosen.push(next);
        tables.push(table);
        for (i, bound) in bound.iter_mut().enumerate() {
            *bound += matrix[next * n + i].abs();
        }
    }
    // Whole threes are contracted at a time.
    let size = if chosen.len() < 3 { chosen.len() } else { chosen.len() - chosen.len() % 3 };
    chosen.truncate(size);
    (chosen, tables.swap_remove(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bonds(n: usize, strength: f64) -> Vec<(usize, usize, f64)> {
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        pairs.map(|(i, j)| (i, j, strength * ((i * 7 + j * 3) as f64).sin())).collect()
    }

    #[test]
    fn signed_sums_follow_the_bits() {
        assert_eq!(signed_sums(&[1.0, 0.25]), [1.25, -0.75, 0.75, -1.25]);
        assert_eq!(signed_sums(&[]), [0.0]);
    }

    #[test]
    fn strong_couplings_leave_a_small_inner_block() {
        let sizes: Vec<usize> = [1.0, 10.0, 30.0, 100.0, 1e5]
            .map(|strength| Split::new(20, &bonds(20, strength), &[0.0; 20], true).inner)
            .to_vec();
        assert_eq!(sizes[0], 12);
        assert!(sizes.is_sorted_by(|a, b| a >= b) && sizes[4] < 3, "{sizes:?}");
        assert_eq!(Split::new(20, &bonds(20, 1e5), &[0.0; 20], false).inner, 12);
    }

    #[test]
    fn every_spin_has_one_place() {
        for n in 1..20 {
            for field in [0.0, 1.0] {
                let split = Split::new(n, &bonds(n, 1.0), &vec![field; n], true);
                let mut order = split.order.clone();
                order.sort_unstable();
                assert_eq!(order, (0..n).collect::<Vec<_>>());
                let places = split.inner + split.middle + split.outer;
                assert_eq!(places + usize::from(split.mirrored), n);
            }
        }
    }
}
