//! Densities carried by the gradient flow: Liouville's equation along its paths.

use std::sync::Mutex;

use crate::error::{Error, Result, require_positive};
use crate::landscape::{Curvature, Objective, norm};
use crate::ndarray::{Array1, Array2};
use crate::numeric::flow::Flow;
use crate::numeric::lbfgs::Place;
use crate::operator::Probe;
use crate::phase_space::jacobian::{Jacobian, units};
use crate::phase_space::matrix::single;
use crate::phase_space::patience::Pace;
use crate::phase_space::require::{
    require_numbers, require_room, require_starts, require_tolerance,
};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Settings of a transport by the gradient flow θ' = −∇L; [`run`](Self::run) follows the paths.
///
/// A density ρ carried by the flow obeys Liouville's equation ∂ρ/∂t = ∇·(ρ ∇L), and along a path d ln ρ/dt = tr H: where the loss curves upwards volume shrinks and the density grows. The
/// Jacobian M = ∂θ(t)/∂θ(0) has M' = −H M and ln det M = −∫ tr H dt, so ln ρ(t) − ln ρ(0) = −ln det M. Both are integrated beside θ by the pair of orders 5 and 4 of Dormand and Prince (J. Comput. Appl. Math. 6, 19 (1980)),
/// M apart from the trace, so that one checks the other. The trace is exact from n products with the Hessian, or estimated from random [probes](Self::probes) v as the mean of v·H v;
/// each probe is kept along a path, so that ∫ tr H dt is unbiased and has the probes' scatter as its error.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0, 0.0], [0.0, 2.0]], &array![0.0, 0.0])?;
/// let carried = bowl.transport(&array![1.0, 1.0]).time(2.0).jacobian(true).run()?;
/// let last = carried.frame.height() - 1;
/// assert!((carried.frame.values("ln_density")?[last] - 6.0).abs() < 1e-10);
/// assert!((carried.frame.values("log_determinant")?[last] + 6.0).abs() < 1e-8);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Transport {
    objective: Objective,
    starts: Array2<f64>,
    ln_densities: Option<Array1<f64>>,
    time: f64,
    points: usize,
    probes: Option<usize>,
    jacobian: bool,
    tolerance: f64,
    seed: Seed,
    deadline: Option<f64>,
}

/// Paths of the gradient flow with the density along them; see [`Transport::run`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
/// let carried: Transported = bowl.transport(&array![1.0]).points(5).run()?;
/// assert_eq!((carried.frame.height(), carried.paths[0].dim(), carried.jacobians.len()), (5, (5, 1), 0));
/// assert!(carried.complete);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Transported {
    /// A row for each path and recorded time: `trajectory`, `time`, `loss`, `gradient_norm`, `trace` with `trace_err` (of H, 0 without probes), `ln_density` with `ln_density_err` (ln ρ, which starts at
    /// [`ln_densities`](Transport::ln_densities), or 0), `log_determinant` (ln det M, missing unless [asked for](Transport::jacobian)), and the conditions `probes` (0 is the exact trace), `seed`, `complete`.
    pub frame: DataFrame,
    /// The path of each start, a recorded time a row.
    pub paths: Vec<Array2<f64>>,
    /// M of each start at the end, if asked for.
    pub jacobians: Vec<Array2<f64>>,
    /// Whether all paths came to their end: false if a deadline stopped one.
    pub complete: bool,
}

impl Transported {
    /// The ensemble at a recorded time, counted from 0: a row for each path that came so far.
    ///
    /// # Errors
    /// If no path came so far.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let carried = bowl.transport_all(&array![[1.0], [2.0]]).time(1.0).points(3).run()?;
    /// assert_eq!(carried.ensemble(0)?, array![[1.0], [2.0]]);
    /// assert!((carried.ensemble(2)?[(1, 0)] - 2.0 * (-1_f64).exp()).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn ensemble(&self, index: usize) -> Result<Array2<f64>> {
        let rows: Vec<_> = self
            .paths
            .iter()
            .filter(|path| index < path.nrows())
            .map(|path| path.row(index))
            .collect();
        if rows.is_empty() {
            let most = self.paths.iter().map(Array2::nrows).max().unwrap_or(0);
            return Err(Error::argument("index", index, format!("below {most}")));
        }
        crate::ndarray::stack(crate::ndarray::Axis(0), &rows)
            .map_err(|error| Error::argument("paths", error, "of one dimension"))
    }
}

