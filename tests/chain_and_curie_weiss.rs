//! The chain in a field and the Curie–Weiss model: against enumeration, closed forms and their limits.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/ring.rs"]
mod ring;
#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::prelude::*;

fn assert_close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{what}: {a} for {b}");
}

#[test]
fn rings_agree_with_enumeration() {
    for n in [2, 3, 8, 13] {
        for (j, h) in [(1.0, 0.0), (1.0, 0.3), (-1.0, 0.2), (-0.7, -2.5), (0.0, 1.0), (0.5, 0.0)] {
            let ising = Ising::chain(n).unwrap().coupling(j).unwrap().field(h).unwrap();
            let enumeration = ising.enumerate().unwrap();
            for t in [0.05, 0.5, 1.5, 30.0] {
                let (a, b) = (chain::ring(n, j, h, t).unwrap(), enumeration.at(t).unwrap());
                let what = format!("{n}, J = {j}, h = {h}, T = {t}");
                assert_close(a.ln_z, b.ln_z, 1e-13, &what);
                assert_close(a.free_energy, b.free_energy, 1e-13, &what);
                assert_close(a.energy, b.energy, 1e-13, &what);
                assert_close(a.heat_capacity, b.heat_capacity, 1e-12, &what);
                assert_close(a.entropy, b.entropy, 1e-12, &what);
                assert_close(a.magnetization, b.magnetization, 1e-13, &what);
                assert_close(a.susceptibility_full, b.susceptibility_full, 1e-12, &what);
            }
        }
    }
}

#[test]
fn long_rings_tend_to_the_infinite_chain() {
    for (j, h) in [(1.0, 0.0), (1.0, 0.3), (-1.0, 0.2), (-1.0, -2.5), (-1.0, 2.0), (0.0, 1.0)] {
        for t in [0.3, 0.8, 2.0, 50.0] {
            // Far longer than the correlation length.
            let n = 1_000_001;
            let (a, b) = (chain::ring(n, j, h, t).unwrap(), chain::infinite(j, h, t).unwrap());
            let what = format!("J = {j}, h = {h}, T = {t}");
            assert_close(a.ln_z, ring::ln_z(n, j, h, t), 1e-13, &what);
            // An odd antiferromagnetic ring is frustrated: one wall among a million spins.
            let tolerance = if j < 0.0 && h.abs() < 2.0 { 1e-5 } else { 1e-9 };
            assert_close(a.free_energy, b.free_energy, tolerance, &what);
            assert_close(a.energy, b.energy, tolerance, &what);
            assert_close(a.heat_capacity, b.heat_capacity, tolerance, &what);
            assert_close(a.entropy, b.entropy, tolerance, &what);
            assert_close(a.magnetization, b.magnetization, tolerance, &what);
            assert_close(a.susceptibility_full, b.susceptibility_full, tolerance, &what);
        }
    }
    // The longest, and coldest.
    let exact = chain::ring(1 << 52, 1.0, 0.1, 2.0).unwrap();
    assert_close(
        exact.magnetization,
        chain::infinite(1.0, 0.1, 2.0).unwrap().magnetization,
        1e-12,
        "m",
    );
    for t in [1e-3, 1e-2, 3e-2] {
        // Two ground states; and the frustrated odd ring: 18 of energy −7 without a field, 9 of −7.5 in one.
        for (n, j, h, expected) in [
            (100, 1.0, 0.0, 100.0 / t + 2_f64.ln()),
            (100, -1.0, 0.0, 100.0 / t + 2_f64.ln()),
            (9, -1.0, 0.0, 7.0 / t + 18_f64.ln()),
            (9, -1.0, 0.5, 7.5 / t + 9_f64.ln()),
        ] {
            assert_close(chain::ring(n, j, h, t).unwrap().ln_z, expected, 1e-14, "cold");
        }
    }
}

