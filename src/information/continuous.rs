//! Differential entropies, in closed form and from samples.

use std::f64::consts::{E, PI};

use crate::error::{Error, Result, require_positive};
use crate::ndarray::{Array2, ArrayView1};
use crate::operator::dense::eigenvalues_symmetric;
use crate::progress::Progress;
use crate::rayon::prelude::*;
use crate::statrs::function::gamma::{digamma, ln_gamma};
use crate::stats::Estimate;

/// The most samples whose neighbours are searched, each among all others.
const MAX_SAMPLES: usize = 50_000;

/// Samples between two looks at the progress.
const BATCH: usize = 256;

/// The differential entropy ½ ln(2πe σ²) of a normal density, in nats.
///
/// # Errors
/// [`Error::Argument`] if σ is not a finite number above 0.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((normal_entropy(1.0)? - 1.418_938_533_204_672_7).abs() < 1e-15);
/// # Ok(()) }
/// ```
pub fn normal_entropy(deviation: f64) -> Result<f64> {
    Ok(0.5 * (2.0 * PI * E).ln() + require_positive("deviation", deviation)?.ln())
}

/// The differential entropy 1 + ln(mean) of an exponential density, in nats: the largest for a positive quantity of that mean.
///
/// # Errors
/// [`Error::Argument`] if the mean is not a finite number above 0.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(exponential_entropy(1.0)?, 1.0);
/// # Ok(()) }
/// ```
pub fn exponential_entropy(mean: f64) -> Result<f64> {
    Ok(1.0 + require_positive("mean", mean)?.ln())
}

/// The differential entropy ½ ln det(2πe Σ) of a Gaussian in n dimensions, in nats, from its n×n covariance.
///
/// # Errors
/// [`Error::Argument`] if the covariance is not symmetric, not positive definite or not finite; [`Error::Shape`] if it is not square.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let independent = gaussian_entropy(&array![[4.0, 0.0], [0.0, 9.0]])?;
/// assert!((independent - normal_entropy(2.0)? - normal_entropy(3.0)?).abs() < 1e-14);
/// # Ok(()) }
/// ```
pub fn gaussian_entropy(covariance: &Array2<f64>) -> Result<f64> {
    let variances = eigenvalues_symmetric(covariance)?;
    let uneven = |&((i, j), c): &((usize, usize), &f64)| {
        (c - covariance[(j, i)]).abs()
            > 1e-9 * (covariance[(i, i)] * covariance[(j, j)]).abs().sqrt()
    };
    if let Some(((i, j), c)) = covariance.indexed_iter().find(uneven) {
        let given = format!("C[({i}, {j})] = {c} and C[({j}, {i})] = {}", covariance[(j, i)]);
        return Err(Error::argument("covariance", given, "symmetric"));
    }
    match variances.iter().find(|v| !(**v > 0.0)) {
        Some(v) => Err(Error::argument(
            "covariance",
            format!("a matrix with eigenvalue {v}"),
            "positive definite",
        )),
        None => Ok(variances.iter().map(|v| 0.5 * (2.0 * PI * E * v).ln()).sum()),
    }
}

/// The differential entropy in nats of the density behind samples (a row each), from the distances to their k-th neighbours.
///
/// H = ψ(N) − ψ(k) + ln V_d + (d/N) Σ ln ε_i with the volume V_d of the unit ball (L. F. Kozachenko and N. N. Leonenko, Probl. Inf. Transm. 23, 9 (1987)).
/// The error is the scatter of the N terms over √N, too small by 5 to 20 % since neighbours share their distances. The bias is small in few
/// dimensions and grows with them. All pairs are compared: O(N² d).
///
/// # Errors
/// [`Error::Argument`] if k = 0, there are not more than k + 1 or over 50,000 samples, a value is not finite, or more than k samples coincide.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// use statmech::rand::Rng;
/// // The uniform density on the unit interval has entropy 0.
/// let mut generator = Seed::new(1).generator();
/// let samples = Array2::from_shape_fn((1000, 1), |_| generator.random());
/// let entropy = entropy_of_samples(&samples, 3)?;
/// assert!(entropy.mean.abs() < 4.0 * entropy.error);
/// # Ok(()) }
/// ```
pub fn entropy_of_samples(samples: &Array2<f64>, k: usize) -> Result<Estimate> {
    let (count, dimensions) = samples.dim();
    if dimensions == 0 || k == 0 || count <= k.saturating_add(1) || count > MAX_SAMPLES {
        return Err(Error::argument(
            "samples",
            format!("{count} samples of {dimensions} numbers, for neighbour {k}"),
            format!(
                "more than k + 1 and at most {MAX_SAMPLES} samples of at least one number, for k of at least 1"
            ),
        ));
    }
    if let Some(x) = samples.iter().find(|x| !x.is_finite()) {
        return Err(Error::argument("samples", x, "finite numbers"));
    }
    // Squares of distances neither overflow nor vanish, however large or small all samples are.
    let largest = samples.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let usual = largest == 0.0 || (1e-100..1e100).contains(&largest);
    let scale = if usual { 1.0 } else { largest };
    let scaled = if usual { samples.clone() } else { samples / scale };
    let mut progress = Progress::new("samples", count);
    let mut logs: Vec<f64> = Vec::with_capacity(count);
    while logs.len() < count {
        let end = count.min(logs.len() + BATCH);
        let log =
            |i: usize| 0.5 * squared_distance_to_neighbor(&scaled, scaled.row(i), Some(i), k).ln();
        let next: Vec<f64> = (logs.len()..end).into_par_iter().map(log).collect();
        progress.add(next.len());
        logs.extend(next);
    }
    if let Some(i) = logs.iter().position(|log| !log.is_finite()) {
        return Err(Error::argument(
            "samples",
            format!("{k} or more copies of sample {i}"),
            "without so many equal rows, which no density has (add their rounding error back as noise, or raise k)",
        ));
    }
    let (n, d) = (count as f64, dimensions as f64);
    let mean = logs.iter().sum::<f64>() / n;
    let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let value = digamma(n) - digamma(k as f64) + ln_unit_ball(d) + d * (mean + scale.ln());
    Ok(Estimate::new(value, d * (variance / n).sqrt(), 0.5, None, count))
}

/// The logarithm of the volume of the unit ball in d dimensions, π^{d/2}/Γ(d/2 + 1).
pub(crate) fn ln_unit_ball(d: f64) -> f64 {
    0.5 * d * PI.ln() - ln_gamma(0.5 * d + 1.0)
}

/// The square of the distance from a point to its k-th neighbour among samples, of which one may be left out; k counts from 1 up to their number.
pub(crate) fn squared_distance_to_neighbor(
    samples: &Array2<f64>,
    here: ArrayView1<'_, f64>,
    without: Option<usize>,
    k: usize,
) -> f64 {
    let mut distances: Vec<f64> = samples
        .rows()
        .into_iter()
        .enumerate()
        .filter(|(j, _)| Some(*j) != without)
        .map(|(_, there)| squared_distance(here, there))
        .collect();
    let (_, kth, _) = distances.select_nth_unstable_by(k - 1, f64::total_cmp);
    *kth
}

pub(crate) fn squared_distance(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum()
}
