//! Capacities: the load at which recall is lost, for several sizes and extrapolated to N → ∞.

use super::require::{require_samples, require_sizes, require_within};
use super::rule::StorageRule;
use super::trial::Trial;
use crate::error::{Error, Result, require_positive};
use crate::numeric::bisection::last_passing;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::run_samples;
use crate::setters::setters;
use crate::stats::{Line, line_of_loads, mean_and_error};

/// Settings of an experiment on the capacity of a rule; [`run`](Self::run) gives the load at which recall is lost for each size, and for N → ∞.
///
/// In each sample of patterns bisection finds the number P at which recall of the first pattern turns from success to failure as further patterns are added; the mean of P/N over samples is the
/// capacity at that size. The infinite network's is the intercept of a line fitted to the sizes against N^−x.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let measured = CapacityScan::new(StorageRule::Hebb).sizes([100, 200, 400]).samples(60).run()?;
/// assert!((measured.load - 0.138).abs() < 3.0 * measured.load_err);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct CapacityScan {
    rule: StorageRule,
    sizes: Vec<usize>,
    noise: f64,
    threshold: f64,
    most: f64,
    exponent: f64,
    samples: usize,
    sweeps: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// A measured capacity.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let measured = CapacityScan::new(StorageRule::Hebb).sizes([50, 100]).samples(20).run()?;
/// assert_eq!(measured.frame.height(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredCapacity {
    /// The capacity α for N → ∞.
    pub load: f64,
    /// A cautious error of it: the statistical one of the line's intercept, and in quadrature what the choice of the line may add: by how much the intercept
    /// moves where the smallest size is left out, and half of the range that it covers for exponents from 0.8 x to 4x/3 (⅖ to ⅔ around ½).
    /// Over many seeds Hebb's capacity comes out 0.006 to 0.009 below 0.138, and this error covers it in 95 % of them.
    pub load_err: f64,
    /// The statistical part alone.
    pub load_err_statistical: f64,
    /// A row for each size: `rule`, `n_units`, `inverse` (N^−x, the fit's abscissa), `load` with `load_err` (mean over samples of the load at which recall is lost, and its standard error), `width` (standard
    /// deviation between samples), `fit` (the line there), `noise`, `threshold`, `samples`, `seed`, `complete`.
    pub frame: DataFrame,
    /// Whether all samples were done before the deadline.
    pub complete: bool,
}

impl CapacityScan {
    /// An experiment with this rule and the defaults of the setters.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let storkey = CapacityScan::new(StorageRule::Storkey).sizes([50, 100]).samples(20).run()?;
    /// assert!(storkey.load > 0.14);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(rule: StorageRule) -> Self {
        Self {
            rule,
            sizes: vec![100, 200, 400, 800],
            noise: 0.0,
            threshold: 0.9,
            most: if rule == StorageRule::Hebb { 0.5 } else { 1.0 },
            exponent: 0.5,
            samples: 100,
            sweeps: 100,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "CapacityScan::new(StorageRule::Hebb).sizes([20, 40]).samples(10)":
        /// The numbers of units N, column `n_units`, two different ones at least; default 100, 200, 400, 800.
        sizes;
        /// The overlap from which on a recall is a success; default 0.9, which lies between what Hebb's rule has just below (0.967) and above (0.35) its capacity.
        threshold;
        /// Samples of patterns for each size; default 100.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the samples done so far count and `complete` is false; default none.
        deadline;
    }

    /// The fraction of units flipped in the starts; default 0, so that capacity is where the pattern itself is lost.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let scan = CapacityScan::new(StorageRule::Hebb).sizes([50, 100]).samples(20);
    /// assert!(scan.noise(0.3).run()?.load < scan.run()?.load);
    /// # Ok(()) }
    /// ```
    pub fn noise(&self, noise: f64) -> Self {
        Self { noise, ..self.clone() }
    }

    /// The largest load looked at, which counts for samples that recall even there; default ½ for Hebb's rule and 1 for others.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let scan = CapacityScan::new(StorageRule::Hebb).sizes([50, 100]).samples(10).most(0.1);
    /// // 5 and 10 patterns at most: a sample that recalls them all counts as lost between them and the next.
    /// assert!(scan.run()?.frame.values("load")?.iter().all(|&load| load < 0.1101));
    /// # Ok(()) }
    /// ```
    pub fn most(&self, load: f64) -> Self {
        Self { most: load, ..self.clone() }
    }

    /// The exponent x of the abscissa N^−x; default ½, as the width of the transition falls for Hebb's rule.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let scan = CapacityScan::new(StorageRule::Hebb).sizes([50, 100]).samples(10).exponent(1.0);
    /// assert_eq!(scan.run()?.frame.values("inverse")?, [0.02, 0.01]);
    /// # Ok(()) }
    /// ```
    pub fn exponent(&self, exponent: f64) -> Self {
        Self { exponent, ..self.clone() }
    }

    /// The most sweeps of a recall; default 100.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// let scan = CapacityScan::new(StorageRule::Hebb).sizes([50, 100]).samples(10);
    /// assert!(scan.sweeps(20).run().is_ok() && scan.sweeps(0).run().is_err());
    /// ```
    pub fn sweeps(&self, sweeps: usize) -> Self {
        Self { sweeps, ..self.clone() }
    }

