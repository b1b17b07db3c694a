//! Jumps between cells along pieces of paths, and their sums over pieces.

use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};

use crate::phase_space::grid::Grid;

/// Sums over pieces of a net number and of the total that it is of, as their means, errors and ratio need them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    net: f64,
    total: f64,
    net_squares: f64,
    products: f64,
    total_squares: f64,
    jumps: f64,
}

impl Tally {
    /// Adds a piece, in which the total is of so many jumps.
    pub fn add(&mut self, net: f64, total: f64, jumps: f64) {
        self.net += net;
        self.total += total;
        self.net_squares += net * net;
        self.products += net * total;
        self.total_squares += total * total;
        self.jumps += jumps;
    }

    /// The numbers forth and back.
    pub fn directions(&self) -> (f64, f64) {
        (0.5 * (self.total + self.net), 0.5 * (self.total - self.net))
    }

    /// The net number of a piece, and its standard error.
    pub fn mean(&self, pieces: f64) -> (f64, f64) {
        let mean = self.net / pieces;
        let scatter = self.at_least(self.net_squares - pieces * mean * mean, self.net_squares);
        (mean, (scatter / pieces / (pieces - 1.0)).sqrt())
    }

    /// Net over total with the error of a ratio.
    pub fn ratio(&self, pieces: f64) -> (f64, f64) {
        let ratio = self.net / self.total;
        let rest =
            self.net_squares - 2.0 * ratio * self.products + ratio * ratio * self.total_squares;
        let rest = self.at_least(rest, self.total_squares);
        (ratio, (rest * pieces / (pieces - 1.0)).sqrt() / self.total)
    }

    /// Whether any piece has a net number.
    pub fn tells(&self) -> bool {
        self.net_squares > 0.0
    }

    /// The squared deviations of all pieces; where there are none but rounding, those of a jump more in a piece and one less in another.
    fn at_least(&self, squares: f64, size: f64) -> f64 {
        if squares > 1e-12 * size || self.jumps == 0.0 {
            return squares.max(0.0);
        }
        2.0 * (self.total / self.jumps).powi(2)
    }
}

/// What all pieces so far have counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub pieces: usize,
    /// Of each pair of cells, the smaller number first.
    pub pairs: BTreeMap<(usize, usize), Tally>,
    /// Turns about the middle of the plane, anticlockwise and clockwise.
    pub turns: Tally,
}

impl Counts {
    /// Counts the jumps of a piece, given by the cell at each time, over a lag.
    pub fn add(&mut self, cells: &[usize], lag: usize, angles: Option<&[Option<f64>]>) {
        let mut jumps: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
        for (from, to) in cells.iter().zip(&cells[lag..]) {
            if from < to {
                jumps.entry((*from, *to)).or_default().0 += 1.0;
            } else if to < from {
                jumps.entry((*to, *from)).or_default().1 += 1.0;
            }
        }
        let (mut net_turns, mut all_turns, mut turning) = (0.0, 0.0, 0.0);
        for ((from, to), (forth, back)) in jumps {
            self.pairs.entry((from, to)).or_default().add(forth - back, forth + back, forth + back);
            let turn = angles.map_or(0.0, |angles| turn(angles[from], angles[to]));
            net_turns += turn * (forth - back);
            all_turns += turn.abs() * (forth + back);
            turning += if turn == 0.0 { 0.0 } else { forth + back };
        }
        self.turns.add(net_turns, all_turns, turning);
        self.pieces += 1;
    }
}

/// The direction in which each cell of a plane lies from its middle; none of a cell in the middle.
pub(super) fn angles(grid: &Grid) -> Vec<Option<f64>> {
    let middle = 0.5 * (grid.cells as f64 - 1.0);
    let angle = |cell: usize| {
        let x = (cell % grid.cells) as f64 - middle;
        let y = (cell / grid.cells) as f64 - middle;
        (x != 0.0 || y != 0.0).then(|| y.atan2(x))
    };
    (0..grid.len()).map(angle).collect()
}

/// The part of a turn from one direction to another by the shorter way; 0 where there is none.
fn turn(from: Option<f64>, to: Option<f64>) -> f64 {
    let (Some(from), Some(to)) = (from, to) else { return 0.0 };
    let way = (to - from) - TAU * ((to - from) / TAU).round();
    if way.abs() > PI - 1e-9 { 0.0 } else { way / TAU }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_take_the_shorter_way() {
        let grid = Grid::new(vec![(-1.0, 1.0); 2], 2, 2).unwrap();
        // Anticlockwise: (+,+), (−,+), (−,−), (+,−).
        let around = [3, 2, 0, 1, 3];
        let angles = angles(&grid);
        for pair in around.windows(2) {
            assert!((turn(angles[pair[0]], angles[pair[1]]) - 0.25).abs() < 1e-15);
            assert!((turn(angles[pair[1]], angles[pair[0]]) + 0.25).abs() < 1e-15);
        }
        assert_eq!(turn(angles[0], angles[3]), 0.0);
        let mut counts = Counts::default();
        counts.add(&around, 1, Some(&angles));
        assert!((counts.turns.mean(2.0).0 - 0.5).abs() < 1e-15 && counts.pairs.len() == 4);
        let odd = Grid::new(vec![(-1.0, 1.0); 2], 3, 2).unwrap();
        assert_eq!(super::angles(&odd)[4], None);
    }

    #[test]
    fn errors_by_hand() {
        let mut tally = Tally::default();
        tally.add(1.0, 3.0, 3.0);
        tally.add(3.0, 5.0, 5.0);
        assert_eq!(tally.directions(), (6.0, 2.0));
        // Net numbers 1 and 3; residuals 1 − 3/2 and 3 − 5/2.
        assert_eq!(tally.mean(2.0), (2.0, 1.0));
        let (ratio, error) = tally.ratio(2.0);
        assert_eq!(ratio, 0.5);
        assert!((error - 1.0 / 8.0).abs() < 1e-15);
        // Pieces that agree: 3 and 3 became 4 and 2, with a mean of 3 ± 1; the ratio of 6 to 6 is 1 ± 2/6.
        let mut tally = Tally::default();
        tally.add(3.0, 3.0, 3.0);
        tally.add(3.0, 3.0, 3.0);
        assert_eq!((tally.mean(2.0), tally.ratio(2.0)), ((3.0, 1.0), (1.0, 2.0 / 6.0)));
    }
}
