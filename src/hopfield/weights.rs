//! The couplings in the form that the dynamics works on, and a state under them.

use std::sync::Arc;

use crate::hopfield::dense::{Dense, DenseRun};
use crate::hopfield::noise::{Noise, shuffle};
use crate::hopfield::outer::{Outer, OuterRun};
use crate::rayon::prelude::*;

/// Couplings as patterns or as a matrix.
#[derive(Clone, Debug)]
pub(super) enum Weights {
    Outer(Arc<Outer>),
    Dense(Arc<Dense>),
}

impl Weights {
    pub fn size(&self) -> usize {
        match self {
            Self::Outer(weights) => weights.size,
            Self::Dense(weights) => weights.size,
        }
    }

    /// J_ij for all j, the diagonal as the rule gives it.
    pub fn couplings_of(&self, i: usize, out: &mut [f64]) {
        match self {
            Self::Outer(weights) => weights.couplings_of(i, out),
            Self::Dense(weights) => weights.couplings_of(i, out),
        }
    }

    pub fn symmetric(&self) -> bool {
        match self {
            Self::Outer(_) => true,
            Self::Dense(weights) => weights.symmetric,
        }
    }

    /// The matrix itself where nothing else shares it.
    pub fn into_dense(self) -> Dense {
        match self {
            Self::Dense(weights) => Arc::unwrap_or_clone(weights),
            Self::Outer(_) => self.to_dense(),
        }
    }

    /// As a matrix.
    pub fn to_dense(&self) -> Dense {
        match self {
            Self::Dense(weights) => (**weights).clone(),
            Self::Outer(weights) => {
                let size = weights.size;
                let mut columns = vec![0.0; size * size];
                let rows = columns.par_chunks_exact_mut(size).enumerate();
                rows.for_each(|(i, row)| weights.couplings_of(i, row));
                Dense::of_columns(size, columns)
            }
        }
    }
}

/// A state under couplings and fields.
#[derive(Clone, Debug)]
pub(super) enum Run<'a> {
    Outer(OuterRun<'a>),
    Dense(DenseRun<'a>),
}

impl<'a> Run<'a> {
    pub fn new(weights: &'a Weights, fields: &'a [f64], diagonal: bool, state: Vec<i8>) -> Self {
        match weights {
            Weights::Outer(w) => Self::Outer(OuterRun::new(w, fields, diagonal, state)),
            Weights::Dense(w) => Self::Dense(DenseRun::new(w, fields, diagonal, state)),
        }
    }

    pub fn state(&self) -> &[i8] {
        match self {
            Self::Outer(run) => &run.state,
            Self::Dense(run) => &run.state,
        }
    }

    pub fn into_state(self) -> Vec<i8> {
        match self {
            Self::Outer(run) => run.state,
            Self::Dense(run) => run.state,
        }
    }

    /// Each unit of `order` in turn; how many flipped.
    pub fn sweep(&mut self, order: &[u32], noise: &mut Noise) -> usize {
        match self {
            Self::Outer(run) => run.sweep(order, noise),
            Self::Dense(run) => run.sweep(order, noise),
        }
    }

    /// Sweeps in random order until no unit flips any more, at most so many.
    pub fn settle(&mut self, sweeps: usize, noise: &mut Noise) {
        let mut order: Vec<u32> = (0..self.state().len() as u32).collect();
        for _ in 0..sweeps {
            shuffle(&mut order, &mut noise.generator);
            if self.sweep(&order, noise) == 0 {
                return;
            }
        }
    }

    /// All units of `units` at once, each in the field of the state before; how many flipped.
    pub fn step(&mut self, units: &[u32], noise: &mut Noise) -> usize {
        let fields = self.local_fields();
        let state = self.state();
        let flips: Vec<usize> = units
            .iter()
            .map(|&i| i as usize)
            .filter(|&i| noise.spin(fields[i], state[i]) != state[i])
            .collect();
        match self {
            Self::Outer(run) => flips.iter().for_each(|&i| run.flip(i)),
            Self::Dense(run) => {
                run.flip_all(&flips);
                run.refresh();
            }
        }
        flips.len()
    }

    /// Fields free of rounding by earlier flips: a function of the state alone.
    pub fn refresh(&mut self) {
        if let Self::Dense(run) = self {
            run.refresh();
        }
    }

    /// Whether flips leave no rounding in the fields.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Outer(_))
    }

    /// Whether none of these units would flip, in fields free of rounding by earlier flips.
    pub fn is_settled(&mut self, units: &[u32]) -> bool {
        self.refresh();
        let (fields, state) = (self.local_fields(), self.state());
        units.iter().all(|&i| fields[i as usize] * f64::from(state[i as usize]) >= 0.0)
    }

    /// The field on each unit, external field and kept self-coupling included.
    pub fn local_fields(&self) -> Vec<f64> {
        match self {
            Self::Outer(run) => run.local_fields(),
            Self::Dense(run) => run.local_fields(),
        }
    }

    pub fn energy(&self) -> f64 {
        match self {
            Self::Outer(run) => run.energy(),
            Self::Dense(run) => run.energy(),
        }
    }
}
