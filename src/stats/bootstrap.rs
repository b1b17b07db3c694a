//! Errors of any statistic, by drawing blocks of the data again.

use std::fmt;

use crate::error::{Error, Result};
use crate::rand::Rng;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::stats::estimate::check;
use crate::stats::{Estimate, MIN_SERIES, estimate};

/// A block is at least so many times the correlated part of τ long, which makes the error 2.5 % too small.
const BLOCK_TAUS: f64 = 20.0;

const MOST_RESAMPLES: usize = 1_000_000;

/// Values drawn for all resamples together; at a few nanoseconds each, a minute.
const MOST_DRAWN: f64 = 1e10;

/// A statistic of correlated series and its distribution over resamples.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// use statmech::stats::bootstrap;
/// let series = Ising::square(4)?.simulation(3.0)?.measure(2_000)?;
/// let m2: Vec<f64> = series.magnetization.iter().map(|m| m * m).collect();
/// let m4: Vec<f64> = m2.iter().map(|x| x * x).collect();
/// let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
/// let binder = bootstrap(&[m2, m4], 200, 1, |s| 1.0 - mean(&s[1]) / (3.0 * mean(&s[0]).powi(2)))?;
/// let (low, high) = binder.interval(0.95)?;
/// assert!(low < binder.value && binder.value < high);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Bootstrap {
    /// The statistic of the series itself.
    pub value: f64,
    /// One standard error: the standard deviation over the resamples.
    pub error: f64,
    /// The mean over the resamples less the value: about the bias of the value.
    pub bias: f64,
    /// The length of the blocks.
    pub block: usize,
    /// The statistic of each resample, ascending.
    pub resamples: Vec<f64>,
}

impl Bootstrap {
    /// The percentile interval that holds this part (0 to 1) of the resamples in its middle: 0.683 for one standard error, 0.95 for two.
    ///
    /// Source: B. Efron, *The Jackknife, the Bootstrap and Other Resampling Plans* (1982), section 10.4.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// use statmech::stats::bootstrap;
    /// let series = vec![(0..100).map(|k| f64::from(k % 7)).collect::<Vec<_>>()];
    /// let mean = bootstrap(&series, 100, 1, |s| s[0].iter().sum::<f64>() / 100.0)?;
    /// assert!(mean.interval(0.5)?.0 > mean.interval(0.95)?.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `level` is not between 0 and 1.
    pub fn interval(&self, level: f64) -> Result<(f64, f64)> {
        if !(0.0 < level && level < 1.0) {
            return Err(Error::argument("level", level, "between 0 and 1"));
        }
        let last = (self.resamples.len() - 1) as f64;
        let quantile = |p: f64| {
            let (place, part) = ((p * last).floor(), (p * last).fract());
            let low = self.resamples[place as usize];
            let high = self.resamples[(place as usize + 1).min(last as usize)];
            low + part * (high - low)
        };
        Ok((quantile(0.5 - 0.5 * level), quantile(0.5 + 0.5 * level)))
    }
}

impl fmt::Debug for Bootstrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, block) = (self.resamples.len(), self.block);
        // Printed with the digits of its error.
        let value = Estimate::new(self.value, self.error, 0.5, None, count);
        write!(f, "Bootstrap({value}, {count} resamples in blocks of {block})")
    }
}

