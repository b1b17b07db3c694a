//! Mutual information from the distances to neighbours.

use crate::error::{Error, Result};
use crate::ndarray::{Array2, ArrayView1};
use crate::rayon::prelude::*;
use crate::statrs::function::gamma::digamma;
use crate::stats::Estimate;

/// The most samples, each compared with all others.
const MAX_SAMPLES: usize = 50_000;

/// Whether each of so many samples has a k-th neighbour that can be found in time.
pub(crate) fn have_neighbor(count: usize, k: usize) -> bool {
    k > 0 && count > k.saturating_add(1) && count <= MAX_SAMPLES
}

/// The mutual information in nats of two quantities from joint samples (a row each, as many of x as of y), from the distances to their k-th neighbours.
///
/// I = ψ(k) + ψ(N) − ⟨ψ(n_x + 1) + ψ(n_y + 1)⟩, where n_x samples are nearer in x alone than the k-th neighbour is in the larger of both distances (A. Kraskov, H. Stögbauer and
/// P. Grassberger, Phys. Rev. E 69, 066138 (2004), eq. 8). Its bias is near zero for independent quantities. The error is the scatter of the N terms over √N; neighbours
/// share terms, so that it is a rough one. Scales do not matter as long as both have a similar one. O(N²).
///
/// # Errors
/// [`Error::Argument`] if k = 0, there are not more than k + 1 or over 50,000 samples, numbers of samples differ, a value is not finite, or more than k samples coincide.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let sample = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(2_000, 1)?;
/// let (x, y) = (sample.slice(s![.., ..1]).to_owned(), sample.slice(s![.., 1..]).to_owned());
/// let information = mutual_information_of_samples(&x, &y, 4)?;
/// // −½ ln(1 − 0.8²).
/// assert!((information.mean - 0.5108).abs() < 4.0 * information.error);
/// # Ok(()) }
/// ```
pub fn mutual_information_of_samples(
    x: &Array2<f64>,
    y: &Array2<f64>,
    k: usize,
) -> Result<Estimate> {
    let count = x.nrows();
    let dimensions = x.ncols().min(y.ncols());
    if y.nrows() != count || dimensions == 0 || !have_neighbor(count, k) {
        return Err(Error::argument(
            "samples",
            format!("{count} × {} and {} × {}, for neighbour {k}", x.ncols(), y.nrows(), y.ncols()),
            format!(
                "as many rows of x as of y, more than k + 1 and at most {MAX_SAMPLES}, for k of at least 1"
            ),
        ));
    }
    if let Some(value) = x.iter().chain(y).find(|value| !(value.abs() < 1e300)) {
        return Err(Error::argument("samples", value, "finite numbers below 1e300"));
    }
    let term = |i: usize| {
        let near = |all: &Array2<f64>| -> Vec<f64> {
            let here = all.row(i);
            all.rows().into_iter().map(|there| largest_difference(here, there)).collect()
        };
        let (by_x, by_y) = (near(x), near(y));
        let mut both: Vec<f64> = by_x.iter().zip(&by_y).map(|(a, b)| a.max(*b)).collect();
        // The sample itself is the nearest.
        let (_, reach, _) = both.select_nth_unstable_by(k, f64::total_cmp);
        let reach = *reach;
        let within = |distances: &[f64]| distances.iter().filter(|d| **d < reach).count() as f64;
        // The sample itself is within, which makes n + 1.
        (reach > 0.0).then(|| digamma(within(&by_x)) + digamma(within(&by_y)))
    };
    let terms: Vec<Option<f64>> = (0..count).into_par_iter().map(term).collect();
    if let Some(i) = terms.iter().position(Option::is_none) {
        return Err(Error::argument(
            "samples",
            format!("{k} or more copies of sample {i}"),
            "without so many equal rows (add their rounding error back as noise, or raise k)",
        ));
    }
    let terms: Vec<f64> = terms.into_iter().flatten().collect();
    let n = count as f64;
    let mean = terms.iter().sum::<f64>() / n;
    let variance = terms.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let value = digamma(k as f64) + digamma(n) - mean;
    Ok(Estimate::new(value, (variance / n).sqrt(), 0.5, None, count))
}

fn largest_difference(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}
