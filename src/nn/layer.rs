//! The passes through a sequence of layers: forward, backward, and R{·} of both.

use crate::nn::activation::Activation;
use crate::nn::batch_normalization::BatchNormalization;
use crate::nn::convolution::AveragePool;
use crate::nn::linear::Linear;
use crate::nn::matrix::{Factor, Matrix, TASK};
use crate::nn::normalization::Normalization;
use crate::nn::real::Real;
use crate::rayon::prelude::*;

/// A step of a network, with the places of its parameters.
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    Linear(Linear),
    Activation(Activation),
    Pool(AveragePool),
    Normalization(Normalization),
    BatchNormalization(BatchNormalization),
    /// A body whose output is added to its input, which passes a linear map where shapes differ.
    Residual {
        body: Vec<Layer>,
        shortcut: Option<Linear>,
    },
}

/// What a layer's forward pass leaves, and its backward pass adds.
#[derive(Clone, Debug)]
pub(crate) struct Trace<R: Real> {
    pub output: Matrix<R>,
    /// The derivative of the loss by the output, if it is kept for R{·}.
    pub adjoint: Option<Matrix<R>>,
    /// The traces of a body.
    inner: Vec<Trace<R>>,
}

/// R{output} of a layer.
#[derive(Clone, Debug)]
pub(crate) struct Tangent<R: Real> {
    pub output: Matrix<R>,
    inner: Vec<Tangent<R>>,
}

/// The parameters and the direction in which they change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a, R> {
    pub theta: &'a [R],
    pub v: &'a [R],
}

/// The numbers that go into layer k.
fn input_of<'a, R: Real>(first: Factor<'a, R>, traces: &'a [Trace<R>], k: usize) -> Factor<'a, R> {
    if k == 0 { first } else { traces[k - 1].output.as_factor() }
}

/// The outputs of the last layer alone.
pub(crate) fn outputs<R: Real>(layers: &[Layer], theta: &[R], input: Factor<'_, R>) -> Matrix<R> {
    let mut last: Option<Matrix<R>> = None;
    for layer in layers {
        let from = last.as_ref().map_or(input, Matrix::as_factor);
        last = Some(layer.forward(theta, from).output);
    }
    last.unwrap_or_else(|| input.to_matrix())
}

/// The outputs of all layers.
pub(crate) fn forward<R: Real>(
    layers: &[Layer],
    theta: &[R],
    input: Factor<'_, R>,
) -> Vec<Trace<R>> {
    let mut traces: Vec<Trace<R>> = Vec::with_capacity(layers.len());
    for (k, layer) in layers.iter().enumerate() {
        let trace = layer.forward(theta, input_of(input, &traces, k));
        traces.push(trace);
    }
    traces
}

/// Takes the derivative of the loss by the last output back to the parameters: adds to `gradient` if there is one, and keeps the
/// adjoints of all outputs if there is none. What comes out of the first layer is given where it is wanted.
pub(crate) fn backward<R: Real>(
    layers: &[Layer],
    theta: &[R],
    input: Factor<'_, R>,
    traces: &mut [Trace<R>],
    mut g: Matrix<R>,
    mut gradient: Option<&mut [R]>,
    wanted: bool,
) -> Option<Matrix<R>> {
    for (k, layer) in layers.iter().enumerate().rev() {
        let (before, after) = traces.split_at_mut(k);
        let from = input_of(input, before, k);
        let trace = &mut after[0];
        if gradient.is_none() {
            trace.adjoint = Some(g.clone());
        }
        g = layer.backward(theta, from, trace, g, gradient.as_deref_mut(), wanted || k > 0)?;
    }
    Some(g)
}

