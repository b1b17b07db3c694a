//! Errors of functions of several means.

use crate::error::{Error, Result};
use crate::stats::Estimate;

/// The value and error of a function of means, from means over blocks of the series.
///
/// `blocks[b]` holds the means of all quantities over block b; θ_b is the function of the means over all other blocks. The
/// error is √((B−1)/B Σ_b (θ_b − θ̄)²), and the value B θ − (B−1) θ̄, free of the bias of order 1/n that, for example, a
/// variance has. `tau` belongs to the series behind the blocks and only fills the [`Estimate`]; `n` is its length. Source: B. Efron,
/// *The Jackknife, the Bootstrap and Other Resampling Plans* (1982), eqs. 2.8 and 3.1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::stats::jackknife;
/// // Variance from blocks of (mean x, mean x²).
/// let blocks = vec![vec![0.1, 1.2], vec![-0.2, 0.9], vec![0.0, 1.1], vec![0.1, 0.8]];
/// let variance = jackknife(&blocks, 0.5, 400, |means| means[1] - means[0] * means[0])?;
/// assert!((variance.mean - 1.0).abs() < 0.02 && variance.error > 0.0);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If there are fewer than two blocks or they differ in length.
pub fn jackknife(
    blocks: &[Vec<f64>],
    tau: f64,
    n: usize,
    function: impl Fn(&[f64]) -> f64,
) -> Result<Estimate> {
    let count = blocks.len() as f64;
    if blocks.len() < 2 {
        return Err(Error::argument("blocks", format!("{} of them", blocks.len()), "at least two"));
    }
    let mut sums = vec![0.0; blocks[0].len()];
    for block in blocks {
        if block.len() != sums.len() {
            let given = format!("{} and {} means", sums.len(), block.len());
            return Err(Error::argument("blocks", given, "of one length"));
        }
        sums.iter_mut().zip(block).for_each(|(sum, mean)| *sum += mean);
    }
    let whole = function(&sums.iter().map(|sum| sum / count).collect::<Vec<_>>());
    let left_out: Vec<f64> = blocks
        .iter()
        .map(|block| {
            let others = sums.iter().zip(block).map(|(sum, mean)| (sum - mean) / (count - 1.0));
            function(&others.collect::<Vec<_>>())
        })
        .collect();
    // Deviations from the first value are exactly 0 for a constant series.
    let first = left_out[0];
    let shift = left_out.iter().map(|value| value - first).sum::<f64>() / count;
    let squares: f64 = left_out.iter().map(|value| (value - first - shift).powi(2)).sum();
    let mean = whole + (count - 1.0) * (whole - first - shift);
    let error = ((count - 1.0) / count * squares).sqrt();
    Ok(Estimate::new(mean, error, tau, None, n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_example_by_hand() {
        // The square of the mean of 0, 2, 4: θ = 4, left out 9, 4, 1 with mean 14/3. The value is 3·4 − 2·14/3 = 8/3, which is the mean
        // squared less s²/n = 4/3; the squared error 2/3 · [(13/3)² + (2/3)² + (11/3)²] = 2/3 · 98/3 = 196/9.
        let blocks = [vec![0.0], vec![2.0], vec![4.0]];
        let square = jackknife(&blocks, 0.5, 3, |means| means[0] * means[0]).unwrap();
        assert!((square.mean - 8.0 / 3.0).abs() < 1e-14, "{square:?}");
        assert!((square.error - 14.0 / 3.0).abs() < 1e-14, "{square:?}");
        assert!(jackknife(&blocks[..1], 0.5, 3, |means| means[0]).is_err());
    }
}
