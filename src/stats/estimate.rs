//! The mean of a correlated series, its error and its autocorrelation time.

use std::fmt;

use crate::error::{Error, Result};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::stats::MIN_SERIES;
use crate::stats::fourier::lagged_products;

/// Assumed ratio of exponential to integrated autocorrelation time in Wolff's window (his S); 1 to 2 is usual.
const WINDOW_RATIO: f64 = 1.5;

/// Windows beyond this are summed over averages of blocks.
const LONGEST_WINDOW: usize = 512;
const BLOCK: usize = 16;

/// More lags than this are faster by Fourier transforms.
const MANY_LAGS: usize = 128;

/// Anticorrelated values count as at most ten independent ones each.
const MIN_TAU: f64 = 0.05;

/// A mean with its standard error.
///
/// It prints as `−0.7412 ± 0.0008`, the error rounded to one digit (two where that digit is 1); as `-7.412e-20 ± 8e-23` where that would
/// take more than 12 decimals or 15 digits.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::stats::estimate;
/// let energy = estimate(&[-1.0, -1.5, -1.0, -0.5, -1.0, -1.5, -0.5, -1.0].repeat(100))?;
/// assert_eq!(energy.mean, -1.0);
/// assert!(energy.to_string().starts_with("-1.000 ± 0.0"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// One standard error, autocorrelation included.
    pub error: f64,
    /// Integrated autocorrelation time ½ + Σρ, in steps.
    pub tau: f64,
    /// One standard error of τ, 2τ √((W + ½ − τ)/n) for a window of W steps.
    pub tau_err: f64,
    /// Effective number of independent values, n/(2τ).
    pub ess: f64,
    /// The number of values.
    pub n: usize,
}

impl Estimate {
    /// With τ given and summed over this window; the usual one for such a τ, if none is known.
    pub(crate) fn new(mean: f64, error: f64, tau: f64, window: Option<f64>, n: usize) -> Self {
        let count = n as f64;
        let window = window.unwrap_or_else(|| usual_window(tau, count));
        let tau_err = 2.0 * tau * ((window + 0.5 - tau).max(0.0) / count).sqrt();
        Self { mean, error, tau, tau_err, ess: count / (2.0 * tau), n }
    }

    /// Of a series that never varied.
    fn frozen(mean: f64, n: usize) -> Self {
        let tau = 0.5 * n as f64;
        Self { mean, error: 0.0, tau, tau_err: 0.0, ess: 1.0, n }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !(self.error > 0.0 && self.error.is_finite()) {
            let size = self.mean.abs();
            return if size == 0.0 || (1e-12..1e15).contains(&size) {
                write!(f, "{} ± {}", self.mean, self.error)
            } else {
                write!(f, "{:e} ± {}", self.mean, self.error)
            };
        }
        // Digits after the point that show the error's first digit, and the second where the first is 1.
        let place = self.error.log10().floor();
        let first = (self.error / 10_f64.powf(place)).round();
        let second = if first < 2.0 { 1.0 } else { 0.0 };
        let decimals = (second - place).max(0.0);
        let mean_place = if self.mean == 0.0 { place } else { self.mean.abs().log10().floor() };
        if decimals > 12.0 || mean_place.max(place).max(0.0) + 1.0 + decimals > 15.0 {
            let digits = (mean_place - place + second).clamp(0.0, 17.0) as usize;
            let error_digits = second as usize;
            return write!(f, "{:.digits$e} ± {:.error_digits$e}", self.mean, self.error);
        }
        let digits = decimals as usize;
        write!(f, "{:.digits$} ± {:.digits$}", self.mean, self.error)
    }
}

