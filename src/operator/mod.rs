//! Symmetric operators and their spectra.

pub(crate) mod dense;
