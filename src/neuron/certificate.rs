//! Linear programmes for threshold units, and exact integers out of their solutions.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use crate::error::{Error, Result};
use crate::neuron::bits;
use crate::neuron::separability::Sides;

/// The error where floating point left the question open.
pub(super) fn undecided() -> Error {
    Error::Unsupported {
        what: "The test for one threshold unit".to_owned(),
        why: "rounding errors left this function undecided".to_owned(),
        advice: "Ask about a function of fewer inputs.".to_owned(),
    }
}

/// Integer weights and threshold of a unit, or `None` if the programme says that there is none.
///
/// The programme is min Σ|w_i| subject to w·x − θ ≥ 0 on firing rows and ≤ −1 on silent ones. Weights D w, rounded, move no sum of
/// n inputs by more than n/2, so that some D up to n + 1 gives integers that still separate; the smallest that does is taken.
pub(super) fn separate(truth: &[bool], n: usize) -> Result<Option<(Vec<i64>, i64)>> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let free = (f64::NEG_INFINITY, f64::INFINITY);
    let threshold = problem.add_var(0.0, free);
    // w = plus − minus, both at least 0.
    let parts: Vec<(Variable, Variable)> = (0..n)
        .map(|_| {
            let open = (0.0, f64::INFINITY);
            (problem.add_var(1.0, open), problem.add_var(1.0, open))
        })
        .collect();
    for (row, &fires) in truth.iter().enumerate() {
        let mut terms = vec![(threshold, -1.0)];
        for (i, &(plus, minus)) in parts.iter().enumerate() {
            if bits::digit(row, i, n) > 0 {
                terms.extend([(plus, 1.0), (minus, -1.0)]);
            }
        }
        if fires {
            problem.add_constraint(&terms, ComparisonOp::Ge, 0.0);
        } else {
            problem.add_constraint(&terms, ComparisonOp::Le, -1.0);
        }
    }
    let solution = match problem.solve() {
        Ok(solved) => solved.into_solution().map_err(|_| undecided())?,
        Err(microlp::Error::Infeasible) => return Ok(None),
        Err(_) => return Err(undecided()),
    };
    let real: Vec<f64> = parts
        .iter()
        .map(|&(plus, minus)| solution.var_value(plus) - solution.var_value(minus))
        .collect();
    for scale in 1..=2 * (n as i64 + 1) {
        let weights: Vec<i64> = real.iter().map(|w| (w * scale as f64).round() as i64).collect();
        if let Some(threshold) = threshold_between(truth, &weights) {
            return Ok(Some((weights, threshold)));
        }
    }
    Err(undecided())
}

/// The threshold for which these weights compute the function: the smallest sum on a firing row, if it is above all on silent rows.
fn threshold_between(truth: &[bool], weights: &[i64]) -> Option<i64> {
    let n = weights.len();
    let sums = (0..truth.len())
        .map(|row| (0..n).map(|i| weights[i] * i64::from(bits::digit(row, i, n))).sum::<i64>());
    let (mut lowest_firing, mut highest_silent) = (None::<i64>, None::<i64>);
    for (sum, &fires) in sums.zip(truth) {
        if fires {
            lowest_firing = Some(lowest_firing.map_or(sum, |low| low.min(sum)));
        } else {
            highest_silent = Some(highest_silent.map_or(sum, |high| high.max(sum)));
        }
    }
    match (lowest_firing, highest_silent) {
        (Some(low), Some(high)) => (low > high).then_some(high + 1),
        (Some(low), None) => Some(low),
        (None, Some(high)) => Some(high + 1),
        (None, None) => None,
    }
}

