//! Learning principal components by Hebb's rule and its descendants.

use std::sync::Arc;

use crate::error::{Error, Result, require_finite, require_positive};
use crate::ndarray::{Array1, Array2, ArrayView1, Axis};
use crate::neuron::flow::Flow;
use crate::operator::dense;
use crate::polars::df;
use crate::polars::prelude::{Column, DataFrame};
use crate::progress::{Deadline, Progress};
use crate::rand::Rng;
use crate::rand::seq::SliceRandom;
use crate::random::Seed;

/// The covariance of more components is refused.
const MOST_COMPONENTS: usize = 2_000;
/// Rows of a trajectory.
const MOST_RECORDS: usize = 2_000_000;
/// Where Hebb's weights are let go.
const DIVERGED: f64 = 1e100;
/// As many weights or fewer are written into the trajectory.
const WRITTEN: usize = 8;

/// How a linear unit with output y = w·x changes its weights on a sample x.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HebbRule {
    /// Δw = η y x (D. O. Hebb, The Organization of Behavior, 1949). On average dw/dt = C w: the direction tends to the leading eigenvector of the
    /// covariance C, but the length grows without bound, as e^{λ₁t}.
    Hebb,
    /// Δw = η y (x − y w) (E. Oja, J. Math. Biol. 15, 267 (1982)). The decay keeps the length near 1 and leaves the direction alone.
    #[default]
    Oja,
    /// Δw_k = η y_k (x − Σ_{j≤k} y_j w_j) (T. D. Sanger, Neural Networks 2, 459 (1989)): unit k learns what units 1 to k − 1 leave over, and so
    /// the k-th eigenvector.
    Sanger,
}

/// Linear units that learn from samples by Hebb's rule or its descendants; [`run`](Self::run) gives weights and trajectory.
///
/// Samples are the rows of an array of any real numbers, presented one at a time in an order that is shuffled anew in each round. The rate is η_t = η/(1 + t/τ)
/// at step t. Small random weights at the start are from the seed.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let learned = Hebbian::new(&digits()?.pixels())?.steps(20_000).seed(1).run()?;
/// assert!(learned.alignment()[0] > 0.99);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Hebbian {
    samples: Arc<Array2<f64>>,
    rule: HebbRule,
    components: usize,
    rate: Option<f64>,
    decay: Option<f64>,
    steps: Option<usize>,
    centered: bool,
    record_every: Option<usize>,
    seed: Seed,
    deadline: Option<f64>,
}

/// What units have learned, beside the eigenvectors that they should have; from [`Hebbian::run`].
#[derive(Clone, Debug)]
pub struct Learned {
    /// The weights, a unit a row.
    pub weights: Array2<f64>,
    /// Eigenvalues of the samples' covariance (divided by their number), the largest first.
    pub eigenvalues: Array1<f64>,
    /// Its eigenvectors as rows, of length 1, in the same order; their signs are chosen to agree with the weights.
    pub eigenvectors: Array2<f64>,
    /// The way there: columns `rule`, `step`, `component` (from 1), `time` (the sum of the rates so far), `rate`, `alignment` |w·v|/|w| with the eigenvector, `misalignment`
    /// 1 − alignment², `norm` |w|, and, where the average flow has a solution (not for Sanger's later units), `misalignment_flow` and `norm_flow`; the weights
    /// themselves, `w1`, `w2`, …, if there are at most eight; `seed`.
    pub trajectory: DataFrame,
    /// Samples presented.
    pub steps: usize,
    /// Whether Hebb's weights grew beyond 10¹⁰⁰, where learning stopped.
    pub diverged: bool,
    /// Whether all steps were done.
    pub complete: bool,
    /// Which eigenvector each unit is compared with.
    targets: Vec<usize>,
}

