//! Cells of an interval or a rectangle.

use crate::error::{Error, Result};

/// Cells at most, in all.
const MOST: usize = 1 << 20;

/// Equal cells; the first coordinate runs fastest.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub intervals: Vec<(f64, f64)>,
    /// Cells along each axis.
    pub cells: usize,
}

/// Two neighbouring cells, the second further along the axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub first: usize,
    pub second: usize,
    pub axis: usize,
}

impl Grid {
    /// Cells of one or two intervals, at least so many along each.
    pub fn new(intervals: Vec<(f64, f64)>, cells: usize, least: usize) -> Result<Self> {
        for (low, high) in &intervals {
            if !(low < high && (high - low).is_finite()) {
                let given = format!("{low} to {high}");
                return Err(Error::argument("intervals", given, "finite and not empty"));
            }
        }
        let all = u32::try_from(intervals.len()).ok().and_then(|axes| cells.checked_pow(axes));
        if cells < least || all.is_none_or(|all| all > MOST) {
            let allowed = format!("at least {least}, and {MOST} in all at most");
            return Err(Error::argument("cells", cells, allowed));
        }
        Ok(Self { intervals, cells })
    }

    pub fn axes(&self) -> usize {
        self.intervals.len()
    }

    pub fn len(&self) -> usize {
        self.cells.pow(self.axes() as u32)
    }

    pub fn width(&self, axis: usize) -> f64 {
        let (low, high) = self.intervals[axis];
        (high - low) / self.cells as f64
    }

    /// The length or area of a cell.
    pub fn volume(&self) -> f64 {
        (0..self.axes()).map(|axis| self.width(axis)).product()
    }

    /// The middle of a cell.
    pub fn center(&self, cell: usize) -> Vec<f64> {
        let mut left = cell;
        (0..self.axes())
            .map(|axis| {
                let place = left % self.cells;
                left /= self.cells;
                self.intervals[axis].0 + self.width(axis) * (place as f64 + 0.5)
            })
            .collect()
    }

    /// The cell of a point; those at the sides reach to infinity.
    pub fn cell(&self, point: impl IntoIterator<Item = f64>) -> usize {
        let (mut cell, mut stride) = (0, 1);
        for (axis, x) in point.into_iter().enumerate() {
            let place = ((x - self.intervals[axis].0) / self.width(axis)).max(0.0) as usize;
            cell += stride * place.min(self.cells - 1);
            stride *= self.cells;
        }
        cell
    }

    pub fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for axis in 0..self.axes() {
            let stride = self.cells.pow(axis as u32);
            let inner = (0..self.len()).filter(|cell| cell / stride % self.cells + 1 < self.cells);
            edges.extend(inner.map(|first| Edge { first, second: first + stride, axis }));
        }
        edges
    }
}
