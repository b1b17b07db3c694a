//! Searches from many points, and the different critical points that they find.

use crate::error::{Error, Result, require_positive};
use crate::landscape::critical::classify::frame;
use crate::landscape::critical::find::CriticalSearch;
use crate::landscape::vector::norm;
use crate::landscape::{CriticalPoint, Objective};
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;
use crate::setters::setters;

/// Settings of searches from many points; [`run`](Self::run) goes.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Minima at (±1, 0) and the saddle between them.
/// let double_well = Objective::exact(2, |x| (x[0].powi(2) - 1.0).powi(2) + x[1].powi(2))?;
/// let starts = Array2::from_shape_fn((9, 2), |(k, i)| if i == 0 { k as f64 / 4.0 - 1.0 } else { 0.3 });
/// let found = double_well.critical_points(&starts).run()?;
/// assert_eq!(found.frame()?.values("index")?, [0.0, 0.0, 1.0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct CriticalSurvey {
    search: CriticalSearch,
    starts: Array2<f64>,
    apart: f64,
}

/// Different critical points, those of lower loss first.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let wave = Objective::exact(1, |x| x[0].sin())?;
/// let found: CriticalPoints = wave.critical_points(&array![[1.0], [2.0], [4.0]]).run()?;
/// assert_eq!(found.counts.iter().sum::<usize>() + found.failed, 3);
/// assert!(found.points[0].loss < found.points[1].loss);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CriticalPoints {
    /// The points with their kinds.
    pub points: Vec<CriticalPoint>,
    /// How many searches came to each.
    pub counts: Vec<usize>,
    /// How many ended elsewhere, with a gradient that was not small.
    pub failed: usize,
    /// Whether all searches came to their end: false if a deadline stopped some.
    pub complete: bool,
}

impl Objective {
    /// Searches for critical points from many starts, the rows of `starts`, on all threads: as [`find_critical`](Self::find_critical) does.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::exact(1, |x| x[0].sin())?;
    /// let found = wave.critical_points(&array![[1.0], [2.0], [4.0]]).run()?;
    /// assert_eq!((found.points.len(), found.counts), (2, vec![1, 2]));
    /// # Ok(()) }
    /// ```
    pub fn critical_points(&self, starts: &Array2<f64>) -> CriticalSurvey {
        let first = starts.rows().into_iter().next().map(|row| row.to_owned());
        let search = self.find_critical(&first.unwrap_or_default());
        CriticalSurvey { search, starts: starts.clone(), apart: 1e-4 }
    }
}

impl CriticalSurvey {
    setters! { "Objective::exact(1, |x| x[0].sin())?.critical_points(&array![[1.4]])", through search:
        /// Steps of each search at most; default 200.
        steps;
    }

    /// A limit in seconds for all searches together, after which those that are done count, and `complete` is false; default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let survey = Objective::exact(1, |x| x[0].sin())?.critical_points(&array![[1.4]]);
    /// assert!(survey.deadline(60.0).run()?.complete && survey.deadline(-1.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { search: self.search.deadline(seconds), ..self.clone() }
    }

    /// Looks for points with so many negative eigenvalues only; see [`CriticalSearch::index`]. Default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::exact(1, |x| x[0].sin())?;
    /// let maxima = wave.critical_points(&array![[1.0], [2.0], [6.0]]).index(1).run()?;
    /// assert!(maxima.points.iter().all(|point| point.kind == CriticalKind::Maximum));
    /// # Ok(()) }
    /// ```
    pub fn index(&self, negative: usize) -> Self {
        Self { search: self.search.index(negative), ..self.clone() }
    }

    /// Ends a search once the gradient's norm is this small; default 10⁻⁸.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let survey = Objective::exact(1, |x| x[0].sin())?.critical_points(&array![[1.4]]);
    /// assert!(survey.tolerance(0.1).run()?.points[0].gradient_norm > survey.run()?.points[0].gradient_norm);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, norm: f64) -> Self {
        Self { search: self.search.tolerance(norm), ..self.clone() }
    }

    /// Points closer than this count as one; default 10⁻⁴.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::exact(1, |x| x[0].sin())?;
    /// assert_eq!(wave.critical_points(&array![[1.0], [4.0]]).apart(10.0).run()?.points.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn apart(&self, distance: f64) -> Self {
        Self { apart: distance, ..self.clone() }
    }

    /// Runs all searches.
    ///
    /// # Errors
    /// If there is no start or one of the wrong length; if the distance is not above 0; as [`CriticalSearch::run`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(2, |x| x[0].powi(2) + x[1].powi(2))?;
    /// assert!(bowl.critical_points(&Array2::zeros((0, 2))).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<CriticalPoints> {
        let n = self.search.objective.dimension();
        if self.starts.nrows() == 0 || self.starts.ncols() != n {
            return Err(Error::Shape {
                what: "`starts`",
                expected: format!("k × {n}, a start a row and at least one"),
                given: format!("{} × {}", self.starts.nrows(), self.starts.ncols()),
            });
        }
        require_positive("apart", self.apart)?;
        let from = |row: usize| CriticalSearch {
            start: self.starts.row(row).to_owned(),
            ..self.search.clone()
        };
        (0..self.starts.nrows()).try_for_each(|row| from(row).check())?;
        let deadline = Deadline::new(self.search.deadline)?;
        let total = self.starts.nrows();
        let mut progress = Progress::new("searches", total);
        let mut found =
            CriticalPoints { points: Vec::new(), counts: Vec::new(), failed: 0, complete: true };
        let wave = 4 * crate::rayon::current_num_threads().max(1);
        for first in (0..total).step_by(wave) {
            let rows = first..total.min(first + wave);
            let count = rows.len();
            let ended: Vec<_> = rows
                .into_par_iter()
                .map(|row| from(row).go(deadline, &mut Progress::new("steps", usize::MAX)))
                .collect();
            // A search that leaves where the loss is finite has failed, and the others have not.
            for ended in ended {
                match ended {
                    Ok(ended) if ended.converged => {
                        let point = self.search.classified(ended)?.point;
                        self.insert(&mut found, point);
                    }
                    Ok(ended) if !ended.complete => found.complete = false,
                    _ => found.failed += 1,
                }
            }
            progress.add(count);
        }
        found.sort();
        Ok(found)
    }

    fn insert(&self, found: &mut CriticalPoints, point: CriticalPoint) {
        let known =
            found.points.iter().position(|known| norm(&(&known.theta - &point.theta)) < self.apart);
        if let Some(k) = known {
            found.counts[k] += 1;
        } else {
            found.points.push(point);
            found.counts.push(1);
        }
    }
}

impl CriticalPoints {
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        order.sort_by(|&a, &b| self.points[a].loss.total_cmp(&self.points[b].loss));
        self.points = order.iter().map(|&k| self.points[k].clone()).collect();
        self.counts = order.iter().map(|&k| self.counts[k]).collect();
    }

    /// A row each point, that of lowest loss first: the columns of [`CriticalPoint::frame`], and `searches`, how many came to it.
    ///
    /// # Errors
    /// [`Error::Polars`] never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::exact(1, |x| x[0].sin())?;
    /// let frame = wave.critical_points(&array![[1.0], [4.0]]).run()?.frame()?;
    /// assert_eq!(frame.values("index")?, [0.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let counts = self.counts.iter().map(|&count| count as u64).collect::<Vec<_>>();
        Ok(frame(&self.points)?.hstack(df!("searches" => counts)?.columns())?)
    }
}