/// The error and the percentile interval of any statistic of one or more series measured together.
///
/// Every resample joins blocks of successive values, drawn with replacement from the series closed to a ring, until it has their
/// length; all series use the same blocks, so that what belongs together stays so. The statistic gets the series of a resample, in the
/// order given. With c = τ − 1/(4τ), the largest of the series, a block is 20 c long, or (3c²n/2)^⅓ where that is longer, and n/8 at most:
/// errors are then about 2.5 % too small from the ends of the blocks, and a series shorter than 160 τ has errors that are smaller still. For
/// means over blocks and smooth functions of them, [`jackknife`](crate::stats::jackknife) is faster.
///
/// Sources: D. N. Politis and J. P. Romano, in *Exploring the Limits of Bootstrap*, ed. R. LePage and L. Billard (1992), p. 263 (circular blocks); S. N.
/// Lahiri, Ann. Stat. 27, 386 (1999) (the best length).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// use statmech::stats::bootstrap;
/// let series = Ising::square(8)?.simulation(3.0)?.measure(2_000)?;
/// let largest = |s: &[Vec<f64>]| s[0].iter().copied().fold(f64::MIN, f64::max);
/// assert!(bootstrap(&[series.energy], 100, 1, largest)?.error >= 0.0);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If there is no series or they differ in length, one is shorter than [`MIN_SERIES`] or not finite, `resamples` is not between 10 and a
/// million, more than 10¹⁰ values would be drawn in all, or the statistic of the series or of a resample is not finite.
pub fn bootstrap(
    series: &[Vec<f64>],
    resamples: usize,
    seed: impl Into<Seed>,
    statistic: impl Fn(&[Vec<f64>]) -> f64 + Sync,
) -> Result<Bootstrap> {
    let n = series.first().map_or(0, Vec::len);
    for one in series {
        check(one, MIN_SERIES)?;
        if one.len() != n {
            let given = format!("series of {n} and {} values", one.len());
            return Err(Error::argument("series", given, "of one length"));
        }
    }
    check(series.first().map_or(&[], |first| &first[..]), MIN_SERIES)?;
    if !(10..=MOST_RESAMPLES).contains(&resamples) {
        let allowed = format!("between 10 and {MOST_RESAMPLES}");
        return Err(Error::argument("resamples", resamples, allowed));
    }
    if resamples as f64 * (n * series.len()) as f64 > MOST_DRAWN {
        let given = format!("{resamples} of {} series of {n} values", series.len());
        return Err(Error::argument("resamples", given, "fewer, below 1e10 values in all"));
    }
    let value = statistic(series);
    let block = block_length(series)?;
    let seed = seed.into();
    let resample = |index: usize| {
        let mut generator = seed.child(index as u64).generator();
        let mut drawn = vec![Vec::with_capacity(n + block); series.len()];
        while drawn[0].len() < n {
            let start = generator.random_range(0..n);
            let end = (start + block).min(n);
            for (drawn, one) in drawn.iter_mut().zip(series) {
                drawn.extend_from_slice(&one[start..end]);
                drawn.extend_from_slice(&one[..start + block - end]);
            }
        }
        for one in &mut drawn {
            one.truncate(n);
        }
        statistic(&drawn)
    };
    let mut values: Vec<f64> = (0..resamples).into_par_iter().map(resample).collect();
    if let Some(bad) = values.iter().chain([&value]).find(|value| !value.is_finite()) {
        return Err(Error::argument("statistic", format!("one that gives {bad}"), "finite"));
    }
    values.sort_by(f64::total_cmp);
    let count = resamples as f64;
    let shift = values.iter().map(|x| x - value).sum::<f64>() / count;
    let squares: f64 = values.iter().map(|x| (x - value - shift).powi(2)).sum();
    let error = (squares / (count - 1.0)).sqrt();
    Ok(Bootstrap { value, error, bias: shift, block, resamples: values })
}

