//! The passes through a sequence of layers: forward, backward, and R{·} of both.

use crate::nn::activation::Activation;
use crate::nn::dense::Dense;
use crate::nn::matrix::{Factor, Matrix, TASK};
use crate::nn::real::Real;
use crate::rayon::prelude::*;

/// A step of a network, with the places of its parameters.
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    Dense(Dense),
    Activation(Activation),
}

/// What a layer's forward pass leaves, and its backward pass adds.
#[derive(Clone, Debug)]
pub(crate) struct Trace<R> {
    pub output: Matrix<R>,
    /// The derivative of the loss by the output, if it is kept for R{·}.
    pub adjoint: Option<Matrix<R>>,
}

/// R{output} of each layer.
#[derive(Clone, Debug)]
pub(crate) struct Tangent<R> {
    pub output: Matrix<R>,
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
/// adjoints of all outputs if there is none.
pub(crate) fn backward<R: Real>(
    layers: &[Layer],
    theta: &[R],
    input: Factor<'_, R>,
    traces: &mut [Trace<R>],
    mut g: Matrix<R>,
    mut gradient: Option<&mut [R]>,
) {
    for (k, layer) in layers.iter().enumerate().rev() {
        if gradient.is_none() {
            traces[k].adjoint = Some(g.clone());
        }
        let from = input_of(input, traces, k);
        match layer.backward(theta, from, &traces[k], g, gradient.as_deref_mut(), k > 0) {
            Some(before) => g = before,
            None => return,
        }
    }
}

/// R{output} of all layers, for a change v of the parameters.
pub(crate) fn tangents<R: Real>(
    layers: &[Layer],
    theta: &[R],
    v: &[R],
    input: Factor<'_, R>,
    traces: &[Trace<R>],
) -> Vec<Tangent<R>> {
    let mut tangents: Vec<Tangent<R>> = Vec::with_capacity(layers.len());
    for (k, layer) in layers.iter().enumerate() {
        let before = tangents.last().map(|t| t.output.as_factor());
        let from = input_of(input, traces, k);
        let tangent = layer.tangent(theta, v, from, before, &traces[k]);
        tangents.push(tangent);
    }
    tangents
}

/// R{·} of the backward pass, which adds H v to `product`; the adjoints must have been kept.
#[allow(clippy::too_many_arguments, reason = "all that the two passes before it left")]
pub(crate) fn backward_tangents<R: Real>(
    layers: &[Layer],
    theta: &[R],
    v: &[R],
    input: Factor<'_, R>,
    traces: &[Trace<R>],
    tangents: &[Tangent<R>],
    mut r: Matrix<R>,
    product: &mut [R],
) {
    for (k, layer) in layers.iter().enumerate().rev() {
        let from = input_of(input, traces, k);
        let along = (k > 0).then(|| tangents[k - 1].output.as_factor());
        match layer.backward_tangent(theta, v, from, along, &traces[k], r, product) {
            Some(before) => r = before,
            None => return,
        }
    }
}

impl Layer {
    fn forward<R: Real>(&self, theta: &[R], input: Factor<'_, R>) -> Trace<R> {
        let output = match self {
            Self::Dense(dense) => dense.forward(theta, input, input.rows()),
            Self::Activation(activation) => {
                let mut a = Matrix::zeros(input.rows(), input.columns());
                let tasks = a.data.par_chunks_mut(TASK).zip(input.data().par_chunks(TASK));
                tasks.for_each(|(a, z)| R::activate(*activation, z, a));
                a
            }
        };
        Trace { output, adjoint: None }
    }

    /// Takes g back through this layer; nothing comes back where nobody before it asks.
    fn backward<R: Real>(
        &self,
        theta: &[R],
        input: Factor<'_, R>,
        trace: &Trace<R>,
        mut g: Matrix<R>,
        gradient: Option<&mut [R]>,
        wanted: bool,
    ) -> Option<Matrix<R>> {
        match self {
            Self::Dense(dense) => {
                if let Some(gradient) = gradient {
                    dense.add_gradient(&g, input, gradient);
                }
                wanted.then(|| dense.backward(theta, &g))
            }
            Self::Activation(activation) => {
                let tasks = g.data.par_chunks_mut(TASK).zip(trace.output.data.par_chunks(TASK));
                tasks
                    .zip(input.data().par_chunks(TASK))
                    .for_each(|((g, a), z)| R::times_slope(*activation, z, a, g));
                Some(g)
            }
        }
    }

    fn tangent<R: Real>(
        &self,
        theta: &[R],
        v: &[R],
        input: Factor<'_, R>,
        before: Option<Factor<'_, R>>,
        trace: &Trace<R>,
    ) -> Tangent<R> {
        let output = match self {
            Self::Dense(dense) => dense.tangent(theta, v, input, before, input.rows()),
            Self::Activation(activation) => match before {
                Some(before) => {
                    let mut t = before.to_matrix();
                    let tasks = t.data.par_chunks_mut(TASK).zip(trace.output.data.par_chunks(TASK));
                    tasks
                        .zip(input.data().par_chunks(TASK))
                        .for_each(|((t, a), z)| R::times_slope(*activation, z, a, t));
                    t
                }
                None => Matrix::zeros(input.rows(), input.columns()),
            },
        };
        Tangent { output }
    }

    #[allow(clippy::too_many_arguments, reason = "all that the two passes before it left")]
    fn backward_tangent<R: Real>(
        &self,
        theta: &[R],
        v: &[R],
        input: Factor<'_, R>,
        along: Option<Factor<'_, R>>,
        trace: &Trace<R>,
        mut r: Matrix<R>,
        product: &mut [R],
    ) -> Option<Matrix<R>> {
        let adjoint = trace.adjoint.as_ref()?;
        match self {
            Self::Dense(dense) => {
                dense.add_gradient(&r, input, product);
                let along = along?;
                dense.add_cross(adjoint, along, product);
                Some(dense.backward_tangent(theta, v, adjoint, &r))
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
        }
    }
}