/// What is integrated of one start: θ, then ∫ v·H v dt of each probe (or ∫ tr H dt), then the columns of M.
struct Bundle<'a> {
    settings: &'a Transport,
    n: usize,
    /// The probes, or unit vectors, with room for the columns of M behind them.
    vectors: Vec<f64>,
    products: Vec<f64>,
    /// Integrals of the trace.
    integrals: usize,
}

/// Rows of one path.
#[derive(Clone, Debug, Default)]
struct Rows {
    path: Vec<f64>,
    time: Vec<f64>,
    loss: Vec<f64>,
    norm: Vec<f64>,
    trace: Vec<f64>,
    trace_err: Vec<f64>,
    ln_density: Vec<f64>,
    ln_density_err: Vec<f64>,
    log_determinant: Vec<Option<f64>>,
    jacobian: Option<Array2<f64>>,
    complete: bool,
}

impl Objective {
    /// The gradient flow from θ with the density along its path, to time 1 unless set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let carried = Objective::saddle(1, 1)?.transport(&array![1.0, 0.0, 1.0]).run()?;
    /// // Two curvatures of opposite sign: volume stays.
    /// assert!(carried.frame.values("ln_density")?.iter().all(|x| x.abs() < 1e-12));
    /// # Ok(()) }
    /// ```
    pub fn transport(&self, theta: &Array1<f64>) -> Transport {
        self.transport_all(&single(theta))
    }

