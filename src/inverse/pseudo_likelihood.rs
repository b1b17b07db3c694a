//! All spins' conditional likelihoods, and the couplings that two regressions agree on.

use std::sync::{Mutex, PoisonError};

use super::data::Data;
use super::inferred::Found;
use super::logistic::{Fit, Regression};
use super::pair::symmetric;
use super::pseudo_errors;
use super::settings::Options;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::progress::Progress;
use crate::rayon::prelude::*;

pub(super) fn maximise(data: &Data, options: &Options) -> Result<Found> {
    let Some(states) = &data.states else {
        return Err(Error::argument("states", "moments only", "given"));
    };
    if options.l2 == 0.0 {
        data.require_changing()?;
        if options.l1 == 0.0 {
            data.require_inner()?;
        }
    }
    let n = data.n_spins();
    let progress = Mutex::new(Progress::new("spins", n));
    let regress = |i: usize| {
        let fit = Regression::new(states, i, options).fit(data, options);
        progress.lock().unwrap_or_else(PoisonError::into_inner).add(1);
        fit
    };
    let fits: Vec<Fit> = (0..n).into_par_iter().map(regress).collect::<Result<_>>()?;
    let complete = fits.iter().all(|fit| fit.complete);
    if !complete {
        progress.lock().unwrap_or_else(PoisonError::into_inner).stopped();
    }
    let mut couplings = Array2::from_shape_fn((n, n), |(i, j)| fits[i].theta[j]);
    let fields: Array1<f64> = couplings.diag().to_owned();
    couplings.diag_mut().fill(0.0);
    let converged = fits.iter().all(|fit| fit.converged);
    let plain = options.l1 == 0.0 && options.l2 == 0.0;
    let errors = match data.samples {
        Some(samples) if plain && converged => {
            pseudo_errors::errors(states, samples, &fits, options)?
        }
        _ => None,
    };
    Ok(Found {
        couplings: symmetric(&couplings),
        fields,
        errors,
        steps: fits.iter().map(|fit| fit.steps).max().unwrap_or(0),
        residual: fits.iter().map(|fit| fit.residual).fold(0.0, f64::max),
        converged,
        complete,
    })
}
