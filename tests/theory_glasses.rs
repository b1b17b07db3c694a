//! The Sherrington–Kirkpatrick glass, signal and noise, and dense memories, against published values, identities, limits and enumeration.
//!
//! Reference numbers without a citation are from the same equations by mpmath (Python), with its own quadrature and root finder.

#[path = "common/gaussian.rs"]
mod gaussian;

use std::f64::consts::{LN_2, PI};

use gaussian::average;
use statmech::prelude::*;
use statmech::rand::Rng;

fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs().max(1.0)
}

#[test]
fn sherrington_kirkpatrick_states() -> statmech::Result<()> {
    // Temperature, field; q, f, m, 1 − replicon.
    let references = [
        (0.5, 0.0, 0.53036839205079461960, -0.79239294513469794087, 0.0, 1.3626733375215272432),
        (
            0.5,
            0.3,
            0.5693916925209126237,
            -0.83365357326095456964,
            0.26895047371949970301,
            1.2322463671944255399,
        ),
        (
            1.2,
            0.5,
            0.22003984426622348928,
            -1.1341943216359151863,
            0.35252788824229166954,
            0.45050476845747971636,
        ),
    ];
    for (t, h, q, f, m, fourth) in references {
        let state = sk::at(t, h)?;
        assert!(
            close(state.edwards_anderson, q, 1e-12) && close(state.free_energy, f, 1e-13),
            "{state:?}"
        );
        assert!(
            close(state.magnetization, m, 1e-12) && close(1.0 - state.replicon, fourth, 1e-12),
            "{state:?}"
        );
        let opposite = sk::at(t, -h)?;
        assert!(
            close(opposite.magnetization, -m, 1e-12) && opposite.free_energy == state.free_energy
        );
    }
    // Sherrington and Kirkpatrick (1975): at T = 0, f = −√(2/π) and s = −1/(2π).
    let frozen = sk::at(0.0, 0.0)?;
    assert!(
        close(frozen.energy, -(2.0 / PI).sqrt(), 1e-15) && close(frozen.entropy, -0.5 / PI, 1e-15)
    );
    assert!(frozen.edwards_anderson == 1.0 && frozen.replicon == f64::NEG_INFINITY);
    // Above T_c = 1 without a field: f = −1/(4T) − T ln 2.
    for t in [1.0, 1.7, 50.0] {
        let hot = sk::at(t, 0.0)?;
        assert!(close(hot.free_energy, -0.25 / t - t * LN_2, 1e-13) && hot.edwards_anderson == 0.0);
        assert!(close(hot.replicon, 1.0 - 1.0 / (t * t), 1e-13));
    }
    Ok(())
}

#[test]
fn the_states_solve_their_equations() -> statmech::Result<()> {
    for (t, h) in
        [(0.3, 0.0), (0.7, 0.0), (0.9, 1e-5), (0.4, 0.2), (1.0, 0.3), (2.0, 1.5), (0.8, 3.0)]
    {
        let state = sk::at(t, h)?;
        let q = state.edwards_anderson;
        let u = |z: f64| (q.sqrt() * z + h) / t;
        assert!(close(average(|z| u(z).tanh().powi(2)), q, 1e-12), "{state:?}");
        let functional = |q: f64| {
            let width = q.sqrt();
            -0.25 / t * (1.0 - q).powi(2)
                - t * average(|z| (2.0 * ((width * z + h) / t).cosh()).ln())
        };
        assert!(close(state.free_energy, functional(q), 1e-12));
        let step = 1e-5;
        assert!((functional(q + step) - functional(q - step)).abs() < 1e-13 / step);
        let slope = |f: &dyn Fn(f64) -> statmech::Result<f64>| {
            Ok::<f64, statmech::Error>((f(step)? - f(-step)?) / (2.0 * step))
        };
        let by_temperature = slope(&|d| Ok(sk::at(t + d, h)?.free_energy))?;
        assert!((by_temperature + state.entropy).abs() < 1e-8, "{state:?} {by_temperature}");
        if h > 1e-3 {
            let by_field = slope(&|d| Ok(sk::at(t, h + d)?.free_energy))?;
            assert!((by_field + state.magnetization).abs() < 1e-8, "{state:?} {by_field}");
        }
        let energy = -0.5 / t * (1.0 - q * q) - h * state.magnetization;
        assert!(close(state.energy, energy, 1e-12));
    }
    Ok(())
}

