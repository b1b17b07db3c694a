//! Projected Hessians of many random pairs of directions.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::landscape::projection::picture::eigenvalues;
use crate::landscape::{Curvature, Objective};
use crate::ndarray::Array1;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::numeric::vector::{add_scaled, dot, norm, scale};
use crate::operator::Operator;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::theory::projections::{DirectionKind, ProjectionTheory};

/// Numbers in the directions of a chunk of samples, 256 KiB: a chunk has at least one pair.
const CHUNK: usize = 1 << 15;

/// Chunks run at a time are doubled while all of them take less than this.
const WAVE: Duration = Duration::from_millis(100);

/// Up to this dimension all eigenvalues are computed for the theory.
const DENSE: usize = 2000;

/// Products with random vectors for the traces of larger Hessians.
const PROBES: usize = 200;

/// Settings of a sample of projected Hessians; [`run`](Self::run) draws it.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let saddle = Objective::saddle(10, 10)?;
/// let mut theta = Array1::zeros(21);
/// theta[20] = 1.0;
/// let projected = saddle.projected_hessians(&theta).samples(10_000).seed(1).run()?;
/// let fraction = projected.pictures()?.lookup("probability", 0.7, "fraction")?;
/// assert!((fraction - PictureProbabilities::of_signs(10, 10).saddle).abs() < 0.02);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct HessianProjection {
    objective: Objective,
    theta: Array1<f64>,
    directions: DirectionKind,
    samples: usize,
    theory: Option<ProjectionTheory>,
    dense: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// The Hessians of slices along random pairs of directions η and δ through one point.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let quadratic = Objective::quadratic(&array![[3.0, 0.0], [0.0, -1.0]], &array![0.0, 0.0])?;
/// let projected: ProjectedHessians = quadratic.projected_hessians(&array![0.0, 0.0]).samples(50).run()?;
/// assert_eq!((projected.frame.height(), projected.theory.trace()), (50, 2.0));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProjectedHessians {
    /// A row each pair: `sample`, the entries `eta_eta` (ηᵀHη), `eta_delta` and `delta_delta`, the principal curvatures `kappa_minus` ≤ `kappa_plus` of the
    /// slice in its coordinates (α, β), and the conditions `directions`, `dimension`, `seed`.
    pub frame: DataFrame,
    /// What theory expects of them.
    pub theory: ProjectionTheory,
    /// Whether all samples were drawn: false if a deadline ended the run, or if estimated traces of the theory were cut.
    pub complete: bool,
    pub(super) samples: Samples,
    pub(super) seed: Seed,
}

/// Entries and curvatures, a value each sample.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    pub columns: [Vec<f64>; 5],
}

