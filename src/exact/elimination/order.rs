//! Orders in which to sum out the spins, so that the tables on the way stay small.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::exact::elimination::MAX_WIDTH;
use crate::spin::PairModel;

/// Beyond so many spins least fill is not tried: counting it costs the square of the degrees at every step.
const MOST_FOR_FILL: usize = 5_000;

/// Beyond so many spins or bonds no greedy order is tried: for a graph that is too wide it would take seconds to find out.
const MOST_FOR_DEGREE: usize = 200_000;
const MOST_BONDS: usize = 2_000_000;

/// What a greedy order keeps small at each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Greedy {
    /// The number of neighbours that the next spin still has.
    Degree,
    /// The number of pairs of these neighbours that are not bonded yet.
    Fill,
}

/// Orders worth comparing: rows of a lattice along its longest side, as numbered, and two greedy ones.
///
/// Greedy orders by degree and by fill: D. Koller and N. Friedman, *Probabilistic Graphical Models* (2009), section 9.4.3.
pub(super) fn candidates(model: &PairModel) -> Vec<Vec<usize>> {
    let n = model.n_spins();
    let mut orders = vec![along_longest_side(&model.shape(), n), (0..n).collect()];
    let thin = (0..n).any(|i| model.couplings().row(i).0.len() <= MAX_WIDTH);
    if thin && n <= MOST_FOR_DEGREE && model.couplings().values().len() <= 2 * MOST_BONDS {
        orders.extend(greedy(model, Greedy::Degree));
        if n <= MOST_FOR_FILL {
            orders.extend(greedy(model, Greedy::Fill));
        }
    }
    orders
}

/// Sites layer by layer through the longest side, then the next longest.
fn along_longest_side(shape: &[usize], n: usize) -> Vec<usize> {
    let mut sides: Vec<(usize, usize)> = Vec::with_capacity(shape.len());
    let mut stride = n;
    for &side in shape {
        stride /= side;
        sides.push((side, stride));
    }
    sides.sort_by_key(|&(side, _)| Reverse(side));
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_cached_key(|&site| {
        sides.iter().fold(0, |rank, &(side, stride)| rank * side + site / stride % side)
    });
    order
}

/// Takes the cheapest spin again and again and bonds its neighbours with each other; none if one passes [`MAX_WIDTH`].
fn greedy(model: &PairModel, greedy: Greedy) -> Option<Vec<usize>> {
    let n = model.n_spins();
    let mut graph: Vec<BTreeSet<u32>> =
        (0..n).map(|i| model.couplings().row(i).0.iter().copied().collect()).collect();
    let mut costs: Vec<usize> = (0..n).map(|i| cost(&graph, i, greedy)).collect();
    let mut queue: BinaryHeap<Reverse<(usize, usize)>> =
        costs.iter().enumerate().map(|(i, &cost)| Reverse((cost, i))).collect();
    let mut done = vec![false; n];
    let mut order = Vec::with_capacity(n);
    while let Some(Reverse((cheapest, site))) = queue.pop() {
        if done[site] || costs[site] != cheapest {
            continue;
        }
        done[site] = true;
        order.push(site);
        let neighbors = std::mem::take(&mut graph[site]);
        if neighbors.len() > MAX_WIDTH {
            return None;
        }
        for &i in &neighbors {
            graph[i as usize].remove(&(site as u32));
            let others = neighbors.iter().filter(|&&j| j != i);
            graph[i as usize].extend(others);
        }
        for i in touched(&graph, &neighbors, greedy) {
            let now = cost(&graph, i, greedy);
            if now != costs[i] {
                costs[i] = now;
                queue.push(Reverse((now, i)));
            }
        }
    }
    Some(order)
}

fn cost(graph: &[BTreeSet<u32>], site: usize, greedy: Greedy) -> usize {
    let neighbors = &graph[site];
    let degree = neighbors.len();
    match greedy {
        Greedy::Degree => degree,
        // Never taken while there is anything else; its fill need not be known.
        Greedy::Fill if degree > MAX_WIDTH => usize::MAX,
        Greedy::Fill => {
            let bonded = |&i: &u32| {
                graph[i as usize].range(i + 1..).filter(|j| neighbors.contains(j)).count()
            };
            degree * degree.saturating_sub(1) / 2 - neighbors.iter().map(bonded).sum::<usize>()
        }
    }
}

/// Whose cost changes once these have been bonded with each other.
fn touched(graph: &[BTreeSet<u32>], neighbors: &BTreeSet<u32>, greedy: Greedy) -> Vec<usize> {
    let mut touched: Vec<usize> = neighbors.iter().map(|&i| i as usize).collect();
    if greedy == Greedy::Fill && neighbors.len() > 1 {
        // A new bond fills a gap of those that see both of its ends.
        let mut seen = BTreeMap::new();
        for &i in neighbors {
            if graph[i as usize].len() <= MAX_WIDTH {
                for &j in &graph[i as usize] {
                    *seen.entry(j).or_insert(0) += 1;
                }
            }
        }
        let others = seen.into_iter().filter(|&(j, count)| count > 1 && !neighbors.contains(&j));
        touched.extend(others.map(|(j, _)| j as usize));
    }
    touched
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spin::{Couplings, PairModel};

    fn model(n: usize, shape: Vec<usize>, bonds: &[(usize, usize, f64)]) -> PairModel {
        PairModel::new("graph", shape, Couplings::from_bonds(n, bonds).unwrap(), vec![0.0; n])
            .unwrap()
    }

    #[test]
    fn the_longest_side_is_walked_along() {
        assert_eq!(along_longest_side(&[2, 3], 6), [0, 3, 1, 4, 2, 5]);
        assert_eq!(along_longest_side(&[3, 2], 6), [0, 1, 2, 3, 4, 5]);
        assert_eq!(along_longest_side(&[4], 4), [0, 1, 2, 3]);
    }

    #[test]
    fn leaves_go_before_hubs_and_fill_is_counted() {
        let star = model(5, vec![5], &[(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0), (0, 4, 1.0)]);
        for kind in [Greedy::Degree, Greedy::Fill] {
            let order = greedy(&star, kind).unwrap();
            assert!(order.iter().position(|&i| i == 0).unwrap() >= 3, "{order:?}");
        }
        // A square with one diagonal, 0–2: eliminating 1 or 3 fills nothing, 0 or 2 the gap between 1 and 3.
        let bonds = [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (0, 3, 1.0), (0, 2, 1.0)];
        let square = model(4, vec![4], &bonds);
        let graph: Vec<BTreeSet<u32>> =
            (0..4).map(|i| square.couplings().row(i).0.iter().copied().collect()).collect();
        let fills: Vec<usize> = (0..4).map(|i| cost(&graph, i, Greedy::Fill)).collect();
        assert_eq!(fills, [1, 0, 1, 0]);
    }
}
