//! What the models of this crate hold, theory and measurement side by side.

use super::class::HypothesisClass;
use crate::dense_memory::{DenseCapacity, Interaction, Lost};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::hopfield::experiment::{CapacityScan, StorageRule};
use crate::ndarray::Array2;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::numeric::bisection::last_passing;
use crate::perceptron::{Examples, PerceptronCapacity};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Progress;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::stats::{mean_and_error, weighted_line};
use crate::theory::{ags, gardner, version_space};

/// The sizes at which perceptrons of weights ±1 are enumerated.
const BINARY_SIZES: [usize; 4] = [9, 11, 13, 17];

/// Settings of the table of capacities: each model is measured by its own experiment, and stands beside its theory; [`run`](Self::run) gives the table.
///
/// ```no_run
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let table = CapacityTable::new().samples(40).run()?;
/// println!("{}", table.text());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct CapacityTable {
    samples: usize,
    seed: Seed,
}

/// One row.
struct Row {
    model: &'static str,
    quantity: &'static str,
    theory: f64,
    measured: f64,
    error: f64,
    sizes: String,
    source: &'static str,
}

type Measurement = fn(&CapacityTable, Seed) -> Result<Row>;

impl Default for CapacityTable {
    fn default() -> Self {
        Self::new()
    }
}

impl CapacityTable {
    /// With 100 samples for each size.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// let settings = CapacityTable::new();
    /// ```
    pub fn new() -> Self {
        Self { samples: 100, seed: Seed::default() }
    }

    setters! { "CapacityTable::new().samples(20)":
        /// Samples of patterns for each size, 20 at least; default 100.
        samples;
        /// The seed; default 0.
        seed;
    }

