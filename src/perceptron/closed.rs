//! Weights in one step: Hebb's sum and the pseudo-inverse.

use faer::Mat;

use crate::error::{Error, Result};
use crate::perceptron::course::{Course, History, Setup};
use crate::perceptron::rows::{add, dot};

/// The smaller side of the largest matrix that is decomposed: some ten seconds.
const LARGEST: usize = 2_000;

pub(super) fn hebb(setup: &Setup) -> Course {
    let rows = &setup.rows;
    let mut weights = rows.zeros();
    for k in 0..rows.count {
        add(&mut weights, 1.0, rows.row(k));
    }
    done(setup, weights)
}

/// The shortest weights with the least Σ (1 − w·z)², through singular values.
pub(super) fn pseudo_inverse(setup: &Setup) -> Result<Course> {
    let rows = &setup.rows;
    let (count, dimension) = (rows.count, rows.dimension);
    if count.min(dimension) > LARGEST {
        return Err(Error::TooLarge {
            what: "The pseudo-inverse".to_string(),
            needs: format!("the singular values of a {count} × {dimension} matrix"),
            limit: format!("the {LARGEST} rows or columns allowed"),
            advice: "Take fewer examples, or another rule.".to_string(),
        });
    }
    let matrix = Mat::from_fn(count, dimension, |i, k| rows.row(i)[k]);
    let parts = matrix.thin_svd().map_err(|_| {
        Error::argument("inputs", "a matrix whose singular values did not converge", "well scaled")
    })?;
    let values: Vec<f64> = parts.S().column_vector().iter().copied().collect();
    let least = values.first().copied().unwrap_or(0.0) * f64::EPSILON * count.max(dimension) as f64;
    let mut weights = rows.zeros();
    for (j, &value) in values.iter().enumerate().filter(|(_, value)| **value > least) {
        let projection: f64 = (0..count).map(|i| parts.U()[(i, j)]).sum::<f64>() / value;
        for (k, w) in weights.iter_mut().take(dimension).enumerate() {
            *w += projection * parts.V()[(k, j)];
        }
    }
    Ok(done(setup, weights))
}

fn done(setup: &Setup, weights: Vec<f64>) -> Course {
    let rows = &setup.rows;
    let mut fields = vec![0.0; rows.count];
    rows.fields(&weights, &mut fields);
    let mut history = History::default();
    history.add(1, rows.count, &fields, dot(&weights, &weights).sqrt(), rows.scale);
    Course {
        weights,
        epochs: 1,
        updates: rows.count,
        converged: true,
        complete: true,
        strengths: None,
        stability_bound: None,
        history,
    }
}
