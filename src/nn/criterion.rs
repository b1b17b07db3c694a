//! The loss of an example as a function of the network's outputs, with its first two derivatives.

use std::ops::Range;

use crate::landscape::Curvature;
use crate::nn::dataset::Targets;
use crate::nn::matrix::Matrix;
use crate::nn::real::Real;
use crate::numeric::logistic::softmax;
use crate::rayon::prelude::*;

/// What is averaged over the examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Criterion {
    /// The mean over the k outputs of (output − target)². For classes the target is 1 at the class and 0 elsewhere.
    MeanSquaredError,
    /// −ln p of the right class, with p = softmax of the outputs; for classes only.
    CrossEntropy,
}

/// Rows of one task.
const ROWS: usize = 64;

/// A criterion with the targets of all examples.
#[derive(Clone, Debug)]
pub(crate) struct Aim {
    criterion: Criterion,
    goal: Goal,
    outputs: usize,
    count: usize,
}

#[derive(Clone, Debug)]
enum Goal {
    Values(Vec<f64>),
    Classes(Vec<u32>),
}

/// Examples in a pass: a stretch of all, or a choice.
#[derive(Clone, Debug)]
pub(crate) enum Chosen<'a> {
    Stretch(Range<usize>),
    Choice(&'a [usize]),
}

impl Chosen<'_> {
    pub fn len(&self) -> usize {
        match self {
            Self::Stretch(range) => range.len(),
            Self::Choice(list) => list.len(),
        }
    }

    pub fn get(&self, k: usize) -> usize {
        match self {
            Self::Stretch(range) => range.start + k,
            Self::Choice(list) => list[k],
        }
    }
}

