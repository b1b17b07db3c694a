//! Pictures of a landscape: losses along lines and over planes, the directions that span them, and paths seen in them.
//!
//! | question | call |
//! |---|---|
//! | directions: random, filter-normalised, Hessian, gradient, coordinate | [`Objective::random_directions`](crate::landscape::Objective::random_directions), [`Objective::hessian_directions`](crate::landscape::Objective::hessian_directions), … |
//! | the plane of a descent's path, or through two or three points | [`PrincipalPath`], [`Subspace`] |
//! | losses along a line, over a plane | [`Objective::line`](crate::landscape::Objective::line), [`Objective::plane`](crate::landscape::Objective::plane) |
//! | where points lie in a plane, and how far from it | [`Subspace::project`] |

mod directions;
mod evaluate;
mod grid;
mod loss_slice;
mod normalize;
mod principal;
mod subspace;

pub use directions::RandomDirections;
pub use grid::Slicing;
pub use loss_slice::LossSlice;
pub use principal::PrincipalPath;
pub use subspace::Subspace;

pub(super) use evaluate::{Evaluated, Sets, sets_setters};
pub(super) use loss_slice::rows_of;
