//! The builder of a table of sharpness, and the table.

use crate::error::{Error, Result, require_positive};
use crate::landscape::sharpness::ascent::{Region, one_step, several_steps};
use crate::landscape::sharpness::measure::SharpnessMeasure;
use crate::landscape::{Curvature, Objective, ParameterRole};
use crate::ndarray::Array1;
use crate::numeric::vector::dot;
use crate::operator::TraceEstimator;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Settings of a table of measures of sharpness; [`run`](Self::run) makes it.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[4.0, 0.0], [0.0, 1.0]], &array![0.0, 0.0])?;
/// let sharpness = bowl.sharpness(&array![0.0, 0.0]).radius(0.1).run()?;
/// assert!((sharpness.value(SharpnessMeasure::LargestEigenvalue)? - 4.0).abs() < 1e-9);
/// assert!((sharpness.value(SharpnessMeasure::Ball)? - 0.5 * 4.0 * 0.01).abs() < 1e-6);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct SharpnessEstimation {
    objective: Objective,
    theta: Array1<f64>,
    measures: Vec<SharpnessMeasure>,
    radius: f64,
    box_width: f64,
    prior: f64,
    steps: i64,
    probes: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// A table of measures of sharpness; see [`Objective::sharpness`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[3.0, 0.0], [0.0, 1.0]], &array![0.0, 0.0])?;
/// let sharpness: Sharpness = bowl.sharpness(&array![0.0, 0.0]).measures([SharpnessMeasure::Trace]).run()?;
/// assert!(sharpness.complete && (sharpness.frame.values("value")?[0] - 4.0).abs() < 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sharpness {
    /// A row for each measure: `measure`, `value` with `value_err`, `error` (what the latter is: "residual", "standard error", "last rise" or "none"), the cost in `losses`, `gradients` and `products`, the
    /// conditions `radius`, `box_width`, `prior`, `seed`, and `complete`. Values are missing where a deadline left no time.
    pub frame: DataFrame,
    /// Whether all measures came to their end, the eigenvalue's residual below its tolerance.
    pub complete: bool,
    values: Vec<(SharpnessMeasure, Option<f64>)>,
}

/// One row.
#[derive(Clone, Copy, Debug)]
struct Row {
    value: f64,
    error: f64,
    kind: &'static str,
    complete: bool,
}

impl Objective {
    /// How sharp the loss is at θ, by the measures of [`SharpnessMeasure`], each with its error and cost.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([64, 10]);
    /// let objective = network.loss(&Dataset::from_images(&digits()?.take(100)))?;
    /// let sharpness = objective.sharpness(&network.initial(1)?).run()?;
    /// assert_eq!(sharpness.frame.height(), 7);
    /// # Ok(()) }
    /// ```
    pub fn sharpness(&self, theta: &Array1<f64>) -> SharpnessEstimation {
        SharpnessEstimation {
            objective: self.clone(),
            theta: theta.clone(),
            measures: SharpnessMeasure::ALL.to_vec(),
            radius: 0.05,
            box_width: 1e-3,
            prior: 1.0,
            steps: 20,
            probes: 30,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl SharpnessEstimation {
    setters! { "Objective::saddle(1, 2)?.sharpness(&array![1.0, 2.0, 1.0])":
        /// Steps of the ascent in the ball and in the box; default 20.
        steps;
        /// Random vectors of each estimate; default 30.
        probes;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which measures are as good as they are or missing, and `complete` is false; default none.
        deadline;
    }

    /// Sets which measures are taken; default all.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sharpness = Objective::saddle(1, 2)?.sharpness(&array![1.0, 2.0, 1.0]);
    /// assert_eq!(sharpness.measures([SharpnessMeasure::Trace]).run()?.frame.height(), 1);
    /// # Ok(()) }
    /// ```
    pub fn measures(&self, measures: impl IntoIterator<Item = SharpnessMeasure>) -> Self {
        Self { measures: measures.into_iter().collect(), ..self.clone() }
    }

    /// Sets the radius ρ of the ball; default 0.05.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // L = x: the rise is ρ.
    /// let slope = Objective::exact(1, |x| x[0])?.sharpness(&array![1.0]).measures([SharpnessMeasure::Sam]);
    /// assert!((slope.radius(0.3).run()?.value(SharpnessMeasure::Sam)? - 0.3).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn radius(&self, rho: f64) -> Self {
        Self { radius: rho, ..self.clone() }
    }

    /// Sets ε of the box |z_i| ≤ ε (|θ_i| + 1); default 10⁻³.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0])?.sharpness(&array![1.0]).measures([SharpnessMeasure::Box]);
    /// // A side of ε · 2, and 1 + L = 2.
    /// assert!((slope.box_width(0.01).run()?.value(SharpnessMeasure::Box)? - 1.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn box_width(&self, epsilon: f64) -> Self {
        Self { box_width: epsilon, ..self.clone() }
    }

    /// Sets the precision κ of the prior in ln det(1 + H₊/κ); default 1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[3.0, 0.0], [0.0, 3.0]], &array![0.0, 0.0])?;
    /// let volume = bowl.sharpness(&array![0.0, 0.0]).measures([SharpnessMeasure::LogDeterminant]).prior(0.5).run()?;
    /// assert!((volume.value(SharpnessMeasure::LogDeterminant)? - 49_f64.ln()).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn prior(&self, kappa: f64) -> Self {
        Self { prior: kappa, ..self.clone() }
    }

