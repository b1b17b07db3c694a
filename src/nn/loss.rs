//! A network's loss on a data set, as the function behind an objective.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::landscape::{Curvature, Function, ParameterBlock, ParameterRole, Request};
use crate::nn::criterion::{Aim, Chosen, Criterion};
use crate::nn::dataset::Dataset;
use crate::nn::layer::{self, Line};
use crate::nn::matrix::{Factor, Shelf};
use crate::nn::plan::Plan;
use crate::nn::real::Real;

/// Numbers that the forward pass of one batch leaves, unless the user sets another size.
const MEMORY: usize = 1 << 24;

/// The average loss over examples, and ½ λ Σ w².
#[derive(Clone)]
pub(crate) struct NetworkLoss<R: Real> {
    plan: Plan,
    /// A row for each example.
    inputs: Vec<R>,
    aim: Aim,
    criterion: Criterion,
    decay: f64,
    batch: usize,
    shelf: Arc<Shelf<R>>,
}

impl<R: Real> fmt::Debug for NetworkLoss<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (examples, criterion) = (self.aim.count(), self.criterion);
        write!(f, "{criterion:?} of a network on {examples} examples")
    }
}

impl<R: Real> NetworkLoss<R> {
    pub fn new(
        plan: Plan,
        data: &Dataset,
        criterion: Criterion,
        decay: f64,
        batch: Option<usize>,
    ) -> Self {
        let inputs = data.inputs().iter().map(|x| R::of(*x)).collect();
        let aim = Aim::new(criterion, data.targets(), plan.outputs);
        let batch = Self::batch_of(&plan, batch);
        Self { plan, inputs, aim, criterion, decay, batch, shelf: Arc::default() }
    }

    /// The examples that pass at a time.
    pub fn batch_of(plan: &Plan, asked: Option<usize>) -> usize {
        if plan.coupled {
            return usize::MAX;
        }
        asked.unwrap_or(MEMORY / plan.footprint.max(1)).max(1)
    }

    /// Calls `pass` with the inputs of each batch of these examples.
    fn batches(&self, examples: &Chosen<'_>, mut pass: impl FnMut(Factor<'_, R>, &Chosen<'_>)) {
        let columns = self.plan.inputs;
        for first in (0..examples.len()).step_by(self.batch) {
            let end = examples.len().min(first.saturating_add(self.batch));
            let (rows, chosen) = match examples {
                Chosen::Stretch(all) => {
                    let range = all.start + first..all.start + end;
                    let rows = &self.inputs[range.start * columns..range.end * columns];
                    (Cow::Borrowed(rows), Chosen::Stretch(range))
                }
                Chosen::Choice(list) => {
                    let list = &list[first..end];
                    let row = |k: &usize| &self.inputs[k * columns..(k + 1) * columns];
                    let rows: Vec<R> = list.iter().flat_map(row).copied().collect();
                    (Cow::Owned(rows), Chosen::Choice(list))
                }
            };
            pass(Factor::on(&self.shelf, &rows, end - first, columns), &chosen);
        }
    }

