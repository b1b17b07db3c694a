//! Lattices and graphs: sites, bonds and positions.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::rand::Rng;
use crate::random::Seed;
use crate::spin::{MAX_BONDS, MAX_SPINS};

/// A lattice or graph: which sites there are, and which pairs of them are bonded.
///
/// Boundaries are periodic unless [`open`](Self::open) is called. A lattice is a cheap description; its sites and bonds
/// are made, and its sizes checked, when they are asked for.
///
/// **Narrow tori have double bonds.** A periodic side of length 2 reaches the same neighbour forwards and backwards, so
/// [`bonds`](Self::bonds) lists the pair twice and a model with coupling J has J_ij = 2J there. This is the lattice
/// that transfer matrices and Kaufman's solution describe. A periodic side of length 1 would bond a site to itself and is
/// refused; an open one is fine.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(Lattice::square(4).bonds()?.len(), 32);
/// assert_eq!(Lattice::square(4).open().bonds()?.len(), 24);
/// assert_eq!(Lattice::chain(2).bonds()?, [(0, 1), (0, 1)]);
/// assert!(Lattice::chain(1).bonds().is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    geometry: Geometry,
    open: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Geometry {
    /// Sides from the slowest to the fastest index; every site bonds to the next along each side.
    Box {
        name: &'static str,
        sides: Vec<usize>,
    },
    Triangular {
        side: usize,
    },
    Honeycomb {
        side: usize,
    },
    Complete {
        sites: usize,
    },
    Random {
        sites: usize,
        mean_degree: f64,
        seed: Seed,
    },
}

