//! The VC dimension by search, with its proof, and the growth function of a finite set of points.

use super::dichotomies::Dichotomies;
use super::growth::to_f64;
use crate::error::{Error, Result};
use crate::numeric::binomial::lower_binomials;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Progress;

/// Labels looked at: some seconds.
const MOST_WORK: f64 = 1e10;
/// A table of as many bits as sets of points have labellings.
const MOST_GROWN: usize = 22;

/// The VC dimension of a set of dichotomies, with the proof of it.
///
/// From below: a shattered set. From above: no set of one more point is shattered; each of them was looked at, or has a part that is not shattered, which was.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let line = Array2::from_shape_fn((8, 1), |(i, _)| i as f64);
/// let found = HypothesisClass::Unions(2).dichotomies(&line)?.vc_dimension()?;
/// assert_eq!((found.dimension, found.shattered.len()), (4, 4));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VcDimension {
    /// The largest number of points that are shattered.
    pub dimension: usize,
    /// Such points; none of them where the dimension is 0.
    pub shattered: Vec<usize>,
    /// How many sets of each size are shattered, from the empty one on: the last is of sets of `dimension` points.
    pub shattered_sets: Vec<u64>,
    /// How many sets of points were looked at.
    pub tested: u64,
}

impl Dichotomies {
    /// The VC dimension, by search through all sets of points whose parts are shattered.
    ///
    /// In all, at least as many sets are shattered as there are dichotomies (A. Pajor, *Sous-espaces ℓ₁ⁿ des espaces de Banach* (1985)).
    ///
    /// # Errors
    /// [`Error::TooLarge`] if more than 10¹⁰ labels would be looked at.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let two = Dichotomies::new(&array![[1, 1, 1], [-1, -1, -1]])?;
    /// assert_eq!(two.vc_dimension()?.dimension, 1);
    /// # Ok(()) }
    /// ```
    pub fn vc_dimension(&self) -> Result<VcDimension> {
        let mut search = Search {
            columns: columns(self),
            seen: vec![0; self.count() + 1],
            sets: vec![1],
            chosen: Vec::new(),
            best: Vec::new(),
            tested: 0,
            work: 0.0,
            progress: Progress::at_most("sets of points", usize::MAX),
        };
        search.extend(0, &vec![0; self.count()])?;
        Ok(VcDimension {
            dimension: search.best.len(),
            shattered: search.best,
            shattered_sets: search.sets,
            tested: search.tested,
        })
    }

    /// The growth function on these points: a row for each number of points, `n_points`, `subsets` (how many sets of so many there are), `growth` (the most dichotomies on one of
    /// them), `shattered` (how many of the sets are), `sauer` (the bound with the VC dimension), `all` (2^m).
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more than 22 points, or if more than 10¹⁰ labels would be looked at.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let line = Array2::from_shape_fn((6, 1), |(i, _)| i as f64);
    /// let growth = HypothesisClass::Intervals.dichotomies(&line)?.growth()?;
    /// assert_eq!(growth.values("growth")?, growth.values("sauer")?);
    /// # Ok(()) }
    /// ```
    pub fn growth(&self) -> Result<DataFrame> {
        let (count, m) = (self.count(), self.points());
        let work = (m as f64).exp2() * count as f64;
        if m > MOST_GROWN || work > MOST_WORK {
            return Err(Error::TooLarge {
                what: "The growth function of a set of dichotomies".into(),
                needs: format!("all 2^{m} sets of points of {count} dichotomies"),
                limit: format!("{MOST_GROWN} points, or {MOST_WORK:.0e} labels"),
                advice: "Take fewer points.".into(),
            });
        }
        let mut growth = Growth {
            columns: columns(self),
            stamp: vec![0; 1 << m],
            sets: vec![0_u64; m + 1],
            most: vec![0_usize; m + 1],
            shattered: vec![0_u64; m + 1],
            progress: Progress::new("sets of points", 1 << m),
            current: 0,
        };
        growth.extend(0, 0, &vec![0; count]);
        let vc = (1..=m).rev().find(|&k| growth.shattered[k] > 0).unwrap_or(0);
        let sizes = 1..=m;
        Ok(df!(
            "n_points" => sizes.clone().map(|k| k as u64).collect::<Vec<_>>(),
            "subsets" => growth.sets[1..].to_vec(),
            "growth" => growth.most[1..].iter().map(|&most| most as f64).collect::<Vec<_>>(),
            "shattered" => growth.shattered[1..].to_vec(),
            "sauer" => sizes.clone().map(|k| to_f64(&lower_binomials(k, vc))).collect::<Vec<_>>(),
            "all" => sizes.map(|k| (k as f64).exp2()).collect::<Vec<_>>(),
        )?)
    }
}

