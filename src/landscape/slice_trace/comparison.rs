//! Ways to estimate the trace of a Hessian side by side, at equal cost.

use std::fmt;

use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::landscape::Objective;
use crate::landscape::slice_trace::budget::{Costs, Price};
use crate::landscape::slice_trace::estimation::SliceTraceEstimation;
use crate::landscape::slice_trace::method::{METHODS, Method};
use crate::ndarray::{Array1, Array2};
use crate::operator::{Operator, Probe};
use crate::plot::{Figure, Plot};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::setters::setters;
use crate::stats::{mean_and_error, running_means};

/// Hessians up to this dimension are computed as matrices (128 MiB), for the exact trace and variances.
const DENSE: usize = 4096;

/// Settings of a comparison of trace estimates at equal cost; [`run`](Self::run) makes it.
///
/// The cost is counted in losses. A gradient counts 3 of them and a product with the Hessian 6 (passes through the program forwards and backwards, those at θ shared by a
/// block of products) where derivatives are exact, and as many losses as finite differences take elsewhere; [`costs`](Self::costs) sets other
/// numbers, and [`measured_costs`](Self::measured_costs) takes them from the clock.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let saddle = Objective::saddle(20, 20)?;
/// let mut theta = Array1::zeros(41);
/// theta[40] = 1.0;
/// let comparison = saddle.trace_methods(&theta).budgets([300, 600]).runs(5).run()?;
/// assert_eq!(comparison.exact, Some(0.0));
/// let figure = comparison.figure()?;
/// # figure.svg()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct TraceMethods {
    objective: Objective,
    theta: Array1<f64>,
    budgets: Vec<usize>,
    runs: i64,
    costs: Costs,
    seed: Seed,
    deadline: Option<f64>,
}

/// Estimates of tr H by several methods at several costs.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[3.0, 1.0], [1.0, 2.0]], &array![0.0, 0.0])?;
/// let comparison: TraceComparison = bowl.trace_methods(&array![0.0, 0.0]).budgets([400]).runs(5).run()?;
/// assert_eq!(comparison.exact, Some(5.0));
/// assert!(comparison.complete && comparison.frame.values("cost")?.iter().all(|&cost| cost <= 400.0));
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct TraceComparison {
    /// A row for each method and budget: `method`, `budget`, `cost` (what was used of it), `samples` (slices or products); `trace` and `trace_err` of the first
    /// run; `bias` of slices; `mean`, `mean_err` and `spread` (standard deviation), `spread_err` over all runs; `spread_theory`, from the Hessian's entries, of the plain
    /// methods; `exact`; and the conditions `dimension`, `gradient_cost`, `product_cost`, `runs`, `seed`, `complete`. The last three of the quantities are missing where
    /// the Hessian is too large to be computed (above 4096 parameters).
    pub frame: DataFrame,
    /// tr H, where the Hessian could be computed.
    pub exact: Option<f64>,
    /// What a gradient counts, in losses.
    pub gradient_cost: f64,
    /// What a product with the Hessian counts, in losses.
    pub product_cost: f64,
    /// Whether all runs were done.
    pub complete: bool,
}

/// One method within one budget.
struct Row {
    method: Method,
    budget: usize,
    samples: usize,
    cost: f64,
    first: (f64, f64),
    bias: Option<f64>,
    /// The estimates of all runs.
    values: Vec<f64>,
}

/// Estimates of one run after so many samples, with their errors.
type Estimates = Vec<(f64, f64)>;

