//! The pass up the tree: spins are summed (or maximised) out one after the other.

use crate::exact::elimination::kernel;
use crate::exact::elimination::spread::Spread;
use crate::exact::elimination::tree::{Clique, Tree};
use crate::progress::{Deadline, Progress};

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

/// Tables that are used again: fresh memory costs as much time as the sums.
#[derive(Debug, Default)]
struct Buffers {
    size: usize,
    over_separator: Vec<Vec<f64>>,
    over_both: Vec<Vec<f64>>,
}

impl Buffers {
    /// Keeps nothing but tables for a step of this size.
    fn fit(&mut self, size: usize) {
        if self.size != size {
            *self = Self { size, ..Self::default() };
        }
    }

    /// A table over the separator; what is in it is left from before.
    fn separator(&mut self) -> Vec<f64> {
        self.over_separator.pop().unwrap_or_else(|| vec![0.0; self.size])
    }

    /// A table over separator and spin.
    fn both(&mut self) -> Vec<f64> {
        self.over_both.pop().unwrap_or_else(|| vec![0.0; 2 * self.size])
    }

    fn give_back(&mut self, table: Vec<f64>) {
        if table.len() == self.size {
            self.over_separator.push(table);
        } else if table.len() == 2 * self.size {
            self.over_both.push(table);
        }
    }
}

/// Goes through all steps; the tables of conditional probabilities are kept if `keep`.
///
/// # Errors
/// The fraction that was done when the deadline passed.
pub(super) fn upward(
    tree: &Tree,
    pass: Pass,
    keep: bool,
    deadline: Deadline,
) -> Result<Upward, f64> {
    let entries = tree.entries();
    let mut progress = Progress::new("table entries", entries);
    let mut done = 0;
    let mut waiting: Vec<Vec<Vec<f64>>> = vec![Vec::new(); tree.cliques.len()];
    let mut totals = [Total::default(); 5];
    let mut odds = Vec::new();
    let mut buffers = Buffers::default();
    for (step, clique) in tree.cliques.iter().enumerate() {
        buffers.fit(clique.size());
        let mut tables: Vec<_> = (0..pass.tables()).map(|_| buffers.both()).collect();
        if clique.children.is_empty() {
            for table in &mut tables {
                table.fill(0.0);
            }
        }
        for (index, &child) in clique.children.iter().enumerate() {
            let spread = below(tree, clique, step, child);
            let results = std::mem::take(&mut waiting[child as usize]);
            for (table, result) in tables.iter_mut().zip(results) {
                spread.add(&result, table, index == 0);
                buffers.give_back(result);
            }
        }
        let (results, odds_here) = sum_out(clique, pass, &tables, &mut totals, &mut buffers);
        for table in tables {
            buffers.give_back(table);
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
        } else {
            buffers.give_back(odds_here);
        }
        done += clique.size();
        progress.add(clique.size());
        if deadline.passed() && done < entries {
            return Err(done as f64 / entries as f64);
        }
    }
    let [log, moments @ ..] = totals.map(Total::value);
    Ok(Upward { log, moments, odds })
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

/// The step's tables over its separator, and its odds. Logarithms and means are relative to their first entry, which goes
/// into the totals, so that they stay small; variances are as they are.
fn sum_out(
    clique: &Clique,
    pass: Pass,
    tables: &[Vec<f64>],
    totals: &mut [Total; 5],
    buffers: &mut Buffers,
) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut local = buffers.separator();
    fill_local_fields(clique, &mut local);
    let (mut log, mut odds) = (buffers.separator(), buffers.separator());
    let shift = match pass {
        Pass::Lowest => kernel::best_of_spin(&local, &tables[0], &mut log, &mut odds),
        Pass::Sum(beta) | Pass::Moments(beta) => {
            kernel::sum_over_spin(beta, &local, &tables[0], &mut log, &mut odds)
        }
    };
    totals[0].add(shift);
    let mut results = vec![log];
    if let Pass::Moments(_) = pass {
        for (first, spin) in [(1, false), (3, true)] {
            // What the spin adds when up, and takes when down: its energy −(local field), or its magnetization 1.
            if spin {
                local.fill(1.0);
            } else {
                for field in &mut local {
                    *field = -*field;
                }
            }
            let (mut mean, mut variance) = (buffers.separator(), buffers.separator());
            let both = [&tables[first][..], &tables[first + 1][..]];
            let shift = kernel::moments_over_spin(&odds, &local, both, &mut mean, &mut variance);
            totals[first].add(shift);
            results.extend([mean, variance]);
        }
    }
    buffers.give_back(local);
    (results, odds)
}

/// h + Σ J s over the spins of the separator, for each of their states.
fn fill_local_fields(clique: &Clique, fields: &mut [f64]) {
    let mut steps = vec![0.0; clique.separator.len()];
    for &(bit, value) in &clique.pairs {
        steps[bit] = 2.0 * value;
    }
    fields[0] = clique.pairs.iter().fold(clique.field, |sum, &(_, value)| sum + value);
    for (bit, step) in steps.into_iter().enumerate() {
        let (known, rest) = fields.split_at_mut(1 << bit);
        for (field, known) in rest.iter_mut().zip(known) {
            *field = *known - step;
        }
    }
}
