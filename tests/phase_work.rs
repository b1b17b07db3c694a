//! Works in moving potentials, and free energies from them.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/says.rs"]
mod says;

use coverage::coverage;
use says::assert_says;
use statmech::prelude::*;

#[test]
fn the_work_on_a_dragged_trap_is_gaussian_with_exact_moments() {
    for protocol in [
        WorkProtocol::drag(2.0, 3.0).unwrap().steps(5),
        WorkProtocol::stiffening(1.0, 5.0).unwrap().steps(7),
        WorkProtocol::harmonic(4.0, 1.0, -1.5).unwrap().steps(3).time(0.4).temperature(0.5),
    ] {
        let work = protocol.samples(20_000).seed(4).run().unwrap();
        let (mean, variance) = protocol.exact_work().unwrap();
        let works = work.forward.to_vec();
        let n = works.len() as f64;
        let (m, s) = (works.iter().sum::<f64>() / n, (variance / n).sqrt());
        assert!((m - mean).abs() < 4.0 * s, "{protocol:?} {m} {mean} {s}");
        let squares: Vec<f64> = works.iter().map(|w| (w - mean).powi(2)).collect();
        let second = statmech::stats::estimate(&squares).unwrap();
        assert!((second.mean - variance).abs() < 4.0 * second.error, "{second} {variance}");
    }
    // Dragging costs σ²/2T at any number of steps, and what friction costs for many.
    let drag = WorkProtocol::drag(2.0, 3.0).unwrap().time(1.5).temperature(0.7);
    for steps in [1, 2, 10, 1000] {
        let (mean, variance) = drag.steps(steps).exact_work().unwrap();
        assert!((mean - variance / 1.4).abs() < 1e-11 * mean);
    }
    let (v, tau) = (2.0_f64, 0.5_f64);
    let friction = v * v * (1.5 - tau * (1.0 - (-1.5 / tau).exp()));
    let (mean, _) = drag.steps(3000).exact_work().unwrap();
    assert!((mean / friction - 1.0).abs() < 2e-3, "{mean} {friction}");
    // One step at once: the work is that of a sudden change.
    let (sudden, _) = WorkProtocol::stiffening(1.0, 4.0).unwrap().steps(1).exact_work().unwrap();
    assert!((sudden - 1.5).abs() < 1e-14);
}

#[test]
fn free_energies_from_work_are_exact_within_their_errors() {
    let wells = |x: f64, lambda: f64| (x * x - 1.0).powi(2) + lambda * (2.0 * x * x - 1.5 * x);
    for protocol in [
        WorkProtocol::drag(1.0, 1.5).unwrap(),
        WorkProtocol::stiffening(1.0, 4.0).unwrap().steps(4),
        WorkProtocol::from_fn(-4.0, 4.0, wells).unwrap().temperature(0.5).steps(10),
    ] {
        let work = protocol.samples(8000).seed(6).run().unwrap();
        let estimates = work.estimates().unwrap();
        let column = |name| estimates.values(name).unwrap();
        let (values, errors) = (column("free_energy"), column("free_energy_err"));
        for row in 0..3 {
            assert!(
                (values[row] - work.free_energy).abs() < 4.0 * errors[row],
                "{protocol:?} {row}"
            );
            assert!(errors[row] < 0.1);
        }
        assert!(errors[2] <= errors[0], "both directions know more than one");
        assert!(values[4] > work.free_energy + 4.0 * errors[4], "the second law");
        let (crossing, error) = work.crossing(25).unwrap();
        assert!((crossing - work.free_energy).abs() < 4.0 * error, "{crossing} {error}");
        let crooks = work.crooks(25).unwrap();
        let column = |name| crooks.values(name).unwrap();
        let (ratio, error, exact) =
            (column("ln_ratio"), column("ln_ratio_err"), column("ln_ratio_exact"));
        let chi: f64 = (0..ratio.len()).map(|k| ((ratio[k] - exact[k]) / error[k]).powi(2)).sum();
        let degrees = ratio.len() as f64;
        assert!(degrees > 5.0 && chi < degrees + 4.0 * (2.0 * degrees).sqrt(), "{chi} {degrees}");
    }
    // The Gaussian formula is exact for the dragged trap, and off for the stiffened one.
    let row = |protocol: &WorkProtocol, k: usize| {
        let work = protocol.samples(20_000).seed(8).run().unwrap();
        let estimates = work.estimates().unwrap();
        let at = |name| estimates.values(name).unwrap()[k];
        (at("free_energy") - work.free_energy) / at("free_energy_err")
    };
    assert!(row(&WorkProtocol::drag(1.0, 3.0).unwrap(), 3).abs() < 4.0);
    assert!(row(&WorkProtocol::stiffening(1.0, 10.0).unwrap().time(0.1), 3).abs() > 8.0);
}