impl Objective {
    /// Estimates of tr H at θ side by side at equal cost: slices, Hutchinson's estimates, Hutch++ and XTrace, beside the exact trace for at most 4096 parameters.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(3, |x| x[0] * x[1] + x[2].powi(2))?;
    /// let frame = bowl.trace_methods(&Array1::zeros(3)).budgets([400]).runs(5).run()?.frame;
    /// assert_eq!(frame.values("exact")?[0], 2.0);
    /// # Ok(()) }
    /// ```
    pub fn trace_methods(&self, theta: &Array1<f64>) -> TraceMethods {
        TraceMethods {
            objective: self.clone(),
            theta: theta.clone(),
            budgets: vec![200, 400, 800, 1600, 3200],
            runs: 20,
            costs: Costs::Counted,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl TraceMethods {
    setters! { "Objective::saddle(2, 2)?.trace_methods(&Array1::ones(5)).budgets([400])":
        /// How often each estimate is made, for its spread, 2 at least; default 20.
        runs;
        /// The seed of the runs; default 0.
        seed;
        /// A limit in seconds, after which no further run is begun (2 are made at least) and `complete` is false; default none.
        deadline;
    }

    /// Sets the costs at which estimates are compared, in losses; default 200, 400, 800, 1600, 3200. A method that has no error within one has no row there; slices choose
    /// their step within it, which takes about 130 losses.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let methods = Objective::saddle(2, 2)?.trace_methods(&Array1::ones(5));
    /// assert!(methods.budgets([150, 300]).run().is_ok() && methods.budgets([]).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn budgets(&self, budgets: impl IntoIterator<Item = usize>) -> Self {
        Self { budgets: budgets.into_iter().collect(), ..self.clone() }
    }

    /// Sets what a gradient and a product with the Hessian cost, in losses; by default they are counted (see [`TraceMethods`]).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let methods = Objective::saddle(2, 2)?.trace_methods(&Array1::ones(5)).budgets([400]);
    /// assert_eq!(methods.costs(2.0, 4.0).run()?.product_cost, 4.0);
    /// assert!(methods.costs(0.0, 4.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn costs(&self, gradient: f64, product: f64) -> Self {
        Self { costs: Costs::Given(gradient, product), ..self.clone() }
    }

    /// Takes the costs from the clock: the fastest of a few runs of each, products in blocks of 16. Then the numbers of samples are not the same each time.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let methods = Objective::saddle(50, 50)?.trace_methods(&Array1::ones(101)).runs(2);
    /// assert!(methods.measured_costs().run()?.gradient_cost > 0.0);
    /// # Ok(()) }
    /// ```
    pub fn measured_costs(&self) -> Self {
        Self { costs: Costs::Measured, ..self.clone() }
    }

    /// Makes the comparison.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite; if there is no budget, all are too small, or one is above 10⁸; if there are fewer than 2 runs; if a cost or the
    /// deadline is not a finite number above 0; what an estimate returns.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let comparison = Objective::saddle(2, 2)?.trace_methods(&Array1::ones(5)).run()?;
    /// // Five budgets for each of seven methods; 200 losses are too few for gradients, whose step takes more.
    /// assert_eq!(comparison.frame.height(), 7 * 5 - 1);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<TraceComparison> {
        const MOST: usize = 100_000_000;
        let largest = self.budgets.iter().copied().max().unwrap_or(0);
        if self.budgets.is_empty() || largest > MOST {
            let given = format!("{:?}", self.budgets);
            return Err(Error::argument("budgets", given, format!("from one to {MOST} losses")));
        }
        if self.runs < 2 {
            return Err(Error::argument("runs", self.runs, "at least 2, for a spread"));
        }
        let deadline = Deadline::new(self.deadline)?;
        let theta = self.theta.to_vec();
        self.objective.check(&theta)?;
        let price = self.costs.price(&self.objective, &theta)?;
        let hessian =
            (theta.len() <= DENSE).then(|| self.objective.hessian(&self.theta)).transpose()?;
        let operator = match &hessian {
            Some(hessian) => Operator::from_matrix(hessian)?,
            None => self.objective.hessian_at(&self.theta)?,
        };
        let plans =
            METHODS.iter().map(|&method| self.plan(method, price)).collect::<Result<Vec<_>>>()?;
        if plans.iter().all(|plan| plan.rows.is_empty()) {
            let (given, least) = (format!("{:?}", self.budgets), (2.0 * price.product).ceil());
            let allowed = format!("large enough for two products with the Hessian, {least} losses");
            return Err(Error::argument("budgets", given, allowed));
        }
        let (mut plans, mut done) = (plans, 0);
        let mut progress = Progress::new("runs", self.runs as usize);
        for run in 0..self.runs as u64 {
            if done >= 2 && deadline.passed() {
                progress.stopped();
                break;
            }
            for plan in &mut plans {
                plan.add(self.seed.child(run), &operator)?;
            }
            done += 1;
            progress.add(1);
        }
        let rows = plans.into_iter().flat_map(|plan| plan.rows).collect();
        self.comparison(rows, hessian.as_ref(), price, done)
    }