impl Objective {
    /// The 2 × 2 Hessians [[ηᵀHη, ηᵀHδ], [ηᵀHδ, δᵀHδ]] of slices through θ along random directions: 1000 pairs with entries N(0, 1) by default.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0, 0.0], [0.0, 1.0]], &array![0.0, 0.0])?;
    /// let frame = bowl.projected_hessians(&array![0.0, 0.0]).run()?.frame;
    /// assert!(frame.values("kappa_minus")?.iter().all(|&kappa| kappa > 0.0));
    /// # Ok(()) }
    /// ```
    pub fn projected_hessians(&self, theta: &Array1<f64>) -> HessianProjection {
        HessianProjection {
            objective: self.clone(),
            theta: theta.clone(),
            directions: DirectionKind::default(),
            samples: 1000,
            theory: None,
            dense: DENSE,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl HessianProjection {
    setters! { "Objective::saddle(2, 3)?.projected_hessians(&array![0.0, 0.0, 0.0, 0.0, 1.0])":
        /// How many pairs of directions; default 1000.
        samples;
        /// The seed of the directions; default 0.
        seed;
        /// A limit in seconds, after which the samples drawn so far count and `complete` is false; default none. The theory's eigenvalues are not cut.
        deadline;
    }

    /// How directions are drawn; default [`DirectionKind::Gaussian`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[2.0, 0.0], [0.0, 2.0]], &array![0.0, 0.0])?;
    /// let unit = bowl.projected_hessians(&array![0.0, 0.0]).directions(DirectionKind::Unit).run()?;
    /// assert!(unit.frame.values("eta_eta")?.iter().all(|x| (x - 2.0).abs() < 1e-12));
    /// # Ok(()) }
    /// ```
    pub fn directions(&self, directions: DirectionKind) -> Self {
        Self { directions, ..self.clone() }
    }

    /// The theory to stand beside the samples; default that of the computed eigenvalues, or of estimated traces above
    /// [`dense_up_to`](Self::dense_up_to). Its directions are set to those of the sample.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Objective::saddle(2, 3)?.projected_hessians(&array![0.0, 0.0, 0.0, 0.0, 1.0]);
    /// let (given, computed) = (settings.theory(&ProjectionTheory::of_signs(3, 1, 1)?).run()?, settings.run()?);
    /// assert!((given.theory.trace() - computed.theory.trace()).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn theory(&self, theory: &ProjectionTheory) -> Self {
        Self { theory: Some(theory.clone()), ..self.clone() }
    }

    /// Up to which dimension the theory is that of all eigenvalues; default 2000. Above, tr H and tr H² are estimated from 200 products.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Objective::saddle(2, 3)?.projected_hessians(&array![0.0, 0.0, 0.0, 0.0, 1.0]);
    /// assert!(settings.run()?.theory.is_exact() && !settings.dense_up_to(0).run()?.theory.is_exact());
    /// # Ok(()) }
    /// ```
    pub fn dense_up_to(&self, dimension: usize) -> Self {
        Self { dense: dimension, ..self.clone() }
    }

    /// Draws the directions and computes the products, on all threads.
    ///
    /// # Errors
    /// If there are fewer than 2 samples; if θ does not fit or orthonormal directions are asked for in one dimension; if a given theory is of another
    /// dimension; if the deadline is not above 0, or ends the run before the second sample; what a product returns.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::exact(3, |x| (x[0] * x[1]).cos() + x[2].powi(2))?;
    /// let projected = wave.projected_hessians(&array![1.0, 0.5, 0.0]).samples(100).run()?;
    /// assert_eq!(projected.frame.height(), 100);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<ProjectedHessians> {
        self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let (theory, known) = self.find_theory(deadline)?;
        let samples = self.draw(deadline)?;
        let drawn = samples.columns[0].len();
        if drawn < 2 {
            let seconds = self.deadline.unwrap_or(f64::INFINITY);
            let allowed = "long enough for two samples";
            return Err(Error::argument("deadline", seconds, allowed));
        }
        let frame = samples.frame(self.directions, self.objective.dimension(), self.seed)?;
        let complete = known && drawn == self.samples;
        Ok(ProjectedHessians { frame, theory, complete, samples, seed: self.seed })
    }

    fn check(&self) -> Result<()> {
        let n = self.objective.dimension();
        self.objective.require_point(&self.theta)?;
        if self.samples < 2 {
            return Err(Error::argument("samples", self.samples, "at least 2"));
        }
        if self.samples > 1 << 30 {
            let allowed = format!("at most {}, as a sample takes 100 bytes", 1_u64 << 30);
            return Err(Error::argument("samples", self.samples, allowed));
        }
        if n == 1 && self.directions == DirectionKind::Orthonormal {
            return Err(Error::argument(
                "directions",
                "orthonormal pairs in one dimension",
                "Gaussian or Unit there",
            ));
        }
        match &self.theory {
            Some(theory) if theory.dimension() != n => Err(Error::argument(
                "theory",
                format!("one of {} dimensions", theory.dimension()),
                format!("of the objective's {n}"),
            )),
            _ => Ok(()),
        }
    }

    /// The theory, and whether it is as good as it should be.
    fn find_theory(&self, deadline: Deadline) -> Result<(ProjectionTheory, bool)> {
        if let Some(theory) = &self.theory {
            return Ok((theory.directions(self.directions), true));
        }
        let hessian = self.objective.hessian_at(&self.theta)?;
        let (theory, complete) = if hessian.dimension() <= self.dense {
            (ProjectionTheory::of_spectrum(&hessian.eigenvalues()?)?, true)
        } else {
            estimated(&hessian, self.seed, deadline)?
        };
        Ok((theory.directions(self.directions), complete))
    }

    /// Samples in order, as many as the deadline leaves time for.
    fn draw(&self, deadline: Deadline) -> Result<Samples> {
        let n = self.objective.dimension();
        let per_chunk = (CHUNK / (2 * n)).clamp(1, self.samples);
        let chunks = self.samples.div_ceil(per_chunk);
        let mut progress = Progress::new("projected Hessians", self.samples);
        let mut samples = Samples::default();
        let (mut next, mut wave) = (0, crate::rayon::current_num_threads().max(1));
        while next < chunks {
            if deadline.passed() {
                progress.stopped();
                break;
            }
            let started = Instant::now();
            let end = chunks.min(next.saturating_add(wave));
            let drawn: Vec<Vec<[f64; 3]>> = (next..end)
                .into_par_iter()
                .map(|chunk| {
                    let first = chunk * per_chunk;
                    self.chunk(first, per_chunk.min(self.samples - first))
                })
                .collect::<Result<_>>()?;
            for &entries in drawn.iter().flatten() {
                samples.push(entries);
            }
            progress.add(drawn.iter().map(Vec::len).sum());
            next = end;
            if started.elapsed() < WAVE {
                wave = wave.saturating_mul(2);
            }
        }
        Ok(samples)
    }

    /// The entries of some samples.
    fn chunk(&self, first: usize, count: usize) -> Result<Vec<[f64; 3]>> {
        let n = self.objective.dimension();
        let mut vectors = vec![0.0; 2 * count * n];
        for (k, pair) in vectors.chunks_exact_mut(2 * n).enumerate() {
            let mut generator = self.seed.child((first + k) as u64).generator();
            for x in pair.iter_mut() {
                *x = StandardNormal.sample(&mut generator);
            }
            shape(self.directions, pair);
        }
        let mut products = vec![0.0; vectors.len()];
        let theta = self.theta.to_vec();
        self.objective.products_at(Curvature::Hessian, &theta, &vectors, &mut products)?;
        let pairs = vectors.chunks_exact(2 * n).zip(products.chunks_exact(2 * n));
        Ok(pairs
            .map(|(pair, images)| {
                let ((eta, delta), (h_eta, h_delta)) = (pair.split_at(n), images.split_at(n));
                [dot(eta, h_eta), dot(delta, h_eta), dot(delta, h_delta)]
            })
            .collect())
    }
}

/// The theory of estimated traces. An estimate of tr H² that is below (tr H)²/n is at least that.
fn estimated(
    hessian: &Operator,
    seed: Seed,
    deadline: Deadline,
) -> Result<(ProjectionTheory, bool)> {
    let n = hessian.dimension();
    let limited = |fraction: f64| {
        let left = deadline.left().as_secs_f64() * fraction;
        if left.is_finite() && left < 1e15 { Some(left.max(1e-3)) } else { None }
    };
    // Streams that no sample has.
    let seed = seed.child(u64::MAX);
    let (mut trace, mut squares) = (
        hessian.trace().products(PROBES).seed(seed),
        hessian.squared_norm().products(PROBES).seed(seed.child(1)),
    );
    if let Some(seconds) = limited(0.2) {
        (trace, squares) = (trace.deadline(seconds), squares.deadline(seconds));
    }
    let (trace, squares) = (trace.run()?, squares.run()?);
    let least = trace.value / n as f64 * trace.value;
    let theory = ProjectionTheory::of_traces(n, trace.value, squares.value.max(least))?;
    Ok((theory, trace.complete && squares.complete))
}

/// Makes two normal vectors the directions that are wanted.
fn shape(directions: DirectionKind, pair: &mut [f64]) {
    let (eta, delta) = pair.split_at_mut(pair.len() / 2);
    match directions {
        DirectionKind::Gaussian => {}
        DirectionKind::Unit => {
            normalize(eta);
            normalize(delta);
        }
        DirectionKind::Orthonormal => {
            normalize(eta);
            // Twice, so that nothing of η is left in δ.
            for _ in 0..2 {
                let overlap = dot(eta, delta);
                add_scaled(delta, -overlap, eta);
            }
            normalize(delta);
        }
    }
}

fn normalize(v: &mut [f64]) {
    let length = norm(v);
    if length > 0.0 {
        scale(v, 1.0 / length);
    }
}

impl Samples {
    fn push(&mut self, [one, between, other]: [f64; 3]) {
        let (minus, plus) = eigenvalues(one, between, other);
        for (column, value) in self.columns.iter_mut().zip([one, between, other, minus, plus]) {
            column.push(value);
        }
    }
}
