//! Symmetric pair couplings, stored sparsely.

use std::fmt;

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::spin::{MAX_BONDS, MAX_SPINS};

/// The couplings J_ij of a model: symmetric, zero on the diagonal, stored as one list of neighbours per spin
/// (compressed sparse rows, ascending).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::spin::Couplings;
/// let couplings = Couplings::from_bonds(3, &[(0, 1, 1.0), (2, 1, -0.5), (0, 1, 1.0)])?;
/// assert_eq!(couplings.bonds(), [(0, 1, 2.0), (1, 2, -0.5)]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Couplings {
    offsets: Vec<usize>,
    neighbors: Vec<u32>,
    values: Vec<f64>,
}

impl Couplings {
    /// Couplings from bonds (i, j, J_ij) among `n` spins, in any order; a bond listed twice couples with the sum.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pair = statmech::spin::Couplings::from_bonds(2, &[(0, 1, 1.0), (1, 0, 0.5)])?;
    /// assert_eq!(pair.bonds(), [(0, 1, 1.5)]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a site is not below `n`, is bonded to itself, or a value, or the sum over bonds of the same pair, is not finite.
    pub fn from_bonds(n: usize, bonds: &[(usize, usize, f64)]) -> Result<Self> {
        check_size(n, bonds.len())?;
        let mut degrees = vec![0_usize; n];
        for &(i, j, value) in bonds {
            if i >= n || j >= n || i == j {
                let allowed = format!("a pair of two different sites below {n}");
                return Err(Error::argument("bond", format!("({i}, {j})"), allowed));
            }
            if !value.is_finite() {
                return Err(not_finite(i, j, value));
            }
            degrees[i] += 1;
            degrees[j] += 1;
        }
        let mut starts = Vec::with_capacity(n);
        let mut total = 0;
        for degree in &degrees {
            starts.push(total);
            total += degree;
        }
        let mut entries = vec![(0_u32, 0.0); total];
        let mut next = starts.clone();
        for &(i, j, value) in bonds {
            for (here, there) in [(i, j), (j, i)] {
                entries[next[here]] = (there as u32, value);
                next[here] += 1;
            }
        }
        let mut couplings = Self::with_capacity(n, total);
        for (start, degree) in starts.into_iter().zip(degrees) {
            let row = &mut entries[start..start + degree];
            row.sort_by_key(|entry| entry.0);
            couplings.push_row(row.iter().copied());
        }
        match couplings.bonds().into_iter().find(|bond| !bond.2.is_finite()) {
            Some((i, j, value)) => Err(not_finite(i, j, value)),
            None => Ok(couplings),
        }
    }

    /// Couplings from a square, symmetric matrix with a zero diagonal; zeros are not stored.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pair = statmech::spin::Couplings::from_dense(&array![[0.0, -1.0], [-1.0, 0.0]])?;
    /// assert_eq!(pair.bonds(), [(0, 1, -1.0)]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the matrix is empty, not square, not symmetric (|J_ij − J_ji| above 1e-12 |J_ij|), has a diagonal entry or
    /// one that is not finite; the message names the place.
    pub fn from_dense(matrix: &Array2<f64>) -> Result<Self> {
        let (n, columns) = matrix.dim();
        if n != columns {
            return Err(Error::Shape {
                what: "The coupling matrix",
                expected: "(n, n)".to_owned(),
                given: format!("({n}, {columns})"),
            });
        }
        for ((i, j), &value) in matrix.indexed_iter() {
            let mirror = matrix[(j, i)];
            if !value.is_finite() {
                return Err(not_finite(i, j, value));
            }
            if !mirror.is_finite() {
                return Err(not_finite(j, i, mirror));
            }
            if i == j && value != 0.0 {
                let given = format!("J[({i}, {i})] = {value}");
                return Err(Error::argument("couplings", given, "zero on the diagonal"));
            }
            if (value - mirror).abs() > 1e-12 * value.abs() {
                let given = format!("J[({i}, {j})] = {value} with J[({j}, {i})] = {mirror}");
                return Err(Error::argument("couplings", given, "symmetric, J_ij = J_ji"));
            }
        }
        let bonds = matrix.iter().filter(|&&value| value != 0.0).count() / 2;
        check_size(n, bonds)?;
        let mut couplings = Self::with_capacity(n, 2 * bonds);
        for i in 0..n {
            // The upper triangle counts for both, so that the stored couplings are symmetric to the last bit.
            let row = (0..n).map(|j| (j as u32, matrix[(i.min(j), i.max(j))]));
            couplings.push_row(row.filter(|&(_, value)| value != 0.0));
        }
        Ok(couplings)
    }

