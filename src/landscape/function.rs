//! What an objective asks of the function behind it.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::landscape::ParameterBlock;

/// A symmetric matrix of second derivatives, or one like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curvature {
    /// H = ∇∇L.
    Hessian,
    /// G = ⟨Jᵀ H_out J⟩, J the derivative of the outputs by the parameters, H_out the loss's Hessian by the outputs.
    GaussNewton,
    /// ⟨g gᵀ⟩ with the gradient g of each example's loss.
    EmpiricalFisher,
}

/// Products of a matrix at θ with the rows of `vectors`, `products` alike: both hold whole rows of the dimension's length.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub curvature: Curvature,
    pub theta: &'a [f64],
    pub vectors: &'a [f64],
    pub products: &'a mut [f64],
}

/// A twice differentiable function of n numbers. Lengths and finiteness of what comes in are checked before.
pub(crate) trait Function: fmt::Debug + Send + Sync {
    fn dimension(&self) -> usize;

    fn loss(&self, theta: &[f64]) -> Result<f64>;

    /// Fills the gradient, and the error of each component if there is room for it; gives the loss.
    fn gradient(
        &self,
        theta: &[f64],
        gradient: &mut [f64],
        error: Option<&mut [f64]>,
    ) -> Result<f64>;

    /// Fills the products, and the error of each component if there is room for it.
    fn products(&self, request: Request<'_>, error: Option<&mut [f64]>) -> Result<()>;

    /// Whether derivatives are exact up to rounding.
    fn is_exact(&self) -> bool {
        true
    }

    /// How many losses a gradient, and a product with one vector, is made of where they are not computed by themselves.
    fn losses_taken(&self) -> (usize, usize) {
        (0, 0)
    }

    fn blocks(&self) -> Vec<ParameterBlock> {
        vec![ParameterBlock::new(
            "theta",
            0,
            &[self.dimension()],
            crate::landscape::ParameterRole::Weight,
        )]
    }

    /// The same function with other steps of its finite differences, where it has some.
    fn with_scale(&self, _scale: f64) -> Option<Arc<dyn Function>> {
        None
    }

    /// The number of examples that the loss is an average of; 0 if it is none.
    fn examples(&self) -> usize {
        0
    }

    /// The loss and gradient of the average over some examples alone.
    fn batch_gradient(
        &self,
        theta: &[f64],
        _examples: &[usize],
        gradient: &mut [f64],
    ) -> Result<f64> {
        self.gradient(theta, gradient, None)
    }

    fn accuracy(&self, _theta: &[f64]) -> Result<f64> {
        Err(Error::Unsupported {
            what: "An accuracy".to_string(),
            why: "this objective is not the loss of a classifier".to_string(),
            advice: "Take the loss of a network on data with classes.".to_string(),
        })
    }
}

/// The refusal of matrices that only a network's loss has.
pub(crate) fn hessian_only(curvature: Curvature) -> Result<()> {
    let what = match curvature {
        Curvature::Hessian => return Ok(()),
        Curvature::GaussNewton => "A Gauss–Newton or Fisher product",
        Curvature::EmpiricalFisher => "A product with the empirical Fisher matrix",
    };
    Err(Error::Unsupported {
        what: what.to_string(),
        why: "this objective is not the average loss of a network's outputs".to_string(),
        advice: "Take the loss of a network, or `hessian_vector`.".to_string(),
    })
}