    /// Measures. Columns: `model`, `quantity`, `theory`, `measured` with `measured_err`, `sizes` (at which it was measured; the limit of many where the quantity is one), `source`, `samples`, `seed`.
    ///
    /// - A perceptron learns half of all dichotomies of 2N points (T. M. Cover 1965): the load at which measured fractions cross ½. With inputs ±1 it is the neuron of a Hopfield network with couplings of greatest stability (E. Gardner 1988).
    /// - Its largest stability at load 1, extrapolated to N → ∞ by 1/N, against Gardner's.
    /// - Its VC dimension with a bias in three dimensions, by exhaustion; 1/N of it is the load up to which all dichotomies are learned.
    /// - Weights ±1: the number of random patterns that some perceptron of all 2^N has right, per N and extrapolated by 1/N; the error contains half of what leaving out the smallest size changes.
    /// - Hebb's rule: the load at which recall is lost, for N → ∞ ([`CapacityScan`]). The pseudo-inverse: the load at which all patterns stop being fixed points, by the rank of the patterns, N in all.
    /// - Dense memories: the patterns stored before one is lost ([`DenseCapacity`]), over the number expected if the crosstalk were Gaussian; over 2^{N/2} √(π/2N) for the exponential interaction.
    /// - A restricted Boltzmann machine of ±1 visible and P Gaussian hidden units has the energy of Hebb's network of P patterns for its visible units (A. Barra, A. Bernacchia, E. Santucci and P. Contucci, Neural Netw. 34, 1 (2012)): its capacity is the ratio
    ///   of hidden to visible units up to which it recalls. Its row is no experiment of its own: the numbers are those of Hebb's rule, by this exact mapping, as `model` and `source` say.
    ///
    /// # Errors
    /// [`Error::Argument`] for fewer than 20 samples.
    ///
    /// ```no_run
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = CapacityTable::new().run()?;
    /// assert!(table.height() >= 9);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        if self.samples < 20 {
            return Err(Error::argument("samples", self.samples, "at least 20"));
        }
        let measurements: [Measurement; 9] = [
            Self::cover,
            vc_dimension,
            Self::stability,
            Self::binary_weights,
            Self::greatest_stability,
            Self::hebb,
            Self::pseudo_inverse,
            Self::dense,
            Self::exponential,
        ];
        let mut progress = Progress::new("capacities", measurements.len());
        let mut rows = Vec::with_capacity(measurements.len() + 1);
        for (k, measure) in measurements.into_iter().enumerate() {
            rows.push(measure(self, self.seed.child(k as u64))?);
            progress.add(1);
        }
        if let Some(hebb) = rows.iter().find(|row| row.model == "Hopfield, Hebb's rule") {
            let machine = Row {
                model: "RBM, Gaussian hidden units, as Hebb's network",
                quantity: "hidden units per visible one, recalled",
                sizes: hebb.sizes.clone(),
                source: "the row of Hebb's rule by the exact mapping of Barra et al. 2012, no experiment of its own",
                ..*hebb
            };
            rows.push(machine);
        }
        let text = |of: fn(&Row) -> &str| rows.iter().map(of).collect::<Vec<&str>>();
        let numbers = |of: fn(&Row) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
        Ok(df!(
            "model" => text(|row| row.model),
            "quantity" => text(|row| row.quantity),
            "theory" => numbers(|row| row.theory),
            "measured" => numbers(|row| row.measured),
            "measured_err" => numbers(|row| row.error),
            "sizes" => text(|row| &row.sizes),
            "source" => text(|row| row.source),
            "samples" => vec![self.samples as u64; rows.len()],
            "seed" => vec![self.seed.number(); rows.len()],
        )?)
    }

    fn cover(&self, seed: Seed) -> Result<Row> {
        let (measured, error) = self.half_separable(50, false, seed)?;
        Ok(Row {
            model: "perceptron",
            quantity: "P/N, half of dichotomies learned",
            theory: 2.0,
            measured,
            error,
            sizes: "50".into(),
            source: "Cover 1965",
        })
    }

    fn greatest_stability(&self, seed: Seed) -> Result<Row> {
        let (measured, error) = self.half_separable(51, true, seed)?;
        Ok(Row {
            model: "Hopfield, greatest stability",
            quantity: "P/N, half of the neurons learn",
            theory: gardner::capacity(0.0)?,
            measured,
            error,
            sizes: "51".into(),
            source: "Gardner 1988",
        })
    }

    /// Where a line through the fractions near P = 2N crosses ½.
    fn half_separable(&self, size: usize, binary: bool, seed: Seed) -> Result<(f64, f64)> {
        let loads = [1.8, 1.9, 2.0, 2.1, 2.2];
        let samples = self.samples.saturating_mul(4);
        let table = PerceptronCapacity::new([size], loads)
            .binary(binary)
            .samples(samples)
            .seed(seed)
            .run()?;
        let (x, y, e) =
            (table.values("load")?, table.values("separable")?, table.values("separable_err")?);
        let count = x.len() as f64;
        let (mean_x, mean_y) = (x.iter().sum::<f64>() / count, y.iter().sum::<f64>() / count);
        let square: f64 = x.iter().map(|x| (x - mean_x).powi(2)).sum();
        let slope = x.iter().zip(&y).map(|(x, y)| (x - mean_x) * y).sum::<f64>() / square;
        let error = e.iter().map(|e| e * e).sum::<f64>().sqrt() / count;
        Ok((mean_x - (mean_y - 0.5) / slope, error / slope.abs()))
    }

    fn stability(&self, seed: Seed) -> Result<Row> {
        let scan =
            PerceptronCapacity::new([50, 100], [1.0]).stabilities(true).samples(self.samples);
        let table = scan.seed(seed).run()?;
        let (kappa, error) = (table.values("stability")?, table.values("stability_err")?);
        Ok(Row {
            model: "perceptron",
            quantity: "largest stability at P/N = 1",
            theory: gardner::margin(1.0)?,
            measured: 2.0 * kappa[1] - kappa[0],
            error: (2.0 * error[1]).hypot(error[0]),
            sizes: "50, 100 → ∞".into(),
            source: "Gardner 1988",
        })
    }

    fn binary_weights(&self, seed: Seed) -> Result<Row> {
        let means: Vec<(f64, f64)> = BINARY_SIZES
            .iter()
            .map(|&size| {
                let seed = seed.child(size as u64);
                let learned: Vec<f64> = (0..4 * self.samples as u64)
                    .into_par_iter()
                    .map(|sample| Ok(learned_by_signs(size, seed.child(sample))? / size as f64))
                    .collect::<Result<_>>()?;
                mean_and_error(&learned).ok_or_else(|| Error::argument("samples", 0, "at least 20"))
            })
            .collect::<Result<_>>()?;
        let (measured, error) = at_infinity(&BINARY_SIZES, &means);
        let (other, _) = at_infinity(&BINARY_SIZES[1..], &means[1..]);
        Ok(Row {
            model: "perceptron, weights ±1",
            quantity: "P/N learned",
            theory: version_space::binary_capacity(0.0)?,
            measured,
            error: error.hypot(0.5 * (other - measured)),
            sizes: "9, 11, 13, 17 → ∞".into(),
            source: "Krauth and Mézard 1989",
        })
    }

    fn hebb(&self, seed: Seed) -> Result<Row> {
        let scan = CapacityScan::new(StorageRule::Hebb).sizes([100, 200, 400]).most(0.4);
        let found = scan.samples(self.samples).seed(seed).run()?;
        Ok(Row {
            model: "Hopfield, Hebb's rule",
            quantity: "P/N recalled",
            theory: ags::CAPACITY,
            measured: found.load,
            error: found.load_err,
            sizes: "100, 200, 400 → ∞".into(),
            source: "Amit, Gutfreund and Sompolinsky 1985",
        })
    }

    /// Every pattern is a fixed point until the projector on them is the identity, and nothing is left off its diagonal.
    fn pseudo_inverse(&self, seed: Seed) -> Result<Row> {
        let size = 40;
        let lost: Vec<f64> = (0..self.samples as u64)
            .into_par_iter()
            .map(|sample| Ok(lost_by_projection(size, seed.child(sample))? / size as f64))
            .collect::<Result<_>>()?;
        let (measured, error) =
            mean_and_error(&lost).ok_or_else(|| Error::argument("samples", 0, "at least 20"))?;
        Ok(Row {
            model: "Hopfield, pseudo-inverse",
            quantity: "P/N, all patterns fixed points",
            theory: 1.0,
            measured,
            error: error.max(0.5 / size as f64),
            sizes: "40".into(),
            source: "Personnaz, Guyon and Dreyfus 1985",
        })
    }

    fn dense(&self, seed: Seed) -> Result<Row> {
        let scan = DenseCapacity::new(Interaction::Polynomial(3)).sizes([60]).samples(self.samples);
        let table = scan.seed(seed).run()?;
        let expected = table.values("gaussian")?[0];
        Ok(Row {
            model: "dense memory, cubic",
            quantity: "P before one is lost, over the Gaussian estimate",
            theory: 1.0,
            measured: table.values("capacity")?[0] / expected,
            error: table.values("capacity_err")?[0] / expected,
            sizes: "60".into(),
            source: "Krotov and Hopfield 2016",
        })
    }

    fn exponential(&self, seed: Seed) -> Result<Row> {
        let scan = DenseCapacity::new(Interaction::Exponential(1.0)).sizes([18]).lost(Lost::Any);
        let table = scan.samples(self.samples).seed(seed).run()?;
        let expected = 2_f64.powi(9) * (std::f64::consts::PI / 36.0).sqrt();
        Ok(Row {
            model: "dense memory, exponential",
            quantity: "P before any is lost, over 2^(N/2) √(π/2N)",
            theory: 1.0,
            measured: table.values("capacity")?[0] / expected,
            error: table.values("capacity_err")?[0] / expected,
            sizes: "18".into(),
            source: "Demircigil et al. 2017",
        })
    }
}

