//! What the models of this crate hold, theory and measurement side by side.

mod machine;
mod networks;
mod perceptrons;

use crate::error::{Error, Result};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::setters::setters;
use crate::stats::line_of_loads;

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
    deadline: Option<f64>,
}

/// One row.
struct Row {
    model: &'static str,
    quantity: &'static str,
    theory: f64,
    measured: f64,
    error: f64,
    sizes: &'static str,
    source: &'static str,
    /// Draws of patterns for each size and load.
    samples: usize,
}

/// None if the deadline came before the end.
type Measurement = fn(&CapacityTable, Seed, Deadline) -> Result<Option<Row>>;

const MEASUREMENTS: [Measurement; 11] = [
    perceptrons::cover,
    perceptrons::vc_dimension,
    perceptrons::stability,
    perceptrons::binary_weights,
    perceptrons::greatest_stability,
    networks::hebb,
    networks::storkey,
    networks::pseudo_inverse,
    networks::dense,
    networks::exponential,
    machine::sampled,
];

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
        Self { samples: 100, seed: Seed::default(), deadline: None }
    }

    setters! { "CapacityTable::new().samples(20).deadline(3.0)":
        /// Samples of patterns for each size, 20 at least; default 100. Rows whose samples are quick or scatter much take four times as many.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the table holds the rows measured so far, one at least, and `complete` is false; default none.
        deadline;
    }

    /// Measures. Columns: `model`, `quantity`, `theory`, `measured` with `measured_err`, `sizes` (at which it was measured; the limit of many where the quantity is one), `source`, `samples` (of the row, for each size and load; 1 for the VC dimension, of one set of points), `seed`, `complete` (whether all rows are there; a row that
    /// the deadline cut is left out).
    ///
    /// - A perceptron learns half of all dichotomies of 2N points (T. M. Cover 1965): the load at which measured fractions cross ½. With inputs ±1 it is the neuron of a Hopfield network with couplings of greatest stability (E. Gardner 1988).
    /// - Its largest stability at load 1, extrapolated to N → ∞ by 1/N, against Gardner's.
    /// - Its VC dimension with a bias in three dimensions, by exhaustion; 1/N of it is the load up to which all dichotomies are learned.
    /// - Weights ±1: the number of random patterns that some perceptron of all 2^N has right, per N and extrapolated by 1/N; the error contains half of what leaving out the smallest size changes.
    /// - Hebb's rule: the load at which recall is lost, for N → ∞ ([`CapacityScan`](crate::hopfield::experiment::CapacityScan)). The pseudo-inverse: the load at which all patterns stop being fixed points, by the rank of the patterns, N in all.
    /// - Storkey's rule: the number of patterns up to which all are fixed points, over N/√(2 ln N), its absolute capacity for N → ∞ (A. Storkey, ICANN'97, 451 (1997); A. Storkey and R. Valabregue, Neural Networks 12, 869 (1999)). What is left at finite N
    ///   falls with ln N only: the value is that at N = 200, and the error contains by how much it differs at N = 100.
    /// - Dense memories: the patterns stored before one is lost ([`DenseCapacity`](crate::dense_memory::DenseCapacity)), over the number expected if the crosstalk were Gaussian; over 2^{N/2} √(π/2N) for the exponential interaction.
    /// - A restricted Boltzmann machine of P Gaussian and N units ±1, whose weights are the patterns over √(NT), has Hebb's energy at temperature T for the latter (A. Barra, A. Bernacchia, E. Santucci and P. Contucci, Neural Netw. 34, 1 (2012)). It is started at a
    ///   pattern and sampled in blocks at T = 0.2: the ratio P/N up to which the mean overlap stays above 0.7, by a line in N^−½ with the same cautious error as Hebb's, against the load up to which memories are there at this temperature ([`ags::retrieval_load`](crate::theory::ags::retrieval_load)).
    ///
    /// # Errors
    /// [`Error::Argument`] for fewer than 20 samples, or a deadline that is not a finite number above 0 or comes before the first row.
    ///
    /// ```no_run
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = CapacityTable::new().run()?;
    /// assert_eq!(table.height(), 11);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        if self.samples < 20 {
            return Err(Error::argument("samples", self.samples, "at least 20"));
        }
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("capacities", MEASUREMENTS.len());
        let mut rows = Vec::with_capacity(MEASUREMENTS.len());
        for (k, measure) in MEASUREMENTS.into_iter().enumerate() {
            if deadline.passed() {
                break;
            }
            let Some(row) = measure(self, self.seed.child(k as u64), deadline)? else { break };
            rows.push(row);
            progress.add(1);
        }
        if rows.len() < MEASUREMENTS.len() {
            progress.stopped();
        }
        if rows.is_empty() {
            let given = self.deadline.unwrap_or(0.0);
            return Err(Error::argument("deadline", given, "long enough for one row at least"));
        }
        self.table(&rows)
    }

    fn table(&self, rows: &[Row]) -> Result<DataFrame> {
        let text = |of: fn(&Row) -> &str| rows.iter().map(of).collect::<Vec<&str>>();
        let numbers = |of: fn(&Row) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
        Ok(df!(
            "model" => text(|row| row.model),
            "quantity" => text(|row| row.quantity),
            "theory" => numbers(|row| row.theory),
            "measured" => numbers(|row| row.measured),
            "measured_err" => numbers(|row| row.error),
            "sizes" => text(|row| row.sizes),
            "source" => text(|row| row.source),
            "samples" => rows.iter().map(|row| row.samples as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); rows.len()],
            "complete" => vec![rows.len() == MEASUREMENTS.len(); rows.len()],
        )?)
    }
}

impl CapacityTable {
    /// The samples of rows whose samples are quick or scatter much.
    fn many_samples(&self) -> usize {
        self.samples.saturating_mul(4)
    }
}

/// The seconds for a part with a deadline of its own, where more than a clock counts are no limit.
fn seconds(deadline: Deadline) -> f64 {
    deadline.seconds_left().unwrap_or(f64::MAX)
}

/// Whether all rows of a part are.
fn all_complete(table: &DataFrame) -> Result<bool> {
    Ok(table.column("complete")?.bool()?.all())
}

/// The intercept of the line against N^−`exponent` through the mean loads of these sizes, and its error.
fn at_zero(sizes: &[usize], means: &[(f64, f64)], exponent: f64, samples: usize) -> (f64, f64) {
    let loads = sizes.iter().zip(means).map(|(&size, &(load, error))| (size, load, error));
    let line = line_of_loads(loads, exponent, samples);
    (line.at_zero, line.error)
}
