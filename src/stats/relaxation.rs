//! The autocorrelation function with errors, and the time of its decay.

use crate::error::{Error, Result};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::stats::estimate::{autocorrelation, centered, check, usual_window};
use crate::stats::{Estimate, MIN_SERIES, estimate, jackknife};

/// Correlations beyond this lag are left out of the errors.
const LONGEST_CUT: usize = 4096;

/// ρ is fitted from where it is below the first until it is below the second.
const FIT: (f64, f64) = (0.6, 0.05);

/// Lags per integrated autocorrelation time at which ρ is fitted.
const LAGS_PER_TAU: f64 = 8.0;

/// The autocorrelation function of a series with its errors: columns `lag`, `rho`, `rho_err`.
///
/// The error is M. S. Bartlett's, J. R. Stat. Soc. Suppl. 8, 27 (1946), as in M. Lüscher, Comput. Phys. Commun. 165, 199 (2005),
/// eq. E.11: (n − t) Δρ(t)² = Σ_{k≥1} [ρ(k + t) + ρ(k − t) − 2ρ(k)ρ(t)]², with ρ = 0 beyond four times the window in which
/// [`estimate`] sums it. Errors at neighbouring lags are strongly correlated.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// use statmech::stats::autocorrelation_frame;
/// let series = Ising::square(8)?.simulation(3.0)?.measure(2_000)?;
/// let frame = autocorrelation_frame(&series.energy, 50)?;
/// assert_eq!(frame.height(), 51);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the series is shorter than [`MIN_SERIES`], has not more than `max_lag` values, or one that is not finite.
pub fn autocorrelation_frame(series: &[f64], max_lag: usize) -> Result<DataFrame> {
    let tau = estimate(series)?.tau;
    let n = series.len();
    let cut = ((4.0 * usual_window(tau, n as f64)) as usize).clamp(8, LONGEST_CUT).min(n / 2);
    let rho = autocorrelation(series, max_lag.max(cut))?;
    let errors = errors(&rho, cut, n);
    let lags: Vec<u64> = (0..=max_lag as u64).collect();
    let (rho, errors) = (rho[..=max_lag].to_vec(), errors[..=max_lag].to_vec());
    Ok(df!("lag" => lags, "rho" => rho, "rho_err" => errors)?)
}

/// The errors of ρ at all its lags.
fn errors(rho: &[f64], cut: usize, n: usize) -> Vec<f64> {
    let known = |lag: usize| if lag <= cut { rho[lag] } else { 0.0 };
    let squares: f64 = rho[1..=cut].iter().map(|rho| rho * rho).sum();
    let error = |(t, &here): (usize, &f64)| {
        let sum = if t > 2 * cut {
            // ρ(k)ρ(t) and ρ(k − t) do not meet.
            4.0 * here * here * squares + 1.0 + 2.0 * squares
        } else {
            let term = |k: usize| known(k + t) + known(k.abs_diff(t)) - 2.0 * known(k) * here;
            (1..=t + cut).map(|k| term(k).powi(2)).sum()
        };
        (sum / (n - t) as f64).sqrt()
    };
    rho.iter().enumerate().map(error).collect()
}

