//! The layout of a model for 64 systems in a word: blocks of eight independent sites, signs of couplings, lists of bonds.

use crate::spin::{PairModel, Quanta};

/// Words that are handled side by side: one 512-bit register, or two or four narrower ones.
pub(super) const LANES: usize = 8;

pub(super) type Lanes = [u64; LANES];

/// The largest Σ_j |J_ij| + |h_i| in quanta: what four counter planes hold.
const MAX_WEIGHT: usize = 15;

/// Where spins lie and which of them a site sees. A coupling of k quanta counts as k bonds, a field as bonds to a ghost spin that is
/// always up.
#[derive(Debug)]
pub(super) struct Plan {
    pub n_spins: usize,
    pub groups: Vec<Group>,
    /// The sites of each block; empty lanes hold the dummy site.
    pub sites: Vec<[u32; LANES]>,
    /// For each block as many entries as its sites have bonds.
    pub neighbors: Vec<[u32; LANES]>,
    /// All ones where the coupling is negative.
    pub signs: Vec<Lanes>,
    /// Every bond once, with its sign: what the energy counts.
    pub bonds: BondList,
    /// Every coupled pair once: what the link overlap counts.
    pub links: BondList,
    /// How many classes of mutually unbonded sites there are.
    pub n_colors: usize,
}

/// Consecutive blocks of sites of one colour that have the same number of bonds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub weight: usize,
    pub first_block: usize,
    pub first_entry: usize,
    pub blocks: usize,
}

/// Bonds by blocks of sites, each bond at its end of the later colour. Empty lanes bond a site to itself, unsatisfied.
#[derive(Debug, Default)]
pub(super) struct BondList {
    pub count: usize,
    /// The sites of a block, and where its entries end.
    pub blocks: Vec<([u32; LANES], usize)>,
    pub others: Vec<[u32; LANES]>,
    /// What to exclusive-or with the two spins to get 1 for a satisfied bond.
    pub signs: Vec<Lanes>,
}

impl Plan {
    /// A layout, if all couplings and fields are small multiples of one quantum of energy.
    pub fn of(model: &PairModel, quanta: &Quanta) -> Option<Self> {
        let n = model.n_spins();
        if quanta.max_local? > MAX_WEIGHT {
            return None;
        }
        let (ghost, dummy) = (n as u32, n as u32 + 1);
        let seen: Vec<Vec<(u32, bool)>> = (0..n).map(|i| bonds_of(model, quanta, i)).collect();
        let colors = coloring(&seen, ghost);
        let n_colors = colors.iter().max().map_or(0, |&color| color as usize + 1);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&i| (colors[i], seen[i].len(), i));

        let mut plan = Self {
            n_spins: n,
            groups: Vec::new(),
            sites: Vec::new(),
            neighbors: Vec::new(),
            signs: Vec::new(),
            bonds: BondList::default(),
            links: BondList::default(),
            n_colors,
        };
        let alike =
            |a: &usize, b: &usize| colors[*a] == colors[*b] && seen[*a].len() == seen[*b].len();
        for group in order.chunk_by(alike) {
            let weight = seen[group[0]].len();
            plan.groups.push(Group {
                weight,
                first_block: plan.sites.len(),
                first_entry: plan.neighbors.len(),
                blocks: group.len().div_ceil(LANES),
            });
            for block in group.chunks(LANES) {
                let mut sites = [dummy; LANES];
                for (site, &i) in sites.iter_mut().zip(block) {
                    *site = i as u32;
                }
                plan.sites.push(sites);
                for entry in 0..weight {
                    let (mut neighbors, mut signs) = ([ghost; LANES], [0; LANES]);
                    for (bonds, (neighbor, sign)) in
                        block.iter().map(|&i| &seen[i]).zip(neighbors.iter_mut().zip(&mut signs))
                    {
                        let (j, negative) = bonds[entry];
                        *neighbor = j;
                        *sign = if negative { u64::MAX } else { 0 };
                    }
                    plan.neighbors.push(neighbors);
                    plan.signs.push(signs);
                }
                let earlier = |i: usize, j: u32| j == ghost || colors[j as usize] < colors[i];
                plan.bonds.push(
                    sites,
                    block.iter().map(|&i| {
                        seen[i].iter().copied().filter(|&(j, _)| earlier(i, j)).collect()
                    }),
                );
                plan.links.push(
                    sites,
                    block.iter().map(|&i| {
                        let (neighbors, values) = model.couplings().row(i);
                        let pairs = neighbors
                            .iter()
                            .zip(values)
                            .filter(|&(&j, &value)| value != 0.0 && earlier(i, j));
                        pairs.map(|(&j, _)| (j, false)).collect()
                    }),
                );
            }
        }
        Some(plan)
    }

    /// The words that the spins take: one per site, the ghost, and the dummy that fills blocks.
    pub fn words(&self) -> usize {
        self.n_spins + 2
    }

    pub fn max_weight(&self) -> usize {
        self.groups.iter().map(|group| group.weight).max().unwrap_or(0)
    }
}