fn vc_dimension(_: &CapacityTable, seed: Seed) -> Result<Row> {
    let class = HypothesisClass::AffineHalfSpaces;
    let mut generator = seed.generator();
    let points =
        Array2::from_shape_simple_fn((10, 3), || -> f64 { StandardNormal.sample(&mut generator) });
    Ok(Row {
        model: "perceptron with bias, N = 3",
        quantity: "VC dimension",
        theory: class.vc_dimension(3)? as f64,
        measured: class.dichotomies(&points)?.vc_dimension()?.dimension as f64,
        error: 0.0,
        sizes: "10 points, exact".into(),
        source: "Vapnik and Chervonenkis 1971",
    })
}

/// How many of random examples, one after the other, some perceptron of weights ±1 has right.
fn learned_by_signs(size: usize, seed: Seed) -> Result<f64> {
    let examples = Examples::random(2 * size, size, seed)?;
    let learned = last_passing(0, 2 * size + 1, |count| {
        Ok(examples.take(count).binary_perceptrons()?.solutions > 0)
    })?;
    // Half a pattern more is between what is learned and what is not.
    Ok(learned as f64 + 0.5)
}

/// The first number of random patterns that are not all fixed points of the pseudo-inverse's couplings, less one half.
fn lost_by_projection(size: usize, seed: Seed) -> Result<f64> {
    let patterns = crate::hopfield::patterns::random_patterns(size, size, seed)?;
    let held = last_passing(0, size + 1, |count| {
        let some = patterns.slice(crate::ndarray::s![..count, ..]).to_owned();
        let network = StorageRule::PseudoInverse.store(&some)?;
        for pattern in some.rows() {
            // What is left of the fields at P = N is rounding, of either sign.
            let fields = network.local_fields(&pattern.to_owned())?;
            if fields.iter().zip(pattern).any(|(h, &s)| !(h * f64::from(s) > 1e-9)) {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    Ok(held as f64 + 0.5)
}

/// The intercept of the weighted line through means against 1/N, and its error.
fn at_infinity(sizes: &[usize], means: &[(f64, f64)]) -> (f64, f64) {
    let points = sizes.iter().zip(means);
    let line = weighted_line(points.map(|(&size, &(y, e))| (1.0 / size as f64, y, e.max(1e-9))));
    (line.at_zero, line.error)
}
