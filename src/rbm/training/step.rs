//! One update of all parameters from one batch.

use crate::error::Result;
use crate::ndarray::Array2;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::rbm::RbmExact;
use crate::rbm::batch::{
    Descent, Direction, Factors, Real, Slopes, Weights, column_sums, converted, descend, pass,
};
use crate::rbm::training::engine::{Engine, streams};
use crate::rbm::training::method::Method;
use crate::rbm::training::offsets::variances;

/// The logarithm of a precision changes by no more in one update.
const LARGEST_PRECISION_STEP: f64 = 0.1;

/// Averages over the batch minus averages over the machine.
struct Differences {
    visible: Vec<f64>,
    hidden: Vec<f64>,
    /// Of (v − μ)², where precisions are learnt.
    squares: Vec<f64>,
    /// Σ v hᵀ is to be computed from the states; else the gradient has it.
    from_states: bool,
}

impl<F: Real> Engine<F> {
    /// One update from the next batch. False, and all as it was, if a deadline left no time for the sum over all states; other updates are done in any case.
    pub fn update(&mut self, deadline: &Deadline) -> Result<bool> {
        let seed = self.plan.seed.child(streams::UPDATE).child(self.updates as u64);
        let differences = match self.plan.method {
            Method::Contrastive { steps } => self.contrast(steps, seed),
            Method::Persistent { steps } | Method::Tempered { steps, .. } => {
                self.persist(steps, seed)?
            }
            Method::Exact => match self.enumerate(seed, deadline)? {
                Some(differences) => differences,
                None => return Ok(false),
            },
        };
        self.climb(differences)?;
        self.updates += 1;
        Ok(true)
    }

    /// Gibbs steps from the batch, and the averages over it and over where they led.
    fn contrast(&mut self, steps: usize, seed: Seed) -> Differences {
        let (n, m) = self.shape();
        // A batch may be smaller than the others.
        let rows = self.gather(0);
        self.states.resize(2 * rows * n, F::default());
        self.means.resize(2 * rows * m, F::default());
        self.drawn.resize(rows * m, F::default());
        let matrix = Weights { w: &self.weights, n, m, coupling: 1.0 };
        let (data, model) = self.states.split_at_mut(rows * n);
        let (data_means, model_means) = self.means.split_at_mut(rows * m);
        let (to, seed_of) = (&self.hidden, |k: usize| seed.child(k as u64));
        pass(matrix, Direction::ToHidden, data, to, seed_of(0), data_means, &mut self.drawn);
        let mut scratch = vec![F::default(); rows * n];
        for step in 1..=steps {
            let (from, to) = (&self.drawn, &self.visible);
            let seed = seed_of(2 * step - 1);
            pass(matrix, Direction::ToVisible, from, to, seed, &mut scratch, model);
            let drawn = if step < steps { self.drawn.as_mut_slice() } else { &mut [] };
            let (to, seed) = (&self.hidden, seed_of(2 * step));
            pass(matrix, Direction::ToHidden, model, to, seed, model_means, drawn);
        }
        self.averages(rows)
    }

    /// Gibbs steps of the chains, the last of which shares its product with the batch, and the averages over both.
    fn persist(&mut self, steps: usize, seed: Seed) -> Result<Differences> {
        let (n, m) = self.shape();
        let rows = self.gather(self.chains.count);
        let matrix = Weights { w: &self.weights, n, m, coupling: 1.0 };
        self.chains.advance(matrix, (&self.visible, &self.hidden), steps, seed.child(0))?;
        self.states[rows * n..].copy_from_slice(self.chains.visible());
        let (from, means, drawn) = (&self.states, &mut self.means, self.chains.top_hidden());
        pass(matrix, Direction::ToHidden, from, &self.hidden, seed.child(1), means, drawn);
        Ok(self.averages(rows))
    }

