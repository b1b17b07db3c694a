//! Lines of equal value over a grid: marching squares.

use std::collections::HashMap;

use super::layer::Field;

/// An edge of the grid: the cell corner where it starts and whether it runs upward.
type Edge = (usize, usize, bool);

/// The lines on which the field, interpolated linearly along the grid's edges, has the value `level`.
///
/// Where a cell is a saddle, its mean decides which corners are joined. Cells with a missing corner stay empty.
/// (W. E. Lorensen and H. E. Cline, SIGGRAPH 1987, in two dimensions.)
pub(super) fn contour_lines(field: &Field, level: f64) -> Vec<Vec<(f64, f64)>> {
    let mut links: HashMap<Edge, Vec<Edge>> = HashMap::new();
    let mut starts: Vec<Edge> = Vec::new();
    for row in 0..field.y.len().saturating_sub(1) {
        for column in 0..field.x.len().saturating_sub(1) {
            for (a, b) in crossings(field, row, column, level) {
                links.entry(a).or_default().push(b);
                links.entry(b).or_default().push(a);
                starts.push(a);
                starts.push(b);
            }
        }
    }
    // Open lines first, from their ends; what is left are closed ones.
    let (ends, inner): (Vec<Edge>, Vec<Edge>) =
        starts.into_iter().partition(|edge| links[edge].len() == 1);
    let mut lines = Vec::new();
    for start in ends.into_iter().chain(inner) {
        let line = follow(&mut links, start);
        if line.len() > 1 {
            lines.push(line.into_iter().map(|edge| crossing(field, edge, level)).collect());
        }
    }
    lines
}

/// Walks along the links from an edge, removing them.
fn follow(links: &mut HashMap<Edge, Vec<Edge>>, start: Edge) -> Vec<Edge> {
    let mut line = vec![start];
    let mut here = start;
    while let Some(next) = links.get_mut(&here).and_then(Vec::pop) {
        if let Some(back) = links.get_mut(&next)
            && let Some(place) = back.iter().position(|edge| *edge == here)
        {
            back.swap_remove(place);
        }
        line.push(next);
        here = next;
    }
    line
}

/// The pairs of a cell's edges that a contour joins.
fn crossings(field: &Field, row: usize, column: usize, level: f64) -> Vec<(Edge, Edge)> {
    let z = |r: usize, c: usize| field.z[[r, c]];
    // Corners counter-clockwise from the lower left one.
    let corners = [z(row, column), z(row, column + 1), z(row + 1, column + 1), z(row + 1, column)];
    if corners.iter().any(|v| !v.is_finite()) {
        return Vec::new();
    }
    let bottom = (row, column, false);
    let right = (row, column + 1, true);
    let top = (row + 1, column, false);
    let left = (row, column, true);
    let above = corners.map(|v| v >= level);
    let case = above.iter().enumerate().fold(0, |bits, (i, up)| bits | usize::from(*up) << i);
    let high_middle = corners.iter().map(|v| v / 4.0).sum::<f64>() >= level;
    match case {
        1 | 14 => vec![(left, bottom)],
        2 | 13 => vec![(bottom, right)],
        3 | 12 => vec![(left, right)],
        4 | 11 => vec![(right, top)],
        6 | 9 => vec![(bottom, top)],
        7 | 8 => vec![(left, top)],
        5 if high_middle => vec![(left, top), (bottom, right)],
        5 => vec![(left, bottom), (right, top)],
        10 if high_middle => vec![(left, bottom), (right, top)],
        10 => vec![(left, top), (bottom, right)],
        _ => Vec::new(),
    }
}

/// Where the level lies on an edge.
fn crossing(field: &Field, (row, column, upward): Edge, level: f64) -> (f64, f64) {
    let (next_row, next_column) = if upward { (row + 1, column) } else { (row, column + 1) };
    let (from, to) = (field.z[[row, column]], field.z[[next_row, next_column]]);
    let part = ((level - from) / (to - from)).clamp(0.0, 1.0);
    let part = if part.is_finite() { part } else { 0.5 };
    let between = |a: f64, b: f64| a + part * (b - a);
    (between(field.x[column], field.x[next_column]), between(field.y[row], field.y[next_row]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::Array2;

    fn field(n: usize, f: impl Fn(f64, f64) -> f64) -> Field {
        let x: Vec<f64> = (0..n).map(|i| -2.0 + 4.0 * i as f64 / (n - 1) as f64).collect();
        let z = Array2::from_shape_fn((n, n), |(r, c)| f(x[c], x[r]));
        Field { x: x.clone(), y: x, z, name: String::new() }
    }

    #[test]
    fn a_paraboloid_has_a_circle() {
        let field = field(81, |x, y| x * x + y * y);
        let lines = contour_lines(&field, 1.0);
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!(line.first(), line.last(), "the circle closes");
        // Linear interpolation of x² over a cell of width h errs by at most h²/4 in the value.
        for (x, y) in line {
            assert!((x * x + y * y - 1.0).abs() < 0.05f64.powi(2) / 2.0);
        }
        let length: f64 = line.windows(2).map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1)).sum();
        assert!((length - std::f64::consts::TAU).abs() < 0.01, "{length}");
    }

    #[test]
    fn a_saddle_has_two_branches_and_a_plane_one_line() {
        assert_eq!(contour_lines(&field(40, |x, y| x * y), 0.5).len(), 2);
        let lines = contour_lines(&field(40, |x, _| x), 0.3);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|(x, _)| (x - 0.3).abs() < 1e-12));
        assert!(contour_lines(&field(5, |_, _| f64::NAN), 0.0).is_empty());
        assert!(contour_lines(&field(5, |_, _| 1.0), 2.0).is_empty());
    }
}
