//! Has a run forgotten where it started?

use crate::error::{Error, Result};
use crate::stats::estimate::check;
use crate::stats::{Estimate, estimate};

/// The shortest series, and the shortest part of one, that is judged: its first quarter has an error of its own.
const LEAST: usize = 64;

/// Places for the start of equilibrium that are tried, closer together towards the beginning.
const PLACES: usize = 40;

/// The largest z that passes; chance alone exceeds it once in 370 runs.
const MAX_Z: f64 = 3.0;

/// Fewer independent values than this tell nothing.
const LEAST_EFFECTIVE: f64 = 16.0;

/// Where a series reaches equilibrium, and whether it does.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// use statmech::stats::{Equilibration, equilibration};
/// let series = Ising::square(8)?.simulation(5.0)?.measure(1_000)?;
/// let found: Equilibration = equilibration(&series.energy)?;
/// assert!(found.z.abs() < 4.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equilibration {
    /// The number of first values to leave out.
    pub start: usize,
    /// The mean of the rest, with its error, autocorrelation time and effective number.
    pub rest: Estimate,
    /// The mean of the rest's first quarter less that of its second half, in units of the error of this difference.
    pub z: f64,
    /// Whether the rest looks stationary: |z| ≤ 3, at least 16 independent values, and at least half of the series.
    pub equilibrated: bool,
}

/// Finds how much of a series to leave out, and tests whether the rest is stationary.
///
/// `start` is the place that leaves the largest effective number of independent values, (n − start)/(2τ), where τ is that of the rest (J. D.
/// Chodera, J. Chem. Theory Comput. 12, 1799 (2016)), among 40 places of the first three quarters; z compares early
/// and late values as J. Geweke did (*Bayesian Statistics 4* (1992), p. 169), with the first quarter for his first tenth. A run
/// stuck in one valley for all its length passes: compare several with [`r_hat`](crate::stats::r_hat).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// use statmech::stats::equilibration;
/// // From all spins up to T = 5, where no order is left.
/// let series = Ising::square(16)?.simulation(5.0)?.measure(2_000)?;
/// let found = equilibration(&series.energy)?;
/// assert!(found.equilibrated && found.start < 200);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the series has fewer than 64 values or one that is not finite.
pub fn equilibration(series: &[f64]) -> Result<Equilibration> {
    check(series, LEAST)?;
    let n = series.len();
    let last = (n - LEAST).min(3 * n / 4);
    let mut best: Option<(usize, Estimate)> = None;
    for k in 0..=PLACES {
        let fraction = k as f64 / PLACES as f64;
        let start = (last as f64 * fraction * fraction) as usize;
        let rest = estimate(&series[start..])?;
        if best.is_none_or(|(_, best)| rest.ess > best.ess) {
            best = Some((start, rest));
        }
    }
    let Some((start, rest)) = best else {
        return Err(Error::argument(
            "series",
            "an empty one",
            format!("of {LEAST} values or more"),
        ));
    };
    let kept = &series[start..];
    let early = estimate(&kept[..kept.len() / 4])?;
    let late = estimate(&kept[kept.len() / 2..])?;
    let (gap, error) = (early.mean - late.mean, early.error.hypot(late.error));
    // Two constant parts either agree or could not differ more.
    let z = if gap == 0.0 { 0.0 } else { gap / error };
    let equilibrated = z.abs() <= MAX_Z && rest.ess >= LEAST_EFFECTIVE && 2 * start <= n;
    Ok(Equilibration { start, rest, z, equilibrated })
}

/// The potential scale reduction R̂ of several runs of one system: 1 where they agree, larger where they have not forgotten their starts.
///
/// R̂² = ((n − 1)/n W + B/n)/W, with B/n the variance of the chains' means and W the mean of their variances, after each
/// chain is split into halves of n values. Above 1.01 runs are usually called too short. Source: A. Vehtari et al., Bayesian Anal. 16, 667 (2021),
/// eqs. 1–4, without ranks; the idea is A. Gelman's and D. B. Rubin's, Stat. Sci. 7, 457 (1992).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// use statmech::stats::r_hat;
/// let ising = Ising::square(8)?;
/// let run = |seed: u64| ising.simulation(4.0)?.start(Start::Random).seed(seed).measure(1_000);
/// let chains = vec![run(1)?.energy, run(2)?.energy, run(3)?.energy];
/// assert!(r_hat(&chains)? < 1.05);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If there is no chain, they differ in length, have fewer than 32 values or one that is not finite.
pub fn r_hat(chains: &[Vec<f64>]) -> Result<f64> {
    let length = chains.first().map_or(0, Vec::len);
    let n = length / 2;
    let (mut means, mut within) = (Vec::new(), 0.0);
    for chain in chains {
        check(chain, 2 * crate::stats::MIN_SERIES)?;
        if chain.len() != length {
            let given = format!("chains of {length} and {} values", chain.len());
            return Err(Error::argument("chains", given, "of one length"));
        }
        for half in [&chain[..n], &chain[length - n..]] {
            let (mean, variance) = moments(half);
            means.push(mean);
            within += variance;
        }
    }
    if means.is_empty() {
        return Err(Error::argument("chains", "an empty list", "at least one chain"));
    }
    within /= means.len() as f64;
    let between = moments(&means).1;
    if between == 0.0 {
        return Ok(((n - 1) as f64 / n as f64).sqrt());
    }
    // Frozen in different states: infinity.
    Ok(((n - 1) as f64 / n as f64 + between / within).sqrt())
}

