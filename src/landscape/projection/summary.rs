//! Samples of projected Hessians beside theory.

use crate::error::Result;
use crate::frame::Frame;
use crate::grid::linspace;
use crate::landscape::SlicePicture;
use crate::landscape::projection::sampling::{ProjectedHessians, Samples};
use crate::plot::{Figure, Plot};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::stats::{fraction_error, mean_and_error};
use crate::theory::projections::{DirectionKind, QUANTITIES};

impl Samples {
    pub fn frame(&self, directions: DirectionKind, n: usize, seed: Seed) -> Result<DataFrame> {
        let count = self.columns[0].len();
        let [eta_eta, eta_delta, delta_delta, minus, plus] = &self.columns;
        Ok(df!(
            "sample" => (0..count as u64).collect::<Vec<_>>(),
            "eta_eta" => eta_eta,
            "eta_delta" => eta_delta,
            "delta_delta" => delta_delta,
            "kappa_minus" => minus,
            "kappa_plus" => plus,
            "directions" => vec![directions.name(); count],
            "dimension" => vec![n as u64; count],
            "seed" => vec![seed.number(); count],
        )?)
    }
}

/// The mean of (x − x̄)(y − ȳ), with n − 1, and its standard error from the spread of these products.
fn covariance(x: &[f64], y: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let products: Vec<f64> = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).collect();
    let (value, error) = mean_and_error(&products).unwrap_or((f64::NAN, f64::NAN));
    (value * n / (n - 1.0), error * n / (n - 1.0))
}

impl ProjectedHessians {
    /// Means and variances beside theory, a row each `quantity` (`eta_eta`, `eta_delta`, `delta_delta`, `kappa_minus`, `kappa_plus`): `mean`, `mean_err`,
    /// `mean_theory`, `variance`, `variance_err`, `variance_theory`, `exact` (whether the theory of the row is), `samples`, `directions`, `seed`, `complete`.
    ///
    /// # Errors
    /// [`Error::Polars`](crate::Error::Polars) never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let quadratic = Objective::quadratic(&array![[3.0, 0.0], [0.0, -1.0]], &array![0.0, 0.0])?;
    /// let summary = quadratic.projected_hessians(&array![0.0, 0.0]).samples(10_000).run()?.summary()?;
    /// let (mean, error) = (summary.values("mean")?[0], summary.values("mean_err")?[0]);
    /// assert!((mean - 2.0).abs() < 4.0 * error); // tr H
    /// # Ok(()) }
    /// ```
    pub fn summary(&self) -> Result<DataFrame> {
        let columns = &self.samples.columns;
        let means: Vec<(f64, f64)> = columns
            .iter()
            .map(|values| mean_and_error(values).unwrap_or((f64::NAN, f64::NAN)))
            .collect();
        let variances: Vec<(f64, f64)> =
            columns.iter().map(|values| covariance(values, values)).collect();
        let [mean, variance] = self.theory.moments();
        let exact = self.theory.is_exact();
        let known = self.theory.knows_spectrum();
        Ok(df!(
            "quantity" => QUANTITIES,
            "mean" => means.iter().map(|x| x.0).collect::<Vec<_>>(),
            "mean_err" => means.iter().map(|x| x.1).collect::<Vec<_>>(),
            "mean_theory" => mean.to_vec(),
            "variance" => variances.iter().map(|x| x.0).collect::<Vec<_>>(),
            "variance_err" => variances.iter().map(|x| x.1).collect::<Vec<_>>(),
            "variance_theory" => variance.to_vec(),
            "exact" => [known, known, known, exact, exact],
            "samples" => vec![columns[0].len() as u64; 5],
            "directions" => vec![self.theory.drawn().name(); 5],
            "seed" => vec![self.seed.number(); 5],
            "complete" => vec![self.complete; 5],
        )?)
    }

