//! Two Gaussian layers: one Gaussian of many variables, in closed form.

use std::f64::consts::TAU;

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};

use crate::error::{Error, Result};
use crate::ndarray::{Array2, s};
use crate::rbm::Rbm;
use crate::rbm::statistics::RbmStatistics;

/// More variables would take hours.
const MOST: usize = 10_000;

/// ln Z, and the means and covariances of all units, visible before hidden: e^{−½xᵀΛx + bᵀx} with Λ of the precisions and −W.
#[derive(Clone, Debug)]
pub(super) struct Joint {
    pub ln_z: f64,
    mean: Vec<f64>,
    covariance: Mat<f64>,
    visible: usize,
}

impl Joint {
    pub fn of(rbm: &Rbm) -> Result<Self> {
        let (n, m) = rbm.weights.dim();
        if n + m > MOST {
            return Err(Error::TooLarge {
                what: "The closed form of two Gaussian layers".to_owned(),
                needs: format!("the inverse of a matrix of {} rows", n + m),
                limit: format!("the {MOST} allowed"),
                advice: "Use fewer units.".to_owned(),
            });
        }
        let gamma: Vec<f64> = rbm.visible.gamma.iter().chain(&rbm.hidden.gamma).copied().collect();
        let b: Vec<f64> = rbm.visible.b.iter().chain(&rbm.hidden.b).copied().collect();
        let precision = Mat::from_fn(n + m, n + m, |i, j| match (i < n, j < n) {
            _ if i == j => gamma[i],
            (true, false) => -rbm.weights[(i, j - n)],
            (false, true) => -rbm.weights[(j, i - n)],
            _ => 0.0,
        });
        let Ok(factor) = precision.llt(Side::Lower) else {
            return Err(super::normalizable::refusal());
        };
        let covariance = factor.solve(Mat::<f64>::identity(n + m, n + m));
        let field = Mat::from_fn(n + m, 1, |i, _| b[i]);
        let mean = factor.solve(&field);
        let mean: Vec<f64> = (0..n + m).map(|i| mean[(i, 0)]).collect();
        let half_log_det: f64 = (0..n + m).map(|i| factor.L()[(i, i)].ln()).sum();
        let shift: f64 = mean.iter().zip(&b).map(|(mean, b)| 0.5 * mean * b).sum();
        let ln_z = 0.5 * (n + m) as f64 * TAU.ln() - half_log_det + shift;
        Ok(Self { ln_z, mean, covariance, visible: n })
    }

    /// ⟨x_i x_j⟩ of all units.
    pub fn pairs(&self) -> Array2<f64> {
        let size = self.mean.len();
        Array2::from_shape_fn((size, size), |(i, j)| {
            self.covariance[(i, j)] + self.mean[i] * self.mean[j]
        })
    }

    pub fn statistics(&self) -> RbmStatistics {
        let (n, pairs) = (self.visible, self.pairs());
        let squares = pairs.diag();
        RbmStatistics {
            visible: self.mean[..n].iter().copied().collect(),
            hidden: self.mean[n..].iter().copied().collect(),
            visible_squares: squares.slice(s![..n]).to_owned(),
            hidden_squares: squares.slice(s![n..]).to_owned(),
            pairs: pairs.slice(s![..n, n..]).to_owned(),
        }
    }
}