#[test]
fn limits_of_the_glass() -> statmech::Result<()> {
    // Below T_c, q ≈ τ + τ²/3 with τ = 1 − T (Sherrington and Kirkpatrick).
    for tau in [1e-3_f64, 1e-5] {
        let q = sk::at(1.0 - tau, 0.0)?.edwards_anderson;
        assert!((q - tau - tau * tau / 3.0).abs() < 2.0 * tau.powi(3) + 1e-13, "{q}");
    }
    // A field that vanishes, of any size, and one that leaves no choice.
    for h in [1e-300, 1e-200, 1e-30, 1e-10] {
        assert!(close(sk::at(0.6, h)?.edwards_anderson, sk::at(0.6, 0.0)?.edwards_anderson, 1e-9));
        assert!(close(sk::at(1.4, h)?.magnetization, 0.0, 1e-9));
    }
    let aligned = sk::at(0.5, 1e80)?;
    assert!(
        close(aligned.magnetization, 1.0, 1e-15)
            && close(aligned.free_energy, -1e80, 1e-14)
            && aligned.entropy == 0.0
    );
    // Linear response above T_c: m = βh.
    assert!(close(sk::at(1.4, 1e-6)?.magnetization * 1.4e6, 1.0, 1e-9));
    for h in [0.0, 0.4, 2.0] {
        for t in [1e-4, 1e-8, 1e-12] {
            let (zero, low) = (sk::at(0.0, h)?, sk::at(t, h)?);
            assert!(
                close(low.free_energy, zero.free_energy, t)
                    && close(low.entropy, zero.entropy, 5.0 * t),
                "{low:?} {zero:?}"
            );
            assert!(close(low.magnetization, zero.magnetization, 5.0 * t));
        }
        assert_eq!(sk::at(1e-200, h)?.free_energy, sk::at(0.0, h)?.free_energy);
    }
    Ok(())
}

#[test]
fn the_line_of_de_almeida_and_thouless() -> statmech::Result<()> {
    for (h, t) in
        [(0.01, 0.958466169377051015), (0.5, 0.53510494311538351011), (1.0, 0.32118057089463590320)]
    {
        assert!(close(sk::at_temperature(h)?, t, 1e-12), "{h} {}", sk::at_temperature(h)?);
        assert!(close(sk::at_field(t)?, h, 1e-10));
        assert_eq!(sk::at_temperature(-h)?, sk::at_temperature(h)?);
        assert!(sk::at(t * 1.01, h)?.replicon > 0.0 && sk::at(t * 0.99, h)?.replicon < 0.0);
    }
    // de Almeida and Thouless (1978): 1 − T = (3/4)^{1/3} h^{2/3} for h → 0, and T = 4/(3√(2π)) exp(−h²/2) for h → ∞.
    for (h, tolerance) in [(1e-3_f64, 0.02), (1e-5, 0.001), (1e-6, 3e-4), (1.001e-8, 1e-4)] {
        let law = 0.75_f64.cbrt() * h.powf(2.0 / 3.0);
        assert!(((1.0 - sk::at_temperature(h)?) / law - 1.0).abs() < tolerance, "{h}");
    }
    assert_eq!(sk::at_temperature(1e-40)?, 1.0);
    for h in [6.0_f64, 8.0] {
        let law = 4.0 / 3.0 / (2.0 * PI).sqrt() * (-0.5 * h * h).exp();
        assert!((sk::at_temperature(h)? / law - 1.0).abs() < 1e-6, "{h}");
    }
    assert_eq!((sk::at_temperature(0.0)?, sk::at_field(1.0)?), (1.0, 0.0));
    let line = sk::at_line(&linspace(0.0, 3.0, 31))?.values("temperature")?;
    assert!(line.windows(2).all(|pair| pair[1] < pair[0]));
    let frame = sk::frame(&[0.5, 1.0], 0.1)?;
    assert_eq!(frame.lookup("temperature", 0.5, "free_energy")?, sk::at(0.5, 0.1)?.free_energy);
    Ok(())
}

#[test]
fn signal_and_noise() -> statmech::Result<()> {
    // Hertz, Krogh and Palmer (1991), table 2.1: P_error and the largest load.
    let table = [
        (0.001, 0.105, 6e-4),
        (0.0036, 0.138, 6e-4),
        (0.01, 0.185, 6e-4),
        (0.05, 0.37, 6e-3),
        (0.1, 0.61, 6e-3),
    ];
    for (error, load, rounding) in table {
        let found = signal_to_noise::load_at_bit_error(error)?;
        assert!((found - load).abs() < rounding, "{error} {found}");
        let again = signal_to_noise::bit_error(signal_to_noise::load_at_bit_error(error)?)?;
        assert!((again / error - 1.0).abs() < 1e-13);
    }
    for error in [1e-300, 1e-20, 0.499999] {
        let again = signal_to_noise::bit_error(signal_to_noise::load_at_bit_error(error)?)?;
        assert!((again / error - 1.0).abs() < 1e-10, "{error}");
    }
    assert!(close(signal_to_noise::overlap_after_one_step(0.2, 0.0)?, 0.0, 1e-15));
    assert!(close(
        signal_to_noise::overlap_after_one_step(0.2, -0.5)?,
        -signal_to_noise::overlap_after_one_step(0.2, 0.5)?,
        1e-15
    ));
    // The finite-size capacity approaches N/(2 ln N) from above, slowly.
    let ratio = |n: usize| {
        Ok::<f64, statmech::Error>(
            signal_to_noise::patterns_at_probability(n, 0.5)? / signal_to_noise::most_patterns(n)?,
        )
    };
    assert!(
        ratio(1_000)? > ratio(1_000_000)?
            && ratio(1_000_000)? > ratio(1_000_000_000_000)?
            && ratio(1_000_000_000_000)? > 1.0
    );
    assert!(close(signal_to_noise::patterns_at_probability(1000, 0.5)?, 97.80354193367246, 1e-10));
    assert!(close(signal_to_noise::all_patterns(1000)?, 1000.0 / (4.0 * 1000.0_f64.ln()), 1e-14));
    Ok(())
}