#[test]
fn errors_of_free_energies_cover_and_few_runs_are_biased() {
    let protocol = WorkProtocol::stiffening(1.0, 4.0).unwrap().steps(3).samples(200);
    let exact = protocol.free_energy().unwrap();
    for method in [0, 2] {
        let within = coverage(exact, |seed| {
            let estimates = protocol.seed(seed).run().unwrap().estimates().unwrap();
            let at = |name| estimates.values(name).unwrap()[method];
            (at("free_energy"), at("free_energy_err"))
        });
        assert!((248..=295).contains(&within), "{method} {within}");
    }
    let within = coverage(exact, |seed| protocol.seed(seed).run().unwrap().crossing(10).unwrap());
    assert!((240..=295).contains(&within), "{within}");
    let work = WorkProtocol::drag(1.0, 3.0).unwrap().samples(20_000).run().unwrap();
    let bias = work.bias([1, 10, 100, 1000]).unwrap();
    let (values, errors) = (bias.values("bias").unwrap(), bias.values("free_energy_err").unwrap());
    let (mean, _) = WorkProtocol::drag(1.0, 3.0).unwrap().exact_work().unwrap();
    assert!((values[0] - mean).abs() < 4.0 * errors[0]);
    assert!(values[0] > values[1] && values[1] > values[2] && values[1] > 8.0 * errors[1]);
}

#[test]
fn works_refuse_what_has_no_meaning() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(WorkProtocol::stiffening(1.0, bad).is_err());
        let drag = WorkProtocol::drag(1.0, 1.0).unwrap();
        assert!(drag.temperature(bad).run().is_err() && drag.time(bad).run().is_err());
    }
    assert!(WorkProtocol::drag(1.0, f64::NAN).is_err());
    assert!(WorkProtocol::from_fn(1.0, -1.0, |x, _| x).is_err());
    let narrow = WorkProtocol::from_fn(-1.0, 1.0, |x, _| x * x).unwrap();
    assert_says(narrow.run(), &["`range`", "ends"]);
    let nan = WorkProtocol::from_fn(-9.0, 9.0, |x, _| if x > 0.0 { x * x } else { f64::NAN });
    assert_says(nan.unwrap().free_energy(), &["`energy`"]);
    let drag = WorkProtocol::drag(1.0, 1.0).unwrap();
    assert!(drag.samples(15).run().is_err() && drag.steps(0).run().is_err());
    assert!(drag.samples(usize::MAX).run().is_err() && drag.steps(i64::MAX).run().is_err());
    let work = drag.samples(50).run().unwrap();
    assert!(work.crooks(0).is_err() && work.bias([0]).is_err() && work.bias([26]).is_err());
    let far = WorkProtocol::drag(1.0, 30.0).unwrap().samples(50).run().unwrap();
    assert_says(far.crossing(10), &["overlap"]);
    let wells = WorkProtocol::from_fn(-4.0, 4.0, |x, _| x.powi(4)).unwrap();
    assert_says(wells.exact_work(), &["closure"]);
    assert_says(drag.steps(1_000_000).exact_work(), &["`steps`"]);
    assert_says(drag.samples(1 << 27).run(), &["`deadline`"]);
    assert_says(drag.steps(1 << 28).samples(100).run(), &["`deadline`"]);
    let start = std::time::Instant::now();
    let endless = drag.steps(1 << 28).samples(100).deadline(0.1);
    assert_says(endless.run(), &["`deadline`", "16 runs"]);
    assert!(start.elapsed().as_secs_f64() < 10.0);
    // Of extreme stiffness there is a free energy, and of extreme works an error.
    let wide = WorkProtocol::stiffening(1e-300, 1e300).unwrap();
    assert!((wide.free_energy().unwrap() - 300.0 * 10_f64.ln()).abs() < 1e-9);
    let far = WorkProtocol::drag(1.0, 1e200).unwrap();
    assert!(far.run().is_err() && far.exact_work().is_err());
    let cut = drag.samples(1_000_000).deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.forward.len() == 16 && cut.reverse.len() == 16);
}
