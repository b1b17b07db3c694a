//! Deadlines cut long runs short, and the results say so.
//!
//! Without its deadline each run here would take hours. A busy machine may take many times the deadline itself.

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
fn a_scan_keeps_its_deadline_and_measures_what_it_needs() -> Result<()> {
    let square = Ising::square(256)?;
    // A thermalization without end leaves time for the fewest sweeps that are measured.
    let endless = square.scan([2.0, 3.0]).thermalization(i64::MAX).deadline(1.0);
    let begun = std::time::Instant::now();
    let scan = endless.run()?;
    assert!(begun.elapsed().as_secs_f64() < 60.0);
    assert!(scan.values("sweeps")?[0] >= 1.0 && scan.values("thermalization")?[0] >= 1.0);
    // A sweep of everything takes some hundredths of a second; ends when due, though sweeps are planned for hours.
    let begun = std::time::Instant::now();
    let scan = square.scan([2.0; 6]).sweeps(1_000_000).deadline(1.0).run()?;
    assert!(begun.elapsed().as_secs_f64() < 60.0);
    assert!(scan.values("sweeps")?[0] >= 1.0);
    Ok(())
}

#[test]
fn a_scan_without_time_for_an_error_keeps_its_means() -> Result<()> {
    for ising in [Ising::square(512)?, Ising::square(4)?] {
        let scan = ising.scan([1.0, 2.0, 3.0]).thermalization(i64::MAX).deadline(1e-9);
        let (frame, series) = (scan.run()?, scan.run_series()?);
        assert_eq!(frame.height(), 3);
        assert_eq!(frame.values("sweeps")?, [1.0; 3]);
        assert_eq!(frame.values("complete")?, [0.0; 3]);
        assert_eq!(frame.values("energy")?[2], series[2].energy[0]);
        assert!((-2.0..0.0).contains(&frame.values("energy")?[2]));
        for missing in ["energy_err", "abs_magnetization_err", "heat_capacity", "binder"] {
            assert!(frame.values(missing)?.iter().all(|value| value.is_nan()), "{missing}");
        }
        assert!(!series[0].complete && series[0].len() == 1);
    }
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
