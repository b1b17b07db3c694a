//! The operations of one evaluation, and the sweeps over them.

use std::cell::{Cell, RefCell};

use crate::error::{Error, Result};
use crate::landscape::differentiation::Var;

/// Operations that one recording holds at most (3.5 GiB).
const MAX_OPERATIONS: usize = 1 << 26;

/// One operation: where its operands were computed, and its derivatives by them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Operation {
    pub operands: [u32; 2],
    /// By the first and the second operand.
    pub first: [f64; 2],
    /// By the first twice, by both, by the second twice.
    pub second: [f64; 3],
}

/// All operations between n variables, which come first, and the result.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    n: usize,
    operations: Vec<Operation>,
    value: f64,
    /// Where the result stands; none if it is a constant.
    result: Option<usize>,
}

/// A recording in progress on this thread.
struct Open {
    id: u32,
    operations: Vec<Operation>,
    overflowed: bool,
}

thread_local! {
    /// Recordings in progress: an objective evaluated within the closure of another opens a second one.
    static OPEN: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

/// Closes a recording when it goes, also if the closure panics.
struct Guard {
    id: u32,
}

impl Guard {
    fn open(variables: usize) -> Self {
        // 0 marks constants and u32::MAX strangers.
        let id = NEXT.get();
        NEXT.set(if id >= u32::MAX - 1 { 1 } else { id + 1 });
        let operations = vec![Operation::default(); variables];
        OPEN.with_borrow_mut(|open| open.push(Open { id, operations, overflowed: false }));
        Self { id }
    }

    fn close(&self) -> Option<Open> {
        OPEN.with_borrow_mut(|open| {
            let place = open.iter().rposition(|recording| recording.id == self.id)?;
            Some(open.swap_remove(place))
        })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.close();
    }
}

/// Appends an operation to the recording with this number, and gives its place; none if no such recording is open on this thread.
pub(super) fn append(id: u32, operation: Operation) -> Option<u32> {
    OPEN.with_borrow_mut(|open| {
        let recording = open.iter_mut().rev().find(|recording| recording.id == id)?;
        let place = recording.operations.len();
        if place >= MAX_OPERATIONS {
            recording.overflowed = true;
            return None;
        }
        recording.operations.push(operation);
        Some(place as u32)
    })
}

/// The closure's value, without a recording.
pub(crate) fn value_alone(theta: &[f64], closure: &dyn Fn(&[Var]) -> Var) -> Result<f64> {
    let variables: Vec<Var> = theta.iter().map(|x| Var::constant(*x)).collect();
    let result = closure(&variables);
    if result.is_constant() { Ok(result.value()) } else { Err(strange()) }
}

/// The closure's operations at θ.
pub(crate) fn record(theta: &[f64], closure: &dyn Fn(&[Var]) -> Var) -> Result<Recording> {
    if theta.len() >= MAX_OPERATIONS {
        return Err(too_long());
    }
    let guard = Guard::open(theta.len());
    let variables: Vec<Var> =
        theta.iter().enumerate().map(|(i, x)| Var::recorded(*x, i as u32, guard.id)).collect();
    let result = closure(&variables);
    let Some(open) = guard.close() else { return Err(strange()) };
    if open.overflowed {
        return Err(too_long());
    }
    let place = match result.place_in(guard.id) {
        Some(place) => Some(place as usize),
        None if result.is_constant() => None,
        None => return Err(strange()),
    };
    let (n, operations) = (theta.len(), open.operations);
    Ok(Recording { n, operations, value: result.value(), result: place })
}

fn too_long() -> Error {
    Error::TooLarge {
        what: "The recording of the closure".to_string(),
        needs: format!("more than {MAX_OPERATIONS} operations"),
        limit: "what is kept of one evaluation".to_string(),
        advice: "Take `Objective::from_fn`, or a network's loss.".to_string(),
    }
}

fn strange() -> Error {
    Error::Unsupported {
        what: "A closure that mixes variables of two evaluations".to_string(),
        why: "its result depends on a `Var` kept from another evaluation or made on another thread"
            .to_string(),
        advice: "Compute the loss from the closure's own argument, on one thread.".to_string(),
    }
}

impl Recording {
    /// Fills the gradient and gives the loss.
    pub fn gradient(&self, gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let Some(result) = self.result else { return self.value };
        let mut adjoint = vec![0.0; result + 1];
        adjoint[result] = 1.0;
        for (place, operation) in self.operations[..=result].iter().enumerate().skip(self.n).rev() {
            let a = adjoint[place];
            // What does not count must not turn an infinite derivative into NaN.
            if a == 0.0 {
                continue;
            }
            for (operand, first) in operation.operands.into_iter().zip(operation.first) {
                if first != 0.0 {
                    adjoint[operand as usize] += a * first;
                }
            }
        }
        let variables = adjoint.len().min(self.n);
        gradient[..variables].copy_from_slice(&adjoint[..variables]);
        self.value
    }

    /// Fills the product of the Hessian with v.
    pub fn hessian_vector(&self, v: &[f64], product: &mut [f64]) {
        product.fill(0.0);
        let Some(result) = self.result else { return };
        let tangent = self.tangents(v, result);
        // The adjoint of each operation, and its derivative along v.
        let mut adjoint = vec![[0.0; 2]; result + 1];
        adjoint[result] = [1.0, 0.0];
        for (place, operation) in self.operations[..=result].iter().enumerate().skip(self.n).rev() {
            let [a, ra] = adjoint[place];
            if a == 0.0 && ra == 0.0 {
                continue;
            }
            let [p, q] = operation.operands.map(|operand| operand as usize);
            let [pp, pq, qq] = operation.second;
            let along = [
                times(pp, tangent[p]) + times(pq, tangent[q]),
                times(pq, tangent[p]) + times(qq, tangent[q]),
            ];
            for ((operand, first), along) in [p, q].into_iter().zip(operation.first).zip(along) {
                let entry = &mut adjoint[operand];
                entry[0] += times(first, a);
                entry[1] += times(first, ra) + times(along, a);
            }
        }
        for (entry, [_, along]) in product.iter_mut().zip(&adjoint[..adjoint.len().min(self.n)]) {
            *entry = *along;
        }
    }

    fn tangents(&self, v: &[f64], result: usize) -> Vec<f64> {
        let mut tangent = vec![0.0; self.operations.len()];
        tangent[..self.n].copy_from_slice(v);
        for (place, operation) in self.operations[..=result].iter().enumerate().skip(self.n) {
            let [p, q] = operation.operands.map(|operand| tangent[operand as usize]);
            tangent[place] = times(operation.first[0], p) + times(operation.first[1], q);
        }
        tangent
    }
}

/// The product in which 0 wins over infinity: what does not depend on the variables has no derivative by them.
fn times(derivative: f64, x: f64) -> f64 {
    if x == 0.0 || derivative == 0.0 { 0.0 } else { derivative * x }
}