/// Rows of the two classes, with multiplicities, whose sums agree.
///
/// The programme looks for a point of both convex hulls. The rows in its basic solution depend on each other in one way only, which
/// elimination in integers finds exactly.
pub(super) fn common_point(truth: &[bool], n: usize) -> Result<Sides> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let shares: Vec<Variable> =
        truth.iter().map(|_| problem.add_var(0.0, (0.0, f64::INFINITY))).collect();
    let sign = |row: usize| if truth[row] { 1.0 } else { -1.0 };
    let all = 0..truth.len();
    for i in 0..n {
        let there = all.clone().filter(|&row| bits::digit(row, i, n) > 0);
        let terms: Vec<_> = there.map(|row| (shares[row], sign(row))).collect();
        problem.add_constraint(&terms, ComparisonOp::Eq, 0.0);
    }
    for class in [true, false] {
        let members = all.clone().filter(|&row| truth[row] == class);
        let terms: Vec<_> = members.map(|row| (shares[row], 1.0)).collect();
        problem.add_constraint(&terms, ComparisonOp::Eq, 1.0);
    }
    let solved = problem.solve().ok().and_then(|solved| solved.into_solution().ok());
    let solution = solved.ok_or_else(undecided)?;
    let support: Vec<usize> = all.filter(|&row| solution.var_value(shares[row]) > 1e-7).collect();
    // A column for each row of the truth table: its inputs and a one, with the sign of its class.
    let matrix: Vec<Vec<i128>> = (0..=n)
        .map(|i| {
            let entry = |row: usize| if i < n { bits::digit(row, i, n).into() } else { 1 };
            support.iter().map(|&row| if truth[row] { entry(row) } else { -entry(row) }).collect()
        })
        .collect();
    let times = dependency(matrix, support.len()).ok_or_else(undecided)?;
    let side = |class: bool| {
        let rows = support.iter().zip(&times).filter(|(row, _)| truth[**row] == class);
        rows.map(|(&row, &k)| (row, k)).collect::<Vec<_>>()
    };
    Ok((side(true), side(false)))
}

/// The vector of positive integers without a common divisor that the matrix maps to zero, if its kernel is one line that
/// holds one; by fraction-free elimination (Bareiss).
fn dependency(mut matrix: Vec<Vec<i128>>, columns: usize) -> Option<Vec<i64>> {
    let mut pivots: Vec<usize> = Vec::new();
    let mut last = 1_i128;
    for column in 0..columns {
        let rank = pivots.len();
        let Some(found) = (rank..matrix.len()).find(|&row| matrix[row][column] != 0) else {
            continue;
        };
        matrix.swap(rank, found);
        let (pivot, pivot_row) = (matrix[rank][column], matrix[rank].clone());
        for (_, entries) in matrix.iter_mut().enumerate().filter(|(row, _)| *row != rank) {
            let factor = entries[column];
            for (entry, above) in entries.iter_mut().zip(&pivot_row) {
                *entry = entry.checked_mul(pivot)?.checked_sub(factor.checked_mul(*above)?)? / last;
            }
        }
        last = pivot;
        pivots.push(column);
    }
    let free: Vec<usize> = (0..columns).filter(|column| !pivots.contains(column)).collect();
    let [free] = free[..] else { return None };
    // Now every pivot row reads pivot · v_p + entry · v_free = 0 with one common pivot.
    let mut solution = vec![0_i128; columns];
    solution[free] = last;
    for (row, &column) in pivots.iter().enumerate() {
        solution[column] = -matrix[row][free];
    }
    let divisor = solution.iter().fold(0_i128, |a, &b| gcd(a, b));
    let sign = solution[free].signum();
    let positive = solution.iter().map(|&v| i64::try_from(sign * v / divisor.max(1)).ok());
    positive.map(|v| v.filter(|&v| v > 0)).collect()
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_of_a_small_matrix_is_found_in_integers() {
        // v = (2, 3, 1): 3·2 − 2·3 = 0, 2 − 2·1 = 0.
        let kernel = dependency(vec![vec![3, -2, 0], vec![1, 0, -2], vec![4, -2, -2]], 3);
        assert_eq!(kernel, Some(vec![2, 3, 1]));
        assert_eq!(dependency(vec![vec![1, 1]], 2), None, "one entry would be negative");
        assert_eq!(dependency(vec![vec![1, -1, 0]], 3), None, "a plane of solutions");
        assert_eq!(dependency(vec![vec![1, 0], vec![0, 1]], 2), None, "no solution but zero");
    }

    #[test]
    fn hulls_that_meet_share_a_point_found_exactly() -> Result<()> {
        // Every function of three inputs: weights from the one programme or rows from the other, never both.
        for f in 0..256_usize {
            let truth: Vec<bool> = (0..8).map(|row| bits::digit(f, row, 8) > 0).collect();
            if let Some((weights, threshold)) = separate(&truth, 3)? {
                assert_eq!(threshold_between(&truth, &weights), Some(threshold));
                continue;
            }
            let (firing, silent) = common_point(&truth, 3)?;
            let total = |rows: &[(usize, i64)]| rows.iter().map(|r| r.1).sum::<i64>();
            assert_eq!(total(&firing), total(&silent));
            for i in 0..3 {
                let sum = |rows: &[(usize, i64)]| {
                    let digit = |row| i64::from(bits::digit(row, i, 3));
                    rows.iter().map(|&(row, k)| k * digit(row)).sum::<i64>()
                };
                assert_eq!(sum(&firing), sum(&silent));
            }
        }
        Ok(())
    }
}
