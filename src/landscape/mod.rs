//! Losses over real parameters, L(θ): values, gradients, products with the Hessian, and what they tell of the landscape.
//!
//! An [`Objective`] is made from a closure ([`from_fn`](Objective::from_fn) by finite differences with their errors,
//! [`exact`](Objective::exact) by differentiation of the program), from a matrix ([`quadratic`](Objective::quadratic)), as the saddle of Böttcher
//! and Wheeler ([`saddle`](Objective::saddle)), or from a network and its data ([`Network::loss`](crate::nn::Network::loss)). All tools for landscapes see only this type:
//!
//! | question | call |
//! |---|---|
//! | values, derivatives with their errors, their number | [`Objective::loss`], [`Objective::gradient_with_error`], [`Objective::hessian_vector`], [`Objective::evaluations`] |
//! | a way down, with its path | [`Objective::descend`] |
//! | the Hessian's spectrum, trace, diagonal, signs | [`Objective::hessian_at`], an [`Operator`](crate::operator::Operator) |
//! | the trace from losses or gradients alone; all estimates of it side by side | [`Objective::slice_trace`], [`Objective::trace_methods`] |
//! | curvatures of the graph at any θ | [`Objective::geometry`] |
//! | what random slices show of the Hessian, and hide | [`Objective::projected_hessians`], [`Objective::slice_check`] beside [`theory::projections`](crate::theory::projections) |
//! | critical points: their kind, a search, a survey | [`Objective::classify`], [`Objective::find_critical`], [`Objective::critical_points`] |
//! | directions, losses along lines and over planes | [`Objective::random_directions`], [`Objective::hessian_directions`], [`Objective::line`], [`Objective::plane`] |
//! | the loss within a few directions, as an objective | [`Objective::within`] |
//! | a path seen in a plane | [`PrincipalPath`], [`Subspace`] |
//! | between two solutions: barriers, curves of low loss | [`Objective::interpolate`], [`Objective::connect`] |
//! | how sharp a minimum is | [`Objective::sharpness`] |
//!
//! An objective checks θ, counts evaluations, and hands slices of numbers to what computes them (the trait `Function`: differences, a recorded program, a closed
//! form, a network, a curve's mean loss, a restriction to a few directions). Tools ask it for losses, gradients and blocks of products; operators keep it with its θ.

mod block;
mod closed;
mod critical;
mod descent;
mod difference;
mod differentiation;
mod evaluations;
mod function;
mod geometry;
mod objective;
mod operators;
mod path;
mod program;
mod projection;
mod second;
mod sharpness;
mod slice;
mod slice_trace;
mod vector;

pub use block::{ParameterBlock, ParameterRole};
pub use critical::{
    CriticalClassification, CriticalFound, CriticalKind, CriticalPoint, CriticalPoints,
    CriticalSearch, CriticalSurvey,
};
pub use descent::{Descended, Descent, Optimizer};
pub use differentiation::Var;
pub use evaluations::Evaluations;
pub use geometry::{
    GaussianCurvature, PrincipalCurvatureSearch, PrincipalCurvatures, SurfaceGeometry,
};
pub use objective::{Derivative, Objective};
pub use path::{CurveFound, CurveKind, CurveSearch, Interpolated, Interpolation};
pub use projection::{
    HessianProjection, ProjectedHessians, SliceCheck, SliceChecked, SlicePicture,
};
pub use sharpness::{Sharpness, SharpnessEstimation, SharpnessMeasure};
pub use slice::{LossSlice, PrincipalPath, RandomDirections, Slicing, Subspace};
pub use slice_trace::{
    SliceFit, SliceTraceEstimate, SliceTraceEstimation, TraceComparison, TraceMethods,
};

pub(crate) use function::{Curvature, Function, Request};
pub(crate) use vector::norm;
