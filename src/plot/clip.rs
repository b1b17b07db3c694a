//! What of a line or an area lies inside the frame, and dashes.

use super::canvas::{Point, Rect};

/// The parts of a path inside the rectangle (Liang and Barsky, 1984, segment by segment).
pub(super) fn clip_path(path: &[Point], rect: Rect) -> Vec<Vec<Point>> {
    let mut runs: Vec<Vec<Point>> = Vec::new();
    let mut run: Vec<Point> = Vec::new();
    for pair in path.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1], rect) else {
            runs.push(std::mem::take(&mut run));
            continue;
        };
        if run.last() != Some(&from) {
            runs.push(std::mem::take(&mut run));
            run.push(from);
        }
        run.push(to);
    }
    runs.push(run);
    runs.retain(|run| run.len() > 1);
    runs
}

fn clip_segment(from: Point, to: Point, rect: Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let sides = [
        (-dx, from.0 - rect.left),
        (dx, rect.right - from.0),
        (-dy, from.1 - rect.top),
        (dy, rect.bottom - from.1),
    ];
    for (speed, room) in sides {
        if speed == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if speed < 0.0 {
            enter = enter.max(room / speed);
        } else {
            leave = leave.min(room / speed);
        }
    }
    if enter > leave {
        return None;
    }
    let at = |t: f64| {
        if t == 0.0 {
            from
        } else if t == 1.0 {
            to
        } else {
            (from.0 + t * dx, from.1 + t * dy)
        }
    };
    Some((at(enter), at(leave)))
}

/// The part of a polygon inside the rectangle (Sutherland and Hodgman, 1974).
pub(super) fn clip_polygon(polygon: &[Point], rect: Rect) -> Vec<Point> {
    let mut points = polygon.to_vec();
    for side in 0..4 {
        // The distance inward from one side of the rectangle.
        let inward = |p: Point| match side {
            0 => p.0 - rect.left,
            1 => rect.right - p.0,
            2 => p.1 - rect.top,
            _ => rect.bottom - p.1,
        };
        let mut kept = Vec::with_capacity(points.len() + 4);
        for (i, &to) in points.iter().enumerate() {
            let from = points[(i + points.len() - 1) % points.len()];
            let (a, b) = (inward(from), inward(to));
            if (a < 0.0) != (b < 0.0) {
                let t = a / (a - b);
                kept.push((from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)));
            }
            if b >= 0.0 {
                kept.push(to);
            }
        }
        points = kept;
    }
    points
}

/// Cuts a path into dashes of `on` pixels with gaps of `off` pixels.
pub(super) fn dashes(path: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let Some(&first) = path.first() else { return pieces };
    let (mut piece, mut drawing, mut left) = (vec![first], true, on);
    for pair in path.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut rest = (to.0 - from.0).hypot(to.1 - from.1);
        while rest > left {
            let t = left / rest;
            from = (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1));
            rest -= left;
            if drawing {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        left -= rest;
        if drawing {
            piece.push(to);
        }
    }
    if drawing && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// Thins a path that has many points per pixel column to its first, lowest, highest and last there.
pub(super) fn thinned(path: Vec<Point>) -> Vec<Point> {
    if path.len() < 4000 {
        return path;
    }
    let mut kept: Vec<Point> = Vec::new();
    let mut rest = path.as_slice();
    while let Some(&first) = rest.first() {
        let column = (first.0 * 2.0).floor();
        let end = rest.iter().position(|p| (p.0 * 2.0).floor() != column).unwrap_or(rest.len());
        let (group, after) = rest.split_at(end);
        if group.len() <= 4 {
            kept.extend_from_slice(group);
        } else {
            let by_height = |a: &&Point, b: &&Point| a.1.total_cmp(&b.1);
            kept.push(first);
            kept.extend(group.iter().min_by(by_height));
            kept.extend(group.iter().max_by(by_height));
            kept.push(group[group.len() - 1]);
        }
        rest = after;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn paths_end_at_the_frame() {
        let runs =
            clip_path(&[(-5.0, 5.0), (5.0, 5.0), (5.0, 20.0), (8.0, 20.0), (8.0, 9.0)], SQUARE);
        assert_eq!(
            runs,
            [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)], vec![(8.0, 10.0), (8.0, 9.0)]]
        );
        assert!(clip_path(&[(-5.0, -5.0), (-1.0, 20.0)], SQUARE).is_empty());
    }

    #[test]
    fn a_large_polygon_is_cut_to_the_frame() {
        let points =
            clip_polygon(&[(-50.0, -50.0), (50.0, -50.0), (50.0, 5.0), (-50.0, 5.0)], SQUARE);
        assert!(points.iter().all(|p| SQUARE.contains(*p)));
        // The shoelace area of what is left: the upper half of the square.
        let area: f64 = (0..points.len())
            .map(|i| {
                let ((x0, y0), (x1, y1)) = (points[i], points[(i + 1) % points.len()]);
                (x0 * y1 - x1 * y0) / 2.0
            })
            .sum();
        assert!((area.abs() - 50.0).abs() < 1e-9);
    }

    #[test]
    fn dashes_cover_their_share_of_a_path() {
        let pieces = dashes(&[(0.0, 0.0), (7.0, 0.0), (100.0, 0.0)], 6.0, 4.0);
        assert_eq!(pieces.len(), 10);
        assert_eq!(pieces[1], [(10.0, 0.0), (16.0, 0.0)]);
    }
}