#[test]
fn the_chain_without_a_field_has_the_textbook_form() {
    for (j, t) in [(1.0, 0.5), (1.0, 3.0), (-2.0, 1.0)] {
        let k: f64 = j / t;
        let exact = chain::infinite(j, 0.0, t).unwrap();
        assert_close(-exact.free_energy / t, (2.0 * k.cosh()).ln(), 1e-14, "f");
        assert_close(exact.energy, -j * k.tanh(), 1e-14, "e");
        assert_close(exact.heat_capacity, (k / k.cosh()).powi(2), 1e-13, "c");
        assert_close(exact.susceptibility_full, (2.0 * k).exp() / t, 1e-14, "χ");
        let length = chain::correlation_length(j, 0.0, t).unwrap();
        assert_close(length, -1.0 / k.abs().tanh().ln(), 1e-12, "ξ");
    }
    // In a field: the decay of correlations in a long open chain by elimination.
    let (j, h, t) = (1.0, 0.2, 1.3);
    let length = chain::correlation_length(j, h, t).unwrap();
    let covariance = |r: usize| {
        // ∂⟨s_0⟩/∂h_r on a ring of 60.
        let d = 1e-4;
        let shifted = |d: f64| {
            let mut fields = Array1::from_elem(60, h);
            fields[r] += d;
            let ising = Ising::chain(60).unwrap().site_fields(&fields).unwrap();
            ising.elimination().unwrap().marginals(t).unwrap().magnetizations[0]
        };
        (shifted(d) - shifted(-d)) / (2.0 * d)
    };
    assert_close((covariance(3) / covariance(4)).ln(), 1.0 / length, 1e-5, "decay");
    assert_eq!(chain::correlation_length(0.0, 1.0, 1.0).unwrap(), 0.0);
}

#[test]
fn curie_weiss_agrees_with_enumeration() {
    for n in [1, 2, 7, 12] {
        for (j, h) in [(1.0, 0.0), (1.0, 0.2), (-1.0, 0.3), (2.0, -0.1), (0.0, 1.0)] {
            let ising = Ising::complete(n).unwrap().coupling(j).unwrap().field(h).unwrap();
            let enumeration = ising.enumerate().unwrap();
            let model = CurieWeiss::new(n).unwrap().coupling(j).unwrap().field(h).unwrap();
            for t in [0.05, 0.7, 1.0, 4.0] {
                let (a, b) = (model.at(t).unwrap(), enumeration.at(t).unwrap());
                let what = format!("{n}, J = {j}, h = {h}, T = {t}");
                assert_close(a.ln_z, b.ln_z, 1e-13, &what);
                assert_close(a.free_energy, b.free_energy, 1e-13, &what);
                assert_close(a.energy, b.energy, 1e-13, &what);
                assert_close(a.heat_capacity, b.heat_capacity, 1e-12, &what);
                assert_close(a.entropy, b.entropy, 1e-12, &what);
                assert_close(a.magnetization, b.magnetization, 1e-13, &what);
                assert_close(a.abs_magnetization, b.abs_magnetization, 1e-13, &what);
                assert_close(a.susceptibility, b.susceptibility, 1e-12, &what);
                assert_close(a.susceptibility_full, b.susceptibility_full, 1e-12, &what);
                assert_close(a.binder, b.binder, 1e-12, &what);
            }
            let frame = model.distribution(0.7).unwrap();
            let (m, p) =
                (frame.values("magnetization").unwrap(), frame.values("probability").unwrap());
            let mean: f64 = m.iter().zip(&p).map(|(m, p)| m.abs() * p).sum();
            assert_close(mean, model.at(0.7).unwrap().abs_magnetization, 1e-13, "distribution");
            assert_close(p.iter().sum::<f64>(), 1.0, 1e-13, "probabilities");
        }
    }
}