impl BondList {
    /// Adds the bonds (other end, negative?) of a block's sites.
    fn push(&mut self, sites: [u32; LANES], bonds: impl Iterator<Item = Vec<(u32, bool)>>) {
        let bonds: Vec<_> = bonds.collect();
        for entry in 0..bonds.iter().map(Vec::len).max().unwrap_or(0) {
            let (mut others, mut signs) = (sites, [0; LANES]);
            for (lane, bonds) in bonds.iter().enumerate() {
                if let Some(&(other, negative)) = bonds.get(entry) {
                    others[lane] = other;
                    // Equal spins satisfy a positive coupling.
                    signs[lane] = if negative { 0 } else { u64::MAX };
                    self.count += 1;
                }
            }
            self.others.push(others);
            self.signs.push(signs);
        }
        self.blocks.push((sites, self.others.len()));
    }
}

/// The unit bonds of a site, (neighbour, negative?), the ghost for its field.
fn bonds_of(model: &PairModel, quanta: &Quanta, i: usize) -> Vec<(u32, bool)> {
    let neighbors = model.couplings().row(i).0;
    let values = &quanta.couplings[model.couplings().entries(i)];
    let ghost = (model.n_spins() as u32, quanta.fields[i]);
    let mut bonds = Vec::new();
    for (j, value) in neighbors.iter().copied().zip(values.iter().copied()).chain([ghost]) {
        bonds.extend(std::iter::repeat_n((j, value < 0.0), value.abs() as usize));
    }
    bonds
}

/// The first colour that no neighbour has: two colours on lattices without odd loops in the order of a search from site to site.
fn coloring(seen: &[Vec<(u32, bool)>], ghost: u32) -> Vec<u32> {
    const NONE: u32 = u32::MAX;
    let mut colors = vec![NONE; seen.len()];
    let mut queue = std::collections::VecDeque::new();
    let mut queued = vec![false; seen.len()];
    for seed in 0..seen.len() {
        if queued[seed] {
            continue;
        }
        queued[seed] = true;
        queue.push_back(seed);
        while let Some(i) = queue.pop_front() {
            let mut taken = 0_u64;
            for &(j, _) in seen[i].iter().filter(|&&(j, _)| j != ghost) {
                let j = j as usize;
                if colors[j] != NONE {
                    taken |= 1 << colors[j];
                }
                if !queued[j] {
                    queued[j] = true;
                    queue.push_back(j);
                }
            }
            // At most 15 neighbours, so one of 16 colours is free.
            colors[i] = (!taken).trailing_zeros();
        }
    }
    colors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ising::{Disorder, Ising};
    use crate::spin::Lattice;

    fn plan(ising: &Ising) -> Option<Plan> {
        let model = ising.model();
        Plan::of(&model, &Quanta::of(&model))
    }

    #[test]
    fn blocks_hold_every_site_once_and_no_two_neighbors() {
        for lattice in
            [Lattice::cubic(4), Lattice::triangular(5), Lattice::random_graph(40, 3.0, 1)]
        {
            let glass = Ising::edwards_anderson(lattice, Disorder::PlusMinus, 2).unwrap();
            let plan = plan(&glass).unwrap();
            let n = glass.n_spins();
            let mut seen = vec![0; n];
            let bonded = glass.couplings().unwrap();
            for block in &plan.sites {
                let sites: Vec<_> = block.iter().map(|&i| i as usize).filter(|&i| i < n).collect();
                for &i in &sites {
                    seen[i] += 1;
                    assert!(sites.iter().all(|&j| bonded[(i, j)] == 0.0));
                }
            }
            assert!(seen.iter().all(|&count| count == 1));
            assert_eq!(plan.links.count, glass.bonds().len());
        }
    }

    #[test]
    fn bipartite_lattices_have_two_colors() {
        assert_eq!(plan(&Ising::cubic(10).unwrap()).unwrap().n_colors, 2);
        assert_eq!(plan(&Ising::square(4).unwrap()).unwrap().n_colors, 2);
        assert_eq!(plan(&Ising::square(4).unwrap()).unwrap().groups.len(), 2);
    }

    #[test]
    fn only_few_small_quanta_can_be_packed() {
        assert!(plan(&Ising::square(4).unwrap().field(0.5).unwrap()).is_some());
        assert!(plan(&Ising::square(4).unwrap().field(0.01).unwrap()).is_none());
        assert!(plan(&Ising::complete(17).unwrap()).is_none());
        let gaussian = Ising::edwards_anderson(Lattice::square(4), Disorder::Gaussian, 1).unwrap();
        assert!(plan(&gaussian).is_none());
    }
}