impl Hebbian {
    /// Learning from these samples, one a row; one unit and Oja's rule unless set otherwise.
    ///
    /// # Errors
    /// If there are fewer than two samples, no column or more than 2000, or a number is not finite.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Hebbian::new(&array![[1.0, f64::NAN], [0.0, 1.0]]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(samples: &Array2<f64>) -> Result<Self> {
        let (rows, columns) = samples.dim();
        if rows < 2 || !(1..=MOST_COMPONENTS).contains(&columns) {
            return Err(Error::Shape {
                what: "The array of samples",
                expected: format!("[at least 2, 1 to {MOST_COMPONENTS}]"),
                given: format!("[{rows}, {columns}]"),
            });
        }
        samples.iter().try_for_each(|&x| require_finite("samples", x).map(|_| ()))?;
        Ok(Self {
            samples: Arc::new(samples.as_standard_layout().into_owned()),
            rule: HebbRule::default(),
            components: 1,
            rate: None,
            decay: None,
            steps: None,
            centered: true,
            record_every: None,
            seed: Seed::default(),
            deadline: None,
        })
    }

    /// The rule; default [`HebbRule::Oja`].
    pub fn rule(&self, rule: HebbRule) -> Self {
        Self { rule, ..self.clone() }
    }

    /// How many units learn; default 1. By Hebb's and Oja's rules they do not know of each other, and all learn the leading
    /// eigenvector; by Sanger's each learns its own.
    pub fn components(&self, components: usize) -> Self {
        Self { components, ..self.clone() }
    }

    /// The rate η at the start; default ½ divided by the largest squared length of a sample, at which no sample can throw the weights off.
    pub fn rate(&self, rate: f64) -> Self {
        Self { rate: Some(rate), ..self.clone() }
    }

    /// The number of steps τ after which the rate is halved, η_t = η/(1 + t/τ); default the number of samples. Infinity keeps the rate.
    pub fn decay(&self, steps: f64) -> Self {
        Self { decay: Some(steps), ..self.clone() }
    }

    /// How many samples are presented; default ten times their number.
    pub fn steps(&self, steps: usize) -> Self {
        Self { steps: Some(steps), ..self.clone() }
    }

    /// Whether the samples' mean is subtracted first, so that the covariance is learned; default true. Otherwise it is the matrix
    /// of second moments.
    pub fn centered(&self, centered: bool) -> Self {
        Self { centered, ..self.clone() }
    }

    /// A record in the trajectory after so many steps; default about 20 for each factor of ten, beside the start and the end.
    pub fn record_every(&self, steps: usize) -> Self {
        Self { record_every: Some(steps), ..self.clone() }
    }

    /// The seed of the weights at the start and of the order; default 0.
    pub fn seed(&self, seed: impl Into<Seed>) -> Self {
        Self { seed: seed.into(), ..self.clone() }
    }

    /// A limit in seconds, after which learning stops and `complete` is false; default none.
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// Learns.
    ///
    /// # Errors
    /// If all samples agree, so that there is no direction of largest variance; if their squares overflow; if there are more units than columns or none; if the rate or the
    /// deadline is not a finite number above 0, or τ is not above 0; if there are more than 2 million records; if Oja's or Sanger's weights
    /// leave all bounds, because the rate is too large.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let line = array![[1.0, 2.0], [-1.0, -2.0], [2.0, 4.0], [-2.0, -4.0]];
    /// let learned = Hebbian::new(&line)?.steps(1_000).run()?;
    /// assert!((learned.weights[[0, 1]] / learned.weights[[0, 0]] - 2.0).abs() < 1e-3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self) -> Result<Learned> {
        let samples = self.prepared()?;
        let (rows, columns) = samples.dim();
        if !(1..=columns).contains(&self.components) {
            let allowed = format!("from 1 to {columns}, the number of columns");
            return Err(Error::argument("components", self.components, allowed));
        }
        let (eigenvalues, mut eigenvectors) = principal(&samples)?;
        let largest = samples.rows().into_iter().map(|x| x.dot(&x)).fold(0.0, f64::max);
        let rate = require_positive("rate", self.rate.unwrap_or(0.5 / largest))?;
        let decay = self.decay.unwrap_or(rows as f64);
        if !(decay > 0.0) {
            return Err(Error::argument("decay", decay, "above 0"));
        }
        let steps = self.steps.unwrap_or(10 * rows);
        let records = self.records(steps)?;
        let deadline = Deadline::new(self.deadline)?;

        let mut weights = self.start(columns);
        let targets: Vec<usize> = (0..self.components)
            .map(|k| if self.rule == HebbRule::Sanger { k } else { 0 })
            .collect();
        let flows = self.flows(&weights, &eigenvalues, &eigenvectors);
        let mut history = History::default();
        let mut progress = Progress::new("samples", steps);
        let mut generator = self.seed.child(1).generator();
        let mut order: Vec<usize> = (0..rows).collect();
        let mut scratch = Scratch { outputs: vec![0.0; self.components], rest: vec![0.0; columns] };
        let (mut step, mut time, mut diverged, mut next) = (0, 0.0, false, 0);
        let eta = |step: usize| rate / (1.0 + step as f64 / decay);
        let rule = self.rule;
        loop {
            if records.get(next) == Some(&step) {
                history.add(step, time, eta(step), &weights, &eigenvectors, &targets);
                next += 1;
            }
            if step == steps || step.is_multiple_of(256) && deadline.passed() {
                break;
            }
            if step.is_multiple_of(rows) {
                order.shuffle(&mut generator);
            }
            let (sample, eta) = (samples.row(order[step % rows]), eta(step));
            let (Some(x), Some(w)) = (sample.as_slice(), weights.as_slice_mut()) else { break };
            present(rule, w, x, eta, &mut scratch);
            time += eta;
            step += 1;
            progress.add(1);
            let bounded = w.iter().all(|w| w.abs() < DIVERGED);
            if !bounded && rule == HebbRule::Hebb {
                diverged = true;
                break;
            }
            if !bounded {
                let allowed = format!(
                    "small enough for the weights to stay bounded, as {:.3e} is (they left all bounds at step {step})",
                    0.5 / largest
                );
                return Err(Error::argument("rate", rate, allowed));
            }
        }
        if history.step.last() != Some(&(step as u64)) && weights.iter().all(|w| w.is_finite()) {
            history.add(step, time, eta(step), &weights, &eigenvectors, &targets);
        }
        if step < steps && !diverged {
            progress.stopped();
        }
        for k in (0..targets.len()).rev() {
            let mut vector = eigenvectors.row_mut(targets[k]);
            if vector.dot(&weights.row(k)) < 0.0 {
                vector.mapv_inplace(|v| -v);
            }
        }
        Ok(Learned {
            trajectory: history.frame(rule, &flows, self.seed)?,
            weights,
            eigenvalues,
            eigenvectors,
            steps: step,
            diverged,
            complete: step == steps,
            targets,
        })
    }

    /// The samples as the units see them.
    fn prepared(&self) -> Result<Array2<f64>> {
        let mut samples = self.samples.as_ref().clone();
        let scale = samples.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
        if self.centered {
            // Divided first: sums of large numbers would overflow.
            let n = samples.nrows() as f64;
            let mean =
                samples.map_axis(Axis(0), |column| column.iter().map(|x| x / n).sum::<f64>());
            samples -= &mean;
        }
        let spread = samples.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
        if !(spread > 1e-13 * scale) {
            let given =
                if self.centered { "samples that all agree" } else { "samples that are all zero" };
            return Err(Error::argument("samples", given, "different from each other"));
        }
        if !(1e-100..1e100).contains(&spread) {
            let given = format!("numbers of size {spread:e}");
            return Err(Error::argument("samples", given, "between 1e-100 and 1e100 in size"));
        }
        Ok(samples)
    }

    /// Random directions of length ½.
    fn start(&self, columns: usize) -> Array2<f64> {
        let mut generator = self.seed.child(0).generator();
        let mut weights =
            Array2::from_shape_fn((self.components, columns), |_| generator.random::<f64>() - 0.5);
        for mut row in weights.rows_mut() {
            let norm = row.dot(&row).sqrt().max(1e-12);
            row.mapv_inplace(|w| 0.5 * w / norm);
        }
        weights
    }

    /// The steps at which to record, the first and last included.
    fn records(&self, steps: usize) -> Result<Vec<usize>> {
        let records: Vec<usize> = match self.record_every {
            Some(0) => return Err(Error::argument("record_every", 0, "at least 1")),
            Some(every) => {
                if (steps / every).saturating_mul(self.components) > MOST_RECORDS {
                    let allowed = format!("so that there are at most {MOST_RECORDS} records");
                    return Err(Error::argument("record_every", every, allowed));
                }
                (0..=steps).step_by(every).collect()
            }
            None => {
                let mut records = vec![0];
                let mut step = 1.0_f64;
                while step < steps as f64 {
                    records.push(step as usize);
                    step = f64::max(step * 10_f64.powf(0.05), step.floor() + 1.0);
                }
                records.push(steps);
                records.dedup();
                records
            }
        };
        Ok(records)
    }

    fn flows(
        &self,
        weights: &Array2<f64>,
        values: &Array1<f64>,
        vectors: &Array2<f64>,
    ) -> Vec<Option<Flow>> {
        let solved = |k: usize| self.rule != HebbRule::Sanger || k == 0;
        let normalized = self.rule != HebbRule::Hebb;
        let flow = |k: usize| Flow::new(weights.row(k), values, vectors, normalized);
        (0..self.components).map(|k| solved(k).then(|| flow(k))).collect()
    }
}

