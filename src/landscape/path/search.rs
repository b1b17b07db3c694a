//! Finding a curve of low loss between two solutions.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::grid::linspace;
use crate::landscape::path::barrier::{Barrier, frame, losses_of};
use crate::landscape::path::curve::{CurveKind, CurveLoss};
use crate::landscape::path::found::CurveFound;
use crate::landscape::path::interpolation::check_points;
use crate::landscape::slice::{Sets, sets_setters};
use crate::landscape::vector::norm;
use crate::landscape::{Descended, Objective, Optimizer};
use crate::ndarray::{Array1, Array2};
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::setters::setters;

/// Settings of a search for a curve of low loss between two points; [`run`](Self::run) finds one.
///
/// The bends minimise the mean loss along the curve, ∫₀¹ L(φ(t)) dt (Garipov et al., arXiv:1802.10026, equation 2), taken at the midpoints of equal parts of t. They start on the straight line, moved off it by
/// a little noise: where the landscape is symmetric about the line, nothing else would.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // A valley in the shape of a ring: the straight way leads over its middle.
/// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
/// let way = ring.connect(&array![1.0, 0.0], &array![-1.0, 0.0]).run()?;
/// assert!((way.barrier_before - 1.0).abs() < 1e-12 && way.barrier_after < 0.1);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct CurveSearch {
    objective: Objective,
    sets: Sets,
    from: Array1<f64>,
    to: Array1<f64>,
    curve: CurveKind,
    optimizer: Optimizer,
    learning_rate: Option<f64>,
    steps: i64,
    nodes: usize,
    batch: Option<usize>,
    noise: f64,
    points: usize,
    seed: Seed,
    deadline: Option<f64>,
}

impl Objective {
    /// A curve of low loss from one point to another: a quadratic Bézier curve found by L-BFGS, unless something else is set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]).curve(CurveKind::Chain(5)).run()?;
    /// assert!(way.barrier_after < 0.1 * way.barrier_before);
    /// # Ok(()) }
    /// ```
    pub fn connect(&self, from: &Array1<f64>, to: &Array1<f64>) -> CurveSearch {
        CurveSearch {
            objective: self.clone(),
            sets: Sets::new(self),
            from: from.clone(),
            to: to.clone(),
            curve: CurveKind::Bezier,
            optimizer: Optimizer::Lbfgs,
            learning_rate: None,
            steps: 100,
            nodes: 21,
            batch: None,
            noise: 0.01,
            points: 61,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl CurveSearch {
    setters! { "Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?.connect(&array![1.0, 0.0], &array![0.0, 1.0])":
        /// Steps of the descent at most; default 100.
        steps;
        /// The learning rate of the descent; default the optimiser's, as for [`Descent::learning_rate`](crate::landscape::Descent::learning_rate).
        learning_rate;
        /// The seed of the first bends' noise and of the order of batches; default 0.
        seed;
        /// A limit in seconds, of which the search takes seven tenths at most; after it the result holds what was reached and `complete` is false. Default none.
        deadline;
    }

    /// Sets the shape of the curve; default [`CurveKind::Bezier`].
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]).curve(CurveKind::Chain(2)).run()?;
    /// assert_eq!(way.bends.dim(), (2, 2));
    /// # Ok(()) }
    /// ```
    pub fn curve(&self, curve: CurveKind) -> Self {
        Self { curve, ..self.clone() }
    }

    /// Sets the way down; default [`Optimizer::Lbfgs`]. [`Optimizer::Adam`] takes batches of nodes.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]).optimizer(Optimizer::Adam).learning_rate(0.05).batch(4);
    /// assert!(way.steps(300).run()?.barrier_after < 0.05);
    /// # Ok(()) }
    /// ```
    pub fn optimizer(&self, optimizer: Optimizer) -> Self {
        Self { optimizer, ..self.clone() }
    }

    /// Sets at how many values of t the mean loss is taken; default 21.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]);
    /// assert!(way.nodes(5).run().is_ok() && way.nodes(0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn nodes(&self, nodes: usize) -> Self {
        Self { nodes, ..self.clone() }
    }