impl Aim {
    pub fn new(criterion: Criterion, targets: &Targets, outputs: usize) -> Self {
        let (goal, count) = match targets {
            Targets::Values(values) => {
                (Goal::Values(values.iter().copied().collect()), values.nrows())
            }
            Targets::Classes(classes, _) => {
                (Goal::Classes(classes.iter().map(|c| *c as u32).collect()), classes.len())
            }
        };
        Self { criterion, goal, outputs, count }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The target of one output.
    fn target(&self, example: usize, output: usize) -> f64 {
        match &self.goal {
            Goal::Values(values) => values[example * self.outputs + output],
            Goal::Classes(classes) => f64::from(u8::from(classes[example] as usize == output)),
        }
    }

    /// The loss of one example and its gradient by the outputs.
    fn example(&self, example: usize, outputs: &[f64], gradient: &mut [f64]) -> f64 {
        let k = outputs.len() as f64;
        let mut loss = 0.0;
        match self.criterion {
            Criterion::MeanSquaredError => {
                for (j, (y, g)) in outputs.iter().zip(gradient).enumerate() {
                    let distance = y - self.target(example, j);
                    loss += distance * distance / k;
                    *g = 2.0 * distance / k;
                }
            }
            Criterion::CrossEntropy => {
                gradient.copy_from_slice(outputs);
                let ln_z = softmax(gradient);
                for (j, (y, g)) in outputs.iter().zip(gradient).enumerate() {
                    let target = self.target(example, j);
                    if target > 0.0 {
                        loss += target * (ln_z - y);
                    }
                    *g -= target;
                }
            }
        }
        loss
    }

    /// The losses added to `sum`, one after the other.
    pub fn losses<R: Real>(&self, outputs: &Matrix<R>, chosen: &Chosen<'_>, sum: &mut f64) {
        self.rows(outputs, chosen, sum, None, |_, _, _| {});
    }

    /// The losses added to `sum`, and the gradient by the outputs times `weight`.
    pub fn adjoint<R: Real>(
        &self,
        outputs: &Matrix<R>,
        chosen: &Chosen<'_>,
        weight: f64,
        sum: &mut f64,
    ) -> Matrix<R> {
        let mut adjoint = outputs.zeros(outputs.rows, outputs.columns);
        self.rows(outputs, chosen, sum, Some(&mut adjoint), |_, gradient, row| {
            row.iter_mut().zip(gradient).for_each(|(entry, g)| *entry = R::of(weight * g));
        });
        adjoint
    }

    /// The matrix of each example's loss by the outputs times the tangent, times `weight`: its Hessian, or g gᵀ with its gradient g for the empirical Fisher matrix.
    pub fn curvature<R: Real>(
        &self,
        curvature: Curvature,
        outputs: &Matrix<R>,
        chosen: &Chosen<'_>,
        weight: f64,
        tangent: &Matrix<R>,
    ) -> Matrix<R> {
        let mut product = outputs.zeros(outputs.rows, outputs.columns);
        let columns = outputs.columns;
        self.rows(outputs, chosen, &mut 0.0, Some(&mut product), |k, gradient, row| {
            let along = &tangent.data[k * columns..(k + 1) * columns];
            match (curvature, self.criterion) {
                (Curvature::EmpiricalFisher, _) => {
                    let slope: f64 = gradient.iter().zip(along).map(|(g, t)| g * t.double()).sum();
                    row.iter_mut().zip(gradient).for_each(|(h, g)| *h = R::of(weight * slope * g));
                }
                (_, Criterion::MeanSquaredError) => {
                    let factor = 2.0 * weight / columns as f64;
                    row.iter_mut().zip(along).for_each(|(h, t)| *h = R::of(factor * t.double()));
                }
                (_, Criterion::CrossEntropy) => {
                    // The gradient is p − target.
                    let p = |j: usize| gradient[j] + self.target(chosen.get(k), j);
                    let mean: f64 = along.iter().enumerate().map(|(j, t)| p(j) * t.double()).sum();
                    for (j, (h, t)) in row.iter_mut().zip(along).enumerate() {
                        *h = R::of(weight * p(j) * (t.double() - mean));
                    }
                }
            }
        });
        product
    }

    /// How many examples have their largest output at their class; none if there are no classes.
    pub fn correct<R: Real>(&self, outputs: &Matrix<R>, chosen: &Chosen<'_>) -> Option<usize> {
        let Goal::Classes(classes) = &self.goal else { return None };
        let right = outputs.data.chunks_exact(outputs.columns).enumerate().filter(|(k, row)| {
            let first = row.iter().enumerate().fold(0, |b, (j, y)| if *y > row[b] { j } else { b });
            first == classes[chosen.get(*k)] as usize
        });
        Some(right.count())
    }

    /// Calls `write` with each row's number, its gradient by the outputs, and its row of `out`.
    fn rows<R: Real>(
        &self,
        outputs: &Matrix<R>,
        chosen: &Chosen<'_>,
        sum: &mut f64,
        out: Option<&mut Matrix<R>>,
        write: impl Fn(usize, &[f64], &mut [R]) + Sync,
    ) {
        let columns = outputs.columns;
        let task = |first: usize, rows: &[R], out: &mut [R]| -> Vec<f64> {
            let (mut values, mut gradient) = (vec![0.0; columns], vec![0.0; columns]);
            let one = |(k, row): (usize, &[R])| {
                values.iter_mut().zip(row).for_each(|(value, y)| *value = y.double());
                let loss = self.example(chosen.get(first + k), &values, &mut gradient);
                if !out.is_empty() {
                    write(first + k, &gradient, &mut out[k * columns..(k + 1) * columns]);
                }
                loss
            };
            rows.chunks_exact(columns).enumerate().map(one).collect()
        };
        let size = ROWS * columns;
        let losses: Vec<Vec<f64>> = match out {
            Some(out) => outputs
                .data
                .par_chunks(size)
                .zip(out.data.par_chunks_mut(size))
                .enumerate()
                .map(|(k, (rows, out))| task(k * ROWS, rows, out))
                .collect(),
            None => outputs
                .data
                .par_chunks(size)
                .enumerate()
                .map(|(k, rows)| task(k * ROWS, rows, &mut []))
                .collect(),
        };
        losses.iter().flatten().for_each(|loss| *sum += loss);
    }
}