    fn all(&self) -> Chosen<'_> {
        Chosen::Stretch(0..self.aim.count())
    }

    /// The loss and gradient of the average over these examples.
    fn average(&self, theta: &[f64], examples: &Chosen<'_>, gradient: &mut [f64]) -> f64 {
        let (layers, view) = (&self.plan.layers, R::view(&self.shelf, theta));
        let weight = 1.0 / examples.len() as f64;
        let mut sum = 0.0;
        R::fill(&self.shelf, gradient, &mut |gradient| {
            self.batches(examples, |input, chosen| {
                let mut traces = layer::forward(layers, &view, input);
                let Some(last) = traces.last() else { return };
                let g = self.aim.adjoint(&last.output, chosen, weight, &mut sum);
                layer::backward(layers, &view, input, &mut traces, g, Some(gradient), false);
            });
        });
        sum * weight + self.decayed(theta, theta, gradient)
    }

    /// Adds λ v to the weights of `out`, and gives ½ λ θ·v over weights.
    fn decayed(&self, theta: &[f64], v: &[f64], out: &mut [f64]) -> f64 {
        let mut sum = 0.0;
        if self.decay > 0.0 {
            for block in
                self.plan.blocks.iter().filter(|block| block.role() == ParameterRole::Weight)
            {
                let range = block.range();
                let pairs = out[range.clone()].iter_mut().zip(&v[range.clone()]);
                for ((out, v), theta) in pairs.zip(&theta[range]) {
                    *out += self.decay * v;
                    sum += theta * v;
                }
            }
        }
        0.5 * self.decay * sum
    }

    /// The products with all vectors, batch by batch, so that the passes at θ are done once for each batch.
    fn multiply(&self, curvature: Curvature, theta: &[R], vectors: &[R], products: &mut [R]) {
        let (layers, n) = (&self.plan.layers, self.plan.parameters());
        let weight = 1.0 / self.aim.count() as f64;
        self.batches(&self.all(), |input, chosen| {
            let mut traces = layer::forward(layers, theta, input);
            let Some(output) = traces.last().map(|last| last.output.clone()) else { return };
            if curvature == Curvature::Hessian {
                let g = self.aim.adjoint(&output, chosen, weight, &mut 0.0);
                layer::backward(layers, theta, input, &mut traces, g, None, false);
            }
            for (v, product) in vectors.chunks_exact(n).zip(products.chunks_exact_mut(n)) {
                let line = Line { theta, v };
                let tangents = layer::tangents(layers, line, input, None, &traces);
                let Some(last) = tangents.last() else { return };
                let r = self.aim.curvature(curvature, &output, chosen, weight, &last.output);
                if curvature == Curvature::Hessian {
                    layer::backward_tangents(
                        layers, line, input, None, &traces, &tangents, r, product,
                    );
                } else {
                    layer::backward(layers, theta, input, &mut traces, r, Some(product), false);
                }
            }
        });
    }
}

impl<R: Real> Function for NetworkLoss<R> {
    fn dimension(&self) -> usize {
        self.plan.parameters()
    }

    fn loss(&self, theta: &[f64]) -> Result<f64> {
        let view = R::view(&self.shelf, theta);
        let mut sum = 0.0;
        self.batches(&self.all(), |input, chosen| {
            self.aim.losses(&layer::outputs(&self.plan.layers, &view, input), chosen, &mut sum);
        });
        let decay = if self.decay > 0.0 {
            self.decayed(theta, theta, &mut vec![0.0; theta.len()])
        } else {
            0.0
        };
        Ok(sum / self.aim.count() as f64 + decay)
    }

    fn gradient(
        &self,
        theta: &[f64],
        gradient: &mut [f64],
        _error: Option<&mut [f64]>,
    ) -> Result<f64> {
        Ok(self.average(theta, &self.all(), gradient))
    }

    fn products(&self, request: Request<'_>, _error: Option<&mut [f64]>) -> Result<()> {
        let Request { curvature, theta, vectors, products } = request;
        let (view, directions) = (R::view(&self.shelf, theta), R::view(&self.shelf, vectors));
        R::fill(&self.shelf, products, &mut |products| {
            self.multiply(curvature, &view, &directions, products);
        });
        if curvature != Curvature::EmpiricalFisher {
            let n = self.dimension();
            for (v, product) in vectors.chunks_exact(n).zip(products.chunks_exact_mut(n)) {
                self.decayed(theta, v, product);
            }
        }
        Ok(())
    }

    fn blocks(&self) -> Vec<ParameterBlock> {
        self.plan.blocks.clone()
    }

    fn examples(&self) -> usize {
        self.aim.count()
    }

    fn batch_gradient(
        &self,
        theta: &[f64],
        examples: &[usize],
        gradient: &mut [f64],
    ) -> Result<f64> {
        Ok(self.average(theta, &Chosen::Choice(examples), gradient))
    }

    fn accuracy(&self, theta: &[f64]) -> Result<f64> {
        let view = R::view(&self.shelf, theta);
        let mut correct = Some(0);
        self.batches(&self.all(), |input, chosen| {
            let outputs = layer::outputs(&self.plan.layers, &view, input);
            correct = correct.zip(self.aim.correct(&outputs, chosen)).map(|(a, b)| a + b);
        });
        let count = self.aim.count() as f64;
        correct.map(|correct| correct as f64 / count).ok_or_else(|| Error::Unsupported {
            what: "An accuracy".to_string(),
            why: "the data have values as targets, and no classes".to_string(),
            advice: "Take data of `Dataset::classes`.".to_string(),
        })
    }
}
