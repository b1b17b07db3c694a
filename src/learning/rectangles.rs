//! Boxes parallel to the axes: their dichotomies, and the most that m points allow.

use std::collections::HashSet;

use super::masks::{MOST_DICHOTOMIES, full, groups, too_many};
use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::num_bigint::BigUint;
use crate::rayon::prelude::*;

/// Orders of coordinates times boxes: some ten seconds.
const MOST_BOXES: f64 = 1e8;

/// A box is an interval of each coordinate, so its points are the intersection of what the intervals hold.
pub(super) fn dichotomies(points: &Array2<f64>) -> Result<Vec<u64>> {
    let mut found = vec![full(points.nrows())];
    for axis in 0..points.ncols() {
        let intervals = intervals(&groups(points, axis));
        let mut next = HashSet::new();
        for mask in &found {
            next.extend(intervals.iter().map(|interval| mask & interval));
            if next.len() > MOST_DICHOTOMIES {
                return Err(too_many("rectangles"));
            }
        }
        found = next.into_iter().collect();
    }
    Ok(found)
}

/// All runs of neighbouring groups, and none of them.
fn intervals(groups: &[u64]) -> Vec<u64> {
    let mut found = vec![0];
    for start in 0..groups.len() {
        let mut mask = 0;
        for group in &groups[start..] {
            mask |= group;
            found.push(mask);
        }
    }
    found
}

/// Only the order of the points along each axis matters, and points that share a coordinate are fewer ways to cut: so the most are found among all orders along the axes but the
/// first, which names the points.
pub(super) fn growth_function(m: usize, dimension: usize) -> Result<BigUint> {
    if m.div_ceil(2) <= dimension {
        // Points at both ends of each axis are shattered.
        return Ok(BigUint::from(1_u32) << m);
    }
    let orders = (1..=m).map(|k| k as f64).product::<f64>().powf(dimension as f64 - 1.0);
    let boxes = (0.5 * (m * (m + 1)) as f64).powf(dimension as f64);
    if !(orders * boxes <= MOST_BOXES) {
        return Err(Error::TooLarge {
            what: format!(
                "The growth function of rectangles at {m} points in {dimension} dimensions"
            ),
            needs: format!("{orders:.0e} orders of {boxes:.0e} boxes"),
            limit: format!("{MOST_BOXES:.0e} in all"),
            advice: "Take fewer points, or count the dichotomies of the points at hand.".into(),
        });
    }
    let permutations = permutations(m);
    let identity: Vec<u64> = (0..m).map(|k| 1 << k).collect();
    let first = intervals(&identity);
    let others: Vec<Vec<u64>> = permutations.iter().map(|order| intervals(order)).collect();
    let most = if dimension == 2 {
        others.par_iter().map(|other| count(m, &meet(&first, other))).max()
    } else {
        others
            .par_iter()
            .map(|other| deepest(m, &meet(&first, other), &others, dimension - 2))
            .max()
    };
    Ok(BigUint::from(most.unwrap_or(0)))
}

fn deepest(m: usize, masks: &[u64], orders: &[Vec<u64>], axes: usize) -> usize {
    if axes == 0 {
        return count(m, masks);
    }
    orders.iter().map(|order| deepest(m, &meet(masks, order), orders, axes - 1)).max().unwrap_or(0)
}

/// The distinct intersections.
fn meet(masks: &[u64], intervals: &[u64]) -> Vec<u64> {
    let mut found: Vec<u64> =
        masks.iter().flat_map(|mask| intervals.iter().map(move |other| mask & other)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn count(m: usize, masks: &[u64]) -> usize {
    let mut seen = vec![false; 1 << m];
    for &mask in masks {
        seen[mask as usize] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

/// All orders of m points, each as the list of their bits (Heap's algorithm).
fn permutations(m: usize) -> Vec<Vec<u64>> {
    let mut order: Vec<u64> = (0..m).map(|k| 1 << k).collect();
    let mut turns = vec![0; m];
    let mut found = vec![order.clone()];
    let mut k = 1;
    while k < m {
        if turns[k] < k {
            order.swap(if k % 2 == 0 { 0 } else { turns[k] }, k);
            found.push(order.clone());
            turns[k] += 1;
            k = 1;
        } else {
            turns[k] = 0;
            k += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_all_different() {
        for (m, factorial) in [(1, 1), (2, 2), (3, 6), (4, 24), (6, 720)] {
            let mut all = permutations(m);
            all.sort();
            all.dedup();
            assert_eq!(all.len(), factorial);
        }
    }
}