/// For ρ(t) = e^{−t/τ} the variance over circular blocks of length b is smaller by c/b, and scatters by √(4b/3n); both weigh alike at (3c²n/2)^⅓.
fn block_length(series: &[Vec<f64>]) -> Result<usize> {
    let n = series[0].len();
    let mut longest = 0.0_f64;
    for one in series {
        let estimate = estimate(one)?;
        if estimate.error > 0.0 {
            longest = longest.max(estimate.tau - 0.25 / estimate.tau);
        }
    }
    let balanced = (1.5 * longest * longest * n as f64).cbrt();
    Ok((BLOCK_TAUS * longest).max(balanced).ceil().clamp(1.0, (n / 8) as f64) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::testing::autoregressive;

    type Statistic<'a> = &'a (dyn Fn(&[f64]) -> f64 + Sync);

    fn mean(x: &[f64]) -> f64 {
        x.iter().sum::<f64>() / x.len() as f64
    }

    #[test]
    fn errors_cover_the_truth_at_their_nominal_rate() {
        // The mean is 0; the variance 1; the median 0 of values far from Gaussian means.
        let median = |x: &[f64]| {
            let mut sorted = x.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted[sorted.len() / 2]
        };
        let variance = |x: &[f64]| {
            let center = mean(x);
            mean(&x.iter().map(|x| (x - center).powi(2)).collect::<Vec<_>>())
        };
        let cases: [(f64, Statistic<'_>, f64); 3] =
            [(0.6, &mean, 0.0), (0.6, &variance, 1.0), (0.0, &median, 0.0)];
        for (a, statistic, truth) in cases {
            let (mut inside, mut within) = (0, 0);
            for seed in 0..400 {
                let series = [autoregressive(a, 1_500, seed)];
                let found = bootstrap(&series, 100, seed, |s| statistic(&s[0])).unwrap();
                inside += usize::from((found.value - truth).abs() <= found.error);
                let (low, high) = found.interval(0.683).unwrap();
                within += usize::from(low <= truth && truth <= high);
            }
            println!("a = {a}: {inside} within an error, {within} in the interval");
            assert!((252..=292).contains(&inside), "a = {a}: {inside} of 400");
            assert!((252..=292).contains(&within), "a = {a}: {within} of 400");
        }
    }

    #[test]
    fn the_error_of_a_mean_is_the_estimate_s() {
        let series = autoregressive(0.8, 50_000, 1);
        let direct = estimate(&series).unwrap();
        let found = bootstrap(&[series], 1_000, 2, |s| mean(&s[0])).unwrap();
        assert_eq!(found.resamples.len(), 1_000);
        assert!((found.error / direct.error - 1.0).abs() < 0.15, "{found:?} for {direct}");
        assert!((80..120).contains(&found.block), "{}", found.block);
        let (low, high) = found.interval(0.95).unwrap();
        assert!(((high - low) / (3.92 * direct.error) - 1.0).abs() < 0.2);
        assert!(found.bias.abs() < 0.2 * direct.error);
    }

    #[test]
    fn series_are_drawn_together_and_the_same_on_each_call() {
        let x = autoregressive(0.5, 1_000, 3);
        let twice: Vec<f64> = x.iter().map(|x| 2.0 * x + 1.0).collect();
        let both = [x, twice];
        let gap = |s: &[Vec<f64>]| mean(&s[1]) - 2.0 * mean(&s[0]);
        let found = bootstrap(&both, 50, 1, gap).unwrap();
        assert!((found.value - 1.0).abs() < 1e-12 && found.error < 1e-12, "{found:?}");
        let first = |s: &[Vec<f64>]| s[0][0];
        let pool = |threads: usize| {
            crate::rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
        };
        let one = pool(1).install(|| bootstrap(&both, 50, 1, first)).unwrap();
        assert_eq!(one, pool(3).install(|| bootstrap(&both, 50, 1, first)).unwrap());
        assert_ne!(one, bootstrap(&both, 50, 2, first).unwrap());
    }

    #[test]
    fn bad_input_is_refused() {
        let series = autoregressive(0.0, 100, 1);
        let first = |s: &[Vec<f64>]| s[0][0];
        let one = std::slice::from_ref(&series);
        assert!(bootstrap(&[], 100, 0, |_| 0.0).is_err());
        assert!(bootstrap(&[series.clone(), series[1..].to_vec()], 100, 0, first).is_err());
        assert!(bootstrap(&[series[..10].to_vec()], 100, 0, first).is_err());
        assert!(bootstrap(&[vec![f64::NAN; 100]], 100, 0, first).is_err());
        assert!(bootstrap(one, 1, 0, first).is_err());
        assert!(bootstrap(one, usize::MAX, 0, first).is_err());
        assert!(bootstrap(one, 100, 0, |_| f64::NAN).is_err());
        let constant = bootstrap(&[vec![0.1; 100]], 100, 0, first).unwrap();
        assert_eq!((constant.value, constant.error, constant.block), (0.1, 0.0, 1));
        let shown = format!("{constant:?}");
        assert_eq!(shown, "Bootstrap(0.1 ± 0, 100 resamples in blocks of 1)");
        for level in [0.0, 1.0, f64::NAN] {
            assert!(constant.interval(level).is_err());
        }
    }
}