/// R{output} of all layers, with that of the input if it has one.
pub(crate) fn tangents<R: Real>(
    layers: &[Layer],
    line: Line<'_, R>,
    input: Factor<'_, R>,
    first: Option<Factor<'_, R>>,
    traces: &[Trace<R>],
) -> Vec<Tangent<R>> {
    let mut tangents: Vec<Tangent<R>> = Vec::with_capacity(layers.len());
    for (k, layer) in layers.iter().enumerate() {
        let before = tangents.last().map_or(first, |t| Some(t.output.as_factor()));
        let tangent = layer.tangent(line, input_of(input, traces, k), before, &traces[k]);
        tangents.push(tangent);
    }
    tangents
}

/// R{·} of the backward pass, which adds H v to `product`; the adjoints must have been kept. R{adjoint of the input} comes
/// out if the input has a tangent.
#[allow(clippy::too_many_arguments, reason = "all that the two passes before it left")]
pub(crate) fn backward_tangents<R: Real>(
    layers: &[Layer],
    line: Line<'_, R>,
    input: Factor<'_, R>,
    first: Option<Factor<'_, R>>,
    traces: &[Trace<R>],
    tangents: &[Tangent<R>],
    mut r: Matrix<R>,
    product: &mut [R],
) -> Option<Matrix<R>> {
    for (k, layer) in layers.iter().enumerate().rev() {
        let from = input_of(input, traces, k);
        let along = if k == 0 { first } else { Some(tangents[k - 1].output.as_factor()) };
        r = layer.backward_tangent(line, from, along, &traces[k], &tangents[k], r, product)?;
    }
    Some(r)
}

impl Layer {
    fn forward<R: Real>(&self, theta: &[R], input: Factor<'_, R>) -> Trace<R> {
        let mut inner = Vec::new();
        let output = match self {
            Self::Linear(linear) => linear.forward(theta, input),
            Self::Activation(activation) => {
                let mut a = input.blank(input.rows(), input.columns());
                let tasks = a.data.par_chunks_mut(TASK).zip(input.data().par_chunks(TASK));
                tasks.for_each(|(a, z)| R::activate(*activation, z, a));
                a
            }
            Self::Pool(pool) => pooled(pool, input),
            Self::Normalization(normalization) => normalization.forward(theta, input),
            Self::BatchNormalization(normalization) => normalization.forward(theta, input),
            Self::Residual { body, shortcut } => {
                inner = forward(body, theta, input);
                let mut sum = inner.last().map_or_else(|| input.to_matrix(), |t| t.output.clone());
                match shortcut {
                    Some(linear) => sum.add(linear.forward(theta, input).as_factor()),
                    None => sum.add(input),
                }
                sum
            }
        };
        Trace { output, adjoint: None, inner }
    }

    /// Takes g back through this layer; nothing comes back where nobody before it asks.
    fn backward<R: Real>(
        &self,
        theta: &[R],
        input: Factor<'_, R>,
        trace: &mut Trace<R>,
        mut g: Matrix<R>,
        mut gradient: Option<&mut [R]>,
        wanted: bool,
    ) -> Option<Matrix<R>> {
        match self {
            Self::Linear(linear) => linear.backward(theta, input, &g, gradient, wanted),
            Self::Activation(activation) => {
                times_slope(*activation, input, &trace.output, &mut g);
                Some(g)
            }
            Self::Pool(pool) => Some(spread(pool, &g)),
            Self::Normalization(normalization) => {
                normalization.backward(theta, input, &g, gradient, wanted)
            }
            Self::BatchNormalization(normalization) => {
                Some(normalization.backward(theta, input, &g, gradient))
            }
            Self::Residual { body, shortcut } => {
                let inner = &mut trace.inner;
                let through =
                    backward(body, theta, input, inner, g.clone(), gradient.as_deref_mut(), wanted);
                let past = match shortcut {
                    Some(linear) => linear.backward(theta, input, &g, gradient, wanted),
                    None => Some(g),
                };
                let mut sum = through?;
                sum.add(past?.as_factor());
                Some(sum)
            }
        }
    }