    fn with_capacity(n: usize, entries: usize) -> Self {
        let mut offsets = Vec::with_capacity(n + 1);
        offsets.push(0);
        Self {
            offsets,
            neighbors: Vec::with_capacity(entries),
            values: Vec::with_capacity(entries),
        }
    }

    /// Appends the next spin's neighbours, ascending; equal ones are merged.
    fn push_row(&mut self, row: impl Iterator<Item = (u32, f64)>) {
        let start = self.neighbors.len();
        for (neighbor, value) in row {
            if self.neighbors.len() > start && self.neighbors.last() == Some(&neighbor) {
                if let Some(last) = self.values.last_mut() {
                    *last += value;
                }
            } else {
                self.neighbors.push(neighbor);
                self.values.push(value);
            }
        }
        self.offsets.push(self.neighbors.len());
    }

    /// The number of spins.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(statmech::spin::Couplings::from_bonds(3, &[])?.n_spins(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn n_spins(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The coupled pairs (i, j, J_ij), each once with i < j, in ascending order.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let chain = statmech::spin::Couplings::from_bonds(3, &[(2, 1, 1.0), (0, 1, 1.0)])?;
    /// assert_eq!(chain.bonds(), [(0, 1, 1.0), (1, 2, 1.0)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bonds(&self) -> Vec<(usize, usize, f64)> {
        let mut bonds = Vec::with_capacity(self.neighbors.len() / 2);
        for i in 0..self.n_spins() {
            let (neighbors, values) = self.row(i);
            for (&j, &value) in neighbors.iter().zip(values) {
                if i < j as usize {
                    bonds.push((i, j as usize, value));
                }
            }
        }
        bonds
    }

    /// The neighbours of spin `i` and its couplings to them.
    #[inline]
    pub(crate) fn row(&self, i: usize) -> (&[u32], &[f64]) {
        let entries = self.entries(i);
        (&self.neighbors[entries.clone()], &self.values[entries])
    }

    /// Where the entries of spin `i` lie in arrays parallel to the stored values.
    #[inline]
    pub(crate) fn entries(&self, i: usize) -> std::ops::Range<usize> {
        self.offsets[i]..self.offsets[i + 1]
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }
}

impl fmt::Debug for Couplings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Couplings({} spins, {} bonds)", self.n_spins(), self.neighbors.len() / 2)
    }
}

fn not_finite(i: usize, j: usize, value: f64) -> Error {
    Error::argument("couplings", format!("J[({i}, {j})] = {value}"), "finite numbers")
}

fn check_size(n: usize, bonds: usize) -> Result<()> {
    if n == 0 {
        return Err(Error::argument("couplings", "a model of 0 spins", "for at least 1 spin"));
    }
    if n <= MAX_SPINS && bonds <= MAX_BONDS {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "This model".to_owned(),
        needs: format!("{n} spins and {bonds} bonds"),
        limit: format!("{MAX_SPINS} spins or {MAX_BONDS} bonds"),
        advice: "Take fewer spins.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::array;

    #[test]
    fn a_matrix_and_its_bonds_give_the_same_couplings() {
        let matrix = array![[0.0, 1.5, 0.0], [1.5, 0.0, -2.0], [0.0, -2.0, 0.0]];
        let dense = Couplings::from_dense(&matrix).unwrap();
        let bonds = Couplings::from_bonds(3, &[(2, 1, -2.0), (0, 1, 1.5)]).unwrap();
        assert_eq!(dense, bonds);
        assert_eq!(dense.row(1), (&[0, 2][..], &[1.5, -2.0][..]));
    }

    #[test]
    fn bad_matrices_are_named() {
        let cases = [
            (array![[0.0, 1.0, 2.0], [1.0, 0.0, 3.0]], "(2, 3)"),
            (array![[0.0, 1.0], [2.0, 0.0]], "J[(0, 1)] = 1"),
            (array![[0.0, f64::NAN], [f64::NAN, 0.0]], "J[(0, 1)] = NaN"),
            (array![[0.0, 1.0], [1.0, 3.0]], "J[(1, 1)] = 3"),
            (Array2::zeros((0, 0)), "0 spins"),
        ];
        for (matrix, part) in cases {
            let message = Couplings::from_dense(&matrix).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
        assert!(Couplings::from_bonds(2, &[(0, 2, 1.0)]).is_err());
        assert!(Couplings::from_bonds(2, &[(1, 1, 1.0)]).is_err());
        assert!(Couplings::from_bonds(2, &[(0, 1, f64::INFINITY)]).is_err());
        assert!(Couplings::from_bonds(2, &[(0, 1, 1e308), (1, 0, 1e308)]).is_err());
    }
}
