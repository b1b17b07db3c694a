//! The state of learning in one precision: parameters, velocities, chains, and where in the data it stands.

use crate::error::{Error, Result};
use crate::ndarray::{Array2, ArrayView2};
use crate::rand::Rng;
use crate::random::Seed;
use crate::rbm::Rbm;
use crate::rbm::batch::{
    BatchUnits, Direction, Real, Weights, column_sums, converted, pass, squares,
};
use crate::rbm::training::chains::Chains;
use crate::rbm::training::method::{Coordinates, Method};
use crate::rbm::training::offsets::{Offsets, variances};
use crate::rbm::training::rate::LearningRate;

/// Examples from which the hidden units' first means are computed.
const FIRST_MEANS: usize = 1000;

/// What does not change while a machine learns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub method: Method,
    pub coordinates: Coordinates,
    pub rate: LearningRate,
    pub momentum: f64,
    pub decay: f64,
    pub sparsity: f64,
    pub max_norm: Option<f64>,
    pub max_unit_norm: Option<f64>,
    pub batch: usize,
    pub chains: usize,
    pub precisions: bool,
    pub seed: Seed,
}

/// Streams of a run by purpose.
pub(super) mod streams {
    pub const ORDER: u64 = 0;
    pub const UPDATE: u64 = 1;
    pub const CHAINS: u64 = 2;
    pub const START: u64 = 3;
    pub const MONITOR: u64 = 4;
}

/// A machine that learns, in one precision.
#[derive(Clone, Debug)]
pub(super) struct Engine<F: Real> {
    pub plan: Plan,
    pub visible: BatchUnits<F>,
    pub hidden: BatchUnits<F>,
    /// Visible × hidden, as the next two.
    pub weights: Vec<F>,
    pub velocity: Vec<F>,
    pub gradient: Vec<F>,
    /// Velocities of the fields, visible and hidden.
    pub field_velocity: (Vec<f64>, Vec<f64>),
    pub visible_offsets: Offsets<F>,
    pub hidden_offsets: Offsets<F>,
    pub chains: Chains<F>,
    /// The examples, one a row.
    data: Vec<F>,
    /// The epoch's order of them, once it is needed.
    order: Vec<usize>,
    /// Updates so far, from which all random streams follow.
    pub updates: usize,
    /// Σ of the gradient's squares over the updates of this epoch.
    pub squares: f64,
    /// The batch and below it the model's states, the hidden means of both, and hidden draws.
    pub states: Vec<F>,
    pub means: Vec<F>,
    pub drawn: Vec<F>,
}

impl<F: Real> Engine<F> {
    pub fn new(rbm: &Rbm, data: &Array2<f64>, plan: Plan) -> Self {
        let (n, m) = (rbm.visible.len(), rbm.hidden.len());
        let (visible, hidden) = (BatchUnits::new(&rbm.visible), BatchUnits::new(&rbm.hidden));
        let weights: Vec<F> = converted(rbm.weights.iter().copied());
        let rows: Vec<F> = converted(data.iter().copied());
        let count = data.nrows() as f64;
        let mean: Vec<f64> = column_sums(&rows, n).iter().map(|sum| sum / count).collect();
        let variance: Vec<f64> = data
            .columns()
            .into_iter()
            .zip(&mean)
            .map(|(x, mean)| x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count)
            .collect();
        let visible_offsets = Offsets::new(plan.coordinates, mean, variance);
        let matrix = Weights { w: &weights, n, m, coupling: 1.0 };
        let first = &rows[..data.nrows().min(FIRST_MEANS) * n];
        let mut means = vec![F::default(); first.len() / n * m];
        pass(matrix, Direction::ToHidden, first, &hidden, plan.seed, &mut means, &mut []);
        let average: Vec<f64> =
            column_sums(&means, m).iter().map(|sum| sum * n as f64 / first.len() as f64).collect();
        let variance = variances(&hidden.layer, &means, &average);
        let hidden_offsets = Offsets::new(plan.coordinates, average, variance);
        let chains = started(plan, matrix, &rows, (&visible, &hidden));
        Self {
            plan,
            visible,
            hidden,
            velocity: vec![F::default(); n * m],
            gradient: vec![F::default(); n * m],
            weights,
            field_velocity: (vec![0.0; n], vec![0.0; m]),
            visible_offsets,
            hidden_offsets,
            chains,
            data: rows,
            order: Vec::new(),
            updates: 0,
            squares: 0.0,
            states: Vec::new(),
            means: Vec::new(),
            drawn: Vec::new(),
        }
    }