/// The relaxation time: the τ of exp(−t/τ) that the autocorrelation function follows at long times, in steps of the series.
///
/// ln ρ(t) is fitted by a straight line with weights ρ² between the lags where ρ falls below 0.6 and where it falls below 0.05 or three errors; fast
/// modes that are gone by ρ = 0.6 do not count. The error is a jackknife over 8 to 64 blocks. `tau` and `ess` of the result are those of the
/// series: the integrated time is shorter wherever fast modes take part.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// use statmech::stats::relaxation_time;
/// let series = Ising::square(8)?.simulation(2.6)?.update(Update::HeatBath).measure(20_000)?;
/// let time = relaxation_time(&series.magnetization)?;
/// assert!(time.mean > 10.0 && time.error < 0.3 * time.mean);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the series has fewer than 64 values or one that is not finite, never varies, is decorrelated within one step, or does not
/// decay within a quarter of its length.
pub fn relaxation_time(series: &[f64]) -> Result<Estimate> {
    check(series, 4 * MIN_SERIES)?;
    let estimate = estimate(series)?;
    let n = series.len();
    let unsuitable = |why: &str| Error::Unsupported {
        what: "A relaxation time".to_owned(),
        why: why.to_owned(),
        advice: "Look at `autocorrelation_frame`.".to_owned(),
    };
    if estimate.error == 0.0 {
        return Err(unsuitable("the series never varies"));
    }
    let stride = ((estimate.tau / LAGS_PER_TAU) as usize).max(1);
    // A mode A exp(−t/τ_s) has A τ_s < τ, and is below 0.05 after τ_s ln(20 A) < 7.4 τ.
    let reach = ((16.0 * estimate.tau) as usize + 16).min(n / 4);
    let rho = autocorrelation(series, reach)?;
    // Of ρ where it has decayed, (1 + 2Σρ²)/n with ρ = exp(−t/τ).
    let noise = (estimate.tau.max(1.0) / n as f64).sqrt();
    let least = FIT.1.max(3.0 * noise);
    let last = rho.iter().step_by(stride).take_while(|&&rho| rho > least).count().saturating_sub(1);
    if least >= FIT.0 || (last + 1) * stride > reach {
        return Err(unsuitable("the series is too short for its correlations to decay"));
    }
    if last == 0 {
        return Err(unsuitable("the series is decorrelated within one step"));
    }
    let below = rho.iter().step_by(stride).take_while(|&&rho| rho > FIT.0).count();
    let first = below.min(last - 1);
    let lags: Vec<usize> = (first..=last).map(|k| k * stride).collect();
    let blocks = blocks(&centered(series).deviations, &lags, estimate.tau);
    let time = |means: &[f64]| {
        // The variance stands last.
        let [products @ .., variance] = means else { return f64::NAN };
        decay_time(&lags, products, *variance)
    };
    let fitted = jackknife(&blocks, estimate.tau, n, time)?;
    if !(fitted.mean.is_finite() && fitted.mean > 0.0) {
        return Err(unsuitable("the series is too short for its correlations to decay"));
    }
    Ok(fitted)
}

/// Over each block, the mean of x_i x_{i+t} for all lags t, and of x_i².
fn blocks(x: &[f64], lags: &[usize], tau: f64) -> Vec<Vec<f64>> {
    let longest = lags.last().copied().unwrap_or(0);
    let starts = x.len() - longest;
    let count = ((starts as f64 / (20.0 * tau)) as usize).clamp(8, 64);
    let length = starts / count;
    let mean = |block: usize, lag: usize| {
        let (from, to) = (block * length, (block + 1) * length);
        let products = x[from..to].iter().zip(&x[from + lag..to + lag]);
        products.map(|(x, y)| x * y).sum::<f64>() / length as f64
    };
    (0..count).map(|block| lags.iter().chain(&[0]).map(|&lag| mean(block, lag)).collect()).collect()
}