impl Lattice {
    /// A chain of `n` sites; periodic, it is a ring.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::chain(4).bonds()?, [(0, 1), (1, 2), (2, 3), (0, 3)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn chain(n: usize) -> Self {
        Self::boxed("chain", vec![n])
    }

    /// A square lattice of `l` × `l` sites, site index = row · l + column.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::square(3).bonds()?.len(), 18);
    /// # Ok(())
    /// # }
    /// ```
    pub fn square(l: usize) -> Self {
        Self::boxed("square", vec![l, l])
    }

    /// A square lattice of `rows` × `cols` sites, site index = row · cols + column.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::rectangle(3, 5).n_sites()?, 15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rectangle(rows: usize, cols: usize) -> Self {
        Self::boxed("rectangle", vec![rows, cols])
    }

    /// A triangular lattice of `l` × `l` sites with six neighbours each: along the row, and two in each row beside it.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::triangular(4).bonds()?.len(), 48);
    /// # Ok(())
    /// # }
    /// ```
    pub fn triangular(l: usize) -> Self {
        Self { geometry: Geometry::Triangular { side: l }, open: false }
    }

    /// A honeycomb lattice of `l` × `l` cells of two sites, 2l² in all, with three neighbours each.
    ///
    /// Its rows are zigzag chains of 2`l` sites, site index = row · 2l + column: each site is bonded to the one before and the one after
    /// it in the row, and the one in an odd column to its left neighbour's place in the next row, (row + 1, column − 1). Even
    /// columns are one sublattice, odd columns the other. Opened, the rows lose the bond from their end to their start, and
    /// the last row those to the first.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let honeycomb = Lattice::honeycomb(3);
    /// assert_eq!((honeycomb.n_sites()?, honeycomb.bonds()?.len()), (18, 27));
    /// assert_eq!(honeycomb.shape(), [3, 6]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn honeycomb(l: usize) -> Self {
        Self { geometry: Geometry::Honeycomb { side: l }, open: false }
    }

    /// A simple cubic lattice of `l` × `l` × `l` sites.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::cubic(4).shape(), [4, 4, 4]);
    /// ```
    pub fn cubic(l: usize) -> Self {
        Self::boxed("cubic", vec![l, l, l])
    }

    /// The complete graph: each of `n` sites is bonded to every other. Open and periodic are the same here.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::complete(5).bonds()?.len(), 10);
    /// # Ok(())
    /// # }
    /// ```
    pub fn complete(n: usize) -> Self {
        Self { geometry: Geometry::Complete { sites: n }, open: false }
    }

    /// An Erdős–Rényi random graph G(n, M): M = round(n · `mean_degree` / 2) distinct bonds, all sets of M equally likely.
    ///
    /// The same seed gives the same graph. Source: P. Erdős and A. Rényi, Publ. Math. Debrecen 6, 290 (1959).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::random_graph(10, 4.0, 1).bonds()?.len(), 20);
    /// # Ok(())
    /// # }
    /// ```
    pub fn random_graph(n: usize, mean_degree: f64, seed: impl Into<Seed>) -> Self {
        let geometry = Geometry::Random { sites: n, mean_degree, seed: seed.into() };
        Self { geometry, open: false }
    }

    fn boxed(name: &'static str, sides: Vec<usize>) -> Self {
        Self { geometry: Geometry::Box { name, sides }, open: false }
    }

    /// Opens the boundaries: no bonds around the edges.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::chain(4).open().bonds()?.len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn open(&self) -> Self {
        Self { open: true, ..self.clone() }
    }

    /// The lattice's name: "square", "open square", "complete", ….
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::square(4).open().name(), "open square");
    /// ```
    pub fn name(&self) -> String {
        let name = match &self.geometry {
            Geometry::Box { name, .. } => name,
            Geometry::Triangular { .. } => "triangular",
            Geometry::Honeycomb { .. } => "honeycomb",
            Geometry::Complete { .. } => return "complete".to_owned(),
            Geometry::Random { .. } => return "random graph".to_owned(),
        };
        if self.open { format!("open {name}") } else { name.to_owned() }
    }

    /// The sides: `[n]`, `[rows, cols]` (`[l, 2l]` for the honeycomb) or `[l, l, l]`.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::rectangle(2, 5).shape(), [2, 5]);
    /// ```
    pub fn shape(&self) -> Vec<usize> {
        match &self.geometry {
            Geometry::Box { sides, .. } => sides.clone(),
            Geometry::Triangular { side } => vec![*side, *side],
            Geometry::Honeycomb { side } => vec![*side, side.saturating_mul(2)],
            Geometry::Complete { sites } | Geometry::Random { sites, .. } => vec![*sites],
        }
    }

    /// Whether every bond joins neighbours of the same coupling strength J, or J/N as on the complete graph.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self.geometry, Geometry::Complete { .. })
    }

    /// Rows and columns of a periodic square or rectangular lattice.
    pub(crate) fn torus(&self) -> Option<(usize, usize)> {
        match &self.geometry {
            Geometry::Box { sides, .. } if !self.open && sides.len() == 2 => {
                Some((sides[0], sides[1]))
            }
            _ => None,
        }
    }

    /// The sides of a lattice whose axes are at right angles, slowest index first, and whether it is open.
    pub(crate) fn axes(&self) -> Option<(Vec<usize>, bool)> {
        match &self.geometry {
            Geometry::Box { sides, .. } => Some((sides.clone(), self.open)),
            _ => None,
        }
    }

    /// The number of sites.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::cubic(3).n_sites()?, 27);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no site, more than [`MAX_SPINS`], or a periodic side of length 1.
    pub fn n_sites(&self) -> Result<usize> {
        let shape = self.shape();
        let sites = shape.iter().try_fold(1_usize, |n, &side| n.checked_mul(side));
        let Some(sites) = sites.filter(|&n| n <= MAX_SPINS) else {
            return Err(Error::TooLarge {
                what: format!("A {} lattice of shape {shape:?}", self.name()),
                needs: match sites {
                    Some(n) => format!("{n} spins"),
                    None => "more spins than can be counted".to_owned(),
                },
                limit: format!("{MAX_SPINS} spins"),
                advice: "Take a smaller size.".to_owned(),
            });
        };
        if sites == 0 {
            return Err(Error::argument(
                "size",
                0,
                "at least 2 along every side (1 with open boundaries)",
            ));
        }
        let wraps = !matches!(self.geometry, Geometry::Complete { .. } | Geometry::Random { .. });
        if wraps && !self.open && shape.contains(&1) {
            return Err(Error::argument(
                "size",
                1,
                "at least 2 along every periodic side, since a site does not couple to itself (or use open boundaries)",
            ));
        }
        Ok(sites)
    }

    /// The bonds as pairs of sites (i, j) with i < j, in a fixed order; a double bond is listed twice.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::chain(2).bonds()?, [(0, 1), (0, 1)]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`n_sites`](Self::n_sites); also if there would be more than [`MAX_BONDS`] bonds, or if a random graph's mean degree is
    /// not between 0 and n − 1.
    pub fn bonds(&self) -> Result<Vec<(usize, usize)>> {
        let sites = self.n_sites()?;
        let mut bonds = match &self.geometry {
            Geometry::Box { sides, .. } => self.box_bonds(sides, sites)?,
            Geometry::Triangular { side } => self.triangular_bonds(*side)?,
            Geometry::Honeycomb { side } => self.honeycomb_bonds(*side)?,
            Geometry::Complete { .. } => {
                check_bonds(sites * (sites - 1) / 2)?;
                (0..sites).flat_map(|i| (i + 1..sites).map(move |j| (i, j))).collect()
            }
            Geometry::Random { mean_degree, seed, .. } => random_bonds(sites, *mean_degree, *seed)?,
        };
        for bond in &mut bonds {
            if bond.0 > bond.1 {
                *bond = (bond.1, bond.0);
            }
        }
        Ok(bonds)
    }

    fn box_bonds(&self, sides: &[usize], sites: usize) -> Result<Vec<(usize, usize)>> {
        check_bonds(sites * sides.len())?;
        let mut bonds = Vec::with_capacity(sites * sides.len());
        for site in 0..sites {
            let mut stride = 1;
            for &side in sides.iter().rev() {
                let along = site / stride % side;
                if along + 1 < side {
                    bonds.push((site, site + stride));
                } else if !self.open {
                    bonds.push((site, site - along * stride));
                }
                stride *= side;
            }
        }
        Ok(bonds)
    }

    fn triangular_bonds(&self, side: usize) -> Result<Vec<(usize, usize)>> {
        check_bonds(3 * side * side)?;
        let mut bonds = Vec::with_capacity(3 * side * side);
        for row in 0..side {
            for col in 0..side {
                // Steps of (row, column); each row is drawn half a site further right than the one before, so the
                // neighbours in the next row are the columns `col` and `col − 1`.
                for (down, right) in [(0, 1), (1, 0), (1, -1)] {
                    let (other_row, other_col) = (row + down, col as isize + right);
                    let inside = other_row < side && (0..side as isize).contains(&other_col);
                    if inside || !self.open {
                        let other_col = other_col.rem_euclid(side as isize) as usize;
                        bonds.push((row * side + col, other_row % side * side + other_col));
                    }
                }
            }
        }
        Ok(bonds)
    }

    fn honeycomb_bonds(&self, side: usize) -> Result<Vec<(usize, usize)>> {
        check_bonds(3 * side * side)?;
        let cols = 2 * side;
        let mut bonds = Vec::with_capacity(3 * side * side);
        for site in 0..side * cols {
            let (row, col) = (site / cols, site % cols);
            if col + 1 < cols {
                bonds.push((site, site + 1));
            } else if !self.open {
                bonds.push((site, row * cols));
            }
            if col % 2 == 1 && (row + 1 < side || !self.open) {
                bonds.push((site, (row + 1) % side * cols + col - 1));
            }
        }
        Ok(bonds)
    }

    /// Where to draw each site: an array of shape (sites, 2), or (sites, 3) for the cubic lattice; neighbours are at distance 1 where
    /// the plane allows it. Rings, complete and random graphs lie on a circle.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Lattice::square(4).positions()?.dim(), (16, 2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`n_sites`](Self::n_sites).
    pub fn positions(&self) -> Result<Array2<f64>> {
        let sites = self.n_sites()?;
        let shape = self.shape();
        let on_circle = shape.len() == 1 && !(self.open && self.name() == "open chain");
        if on_circle {
            let step = std::f64::consts::TAU / sites as f64;
            let radius = if sites > 2 { 0.5 / (step / 2.0).sin() } else { 0.5 };
            return Ok(Array2::from_shape_fn((sites, 2), |(site, axis)| {
                let angle = step * site as f64;
                radius * if axis == 0 { angle.cos() } else { angle.sin() }
            }));
        }
        if let Geometry::Honeycomb { side } = self.geometry {
            return Ok(honeycomb_positions(side));
        }
        let dimensions = shape.len().max(2);
        let triangular = matches!(self.geometry, Geometry::Triangular { .. });
        Ok(Array2::from_shape_fn((sites, dimensions), |(site, axis)| {
            // Axis 0 is the fastest index: x runs along a row.
            let stride: usize = shape.iter().rev().take(axis).product();
            let along = |stride: usize, axis: usize| {
                shape.iter().rev().nth(axis).map_or(0.0, |&side| (site / stride % side) as f64)
            };
            match (triangular, axis) {
                (true, 0) => along(1, 0) + 0.5 * along(shape[1], 1),
                (true, _) => along(stride, axis) * 0.75_f64.sqrt(),
                (false, _) => along(stride, axis),
            }
        }))
    }
}