    /// Visible and hidden columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.visible.fields.len(), self.hidden.fields.len())
    }

    pub fn examples(&self) -> usize {
        self.data.len() / self.shape().0
    }

    pub fn updates_per_epoch(&self) -> usize {
        self.examples().div_ceil(self.plan.batch)
    }

    /// Whole epochs done.
    pub fn epochs(&self) -> usize {
        self.updates / self.updates_per_epoch()
    }

    pub fn rate(&self) -> f64 {
        self.plan.rate.after(self.updates as f64 / self.updates_per_epoch() as f64)
    }

    pub fn weight_norm(&self) -> f64 {
        squares(&self.weights).sqrt()
    }

    /// Copies the next batch to the states, and makes room for so many states of the model below it; gives the number of its rows.
    pub fn gather(&mut self, model: usize) -> usize {
        let (n, m) = self.shape();
        let (per_epoch, examples) = (self.updates_per_epoch(), self.examples());
        let index = self.updates % per_epoch;
        if index == 0 || self.order.len() != examples {
            let epoch = self.updates / per_epoch;
            self.order =
                shuffled(examples, self.plan.seed.child(streams::ORDER).child(epoch as u64));
        }
        let first = index * self.plan.batch;
        let rows = self.plan.batch.min(examples - first);
        self.states.resize((rows + model) * n, F::default());
        self.means.resize((rows + model) * m, F::default());
        let places = self.states.chunks_exact_mut(n).zip(&self.order[first..first + rows]);
        for (place, &example) in places {
            place.copy_from_slice(&self.data[example * n..(example + 1) * n]);
        }
        rows
    }

    /// The machine as it is.
    pub fn rbm(&self) -> Result<Rbm> {
        let weights = ArrayView2::from_shape(self.shape(), &self.weights);
        let last = self.updates.saturating_sub(1);
        let weights = weights.map_err(|_| self.diverged(last))?.mapv(F::wide);
        let rbm = Rbm::new(self.visible.layer.clone(), self.hidden.layer.clone())?;
        rbm.weights(&weights).map_err(|_| self.diverged(last))
    }

    /// The error of parameters that this update, counted from 0, has made too large.
    pub fn diverged(&self, update: usize) -> Error {
        let (epoch, rate) = (update / self.updates_per_epoch() + 1, self.rate());
        Error::Unsupported {
            what: format!("The learning rate {rate}"),
            why: format!("the parameters left all bounds in epoch {epoch} of learning by {}", self.plan.method.name()),
            advice: "Start again with a smaller `learning_rate`, with `centered()` coordinates, a `weight_decay` or a `max_unit_norm`; \
                scale continuous data to variances near 1."
                .to_owned(),
        }
    }
}

/// Chains whose hidden states are drawn given random examples.
fn started<F: Real>(
    plan: Plan,
    weights: Weights<'_, F>,
    data: &[F],
    (visible, hidden): (&BatchUnits<F>, &BatchUnits<F>),
) -> Chains<F> {
    let (n, m) = (weights.n, weights.m);
    let seed = plan.seed.child(streams::CHAINS);
    let rungs = plan.method.rungs();
    let count = if rungs == 0 { 0 } else { plan.chains };
    let mut choice = seed.child(0).generator();
    let mut from = Vec::with_capacity(count * n);
    for _ in 0..count {
        let example = choice.random_range(0..data.len() / n);
        from.extend_from_slice(&data[example * n..(example + 1) * n]);
    }
    let mut means = vec![F::default(); count * m];
    let mut start = means.clone();
    if count > 0 {
        let seed = seed.child(1);
        pass(weights, Direction::ToHidden, &from, hidden, seed, &mut means, &mut start);
    }
    Chains::new(rungs, count, &start, (&visible.layer, &hidden.layer))
}

/// A random order of the first so many numbers.
fn shuffled(count: usize, seed: Seed) -> Vec<usize> {
    let mut generator = seed.generator();
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, generator.random_range(0..=last));
    }
    order
}