#[test]
fn many_spins_tend_to_the_limit() {
    let n = 1_000_000;
    for (j, h, t) in
        [(1.0, 0.0, 0.6), (1.0, 0.0, 1.4), (1.0, 0.1, 0.5), (1.0, -0.1, 1.0), (-1.0, 0.4, 0.8)]
    {
        let model = CurieWeiss::new(n).unwrap().coupling(j).unwrap().field(h).unwrap();
        let (finite, limit) = (model.at(t).unwrap(), model.limit(t).unwrap());
        let what = format!("J = {j}, h = {h}, T = {t}");
        // Corrections are of order 1/N; ln Z adds ln 2 for two solutions.
        assert_close(finite.free_energy, limit.free_energy, 2e-6, &what);
        assert_close(finite.energy, limit.energy, 5e-6, &what);
        assert_close(finite.heat_capacity, limit.heat_capacity, 2e-5, &what);
        assert_close(finite.entropy, limit.entropy, 5e-6, &what);
        if h == 0.0 {
            let width = (limit.susceptibility_full * t / n as f64).sqrt();
            let expected = if t < j {
                limit.magnetization
            } else {
                width * (2.0 / std::f64::consts::PI).sqrt()
            };
            assert_close(finite.abs_magnetization, expected, 5e-6, &what);
        } else {
            assert_close(finite.magnetization, limit.magnetization, 5e-6, &what);
            assert_close(finite.susceptibility_full, limit.susceptibility_full, 2e-5, &what);
        }
    }
    // At T_c ln Z's quartic: U = 1 − Γ(1/4)Γ(5/4)/(3 Γ(3/4)²) = 0.270520… (E. Brézin and J. Zinn-Justin, Nucl. Phys. B 257, 867 (1985)).
    let binder = CurieWeiss::new(n).unwrap().at(1.0).unwrap().binder;
    assert_close(binder, 0.270520, 2e-3, "Binder at T_c");
}

#[test]
fn the_limit_solves_its_equation_and_is_thermodynamically_consistent() {
    for (j, h) in [(1.0, 0.0), (1.0, 0.05), (1.5, -0.3), (-1.0, 0.5), (0.0, -0.7)] {
        let model = CurieWeiss::new(1).unwrap().coupling(j).unwrap().field(h).unwrap();
        for t in [0.2, 0.7, 0.9, 1.1, 3.0] {
            let what = format!("J = {j}, h = {h}, T = {t}");
            let at = model.limit(t).unwrap();
            let m = at.magnetization;
            assert_close(((j * m + h) / t).tanh(), m, 1e-14, &what);
            assert_close(at.entropy, (at.energy - at.free_energy) / t, 1e-13, &what);
            // Not above the free energy of any other magnetization: the right branch.
            let variational = |m: f64| {
                let x = |p: f64| if p > 0.0 { p * p.ln() } else { 0.0 };
                -0.5 * j * m * m - h * m + t * (x(0.5 * (1.0 + m)) + x(0.5 * (1.0 - m)))
            };
            if j >= 0.0 {
                let least =
                    linspace(-1.0, 1.0, 2001).into_iter().map(variational).fold(9.0, f64::min);
                assert!(at.free_energy <= least + 1e-14, "{what}");
                assert!(at.free_energy > least - 1e-5, "{what}");
            }
            let d = 1e-5;
            let slope = |f: &dyn Fn(f64) -> f64| (f(d) - f(-d)) / (2.0 * d);
            let capacity = slope(&|d| model.limit(t + d).unwrap().energy);
            assert_close(at.heat_capacity, capacity, 1e-6, &what);
            if h != 0.0 {
                let shifted = |d: f64| model.field(h + d).unwrap().limit(t).unwrap();
                assert_close(
                    at.susceptibility_full,
                    slope(&|d| shifted(d).magnetization),
                    1e-6,
                    &what,
                );
                assert_close(m, -slope(&|d| shifted(d).free_energy), 1e-8, &what);
            }
        }
    }
    // Near T_c: m² = 3ε (1 − 4ε/5 …) with ε = 1 − T/T_c, c → 3/2, χ → 1/(2εT).
    let model = CurieWeiss::new(1).unwrap();
    let epsilon = 1e-9;
    let at = model.limit(1.0 - epsilon).unwrap();
    assert_close(at.magnetization.powi(2) / (3.0 * epsilon), 1.0, 1e-6, "m");
    assert_close(at.heat_capacity, 1.5, 1e-6, "c");
    assert_close(at.susceptibility_full * 2.0 * epsilon, 1.0, 1e-6, "χ");
    let critical = model.limit(1.0).unwrap();
    assert!(critical.susceptibility_full.is_infinite() && critical.heat_capacity == 0.0);
}