impl Learned {
    /// |cos| of the angle between each unit's weights and the eigenvector that it should learn.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let learned = Hebbian::new(&digits()?.pixels())?.rule(HebbRule::Sanger).components(2).run()?;
    /// assert_eq!(learned.alignment().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn alignment(&self) -> Array1<f64> {
        let pairs = self.weights.rows().into_iter().zip(&self.targets);
        pairs
            .map(|(w, &k)| 1.0 - misalignment(w, self.eigenvectors.row(k)))
            .map(f64::sqrt)
            .collect()
    }

    /// A row for each unit: columns `component`, `eigenvalue`, `variance` of its output per squared length of its weights (at most the leading eigenvalue),
    /// `alignment`, `norm`.
    ///
    /// # Errors
    /// If the frame cannot be made.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let learned = Hebbian::new(&digits()?.pixels())?.run()?.components()?;
    /// assert!(learned.values("variance")?[0] <= learned.values("eigenvalue")?[0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn components(&self) -> Result<DataFrame> {
        let norms: Vec<f64> = self.weights.rows().into_iter().map(norm).collect();
        let variance = |w: ArrayView1<'_, f64>| {
            let length = norm(w);
            let shares = self.eigenvectors.rows().into_iter().map(|v| (v.dot(&w) / length).powi(2));
            shares.zip(&self.eigenvalues).map(|(share, value)| share * value).sum::<f64>()
        };
        Ok(df!(
            "component" => (1..=self.targets.len() as u64).collect::<Vec<_>>(),
            "eigenvalue" => self.targets.iter().map(|&k| self.eigenvalues[k]).collect::<Vec<_>>(),
            "variance" => self.weights.rows().into_iter().map(variance).collect::<Vec<_>>(),
            "alignment" => self.alignment().to_vec(),
            "norm" => norms,
        )?)
    }

    /// The misalignment 1 − cos² about which Oja's rule fluctuates at a constant rate on Gaussian samples: (η λ₁/2) Σ_{k>1} λ_k/(λ₁ − λ_k), to first order in η.
    ///
    /// Near v₁ the component along v_k decays at rate η(λ₁ − λ_k) and is kicked by η y x_k with variance η² λ₁ λ_k.
    ///
    /// # Errors
    /// If the rate is not a finite number above 0, or the two leading eigenvalues agree.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let learned = Hebbian::new(&array![[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])?.run()?;
    /// // Eigenvalues 2 and ½.
    /// assert!((learned.stationary_misalignment(0.01)? - 0.01 * (0.5 / 1.5)).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stationary_misalignment(&self, rate: f64) -> Result<f64> {
        require_positive("rate", rate)?;
        let leading = self.eigenvalues[0];
        let gap = |value: f64| leading - value;
        if self.eigenvalues.iter().skip(1).any(|&value| !(gap(value) > 1e-12 * leading)) {
            let given = format!("{leading} twice");
            return Err(Error::argument(
                "eigenvalues",
                given,
                "such that the leading one is single",
            ));
        }
        let sum: f64 = self.eigenvalues.iter().skip(1).map(|&value| value / gap(value)).sum();
        Ok(rate * leading / 2.0 * sum)
    }
}