/// Mean, standard error and integrated autocorrelation time of a stationary series.
///
/// τ is summed up to the window that minimises the sum of its truncation and statistical errors (U. Wolff, Comput. Phys. Commun. 156,
/// 143 (2004), hep-lat/0306017, section 3.3, S = 1.5), with the bias correction of his eq. 49; the idea of a self-consistent
/// window is N. Madras' and A. D. Sokal's (J. Stat. Phys. 50, 109 (1988), appendix C). Anticorrelation
/// (ρ(1) below −2/√n, else τ is at least ½) shortens the error: there τ is the initial positive sequence of pairs ρ(2k) + ρ(2k+1)
/// (C. J. Geyer, Stat. Sci. 7, 473 (1992), section 3.3), and at least 0.05. The error of τ is Wolff's eq. 42.
///
/// A constant series shows nothing of how fast it forgets, so it counts as one value: error 0 with ess 1 and τ = n/2 says that the run saw one
/// state only, which may be the truth at low temperature, or a run too short to leave it. Cost: n times the window, about 5 τ and at most 512.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// use statmech::stats::estimate;
/// let series = Ising::square(8)?.simulation(3.0)?.measure(2_000)?;
/// let energy: Estimate = estimate(&series.energy)?;
/// assert!(energy.tau >= 0.5 && energy.ess <= 2_000.0);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the series has fewer than [`MIN_SERIES`] values or one that is not finite.
pub fn estimate(series: &[f64]) -> Result<Estimate> {
    check(series, MIN_SERIES)?;
    let n = series.len();
    let Centered { mean, deviations, scale } = centered(series);
    let variance = covariance(&deviations, 0);
    if is_rounding(variance, scale, mean) {
        return Ok(Estimate::frozen(mean, n));
    }
    let (tau, window) = if covariance(&deviations, 1) < -2.0 * variance / (n as f64).sqrt() {
        let (tau, window) = positive_pairs_tau(&deviations, variance);
        (tau.clamp(MIN_TAU, 0.5), window as f64)
    } else {
        let (tau, window) = windowed_tau(&deviations, variance);
        let window = window as f64;
        ((tau * (1.0 + (2.0 * window + 1.0) / n as f64)).max(0.5), window)
    };
    // The sample variance misses the variance of the mean itself, 2τ/n of it.
    let variance = variance / (1.0 - (2.0 * tau / n as f64).min(0.5));
    let error = scale * (2.0 * tau * variance / n as f64).sqrt();
    Ok(Estimate::new(mean, error, tau, Some(window), n))
}

/// The window at which [`windowed_tau`] stops for a ρ that falls exponentially and sums to τ.
pub(super) fn usual_window(tau: f64, n: f64) -> f64 {
    let Some(decay) = decay(tau) else { return 1.0 };
    let mut window = decay;
    // exp(−W/τ_W) = τ_W/√(Wn) solved for W: the right side hardly depends on it.
    for _ in 0..8 {
        window = (decay * ((window * n).sqrt() / decay).ln()).max(1.0);
    }
    window.min(0.5 * n)
}

/// τ_W = S/ln((2τ + 1)/(2τ − 1)), Wolff's eq. 51; none where nothing is correlated.
fn decay(tau: f64) -> Option<f64> {
    (tau > 0.5).then(|| WINDOW_RATIO / ((2.0 * tau + 1.0) / (2.0 * tau - 1.0)).ln())
}

/// The normalised autocorrelation function ρ(0) = 1, ρ(1), …, ρ(`max_lag`) of a series.
///
/// ρ(t) = Σ_i (x_i − x̄)(x_{i+t} − x̄)/(n − t) over the same at t = 0; a constant series has ρ(t > 0) = 0.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::stats::autocorrelation;
/// let rho = autocorrelation(&[1.0, -1.0].repeat(50), 2)?;
/// assert_eq!(rho, [1.0, -1.0, 1.0]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the series has not more than `max_lag` values, or one that is not finite.
pub fn autocorrelation(series: &[f64], max_lag: usize) -> Result<Vec<f64>> {
    check(series, max_lag.saturating_add(1))?;
    let Centered { mean, deviations, scale } = centered(series);
    let variance = covariance(&deviations, 0);
    if is_rounding(variance, scale, mean) {
        return Ok((0..=max_lag).map(|lag| if lag == 0 { 1.0 } else { 0.0 }).collect());
    }
    if max_lag <= MANY_LAGS {
        return Ok((0..=max_lag).map(|lag| covariance(&deviations, lag) / variance).collect());
    }
    let products = lagged_products(&deviations, max_lag).into_iter().enumerate();
    let n = series.len();
    let rho = |(lag, sum)| if lag == 0 { 1.0 } else { sum / ((n - lag) as f64 * variance) };
    Ok(products.map(rho).collect())
}

