//! Errors that say what a sum over all states would cost.

use crate::error::Error;

/// A time in words, from seconds to ages.
fn in_words(seconds: f64) -> String {
    let years = seconds / 3.156e7;
    match seconds {
        _ if years > 1e6 => "longer than mankind has existed".to_owned(),
        _ if years > 1.0 => format!("some {years:.0} years"),
        s if s > 172_800.0 => format!("some {:.0} days", s / 86_400.0),
        s if s > 7_200.0 => format!("some {:.0} hours", s / 3_600.0),
        s if s > 180.0 => format!("some {:.0} minutes", s / 60.0),
        s if s > 2.0 => format!("some {s:.0} seconds"),
        s => format!("some {s:.1} seconds"),
    }
}

/// The error for more spins than are summed over.
pub(super) fn too_large(what: &str, n: usize, seconds_per_state: f64, most: usize) -> Error {
    let time = in_words(seconds_per_state * (n as f64).exp2());
    Error::TooLarge {
        what: format!("{what} of {n} spins"),
        needs: format!("2^{n} states ({time} on one thread)"),
        limit: format!("the {most} spins allowed"),
        advice: "Use `elimination()` where the graph is narrow, or sample with `scan(temperatures)` or `simulation(t)`.".to_owned(),
    }
}

/// The error for a deadline that passed before all states were visited; `bound` is what those visited say of ln Z.
pub(super) fn late(states: f64, fraction: f64, seconds: f64, bound: Option<f64>) -> Error {
    let known = bound.map(|ln_z| format!(", by which ln Z is at least {ln_z:.12}"));
    Error::TooLarge {
        what: format!("The sum over 2^{:.0} states", states.log2()),
        needs: in_words(seconds),
        limit: "its deadline".to_owned(),
        advice: format!(
            "It came to {:.1} % of the states{}; allow more time, or sample instead.",
            100.0 * fraction,
            known.unwrap_or_default()
        ),
    }
}
