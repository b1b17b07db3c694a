//! Entropies estimated from counts.

use crate::error::{Error, Result};
use crate::ndarray::{Array2, Axis};
use crate::statrs::function::gamma::digamma;
use crate::stats::Estimate;

/// How an entropy is estimated from n counts n_i with sum N.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Ten outcomes alike, 20 observations: the plug-in is too low, the others come closer.
/// let counts = [4, 1, 2, 3, 0, 2, 1, 3, 2, 2];
/// let of = |estimator| -> statmech::Result<f64> { Ok(entropy_of_counts(&counts, estimator)?.mean) };
/// let plain = of(Estimator::PlugIn)?;
/// assert!(plain < of(Estimator::MillerMadow)? && plain < of(Estimator::Grassberger)?);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Estimator {
    /// The entropy of the observed frequencies; too low by about (K − 1)/(2N) for K outcomes.
    PlugIn,
    /// The same with (K − 1)/(2N) added, K the number of outcomes seen (G. A. Miller, *Information Theory in Psychology* (1955), 95).
    MillerMadow,
    /// ln N − Σ n_i G(n_i)/N with G(n) = ψ(n) + ½(−1)ⁿ (ψ((n+1)/2) − ψ(n/2)), whose bias is exponentially small once each probable
    /// outcome has been seen a few times (P. Grassberger, arXiv:physics/0307138, eqs. 28–30).
    #[default]
    Grassberger,
}

/// The entropy in nats behind these counts, with its error.
///
/// The error is the jackknife's over single observations, of the observed frequencies' entropy for each estimator; it knows of the scatter, not of
/// what remains of the bias where outcomes are rare.
///
/// # Errors
/// [`Error::Argument`] if there are fewer than two observations.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let entropy = entropy_of_counts(&[51, 49], Estimator::Grassberger)?;
/// assert!((entropy.mean - BIT).abs() < 3.0 * entropy.error.max(0.01));
/// # Ok(()) }
/// ```
pub fn entropy_of_counts(counts: &[u64], estimator: Estimator) -> Result<Estimate> {
    let n = observations(counts)?;
    let value = entropy(estimator, counts, n);
    let whole = plain_sum(counts);
    // Leaving out one observation of outcome i: n_i times the same value.
    let without = counts.iter().filter(|&&count| count > 0).map(|&count| {
        let left = (n - 1) as f64;
        (count as f64, left.ln() - (whole - step(count)) / left)
    });
    Ok(jackknifed(value, n, without))
}

/// The mutual information in nats behind a table of counts, H(x) + H(y) − H(x, y) with each entropy estimated the same way.
///
/// # Errors
/// [`Error::Argument`] if there are fewer than two observations.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let information = mutual_information_of_counts(&array![[40, 10], [10, 40]], Estimator::MillerMadow)?;
/// assert!((information.mean - 0.193).abs() < 2.0 * information.error);
/// # Ok(()) }
/// ```
pub fn mutual_information_of_counts(
    counts: &Array2<u64>,
    estimator: Estimator,
) -> Result<Estimate> {
    let flat: Vec<u64> = counts.iter().copied().collect();
    let n = observations(&flat)?;
    let (rows, columns) = (counts.sum_axis(Axis(1)).to_vec(), counts.sum_axis(Axis(0)).to_vec());
    let value = entropy(estimator, &rows, n) + entropy(estimator, &columns, n)
        - entropy(estimator, &flat, n);
    let whole = plain_sum(&rows) + plain_sum(&columns) - plain_sum(&flat);
    let without = counts.indexed_iter().filter(|(_, count)| **count > 0).map(|((i, j), &count)| {
        let left = (n - 1) as f64;
        let lost = step(rows[i]) + step(columns[j]) - step(count);
        (count as f64, left.ln() - (whole - lost) / left)
    });
    Ok(jackknifed(value, n, without))
}

/// The entropy by an estimator, from counts with sum n.
fn entropy(estimator: Estimator, counts: &[u64], n: u64) -> f64 {
    let n = n as f64;
    let seen = counts.iter().filter(|&&count| count > 0).count() as f64;
    match estimator {
        Estimator::PlugIn => n.ln() - plain_sum(counts) / n,
        Estimator::MillerMadow => n.ln() - plain_sum(counts) / n + (seen - 1.0) / (2.0 * n),
        Estimator::Grassberger => {
            let sum: f64 = counts.iter().map(|&count| count as f64 * g(count)).sum();
            n.ln() - sum / n
        }
    }
}

/// Σ n ln n.
fn plain_sum(counts: &[u64]) -> f64 {
    counts.iter().map(|&count| plain(count)).sum()
}

fn plain(count: u64) -> f64 {
    if count > 0 { count as f64 * (count as f64).ln() } else { 0.0 }
}

/// By how much n ln n falls when one observation of n is left out.
fn step(count: u64) -> f64 {
    plain(count) - plain(count - 1)
}

/// Grassberger's G(n), 0 at n = 0.
fn g(count: u64) -> f64 {
    let n = count as f64;
    let sign = if count.is_multiple_of(2) { 0.5 } else { -0.5 };
    if count == 0 { 0.0 } else { digamma(n) + sign * (digamma(0.5 * (n + 1.0)) - digamma(0.5 * n)) }
}

/// The estimate whose error follows from its values without one of the n observations, each with how many observations it stands for.
fn jackknifed(value: f64, n: u64, without: impl Iterator<Item = (f64, f64)> + Clone) -> Estimate {
    let n = n as f64;
    let mean: f64 = without.clone().map(|(weight, left)| weight * left).sum::<f64>() / n;
    let spread: f64 = without.map(|(weight, left)| weight * (left - mean).powi(2)).sum();
    let error = (spread * (n - 1.0) / n).sqrt();
    Estimate::new(value, error, 0.5, None, n as usize)
}

fn observations(counts: &[u64]) -> Result<u64> {
    let n = counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count));
    match n {
        Some(n) if n >= 2 => Ok(n),
        Some(n) => Err(Error::argument("counts", format!("{n} observation(s)"), "at least two")),
        None => Err(Error::argument("counts", "a sum beyond 2^64", "a sum that fits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::information::BIT;

    #[test]
    fn the_plug_in_is_the_entropy_of_the_frequencies() -> Result<()> {
        let counts = [7, 2, 0, 1];
        let direct = super::super::Distribution::from_weights([7.0, 2.0, 0.0, 1.0])?.entropy();
        let estimated = entropy_of_counts(&counts, Estimator::PlugIn)?.mean;
        assert!((estimated - direct).abs() < 1e-14);
        let corrected = entropy_of_counts(&counts, Estimator::MillerMadow)?.mean;
        assert!((corrected - direct - 2.0 / 20.0).abs() < 1e-14);
        Ok(())
    }

    #[test]
    fn g_has_its_published_first_values() {
        // Grassberger (2003): G(1) = −γ − ln 2, G(2) = 2 − γ − ln 2, G(2n+1) = G(2n), G(2n+2) = G(2n) + 2/(2n+1).
        let first = -0.577_215_664_901_532_9 - BIT;
        assert!((g(1) - first).abs() < 1e-12);
        assert!((g(2) - first - 2.0).abs() < 1e-12);
        for n in 1..20 {
            assert!((g(2 * n + 1) - g(2 * n)).abs() < 1e-12);
            assert!((g(2 * n + 2) - g(2 * n) - 2.0 / (2 * n + 1) as f64).abs() < 1e-12);
        }
    }
}