/// What the trajectory holds, before it is a frame.
#[derive(Default)]
struct History {
    step: Vec<u64>,
    component: Vec<u64>,
    time: Vec<f64>,
    rate: Vec<f64>,
    misalignment: Vec<f64>,
    norm: Vec<f64>,
    /// The weights, a column each, if they are few.
    weights: Vec<Vec<f64>>,
}

impl History {
    fn add(
        &mut self,
        step: usize,
        time: f64,
        rate: f64,
        weights: &Array2<f64>,
        vectors: &Array2<f64>,
        targets: &[usize],
    ) {
        if weights.ncols() <= WRITTEN {
            self.weights.resize(weights.ncols(), Vec::new());
        }
        for (k, &target) in targets.iter().enumerate() {
            for (column, &w) in self.weights.iter_mut().zip(weights.row(k)) {
                column.push(w);
            }
            self.step.push(step as u64);
            self.component.push(k as u64 + 1);
            self.time.push(time);
            self.rate.push(rate);
            self.misalignment.push(misalignment(weights.row(k), vectors.row(target)));
            self.norm.push(norm(weights.row(k)));
        }
    }

    fn frame(&self, rule: HebbRule, flows: &[Option<Flow>], seed: Seed) -> Result<DataFrame> {
        let flow = |row: usize| {
            let flow = flows[self.component[row] as usize - 1].as_ref();
            flow.map(|flow| flow.at(self.time[row]))
        };
        let solved: Vec<Option<(f64, f64)>> = (0..self.step.len()).map(flow).collect();
        let name = match rule {
            HebbRule::Hebb => "Hebb",
            HebbRule::Oja => "Oja",
            HebbRule::Sanger => "Sanger",
        };
        let mut frame = df!(
            "rule" => vec![name; self.step.len()],
            "step" => self.step.clone(),
            "component" => self.component.clone(),
            "time" => self.time.clone(),
            "rate" => self.rate.clone(),
            "alignment" => self.misalignment.iter().map(|m| (1.0 - m).sqrt()).collect::<Vec<_>>(),
            "misalignment" => self.misalignment.clone(),
            "norm" => self.norm.clone(),
            "misalignment_flow" => solved.iter().map(|s| s.map(|s| s.0)).collect::<Vec<_>>(),
            "norm_flow" => solved.iter().map(|s| s.map(|s| s.1)).collect::<Vec<_>>(),
        )?;
        for (i, column) in self.weights.iter().enumerate() {
            frame.with_column(Column::new(format!("w{}", i + 1).into(), column.clone()))?;
        }
        frame.with_column(Column::new("seed".into(), vec![seed.number(); self.step.len()]))?;
        Ok(frame)
    }
}