    fn slices(&self, probe: Probe, gradients: bool) -> SliceTraceEstimation {
        let slices = self.objective.slice_trace(&self.theta).probe(probe).seed(self.seed.child(0));
        if gradients { slices.gradients() } else { slices }
    }

    /// How many samples a method has within each budget.
    fn plan(&self, method: Method, price: Price) -> Result<Plan> {
        let (mut slices, mut bias, mut overhead) = (None, None, 0.0);
        let unit = match method {
            Method::Slices { probe, gradients } => {
                // A first run of few samples finds the step, which the others share; each pays for it.
                let settings = self.slices(probe, gradients);
                let first = settings.samples(8).run()?;
                let unit = if gradients { 2.0 * price.gradient } else { 2.0 };
                let spent = price.of(first.evaluations, self.objective.is_exact());
                overhead = spent - 8.0 * unit;
                bias = Some(first.bias);
                slices = Some(settings.step_size(first.step_size));
                unit
            }
            Method::Products(_) => price.product,
        };
        let mut rows = Vec::new();
        for &budget in &self.budgets {
            let samples = ((budget as f64 - overhead) / unit).floor();
            if samples >= method.least() as f64 {
                rows.push(Row {
                    method,
                    budget,
                    samples: samples as usize,
                    cost: overhead + samples * unit,
                    first: (f64::NAN, f64::NAN),
                    bias,
                    values: Vec::new(),
                });
            }
        }
        Ok(Plan { method, slices, rows })
    }

    fn comparison(
        &self,
        rows: Vec<Row>,
        hessian: Option<&Array2<f64>>,
        price: Price,
        done: usize,
    ) -> Result<TraceComparison> {
        let exact = hessian.map(|hessian| hessian.diag().sum());
        let complete = done as i64 == self.runs;
        let theory = |row: &Row| -> Result<Option<f64>> {
            let (Some(hessian), Some(probe)) = (hessian, row.method.probe()) else {
                return Ok(None);
            };
            Ok(Some((probe.trace_variance(hessian)? / row.samples as f64).sqrt()))
        };
        let theories = rows.iter().map(theory).collect::<Result<Vec<_>>>()?;
        let means: Vec<(f64, f64)> = rows
            .iter()
            .map(|row| mean_and_error(&row.values).unwrap_or((f64::NAN, f64::NAN)))
            .collect();
        let spread = |error: f64| error * (done as f64).sqrt();
        // Of n normal numbers the standard deviation has an error of 1/√(2(n − 1)) of itself.
        let share = (2.0 * (done as f64 - 1.0)).sqrt().recip();
        let count = rows.len();
        let of = |value: fn(&Row) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        let frame = df!(
            "method" => rows.iter().map(|row| row.method.name()).collect::<Vec<_>>(),
            "budget" => rows.iter().map(|row| row.budget as u64).collect::<Vec<_>>(),
            "cost" => of(|row| row.cost),
            "samples" => rows.iter().map(|row| row.samples as u64).collect::<Vec<_>>(),
            "trace" => of(|row| row.first.0),
            "trace_err" => of(|row| row.first.1),
            "bias" => rows.iter().map(|row| row.bias).collect::<Vec<_>>(),
            "mean" => means.iter().map(|m| m.0).collect::<Vec<_>>(),
            "mean_err" => means.iter().map(|m| m.1).collect::<Vec<_>>(),
            "spread" => means.iter().map(|m| spread(m.1)).collect::<Vec<_>>(),
            "spread_err" => means.iter().map(|m| spread(m.1) * share).collect::<Vec<_>>(),
            "spread_theory" => theories,
            "exact" => vec![exact; count],
            "dimension" => vec![self.theta.len() as u64; count],
            "gradient_cost" => vec![price.gradient; count],
            "product_cost" => vec![price.product; count],
            "runs" => vec![done as u64; count],
            "seed" => vec![self.seed.number(); count],
            "complete" => vec![complete; count],
        )?;
        let (gradient_cost, product_cost) = (price.gradient, price.product);
        Ok(TraceComparison { frame, exact, gradient_cost, product_cost, complete })
    }
}