/// Error of the mean from averages over blocks of 1, 2, 4, … values: columns `block`, `blocks`, `error`, `error_err`.
///
/// The error rises with the block length to a plateau, which is the true one; at least 8 blocks are kept. Source: H. Flyvbjerg and
/// H. G. Petersen, J. Chem. Phys. 91, 461 (1989), eq. 28 for the error of the error.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::stats::binning;
/// let frame = binning(&[1.0, 1.0, -1.0, -1.0].repeat(32))?;
/// assert_eq!(frame.height(), 5);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`estimate`].
pub fn binning(series: &[f64]) -> Result<DataFrame> {
    check(series, MIN_SERIES)?;
    let (mut block, mut level) = (1_u64, series.to_vec());
    let (mut lengths, mut counts, mut errors, mut doubts) = (vec![], vec![], vec![], vec![]);
    while level.len() >= 8 {
        let count = level.len() as f64;
        let Centered { deviations, scale, .. } = centered(&level);
        let error = scale * (covariance(&deviations, 0) / (count - 1.0)).sqrt();
        lengths.push(block);
        counts.push(level.len() as u64);
        errors.push(error);
        doubts.push(error / (2.0 * (count - 1.0)).sqrt());
        level = level.chunks_exact(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
        block *= 2;
    }
    Ok(df!("block" => lengths, "blocks" => counts, "error" => errors, "error_err" => doubts)?)
}

pub(super) fn check(series: &[f64], least: usize) -> Result<()> {
    if series.len() < least {
        let given = format!("a series of {}", series.len());
        let allowed = format!("at least {least} values long for an error to be estimated");
        return Err(Error::argument("series", given, allowed));
    }
    match series.iter().position(|value| !value.is_finite()) {
        Some(i) => {
            Err(Error::argument("series", format!("{} at place {i}", series[i]), "finite numbers"))
        }
        None => Ok(()),
    }
}

/// A mean, and the deviations from it in units of `scale`.
pub(super) struct Centered {
    mean: f64,
    pub deviations: Vec<f64>,
    /// The power of two at or below the largest deviation: squares neither overflow nor vanish, and scaling rounds nothing.
    scale: f64,
}

pub(super) fn centered(series: &[f64]) -> Centered {
    // Relative to the first value, so that a constant series deviates by exactly 0.
    let first = series[0];
    let shift = series.iter().map(|value| value - first).sum::<f64>() / series.len() as f64;
    let mut deviations: Vec<f64> = series.iter().map(|value| value - first - shift).collect();
    let largest = deviations.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let scale = if largest > 0.0 { largest.log2().floor().exp2() } else { 1.0 };
    for x in &mut deviations {
        *x /= scale;
    }
    Centered { mean: first + shift, deviations, scale }
}

/// Whether a variance, in units of scale², is no more than rounding errors of values of this size.
fn is_rounding(variance: f64, scale: f64, mean: f64) -> bool {
    scale * variance.sqrt() <= 1e-14 * mean.abs() || variance == 0.0
}

/// Σ_i x_i x_{i+lag}/(n − lag).
fn covariance(deviations: &[f64], lag: usize) -> f64 {
    let pairs = deviations.len() - lag;
    let (early, late) = (&deviations[..pairs], &deviations[lag..]);
    // Four running sums, which the processor adds side by side.
    let mut sums = [0.0; 4];
    let (early_chunks, late_chunks) = (early.chunks_exact(4), late.chunks_exact(4));
    let rest = early_chunks.remainder().iter().zip(late_chunks.remainder());
    let tail: f64 = rest.map(|(x, y)| x * y).sum();
    for (x, y) in early_chunks.zip(late_chunks) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    (sums.iter().sum::<f64>() + tail) / pairs as f64
}

/// −½ + Σ_k [ρ(2k) + ρ(2k+1)] over the pairs before the first that is not positive, and the last lag of these.
///
/// For a reversible chain all of them are positive and falling.
fn positive_pairs_tau(deviations: &[f64], variance: f64) -> (f64, usize) {
    let pair = |lag| (covariance(deviations, lag) + covariance(deviations, lag + 1)) / variance;
    let (mut tau, mut window) = (-0.5, 0);
    for lag in (0..deviations.len() / 2).step_by(2) {
        let sum = pair(lag);
        if sum <= 0.0 {
            break;
        }
        tau += sum;
        window = lag + 1;
    }
    (tau, window)
}

/// ½ + Σρ up to the first window W where exp(−W/τ_W) stops outweighing τ_W/√(Wn) (Wolff 2004, eqs. 50–52), and W.
///
/// A series that is still correlated after [`LONGEST_WINDOW`] steps is averaged over short blocks first, which keeps
/// the error of its mean and makes the cost n times that window at most.
fn windowed_tau(deviations: &[f64], variance: f64) -> (f64, usize) {
    let n = deviations.len();
    let mut tau = 0.5;
    for window in 1..(n / 2).min(LONGEST_WINDOW) {
        tau += covariance(deviations, window) / variance;
        let w = window as f64;
        let decay = decay(tau).unwrap_or(f64::MIN_POSITIVE);
        if (-w / decay).exp() < decay / (w * n as f64).sqrt() {
            return (tau, window);
        }
    }
    if n / 2 > LONGEST_WINDOW {
        let mean = |block: &[f64]| block.iter().sum::<f64>() / BLOCK as f64;
        let blocks: Vec<f64> = deviations.chunks_exact(BLOCK).map(mean).collect();
        let block_variance = covariance(&blocks, 0);
        let (block_tau, window) = windowed_tau(&blocks, block_variance);
        // Both give the same variance of the mean, 2τ·variance/n.
        return (block_tau * block_variance * BLOCK as f64 / variance, window * BLOCK);
    }
    // Correlated to the end: the series is too short for its τ, and says so by an ess near 1.
    (tau.max(n as f64 / 4.0), n / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::testing::autoregressive;

    #[test]
    fn tau_of_autoregressive_series_is_within_ten_percent() {
        for (a, n) in [
            (-0.5, 100_000),
            (0.0, 100_000),
            (0.5, 100_000),
            (0.9, 400_000),
            (0.98, 2_000_000),
            (0.999, 4_000_000),
        ] {
            let exact = (1.0 + a) / (2.0 * (1.0 - a));
            let tau = estimate(&autoregressive(a, n, 3)).unwrap().tau;
            assert!((tau / exact - 1.0).abs() < 0.1, "a = {a}: {tau} for {exact}");
        }
    }

    #[test]
    fn error_bars_cover_the_mean_at_their_nominal_rate() {
        // 1000 independent series: 68.3 % within one error, give or take 1.5 %; within 63 to 73 % is more than 3 sigma.
        for (a, n) in [(-0.5, 1_000), (0.0, 500), (0.7, 2_000), (0.95, 10_000)] {
            let covered = (0..1000)
                .map(|seed| estimate(&autoregressive(a, n, seed)).unwrap())
                .filter(|x| x.mean.abs() <= x.error)
                .count();
            assert!((630..=730).contains(&covered), "a = {a}: {covered} of 1000");
        }
    }

    #[test]
    fn errors_of_tau_cover_it_at_their_nominal_rate() {
        // Wolff's window leaves out a few percent of τ, a good part of its error, so that somewhat fewer than 68 % are covered.
        for a in [0.5_f64, 0.8, 0.95] {
            let exact = (1.0 + a) / (2.0 * (1.0 - a));
            let series = (0..400).map(|seed| estimate(&autoregressive(a, 20_000, seed)).unwrap());
            let estimates: Vec<Estimate> = series.collect();
            let covered = estimates.iter().filter(|x| (x.tau - exact).abs() <= x.tau_err).count();
            let mean = |f: &dyn Fn(&Estimate) -> f64| estimates.iter().map(f).sum::<f64>() / 400.0;
            let center = mean(&|x| x.tau);
            let spread = mean(&|x| (x.tau - center).powi(2)).sqrt();
            let claimed = mean(&|x| x.tau_err);
            assert!((0.85..1.2).contains(&(claimed / spread)), "a = {a}: {claimed} for {spread}");
            assert!((228..=300).contains(&covered), "a = {a}: {covered} of 400");
            let usual = Estimate::new(0.0, 0.0, exact, None, 20_000).tau_err;
            assert!((usual / claimed - 1.0).abs() < 0.15, "a = {a}: {usual} for {claimed}");
        }
    }

    #[test]
    fn degenerate_series_have_no_nan() {
        let constant = estimate(&[0.1; 100]).unwrap();
        assert_eq!((constant.mean, constant.error), (0.1, 0.0));
        assert_eq!((constant.ess, constant.tau, constant.tau_err), (1.0, 50.0, 0.0));
        let alternating = estimate(&[1.0, -1.0].repeat(50)).unwrap();
        assert_eq!(alternating.tau, MIN_TAU);
        let ramp: Vec<f64> = (0..100).map(f64::from).collect();
        let ramp = estimate(&ramp).unwrap();
        assert!(ramp.error > 5.0 && ramp.error.is_finite() && ramp.ess < 10.0, "{ramp:?}");
        assert!(estimate(&[1.0; 15]).is_err());
        assert!(estimate(&[f64::NAN; 100]).is_err());
        assert!(autocorrelation(&[1.0; 5], 5).is_err());
    }

    #[test]
    fn binning_reaches_the_error_of_the_window() {
        let series = autoregressive(0.8, 1 << 18, 1);
        let error = estimate(&series).unwrap().error;
        let frame = binning(&series).unwrap();
        let plateau = frame.column("error").unwrap().f64().unwrap().get(8).unwrap();
        assert!((plateau / error - 1.0).abs() < 0.08, "{plateau} for {error}");
    }

    #[test]
    fn estimates_print_with_the_digits_of_their_error() {
        let print = |mean: f64, error: f64| Estimate::new(mean, error, 0.5, None, 1).to_string();
        assert_eq!(print(-0.74123, 0.0008), "-0.7412 ± 0.0008");
        assert_eq!(print(-0.74123, 0.00123), "-0.7412 ± 0.0012");
        assert_eq!(print(1234.0, 25.0), "1234 ± 25");
        assert_eq!(print(1.0, 0.0), "1 ± 0");
        assert_eq!(print(-7.4123e-20, 8e-23), "-7.412e-20 ± 8e-23");
        assert_eq!(print(1.0, 1.23e-14), "1.000000000000000e0 ± 1.2e-14");
        assert_eq!(print(0.0, 3e-160), "0e0 ± 3e-160");
        assert_eq!(print(1.23456e200, 4e196), "1.2346e200 ± 4e196");
        assert_eq!(print(1e200, 0.0), "1e200 ± 0");
        assert_eq!(print(0.5, 2e-12), "0.500000000000 ± 0.000000000002");
    }

    #[test]
    fn the_unit_of_the_values_does_not_matter() {
        let series = autoregressive(0.8, 10_000, 2);
        let plain = estimate(&series).unwrap();
        let plateau = |series: &[f64]| {
            binning(series).unwrap().column("error").unwrap().f64().unwrap().get(5).unwrap()
        };
        for unit in [1e-300, 1e-160, 1e-8, 1e160, 1e200, 1e300] {
            let scaled: Vec<f64> = series.iter().map(|x| x * unit).collect();
            let estimated = estimate(&scaled).unwrap();
            assert!((estimated.tau / plain.tau - 1.0).abs() < 1e-9, "{unit}: {estimated:?}");
            assert!((estimated.error / (plain.error * unit) - 1.0).abs() < 1e-9, "{unit}");
            let rho = autocorrelation(&scaled, 3).unwrap();
            assert!((rho[1] - 0.8).abs() < 0.05, "{unit}: {rho:?}");
            assert!((plateau(&scaled) / (plateau(&series) * unit) - 1.0).abs() < 1e-9, "{unit}");
        }
    }

    #[test]
    fn estimators_have_their_denominators() {
        // Deviations ±1 of 16 values: ρ(1) of (+ + − −)⁴ has 15 pairs, 8 alike and 7 unlike.
        let square = [1.0, 1.0, -1.0, -1.0].repeat(4);
        let rho = autocorrelation(&square, 3).unwrap();
        assert!((rho[1] - 1.0 / 15.0).abs() < 1e-15, "{rho:?}");
        assert!((rho[2] + 1.0).abs() < 1e-15, "{rho:?}");
        // The error of 16 values of variance 1 is √(1/15), and of 8 pairs ±1 it is √(1/7).
        let errors = binning(&square).unwrap();
        let errors = errors.column("error").unwrap().f64().unwrap();
        assert!((errors.get(0).unwrap() - (1.0_f64 / 15.0).sqrt()).abs() < 1e-15);
        assert!((errors.get(1).unwrap() - (1.0_f64 / 7.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn short_series_have_the_bias_of_tau_corrected() {
        // τ of 64 values in a window of about 10 is too small by (2W + 1)/n, a third of it, without the correction.
        let tau: f64 = (0..4000)
            .map(|seed| estimate(&autoregressive(0.5, 64, seed)).unwrap().tau)
            .sum::<f64>()
            / 4000.0;
        assert!((1.35..1.65).contains(&tau), "{tau}");
    }
}