    fn tangent<R: Real>(
        &self,
        line: Line<'_, R>,
        input: Factor<'_, R>,
        before: Option<Factor<'_, R>>,
        trace: &Trace<R>,
    ) -> Tangent<R> {
        let mut inner = Vec::new();
        let still = || trace.output.zeros(trace.output.rows, trace.output.columns);
        let output = match self {
            Self::Linear(linear) => linear.tangent(line, input, before),
            Self::Activation(activation) => before.map_or_else(still, |before| {
                let mut t = before.to_matrix();
                times_slope(*activation, input, &trace.output, &mut t);
                t
            }),
            Self::Pool(pool) => before.map_or_else(still, |before| pooled(pool, before)),
            Self::Normalization(normalization) => normalization.tangent(line, input, before),
            Self::BatchNormalization(normalization) => normalization.tangent(line, input, before),
            Self::Residual { body, shortcut } => {
                inner = tangents(body, line, input, before, &trace.inner);
                let mut sum = inner.last().map_or_else(still, |t| t.output.clone());
                match (shortcut, before) {
                    (Some(linear), _) => {
                        sum.add(linear.tangent(line, input, before).as_factor());
                    }
                    (None, Some(before)) => sum.add(before),
                    (None, None) => {}
                }
                sum
            }
        };
        Tangent { output, inner }
    }

    #[allow(clippy::too_many_arguments, reason = "all that the passes before it left")]
    fn backward_tangent<R: Real>(
        &self,
        line: Line<'_, R>,
        input: Factor<'_, R>,
        along: Option<Factor<'_, R>>,
        trace: &Trace<R>,
        tangent: &Tangent<R>,
        mut r: Matrix<R>,
        product: &mut [R],
    ) -> Option<Matrix<R>> {
        let adjoint = trace.adjoint.as_ref()?;
        match self {
            Self::Linear(linear) => {
                linear.backward_tangent(line, input, along, adjoint, &r, product)
            }
            Self::Activation(activation) => {
                let along = along?;
                let tasks = r.data.par_chunks_mut(TASK).zip(trace.output.data.par_chunks(TASK));
                tasks
                    .zip(input.data().par_chunks(TASK))
                    .zip(adjoint.data.par_chunks(TASK).zip(along.data().par_chunks(TASK)))
                    .for_each(|(((r, a), z), (g, t))| {
                        R::times_slope_and_bend(*activation, z, a, g, t, r);
                    });
                Some(r)
            }
            Self::Pool(pool) => Some(spread(pool, &r)),
            Self::Normalization(normalization) => {
                normalization.backward_tangent(line, input, along, adjoint, &r, product)
            }
            Self::BatchNormalization(normalization) => {
                Some(normalization.backward_tangent(line, input, along, adjoint, &r, product))
            }
            Self::Residual { body, shortcut } => {
                let (traces, tangents) = (&trace.inner, &tangent.inner);
                let through = backward_tangents(
                    body,
                    line,
                    input,
                    along,
                    traces,
                    tangents,
                    r.clone(),
                    product,
                );
                let past = match shortcut {
                    Some(linear) => {
                        linear.backward_tangent(line, input, along, adjoint, &r, product)
                    }
                    None => Some(r),
                };
                let mut sum = through?;
                sum.add(past?.as_factor());
                Some(sum)
            }
        }
    }
}

fn times_slope<R: Real>(
    activation: Activation,
    z: Factor<'_, R>,
    a: &Matrix<R>,
    g: &mut Matrix<R>,
) {
    let tasks = g.data.par_chunks_mut(TASK).zip(a.data.par_chunks(TASK));
    tasks
        .zip(z.data().par_chunks(TASK))
        .for_each(|((g, a), z)| R::times_slope(activation, z, a, g));
}

fn pooled<R: Real>(pool: &AveragePool, input: Factor<'_, R>) -> Matrix<R> {
    let mut out = input.zeros(input.rows(), pool.output().count());
    pool.forward(input.data(), &mut out.data);
    out
}

fn spread<R: Real>(pool: &AveragePool, g: &Matrix<R>) -> Matrix<R> {
    let mut out = g.zeros(g.rows, pool.input.count());
    pool.backward(&g.data, &mut out.data);
    out
}
