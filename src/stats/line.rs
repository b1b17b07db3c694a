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
///
/// About the weighted means, reckoned from the most certain point: raw sums lose all digits where one weight is much above the others.
pub(crate) fn weighted_line(points: impl IntoIterator<Item = (f64, f64, f64)>) -> Line {
    let points: Vec<(f64, f64, f64)> = points.into_iter().collect();
    let surest = points.iter().min_by(|a, b| a.2.total_cmp(&b.2));
    let (x_0, y_0) = surest.map_or((0.0, 0.0), |&(x, y, _)| (x, y));
    let weighted = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        points.iter().map(|&(x, y, error)| of(x - x_0, y - y_0) * error.powi(-2)).sum()
    };
    let weight = weighted(&|_, _| 1.0);
    let (mean_x, mean_y) = (weighted(&|x, _| x) / weight, weighted(&|_, y| y) / weight);
    let square = weighted(&|x, _| (x - mean_x).powi(2));
    let slope = weighted(&|x, y| (x - mean_x) * (y - mean_y)) / square;
    let from_zero = x_0 + mean_x;
    Line {
        at_zero: y_0 + mean_y - slope * from_zero,
        slope,
        error: (1.0 / weight + from_zero * from_zero / square).sqrt(),
    }
}

/// The line against N^−`exponent` through loads (N, mean, error), each the mean over so many samples of a number of patterns over N.
pub(crate) fn line_of_loads(
    loads: impl IntoIterator<Item = (usize, f64, f64)>,
    exponent: f64,
    samples: usize,
) -> Line {
    weighted_line(loads.into_iter().map(|(size, load, error)| {
        // Samples that all agree would have infinite weight: their error is that of a whole number of patterns at least.
        let floor = 0.3 / size as f64 / (samples as f64).sqrt();
        ((size as f64).powf(-exponent), load, error.max(floor))
    }))
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
    fn one_point_may_be_far_more_certain_than_the_others() {
        let places = [9.0, 11.0, 13.0, 17.0];
        for certain in [1e-9, 1e-12] {
            let error = |place: f64| if place == 9.0 { certain } else { 0.05 };
            let line = weighted_line(places.map(|n| (1.0 / n, 0.8 + 0.5 / n, error(n))));
            assert!((line.at_zero - 0.8).abs() < 1e-12 && (line.slope - 0.5).abs() < 1e-11);
            // The slope is what is uncertain, by 0.05/√Σ(x − 1/9)².
            let square: f64 = places.iter().map(|n| (1.0 / n - 1.0 / 9.0_f64).powi(2)).sum();
            assert!((line.error * 9.0 * square.sqrt() / 0.05 - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn loads_without_scatter_are_as_certain_as_whole_numbers() {
        // Errors 0 become 0.3/(10 · 2) and 0.3/(20 · 2), at 1/10 and 1/20: 2y₂ − y₁ at 0.
        let line = line_of_loads([(10, 0.5, 0.0), (20, 0.6, 0.0)], 1.0, 4);
        assert!((line.at_zero - 0.7).abs() < 1e-12);
        assert!((line.error - 0.015 * 2_f64.sqrt()).abs() < 1e-12);
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
