//! The tree of tables that an order of elimination gives.

use crate::exact::elimination::MAX_WIDTH;
use crate::spin::PairModel;

/// One step: a spin is summed out of a table over itself and its separator.
#[derive(Clone, Debug)]
pub(super) struct Clique {
    pub site: usize,
    /// The steps of the later spins that the table depends on, the latest first: bit b of a table's index is set where
    /// the spin of `separator[b]` is down. The step's own spin is one bit above.
    pub separator: Vec<u32>,
    /// Couplings to spins of the separator, by their bit.
    pub pairs: Vec<(usize, f64)>,
    pub field: f64,
    /// Earlier steps whose tables go into this one.
    pub children: Vec<u32>,
}

impl Clique {
    /// Entries of the table over the separator.
    pub fn size(&self) -> usize {
        1 << self.separator.len()
    }
}

/// All steps of an elimination, in order.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub cliques: Vec<Clique>,
}

impl Tree {
    /// The tables for this order (a permutation of the sites); none if one would be over more than [`MAX_WIDTH`] spins.
    pub fn new(model: &PairModel, order: &[usize]) -> Option<Self> {
        let n = order.len();
        let mut step_of = vec![0_u32; n];
        for (step, &site) in order.iter().enumerate() {
            step_of[site] = step as u32;
        }
        let mut cliques: Vec<Clique> = Vec::with_capacity(n);
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); n];
        // The step that last put each spin into its separator.
        let mut seen = vec![u32::MAX; n];
        for (step, &site) in order.iter().enumerate() {
            let own = step as u32;
            let (neighbors, values) = model.couplings().row(site);
            let below = std::mem::take(&mut children[step]);
            let mut separator = Vec::new();
            let later = neighbors.iter().map(|&j| step_of[j as usize]);
            let inherited = below.iter().flat_map(|&child| &cliques[child as usize].separator);
            for other in later.chain(inherited.copied()) {
                if other > own && seen[other as usize] != own {
                    seen[other as usize] = own;
                    separator.push(other);
                }
            }
            if separator.len() > MAX_WIDTH {
                return None;
            }
            separator.sort_unstable_by(|a, b| b.cmp(a));
            let bit = |other: u32| separator.binary_search_by(|probe| other.cmp(probe)).ok();
            let coupled = neighbors.iter().zip(values);
            let pairs = coupled
                .filter_map(|(&j, &value)| bit(step_of[j as usize]).map(|bit| (bit, value)))
                .collect();
            if let Some(&parent) = separator.last() {
                children[parent as usize].push(own);
            }
            cliques.push(Clique {
                site,
                separator,
                pairs,
                field: model.fields()[site],
                children: below,
            });
        }
        Some(Self { cliques })
    }

    /// Spins in the largest separator.
    pub fn width(&self) -> usize {
        self.cliques.iter().map(|clique| clique.separator.len()).max().unwrap_or(0)
    }

    /// Entries of the tables of all steps.
    pub fn entries(&self) -> usize {
        self.cliques.iter().map(Clique::size).sum()
    }
}
