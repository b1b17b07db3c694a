//! The volume of weights that store P = αN random patterns (the version space): its entropy and its width, for spherical and for binary weights.
//!
//! Two weight vectors drawn from the version space overlap by q = J·J′/N, and ln V/N, the entropy s, is the extremum over q of
//!
//! - spherical weights: ½ ln(1 − q) + q/(2(1 − q)) + α ∫Dt ln H(u), u = (κ + √q t)/√(1 − q), the volume relative to the whole sphere's (Gardner 1988);
//! - weights ±1: −½ q̂(1 − q) + ∫Dz ln 2cosh(√q̂ z) + α ∫Dt ln H(u), over q̂ too; 2^N vectors have s = ln 2 (Krauth and Mézard 1989).
//!
//! Replica symmetry holds for spherical weights at κ ≥ 0, and for binary ones up to the load at which s = 0, their capacity.
//!
//! Sources: E. Gardner, J. Phys. A 21, 257 (1988); E. Gardner and B. Derrida, J. Phys. A 21, 271 (1988); W. Krauth and M. Mézard, J. Phys. (Paris) 50, 3057 (1989).

use crate::error::{Error, Result, require_finite};
use crate::numeric::gaussian::{Gaussian, hazard, ln_tail, ln_two_cosh};
use crate::numeric::roots::root;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::theory::gardner;

/// The version space at one load and margin; from [`spherical`] and [`binary`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let (few, many): (VersionSpace, _) = (version_space::spherical(0.5, 0.0)?, version_space::spherical(1.5, 0.0)?);
/// assert!(many.entropy < few.entropy && many.overlap > few.overlap);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VersionSpace {
    /// α = P/N.
    pub load: f64,
    /// κ.
    pub margin: f64,
    /// q, the overlap of two weight vectors that store the patterns.
    pub overlap: f64,
    /// ln V/N: relative to the whole sphere for spherical weights (at most 0), ln of their number for binary ones (at most ln 2).
    pub entropy: f64,
}

/// The version space of spherical weights at this load and margin.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let half_full = version_space::spherical(1.0, 0.0)?;
/// assert!((half_full.overlap - 0.585311851791099).abs() < 1e-12);
/// assert!(version_space::spherical(2.0, 0.0).is_err());
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is negative or not below the capacity of this margin, where no solution exists; if `kappa` is not between −5 and 20, or nothing is left of
/// the space in 64 bits (1 − q below 10⁻¹²).
pub fn spherical(load: f64, kappa: f64) -> Result<VersionSpace> {
    require_ranges(load, kappa)?;
    let capacity = gardner::capacity(kappa)?;
    if load >= capacity {
        return Err(none_left(load, capacity, kappa));
    }
    let excess = |rest: f64| {
        let q = 1.0 - rest;
        load * rest * squared_hazard(q, kappa) - q
    };
    // By 1 − q, which is small near capacity.
    let rest = root(|ln_rest: f64| excess(ln_rest.exp()), 1e-12_f64.ln(), 0.0)
        .ok_or_else(|| none_left(load, capacity, kappa))?
        .exp();
    let q = 1.0 - rest;
    let entropy = 0.5 * rest.ln() + 0.5 * q / rest + load * ln_fraction(q, kappa);
    Ok(VersionSpace { load, margin: kappa, overlap: q, entropy })
}

/// The version space of weights ±1 at this load and margin. Above the capacity the entropy comes out negative: no such weights exist, and
/// the solution is a formal one.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let half_full = version_space::binary(0.5, 0.0)?;
/// assert!((half_full.entropy - 0.314390066855625).abs() < 1e-12);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is negative or above 1.2, `kappa` not between −1 and 5, or there is no solution.
pub fn binary(load: f64, kappa: f64) -> Result<VersionSpace> {
    require_ranges(load, kappa)?;
    if !(load <= 1.2) || !(-1.0..=5.0).contains(&kappa) {
        let given = format!("{load}, {kappa}");
        let allowed = "at most 1.2, and between -1 and 5";
        return Err(Error::argument("load, kappa", given, allowed));
    }
    let conjugate = |q: f64| load / (1.0 - q) * squared_hazard(q, kappa);
    let excess = |q: f64| spin_overlap(conjugate(q)) - q;
    let q = root(excess, 0.0, 1.0 - 1e-9).ok_or_else(|| {
        Error::argument(
            "load",
            load,
            format!("smaller at margin {kappa}: no overlap below 1 solves the equations"),
        )
    })?;
    let hat = conjugate(q);
    let field = hat.sqrt();
    let spins = Gaussian::graded(0.0, 1.0 / field).mean(|z| ln_two_cosh(field * z));
    let entropy = spins - 0.5 * hat * (1.0 - q) + load * ln_fraction(q, kappa);
    Ok(VersionSpace { load, margin: kappa, overlap: q, entropy })
}