    /// Takes the measures.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite, the loss there is NaN, no measure is asked for, the radius, width or precision is not a finite number above 0, there are no steps or
    /// fewer than 2 probes; if the loss is not finite within the ball or box.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sharpness = Objective::saddle(1, 2)?.sharpness(&array![1.0, 2.0, 1.0]).run()?;
    /// assert!(sharpness.complete && sharpness.frame.values("gradients")?[3] == 1.0);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<Sharpness> {
        self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("measures", self.measures.len());
        let (mut rows, mut costs) = (Vec::new(), Vec::new());
        for measure in &self.measures {
            let before = self.objective.evaluations();
            let row = if deadline.passed() { None } else { Some(self.take(*measure, deadline)?) };
            rows.push(row);
            costs.push(self.objective.evaluations().since(before));
            progress.add(1);
        }
        let complete = rows.iter().all(|row| row.is_some_and(|row| row.complete));
        if !complete && deadline.passed() {
            progress.stopped();
        }
        let count = rows.len();
        let column = |of: fn(Row) -> f64| {
            let known = |row: &Option<Row>| row.map(of).filter(|x| !x.is_nan());
            rows.iter().map(known).collect::<Vec<Option<f64>>>()
        };
        let frame = df!(
            "measure" => self.measures.iter().map(|measure| measure.name()).collect::<Vec<_>>(),
            "value" => column(|row| row.value),
            "value_err" => column(|row| row.error),
            "error" => rows.iter().map(|row| row.map_or("none", |row| row.kind)).collect::<Vec<_>>(),
            "losses" => costs.iter().map(|cost| cost.losses).collect::<Vec<_>>(),
            "gradients" => costs.iter().map(|cost| cost.gradients).collect::<Vec<_>>(),
            "products" => costs.iter().map(|cost| cost.products).collect::<Vec<_>>(),
            "radius" => vec![self.radius; count],
            "box_width" => vec![self.box_width; count],
            "prior" => vec![self.prior; count],
            "seed" => vec![self.seed.number(); count],
            "complete" => rows.iter().map(|row| row.is_some_and(|row| row.complete)).collect::<Vec<_>>(),
        )?;
        let values =
            self.measures.iter().copied().zip(rows.iter().map(|row| row.map(|row| row.value)));
        Ok(Sharpness { frame, complete, values: values.collect() })
    }

    fn take(&self, measure: SharpnessMeasure, deadline: Deadline) -> Result<Row> {
        let theta = self.theta.to_vec();
        let left = deadline.left().as_secs_f64().max(1e-9);
        let hessian = || self.objective.hessian_at(&self.theta);
        match measure {
            SharpnessMeasure::LargestEigenvalue => {
                let lanczos = hessian()?.lanczos(1).bottom(0).multiplicities(false).tolerance(1e-4);
                let pairs = lanczos.seed(self.seed).deadline(left).run()?;
                let (value, error) = (pairs.eigenvalues[0], pairs.residuals[0]);
                Ok(Row { value, error, kind: "residual", complete: pairs.complete })
            }
            SharpnessMeasure::Trace => {
                let trace = hessian()?
                    .trace()
                    .estimator(TraceEstimator::Rademacher)
                    .products(self.probes)
                    .seed(self.seed)
                    .deadline(left)
                    .run()?;
                let (value, error) = (trace.value, trace.error);
                Ok(Row { value, error, kind: "standard error", complete: trace.complete })
            }
            SharpnessMeasure::FilterCurvature => self.filter_curvature(&theta, deadline),
            SharpnessMeasure::Sam => {
                let value = one_step(&self.objective, &theta, Region::Ball(self.radius))?;
                Ok(Row { value, error: f64::NAN, kind: "none", complete: true })
            }
            SharpnessMeasure::Ball => self.rise(&theta, Region::Ball(self.radius), 1.0, deadline),
            SharpnessMeasure::Box => {
                let percent = 100.0 / (1.0 + self.objective.loss_at(&theta)?);
                self.rise(&theta, Region::Box(self.box_width), percent, deadline)
            }
            SharpnessMeasure::LogDeterminant => {
                let kappa = self.prior;
                let sum = hessian()?
                    .spectral_sum(move |x| (x.max(0.0) / kappa).ln_1p())
                    .probes(self.probes)
                    .seed(self.seed)
                    .deadline(left)
                    .run()?;
                let (value, error) = (sum.value, sum.error);
                Ok(Row { value, error, kind: "standard error", complete: sum.complete })
            }
        }
    }

    fn rise(&self, theta: &[f64], region: Region, unit: f64, deadline: Deadline) -> Result<Row> {
        let steps = self.steps as usize;
        let found =
            several_steps(&self.objective, theta, region, steps, self.seed.child(0), deadline)?;
        let (value, error) = (unit * found.most, unit * found.last);
        Ok(Row { value, error, kind: "last rise", complete: found.complete })
    }

    /// The mean of dᵀHd over filter-normalised directions.
    fn filter_curvature(&self, theta: &[f64], deadline: Deadline) -> Result<Row> {
        let blocks = self.objective.blocks();
        let weights = blocks.iter().filter(|block| block.role() == ParameterRole::Weight);
        if weights.flat_map(|block| &theta[block.range()]).all(|x| *x == 0.0) {
            // Directions as long as nothing have no curvature.
            return Ok(Row { value: 0.0, error: 0.0, kind: "standard error", complete: true });
        }
        let mut samples = Vec::new();
        let mut product = vec![0.0; theta.len()];
        let random = self.objective.random_directions(1).filter_normalized(&self.theta);
        for k in 0..self.probes as u64 {
            if deadline.passed() && samples.len() >= 2 {
                break;
            }
            let direction = random.seed(self.seed.child(1).child(k)).run()?;
            let d = direction.row(0).to_vec();
            self.objective.products_at(Curvature::Hessian, theta, &d, &mut product)?;
            samples.push(dot(&d, &product));
        }
        let complete = samples.len() == self.probes;
        let (value, error) = mean_and_error(&samples).unwrap_or((f64::NAN, f64::NAN));
        Ok(Row { value, error, kind: "standard error", complete })
    }

    fn check(&self) -> Result<()> {
        if self.measures.is_empty() {
            return Err(Error::argument("measures", "an empty list", "at least one measure"));
        }
        require_positive("radius", self.radius)?;
        require_positive("box_width", self.box_width)?;
        require_positive("prior", self.prior)?;
        if self.steps < 1 {
            return Err(Error::argument("steps", self.steps, "at least 1"));
        }
        if self.probes < 2 {
            return Err(Error::argument("probes", self.probes, "at least 2"));
        }
        self.objective.loss(&self.theta).map(|_| ())
    }
}

impl Sharpness {
    /// The value of a measure.
    ///
    /// # Errors
    /// If it was not asked for, or a deadline left no time for it.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sharpness = Objective::saddle(1, 2)?.sharpness(&array![1.0, 2.0, 1.0]).measures([SharpnessMeasure::Sam]).run()?;
    /// assert!(sharpness.value(SharpnessMeasure::Sam).is_ok() && sharpness.value(SharpnessMeasure::Trace).is_err());
    /// # Ok(()) }
    /// ```
    pub fn value(&self, measure: SharpnessMeasure) -> Result<f64> {
        let found = self.values.iter().find(|(known, _)| *known == measure);
        found.and_then(|(_, value)| *value).ok_or_else(|| {
            Error::argument("measure", measure, "one that was taken before the deadline")
        })
    }
}
