//! Linear models that are fitted exactly: the yardstick for features that machines learn.
//!
//! [`SoftmaxRegression`] is multinomial logistic regression; its loss is convex, so that its minimum, gradient and Hessian are known quantities
//! for methods that look for them.

mod fit;
mod loss;
mod softmax;

pub use fit::SoftmaxFit;
pub use softmax::SoftmaxRegression;
