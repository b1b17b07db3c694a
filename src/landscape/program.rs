//! A closure over [`Var`] as a function with exact derivatives.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::landscape::differentiation::{Recording, Var, record, value_alone};
use crate::landscape::function::hessian_only;
use crate::landscape::{Function, Request};

/// What is compiled in the notebook cell that holds the closure. Recordings use that cell's copy of the recorder, so that the closure runs
/// only in here: what comes out is a plain value.
type Recorder = Arc<dyn Fn(&[f64]) -> Result<Recording> + Send + Sync>;
type Loss = Arc<dyn Fn(&[f64]) -> Result<f64> + Send + Sync>;

type Closure = Arc<dyn Fn(&[Var]) -> Var + Send + Sync>;

/// A loss that is recorded while it is computed.
#[derive(Clone)]
pub(crate) struct Program {
    n: usize,
    loss: Loss,
    recorder: Recorder,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closure with exact derivatives")
    }
}

impl Program {
    pub fn new(n: usize, closure: impl Fn(&[Var]) -> Var + Send + Sync + 'static) -> Self {
        let closure: Closure = Arc::new(closure);
        let twin = closure.clone();
        Self {
            n,
            loss: Arc::new(move |theta| value_alone(theta, &*twin)),
            recorder: Arc::new(move |theta| record(theta, &*closure)),
        }
    }
}

impl Function for Program {
    fn dimension(&self) -> usize {
        self.n
    }

    fn loss(&self, theta: &[f64]) -> Result<f64> {
        (self.loss)(theta)
    }

    fn gradient(
        &self,
        theta: &[f64],
        gradient: &mut [f64],
        _error: Option<&mut [f64]>,
    ) -> Result<f64> {
        Ok((self.recorder)(theta)?.gradient(gradient))
    }

    fn products(&self, request: Request<'_>, _error: Option<&mut [f64]>) -> Result<()> {
        hessian_only(request.curvature)?;
        let recording = (self.recorder)(request.theta)?;
        let n = self.n;
        let pairs = request.vectors.chunks_exact(n).zip(request.products.chunks_exact_mut(n));
        pairs.for_each(|(v, product)| recording.hessian_vector(v, product));
        Ok(())
    }
}