    /// Covariances of the three entries beside theory: `one`, `other`, `covariance`, `covariance_err`, `covariance_theory`, `samples`, `directions`.
    ///
    /// # Errors
    /// [`Error::Polars`](crate::Error::Polars) never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let quadratic = Objective::quadratic(&array![[3.0, 0.0], [0.0, -1.0]], &array![0.0, 0.0])?;
    /// let settings = quadratic.projected_hessians(&array![0.0, 0.0]).directions(DirectionKind::Orthonormal);
    /// let covariances = settings.run()?.covariances()?;
    /// assert!((covariances.values("covariance_theory")?[1] + 2.0).abs() < 1e-13);
    /// # Ok(()) }
    /// ```
    pub fn covariances(&self) -> Result<DataFrame> {
        let columns = &self.samples.columns;
        let pairs = [(0, 1), (0, 2), (1, 2)];
        let found: Vec<(f64, f64)> =
            pairs.iter().map(|&(a, b)| covariance(&columns[a], &columns[b])).collect();
        Ok(df!(
            "one" => pairs.map(|(a, _)| QUANTITIES[a]),
            "other" => pairs.map(|(_, b)| QUANTITIES[b]),
            "covariance" => found.iter().map(|x| x.0).collect::<Vec<_>>(),
            "covariance_err" => found.iter().map(|x| x.1).collect::<Vec<_>>(),
            "covariance_theory" => [0.0, self.theory.covariance_diagonals(), 0.0],
            "samples" => vec![columns[0].len() as u64; 3],
            "directions" => vec![self.theory.drawn().name(); 3],
        )?)
    }

    /// How often the slices show what, beside theory: `picture` ("bowl", "saddle", "cap", "flat"), `count`, `fraction`, `fraction_err`, `probability`, `exact`
    /// (whether the probability is), `samples`, `directions`.
    ///
    /// # Errors
    /// [`Error::Polars`](crate::Error::Polars) never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let quadratic = Objective::quadratic(&array![[3.0, 0.0], [0.0, -1.0]], &array![0.0, 0.0])?;
    /// let pictures = quadratic.projected_hessians(&array![0.0, 0.0]).run()?.pictures()?;
    /// assert_eq!(pictures.values("fraction")?, [0.0, 1.0, 0.0, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn pictures(&self) -> Result<DataFrame> {
        let [.., minus, plus] = &self.samples.columns;
        let total = minus.len();
        let mut counts = [0_usize; 4];
        for (&minus, &plus) in minus.iter().zip(plus) {
            let picture = SlicePicture::of(minus, plus);
            counts[SlicePicture::ALL.iter().position(|&p| p == picture).unwrap_or(0)] += 1;
        }
        let expected = self.theory.pictures();
        Ok(df!(
            "picture" => SlicePicture::ALL.map(SlicePicture::name),
            "count" => counts.map(|count| count as u64),
            "fraction" => counts.map(|count| count as f64 / total as f64),
            "fraction_err" => counts.map(|count| fraction_error(count, total)),
            "probability" => [expected.bowl, expected.saddle, expected.cap, expected.flat],
            "exact" => [self.theory.knows_spectrum(); 4],
            "samples" => [total as u64; 4],
            "directions" => [self.theory.drawn().name(); 4],
        )?)
    }

    /// Histograms of both principal curvatures in so many bins, with the counts that theory expects as lines, and expected values marked.
    ///
    /// # Errors
    /// If `bins` is not from 1 to 10 000.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let quadratic = Objective::quadratic(&array![[3.0, 0.0], [0.0, -1.0]], &array![0.0, 0.0])?;
    /// let projected = quadratic.projected_hessians(&array![0.0, 0.0]).run()?;
    /// assert!(projected.histogram(40)?.svg()?.contains("principal curvature"));
    /// # Ok(()) }
    /// ```
    pub fn histogram(&self, bins: usize) -> Result<Figure> {
        let [.., minus, plus] = &self.samples.columns;
        let range = |values: &[f64]| {
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            (low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        };
        let (below, above) = (range(minus), range(plus));
        let table = self.theory.distribution(&linspace(below.0, above.1, 401))?;
        let expected = self.theory.curvatures();
        let mut figure = self
            .frame
            .histogram("kappa_minus", bins)?
            .label("κ₋ sampled")
            .with(self.frame.histogram("kappa_plus", bins)?.label("κ₊ sampled"));
        for (which, label, (low, high)) in
            [("density_minus", "κ₋ theory", below), ("density_plus", "κ₊ theory", above)]
        {
            let count = minus.len() as f64 * (high - low) / bins as f64;
            let counts = table.values(which)?.iter().map(|density| density * count).collect();
            if high > low {
                let line = table.with_values("count", counts)?.line("curvature", "count")?;
                figure = figure.with(line.label(label));
            }
        }
        Ok(figure
            .vline(expected.minus, "𝔼κ₋")
            .vline(expected.plus, "𝔼κ₊")
            .x_label("principal curvature κ of the slice")
            .y_label("slices"))
    }
}
