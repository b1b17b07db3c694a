//! A Cholesky factor that grows and shrinks by one row.

/// L with L Lᵀ = M for a positive definite M, row by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Factor {
    rows: Vec<Vec<f64>>,
}

/// A new row whose part outside the old ones is below this fraction (squared) is taken for dependent.
const DEPENDENT: f64 = 1e-13;

impl Factor {
    /// Adds a row and column to M: its products with the old ones and its own square. False if it depends on them, to rounding.
    pub fn push(&mut self, products: Vec<f64>, square: f64) -> bool {
        let mut row = products;
        for i in 0..self.rows.len() {
            let known: f64 = row[..i].iter().zip(&self.rows[i]).map(|(a, b)| a * b).sum();
            row[i] = (row[i] - known) / self.rows[i][i];
        }
        let rest = square - row.iter().map(|x| x * x).sum::<f64>();
        if !(rest > DEPENDENT * square) {
            return false;
        }
        row.push(rest.sqrt());
        self.rows.push(row);
        true
    }

    /// Takes a row and column out of M.
    pub fn remove(&mut self, place: usize) {
        self.rows.remove(place);
        // Each row below reaches one entry beyond the diagonal now: rotations of neighbouring columns bring it back.
        for i in place..self.rows.len() {
            let (a, b) = (self.rows[i][i], self.rows[i][i + 1]);
            let length = a.hypot(b);
            let (c, s) = (a / length, b / length);
            for row in &mut self.rows[i..] {
                let (x, y) = (row[i], row[i + 1]);
                row[i] = c * x + s * y;
                row[i + 1] = c * y - s * x;
            }
            self.rows[i].truncate(i + 1);
        }
    }

    /// The u with M u = (1, …, 1).
    pub fn solve_ones(&self) -> Vec<f64> {
        let n = self.rows.len();
        let mut u = vec![1.0; n];
        for i in 0..n {
            let known: f64 = self.rows[i][..i].iter().zip(&u).map(|(a, b)| a * b).sum();
            u[i] = (u[i] - known) / self.rows[i][i];
        }
        for i in (0..n).rev() {
            u[i] /= self.rows[i][i];
            let value = u[i];
            for (u, l) in u.iter_mut().zip(&self.rows[i][..i]) {
                *u -= value * l;
            }
        }
        u
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_and_shrinking_keep_the_solution() {
        // M_ij = min(i, j) + δ_ij, whose rows enter and leave in an arbitrary order.
        let m = |i: usize, j: usize| (i.min(j) + usize::from(i == j)) as f64;
        let mut factor = Factor::default();
        let mut members: Vec<usize> = Vec::new();
        for (step, index) in [1, 5, 2, 9, 7, 3, 8, 4, 6].into_iter().enumerate() {
            let products = members.iter().map(|&k| m(k, index)).collect();
            assert!(factor.push(products, m(index, index)));
            members.push(index);
            if step % 3 == 2 {
                factor.remove(step % members.len());
                members.remove(step % members.len());
            }
            let u = factor.solve_ones();
            for &i in &members {
                let sum: f64 = members.iter().zip(&u).map(|(&j, u)| m(i, j) * u).sum();
                assert!((sum - 1.0).abs() < 1e-12);
            }
        }
        let copy = members.iter().map(|&k| m(k, members[0])).collect();
        assert!(!factor.push(copy, m(members[0], members[0])));
    }
}
