//! Sampling the version space: all perceptrons that make no error.

use crate::error::{Error, Result, require_count};
use crate::ndarray::{Array1, Array2};
use crate::perceptron::billiard::{Billiard, products};
use crate::perceptron::examples::Examples;
use crate::perceptron::hit_and_run::{Chain, Walk};
use crate::perceptron::model::Perceptron;
use crate::perceptron::nearest::{End, Goal, nearest};
use crate::perceptron::rows::{Rows, dot};
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::setters::setters;
use crate::stats::{Estimate, MIN_SERIES, estimate, r_hat};

/// Chains are compared from so many samples each.
const LEAST_SAMPLES: usize = 2 * MIN_SERIES;

/// More numbers than this are not kept.
const MOST_NUMBERS: usize = 1 << 28;

impl Examples {
    /// The version space of these examples, {w : |w| = 1, y_i w·x_i > 0 for all i}, to be sampled uniformly.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let teacher = Perceptron::random(20, 1)?;
    /// let sampled = Examples::from_teacher(&teacher, 60, 2)?.version_space().samples(200).run()?;
    /// println!("ε = {}", sampled.generalization_error(&teacher)?);
    /// # Ok(()) }
    /// ```
    pub fn version_space(&self) -> VersionSampling {
        VersionSampling {
            examples: self.clone(),
            samples: 500,
            thinning: None,
            thermalization: None,
            chains: 2,
            start: None,
            hit_and_run: false,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

/// Settings of a uniform sampling of the perceptrons that make no error; [`run`](Self::run) gives the samples.
///
/// The default is a *billiard* (P. Ruján, Neural Comput. 9, 99 (1997)) in its exact form: w moves as w cos t + v sin t with a normal velocity v for the time π/2, is
/// reflected at each plane z_i·w = 0, and then gets a new velocity. This leaves normal numbers w, restricted to the version space, as they are (A. Pakman and L. Paninski, J. Comput. Graph. Stat.
/// 23, 518 (2014)), whose directions are uniform. One trajectory forgets most of the last.
///
/// [`hit_and_run`](Self::hit_and_run) takes the other way: through the present point w goes a great circle in a uniformly random direction d ⊥ w; the examples leave one arc of
/// it, between the largest and the smallest of the angles arctan(z_i·d/z_i·w) ∓ π/2, on which the next point is uniform (R. L. Smith, Oper. Res. 32, 1296 (1984), for convex bodies). It needs about N² steps to forget.
///
/// The first chain starts from the weights of largest stability, deep inside, the others from near the boundary, unless [`start`](Self::start) gives one of
/// them another point: that they come to agree (`r_hat`) shows equilibrium.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let sampled = Examples::random(10, 20, 1)?.version_space().samples(400).seed(2).run()?;
/// assert!(sampled.r_hat < 1.1 && sampled.complete);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct VersionSampling {
    examples: Examples,
    samples: usize,
    thinning: Option<usize>,
    thermalization: Option<usize>,
    chains: i64,
    start: Option<Perceptron>,
    hit_and_run: bool,
    seed: Seed,
    deadline: Option<f64>,
}

impl VersionSampling {
    setters! { "Examples::random(5, 8, 1)?.version_space().samples(40)":
        /// Samples kept from each chain; default 500, at least 32.
        samples;
        /// Independent chains, 2 at least; default 2.
        chains;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which there are fewer samples (32 of each chain at least) and `complete` is false; default none.
        deadline;
    }

    /// Whether to use hit and run instead of the billiard; default no.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let examples = Examples::random(10, 10, 1)?;
    /// let sampled = examples.version_space().hit_and_run(true).samples(50).run()?;
    /// assert_eq!(sampled.member(0)?.errors(&examples)?, 0);
    /// # Ok(()) }
    /// ```
    pub fn hit_and_run(&self, hit_and_run: bool) -> Self {
        Self { hit_and_run, ..self.clone() }
    }

    /// Trajectories (default 1) or steps of hit and run (default N, the number of inputs) from one sample to the next.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sampling = Examples::random(10, 10, 1)?.version_space().samples(50);
    /// assert_eq!(sampling.thinning(3).run()?.count(), 100); // no fewer samples, but farther apart
    /// assert!(sampling.thinning(0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn thinning(&self, steps: usize) -> Self {
        Self { thinning: Some(steps), ..self.clone() }
    }

    /// Trajectories or steps before the first sample; default a quarter of those that follow.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sampling = Examples::random(10, 10, 1)?.version_space().samples(50);
    /// assert_ne!(sampling.thermalization(5).run()?.member(0)?, sampling.thermalization(50).run()?.member(0)?);
    /// # Ok(()) }
    /// ```
    pub fn thermalization(&self, steps: usize) -> Self {
        Self { thermalization: Some(steps), ..self.clone() }
    }

    /// Where the last chain starts: any perceptron that makes no error, such as the teacher.
    /// Default a point near the boundary, as for all chains but the first.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let teacher = Perceptron::random(10, 1)?;
    /// let sampling = Examples::from_teacher(&teacher, 20, 2)?.version_space().samples(400);
    /// assert!(sampling.start(&teacher).run()?.r_hat < 1.1);
    /// assert!(sampling.start(&Perceptron::random(10, 3)?).run().is_err()); // one that makes errors
    /// # Ok(()) }
    /// ```
    pub fn start(&self, start: &Perceptron) -> Self {
        Self { start: Some(start.clone()), ..self.clone() }
    }

    /// Samples.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if no perceptron learns the examples; [`Error::Argument`] for settings of 0 or too few samples, and for a
    /// start that makes errors; [`Error::TooLarge`] for more than 2²⁸ numbers.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Examples::xor().version_space().run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<VersionSamples> {
        let chains = self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let rows = Rows::new(&self.examples, false);
        let best = nearest(&rows, Goal::Optimum, Deadline::new(None)?);
        let unable = Error::Unsupported {
            what: "The version space".to_string(),
            why: "it is empty, since no perceptron has all examples right".to_string(),
            advice: "Ask `separation` for the proof; `extended` allows for a bias.".to_string(),
        };
        if best.end != End::Separates && !(best.stability > 1e-12 * rows.radius()) {
            return Err(unable);
        }
        let thinning = self.thinning.unwrap_or(if self.hit_and_run { rows.dimension } else { 1 });
        let pairs = if self.hit_and_run { Vec::new() } else { products(&rows) };
        let thermalization =
            self.thermalization.unwrap_or(self.samples.saturating_mul(thinning) / 4);
        let mut progress = Progress::new("samples", chains * self.samples);
        let mut walks: Vec<Box<dyn Chain + '_>> = Vec::new();
        for k in 0..chains {
            let last = k + 1 == chains;
            let start = self.starting_point(last, &best.weights);
            let seed = self.seed.child(k as u64);
            walks.push(if self.hit_and_run {
                Box::new(Walk::new(&rows, start, seed))
            } else {
                Box::new(Billiard::new(&rows, &pairs, start, seed))
            });
        }
        for (k, walk) in walks.iter_mut().enumerate() {
            if k > 0 && !(self.start.is_some() && k + 1 == chains) {
                walk.leave_for_the_boundary();
            }
            walk.advance(thermalization, deadline);
        }
        let mut points: Vec<Vec<f64>> = vec![Vec::new(); chains];
        let mut stabilities: Vec<Vec<f64>> = vec![Vec::new(); chains];
        let mut kept = 0;
        while kept < self.samples && (kept < LEAST_SAMPLES || !deadline.passed()) {
            for (k, walk) in walks.iter_mut().enumerate() {
                // After the deadline the least number of samples is still drawn, quickly.
                walk.advance(thinning - 1, deadline);
                walk.step();
                points[k].extend(walk.point());
                stabilities[k].push(walk.stability() * rows.scale);
            }
            kept += 1;
            progress.add(chains);
        }
        let complete = kept == self.samples && !deadline.passed();
        if kept < self.samples {
            progress.stopped();
        }
        Self::gather(&rows, &best.weights, points, &stabilities, kept, complete)
    }