    /// Takes so many of the nodes for each step, drawn without replacement until all have had their turn, as with random t; default all of them.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]);
    /// assert!(way.batch(3).optimizer(Optimizer::Adam).run().is_ok());
    /// assert!(way.batch(3).run().is_err()); // L-BFGS needs the whole loss
    /// # Ok(()) }
    /// ```
    pub fn batch(&self, nodes: usize) -> Self {
        Self { batch: Some(nodes), ..self.clone() }
    }

    /// Sets the size of the noise on the first bends as a fraction of the distance between the ends; default 0.01.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Without noise nothing leaves the line of symmetry.
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![-1.0, 0.0]).noise(0.0).run()?;
    /// assert!(way.bends[(0, 1)] == 0.0);
    /// # Ok(()) }
    /// ```
    pub fn noise(&self, fraction: f64) -> Self {
        Self { noise: fraction, ..self.clone() }
    }

    /// Sets at how many values of t the two ways are evaluated afterwards, both ends included; default 61.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]);
    /// assert_eq!(way.points(11).run()?.frame.height(), 22);
    /// # Ok(()) }
    /// ```
    pub fn points(&self, points: usize) -> Self {
        Self { points, ..self.clone() }
    }

    sets_setters! { "Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?.connect(&array![1.0, 0.0], &array![0.0, 1.0])", "Objective::exact(2, |x| x[0] * x[0] + x[1] * x[1])?" }

    /// Finds the bends by the first objective alone, and evaluates both ways for all.
    ///
    /// # Errors
    /// If the ends have the wrong length or numbers that are not finite, agree, or have a loss of NaN; if a chain has no bend, or the bends would not fit into memory (4 GiB at most); if there are no nodes, or not 2 to 10⁶ points; if the noise
    /// is negative or not finite; as [`Descent::run`](crate::landscape::Descent::run) for the descent's settings, and [`Interpolation::run`](crate::landscape::Interpolation::run) for the sets.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
    /// let way = ring.connect(&array![1.0, 0.0], &array![-1.0, 0.0]).run()?;
    /// let figure = way.frame.line_by("t", "loss", "curve")?.title("Over the hill and around it");
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<CurveFound> {
        self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let (from, to) = (self.from.to_vec(), self.to.to_vec());
        let loss = CurveLoss::new(&self.objective, &from, &to, self.curve, self.nodes);
        let descended = self.descend(&loss)?;
        let bends = descended.theta.to_vec();
        let t = linspace(0.0, 1.0, self.points);
        let unit = "points of both ways";
        let straight = self.sets.evaluate(unit, t.len(), deadline, &|k, x| {
            for ((x, a), b) in x.iter_mut().zip(&from).zip(&to) {
                *x = (1.0 - t[k]) * a + t[k] * b;
            }
        })?;
        let curved = self.sets.evaluate(unit, t.len(), deadline, &|k, x| {
            loss.place(&bends, &self.curve.weights(t[k]), x);
        })?;
        let complete = descended.complete && straight.complete && curved.complete;
        let names = self.sets.names();
        let (mut frames, mut rows) = (Vec::new(), Vec::new());
        for (name, ways) in [("straight".to_string(), &straight), (self.curve.name(), &curved)] {
            if ways.points > 0 {
                let mut part = frame(&t, names, ways)?;
                part.with_column(Column::new("curve".into(), vec![name.clone(); part.height()]))?;
                part.with_column(Column::new("complete".into(), vec![complete; part.height()]))?;
                frames.push(part);
            }
            for set in 0..names.len() {
                let barrier = Barrier::of(&t, &losses_of(ways, names.len(), set));
                rows.push((name.clone(), names[set].clone(), ways.complete.then_some(barrier)));
            }
        }
        let column = |of: fn(&Barrier) -> f64| {
            rows.iter().map(|(_, _, barrier)| barrier.as_ref().map(of)).collect::<Vec<_>>()
        };
        let steps = last_step(&descended);
        let summary = df!(
            "curve" => rows.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(),
            "set" => rows.iter().map(|row| row.1.as_str()).collect::<Vec<_>>(),
            "barrier" => column(|b| b.height),
            "instability" => column(|b| b.instability),
            "largest_loss" => column(|b| b.largest),
            "mean_loss" => column(|b| b.mean),
            "steps" => vec![steps; rows.len()],
            "seed" => vec![self.seed.number(); rows.len()],
            "complete" => vec![complete; rows.len()],
        )?;
        let height = |row: usize| rows[row].2.map_or(f64::NAN, |barrier| barrier.height);
        let n = from.len();
        let frame = if frames.is_empty() {
            df!("t" => Vec::<f64>::new())?
        } else {
            crate::frame::stack(&frames)?
        };
        Ok(CurveFound {
            frame,
            summary,
            history: descended.frame,
            bends: Array2::from_shape_fn((self.curve.bends(), n), |(k, i)| bends[k * n + i]),
            barrier_before: height(0),
            barrier_after: height(names.len()),
            complete,
            from: self.from.clone(),
            to: self.to.clone(),
            curve: self.curve,
        })
    }

    fn descend(&self, loss: &CurveLoss) -> Result<Descended> {
        let whole = Objective::new(Arc::new(loss.clone()));
        let mut descent = whole
            .descend(&Array1::from_vec(self.first_bends()))
            .optimizer(self.optimizer)
            .steps(self.steps)
            .seed(self.seed.child(1));
        if let Some(rate) = self.learning_rate {
            descent = descent.learning_rate(rate);
        }
        if let Some(batch) = self.batch {
            descent = descent.batch(batch);
        }
        if let Some(seconds) = self.deadline {
            descent = descent.deadline(0.7 * seconds);
        }
        descent.run()
    }

    /// Points of the straight line with noise.
    fn first_bends(&self) -> Vec<f64> {
        let (n, bends) = (self.from.len(), self.curve.bends());
        let size = self.noise * self.distance() / (n as f64).sqrt();
        let mut generator = self.seed.child(0).generator();
        let mut first = Vec::with_capacity(n * bends);
        for k in 1..=bends {
            let t = k as f64 / (bends + 1) as f64;
            for (a, b) in self.from.iter().zip(&self.to) {
                let noise: f64 = StandardNormal.sample(&mut generator);
                first.push((1.0 - t) * a + t * b + size * noise);
            }
        }
        first
    }

    fn distance(&self) -> f64 {
        norm(&(&self.to - &self.from))
    }

    fn check(&self) -> Result<()> {
        check_points(self.points)?;
        self.sets.check_end(&self.from.to_vec())?;
        self.sets.check_end(&self.to.to_vec())?;
        let (bends, n) = (self.curve.bends(), self.from.len());
        if bends == 0 {
            return Err(Error::argument("curve", "a chain of 0 bends", "of 1 bend at least"));
        }
        if bends.checked_mul(n).is_none_or(|numbers| numbers > 1 << 29) {
            return Err(Error::TooLarge {
                what: format!("A chain of {bends} bends of {n} parameters"),
                needs: format!("{:.0} GiB", bends as f64 * n as f64 / f64::from(1 << 27)),
                limit: "4 GiB".to_string(),
                advice: "Take fewer bends.".to_string(),
            });
        }
        if self.nodes == 0 || self.nodes > 1_000_000 {
            return Err(Error::argument("nodes", self.nodes, "from 1 to a million"));
        }
        if (bends + 2).saturating_mul(self.nodes) > 1 << 27 {
            return Err(Error::TooLarge {
                what: format!("A chain of {bends} bends seen at {} nodes", self.nodes),
                needs: format!("{} weights", (bends + 2).saturating_mul(self.nodes)),
                limit: "134 217 728 (1 GiB)".to_string(),
                advice: "Take fewer bends or nodes.".to_string(),
            });
        }
        if !(self.noise >= 0.0 && self.noise.is_finite()) {
            return Err(Error::argument("noise", self.noise, "a finite number from 0"));
        }
        if !(self.distance() > 0.0) {
            return Err(Error::argument("to", "the point that `from` is", "another point"));
        }
        Ok(())
    }
}

fn last_step(descended: &Descended) -> u64 {
    let steps = descended.frame.column("step").and_then(|column| column.u64().cloned());
    steps.ok().and_then(|steps| steps.last()).unwrap_or(0)
}
