//! Whether e^{−E} has a finite integral. With a bounded layer it always has; two unbounded ones may run away together.

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::operator::dense::{product, solve_positive};
use crate::rbm::Rbm;
use crate::rbm::units::Units;

/// Up to so many ReLU units all their combinations are tried.
const FEW: usize = 12;

impl Rbm {
    /// Whether the machine is a distribution at all: whether Z is finite.
    ///
    /// It is if one layer is discrete. Two Gaussian layers need a positive definite matrix of precisions, that is, no singular value of W_iμ/√(γ_i
    /// γ_μ) from 1 upwards. ReLU units need this for directions within their range only (strict copositivity): that is decided for up to 12 ReLU
    /// units, and for more where a sufficient or a necessary condition decides; where neither does, the answer is `false`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::new(Layer::gaussian(1)?, Layer::gaussian(1)?)?;
    /// assert!(rbm.weights(&array![[0.9]])?.is_normalizable());
    /// assert!(!rbm.weights(&array![[1.1]])?.is_normalizable());
    /// // Units that are never negative can inhibit each other as much as they like.
    /// let rbm = Rbm::new(Layer::relu(1)?, Layer::relu(1)?)?;
    /// assert!(rbm.weights(&array![[-5.0]])?.is_normalizable());
    /// # Ok(()) }
    /// ```
    pub fn is_normalizable(&self) -> bool {
        self.normalizable().unwrap_or(false)
    }

    /// Refuses a machine that [is not normalisable](Self::is_normalizable).
    pub(crate) fn require_normalizable(&self) -> Result<()> {
        if self.is_normalizable() { Ok(()) } else { Err(refusal()) }
    }

    fn normalizable(&self) -> Result<bool> {
        if self.visible.units.is_discrete() || self.hidden.units.is_discrete() {
            return Ok(true);
        }
        let scaled = Array2::from_shape_fn(self.weights.dim(), |(i, mu)| {
            self.weights[(i, mu)] / (self.visible.gamma[i] * self.hidden.gamma[mu]).sqrt()
        });
        let relu = (self.visible.units == Units::Relu, self.hidden.units == Units::Relu);
        match relu {
            (false, false) if scaled.nrows() < scaled.ncols() => {
                positive(&without(&scaled.t().to_owned())?)
            }
            (false, false) => positive(&without(&scaled)?),
            (false, true) => copositive(&without(&scaled)?),
            (true, false) => copositive(&without(&scaled.t().to_owned())?),
            (true, true) => both_relu(&scaled),
        }
    }
}

pub(super) fn refusal() -> Error {
    Error::Unsupported {
        what: "This machine".to_owned(),
        why: "its weights between unbounded units are so strong that e^{−E} grows without limit in some direction, or cannot be shown not to, so that Z is infinite and there \
            is no distribution"
            .to_owned(),
        advice: "Make the weights smaller or the precisions larger, or use discrete units in one layer.".to_owned(),
    }
}

/// 1 − AᵀA: what is left of the quadratic form of one layer once the other, Gaussian one is integrated out.
fn without(scaled: &Array2<f64>) -> Result<Array2<f64>> {
    let mut form = -product(&scaled.t().to_owned(), scaled)?;
    form.diag_mut().iter_mut().for_each(|x| *x += 1.0);
    Ok(form)
}

fn positive(form: &Array2<f64>) -> Result<bool> {
    if form.iter().any(|x| !x.is_finite()) {
        return Ok(false);
    }
    Ok(solve_positive(form, &Array2::zeros((form.nrows(), 1)))?.is_some())
}

/// Whether xᵀSx > 0 for all x ≥ 0 but 0; `false` where that stays open.
fn copositive(form: &Array2<f64>) -> Result<bool> {
    let size = form.nrows();
    // Positive entries off the diagonal can only help.
    let worst = Array2::from_shape_fn(form.dim(), |(i, j)| {
        if i == j { form[(i, j)] } else { form[(i, j)].min(0.0) }
    });
    if positive(&worst)? {
        return Ok(true);
    }
    Ok(size <= FEW && (1..1_u32 << size).all(|subset| !descends(form, subset)))
}

fn both_relu(scaled: &Array2<f64>) -> Result<bool> {
    let attraction = scaled.mapv(|w| w.max(0.0));
    let transposed = if attraction.nrows() < attraction.ncols() {
        attraction.t().to_owned()
    } else {
        attraction
    };
    if positive(&without(&transposed)?)? {
        return Ok(true);
    }
    let (n, m) = scaled.dim();
    if n + m > FEW {
        return Ok(false);
    }
    copositive(&Array2::from_shape_fn((n + m, n + m), |(i, j)| match (i < n, j < n) {
        _ if i == j => 1.0,
        (true, false) => -scaled[(i, j - n)],
        (false, true) => -scaled[(j, i - n)],
        _ => 0.0,
    }))
}

/// Whether the form is not positive at its stationary point among the x ≥ 0 with Σx = 1 that are not 0 on just this subset; or the point is not unique.
///
/// At the minimum over a face S x = λ1, so that a minimum λ < 0 shows as a solution of S y = 1 without positive entries.
fn descends(form: &Array2<f64>, subset: u32) -> bool {
    let members: Vec<usize> = (0..form.nrows()).filter(|i| subset >> i & 1 == 1).collect();
    let size = members.len();
    let mut rows: Vec<Vec<f64>> = members
        .iter()
        .map(|&i| members.iter().map(|&j| form[(i, j)]).chain([1.0]).collect())
        .collect();
    // Gauss–Jordan with the largest pivot of each column.
    for k in 0..size {
        let largest = (k..size).max_by(|&a, &b| rows[a][k].abs().total_cmp(&rows[b][k].abs()));
        let Some(pivot) = largest.filter(|&p| rows[p][k].abs() > 1e-12) else { return true };
        rows.swap(k, pivot);
        let top = rows[k].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != k {
                let factor = row[k] / top[k];
                row.iter_mut().zip(&top).for_each(|(x, t)| *x -= factor * t);
            }
        }
    }
    rows.iter().enumerate().all(|(k, row)| row[size] / row[k] <= 0.0)
}
