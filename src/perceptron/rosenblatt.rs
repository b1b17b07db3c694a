//! Learning from mistakes: Rosenblatt's rule, its average, and the pocket.

use crate::perceptron::course::{Course, History, Setup};
use crate::perceptron::rows::{Pass, add, dot};
use crate::rand::Rng;
use crate::rand::seq::SliceRandom;

/// Rosenblatt's rule, with the last weights or their average over all steps.
pub(super) fn rosenblatt(setup: &Setup, averaged: bool) -> Course {
    let rows = &setup.rows;
    let (mut weights, mut weighted) = (rows.zeros(), rows.zeros());
    let mut fields = vec![0.0; rows.count];
    let mut order: Vec<usize> = (0..rows.count).collect();
    let mut generator = setup.seed.generator();
    let mut history = History::default();
    let (mut epochs, mut updates, mut converged, mut complete) = (0, 0, false, true);
    let mean = |weights: &[f64], weighted: &[f64], steps: usize| {
        let mut mean = weights.to_vec();
        add(&mut mean, -1.0 / steps.max(1) as f64, weighted);
        mean
    };
    while epochs < setup.epochs && updates < setup.updates {
        if !setup.goes_on() {
            complete = false;
            break;
        }
        if setup.shuffled {
            order.shuffle(&mut generator);
        }
        let new = rows.rosenblatt_pass(Pass {
            order: &order,
            weights: &mut weights,
            weighted: &mut weighted,
            step: epochs * rows.count,
            most: setup.updates - updates,
        });
        updates += new;
        epochs += 1;
        converged = new == 0;
        if History::wants(epochs) || converged {
            let now = if averaged {
                mean(&weights, &weighted, epochs * rows.count)
            } else {
                weights.clone()
            };
            rows.fields(&now, &mut fields);
            history.add(epochs, updates, &fields, dot(&now, &now).sqrt(), rows.scale);
        }
        if converged {
            break;
        }
    }
    if averaged {
        weights = mean(&weights, &weighted, epochs * rows.count);
    }
    Course {
        weights,
        epochs,
        updates,
        converged,
        complete,
        strengths: None,
        stability_bound: None,
        history,
    }
}

/// The pocket algorithm with ratchet: examples are drawn at random, and the weights that were right for longest in a row are kept, provided that
/// they are right about more of all examples than those kept before.
pub(super) fn pocket(setup: &Setup) -> Course {
    let rows = &setup.rows;
    let mut weights = rows.zeros();
    let mut fields = vec![0.0; rows.count];
    let mut kept = weights.clone();
    let (mut kept_errors, mut kept_run, mut run) = (rows.count, 0, 0);
    let mut generator = setup.seed.generator();
    let mut history = History::default();
    let (mut epochs, mut updates, mut complete) = (0, 0, true);
    while epochs < setup.epochs && updates < setup.updates && kept_errors > 0 {
        if !setup.goes_on() {
            complete = false;
            break;
        }
        for _ in 0..rows.count {
            let row = rows.row(generator.random_range(0..rows.count));
            if dot(row, &weights) > 0.0 {
                run += 1;
                if run > kept_run {
                    let errors = rows.errors(&weights, &mut fields);
                    if errors < kept_errors {
                        (kept_run, kept_errors) = (run, errors);
                        kept.copy_from_slice(&weights);
                    }
                }
            } else if updates < setup.updates {
                add(&mut weights, 1.0, row);
                updates += 1;
                run = 0;
            }
        }
        epochs += 1;
        if History::wants(epochs) || kept_errors == 0 {
            rows.fields(&kept, &mut fields);
            history.add(epochs, updates, &fields, dot(&kept, &kept).sqrt(), rows.scale);
        }
    }
    Course {
        weights: kept,
        epochs,
        updates,
        converged: kept_errors == 0,
        complete,
        strengths: None,
        stability_bound: None,
        history,
    }
}