    /// The same from many starts, a row each.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[2.0]], &array![0.0])?;
    /// let carried = bowl.transport_all(&array![[1.0], [-1.0]]).points(2).run()?;
    /// assert_eq!(carried.frame.height(), 4);
    /// # Ok(()) }
    /// ```
    pub fn transport_all(&self, starts: &Array2<f64>) -> Transport {
        Transport {
            objective: self.clone(),
            starts: starts.clone(),
            ln_densities: None,
            time: 1.0,
            points: 101,
            probes: None,
            jacobian: false,
            tolerance: 1e-11,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl Transport {
    setters! { "Objective::saddle(1, 2)?.transport(&array![1.0, 1.0, 1.0])":
        /// The end in time; default 1.
        time;
        /// Evenly spaced times that are recorded, with the start; default 101.
        points;
        /// Estimates traces from so many vectors of random signs (Hutchinson) in place of n products.
        probes;
        /// Whether the Jacobian is integrated, too; default no. It takes n further products.
        jacobian;
        /// The error of one step, relative to max(1, |x|) of each number that is integrated; default 10⁻¹¹.
        tolerance;
        /// The seed of the probes; default 0. Each path has its own.
        seed;
        /// A limit in seconds, after which paths end where they are and `complete` is false; default none.
        deadline;
    }

    /// ln ρ at each start; default 0, so that `ln_density` is its change.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let carried = bowl.transport(&array![1.0]).ln_densities(&array![-2.0]).points(2).run()?;
    /// assert!((carried.frame.values("ln_density")?[1] + 1.0).abs() < 1e-10);
    /// # Ok(()) }
    /// ```
    pub fn ln_densities(&self, values: &Array1<f64>) -> Self {
        Self { ln_densities: Some(values.clone()), ..self.clone() }
    }

    /// Follows the paths, several at a time on as many threads.
    ///
    /// # Errors
    /// If the starts do not fit, a setting is out of range, the flow runs to where the loss is not finite, or all would not fit into memory; or without a deadline if a path takes more than some 10¹⁰ steps.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let well = Objective::exact(1, |x| 0.25 * x[0].powi(4))?;
    /// // θ(t) = θ₀/√(1 + 2 θ₀² t) and dθ/dθ₀ = (1 + 2 θ₀² t)^(−3/2).
    /// let carried = well.transport(&array![1.0]).time(4.0).run()?;
    /// assert!((carried.frame.values("ln_density")?[100] - 1.5 * 9_f64.ln()).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<Transported> {
        let deadline = Deadline::new(self.deadline)?;
        self.check()?;
        let work = self.starts.nrows().saturating_mul(self.points - 1);
        let progress = Mutex::new(Progress::new("points of paths", work));
        let all: Vec<Rows> = (0..self.starts.nrows())
            .into_par_iter()
            .map(|k| Bundle::new(self, k).follow(k, deadline, &progress))
            .collect::<Result<_>>()?;
        let complete = all.iter().all(|rows| rows.complete);
        if !complete && let Ok(progress) = progress.lock() {
            progress.stopped();
        }
        self.gathered(all, complete)
    }

    fn gathered(&self, all: Vec<Rows>, complete: bool) -> Result<Transported> {
        let n = self.objective.dimension();
        let column = |of: fn(&Rows) -> &Vec<f64>| -> Vec<f64> {
            all.iter().flat_map(|rows| of(rows).iter().copied()).collect()
        };
        let trajectory: Vec<u64> = (0_u64..)
            .zip(&all)
            .flat_map(|(k, rows)| std::iter::repeat_n(k, rows.time.len()))
            .collect();
        let height = trajectory.len();
        let log_determinant: Vec<Option<f64>> =
            all.iter().flat_map(|rows| rows.log_determinant.iter().copied()).collect();
        let frame = df!(
            "trajectory" => trajectory,
            "time" => column(|rows| &rows.time),
            "loss" => column(|rows| &rows.loss),
            "gradient_norm" => column(|rows| &rows.norm),
            "trace" => column(|rows| &rows.trace),
            "trace_err" => column(|rows| &rows.trace_err),
            "ln_density" => column(|rows| &rows.ln_density),
            "ln_density_err" => column(|rows| &rows.ln_density_err),
            "log_determinant" => log_determinant,
            "probes" => vec![self.probes.unwrap_or(0) as u64; height],
            "seed" => vec![self.seed.number(); height],
            "complete" => vec![complete; height],
        )?;
        let jacobians = all.iter().filter_map(|rows| rows.jacobian.clone()).collect();
        let path = |rows: Rows| {
            Array2::from_shape_vec((rows.time.len(), n), rows.path)
                .map_err(|error| Error::argument("path", error, "a whole number of points"))
        };
        let paths = all.into_iter().map(path).collect::<Result<_>>()?;
        Ok(Transported { frame, paths, jacobians, complete })
    }

    fn check(&self) -> Result<()> {
        require_starts(&self.objective, &self.starts)?;
        require_positive("time", self.time)?;
        let (walkers, n) = self.starts.dim();
        require_room(self.points, &[walkers, n])?;
        require_tolerance(self.tolerance)?;
        if let Some(probes) = self.probes
            && probes < 2
        {
            return Err(Error::argument("probes", probes, "at least 2, for an error"));
        }
        let square = if self.jacobian { n } else { 0 };
        let wide = self.probes.unwrap_or(n).saturating_add(square);
        // Stages of a step, on each thread.
        require_numbers("The vectors of a path", &[wide, n, 16])?;
        if let Some(values) = &self.ln_densities
            && (values.len() != walkers || values.iter().any(|x| !x.is_finite()))
        {
            return Err(Error::Shape {
                what: "`ln_densities`",
                expected: format!("[{walkers}], a finite number for each start"),
                given: format!("[{}]", values.len()),
            });
        }
        Ok(())
    }
}

impl<'a> Bundle<'a> {
    fn new(settings: &'a Transport, trajectory: usize) -> Self {
        let n = settings.objective.dimension();
        let (mut vectors, integrals) = match settings.probes {
            None => (units(n), 1),
            Some(count) => {
                let mut vectors = vec![0.0; count * n];
                let seed = settings.seed.child(trajectory as u64);
                for (k, v) in vectors.chunks_exact_mut(n).enumerate() {
                    Probe::Rademacher.fill(seed, k, v);
                }
                (vectors, count)
            }
        };
        vectors.resize(vectors.len() + if settings.jacobian { n * n } else { 0 }, 0.0);
        let products = vec![0.0; vectors.len()];
        Self { settings, n, vectors, products, integrals }
    }

    /// Fills ∇L, −v·H v of each probe and H M, against which the bundle flows; gives the loss.
    fn field(&mut self, state: &[f64], out: &mut [f64]) -> Result<f64> {
        let n = self.n;
        let (theta, columns) = (&state[..n], &state[n + self.integrals..]);
        let loss = self.settings.objective.gradient_at(theta, &mut out[..n])?;
        let first = self.vectors.len() - columns.len();
        self.vectors[first..].copy_from_slice(columns);
        let (vectors, products) = (&self.vectors, &mut self.products);
        self.settings.objective.products_at(Curvature::Hessian, theta, vectors, products)?;
        let (integrals, columns) = out[n..].split_at_mut(self.integrals);
        columns.copy_from_slice(&products[first..]);
        let pairs = vectors[..first].chunks_exact(n).zip(products[..first].chunks_exact(n));
        let curvatures = pairs.map(|(v, hv)| -v.iter().zip(hv).map(|(a, b)| a * b).sum::<f64>());
        if self.settings.probes.is_some() {
            integrals.iter_mut().zip(curvatures).for_each(|(x, c)| *x = c);
        } else {
            integrals[0] = curvatures.sum();
        }
        // A slope may be finite where the curvature is not.
        if out.iter().all(|x| x.is_finite()) {
            return Ok(loss);
        }
        let given = "a point where second derivatives are infinite or not defined";
        Err(Error::argument("theta", given, "where the loss is twice differentiable"))
    }

    fn follow(
        mut self,
        trajectory: usize,
        deadline: Deadline,
        progress: &Mutex<Progress>,
    ) -> Result<Rows> {
        let settings = self.settings;
        let (n, end) = (self.n, settings.time);
        let mut x = settings.starts.row(trajectory).to_vec();
        x.resize(n + self.integrals, 0.0);
        if settings.jacobian {
            x.extend(units(n));
        }
        let mut here = Place { gradient: vec![0.0; x.len()], x, value: f64::NAN };
        here.value = self.field(&here.x, &mut here.gradient)?;
        let mut jacobian = settings.jacobian.then(|| Jacobian::identity(n));
        let start = settings.ln_densities.as_ref().map_or(0.0, |values| values[trajectory]);
        let mut rows = Rows { complete: true, ..Rows::default() };
        self.record(&mut rows, 0.0, &here, jacobian.as_ref(), start);
        let mut flow = Flow::new(settings.tolerance, 0.01_f64.min(end));
        let (mut absorbed, mut pace) = (0.0, Pace::of(settings.starts.nrows()));
        for point in 1..settings.points {
            let until = end * point as f64 / (settings.points - 1) as f64;
            while flow.time < until {
                if deadline.passed() {
                    rows.complete = false;
                    break;
                }
                let mut field = |x: &[f64], f: &mut [f64]| self.field(x, f);
                if !flow.step(&mut field, &mut here, until)? && flow.time < until {
                    return Err(Error::argument(
                        "time",
                        format!("{end}, of which the flow reaches {}", flow.time),
                        "so short that the flow stays where the loss is finite and smooth",
                    ));
                }
                pace.step(flow.time, end, settings.deadline)?;
                // Columns that shrink fall below the tolerance, and those that grow lie down along one another: neither tells a determinant.
                if let Some(jacobian) = &mut jacobian
                    && (flow.time - absorbed) * self.pace(&here) > 1.0
                {
                    self.absorb(jacobian, &mut here)?;
                    absorbed = flow.time;
                }
            }
            if !rows.complete {
                break;
            }
            if let Some(jacobian) = &mut jacobian {
                self.absorb(jacobian, &mut here)?;
                absorbed = flow.time;
            }
            self.record(&mut rows, until, &here, jacobian.as_ref(), start);
            if let Ok(mut progress) = progress.lock() {
                progress.add(1);
            }
        }
        rows.jacobian = jacobian.map(|jacobian| {
            // Past the last record where a deadline ended the path.
            let mut columns = here.x[n + self.integrals..].to_vec();
            let mut whole = jacobian;
            whole.absorb(&mut columns);
            whole.matrix(&columns)
        });
        Ok(rows)
    }

    /// Takes the growth out of the columns of M, whose slopes change with them.
    fn absorb(&mut self, jacobian: &mut Jacobian, here: &mut Place) -> Result<()> {
        jacobian.absorb(&mut here.x[self.n + self.integrals..]);
        here.value = self.field(&here.x, &mut here.gradient)?;
        Ok(())
    }

    /// The fastest rate |H m|/|m| at which a column m of M changes.
    fn pace(&self, here: &Place) -> f64 {
        let first = self.n + self.integrals;
        let columns = here.x[first..].chunks_exact(self.n);
        let slopes = here.gradient[first..].chunks_exact(self.n);
        columns.zip(slopes).map(|(m, slope)| norm(slope) / norm(m)).fold(0.0, f64::max)
    }

    fn record(
        &self,
        rows: &mut Rows,
        time: f64,
        here: &Place,
        jacobian: Option<&Jacobian>,
        start: f64,
    ) {
        let n = self.n;
        let of = |values: &[f64], sign: f64| {
            let signed: Vec<f64> = values.iter().map(|x| sign * x).collect();
            mean_and_error(&signed).unwrap_or_else(|| (signed[0], 0.0))
        };
        let (trace, trace_err) = of(&here.gradient[n..n + self.integrals], -1.0);
        let (integral, integral_err) = of(&here.x[n..n + self.integrals], 1.0);
        rows.path.extend_from_slice(&here.x[..n]);
        rows.time.push(time);
        rows.loss.push(here.value);
        rows.norm.push(norm(&here.gradient[..n]));
        rows.trace.push(trace);
        rows.trace_err.push(trace_err);
        rows.ln_density.push(start + integral);
        rows.ln_density_err.push(integral_err);
        rows.log_determinant.push(jacobian.map(|jacobian| jacobian.log_determinant));
    }
}
