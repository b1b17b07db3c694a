//! The infinite triangular and honeycomb lattices: against each other, series, finite lattices and their own derivatives.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;

/// One of the solutions.
type Kind = fn(f64) -> statmech::Result<Bulk>;

fn assert_close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!((a - b).abs() <= tolerance, "{what}: {a} for {b}");
}

#[test]
fn critical_temperatures_and_energies() {
    assert_close(TRIANGULAR_TC, 4.0 / 3_f64.ln(), 1e-15, "T_c");
    assert_close(HONEYCOMB_TC, 2.0 / (2.0 + 3_f64.sqrt()).ln(), 1e-15, "T_c");
    // ⟨s s'⟩ of neighbours is 2/3 and 4/(3√3) at T_c (Houtappel, 1950); the heat capacity diverges.
    assert_close(triangular::at(TRIANGULAR_TC).unwrap().energy, -2.0, 1e-12, "e");
    assert_close(honeycomb::at(HONEYCOMB_TC).unwrap().energy, -2.0 / 3_f64.sqrt(), 1e-12, "e");
    for (at, tc) in [(triangular::at as fn(f64) -> _, TRIANGULAR_TC), (honeycomb::at, HONEYCOMB_TC)]
    {
        let c = |x: f64| at(tc * (1.0 + x)).unwrap().heat_capacity;
        // c = −A ln|t| + B: equal steps per decade, the same on both sides.
        let steps = [c(1e-5) - c(1e-4), c(1e-6) - c(1e-5), c(-1e-6) - c(-1e-5)];
        assert_close(steps[0], steps[1], 1e-3, "logarithm");
        assert_close(steps[1], steps[2], 1e-3, "both sides");
        assert!(steps[1] > 0.5);
    }
}

#[test]
fn the_antiferromagnet_keeps_wanniers_entropy() {
    // S = (2/π) ∫₀^{π/3} ln(2 cos ω) dω = 0.3230659472… (G. Wannier, Phys. Rev. B 7, 5017 (1973)), here by Simpson's rule.
    let n = 20_000;
    let h = std::f64::consts::FRAC_PI_3 / f64::from(n);
    let sum: f64 = (0..=n)
        .map(|k| {
            let weight = if k == 0 || k == n { 1.0 } else { f64::from(2 + 2 * (k % 2)) };
            weight * (2.0 * (f64::from(k) * h).cos()).ln()
        })
        .sum();
    let wannier = 2.0 / std::f64::consts::PI * sum * h / 3.0;
    for t in [1e-300, 1e-3, 0.05] {
        let exact = triangular::antiferromagnet(t).unwrap();
        assert_close(exact.entropy, wannier, 1e-12, "s");
        // Clausen's Cl₂(π/3) = 1.0149416064096537, over π.
        assert_close(exact.entropy, 1.0149416064096537 / std::f64::consts::PI, 1e-13, "s");
        assert_close(exact.energy, -1.0, 1e-12, "e");
        assert_eq!(exact.magnetization, 0.0);
    }
}

#[test]
fn the_star_triangle_transformation_maps_one_onto_the_other() {
    // Summing one sublattice of the honeycomb out leaves a triangular lattice with e^{4K'} = 2 cosh 2K − 1 and a factor
    // 2 cosh 3K e^{−3K'} for each of its spins (L. Onsager, Phys. Rev. 65, 117 (1944); R. Baxter's book, section 6.4).
    for t in [0.3, 0.9, 1.4, HONEYCOMB_TC, 1.6, 3.0, 20.0] {
        let k: f64 = 1.0 / t;
        let other = (2.0 * (2.0 * k).cosh() - 1.0).ln() / 4.0;
        let (honey, tri) = (honeycomb::at(t).unwrap(), triangular::at(1.0 / other).unwrap());
        let ln_star = (2.0 * (3.0 * k).cosh()).ln() - 3.0 * other;
        assert_close(
            -2.0 * k * honey.free_energy,
            ln_star - other * tri.free_energy,
            1e-12,
            "ln z",
        );
        // The magnetization of a sublattice stays as it is; near T_c the map's rounding is magnified.
        let tolerance = if t == HONEYCOMB_TC { 0.05 } else { 1e-12 };
        assert_close(honey.magnetization, tri.magnetization, tolerance, &format!("m at {t}"));
        // Energies: the map's derivative by K.
        let slope = (2.0 * k).sinh() / (2.0 * (2.0 * k).cosh() - 1.0);
        let energy = 2.0 * honey.energy;
        let mapped = -3.0 * (3.0 * k).tanh() + slope * (3.0 + tri.energy);
        assert_close(energy, mapped, 1e-7, &format!("e at {t}"));
    }
}

#[test]
fn low_temperature_series_agree() {
    // Triangular: z = e^{3K}(1 + y³ + 3y⁵ …) with y = e^{−4K}: one spin turned costs 6 bonds, a pair of neighbours 10.
    let t: f64 = 0.9;
    let y = (-4.0 / t).exp();
    let exact = triangular::at(t).unwrap();
    let series = 3.0 / t + y.powi(3) + 3.0 * y.powi(5);
    assert_close(-exact.free_energy / t, series, 20.0 * y.powi(6), "triangular ln z");
    let m = 1.0 - 2.0 * y.powi(3) - 12.0 * y.powi(5);
    assert_close(exact.magnetization, m, 100.0 * y.powi(6), "triangular m");
    // Honeycomb, x = e^{−2K}: one spin 3 bonds, a pair 4 (3/2 pairs a spin).
    let t: f64 = 0.4;
    let x = (-2.0 / t).exp();
    let exact = honeycomb::at(t).unwrap();
    let series = 1.5 / t + x.powi(3) + 1.5 * x.powi(4);
    assert_close(-exact.free_energy / t, series, 10.0 * x.powi(5), "honeycomb ln z");
    let m = 1.0 - 2.0 * x.powi(3) - 6.0 * x.powi(4);
    assert_close(exact.magnetization, m, 100.0 * x.powi(5), "honeycomb m");
}