    /// How many chains there are, if all settings are allowed.
    fn check(&self) -> Result<usize> {
        if self.samples < LEAST_SAMPLES {
            let allowed = format!("at least {LEAST_SAMPLES}");
            return Err(Error::argument("samples", self.samples, allowed));
        }
        let chains = require_count("chains", self.chains, 2)?;
        if self.thinning == Some(0) {
            return Err(Error::argument("thinning", 0, "at least 1"));
        }
        let each = chains.saturating_mul(self.examples.dimension());
        if self.samples.saturating_mul(each) > MOST_NUMBERS {
            return Err(Error::TooLarge {
                what: format!("{} samples of {chains} chains", self.samples),
                needs: "too much memory".to_string(),
                limit: format!("the {MOST_NUMBERS} numbers allowed"),
                advice: "Take fewer samples.".to_string(),
            });
        }
        if let Some(start) = &self.start {
            let errors = start.errors(&self.examples)?;
            if errors > 0 || start.bias != 0.0 {
                let given = format!("a perceptron with {errors} errors and bias {}", start.bias);
                return Err(Error::argument("start", given, "one without errors and bias"));
            }
        }
        Ok(chains)
    }

    fn starting_point(&self, last: bool, best: &[f64]) -> Vec<f64> {
        let mut point = best.to_vec();
        if let (Some(start), true) = (&self.start, last) {
            for (p, w) in point.iter_mut().zip(&start.weights) {
                *p = *w;
            }
        }
        point
    }

