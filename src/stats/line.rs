//! Straight lines through means with errors.

/// y = at_zero + slope · x.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub at_zero: f64,
    pub slope: f64,
    /// Of `at_zero`.
    pub error: f64,
}

/// The line of least Σ ((y − at_zero − slope · x)/e)² through points (x, y, e) at two places at least, with errors e above 0.
pub(crate) fn weighted_line(points: impl IntoIterator<Item = (f64, f64, f64)>) -> Line {
    let [mut w, mut wx, mut wy, mut wxx, mut wxy] = [0.0; 5];
    for (x, y, error) in points {
        let weight = error.powi(-2);
        w += weight;
        wx += weight * x;
        wy += weight * y;
        wxx += weight * x * x;
        wxy += weight * x * y;
    }
    let determinant = w * wxx - wx * wx;
    Line {
        at_zero: (wxx * wy - wx * wxy) / determinant,
        slope: (w * wxy - wx * wy) / determinant,
        error: (wxx / determinant).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::testing::autoregressive;

    #[test]
    fn through_two_points_and_three() {
        // At 0 lies 2y₁ − y₂, of errors 3 and 4: √(6² + 4²).
        let two = weighted_line([(1.0, 5.0, 3.0), (2.0, 7.0, 4.0)]);
        assert!((two.at_zero - 3.0).abs() < 1e-12 && (two.slope - 2.0).abs() < 1e-12);
        assert!((two.error - 52_f64.sqrt()).abs() < 1e-12);
        // Weights 4, 1, 1 at 0, 1, 2: the sums are 6, 3, 5 of x², y 1 and xy 1.
        let three = weighted_line([(0.0, 0.0, 0.5), (1.0, 1.0, 1.0), (2.0, 0.0, 1.0)]);
        assert!((three.at_zero - 2.0 / 21.0).abs() < 1e-15);
        assert!((three.slope - 3.0 / 21.0).abs() < 1e-15);
        assert!((three.error - (5.0_f64 / 21.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn error_holds_the_truth() {
        let places = [(0.1, 0.3), (0.2, 0.1), (0.4, 0.2), (0.5, 0.1)];
        let noise = autoregressive(0.0, 4 * 400, 1);
        let held = noise.chunks(4).filter(|noise| {
            let points =
                places.iter().zip(*noise).map(|(&(x, e), z)| (x, 1.0 - 2.0 * x + e * z, e));
            let line = weighted_line(points);
            (line.at_zero - 1.0).abs() <= line.error
        });
        let held = held.count();
        assert!((252..=292).contains(&held), "{held} of 400");
    }
}
