//! Bias and variance of polynomials fitted to noisy examples, over many training sets.

use std::fmt;
use std::sync::Arc;

use super::features::normal;
use super::ridge_solver::{MOST_NUMBERS, Spectrum, product, view};
use crate::error::{Error, Result, require_amount};
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;

/// Places at which predictions are compared.
const GRID: usize = 100;
/// Higher polynomials cannot be told apart in this precision.
const MOST_DEGREE: usize = 60;

/// Settings of a decomposition of the risk into bias and variance: polynomials of several degrees are fitted to n noisy values of a function on [−1, 1], over and over;
/// [`run`](Self::run) gives the table.
///
/// With f̂(x) the fit to one training set and ⟨·⟩ the mean over training sets, the risk ⟨(f̂ − f)²⟩ = (⟨f̂⟩ − f)² + ⟨(f̂ − ⟨f̂⟩)²⟩, each averaged over x. Fits minimise |y − f̂|²/n + λ|c|², with c the coefficients of Legendre's polynomials of mean square 1.
///
/// Source: S. Geman, E. Bienenstock and R. Doursat, Neural Comput. 4, 1 (1992).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let table = BiasVariance::new(|x| (3.0 * x).sin()).degrees([1, 3, 9]).samples(100).run()?;
/// let (bias, variance) = (table.values("bias")?, table.values("variance")?);
/// assert!(bias[0] > bias[1] && variance[2] > variance[0]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct BiasVariance {
    target: Arc<dyn Fn(f64) -> f64 + Send + Sync>,
    degrees: Vec<usize>,
    n_examples: usize,
    noise: f64,
    penalty: f64,
    random_inputs: bool,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// Bias, variance and risk.
type Parts = [f64; 3];

impl BiasVariance {
    /// For this function on [−1, 1].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = BiasVariance::new(|x| x.abs()).samples(20).run()?;
    /// assert_eq!(table.height(), 13); // degrees 0 to 12
    /// # Ok(()) }
    /// ```
    pub fn new(target: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        Self {
            target: Arc::new(target),
            degrees: (0..=12).collect(),
            n_examples: 30,
            noise: 0.1,
            penalty: 0.0,
            random_inputs: false,
            samples: 200,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "BiasVariance::new(|x| x * x).degrees([1, 2])":
        /// σ², the variance of the noise; default 0.1.
        noise;
        /// Training sets for each degree; default 200.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples so far and `complete` is false; default none.
        deadline;
    }

    /// The polynomials' degrees; default 0 to 12.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let runs = BiasVariance::new(|x| x * x).samples(20);
    /// assert_eq!(runs.degrees([1, 2]).run()?.height(), 2);
    /// # Ok(()) }
    /// ```
    pub fn degrees(&self, degrees: impl IntoIterator<Item = usize>) -> Self {
        Self { degrees: degrees.into_iter().collect(), ..self.clone() }
    }

    /// The number n of examples in a training set; default 30.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let runs = BiasVariance::new(|x| x * x).samples(20);
    /// let [few, many] = [10, 100].map(|n| runs.degrees([2]).n_examples(n).run()?.values("variance_exact"));
    /// assert!(few?[0] > many?[0]);
    /// # Ok(()) }
    /// ```
    pub fn n_examples(&self, n_examples: usize) -> Self {
        Self { n_examples, ..self.clone() }
    }

    /// λ; default 0: least squares, and the shortest coefficients where they are not unique.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let runs = BiasVariance::new(|x| x * x).samples(20);
    /// // Shrunk coefficients vary less, and miss the parabola.
    /// let stiff = runs.degrees([2]).penalty(1.0).run()?;
    /// assert!(stiff.values("bias_exact")?[0] > 0.01 && stiff.values("variance_exact")?[0] < 0.01);
    /// # Ok(()) }
    /// ```
    pub fn penalty(&self, penalty: f64) -> Self {
        Self { penalty, ..self.clone() }
    }

    /// Whether each training set has inputs of its own, uniform on [−1, 1]; default no: always the same n, in the middles of n equal parts.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let runs = BiasVariance::new(|x| x * x).samples(20);
    /// assert_eq!(runs.degrees([2]).random_inputs(true).run()?.column("bias_exact")?.null_count(), 1);
    /// # Ok(()) }
    /// ```
    pub fn random_inputs(&self, random_inputs: bool) -> Self {
        Self { random_inputs, ..self.clone() }
    }

    /// Draws and fits. A row for each degree: `degree`, `n_examples`, `noise`, `penalty`; `bias` (squared, without the part that the variance of a finite mean adds), `variance` and `risk`, averaged over 100
    /// places, each with `_err` (jackknife over training sets; that of a bias near 0 is up to 1.6 times too large, and holds the exact one in about 80 of 100 runs) and `_exact` (from the matrix that makes the fits of the labels; missing for random inputs); `samples`, `seed`, `complete`.
    ///
    /// # Errors
    /// [`Error::Argument`] without degrees, for a degree above 60, fewer than 2 examples or 3 samples, a noise or penalty that is not from 0 to 10¹⁰⁰, a function that is not between −10¹⁰⁰ and 10¹⁰⁰; [`Error::TooLarge`] where the predictions are more than 10⁸ numbers.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = BiasVariance::new(f64::exp).degrees(0..6).samples(50).run()?;
    /// let figure = table.line("degree", "bias_exact")?.with(table.scatter("degree", "variance")?).y_log();
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        self.check()?;
        let grid = middles(GRID);
        let truth = self.values(&grid)?;
        let designs: Vec<Array2<f64>> = self.degrees.iter().map(|&k| legendre(&grid, k)).collect();
        let deadline = Deadline::new(self.deadline)?;
        let found =
            run_samples(self.degrees.len(), self.samples, deadline, |condition, sample| {
                let seed = self.seed.child(condition as u64).child(sample as u64);
                self.fit(self.degrees[condition], &designs[condition], &mut seed.generator())
            })?;
        let exact: Vec<Option<Parts>> = self
            .degrees
            .iter()
            .zip(&designs)
            .map(|(&degree, design)| {
                (!self.random_inputs).then(|| self.exact(degree, design, &truth)).transpose()
            })
            .collect::<Result<_>>()?;
        let measured: Vec<Option<(Parts, Parts)>> =
            found.iter().map(|fits| decomposed(fits, &truth)).collect();
        self.table(&found, &measured, &exact)
    }