    fn gather(
        rows: &Rows,
        best: &[f64],
        points: Vec<Vec<f64>>,
        stabilities: &[Vec<f64>],
        kept: usize,
        complete: bool,
    ) -> Result<VersionSamples> {
        let (dimension, chains) = (rows.dimension, points.len());
        let mut hebb = rows.zeros();
        for k in 0..rows.count {
            crate::perceptron::rows::add(&mut hebb, 1.0, rows.row(k));
        }
        let along = |direction: &[f64]| -> Vec<Vec<f64>> {
            let of_chain = |chain: &Vec<f64>| {
                chain.chunks_exact(dimension).map(|p| dot(p, &direction[..dimension])).collect()
            };
            points.iter().map(of_chain).collect()
        };
        let mut worst: f64 = 1.0;
        for series in [along(best), along(&hebb), stabilities.to_vec()] {
            let found = r_hat(&series)?;
            worst = if found.is_nan() { worst } else { worst.max(found) };
        }
        let all: Vec<f64> = points.concat();
        let weights = Array2::from_shape_vec((chains * kept, dimension), all)
            .map_err(|error| Error::argument("samples", error, "as many as chains allow"))?;
        Ok(VersionSamples { weights, chains, r_hat: worst, complete })
    }
}

/// Perceptrons drawn uniformly from those that make no error.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let teacher = Perceptron::random(20, 1)?;
/// let sampled = Examples::from_teacher(&teacher, 40, 2)?.version_space().samples(200).run()?;
/// // Their centre of mass is nearer to the teacher than they are on average.
/// assert!(sampled.center().generalization_error(&teacher)? < sampled.generalization_error(&teacher)?.mean);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct VersionSamples {
    /// The samples of the first chain, then those of the second, …: one a row, |w| = 1.
    pub weights: Array2<f64>,
    /// The number of chains, all of one length.
    pub chains: usize,
    /// The largest R̂ of the chains' overlaps with the weights of largest stability, with Hebb's, and of their stabilities: near 1 in equilibrium.
    pub r_hat: f64,
    /// Whether the deadline left the chains their time.
    pub complete: bool,
}

