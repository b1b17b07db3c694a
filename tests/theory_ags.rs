//! The replica theory of the Hopfield network against published digits, other solutions of its equations, identities and limits.
//!
//! Reference numbers without a citation are 15 digits and more from the equations of state by mpmath (Python): two-dimensional Newton steps in (m, q) and its own
//! quadrature, where the crate searches in one variable.

#[path = "common/gaussian.rs"]
mod gaussian;

use std::f64::consts::{LN_2, PI};

use gaussian::average;
use statmech::prelude::*;
use statmech::theory::ags::AgsState;

type Solve<'a> = &'a dyn Fn(f64, f64) -> statmech::Result<AgsState>;

/// The free energy as a function of its order parameters, as AGS (1987) print it.
fn functional(load: f64, t: f64, m: f64, q: f64, r: f64) -> f64 {
    let beta = 1.0 / t;
    let c = beta * (1.0 - q);
    let spin = average(|z| (2.0 * (beta * ((load * r).sqrt() * z + m)).cosh()).ln());
    0.5 * load
        + 0.5 * m * m
        + 0.5 * load * t * ((1.0 - c).ln() - beta * q / (1.0 - c))
        + 0.5 * load * beta * r * (1.0 - q)
        - t * spin
}

fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs().max(1.0)
}

#[test]
fn published_digits_of_the_capacity() -> statmech::Result<()> {
    // AGS print 0.138 and 0.967; the digits are those of many later works.
    let capacity = ags::retrieval_load(0.0)?;
    assert!((capacity - 0.137906).abs() < 5e-7 && (ags::CAPACITY / capacity - 1.0).abs() < 1e-14);
    let marginal = ags::retrieval(ags::CAPACITY, 0.0).or_else(|_| ags::retrieval(capacity, 0.0))?;
    assert!((marginal.overlap - 0.96742).abs() < 5e-6, "{marginal:?}");
    assert!((marginal.overlap - ags::OVERLAP_AT_CAPACITY).abs() < 1e-6);
    // Entropies at T = 0: −0.0014 of the memory and −0.07 of the spin glass (AGS 1985).
    assert!((marginal.entropy + 0.0014).abs() < 5e-5);
    assert!((ags::spin_glass(ags::CAPACITY, 0.0)?.entropy + 0.07).abs() < 5e-3);
    // Printed as 0.051.
    assert!((ags::global_load()? - 0.051854330918917).abs() < 1e-12);
    let beyond = ags::retrieval(0.1380, 0.0).unwrap_err().to_string();
    assert!(beyond.contains("at most 0.1379055") && beyond.contains("no memory"), "{beyond}");
    Ok(())
}

#[test]
fn states_by_other_means() -> statmech::Result<()> {
    let check = |state: AgsState, expected: [f64; 5]| {
        let found =
            [state.overlap, state.edwards_anderson, state.noise, state.free_energy, state.entropy];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!(close(found, expected, 1e-12), "{state:?} {expected}");
        }
        assert!(close(state.energy, state.free_energy + state.temperature * state.entropy, 1e-15));
    };
    check(
        ags::retrieval(0.05, 0.3)?,
        [
            0.99116499570153201582,
            0.98296095021578361449,
            1.1049070994493814135,
            -0.50123616994559850575,
            0.023192802886378234582,
        ],
    );
    check(
        ags::retrieval(0.1, 0.1)?,
        [
            0.99675084384932193122,
            0.99691583705508341235,
            1.0613753402505105778,
            -0.50026475150796989847,
            0.0028074660883212760261,
        ],
    );
    check(
        ags::spin_glass(0.05, 0.3)?,
        [
            0.0,
            0.7607266356565784914,
            18.565758187086115639,
            -0.50933841541509077434,
            0.13547724613654083031,
        ],
    );
    check(
        ags::spin_glass(0.1, 0.8)?,
        [
            0.0,
            0.39759648800445418919,
            6.5172453498701588055,
            -0.69964410746912809355,
            0.37729455228274279168,
        ],
    );
    let cold = ags::retrieval(0.1, 0.0)?;
    assert!(close(cold.overlap, 0.99799926634729915629, 1e-13));
    assert!(close(cold.noise, 1.0430588306492039004, 1e-12));
    assert!(close(cold.susceptibility, 0.020858184883268397118, 1e-13));
    assert!(close(cold.energy, -0.50015420934733387614, 1e-14));
    let glass = ags::spin_glass(0.1, 0.0)?;
    assert!(close(glass.noise, 12.412462767716133527, 1e-14));
    assert!(close(glass.energy, -0.57062313838580667636, 1e-14));
    Ok(())
}

