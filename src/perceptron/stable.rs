//! Learning large stabilities: MinOver, AdaTron, and the exact optimum.

use crate::perceptron::course::{Course, History, Setup};
use crate::perceptron::nearest::{End, Goal, nearest};
use crate::perceptron::rows::{add, dot};

/// Krauth's and Mézard's rule: the example of least field is added, again and again.
///
/// After M steps from zero, w = Σ a_i z_i with Σ a_i = M, so that w/M lies in the convex hull of the z_i and |w|/M is at least the largest
/// stability: the distance to the best is known all the way.
pub(super) fn minover(setup: &Setup) -> Course {
    let rows = &setup.rows;
    let mut weights = rows.zeros();
    let mut fields = vec![0.0_f64; rows.count];
    let mut strengths = vec![0.0; rows.count];
    let mut history = History::default();
    let (mut steps, mut bound, mut converged, mut complete) = (0, f64::INFINITY, false, true);
    let most = setup.epochs.min(setup.updates);
    while steps < most && !converged {
        if !setup.goes_on() {
            complete = false;
            break;
        }
        let least = (0..rows.count).min_by(|&a, &b| fields[a].total_cmp(&fields[b]));
        let Some(least) = least else { break };
        add(&mut weights, 1.0, rows.row(least));
        strengths[least] += 1.0;
        steps += 1;
        let stability = rows.stability(&weights, &mut fields);
        let length = dot(&weights, &weights).sqrt();
        bound = bound.min(length / steps as f64);
        converged = stability > 0.0 && stability >= (1.0 - setup.tolerance) * bound;
        if History::wants(steps) || converged {
            history.add(steps, steps, &fields, length, rows.scale);
        }
    }
    Course {
        weights,
        epochs: steps,
        updates: steps,
        converged,
        complete,
        strengths: Some(strengths),
        stability_bound: Some(bound),
        history,
    }
}

/// Anlauf's and Biehl's rule: each strength in turn is set to what makes its own field 1, if that is positive.
pub(super) fn adatron(setup: &Setup) -> Course {
    let rows = &setup.rows;
    let mut weights = rows.zeros();
    let mut fields = vec![0.0_f64; rows.count];
    let mut strengths = vec![0.0; rows.count];
    let squares: Vec<f64> = (0..rows.count).map(|k| dot(rows.row(k), rows.row(k))).collect();
    let mut history = History::default();
    let (mut epochs, mut updates) = (0, 0);
    let (mut bound, mut converged, mut complete) = (f64::INFINITY, false, true);
    while epochs < setup.epochs && updates < setup.updates && !converged {
        if !setup.goes_on() {
            complete = false;
            break;
        }
        for k in 0..rows.count {
            let row = rows.row(k);
            let wanted = if squares[k] > 0.0 {
                (strengths[k] + (1.0 - dot(row, &weights)) / squares[k]).max(0.0)
            } else {
                0.0
            };
            if wanted != strengths[k] && updates < setup.updates {
                add(&mut weights, wanted - strengths[k], row);
                strengths[k] = wanted;
                updates += 1;
            }
        }
        epochs += 1;
        let stability = rows.stability(&weights, &mut fields);
        let length = dot(&weights, &weights).sqrt();
        let sum: f64 = strengths.iter().sum();
        if sum > 0.0 {
            bound = bound.min(length / sum);
        }
        converged = stability > 0.0 && stability >= (1.0 - setup.tolerance) * bound;
        if History::wants(epochs) || converged {
            history.add(epochs, updates, &fields, length, rows.scale);
        }
    }
    Course {
        weights,
        epochs,
        updates,
        converged,
        complete,
        strengths: Some(strengths),
        stability_bound: Some(bound),
        history,
    }
}

/// The largest stability itself.
pub(super) fn max_stability(setup: &Setup) -> Course {
    let rows = &setup.rows;
    let found = nearest(rows, Goal::Optimum, setup.deadline);
    let mut fields = vec![0.0_f64; rows.count];
    rows.fields(&found.weights, &mut fields);
    let mut history = History::default();
    history.add(1, found.steps, &fields, found.bound, rows.scale);
    Course {
        weights: found.weights,
        epochs: 1,
        updates: found.steps,
        converged: found.end == End::Separates,
        complete: !(found.end == End::Undecided && setup.deadline.passed()),
        strengths: Some(found.strengths),
        stability_bound: Some(found.bound),
        history,
    }
}