/// The capacity of weights ±1 at margin κ, the load at which the entropy of [`binary`] is 0: 0.8331 at κ = 0, where at most 1 could be hoped for.
///
/// Source: Krauth and Mézard (1989); J. Ding and N. Sun, STOC 2019, proved the lower bound.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((version_space::binary_capacity(0.0)? - 0.833078599).abs() < 1e-9);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `kappa` is not between 0 and 2.
pub fn binary_capacity(kappa: f64) -> Result<f64> {
    if !(0.0..=2.0).contains(&kappa) {
        return Err(Error::argument("kappa", kappa, "between 0 and 2"));
    }
    let entropy = |load: f64| binary(load, kappa).map_or(-1.0, |space| space.entropy);
    root(entropy, 0.0, 1.0)
        .ok_or_else(|| Error::argument("kappa", kappa, "such that the entropy crosses 0"))
}

/// The version space of spherical weights along a list of loads: columns `load`, `margin`, `overlap`, `entropy`.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let frame = version_space::frame(&linspace(0.0, 1.8, 10), 0.0)?;
/// assert_eq!(frame.lookup("load", 0.0, "entropy")?, 0.0);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`spherical`]; also if there is no load.
pub fn frame(loads: &[f64], kappa: f64) -> Result<DataFrame> {
    if loads.is_empty() {
        return Err(Error::argument("loads", "an empty list", "at least one load"));
    }
    let spaces = loads.iter().map(|&load| spherical(load, kappa)).collect::<Result<Vec<_>>>()?;
    let column = |f: fn(&VersionSpace) -> f64| spaces.iter().map(f).collect::<Vec<_>>();
    Ok(df!(
        "load" => column(|space| space.load),
        "margin" => column(|space| space.margin),
        "overlap" => column(|space| space.overlap),
        "entropy" => column(|space| space.entropy),
    )?)
}

/// ∫Dt (φ(u)/H(u))².
fn squared_hazard(q: f64, kappa: f64) -> f64 {
    average(q, kappa, |u| hazard(u).powi(2))
}

/// ∫Dt ln H(u), the cost of one pattern.
fn ln_fraction(q: f64, kappa: f64) -> f64 {
    average(q, kappa, ln_tail)
}

/// ∫Dt f((κ + √q t)/√(1 − q)).
fn average(q: f64, kappa: f64, f: fn(f64) -> f64) -> f64 {
    if q == 0.0 {
        return f(kappa);
    }
    let slope = (q / (1.0 - q)).sqrt();
    Gaussian::graded(-kappa / q.sqrt(), 1.0 / slope).mean_about(|offset| f(slope * offset))
}

/// ∫Dz tanh²(√q̂ z).
fn spin_overlap(hat: f64) -> f64 {
    let field = hat.sqrt();
    Gaussian::graded(0.0, 1.0 / field).mean(|z| (field * z).tanh().powi(2))
}

fn require_ranges(load: f64, kappa: f64) -> Result<()> {
    if !(require_finite("load", load)? >= 0.0) {
        return Err(Error::argument("load", load, "a finite number, at least 0"));
    }
    if !(-5.0..=20.0).contains(&kappa) {
        return Err(Error::argument("kappa", kappa, "between -5 and 20"));
    }
    Ok(())
}

fn none_left(load: f64, capacity: f64, kappa: f64) -> Error {
    let allowed = format!(
        "below the capacity {capacity} of margin {kappa}: no weights store as many patterns"
    );
    Error::argument("load", load, allowed)
}
