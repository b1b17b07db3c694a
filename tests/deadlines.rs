//! Deadlines cut long runs short, and the results say so.

use statmech::Result;
use statmech::prelude::*;

#[test]
fn a_deadline_cuts_a_simulation_which_says_so() -> Result<()> {
    let mut simulation = Ising::square(64)?.simulation(2.0)?.deadline(0.05);
    let series = simulation.measure(10_000_000)?;
    assert!(!series.complete && !series.is_empty() && series.len() < 10_000_000);
    assert!(simulation.advance(10_000_000)? < 10_000_000);
    let whole = simulation.deadline(1e9).measure(20)?;
    assert!(whole.complete && whole.len() == 20);
    assert!(simulation.deadline(f64::NAN).measure(20).is_err());
    Ok(())
}

#[test]
fn a_deadline_leaves_later_temperatures_of_an_enumeration_empty() -> Result<()> {
    let couplings =
        Array2::from_shape_fn(
            (16, 16),
            |(i, j)| {
                if i == j { 0.0 } else { ((i * j + i + j) as f64).sin() }
            },
        );
    let exact = Ising::from_couplings(&couplings)?.enumerate()?;
    let frame = exact.deadline(1e-9).frame(&[1.0, 2.0, 3.0])?;
    let ln_z = frame.values("ln_z")?;
    assert_eq!(frame.values("temperature")?, [1.0, 2.0, 3.0]);
    assert!((ln_z[0] - exact.at(1.0)?.ln_z).abs() < 1e-12 && ln_z[1].is_nan() && ln_z[2].is_nan());
    assert!(exact.deadline(-1.0).frame(&[1.0]).is_err());
    Ok(())
}
