//! What needs the 10,000 digits of `data/mnist-*`. They are too large for the published crate, which leaves out this file with them;
//! in the repository they are always there, and their absence is a failure.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;

#[test]
fn the_ten_thousand_digits_are_complete_and_look_like_digits() -> statmech::Result<()> {
    let images = mnist()?;
    let counts: Vec<usize> = (0..10).map(|digit| images.labelled(digit).count()).collect();
    assert_eq!(counts.iter().sum::<usize>(), 10_000);
    assert!(counts.iter().all(|&n| n > 800));
    // The published mean of MNIST's grey levels is 0.1307.
    let mean = images.pixels().mean().unwrap();
    assert!((mean - 0.1307).abs() < 0.003, "{mean}");
    // A one covers less of the page than a zero.
    let ink = |digit: usize| images.labelled(digit).pixels().mean().unwrap();
    assert!(ink(1) < 0.6 * ink(0));
    Ok(())
}

/// `cargo test --release --test mnist -- --ignored --nocapture seven_million`
#[test]
#[ignore = "two minutes and 1.6 GiB"]
fn seven_million_parameters_are_trained_and_have_the_ends_of_their_spectrum() {
    let (training, held_out) = mnist().unwrap().split(8000, 1).unwrap();
    let (training, held_out) = (Dataset::from_images(&training), Dataset::from_images(&held_out));
    let network = Network::mlp([784, 2048, 2048, 512, 10]).relu().precision(Precision::Single);
    let objective = network.loss(&training).unwrap();
    let started = std::time::Instant::now();
    let descent =
        objective.descend(&network.initial(1).unwrap()).adam().learning_rate(5e-4).batch(200);
    let theta = descent.steps(120).points(2).run().unwrap().theta;
    let (seen, unseen) = (objective.accuracy(&theta), network.loss(&held_out).unwrap());
    let (seen, unseen) = (seen.unwrap(), unseen.accuracy(&theta).unwrap());
    println!("{seen} of training, {unseen} of others: {:.1} s", started.elapsed().as_secs_f64());
    assert!(seen > 0.98 && unseen > 0.95);

    let started = std::time::Instant::now();
    let hessian = network.loss(&training.take(1000)).unwrap().hessian_at(&theta).unwrap();
    let run = hessian.lanczos(1).basis(40).tolerance(1e-3).single_precision(true).deadline(600.0);
    let pairs = run.run().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kibibytes: f64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    println!("{pairs:?} in {:.1} s, {peak}", started.elapsed().as_secs_f64());
    assert!(pairs.complete && kibibytes < 4.0 * 1024.0 * 1024.0);
    // The products of double precision say the same.
    let double = network.precision(Precision::Double).loss(&training.take(1000)).unwrap();
    for row in 0..2 {
        let (value, vector) = (pairs.eigenvalues[row], pairs.vector(row).unwrap());
        let rest = double.hessian_vector(&theta, &vector).unwrap() - value * &vector;
        assert!(rest.dot(&rest).sqrt() < 1.1e-3 * pairs.eigenvalues[0], "{row}");
    }
}