struct Scratch {
    outputs: Vec<f64>,
    rest: Vec<f64>,
}

/// One sample: the weights of all units change.
fn present(rule: HebbRule, weights: &mut [f64], x: &[f64], eta: f64, scratch: &mut Scratch) {
    for (y, w) in scratch.outputs.iter_mut().zip(weights.chunks_exact(x.len())) {
        *y = dot(w, x);
    }
    scratch.rest.copy_from_slice(x);
    for (&y, w) in scratch.outputs.iter().zip(weights.chunks_exact_mut(x.len())) {
        match rule {
            HebbRule::Hebb => add(w, eta * y, x),
            HebbRule::Oja => {
                for (w, x) in w.iter_mut().zip(x) {
                    *w += eta * y * (x - y * *w);
                }
            }
            HebbRule::Sanger => {
                add(&mut scratch.rest, -y, w);
                add(w, eta * y, &scratch.rest);
            }
        }
    }
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

/// The inner product in eight interleaved sums, which the compiler can keep in registers side by side.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let ends = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum::<f64>();
    for (a, b) in left.zip(right) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + ends
}

fn norm(w: ArrayView1<'_, f64>) -> f64 {
    // Scaled, so that Hebb's weights near 10¹⁰⁰ and beyond have a norm too.
    let largest = w.iter().fold(0.0_f64, |a, w| a.max(w.abs()));
    if largest > 0.0 {
        largest * w.iter().map(|w| (w / largest).powi(2)).sum::<f64>().sqrt()
    } else {
        0.0
    }
}

/// 1 − cos² of the angle between w and a vector of length 1, from what is left of w across it: exact where it is small.
fn misalignment(w: ArrayView1<'_, f64>, vector: ArrayView1<'_, f64>) -> f64 {
    let length = norm(w);
    let unit = w.mapv(|x| x / length);
    let across = &unit - &(unit.dot(&vector) * &vector);
    across.dot(&across).min(1.0)
}

/// Eigenvalues and eigenvectors (as rows) of the samples' second moments, the largest first.
fn principal(samples: &Array2<f64>) -> Result<(Array1<f64>, Array2<f64>)> {
    let n = samples.nrows() as f64;
    let moments = dense::product(&samples.t().as_standard_layout().into_owned(), samples)? / n;
    let (values, vectors) = dense::eigen_symmetric(&moments)?;
    let columns = values.len();
    let descending = |k: usize| columns - 1 - k;
    Ok((
        // Rounding leaves tiny negative values where there are fewer samples than columns.
        Array1::from_shape_fn(columns, |k| values[descending(k)].max(0.0)),
        Array2::from_shape_fn((columns, columns), |(k, i)| vectors[(i, descending(k))]),
    ))
}