    /// The exact gradient of this batch; none if the deadline passes first.
    fn enumerate(&mut self, seed: Seed, deadline: &Deadline) -> Result<Option<Differences>> {
        let (n, m) = self.shape();
        let rows = self.gather(0);
        let matrix = Weights { w: &self.weights, n, m, coupling: 1.0 };
        let (from, means) = (&self.states, &mut self.means);
        pass(matrix, Direction::ToHidden, from, &self.hidden, seed, means, &mut []);
        let batch = Array2::from_shape_fn((rows, n), |(k, i)| self.states[k * n + i].wide());
        let rbm = self.rbm()?;
        let gradient = match RbmExact::before(&rbm, deadline).gradient(&batch) {
            Err(_) if deadline.passed() => return Ok(None),
            gradient => gradient?,
        };
        self.follow(rows);
        self.gradient = converted(gradient.weights.iter().copied());
        let visible = gradient.visible_fields.to_vec();
        // ⟨(v − μ)²⟩ = ⟨v²⟩ − 2μ⟨v⟩ + μ².
        let squares = gradient
            .visible_precisions
            .iter()
            .zip(&visible)
            .zip(&self.visible_offsets.offset)
            .map(|((gamma, v), mu)| -2.0 * gamma - 2.0 * mu.wide() * v)
            .collect();
        Ok(Some(Differences {
            visible,
            hidden: gradient.hidden_fields.to_vec(),
            squares,
            from_states: false,
        }))
    }

    /// Averages over the first rows of states and means minus those over the others; each row of means gets its weight in them.
    fn averages(&mut self, rows: usize) -> Differences {
        let (n, m) = self.shape();
        self.follow(rows);
        let (data, model) = self.states.split_at(rows * n);
        let others = model.len() / n;
        let (plus, minus) = (1.0 / rows as f64, 1.0 / others as f64);
        let difference = |data: &[F], model: &[F], columns: usize| -> Vec<f64> {
            let (data, model) = (column_sums(data, columns), column_sums(model, columns));
            data.iter().zip(model).map(|(data, model)| data * plus - model * minus).collect()
        };
        let visible = difference(data, model, n);
        let learns_precisions = self.plan.precisions && self.visible.layer.units().has_precisions();
        let squares = if learns_precisions {
            let about = |states: &[F]| squares_about(states, &self.visible_offsets.offset);
            let both = about(data).into_iter().zip(about(model));
            both.map(|(data, model)| data * plus - model * minus).collect()
        } else {
            Vec::new()
        };
        let (data, model) = self.means.split_at_mut(rows * m);
        let hidden = difference(data, model, m);
        let (plus, minus) = (F::of(plus), F::of(-minus));
        for (rows, weight) in [(data, plus), (model, minus)] {
            for x in rows {
                *x *= weight;
            }
        }
        Differences { visible, hidden, squares, from_states: true }
    }

    /// The hidden offsets follow the means of the batch's rows.
    fn follow(&mut self, rows: usize) {
        let m = self.shape().1;
        let means = &self.means[..rows * m];
        let average: Vec<f64> = column_sums(means, m).iter().map(|sum| sum / rows as f64).collect();
        let variance = variances(&self.hidden.layer, means, &average);
        self.hidden_offsets.follow(&average, &variance);
    }