/// Zigzag rows, each drawn half a cell further right than the one before.
fn honeycomb_positions(side: usize) -> Array2<f64> {
    let half_cell = 0.75_f64.sqrt();
    Array2::from_shape_fn((2 * side * side, 2), |(site, axis)| {
        let (row, col) = (site / (2 * side), site % (2 * side));
        if axis == 0 {
            (row + col) as f64 * half_cell
        } else {
            row as f64 * 1.5 + 0.5 * (col % 2) as f64
        }
    })
}

fn check_bonds(bonds: usize) -> Result<()> {
    if bonds <= MAX_BONDS {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "This graph".to_owned(),
        needs: format!("{bonds} bonds"),
        limit: format!("{MAX_BONDS} bonds"),
        advice: "Take fewer sites or a smaller mean degree.".to_owned(),
    })
}

/// M distinct pairs by Floyd's algorithm (Bentley and Floyd, Commun. ACM 30, 754 (1987)), which draws M numbers for any density.
fn random_bonds(sites: usize, mean_degree: f64, seed: Seed) -> Result<Vec<(usize, usize)>> {
    let most = sites as f64 - 1.0;
    if !(0.0..=most).contains(&mean_degree) {
        let allowed = format!("a number from 0 to {most}, one less than the number of sites");
        return Err(Error::argument("mean_degree", mean_degree, allowed));
    }
    let pairs = sites * (sites - 1) / 2;
    let bonds = ((sites as f64 * mean_degree / 2.0).round() as usize).min(pairs);
    check_bonds(bonds)?;
    let mut generator = seed.generator();
    let mut chosen = BTreeSet::new();
    for last in pairs - bonds..pairs {
        let pair = generator.random_range(0..=last as u64) as usize;
        if !chosen.insert(pair) {
            chosen.insert(last);
        }
    }
    // Pair numbers count row by row through the upper triangle; they come out in ascending order.
    let (mut row, mut row_start) = (0, 0);
    Ok(chosen
        .into_iter()
        .map(|pair| {
            while pair - row_start >= sites - 1 - row {
                row_start += sites - 1 - row;
                row += 1;
            }
            (row, row + 1 + pair - row_start)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(lattice: &Lattice) -> Vec<usize> {
        let mut degrees = vec![0; lattice.n_sites().unwrap()];
        for (i, j) in lattice.bonds().unwrap() {
            assert!(i < j);
            degrees[i] += 1;
            degrees[j] += 1;
        }
        degrees
    }

    #[test]
    fn every_site_of_a_torus_has_the_coordination_number() {
        for side in 2..6 {
            assert!(degrees(&Lattice::chain(side)).iter().all(|&z| z == 2));
            assert!(degrees(&Lattice::square(side)).iter().all(|&z| z == 4));
            assert!(degrees(&Lattice::rectangle(side, 7)).iter().all(|&z| z == 4));
            assert!(degrees(&Lattice::triangular(side)).iter().all(|&z| z == 6));
            assert!(degrees(&Lattice::honeycomb(side)).iter().all(|&z| z == 3));
            assert!(degrees(&Lattice::cubic(side)).iter().all(|&z| z == 6));
            assert!(degrees(&Lattice::complete(side)).iter().all(|&z| z == side - 1));
        }
    }

    #[test]
    fn open_lattices_have_the_bonds_counted_by_hand() {
        assert_eq!(Lattice::chain(1).open().bonds().unwrap(), []);
        assert_eq!(Lattice::chain(3).open().bonds().unwrap(), [(0, 1), (1, 2)]);
        assert_eq!(Lattice::rectangle(2, 3).open().bonds().unwrap().len(), 7);
        assert_eq!(Lattice::cubic(3).open().bonds().unwrap().len(), 54);
        assert_eq!(Lattice::triangular(1).open().bonds().unwrap(), []);
        assert_eq!(Lattice::triangular(2).open().bonds().unwrap().len(), 5);
        assert_eq!(Lattice::triangular(3).open().bonds().unwrap().len(), 16);
        // Two zigzag rows of four sites, and two bonds between them.
        let honeycomb = Lattice::honeycomb(2).open().bonds().unwrap();
        assert_eq!(honeycomb, [(0, 1), (1, 2), (1, 4), (2, 3), (3, 6), (4, 5), (5, 6), (6, 7)]);
    }

    #[test]
    fn bonded_sites_of_open_lattices_lie_at_distance_one() {
        for lattice in [
            Lattice::chain(5).open(),
            Lattice::chain(5),
            Lattice::rectangle(3, 4).open(),
            Lattice::triangular(2).open(),
            Lattice::triangular(4).open(),
            Lattice::honeycomb(1).open(),
            Lattice::honeycomb(4).open(),
            Lattice::cubic(3).open(),
        ] {
            let positions = lattice.positions().unwrap();
            for (i, j) in lattice.bonds().unwrap() {
                let difference = &positions.row(i) - &positions.row(j);
                let distance = difference.mapv(|x| x * x).sum().sqrt();
                assert!((distance - 1.0).abs() < 1e-12, "{lattice:?}: {i}-{j} at {distance}");
            }
        }
    }

    #[test]
    fn random_graphs_have_distinct_bonds_and_the_asked_degree() {
        let lattice = Lattice::random_graph(100, 3.0, 5);
        let bonds = lattice.bonds().unwrap();
        assert_eq!(bonds.len(), 150);
        assert_eq!(bonds.iter().collect::<BTreeSet<_>>().len(), 150);
        assert_eq!(bonds, lattice.bonds().unwrap());
        assert_ne!(bonds, Lattice::random_graph(100, 3.0, 6).bonds().unwrap());
        let complete = Lattice::random_graph(9, 8.0, 1).bonds().unwrap();
        assert_eq!(complete, Lattice::complete(9).bonds().unwrap());
        assert_eq!(Lattice::random_graph(1, 0.0, 1).bonds().unwrap(), []);
        assert!(Lattice::random_graph(10, f64::NAN, 1).bonds().is_err());
        assert!(Lattice::random_graph(10, 9.5, 1).bonds().is_err());
    }

    #[test]
    fn sizes_out_of_range_are_errors() {
        for lattice in [
            Lattice::square(0),
            Lattice::square(1),
            Lattice::triangular(1),
            Lattice::honeycomb(1),
            Lattice::honeycomb(usize::MAX),
            Lattice::rectangle(1, 5),
            Lattice::square(100_000),
            Lattice::cubic(usize::MAX),
            Lattice::complete(1 << 20),
        ] {
            assert!(lattice.bonds().is_err(), "{lattice:?}");
        }
    }
}
