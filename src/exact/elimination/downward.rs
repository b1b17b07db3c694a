//! The pass down the tree: marginal probabilities and samples from the conditional ones.

use crate::exact::elimination::kernel;
use crate::exact::elimination::tree::Tree;
use crate::exact::elimination::upward::below;
use crate::rand::Rng;
use crate::random::Generator;

/// ⟨s_i⟩ by site, and (i, j, ⟨s_i s_j⟩) for each bond, from the odds of each step given its separator.
pub(super) fn marginals(tree: &Tree, odds: &[Vec<f64>]) -> (Vec<f64>, Vec<(usize, usize, f64)>) {
    let mut means = vec![0.0; tree.cliques.len()];
    let mut correlations = Vec::new();
    let mut beliefs: Vec<Vec<f64>> = vec![Vec::new(); tree.cliques.len()];
    for (step, clique) in tree.cliques.iter().enumerate().rev() {
        let mut belief = std::mem::take(&mut beliefs[step]);
        if clique.separator.is_empty() {
            belief = vec![1.0];
        }
        let both = kernel::with_spin(&belief, &odds[step]);
        let (up, down) = both.split_at(belief.len());
        let differences: Vec<f64> = up.iter().zip(down).map(|(up, down)| up - down).collect();
        means[clique.site] = differences.iter().sum();
        for &(bit, _) in &clique.pairs {
            let other = tree.cliques[clique.separator[bit] as usize].site;
            let pair = (clique.site.min(other), clique.site.max(other));
            correlations.push((pair.0, pair.1, signed_sum(&differences, bit)));
        }
        for &child in &clique.children {
            let mut marginal = vec![0.0; tree.cliques[child as usize].size()];
            below(tree, clique, step, child).collect(&both, &mut marginal);
            beliefs[child as usize] = marginal;
        }
    }
    correlations.sort_unstable_by_key(|&(i, j, _)| (i, j));
    (means, correlations)
}

/// Bytes that [`marginals`] needs beside the odds.
pub(super) fn peak_bytes(tree: &Tree) -> usize {
    let (mut waiting, mut peak) = (0, 0);
    for clique in tree.cliques.iter().rev() {
        let children = clique.children.iter().map(|&child| tree.cliques[child as usize].size());
        waiting += children.sum::<usize>();
        peak = peak.max(waiting + 3 * clique.size());
        waiting -= if clique.separator.is_empty() { 0 } else { clique.size() };
    }
    8 * peak
}

/// Σ of the entries, with the sign of the spin of one bit.
fn signed_sum(values: &[f64], bit: usize) -> f64 {
    let half = 1 << bit;
    let blocks = values.chunks(2 * half);
    blocks.map(|block| block[..half].iter().sum::<f64>() - block[half..].iter().sum::<f64>()).sum()
}

/// A state whose spins, the last step's first, are drawn from their odds; or the likelier directions without a generator.
pub(super) fn draw(tree: &Tree, odds: &[Vec<f64>], generator: Option<&mut Generator>) -> Vec<i8> {
    let mut generator = generator;
    let mut down_steps = vec![false; tree.cliques.len()];
    let mut spins = vec![1_i8; tree.cliques.len()];
    for (step, clique) in tree.cliques.iter().enumerate().rev() {
        let separator = clique.separator.iter().enumerate();
        let entry = separator
            .fold(0, |entry, (bit, &other)| entry | usize::from(down_steps[other as usize]) << bit);
        let odds = odds[step][entry];
        let down = match &mut generator {
            Some(generator) => generator.random::<f64>() >= kernel::up_probability(odds),
            None => odds < 0.0,
        };
        down_steps[step] = down;
        spins[clique.site] = if down { -1 } else { 1 };
    }
    spins
}