#[test]
fn finite_lattices_tend_to_the_infinite_ones() {
    // Tori whose correlation length is far below their side, summed exactly.
    let compare = |ising: &Ising, exact: Bulk, twofold: bool, tolerance: f64| {
        let finite = ising.elimination().unwrap().at(exact.temperature).unwrap();
        let states = if twofold { 2_f64.ln() / ising.n_spins() as f64 } else { 0.0 };
        assert_close(finite.entropy, exact.entropy + states, tolerance, "s");
        assert_close(finite.energy, exact.energy, tolerance, "e");
        assert_close(finite.heat_capacity, exact.heat_capacity, 10.0 * tolerance, "c");
        let free_energy = exact.free_energy - exact.temperature * states;
        assert_close(finite.free_energy, free_energy, tolerance, "f");
    };
    let tri = Ising::triangular(6).unwrap();
    compare(&tri, triangular::at(1.5).unwrap(), true, 1e-8);
    compare(&tri, triangular::at(40.0).unwrap(), false, 1e-6);
    let anti = tri.coupling(-1.0).unwrap();
    compare(&anti, triangular::antiferromagnet(20.0).unwrap(), false, 1e-5);
    let honey = Ising::honeycomb(6).unwrap();
    compare(&honey, honeycomb::at(0.5).unwrap(), true, 1e-8);
    compare(&honey, honeycomb::at(10.0).unwrap(), false, 1e-8);
    compare(&honey.coupling(-1.0).unwrap(), honeycomb::at(10.0).unwrap(), false, 1e-8);
}

#[test]
fn magnetizations_agree_with_sampled_ones() {
    for (ising, exact) in [
        (Ising::triangular(48).unwrap(), triangular::at(3.2).unwrap()),
        (Ising::honeycomb(48).unwrap(), honeycomb::at(1.35).unwrap()),
    ] {
        let scan =
            ising.scan([exact.temperature]).update(Update::Wolff).sweeps(4_000).seed(3).run();
        let scan = scan.unwrap();
        let value = |name: &str| scan.values(name).unwrap()[0];
        let (m, error) = (value("abs_magnetization"), value("abs_magnetization_err"));
        assert!(error < 2e-3 && (m - exact.magnetization).abs() < 4.0 * error, "{m} ± {error}");
        let (e, error) = (value("energy"), value("energy_err"));
        assert!(error < 3e-3 && (e - exact.energy).abs() < 4.0 * error, "{e} ± {error}");
    }
}

#[test]
fn quantities_are_derivatives_of_the_free_energy() {
    let kinds: [(Kind, [f64; 5]); 3] = [
        (triangular::at, [1.2, 3.0, 3.6, 3.7, 9.0]),
        (triangular::antiferromagnet, [0.4, 0.8, 1.5, 3.0, 9.0]),
        (honeycomb::at, [0.5, 1.2, 1.5, 1.54, 4.0]),
    ];
    for (kind, (at, temperatures)) in kinds.into_iter().enumerate() {
        for t in temperatures {
            let (beta, d) = (1.0 / t, 5e-5);
            let ln_z = |beta: f64| -beta * at(1.0 / beta).unwrap().free_energy;
            let five_point = |f: &dyn Fn(f64) -> f64, x: f64| {
                (8.0 * (f(x + d) - f(x - d)) - (f(x + 2.0 * d) - f(x - 2.0 * d))) / (12.0 * d)
            };
            let exact = at(t).unwrap();
            let what = format!("{kind} at {t}");
            assert_close(exact.energy, -five_point(&ln_z, beta), 1e-8, &what);
            let energy = |t: f64| at(t).unwrap().energy;
            assert_close(exact.heat_capacity, five_point(&energy, t), 1e-6, &what);
            let entropy = (exact.energy - exact.free_energy) / t;
            assert_close(exact.entropy, entropy, 1e-12, &what);
        }
    }
}

#[test]
fn extreme_temperatures_stay_finite_and_bad_ones_are_refused() {
    for at in [triangular::at, triangular::antiferromagnet, honeycomb::at] {
        for t in [1e-300, 1e-5, 0.1, 1.0, TRIANGULAR_TC, HONEYCOMB_TC, 1e3, 1e9, 1e300] {
            let row = at(t).unwrap();
            for x in
                [row.free_energy, row.energy, row.heat_capacity, row.entropy, row.magnetization]
            {
                assert!(x.is_finite(), "{row:?}");
            }
            if t > 1e8 {
                assert_close(row.entropy, 2_f64.ln(), 1e-12, "s");
                assert_eq!(row.magnetization, 0.0);
            }
        }
        for t in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-310] {
            assert!(at(t).unwrap_err().to_string().contains("`temperature`"));
        }
    }
    for frame in [triangular::frame, triangular::antiferromagnet_frame, honeycomb::frame] {
        assert!(frame(&[]).is_err() && frame(&[1.0, -1.0]).is_err());
        assert_eq!(frame(&[1.0, 2.0]).unwrap().shape(), (2, 6));
    }
}