#[test]
fn free_energies_are_stationary() -> statmech::Result<()> {
    let memory = |load, t| ags::retrieval(load, t);
    let glass = |load, t| ags::spin_glass(load, t);
    let cases: [(Solve<'_>, f64, f64); 6] = [
        (&memory, 0.02, 0.6),
        (&memory, 0.1, 0.2),
        (&memory, 0.05, 0.45),
        (&glass, 0.1, 0.5),
        (&glass, 0.5, 1.3),
        (&glass, 5.0, 0.4),
    ];
    for (solve, load, t) in cases {
        let state = solve(load, t)?;
        let (m, q, r) = (state.overlap, state.edwards_anderson, state.noise);
        assert!(close(state.free_energy, functional(load, t, m, q, r), 1e-12), "{state:?}");
        let step = 1e-5;
        let slopes = [
            functional(load, t, m + step, q, r) - functional(load, t, m - step, q, r),
            functional(load, t, m, q + step, r) - functional(load, t, m, q - step, r),
            functional(load, t, m, q, r + step) - functional(load, t, m, q, r - step),
        ];
        for slope in slopes {
            assert!((slope / (2.0 * step)).abs() < 2e-8 * (1.0 + r), "{state:?} {slopes:?}");
        }
        // −∂f/∂T is the entropy, and ∂²f/∂m² > 0 makes memories minima.
        let slope = (solve(load, t + step)?.free_energy - solve(load, t - step)?.free_energy)
            / (2.0 * step);
        assert!((slope + state.entropy).abs() < 1e-8, "{state:?} {slope}");
    }
    // The entropy of the paramagnet.
    let (load, t, step) = (0.3, 1.8, 1e-5);
    let slope =
        ags::paramagnet(load, t + step)?.free_energy - ags::paramagnet(load, t - step)?.free_energy;
    assert!((slope / (2.0 * step) + ags::paramagnet(load, t)?.entropy).abs() < 1e-9);
    Ok(())
}

#[test]
fn without_load_it_is_the_curie_weiss_model() -> statmech::Result<()> {
    for t in [0.1, 0.5, 0.9, 0.999] {
        let exact = CurieWeiss::new(2)?.limit(t)?;
        let empty = ags::retrieval(0.0, t)?;
        assert!(close(empty.overlap, exact.magnetization, 1e-15));
        assert!(close(empty.free_energy, exact.free_energy, 1e-14));
        assert!(close(empty.entropy, exact.entropy, 1e-14) && empty.replicon == 1.0);
        if t < 0.99 {
            let nearly = ags::retrieval(1e-9, t)?;
            assert!(close(nearly.overlap, exact.magnetization, 1e-6), "{t} {nearly:?}");
            assert!(close(nearly.free_energy, exact.free_energy, 1e-7));
        }
    }
    let frozen = ags::retrieval(0.0, 0.0)?;
    assert_eq!((frozen.overlap, frozen.energy, frozen.entropy), (1.0, -0.5, 0.0));
    let hot = ags::paramagnet(0.0, 3.0)?;
    assert!(close(hot.free_energy, -3.0 * LN_2, 1e-15));
    Ok(())
}

#[test]
fn low_temperatures_join_zero() -> statmech::Result<()> {
    // All quantities are linear in T at first.
    for load in [1e-4, 0.05, 0.13] {
        for t in [1e-4, 1e-8, 1e-12] {
            let (zero, low) = (ags::retrieval(load, 0.0)?, ags::retrieval(load, t)?);
            let near = |low, zero| close(low, zero, 20.0 * t + 1e-13);
            assert!(
                near(low.overlap, zero.overlap) && near(low.noise, zero.noise),
                "{low:?} {zero:?}"
            );
            assert!(near(low.free_energy, zero.free_energy) && near(low.entropy, zero.entropy));
            let (zero, low) = (ags::spin_glass(load, 0.0)?, ags::spin_glass(load, t)?);
            assert!(
                near(low.free_energy, zero.free_energy) && near(low.entropy, zero.entropy),
                "{low:?} {zero:?}"
            );
        }
        assert_eq!(ags::retrieval(load, 1e-300)?.overlap, ags::retrieval(load, 0.0)?.overlap);
    }
    // The lowest temperatures are where replica symmetry fails, for memories exponentially low.
    assert!(ags::retrieval(0.1, 0.001)?.replicon < 0.0 && ags::retrieval(0.1, 0.2)?.replicon > 0.0);
    assert!(ags::retrieval(0.02, 0.01)?.replicon > 0.0);
    assert!(ags::spin_glass(0.1, 1.0)?.replicon < 0.0);
    // AGS (1987): T_R ≈ √(8α/9π) exp(−1/(2α)) at small loads.
    for load in [0.02, 0.025] {
        let law = (8.0 * load / (9.0 * PI)).sqrt() * (-0.5 / load).exp();
        let ratio = ags::replica_symmetry_temperature(load)? / law;
        assert!((ratio - 1.0).abs() < 1e-3, "{ratio}");
    }
    Ok(())
}

#[test]
fn the_spin_glass_freezes_continuously() -> statmech::Result<()> {
    for load in [1e-6, 0.1, 1.0, 30.0] {
        let top = ags::spin_glass_temperature(load)?;
        assert_eq!(top, 1.0 + load.sqrt());
        let below = ags::spin_glass(load, top * (1.0 - 1e-4))?;
        assert!(
            below.edwards_anderson > 0.0
                && below.edwards_anderson < 1e-3 * (1.0 + 1.0 / load.sqrt())
        );
        assert!(close(
            below.free_energy,
            ags::paramagnet(load, top * (1.0 - 1e-4))?.free_energy,
            1e-7
        ));
        assert!(below.replicon.abs() < 0.01, "{below:?}");
        assert!(ags::spin_glass(load, top).is_err());
    }
    // For α → ∞ and in units of √α it is the model of Sherrington and Kirkpatrick.
    let (load, t): (f64, f64) = (1e6, 0.5);
    let glass = ags::spin_glass(load, t * load.sqrt())?;
    assert!((glass.edwards_anderson - 0.53036839205079461960).abs() < 2e-3);
    Ok(())
}

#[test]
fn lines_of_the_phase_diagram() -> statmech::Result<()> {
    for t in [0.05, 0.3, 0.7, 0.95] {
        let load = ags::retrieval_load(t)?;
        assert!(close(ags::retrieval_temperature(load)?, t, 1e-10));
        assert!(ags::retrieval(load * (1.0 - 1e-9), t).is_ok());
        assert!(ags::retrieval(load * (1.0 + 1e-9), t).is_err());
    }
    // The re-entrance of Naef and Canning (1992): more memories at T = 0.02 than at 0.
    assert!(
        ags::retrieval_load(0.02)? > ags::CAPACITY && ags::retrieval_load(0.06)? < ags::CAPACITY
    );
    assert!(ags::retrieval(0.138, 0.02).is_ok() && ags::retrieval(0.138, 0.0).is_err());
    assert!((0.04..0.05).contains(&ags::retrieval_temperature(ags::CAPACITY)?));
    // AGS (1987): T_M ≈ 1 − 1.95 √α and T_c ≈ 1 − 2.6 √α for small loads.
    for load in [1e-7_f64, 1e-6] {
        let melting = (1.0 - ags::retrieval_temperature(load)?) / load.sqrt();
        let global = (1.0 - ags::global_temperature(load)?) / load.sqrt();
        assert!((melting - 1.95).abs() < 0.01 && (global - 2.6).abs() < 0.02, "{melting} {global}");
    }
    let loads = linspace(0.0, 0.15, 16);
    let diagram = ags::phase_diagram(&loads)?;
    let (melting, global) =
        (diagram.values("retrieval_temperature")?, diagram.values("global_temperature")?);
    assert!(
        melting[0] == 1.0 && global[0] == 1.0 && melting[13].is_finite() && melting[14].is_nan()
    );
    assert!(global[5].is_finite() && global[6].is_nan());
    for pair in melting[..14].windows(2).chain(global[..6].windows(2)) {
        assert!(pair[1] < pair[0]);
    }
    for (k, &load) in loads.iter().enumerate().take(6).skip(1) {
        assert!(global[k] < melting[k]);
        let at = |t| {
            Ok::<f64, statmech::Error>(
                ags::retrieval(load, t)?.free_energy - ags::spin_glass(load, t)?.free_energy,
            )
        };
        assert!(at(global[k] - 0.01)? < 0.0 && at(global[k] + 0.01)? > 0.0);
    }
    Ok(())
}

#[test]
fn frames_have_missing_values_where_there_is_no_memory() -> statmech::Result<()> {
    let frame = ags::frame(&[0.0, 0.1, 0.2], 0.0)?;
    assert_eq!(frame.shape(), (3, 10));
    assert_eq!(frame.column("overlap")?.null_count(), 1);
    assert_eq!(frame.column("free_energy_glass")?.null_count(), 1);
    assert_eq!(frame.lookup("load", 0.1, "overlap")?, ags::retrieval(0.1, 0.0)?.overlap);
    Ok(())
}

#[test]
fn mixtures_of_patterns() -> statmech::Result<()> {
    for n in 1..=9_usize {
        // m_n = ⟨|X|⟩/n by listing all signs.
        let mean: f64 = (0..1_u32 << n)
            .map(|signs| f64::from((2 * signs.count_ones()).abs_diff(n as u32)))
            .sum::<f64>()
            / f64::from(1 << n)
            / n as f64;
        let cold = ags::mixture(n, 0.0)?;
        assert!(
            close(cold.overlap, mean, 1e-15)
                && close(cold.free_energy, -0.5 * n as f64 * mean * mean, 1e-15)
        );
        let warm = ags::mixture(n, 0.4)?;
        let spins = |f: &dyn Fn(f64) -> f64| {
            (0..1_u32 << n)
                .map(|signs| f(2.0 * f64::from(signs.count_ones()) - n as f64))
                .sum::<f64>()
                / f64::from(1 << n)
        };
        let m = spins(&|x| x * (warm.overlap * x / 0.4).tanh()) / n as f64;
        assert!(close(m, warm.overlap, 1e-14) && warm.overlap > 0.1);
        assert!(n == 1 || warm.free_energy > ags::mixture(1, 0.4)?.free_energy);
        assert!(ags::mixture(n, 0.9999)?.overlap > 0.0);
    }
    assert_eq!(ags::mixture(3, 0.0)?.overlap, 0.5);
    assert!(close(
        ags::mixture(1, 0.7)?.overlap,
        CurieWeiss::new(2)?.limit(0.7)?.magnetization,
        1e-14
    ));
    assert!(ags::mixture(1000, 0.5)?.overlap > 0.0);
    Ok(())
}

#[test]
fn bad_input_is_refused_in_sentences() {
    let nan = f64::NAN;
    for message in [
        ags::retrieval(nan, 0.0).unwrap_err(),
        ags::retrieval(-0.1, 0.0).unwrap_err(),
        ags::retrieval(1e-300, 0.0).unwrap_err(),
        ags::retrieval(f64::INFINITY, 0.0).unwrap_err(),
        ags::retrieval(0.1, nan).unwrap_err(),
        ags::retrieval(0.1, -1.0).unwrap_err(),
        ags::retrieval(0.1, 0.9).unwrap_err(),
        ags::retrieval(0.0, 1.0).unwrap_err(),
        ags::retrieval(0.1, f64::INFINITY).unwrap_err(),
        ags::spin_glass(0.0, 0.5).unwrap_err(),
        ags::spin_glass(0.1, 1.4).unwrap_err(),
        ags::spin_glass(nan, 0.5).unwrap_err(),
        ags::spin_glass(1e7, 0.5).unwrap_err(),
        ags::paramagnet(0.1, 1.0).unwrap_err(),
        ags::paramagnet(-1.0, 2.0).unwrap_err(),
        ags::spin_glass_temperature(nan).unwrap_err(),
        ags::retrieval_load(1.0).unwrap_err(),
        ags::retrieval_temperature(0.15).unwrap_err(),
        ags::global_temperature(0.06).unwrap_err(),
        ags::global_temperature(nan).unwrap_err(),
        ags::phase_diagram(&[]).unwrap_err(),
        ags::phase_diagram(&[1e-20]).unwrap_err(),
        ags::frame(&[], 0.1).unwrap_err(),
        ags::frame(&[0.1], nan).unwrap_err(),
        ags::frame(&[nan], 0.1).unwrap_err(),
        ags::replica_symmetry_temperature(0.15).unwrap_err(),
        ags::replica_symmetry_temperature(nan).unwrap_err(),
        ags::mixture(0, 0.1).unwrap_err(),
        ags::mixture(1001, 0.1).unwrap_err(),
        ags::mixture(3, 1.0).unwrap_err(),
    ] {
        let sentence = message.to_string();
        assert!(sentence.ends_with('.') && sentence.contains("must be"), "{sentence}");
    }
}