impl VersionSamples {
    /// The number of samples, all chains together.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sampled = Examples::random(10, 10, 1)?.version_space().samples(50).chains(3).run()?;
    /// assert_eq!(sampled.count(), 150);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.weights.nrows()
    }

    /// One sample, |w| = √N.
    ///
    /// # Errors
    /// If there are not so many.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let examples = Examples::random(10, 10, 1)?;
    /// assert_eq!(examples.version_space().samples(50).run()?.member(99)?.errors(&examples)?, 0);
    /// # Ok(()) }
    /// ```
    pub fn member(&self, index: usize) -> Result<Perceptron> {
        if index >= self.count() {
            let allowed = format!("below {}, the number of samples", self.count());
            return Err(Error::argument("index", index, allowed));
        }
        Ok(of_length(self.weights.row(index).to_owned()))
    }

    /// The centre of mass of the samples, |w| = √N. It makes no error either, for the version space is convex.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let examples = Examples::random(10, 10, 1)?;
    /// assert_eq!(examples.version_space().samples(50).run()?.center().errors(&examples)?, 0);
    /// # Ok(()) }
    /// ```
    pub fn center(&self) -> Perceptron {
        of_length(self.weights.t().dot(&Array1::ones(self.count())))
    }

    /// The overlap of each sample with a teacher.
    ///
    /// # Errors
    /// [`Error::Shape`] if the teacher has another number of weights.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let teacher = Perceptron::random(10, 1)?;
    /// let sampled = Examples::from_teacher(&teacher, 10, 1)?.version_space().samples(50).run()?;
    /// assert_eq!(sampled.overlaps(&teacher)?.len(), 100);
    /// # Ok(()) }
    /// ```
    pub fn overlaps(&self, teacher: &Perceptron) -> Result<Vec<f64>> {
        let members = self.weights.outer_iter().map(|row| of_length(row.to_owned()));
        members.map(|member| member.overlap(teacher)).collect()
    }

    /// The mean generalisation error arccos(R)/π of a member, with its error by the chains' autocorrelation.
    ///
    /// # Errors
    /// As for [`overlaps`](Self::overlaps); [`Error::Unsupported`] if the teacher has a bias.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let teacher = Perceptron::random(10, 1)?;
    /// let sampled = Examples::from_teacher(&teacher, 10, 1)?.version_space().samples(50).run()?;
    /// assert!(sampled.generalization_error(&teacher)?.mean < 0.5);
    /// # Ok(()) }
    /// ```
    pub fn generalization_error(&self, teacher: &Perceptron) -> Result<Estimate> {
        of_length(self.weights.row(0).to_owned()).generalization_error(teacher)?;
        let errors: Vec<f64> =
            self.overlaps(teacher)?.iter().map(|r| r.acos() / std::f64::consts::PI).collect();
        let chains = errors.chunks_exact(errors.len() / self.chains);
        let each: Vec<Estimate> = chains.map(estimate).collect::<Result<_>>()?;
        let n = each.len() as f64;
        let mean = each.iter().map(|e| e.mean).sum::<f64>() / n;
        let error = each.iter().map(|e| e.error * e.error).sum::<f64>().sqrt() / n;
        let tau = each.iter().map(|e| e.tau).sum::<f64>() / n;
        Ok(Estimate::new(mean, error, tau, None, errors.len()))
    }

    /// The overlap q of members of different chains, averaged over the chains' centres: of two independent members of the version space.
    ///
    /// Averaged over teachers drawn uniformly from the sphere, q equals the overlap R with the teacher at any N and P, who is a member like any other.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let q = Examples::random(10, 10, 1)?.version_space().samples(50).run()?.mutual_overlap();
    /// assert!(0.0 < q && q < 1.0);
    /// # Ok(()) }
    /// ```
    pub fn mutual_overlap(&self) -> f64 {
        let length = self.count() / self.chains;
        let ones = Array1::from_elem(length, 1.0 / length as f64);
        let centres: Vec<Array1<f64>> = (0..self.chains)
            .map(|k| {
                let from = k * length;
                let chain = self.weights.slice(crate::ndarray::s![from..from + length, ..]);
                chain.t().dot(&ones)
            })
            .collect();
        let mut sum = 0.0;
        for (k, a) in centres.iter().enumerate() {
            sum += centres[..k].iter().map(|b| a.dot(b)).sum::<f64>();
        }
        sum / (self.chains * (self.chains - 1) / 2) as f64
    }
}

fn of_length(weights: Array1<f64>) -> Perceptron {
    let length = weights.dot(&weights).sqrt();
    let factor = if length > 0.0 { (weights.len() as f64).sqrt() / length } else { 1.0 };
    Perceptron { weights: weights * factor, bias: 0.0 }
}
