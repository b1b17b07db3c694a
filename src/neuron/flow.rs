//! The flows that Hebb's and Oja's rules follow on average, solved.

use crate::ndarray::{Array1, Array2, ArrayView1};

/// A weight vector in the basis of the covariance's eigenvectors, under dw/dt = C w (Hebb) or C w − (w·C w) w (Oja).
///
/// With u(t) = e^{Ct} w(0), Hebb's flow is u, and Oja's is u/√(1 + |u|² − |w(0)|²): the same direction at a length that tends to 1.
/// (Differentiate, with d|u|²/dt = 2 u·C u.)
pub(super) struct Flow {
    /// Eigenvalues, the leading one first.
    values: Vec<f64>,
    /// Squared components of w(0).
    squares: Vec<f64>,
    normalized: bool,
}

impl Flow {
    pub fn new(
        start: ArrayView1<'_, f64>,
        values: &Array1<f64>,
        vectors: &Array2<f64>,
        normalized: bool,
    ) -> Self {
        let squares = vectors.rows().into_iter().map(|v| v.dot(&start).powi(2)).collect();
        Self { values: values.to_vec(), squares, normalized }
    }

    /// Misalignment 1 − cos² and norm after this time, the sum of the rates.
    pub fn at(&self, time: f64) -> (f64, f64) {
        let leading = self.values[0];
        let grown = self.values.iter().zip(&self.squares);
        let parts: Vec<f64> =
            grown.map(|(value, square)| square * (2.0 * (value - leading) * time).exp()).collect();
        let others: f64 = parts[1..].iter().sum();
        let all = parts[0] + others;
        // ln |u|², for e^{2 λ t} soon exceeds all numbers.
        let ln_square = 2.0 * leading * time + all.ln();
        let square = if self.normalized {
            let start: f64 = self.squares.iter().sum();
            1.0 / (1.0 + (1.0 - start) * (-ln_square).exp())
        } else {
            ln_square.exp()
        };
        (others / all, square.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::array;

    /// Both flows against fourth-order Runge–Kutta steps.
    #[test]
    fn the_flows_solve_their_equations() {
        let (values, vectors) = (array![2.0, 1.0, 0.5], Array2::eye(3));
        let start = array![0.3, -0.7, 0.9];
        for normalized in [true, false] {
            let slope = |w: &Array1<f64>| {
                let c = w * &values;
                let decay = if normalized { w.dot(&c) } else { 0.0 };
                c - decay * w
            };
            let (mut w, h) = (start.clone(), 0.001);
            for _ in 0..1500 {
                let a = slope(&w);
                let b = slope(&(&w + &(h / 2.0 * &a)));
                let c = slope(&(&w + &(h / 2.0 * &b)));
                let d = slope(&(&w + &(h * &c)));
                w += &(h / 6.0 * (a + 2.0 * b + 2.0 * c + d));
            }
            let (misalignment, norm) =
                Flow::new(start.view(), &values, &vectors, normalized).at(1.5);
            let square = w.dot(&w);
            assert!((norm - square.sqrt()).abs() < 1e-9 * norm);
            assert!((misalignment - (1.0 - w[0] * w[0] / square)).abs() < 1e-9);
        }
    }
}
