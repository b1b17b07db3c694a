//! Dichotomies as bits of a word, and those of classes on the line.

use crate::error::{Error, Result};
use crate::ndarray::Array2;

/// More points do not fit in a word.
pub(super) const MOST_POINTS: usize = 64;
/// More dichotomies than this make tables that nobody reads.
pub(super) const MOST_DICHOTOMIES: usize = 1 << 20;

pub(super) fn require_points(count: usize) -> Result<()> {
    if count > MOST_POINTS {
        return Err(Error::TooLarge {
            what: "The set of all dichotomies".into(),
            needs: format!("labels of {count} points in one word"),
            limit: format!("{MOST_POINTS} points"),
            advice: "Take fewer points, or sample the class's complexity.".into(),
        });
    }
    Ok(())
}

pub(super) fn too_many(what: &str) -> Error {
    Error::TooLarge {
        what: format!("The set of all dichotomies by {what}"),
        needs: format!("more than {MOST_DICHOTOMIES} rows"),
        limit: format!("the {MOST_DICHOTOMIES} allowed"),
        advice: "Take fewer points or a smaller class.".into(),
    }
}

/// All points.
pub(super) fn full(count: usize) -> u64 {
    if count >= MOST_POINTS { u64::MAX } else { (1 << count) - 1 }
}

/// The points of one column from left to right, those of equal value together.
pub(super) fn groups(points: &Array2<f64>, axis: usize) -> Vec<u64> {
    let mut order: Vec<usize> = (0..points.nrows()).collect();
    order.sort_by(|&a, &b| points[(a, axis)].total_cmp(&points[(b, axis)]));
    let mut groups: Vec<u64> = Vec::new();
    let mut last = f64::NAN;
    for k in order {
        let x = points[(k, axis)];
        match groups.last_mut() {
            Some(group) if x == last => *group |= 1 << k,
            _ => groups.push(1 << k),
        }
        last = x;
    }
    groups
}

pub(super) fn thresholds(points: &Array2<f64>) -> Vec<u64> {
    let mut right = full(points.nrows());
    let mut found = vec![right];
    for group in groups(points, 0) {
        right &= !group;
        found.push(right);
    }
    found
}

pub(super) fn rays(points: &Array2<f64>) -> Vec<u64> {
    let all = full(points.nrows());
    let right = thresholds(points);
    right.iter().flat_map(|&mask| [mask, all & !mask]).collect()
}

/// Unions of up to k runs of neighbouring groups.
pub(super) fn unions(points: &Array2<f64>, k: usize) -> Result<Vec<u64>> {
    // What is chosen so far, the runs begun, and whether the last one goes on.
    let mut found = vec![(0_u64, 0_usize, false)];
    for group in groups(points, 0) {
        let mut next = Vec::with_capacity(2 * found.len());
        for (mask, runs, open) in found {
            next.push((mask, runs, false));
            if open || runs < k {
                next.push((mask | group, runs + usize::from(!open), true));
            }
        }
        if next.len() > MOST_DICHOTOMIES {
            return Err(too_many("unions of intervals"));
        }
        found = next;
    }
    Ok(found.into_iter().map(|(mask, _, _)| mask).collect())
}