/// −1 over the slope of ln ρ, by least squares with weights ρ².
fn decay_time(lags: &[usize], products: &[f64], variance: f64) -> f64 {
    let (mut weight, mut t1, mut y1) = (0.0, 0.0, 0.0);
    let points: Vec<(f64, f64, f64)> = lags
        .iter()
        .zip(products)
        .map(|(&lag, product)| {
            let rho = (product / variance).max(1e-6);
            (lag as f64, rho.ln(), rho * rho)
        })
        .collect();
    for &(t, y, w) in &points {
        weight += w;
        t1 += w * t;
        y1 += w * y;
    }
    let (t1, y1) = (t1 / weight, y1 / weight);
    let square: f64 = points.iter().map(|&(t, _, w)| w * (t - t1).powi(2)).sum();
    let product: f64 = points.iter().map(|&(t, y, w)| w * (t - t1) * (y - y1)).sum();
    -square / product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;
    use crate::stats::testing::autoregressive;

    #[test]
    fn errors_of_rho_cover_it_at_their_nominal_rate() {
        for lag in [1, 5, 20, 60] {
            let exact = 0.8_f64.powi(lag as i32);
            let covered = (0..400)
                .filter(|&seed| {
                    let frame =
                        autocorrelation_frame(&autoregressive(0.8, 5_000, seed), 60).unwrap();
                    let value = |name: &str| frame.values(name).unwrap()[lag];
                    (value("rho") - exact).abs() <= value("rho_err")
                })
                .count();
            println!("lag {lag}: {covered} of 400");
            assert!((252..=292).contains(&covered), "lag {lag}: {covered} of 400");
        }
        let series = autoregressive(0.8, 5_000, 1);
        let frame = autocorrelation_frame(&series, 4_000).unwrap();
        let errors = frame.values("rho_err").unwrap();
        assert_eq!((frame.values("rho").unwrap()[0], errors[0]), (1.0, 0.0));
        // Σρ² of both signs of the lag is (1 + a²)/(1 − a²).
        let far = (1.64_f64 / 0.36 / 5_000.0).sqrt();
        assert!((errors[200] / far - 1.0).abs() < 0.1, "{} for {far}", errors[200]);
    }

    #[test]
    fn the_two_forms_of_the_error_meet() {
        let rho = autocorrelation(&autoregressive(0.7, 2_000, 2), 200).unwrap();
        let all = errors(&rho, 40, 2_000);
        for t in 81..=100 {
            let known = |lag: usize| if lag <= 40 { rho[lag] } else { 0.0 };
            let direct: f64 = (1..=t + 40)
                .map(|k| (known(k + t) + known(k.abs_diff(t)) - 2.0 * known(k) * rho[t]).powi(2))
                .sum();
            assert!((all[t] - (direct / (2_000 - t) as f64).sqrt()).abs() < 1e-12);
        }
    }

    #[test]
    fn relaxation_times_are_covered_at_their_nominal_rate() {
        for (a, n) in [(0.5_f64, 4_000), (0.9, 10_000), (0.99, 50_000)] {
            let exact = -1.0 / a.ln();
            let times: Vec<Estimate> =
                (0..400).map(|s| relaxation_time(&autoregressive(a, n, s)).unwrap()).collect();
            let covered = times.iter().filter(|x| (x.mean - exact).abs() <= x.error).count();
            let mean = times.iter().map(|x| x.mean).sum::<f64>() / 400.0;
            println!("a = {a}: {covered} of 400, {mean} for {exact}");
            assert!((252..=292).contains(&covered), "a = {a}: {covered} of 400");
            assert!((mean / exact - 1.0).abs() < 0.04, "a = {a}: {mean} for {exact}");
        }
    }

    #[test]
    fn fast_modes_do_not_count() {
        // Half the variance decays in 2 steps, half in 50.
        let (slow, fast) = (autoregressive((-0.02_f64).exp(), 200_000, 1), (-0.5_f64).exp());
        let series: Vec<f64> =
            slow.iter().zip(autoregressive(fast, 200_000, 2)).map(|(x, y)| x + y).collect();
        let time = relaxation_time(&series).unwrap();
        assert!((time.mean - 50.0).abs() < 4.0 * time.error && time.error < 5.0, "{time}");
        assert!(time.tau < 30.0, "{}", time.tau);
    }

    #[test]
    fn series_without_a_decay_are_refused() {
        let says = |series: &[f64], part: &str| {
            let message = relaxation_time(series).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        };
        says(&[1.0; 100], "never varies");
        says(&autoregressive(0.0, 1_000, 1), "within one step");
        says(&[1.0, -1.0].repeat(100), "within one step");
        says(&(0..1000).map(f64::from).collect::<Vec<_>>(), "too short");
        says(&[1.0; 63], "series of 63");
        assert!(relaxation_time(&[f64::NAN; 100]).is_err());
        assert!(autocorrelation_frame(&[1.0; 100], 100).is_err());
        assert!(autocorrelation_frame(&[1.0; 5], 1).is_err());
    }
}