    fn check(&self) -> Result<()> {
        if self.degrees.is_empty() {
            return Err(Error::argument("degrees", "an empty list", "at least one degree"));
        }
        if let Some(degree) = self.degrees.iter().find(|&&degree| degree > MOST_DEGREE) {
            return Err(Error::argument("degrees", degree, format!("at most {MOST_DEGREE}")));
        }
        if self.n_examples < 2 {
            return Err(Error::argument("n_examples", self.n_examples, "at least 2"));
        }
        require_amount("noise", self.noise)?;
        require_amount("penalty", self.penalty)?;
        check_samples(self.samples, self.degrees.len())?;
        if self.samples < 3 {
            return Err(Error::argument("samples", self.samples, "at least 3"));
        }
        let numbers = self.samples.saturating_mul(self.degrees.len()).saturating_mul(GRID);
        if numbers > MOST_NUMBERS || self.n_examples > MOST_NUMBERS / (MOST_DEGREE + 1) {
            return Err(Error::TooLarge {
                what: "A decomposition into bias and variance".into(),
                needs: format!("{numbers} predictions, from {} examples each", self.n_examples),
                limit: format!("{MOST_NUMBERS} numbers"),
                advice: "Take fewer samples, degrees or examples.".into(),
            });
        }
        Ok(())
    }

    fn values(&self, places: &[f64]) -> Result<Vec<f64>> {
        let values: Vec<f64> = places.iter().map(|&x| (self.target)(x)).collect();
        match values.iter().find(|y| !(y.abs() <= 1e100)) {
            Some(y) => Err(Error::argument("target", y, "a function of values up to 1e100")),
            None => Ok(values),
        }
    }

    /// The predictions of one training set.
    fn fit(
        &self,
        degree: usize,
        design: &Array2<f64>,
        generator: &mut Generator,
    ) -> Result<Vec<f64>> {
        let n = self.n_examples;
        let places = if self.random_inputs {
            (0..n).map(|_| generator.random_range(-1.0..1.0)).collect()
        } else {
            middles(n)
        };
        let clean = self.values(&places)?;
        let noise = normal(n, 1, self.noise.sqrt(), generator);
        let y = Array2::from_shape_fn((n, 1), |(i, _)| clean[i] + noise[(i, 0)]);
        self.predictions(&legendre(&places, degree), &y, design)
    }

    fn predictions(
        &self,
        x: &Array2<f64>,
        y: &Array2<f64>,
        design: &Array2<f64>,
    ) -> Result<Vec<f64>> {
        let spectrum = Spectrum::new(x)?;
        let weights = spectrum.weights(x, &spectrum.targets(x, y)?, self.penalty)?;
        let fit = product(view(design)?, weights.as_ref(), 1.0);
        Ok((0..design.nrows()).map(|i| fit[(i, 0)]).collect())
    }

