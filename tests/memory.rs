//! Exact sums need little memory: what a process of nothing else has held at most.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;

/// The most memory that this process has held, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// Sums go through the states in a number of chunks that stays the same from 27 spins on; what each keeps grows with the pairs of spins.
#[test]
fn exact_sums_need_far_less_than_a_gibibyte() {
    let begun = peak();
    let glass = Ising::sherrington_kirkpatrick(27, 1).unwrap().field(0.1).unwrap();
    glass.partition_function(1.0).unwrap().moments().unwrap();
    assert!(peak() - begun < 64.0, "moments: {} MiB", peak() - begun);
    // As many pairs of energy and magnetization as are counted together.
    let bonds = Array2::from_shape_fn((24, 24), |(i, j)| match (i + j) * (i * j + 1) % 3 {
        _ if i == j => 0.0,
        0 => -3.0,
        _ => 4.0,
    });
    let integers = Ising::from_couplings(&bonds).unwrap().field(1.0).unwrap();
    let exact = integers.enumerate().unwrap();
    assert!(exact.at(1.0).unwrap().ln_z > 0.0);
    assert!(peak() - begun < 256.0, "enumeration: {} MiB", peak() - begun);
}