#[test]
fn one_step_of_a_hopfield_network() -> statmech::Result<()> {
    // Fields from the couplings ξξᵀ/N without a diagonal, over 100 networks; the networks are independent, their bits not.
    let (n, p) = (400_usize, 80_usize);
    let fractions: Vec<f64> = (0..100)
        .map(|k| {
            let mut generator = Seed::new(11).child(k).generator();
            let patterns: Vec<Vec<f64>> = (0..p)
                .map(|_| (0..n).map(|_| if generator.random() { 1.0 } else { -1.0 }).collect())
                .collect();
            let overlaps: Vec<f64> = patterns
                .iter()
                .map(|x| x.iter().zip(&patterns[0]).map(|(a, b)| a * b).sum())
                .collect();
            let wrong = (0..n).filter(|&i| {
                let field: f64 =
                    patterns.iter().zip(&overlaps).map(|(x, overlap)| x[i] * overlap).sum();
                patterns[0][i] * field - p as f64 <= 0.0
            });
            wrong.count() as f64 / n as f64
        })
        .collect();
    let mean = fractions.iter().sum::<f64>() / 100.0;
    let error = (fractions.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 99.0 / 100.0).sqrt();
    // The load of crosstalk is (P − 1)/N; corrections are of order 1/N.
    let theory = signal_to_noise::bit_error((p - 1) as f64 / n as f64)?;
    assert!((mean - theory).abs() < 4.0 * error && error < 0.001, "{mean} ± {error} {theory}");
    Ok(())
}

#[test]
fn dense_memories() -> statmech::Result<()> {
    // Signal N^n − (N − 2)^n over the standard deviation of (x + 1)^n − (x − 1)^n, x a sum of N − 1 signs, by summing over all x.
    let n = 4000;
    for order in 2..=6 {
        let moment = variance(n, order);
        let signal = (n as f64).powi(order) - (n as f64 - 2.0).powi(order);
        let patterns = signal * signal / moment / 4.0;
        let expected = 0.5 * statmech::statrs::function::erf::erfc(2.0 / 2.0_f64.sqrt());
        let found = dense::bit_error(n, order as usize, patterns)?;
        assert!((found / expected - 1.0).abs() < 0.03, "{order} {found} {expected}");
        let back = dense::patterns_at_bit_error(n, order as usize, found)?;
        assert!((back / patterns - 1.0).abs() < 1e-12);
    }
    assert!(close(dense::bit_error(700, 2, 70.0)?, signal_to_noise::bit_error(0.1)?, 1e-15));
    // Krotov and Hopfield (2016) at n = 3: N²/(6 ln N).
    assert!(close(dense::perfect_patterns(100, 3)? * 6.0 * 100.0_f64.ln() / 1e4, 1.0, 1e-14));
    // Demircigil et al. (2017): 2^{N/2}; with wrong bits ½ I(1 − 2ρ).
    assert!(close(dense::exponential_rate(0.0)?, 0.5 * LN_2, 1e-15));
    let x: f64 = 1.0 - 2.0 * 0.1;
    let rate = 0.25 * ((1.0 + x) * x.ln_1p() + (1.0 - x) * (-x).ln_1p());
    assert!(
        close(dense::exponential_rate(0.1)?, rate, 1e-14) && dense::exponential_rate(0.4999)? > 0.0
    );
    Ok(())
}