    /// The mean fit is the fit of the mean labels, and the variance is σ² times the squares of what each label does to it.
    fn exact(&self, degree: usize, design: &Array2<f64>, truth: &[f64]) -> Result<Parts> {
        let places = middles(self.n_examples);
        let x = legendre(&places, degree);
        let clean = self.values(&places)?;
        let y = Array2::from_shape_fn((self.n_examples, 1), |(i, _)| clean[i]);
        let mean = self.predictions(&x, &y, design)?;
        let bias = mean.iter().zip(truth).map(|(m, f)| (m - f).powi(2)).sum::<f64>() / GRID as f64;
        let spectrum = Spectrum::new(&x)?;
        let columns = design.t().as_standard_layout().to_owned();
        let parts = spectrum.components(&x, &columns)?;
        let mut variance = 0.0;
        for (k, s) in spectrum.values.iter().enumerate() {
            let square: f64 = (0..GRID).map(|i| parts[(k, i)].powi(2)).sum();
            variance += square * s / (s + self.penalty).powi(2);
        }
        variance *= self.noise / (self.n_examples * GRID) as f64;
        Ok([bias, variance, bias + variance])
    }

    fn table(
        &self,
        found: &[Vec<Vec<f64>>],
        measured: &[Option<(Parts, Parts)>],
        exact: &[Option<Parts>],
    ) -> Result<DataFrame> {
        let height = self.degrees.len();
        let mut frame = df!(
            "degree" => self.degrees.iter().map(|&k| k as u64).collect::<Vec<_>>(),
            "n_examples" => vec![self.n_examples as u64; height],
            "noise" => vec![self.noise; height],
            "penalty" => vec![self.penalty; height],
        )?;
        for (k, name) in ["bias", "variance", "risk"].into_iter().enumerate() {
            let mean: Vec<Option<f64>> = measured.iter().map(|m| m.map(|m| m.0[k])).collect();
            let error: Vec<Option<f64>> = measured.iter().map(|m| m.map(|m| m.1[k])).collect();
            let line: Vec<Option<f64>> = exact.iter().map(|e| e.map(|e| e[k])).collect();
            frame.with_column(Column::new(name.into(), mean))?;
            frame.with_column(Column::new(format!("{name}_err").into(), error))?;
            frame.with_column(Column::new(format!("{name}_exact").into(), line))?;
        }
        let done = df!(
            "samples" => found.iter().map(|fits| fits.len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); height],
            "complete" => found.iter().map(|fits| fits.len() == self.samples).collect::<Vec<_>>(),
        )?;
        Ok(frame.hstack(done.columns())?)
    }
}

impl fmt::Debug for BiasVariance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { degrees, n_examples, samples, .. } = self;
        write!(f, "BiasVariance(degrees {degrees:?}, {samples} sets of {n_examples} examples)")
    }
}

/// Bias, variance and risk with their errors, from the fits' predictions; none of fewer than three fits.
fn decomposed(fits: &[Vec<f64>], truth: &[f64]) -> Option<(Parts, Parts)> {
    let count = fits.len() as f64;
    if fits.len() < 3 {
        return None;
    }
    let sums = |power: i32| -> Vec<f64> {
        (0..truth.len())
            .map(|i| fits.iter().map(|fit| (fit[i] - truth[i]).powi(power)).sum())
            .collect()
    };
    // Deviations from the truth: their mean squared is the bias, their variance that of the fits.
    let (first, second) = (sums(1), sums(2));
    let parts = |left_out: Option<&Vec<f64>>| -> Parts {
        let n = count - if left_out.is_some() { 1.0 } else { 0.0 };
        let (mut bias, mut variance, mut risk) = (0.0, 0.0, 0.0);
        for (i, f) in truth.iter().enumerate() {
            let deviation = left_out.map_or(0.0, |fit| fit[i] - f);
            let (a, b) = ((first[i] - deviation) / n, (second[i] - deviation * deviation) / n);
            let spread = (b - a * a) * n / (n - 1.0);
            bias += a * a - spread / n;
            variance += spread;
            risk += b;
        }
        [bias, variance, risk].map(|sum| sum / truth.len() as f64)
    };
    let without: Vec<Parts> = fits.iter().map(|fit| parts(Some(fit))).collect();
    let error = |k: usize| {
        let mean = without.iter().map(|parts| parts[k]).sum::<f64>() / count;
        let squares = without.iter().map(|parts| (parts[k] - mean).powi(2)).sum::<f64>();
        (squares * (count - 1.0) / count).sqrt()
    };
    Some((parts(None), [error(0), error(1), error(2)]))
}

/// The middles of so many equal parts of [−1, 1].
fn middles(count: usize) -> Vec<f64> {
    (0..count).map(|k| (2.0 * k as f64 + 1.0) / count as f64 - 1.0).collect()
}

/// √(2k + 1) P_k(x) for k up to the degree, a place a row.
fn legendre(places: &[f64], degree: usize) -> Array2<f64> {
    let mut table = Array2::ones((places.len(), degree + 1));
    for (mut row, &x) in table.rows_mut().into_iter().zip(places) {
        let (mut before, mut here) = (0.0, 1.0);
        for k in 1..=degree {
            let order = k as f64;
            (before, here) =
                (here, ((2.0 * order - 1.0) * x * here - (order - 1.0) * before) / order);
            row[k] = here * (2.0 * order + 1.0).sqrt();
        }
    }
    table
}