    /// A step of all parameters along the gradient.
    fn climb(&mut self, differences: Differences) -> Result<()> {
        let (rate, plan) = (self.rate(), self.plan);
        let visible: Vec<F> = converted(differences.visible.iter().copied());
        let hidden: Vec<F> = converted(differences.hidden.iter().copied());
        let slopes = Slopes {
            difference: &hidden,
            offset: &self.hidden_offsets.offset,
            scale: &self.hidden_offsets.scale,
            rate: F::of(rate),
            momentum: F::of(plan.momentum),
            decay: F::of(plan.decay),
            shrink: F::of(rate * plan.sparsity),
        };
        let factors = Factors {
            difference: &visible,
            offset: &self.visible_offsets.offset,
            scale: &self.visible_offsets.scale,
        };
        let states = differences.from_states.then_some((&*self.states, &*self.means));
        let descent = Descent {
            weights: &mut self.weights,
            velocity: &mut self.velocity,
            gradient: &mut self.gradient,
            states,
        };
        let change = descend(descent, factors, slopes);
        let step = (rate, plan.momentum);
        let scale = &self.visible_offsets.scale;
        let (velocity, b) = (&mut self.field_velocity.0, &mut self.visible.layer.b);
        let mut squares =
            move_fields(b, velocity, &differences.visible, scale, &change.by_hidden, step);
        let scale = &self.hidden_offsets.scale;
        let (velocity, b) = (&mut self.field_velocity.1, &mut self.hidden.layer.b);
        squares += move_fields(b, velocity, &differences.hidden, scale, &change.by_visible, step);
        if plan.precisions && !differences.squares.is_empty() {
            self.move_precisions(&differences.squares, rate);
        }
        self.limit_norms();
        self.visible.fields = converted(self.visible.layer.b.iter().copied());
        self.hidden.fields = converted(self.hidden.layer.b.iter().copied());
        let numbers = self.visible.layer.b.iter().chain(&self.hidden.layer.b);
        let total = change.squares + squares + numbers.map(|b| b * b).sum::<f64>();
        let moved: f64 = change.by_hidden.iter().chain(&change.by_visible).sum();
        if !(total + moved).is_finite() {
            return Err(self.diverged(self.updates));
        }
        self.squares += change.squares + squares;
        Ok(())
    }

    /// Precisions move by their logarithms, at fixed field of v − μ.
    fn move_precisions(&mut self, squares: &[f64], rate: f64) {
        let layer = &mut self.visible.layer;
        for (i, difference) in squares.iter().enumerate() {
            let old = layer.gamma[i];
            let step = -0.5 * rate * old * difference;
            let step = step.clamp(-LARGEST_PRECISION_STEP, LARGEST_PRECISION_STEP);
            layer.gamma[i] = (old * step.exp()).clamp(1e-40, 1e40);
            layer.b[i] += (layer.gamma[i] - old) * self.visible_offsets.offset[i].wide();
        }
    }

    /// Scales down the weights of hidden units, or of all, whose norm is too large.
    fn limit_norms(&mut self) {
        let m = self.shape().1;
        if let Some(limit) = self.plan.max_unit_norm {
            let mut norms = vec![0.0; m];
            for row in self.weights.chunks_exact(m) {
                norms.iter_mut().zip(row).for_each(|(sum, w)| *sum += w.wide().powi(2));
            }
            let factor = |square: &f64| (limit / square.sqrt()).min(1.0);
            let factors: Vec<F> = converted(norms.iter().map(factor));
            for row in self.weights.chunks_exact_mut(m) {
                row.iter_mut().zip(&factors).for_each(|(w, factor)| *w *= *factor);
            }
        }
        if let Some(limit) = self.plan.max_norm {
            let norm = self.weight_norm();
            if norm > limit {
                let factor = F::of(limit / norm);
                for w in &mut self.weights {
                    *w *= factor;
                }
            }
        }
    }
}

/// Moves the fields of a layer, and gives Σ of their gradient's squares; `by_others` is what the change of the weights takes over.
fn move_fields<F: Real>(
    b: &mut [f64],
    velocity: &mut [f64],
    difference: &[f64],
    scale: &[F],
    by_others: &[f64],
    (rate, momentum): (f64, f64),
) -> f64 {
    let mut squares = 0.0;
    for (i, b) in b.iter_mut().enumerate() {
        let slope = scale[i].wide() * difference[i];
        velocity[i] = momentum * velocity[i] + rate * slope;
        *b += velocity[i] - by_others[i];
        squares += slope * slope;
    }
    squares
}

/// Σ (x − offset)² over rows, one number a column.
fn squares_about<F: Real>(rows: &[F], offset: &[F]) -> Vec<f64> {
    let mut sums = vec![0.0; offset.len()];
    for row in rows.chunks_exact(offset.len()) {
        for ((sum, x), offset) in sums.iter_mut().zip(row).zip(offset) {
            *sum += (x.wide() - offset.wide()).powi(2);
        }
    }
    sums
}
