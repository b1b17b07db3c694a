//! The builder of a count of jumps.

use crate::error::{Error, Result, require_positive};
use crate::ndarray::Array2;
use crate::phase_space::detailed_balance::count::{Counts, angles};
use crate::phase_space::detailed_balance::currents::{Conditions, JumpCurrents};
use crate::phase_space::grid::Grid;
use crate::progress::{Deadline, Progress};
use crate::setters::setters;

/// Fewer paths than this are cut into pieces, this many in all at least.
const FEW: usize = 40;

/// Half the width of the plane in standard deviations.
const REACH: f64 = 2.0;

/// Cells in all at most: pairs are their square.
const MOST_CELLS: usize = 1 << 12;

/// Settings of a count of jumps between the cells of a line or a plane along paths; [`run`](Self::run) counts.
///
/// In equilibrium each jump i → j within a lag is as frequent as j → i (detailed balance), so that the net current n_ij − n_ji of every pair is zero; where something drives the process, currents go round and are not
/// (C. Battle et al., Science 352, 604 (2016)). This also holds if only some coordinates are looked at, while currents may hide in others. Errors are the scatter of independent paths; fewer than 40 of them are cut into 40 pieces or more,
/// which should be longer than the memory of the process.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // A bowl with a whirl.
/// let whirl = OrnsteinUhlenbeck::new(&array![[1.0, -2.0], [2.0, 1.0]], &array![[1.0, 0.0], [0.0, 1.0]])?;
/// let jumps = DetailedBalance::new(&[whirl.path(100_000, 0.02, 1)?], 0.02)?.cells(2).run()?;
/// let exact = whirl.circulation()?[(0, 1)];
/// assert!((jumps.circulation - exact).abs() < 4.0 * jumps.circulation_err + 0.1 * exact.abs());
/// assert!(jumps.asymmetry < -10.0 * jumps.asymmetry_err); // clockwise
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct DetailedBalance {
    paths: Vec<Array2<f64>>,
    interval: f64,
    intervals: Option<Vec<(f64, f64)>>,
    cells: usize,
    lag: usize,
    deadline: Option<f64>,
}

