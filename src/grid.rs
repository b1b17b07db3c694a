//! Grids of parameter values.

/// `n` numbers from `from` to `to`, both included, equally spaced.
///
/// One number gives `from`; none gives an empty list.
///
/// ```
/// use statmech::prelude::*;
/// assert_eq!(linspace(1.0, 3.0, 5), [1.0, 1.5, 2.0, 2.5, 3.0]);
/// ```
pub fn linspace(from: f64, to: f64, n: usize) -> Vec<f64> {
    let last = n.saturating_sub(1);
    let point = |k: usize| {
        if k == 0 {
            from
        } else if k == last {
            // The end itself, without the rounding of from + n · step.
            to
        } else {
            from + (to - from) * (k as f64 / last as f64)
        }
    };
    (0..n).map(point).collect()
}

/// `n` numbers from `from` to `to`, both included, each the same multiple of the one before: a ladder of temperatures.
///
/// One number gives `from`; none gives an empty list; ends that are not positive give NaN in between.
///
/// ```
/// use statmech::prelude::*;
/// let ladder = geomspace(0.5, 2.0, 3);
/// assert!(ladder[0] == 0.5 && (ladder[1] - 1.0).abs() < 1e-15 && ladder[2] == 2.0);
/// ```
pub fn geomspace(from: f64, to: f64, n: usize) -> Vec<f64> {
    let last = n.saturating_sub(1);
    let between = |(k, logarithm): (usize, f64)| match k {
        0 => from,
        k if k == last => to,
        _ => logarithm.exp(),
    };
    linspace(from.ln(), to.ln(), n).into_iter().enumerate().map(between).collect()
}
