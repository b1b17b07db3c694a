//! The estimates of a trace that are compared.

use crate::operator::{Probe, TraceEstimator};

/// A way to estimate the trace.
#[derive(Clone, Copy, Debug)]
pub(super) enum Method {
    /// Slices, from losses or from gradients.
    Slices { probe: Probe, gradients: bool },
    /// Products with the Hessian.
    Products(TraceEstimator),
}

pub(super) const METHODS: [Method; 7] = [
    Method::Slices { probe: Probe::Gaussian, gradients: false },
    Method::Slices { probe: Probe::Rademacher, gradients: false },
    Method::Slices { probe: Probe::Rademacher, gradients: true },
    Method::Products(TraceEstimator::Gaussian),
    Method::Products(TraceEstimator::Rademacher),
    Method::Products(TraceEstimator::HutchPlusPlus),
    Method::Products(TraceEstimator::XTrace),
];

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Self::Slices { probe: Probe::Gaussian, .. } => "slices, gaussian",
            Self::Slices { gradients: false, .. } => "slices, rademacher",
            Self::Slices { .. } => "gradients, rademacher",
            Self::Products(TraceEstimator::Gaussian) => "products, gaussian",
            Self::Products(TraceEstimator::Rademacher) => "products, rademacher",
            Self::Products(estimator) => estimator.name(),
        }
    }

    /// The distribution of independent probes, of which the variance is known.
    pub fn probe(self) -> Option<Probe> {
        match self {
            Self::Slices { probe, .. } => Some(probe),
            Self::Products(TraceEstimator::Gaussian) => Some(Probe::Gaussian),
            Self::Products(TraceEstimator::Rademacher) => Some(Probe::Rademacher),
            Self::Products(_) => None,
        }
    }

    /// The fewest samples that give an error.
    pub fn least(self) -> usize {
        match self {
            Self::Slices { .. } => 2,
            Self::Products(estimator) => estimator.least(),
        }
    }
}