/// Each point's labels, 1 for +1.
fn columns(dichotomies: &Dichotomies) -> Vec<Vec<u32>> {
    let column = |labels: crate::ndarray::ArrayView1<'_, i8>| {
        labels.iter().map(|&label| u32::from(label > 0)).collect()
    };
    dichotomies.table().columns().into_iter().map(column).collect()
}

/// Depth first through the shattered sets, points in ascending order.
struct Search {
    columns: Vec<Vec<u32>>,
    /// The last test at which each labelling was seen.
    seen: Vec<u64>,
    sets: Vec<u64>,
    chosen: Vec<usize>,
    best: Vec<usize>,
    tested: u64,
    work: f64,
    progress: Progress,
}

impl Search {
    fn extend(&mut self, from: usize, keys: &[u32]) -> Result<()> {
        let labellings = 2_usize << self.chosen.len();
        if labellings > keys.len() {
            return Ok(());
        }
        for point in from..self.columns.len() {
            self.work += keys.len() as f64;
            if self.work > MOST_WORK {
                return Err(Error::TooLarge {
                    what: "The search for shattered sets".into(),
                    needs: format!("more than {} sets of points", self.tested),
                    limit: format!("{MOST_WORK:.0e} labels"),
                    advice: "Take fewer points or dichotomies.".into(),
                });
            }
            self.tested += 1;
            self.progress.add(1);
            let mut distinct = 0;
            let longer: Vec<u32> = keys
                .iter()
                .zip(&self.columns[point])
                .map(|(key, label)| {
                    let key = key << 1 | label;
                    let seen = &mut self.seen[key as usize];
                    distinct += usize::from(*seen != self.tested);
                    *seen = self.tested;
                    key
                })
                .collect();
            if distinct < labellings {
                continue;
            }
            self.chosen.push(point);
            let size = self.chosen.len();
            if self.sets.len() <= size {
                self.sets.push(0);
            }
            self.sets[size] += 1;
            if size > self.best.len() {
                self.best.clone_from(&self.chosen);
            }
            self.extend(point + 1, &longer)?;
            self.chosen.pop();
        }
        Ok(())
    }
}

/// Through all sets of points.
struct Growth {
    columns: Vec<Vec<u32>>,
    stamp: Vec<u32>,
    sets: Vec<u64>,
    most: Vec<usize>,
    shattered: Vec<u64>,
    progress: Progress,
    current: u32,
}

impl Growth {
    fn extend(&mut self, from: usize, size: usize, keys: &[u32]) {
        self.current += 1;
        self.progress.add(1);
        let mut distinct = 0;
        for &key in keys {
            let stamp = &mut self.stamp[key as usize];
            distinct += usize::from(*stamp != self.current);
            *stamp = self.current;
        }
        self.sets[size] += 1;
        self.most[size] = self.most[size].max(distinct);
        self.shattered[size] += u64::from(distinct == 1 << size);
        for point in from..self.columns.len() {
            let longer: Vec<u32> = keys
                .iter()
                .zip(&self.columns[point])
                .map(|(key, label)| key << 1 | label)
                .collect();
            self.extend(point + 1, size + 1, &longer);
        }
    }
}