/// What one method does in each run.
struct Plan {
    method: Method,
    /// The settings of slices, with their step.
    slices: Option<SliceTraceEstimation>,
    rows: Vec<Row>,
}

impl Plan {
    fn add(&mut self, seed: Seed, operator: &Operator) -> Result<()> {
        let most = self.rows.iter().map(|row| row.samples).max().unwrap_or(0);
        if most == 0 {
            return Ok(());
        }
        let counts: Vec<usize> = self.rows.iter().map(|row| row.samples).collect();
        let estimates = match (self.method, &self.slices) {
            (Method::Products(estimator), _) => {
                let trace = operator.trace().estimator(estimator).seed(seed);
                if self.method.probe().is_some() {
                    prefixes(&trace.products(most).run()?.samples, &counts)
                } else {
                    let one = |&count: &usize| trace.products(count).run();
                    let each = counts.iter().map(one).collect::<Result<Vec<_>>>()?;
                    each.into_iter().map(|estimate| (estimate.value, estimate.error)).collect()
                }
            }
            (_, Some(slices)) => prefixes(&slices.seed(seed).samples(most).run()?.samples, &counts),
            (_, None) => return Ok(()),
        };
        for (row, estimate) in self.rows.iter_mut().zip(estimates) {
            if row.values.is_empty() {
                row.first = estimate;
            }
            row.values.push(estimate.0);
        }
        Ok(())
    }
}

/// The estimates after so many samples.
fn prefixes(samples: &[f64], counts: &[usize]) -> Estimates {
    let (_, means, errors) = running_means(samples);
    counts.iter().map(|count| (means[count - 2], errors[count - 2])).collect()
}

impl TraceComparison {
    /// The spread of each method's estimates against their cost, dashed what theory gives for it.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::exact(3, |x| x[0] * x[1] + x[2].powi(2))?;
    /// let comparison = saddle.trace_methods(&Array1::zeros(3)).budgets([400, 800]).runs(5).run()?;
    /// assert!(comparison.figure()?.svg()?.contains("products, gaussian"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the frame lacks the columns.
    pub fn figure(&self) -> Result<Figure> {
        let names = self.frame.column("method")?.str()?.clone();
        let largest = self.frame.values("spread")?.into_iter().fold(0.0, f64::max);
        let mut layers: Vec<Figure> = Vec::new();
        for (color, method) in METHODS.iter().enumerate() {
            let rows = self.frame.filter(&names.equal(method.name()))?;
            // No spread but that of rounding, or no row, has no place on a logarithmic axis.
            if !rows.values("spread")?.iter().any(|spread| *spread > 1e-6 * largest) {
                continue;
            }
            layers.push(rows.line("cost", "spread")?.label(method.name()).color(color));
            if rows.values("spread_theory")?.iter().any(|spread| *spread > 0.0) {
                let theory = rows.line("cost", "spread_theory")?;
                layers.push(theory.label("").color(color).dashed());
            }
        }
        let all = layers.into_iter().reduce(|all, layer| all.with(&layer));
        let all = all.ok_or_else(|| Error::Figure("no estimate has a spread".to_owned()))?;
        let labelled = all.x_label("cost in losses").y_label("standard deviation of the estimates");
        Ok(labelled.x_log().y_log().title("Estimates of the trace at equal cost"))
    }
}

impl fmt::Debug for TraceComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.frame.height();
        let exact = self.exact.map_or("unknown".to_owned(), |exact| format!("{exact:.6}"));
        write!(f, "TraceComparison({rows} estimates of a trace, exactly {exact})")
    }
}
