//! Losses over real parameters, L(θ): values, gradients, products with the Hessian.
//!
//! An [`Objective`] is made from a closure ([`from_fn`](Objective::from_fn) by finite differences with their errors,
//! [`exact`](Objective::exact) by differentiation of the program), from a matrix ([`quadratic`](Objective::quadratic)), as the saddle of Böttcher
//! and Wheeler ([`saddle`](Objective::saddle)), or from a network and its data ([`Network::loss`](crate::nn::Network::loss)). All tools for landscapes see only this type.

mod block;
mod closed;
mod critical;
mod curvature;
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
mod vector;

pub use block::{Block, Role};
pub use critical::{
    Classification, CriticalFound, CriticalKind, CriticalPoint, CriticalPoints, CriticalSearch,
    CriticalSurvey,
};
pub use curvature::{
    SliceFit, SliceTraceEstimate, SliceTraceEstimation, TraceComparison, TraceMethods,
};
pub use descent::{Descended, Descent, Optimizer};
pub use differentiation::Var;
pub use evaluations::Evaluations;
pub use geometry::{GaussianCurvature, Geometry, PrincipalCurvatures, PrincipalSearch};
pub use objective::{Derivative, Objective};
pub use path::{Connected, Connection, Curve, Interpolated, Interpolation};
pub use projection::{HessianProjection, Picture, ProjectedHessians, SliceCheck, SliceChecked};
pub use sharpness::{Sharpness, SharpnessEstimation, SharpnessMeasure};
pub use slice::{PrincipalPath, RandomDirections, Slice, Slicing, Subspace};

pub(crate) use function::{Curvature, Function, Request};