#[test]
fn extreme_and_bad_input() {
    for t in [1e-250, 1e-3, 1e5, 1e250] {
        for h in [0.0, 1e-9, -3.0] {
            let model = CurieWeiss::new(1000).unwrap().field(h).unwrap();
            let (a, b) = (model.at(t).unwrap(), model.limit(t).unwrap());
            assert!(a.ln_z.is_finite() && a.heat_capacity.is_finite() && a.binder.is_finite());
            assert!(b.heat_capacity.is_finite() && b.susceptibility_full.is_finite(), "{b:?}");
            for j in [1.0, -1.0, 0.0] {
                let ring = chain::ring(1000, j, h, t).unwrap();
                assert!(ring.heat_capacity.is_finite() && ring.susceptibility_full.is_finite());
                if t > 1e-2 || h != 0.0 || j <= 0.0 {
                    let chain = chain::infinite(j, h, t).unwrap();
                    for x in [chain.free_energy, chain.energy, chain.heat_capacity, chain.entropy] {
                        assert!(x.is_finite(), "J = {j}, h = {h}, T = {t}: {chain:?}");
                    }
                    assert!(
                        chain.susceptibility_full.is_finite() && chain.magnetization.is_finite()
                    );
                }
            }
        }
    }
    let model = CurieWeiss::new(10).unwrap();
    for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_says(chain::ring(5, 1.0, 0.0, t), &["`temperature`"]);
        assert_says(chain::infinite(1.0, 0.0, t), &["`temperature`"]);
        assert_says(chain::correlation_length(1.0, 0.0, t), &["`temperature`"]);
        assert_says(model.at(t), &["`temperature`"]);
        assert_says(model.limit(t), &["`temperature`"]);
        assert_says(model.distribution(t), &["`temperature`"]);
        assert_says(model.frame(&[1.0, t]), &["`temperature`"]);
    }
    assert_says(chain::ring(1, 1.0, 0.0, 1.0), &["`n`"]);
    assert_says(chain::ring(5, f64::NAN, 0.0, 1.0), &["`coupling`"]);
    assert_says(chain::infinite(1.0, f64::INFINITY, 1.0), &["`field`"]);
    assert_says(chain::infinite(1.0, 0.0, 1e-3), &["overflows"]);
    assert_says(chain::correlation_length(1.0, 0.0, 1e-3), &["overflows"]);
    assert_says(chain::ring(5, 1e300, 0.0, 1e-300), &["finite"]);
    assert_says(chain::ring(9, -1.0, 0.0, 1e-310), &["finite"]);
    assert_says(CurieWeiss::new(0), &["`n`"]);
    assert_says(CurieWeiss::new(usize::MAX), &["limit"]);
    assert_says(model.coupling(f64::NAN), &["`coupling`"]);
    assert_says(model.field(1e300), &["`field`"]);
    assert_says(model.at(1e-310), &["`temperature`"]);
    assert!(model.frame(&[]).is_err() && model.limit_frame(&[]).is_err());
    assert!(chain::frame(1.0, 0.0, &[]).is_err() && chain::ring_frame(5, 1.0, 0.0, &[]).is_err());
}