/// Mean and variance, with n − 1.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let shift = values.iter().map(|x| x - values[0]).sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - values[0] - shift).powi(2)).sum();
    (values[0] + shift, squares / (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::testing::autoregressive;

    #[test]
    fn stationary_series_pass_and_keep_most_of_themselves() {
        for (a, n) in [(0.0, 200), (0.8, 2_000), (0.9, 3_000)] {
            let found: Vec<Equilibration> =
                (0..400).map(|s| equilibration(&autoregressive(a, n, s)).unwrap()).collect();
            let passed = found.iter().filter(|x| x.equilibrated).count();
            let kept = found.iter().map(|x| x.start).sum::<usize>() as f64 / (400 * n) as f64;
            let covered = found.iter().filter(|x| x.rest.mean.abs() <= x.rest.error).count();
            assert!((252..=292).contains(&covered), "a = {a}: {covered} of 400");
            let wide = found.iter().filter(|x| x.z.abs() > 1.0).count();
            let squares = found.iter().map(|x| x.z * x.z).sum::<f64>() / 400.0;
            println!("a = {a}: {passed} passed, {kept} left out, {wide} beyond one sigma");
            println!("a = {a}: mean z² {squares}");
            // One standard deviation is 0.07.
            assert!((0.75..=1.3).contains(&squares), "a = {a}: mean z² {squares}");
            assert!(passed >= 380, "a = {a}: {passed} of 400");
            assert!(kept < 0.15, "a = {a}: {kept}");
            // z is about normal: 32 % of 400 beyond one sigma.
            assert!((100..=175).contains(&wide), "a = {a}: {wide} of 400");
        }
    }

    #[test]
    fn a_transient_is_left_out() {
        for seed in 0..50 {
            let mut series = autoregressive(0.5, 4_000, seed);
            for (t, x) in series.iter_mut().enumerate() {
                *x += 20.0 * (-(t as f64) / 50.0).exp();
            }
            let found = equilibration(&series).unwrap();
            // After 100 steps the transient is 2.7, after 300 it is 0.05 of a standard deviation.
            assert!((100..1_200).contains(&found.start), "{found:?}");
            assert!(found.rest.mean.abs() < 6.0 * found.rest.error, "{found:?}");
        }
    }

    #[test]
    fn drifting_and_frozen_series_fail() {
        for seed in 0..50 {
            let mut series = autoregressive(0.5, 4_000, seed);
            for (t, x) in series.iter_mut().enumerate() {
                *x += t as f64 / 1000.0;
            }
            assert!(!equilibration(&series).unwrap().equilibrated);
        }
        let frozen = equilibration(&[2.5; 100]).unwrap();
        assert!(!frozen.equilibrated && frozen.z == 0.0 && frozen.rest.ess == 1.0);
        assert!(equilibration(&[1.0; 63]).is_err());
        assert!(equilibration(&[f64::INFINITY; 100]).is_err());
    }

    #[test]
    fn r_hat_tells_runs_apart() {
        let chains: Vec<Vec<f64>> = (0..4).map(|s| autoregressive(0.5, 4_000, s)).collect();
        let alike = r_hat(&chains).unwrap();
        assert!((0.999..1.01).contains(&alike), "{alike}");
        let mut apart = chains.clone();
        apart[2].iter_mut().for_each(|x| *x += 2.0);
        // Means ±0 and 2: B/n = 8/7 · (1/4)(3/4) · 4 = 6/7, W = 1.
        let expected = (1.0_f64 + 6.0 / 7.0).sqrt();
        assert!((r_hat(&apart).unwrap() / expected - 1.0).abs() < 0.05);
        // Halves of 16 values, 0 and 1 in turn and 0.1 more: W = 4/15, B/n = 0.005.
        let turns = |k: u8| f64::from(k % 2) + if k < 16 { 0.0 } else { 0.1 };
        let short: Vec<f64> = (0..32).map(turns).collect();
        let expected = (15.0_f64 / 16.0 + 0.005 * 15.0 / 4.0).sqrt();
        assert!((r_hat(&[short]).unwrap() - expected).abs() < 1e-12);
        let level: Vec<f64> = (0..32).map(|k| f64::from(k % 2)).collect();
        assert_eq!(r_hat(&[level]).unwrap(), (15.0_f64 / 16.0).sqrt());
        // One chain whose halves differ.
        let drift: Vec<f64> = (0..1000).map(f64::from).collect();
        assert!(r_hat(&[drift]).unwrap() > 1.5);
        assert!(r_hat(&[vec![1.0; 100], vec![2.0; 100]]).unwrap().is_infinite());
        assert!(r_hat(&[vec![1.0; 100], vec![1.0; 100]]).unwrap() <= 1.0);
        assert!(r_hat(&[]).is_err());
        assert!(r_hat(&[vec![1.0; 31]]).is_err());
        assert!(r_hat(&[vec![1.0; 100], vec![1.0; 99]]).is_err());
    }
}