    /// Runs the experiment.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let measured = CapacityScan::new(StorageRule::PseudoInverse).sizes([40, 80]).samples(10).run()?;
    /// assert!(measured.complete && measured.load > 0.3 && measured.load_err_statistical <= measured.load_err);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there are not two different sizes of 2 or more, fewer than 2 samples, a noise, threshold, largest load or exponent is out of range; if the rule cannot store so many patterns as are looked at; if the deadline is not a
    /// finite number above 0, or leaves fewer than 2 samples of some size.
    pub fn run(&self) -> Result<MeasuredCapacity> {
        self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let loads = run_samples(self.sizes.len(), self.samples, deadline, |row, sample| {
            self.lost_at(self.sizes[row], sample)
        })?;
        let means: Vec<(f64, f64)> =
            loads.iter().map(|loads| mean_and_error(loads)).collect::<Option<_>>().ok_or_else(
                || {
                    let given = self.deadline.unwrap_or(0.0);
                    Error::argument("deadline", given, "long enough for two samples of each size")
                },
            )?;
        let line = self.line(&means, self.exponent, 0);
        let mut squares = line.error.powi(2);
        if self.distinct() > 2 {
            let smallest = self.sizes.iter().min().copied().unwrap_or(0);
            squares += (self.line(&means, self.exponent, smallest).at_zero - line.at_zero).powi(2);
        }
        let other = |factor: f64| self.line(&means, factor * self.exponent, 0).at_zero;
        squares += ((other(4.0 / 3.0) - other(0.8)) / 2.0).powi(2);
        let complete = loads.iter().all(|loads| loads.len() == self.samples);
        Ok(MeasuredCapacity {
            load: line.at_zero,
            load_err: squares.sqrt(),
            load_err_statistical: line.error,
            frame: self.frame(&loads, &means, line)?,
            complete,
        })
    }

    fn check(&self) -> Result<()> {
        require_sizes(&self.sizes)?;
        if self.distinct() < 2 {
            return Err(Error::argument("sizes", "one size", "at least two different ones"));
        }
        require_samples(self.samples)?;
        require_within("noise", self.noise, 0.0, 1.0)?;
        require_within("threshold", self.threshold, -1.0, 1.0)?;
        require_within("most", require_positive("most", self.most)?, 0.0, 100.0)?;
        require_within("exponent", self.exponent, 0.01, 4.0)?;
        if self.sweeps == 0 {
            return Err(Error::argument("sweeps", 0, "at least 1"));
        }
        Ok(())
    }

    fn distinct(&self) -> usize {
        let mut sizes = self.sizes.clone();
        sizes.sort_unstable();
        sizes.dedup();
        sizes.len()
    }

    /// The load at which a sample's first pattern is lost.
    fn lost_at(&self, size: usize, sample: usize) -> Result<f64> {
        let seed = self.seed.child(size as u64).child(sample as u64);
        let most = ((self.most * size as f64).round() as usize).max(1);
        let trial = Trial::new(self.rule, most, size, seed, self.sweeps)?;
        let flips = (self.noise * size as f64).round() as usize;
        let count = last_passing(0, most + 1, |count| {
            let network = trial.network(count)?;
            Ok(trial.recall(&network, 0, flips)?.0 >= self.threshold)
        })?;
        // Lost between this number and the next.
        Ok((count as f64 + 0.5) / size as f64)
    }

    /// The weighted line through the means of sizes above `without`.
    fn line(&self, means: &[(f64, f64)], exponent: f64, without: usize) -> Line {
        let points = self.sizes.iter().zip(means).filter(|(size, _)| **size > without);
        line_of_loads(points.map(|(&size, &(y, error))| (size, y, error)), exponent, self.samples)
    }

    fn frame(&self, loads: &[Vec<f64>], means: &[(f64, f64)], line: Line) -> Result<DataFrame> {
        let height = loads.len();
        let inverse: Vec<f64> =
            self.sizes.iter().map(|size| (*size as f64).powf(-self.exponent)).collect();
        let counts = || loads.iter().map(Vec::len);
        let widths = means.iter().zip(counts()).map(|((_, e), count)| e * (count as f64).sqrt());
        Ok(df!(
            "rule" => vec![self.rule.name(); height],
            "n_units" => self.sizes.iter().map(|size| *size as u64).collect::<Vec<_>>(),
            "inverse" => inverse.clone(),
            "load" => means.iter().map(|(mean, _)| *mean).collect::<Vec<_>>(),
            "load_err" => means.iter().map(|(_, error)| *error).collect::<Vec<_>>(),
            "width" => widths.collect::<Vec<_>>(),
            "fit" => inverse.iter().map(|x| line.at_zero + line.slope * x).collect::<Vec<_>>(),
            "noise" => vec![self.noise; height],
            "threshold" => vec![self.threshold; height],
            "samples" => counts().map(|count| count as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); height],
            "complete" => counts().map(|count| count == self.samples).collect::<Vec<_>>(),
        )?)
    }
}