impl DetailedBalance {
    /// From stationary paths of one or two coordinates, a row for each time, with the interval between two of these.
    ///
    /// # Errors
    /// If there is no path, paths are not of one length and one or two columns, a number is not finite, or the interval is not a finite number above 0.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let process = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]])?;
    /// let path = process.path(1000, 0.1, 1)?;
    /// assert!(DetailedBalance::new(&[path.clone()], 0.1)?.run().is_ok());
    /// assert!(DetailedBalance::new(&[path], -0.1).is_err() && DetailedBalance::new(&[], 0.1).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(paths: &[Array2<f64>], interval: f64) -> Result<Self> {
        require_positive("interval", interval)?;
        let shape = paths.first().map_or((0, 0), Array2::dim);
        let other = paths.iter().find(|path| path.dim() != shape || shape.0 < 2);
        if other.is_some() || !(1..=2).contains(&shape.1) {
            let (rows, columns) = other.map_or(shape, Array2::dim);
            return Err(Error::Shape {
                what: "Every path",
                expected: "times × 1 or times × 2, the same for all, and there must be one"
                    .to_string(),
                given: format!("{rows} × {columns}"),
            });
        }
        if let Some(x) = paths.iter().flatten().find(|x| !(x.abs() < 1e150)) {
            return Err(Error::argument("paths", format!("a number {x}"), "of finite numbers"));
        }
        let paths = paths.to_vec();
        Ok(Self { paths, interval, intervals: None, cells: 4, lag: 1, deadline: None })
    }

    setters! { "DetailedBalance::new(&[OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]])?.path(1000, 0.1, 1)?], 0.1)?":
        /// A limit in seconds, after which the currents rest on the pieces counted so far (two at least) and `complete` is false; default none.
        deadline;
    }

    /// Cells along each axis, the outermost of which reach to infinity; default 4. An even number leaves none in the middle, about which [circulation](JumpCurrents::circulation) goes.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let path = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]])?.path(1000, 0.1, 1)?;
    /// let settings = DetailedBalance::new(&[path], 0.1)?;
    /// assert_eq!(settings.cells(2).run()?.frame.height(), 1); // one pair
    /// assert!(settings.cells(1).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn cells(&self, cells: usize) -> Self {
        Self { cells, ..self.clone() }
    }

    /// The interval of each axis that the cells divide; default two standard deviations about the mean.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let path = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]])?.path(1000, 0.1, 1)?;
    /// let jumps = DetailedBalance::new(&[path], 0.1)?.intervals([(-1.0, 1.0)]).cells(2).run()?;
    /// assert_eq!((jumps.frame.values("from_x")?[0], jumps.frame.values("to_x")?[0]), (-0.5, 0.5));
    /// # Ok(()) }
    /// ```
    pub fn intervals(&self, intervals: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self { intervals: Some(intervals.into_iter().collect()), ..self.clone() }
    }

    /// The lag of a jump in rows of the path, whose time is the column `lag_time`; default 1. Circulation is that of the process for lags far below its relaxation, in which it crosses a cell.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let path = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]])?.path(1000, 0.1, 1)?;
    /// let settings = DetailedBalance::new(&[path], 0.1)?;
    /// assert!(settings.lag(5).run().is_ok() && settings.lag(0).run().is_err() && settings.lag(999).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn lag(&self, lag: usize) -> Self {
        Self { lag, ..self.clone() }
    }

    /// Counts the jumps of all pieces.
    ///
    /// # Errors
    /// If a setting is out of range, a piece is not longer than the lag, there are more than 4096 cells, the paths do not move, or no path leaves its cell.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wells = Objective::exact(2, |x| (x[0].powi(2) - 1.0).powi(2) + (x[1] - x[0]).powi(2))?;
    /// let walk = wells.langevin(&Array2::zeros((100, 2)), 0.5).scheme(LangevinScheme::Mala).step_size(0.05);
    /// let jumps = walk.steps(2000).points(501).run()?.detailed_balance([0, 1])?.run()?;
    /// assert!(jumps.circulation.abs() < 4.0 * jumps.circulation_err);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<JumpCurrents> {
        let deadline = Deadline::new(self.deadline)?;
        let (grid, length) = (self.grid()?, self.length()?);
        let directions = (grid.axes() == 2).then(|| angles(&grid));
        let pieces = self.paths.len() * (self.paths[0].nrows() / length);
        let mut progress = Progress::new("pieces of paths", pieces);
        let (mut counts, mut complete) = (Counts::default(), true);
        'paths: for path in &self.paths {
            let cells: Vec<usize> =
                path.rows().into_iter().map(|x| grid.cell(x.iter().copied())).collect();
            for piece in cells.chunks_exact(length) {
                if counts.pieces >= 2 && deadline.passed() {
                    complete = false;
                    progress.stopped();
                    break 'paths;
                }
                counts.add(piece, self.lag, directions.as_deref());
                progress.add(1);
            }
        }
        let conditions = Conditions {
            lag: self.lag as f64 * self.interval,
            jumps: (length - self.lag) as f64,
            complete,
        };
        JumpCurrents::new(&grid, &counts, &conditions)
    }

    /// The times of a piece.
    fn length(&self) -> Result<usize> {
        let (paths, rows) = (self.paths.len(), self.paths[0].nrows());
        let cuts = if paths < FEW { FEW.div_ceil(paths) } else { 1 };
        let length = rows / cuts;
        if length < 2 {
            let given = format!("{paths} of {rows} times, to be cut into {cuts} pieces each");
            let allowed = format!("of at least {} times each, or at least {FEW} paths", 2 * cuts);
            return Err(Error::argument("paths", given, allowed));
        }
        if self.lag == 0 || self.lag >= length {
            let allowed = format!(
                "at least 1 and below the {length} times of a piece ({paths} paths of {rows})"
            );
            return Err(Error::argument("lag", self.lag, allowed));
        }
        Ok(length)
    }

    fn grid(&self) -> Result<Grid> {
        let axes = self.paths[0].ncols();
        let intervals = match &self.intervals {
            Some(intervals) if intervals.len() == axes => intervals.clone(),
            Some(intervals) => {
                return Err(Error::Shape {
                    what: "`intervals`",
                    expected: format!("[{axes}], one for each axis"),
                    given: format!("[{}]", intervals.len()),
                });
            }
            None => (0..axes).map(|axis| self.extent(axis)).collect::<Result<_>>()?,
        };
        let grid = Grid::new(intervals, self.cells, 2)?;
        if grid.len() > MOST_CELLS {
            let allowed = format!("so few that there are {MOST_CELLS} in all at most");
            return Err(Error::argument("cells", self.cells, allowed));
        }
        Ok(grid)
    }

    /// Some standard deviations about the mean.
    fn extent(&self, axis: usize) -> Result<(f64, f64)> {
        let values = || self.paths.iter().flat_map(|path| path.column(axis).to_vec());
        let count = (self.paths.len() * self.paths[0].nrows()) as f64;
        let mean = values().map(|x| x / count).sum::<f64>();
        let deviation = values().map(|x| (x - mean).powi(2) / count).sum::<f64>().sqrt();
        if !(deviation > 1e-12 * mean.abs()) {
            let given = format!("ones that stay at {mean} in coordinate {axis}");
            return Err(Error::argument("paths", given, "such that move"));
        }
        Ok((mean - REACH * deviation, mean + REACH * deviation))
    }
}
