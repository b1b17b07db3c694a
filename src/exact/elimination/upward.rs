//! The pass up the tree: spins are summed (or maximised) out one after the other.

use crate::exact::elimination::kernel;
use crate::exact::elimination::spread::Spread;
use crate::exact::elimination::tree::{Clique, Tree};
use crate::notebook::progress::Progress;

/// What is done with each spin.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pass {
    /// Sums over it at this β = 1/T.
    Sum(f64),
    /// As `Sum`, with mean and variance of energy and magnetization.
    Moments(f64),
    /// Takes the direction of lowest energy.
    Lowest,
}

impl Pass {
    /// Tables that each step hands on.
    fn tables(self) -> usize {
        match self {
            Self::Moments(_) => 5,
            Self::Sum(_) | Self::Lowest => 1,
        }
    }
}

/// A sum of many numbers that keeps the digits of each (A. Neumaier, Z. Angew. Math. Mech. 54, 39 (1974)).
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    sum: f64,
    lost: f64,
}

impl Total {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let (large, small) =
            if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (large - sum) + small;
        self.sum = sum;
    }

    fn value(self) -> f64 {
        self.sum + self.lost
    }
}

/// What is left when all spins are out.
#[derive(Clone, Debug, Default)]
pub(super) struct Upward {
    /// ln Z, or −E₀.
    pub log: f64,
    /// ⟨E⟩, its variance, ⟨M⟩, its variance, where asked for.
    pub moments: [f64; 4],
    /// For each step ln P(up)/P(down) given the separator, where kept.
    pub odds: Vec<Vec<f64>>,
}

/// Bytes that a pass needs at its fullest, tables of conditional probabilities not counted.
pub(super) fn peak_bytes(tree: &Tree, pass: Pass) -> usize {
    let (mut waiting, mut peak) = (0, 0);
    for clique in &tree.cliques {
        // Both directions and the result, local fields and odds.
        let here = clique.size() * (3 * pass.tables() + 3);
        peak = peak.max(waiting + here);
        let used = clique.children.iter().map(|&child| tree.cliques[child as usize].size());
        waiting += pass.tables() * clique.size();
        waiting -= pass.tables() * used.sum::<usize>();
    }
    8 * peak
}

/// Bytes of the tables of conditional probabilities of all steps.
pub(super) fn kept_bytes(tree: &Tree) -> usize {
    8 * tree.entries()
}

/// Goes through all steps; the tables of conditional probabilities are kept if `keep`.
pub(super) fn upward(tree: &Tree, pass: Pass, keep: bool) -> Upward {
    let mut progress = Progress::new("table entries", tree.entries());
    let mut waiting: Vec<Vec<Vec<f64>>> = vec![Vec::new(); tree.cliques.len()];
    let mut totals = [Total::default(); 5];
    let mut odds = Vec::new();
    for (step, clique) in tree.cliques.iter().enumerate() {
        let mut tables = vec![vec![0.0; 2 * clique.size()]; pass.tables()];
        for &child in &clique.children {
            let spread = below(tree, clique, step, child);
            let results = std::mem::take(&mut waiting[child as usize]);
            for (table, result) in tables.iter_mut().zip(&results) {
                spread.add(result, table);
            }
        }
        let (mut results, odds_here) = sum_out(clique, pass, &tables);
        // Means and logarithms are kept small beside what is summed up apart, variances as they are.
        for table in [0, 1, 3] {
            if let Some(result) = results.get_mut(table) {
                let shift = if table == 0 { largest(result) } else { result[0] };
                for entry in result.iter_mut() {
                    *entry -= shift;
                }
                totals[table].add(shift);
            }
        }
        if clique.separator.is_empty() {
            for table in [2, 4] {
                totals[table].add(results.get(table).map_or(0.0, |result| result[0]));
            }
        } else {
            waiting[step] = results;
        }
        if keep {
            odds.push(odds_here);
        }
        progress.add(clique.size());
    }
    let [log, moments @ ..] = totals.map(Total::value);
    Upward { log, moments, odds }
}

/// How a child's table lies in that of its parent.
pub(super) fn below(tree: &Tree, clique: &Clique, step: usize, child: u32) -> Spread {
    let bits = clique.separator.len() + 1;
    let place = |&other: &u32| {
        if other as usize == step {
            return bits - 1;
        }
        // Separators descend, and the parent's has all that the child's has but the parent.
        clique.separator.partition_point(|&probe| probe > other)
    };
    let places: Vec<usize> = tree.cliques[child as usize].separator.iter().map(place).collect();
    Spread::new(&places, bits)
}

/// The step's tables over its separator, and its odds.
fn sum_out(clique: &Clique, pass: Pass, tables: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let size = clique.size();
    let local = local_fields(clique);
    let empty = || vec![0.0; size];
    let (mut log, mut odds) = (empty(), empty());
    match pass {
        Pass::Lowest => {
            kernel::best_of_spin(&local, &tables[0], &mut log, &mut odds);
            (vec![log], odds)
        }
        Pass::Sum(beta) => {
            kernel::sum_over_spin(beta, &local, &tables[0], &mut log, &mut odds);
            (vec![log], odds)
        }
        Pass::Moments(beta) => {
            kernel::sum_over_spin(beta, &local, &tables[0], &mut log, &mut odds);
            let mut results = vec![log];
            let energies = local.into_iter().map(|field| -field).collect();
            for (first, own) in [(1, energies), (3, vec![1.0; size])] {
                let (mut mean, mut variance) = (empty(), empty());
                let both = [&tables[first][..], &tables[first + 1][..]];
                kernel::moments_over_spin(&odds, &own, both, &mut mean, &mut variance);
                results.extend([mean, variance]);
            }
            (results, odds)
        }
    }
}

/// h + Σ J s over the spins of the separator, for each of their states.
fn local_fields(clique: &Clique) -> Vec<f64> {
    let mut fields = Vec::with_capacity(clique.size());
    fields.push(clique.pairs.iter().fold(clique.field, |sum, &(_, value)| sum + value));
    let mut pairs = clique.pairs.clone();
    pairs.sort_unstable_by_key(|&(bit, _)| bit);
    let mut pairs = pairs.into_iter().peekable();
    for bit in 0..clique.separator.len() {
        let step = match pairs.next_if(|&(place, _)| place == bit) {
            Some((_, value)) => 2.0 * value,
            None => 0.0,
        };
        fields.extend_from_within(..);
        let half = fields.len() / 2;
        fields[half..].iter_mut().for_each(|field| *field -= step);
    }
    fields
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