#[test]
fn overlaps_of_dense_memories() -> statmech::Result<()> {
    // scipy's bounded minimizer and Brent root of the same equation.
    assert!((dense::retrieval_load(3)? - 0.08406347692345083).abs() < 1e-12);
    for (load, overlap) in
        [(0.04, 0.9957973777566153), (0.07, 0.9520742010623938), (0.08, 0.9066108250640779)]
    {
        assert!((dense::overlap(3, load)? - overlap).abs() < 1e-11);
    }
    for order in [3, 4, 10, 100] {
        let most = dense::retrieval_load(order)?;
        let odd: f64 = (1..order).map(|k| 2.0 * k as f64 - 1.0).product();
        for share in [1e-3, 0.3, 0.9, 1.0 - 1e-12, 1.0] {
            let m = dense::overlap(order, share * most)?;
            let field = m.powi(order as i32 - 1) / (2.0 * share * most * odd).sqrt();
            assert!(
                (1.0 - statmech::statrs::function::erf::erfc(field) - m).abs() < 1e-7,
                "{order} {share}"
            );
        }
        let beyond = dense::overlap(order, most * 1.000001).unwrap_err().to_string();
        assert!(beyond.contains("no memory"), "{beyond}");
        // Few errors are those of one step.
        let (n, patterns) = (100, 0.2 * most * 100_f64.powi(order as i32 - 1));
        let one_step = 1.0 - 2.0 * dense::bit_error(n, order, patterns)?;
        assert!((dense::overlap(order, 0.2 * most)? - one_step).abs() < 1e-3);
    }
    assert_eq!(dense::overlap(3, 1e-300)?, 1.0);
    Ok(())
}

/// The variance of (x + 1)^n − (x − 1)^n times a sign, x a sum of N − 1 random signs, by its probabilities.
fn variance(n: usize, order: i32) -> f64 {
    let tosses = n - 1;
    let ln_factorial: Vec<f64> = std::iter::once(0.0)
        .chain((1..=tosses).scan(0.0, |sum, k| {
            *sum += (k as f64).ln();
            Some(*sum)
        }))
        .collect();
    (0..=tosses)
        .map(|up| {
            let x = 2.0 * up as f64 - tosses as f64;
            let ln_weight = ln_factorial[tosses]
                - ln_factorial[up]
                - ln_factorial[tosses - up]
                - tosses as f64 * LN_2;
            ln_weight.exp() * ((x + 1.0).powi(order) - (x - 1.0).powi(order)).powi(2)
        })
        .sum()
}

#[test]
fn bad_input_is_refused_in_sentences() {
    let nan = f64::NAN;
    for message in [
        sk::at(nan, 0.0).unwrap_err(),
        sk::at(-0.1, 0.0).unwrap_err(),
        sk::at(f64::INFINITY, 0.0).unwrap_err(),
        sk::at(0.5, nan).unwrap_err(),
        sk::at(0.5, 1e200).unwrap_err(),
        sk::at_temperature(nan).unwrap_err(),
        sk::at_temperature(9.0).unwrap_err(),
        sk::at_field(1.1).unwrap_err(),
        sk::at_field(0.0).unwrap_err(),
        sk::frame(&[], 0.0).unwrap_err(),
        sk::frame(&[0.0], 0.0).unwrap_err(),
        sk::at_line(&[]).unwrap_err(),
        signal_to_noise::bit_error(0.0).unwrap_err(),
        signal_to_noise::bit_error(nan).unwrap_err(),
        signal_to_noise::overlap_after_one_step(0.1, 1.1).unwrap_err(),
        signal_to_noise::overlap_after_one_step(-0.1, 1.0).unwrap_err(),
        signal_to_noise::load_at_bit_error(0.5).unwrap_err(),
        signal_to_noise::load_at_bit_error(nan).unwrap_err(),
        signal_to_noise::most_patterns(1).unwrap_err(),
        signal_to_noise::all_patterns(0).unwrap_err(),
        signal_to_noise::most_patterns_from(10, 0.5).unwrap_err(),
        signal_to_noise::patterns_at_probability(0, 0.5).unwrap_err(),
        signal_to_noise::patterns_at_probability(10, 1.0).unwrap_err(),
        signal_to_noise::patterns_at_probability(2, 0.2).unwrap_err(),
        dense::bit_error(0, 2, 1.0).unwrap_err(),
        dense::bit_error(10, 1, 1.0).unwrap_err(),
        dense::bit_error(10, 101, 1.0).unwrap_err(),
        dense::bit_error(10, 3, nan).unwrap_err(),
        dense::bit_error(usize::MAX, 50, 1.0).unwrap_err(),
        dense::patterns_at_bit_error(10, 2, 0.7).unwrap_err(),
        dense::perfect_patterns(1, 2).unwrap_err(),
        dense::overlap(2, 0.1).unwrap_err(),
        dense::overlap(3, nan).unwrap_err(),
        dense::overlap(3, 0.0).unwrap_err(),
        dense::retrieval_load(101).unwrap_err(),
        dense::exponential_rate(0.5).unwrap_err(),
        dense::exponential_rate(nan).unwrap_err(),
    ] {
        let sentence = message.to_string();
        assert!(sentence.ends_with('.') && sentence.contains("must be"), "{sentence}");
    }
}
