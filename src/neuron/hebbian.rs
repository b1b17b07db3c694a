//! Learning principal components by Hebb's rule and its descendants: settings and the run.

use std::sync::Arc;

use crate::error::{Error, Result, require_finite, require_positive};
use crate::ndarray::{Array1, Array2, Axis};
use crate::neuron::flow::Flow;
use crate::neuron::learned::{History, Learned};
use crate::neuron::rule::{HebbRule, Scratch, present};
use crate::operator::dense;
use crate::progress::{Deadline, Progress};
use crate::rand::Rng;
use crate::rand::seq::SliceRandom;
use crate::random::Seed;
use crate::setters::setters;

/// The covariance of more components is refused.
const MOST_COMPONENTS: usize = 2_000;
/// Fewer samples than this are shown more often.
const FEW: usize = 1_000;
/// Rows of a trajectory.
const MOST_RECORDS: usize = 2_000_000;
/// Where Hebb's weights are let go.
const DIVERGED: f64 = 1e100;

/// Linear units that learn from samples by Hebb's rule or its descendants; [`run`](Self::run) gives weights and trajectory.
///
/// Samples are the rows of an array of any real numbers, presented one at a time in an order that is shuffled anew in each round. The learning rate is η_t = η/(1 + t/τ)
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
    learning_rate: Option<f64>,
    decay: Option<f64>,
    steps: Option<i64>,
    centered: bool,
    record_every: Option<i64>,
    seed: Seed,
    deadline: Option<f64>,
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
            learning_rate: None,
            decay: None,
            steps: None,
            centered: true,
            record_every: None,
            seed: Seed::default(),
            deadline: None,
        })
    }

    /// The rule; default [`HebbRule::Oja`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// # let settings = Hebbian::new(&array![[1.0, 2.0], [-1.0, 0.5], [2.0, 0.0]])?;
    /// assert!(settings.rule(HebbRule::Sanger).run().is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub fn rule(&self, rule: HebbRule) -> Self {
        Self { rule, ..self.clone() }
    }

    /// How many units learn; default 1. By Hebb's and Oja's rules they do not know of each other, and all learn the leading
    /// eigenvector; by Sanger's each learns its own.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// # let settings = Hebbian::new(&array![[1.0, 2.0], [-1.0, 0.5], [2.0, 0.0]])?;
    /// assert_eq!(settings.components(2).run()?.weights.dim(), (2, 2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn components(&self, components: usize) -> Self {
        Self { components, ..self.clone() }
    }

    /// The number of steps τ after which the learning rate is halved, η_t = η/(1 + t/τ); default the number of samples, but
    /// at least 1000. Infinity keeps the rate.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// # let settings = Hebbian::new(&array![[1.0, 2.0], [-1.0, 0.5], [2.0, 0.0]])?;
    /// assert!(settings.decay(f64::INFINITY).run().is_ok() && settings.decay(0.0).run().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn decay(&self, steps: f64) -> Self {
        Self { decay: Some(steps), ..self.clone() }
    }

    /// Whether the samples' mean is subtracted first, so that the covariance is learned; default true. Otherwise it is the matrix
    /// of second moments.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// # let settings = Hebbian::new(&array![[1.0, 2.0], [-1.0, 0.5], [2.0, 0.0]])?;
    /// assert!(settings.centered(false).run()?.eigenvalues[0] > settings.run()?.eigenvalues[0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn centered(&self, centered: bool) -> Self {
        Self { centered, ..self.clone() }
    }

    /// A record in the trajectory after so many steps; default about 20 for each factor of ten, beside the start and the end.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// # let settings = Hebbian::new(&array![[1.0, 2.0], [-1.0, 0.5], [2.0, 0.0]])?;
    /// assert_eq!(settings.steps(100).record_every(10).run()?.trajectory.height(), 11);
    /// # Ok(())
    /// # }
    /// ```
    pub fn record_every(&self, steps: i64) -> Self {
        Self { record_every: Some(steps), ..self.clone() }
    }

    setters! { "Hebbian::new(&digits()?.pixels())?.steps(50)":
        /// How many samples are presented; default ten times their number, but at least 10 000.
        steps;
        /// The learning rate η at the start; default ½ divided by the largest squared length of a sample, at which no sample can throw the weights off.
        learning_rate;
        /// The seed of the weights at the start and of the order; default 0.
        seed;
        /// A limit in seconds, after which learning stops and `complete` is false; default none.
        deadline;
    }

    /// Learns.
    ///
    /// # Errors
    /// If there is no step; if all samples agree, so that there is no direction of largest variance; if their squares overflow; if there are more units than columns or none; if the learning rate or the
    /// deadline is not a finite number above 0, or τ is not above 0; if there are more than 2 million records; if Oja's or Sanger's weights
    /// leave all bounds, because the learning rate is too large.
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
        let rate = require_positive("learning_rate", self.learning_rate.unwrap_or(0.5 / largest))?;
        let decay = self.decay.unwrap_or(rows.max(FEW) as f64);
        if !(decay > 0.0) {
            return Err(Error::argument("decay", decay, "above 0"));
        }
        let steps = match self.steps {
            Some(steps) if steps < 1 => return Err(Error::argument("steps", steps, "at least 1")),
            Some(steps) => steps as usize,
            None => 10 * rows.max(FEW),
        };
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
                return Err(Error::argument("learning_rate", rate, allowed));
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
            Some(every) if every < 1 => {
                return Err(Error::argument("record_every", every, "at least 1"));
            }
            Some(every) => {
                let every = every as usize;
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
