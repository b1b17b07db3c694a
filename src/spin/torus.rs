//! Square and cubic tori with one coupling, recognised from their bonds.

use crate::spin::PairModel;

/// The sides and the coupling of a uniform torus, for which samplers have faster ways than over lists of neighbours.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Torus {
    /// Two or three sides of at least 3, from the slowest index to the fastest.
    pub sides: Vec<usize>,
    /// J, not 0.
    pub coupling: f64,
}

impl Torus {
    /// The torus that a model's couplings form, whatever its name; none if they form no such lattice. Fields do not matter.
    pub fn of(model: &PairModel) -> Option<Self> {
        let sides = model.shape();
        let usual = (2..=3).contains(&sides.len()) && sides.iter().all(|&side| side >= 3);
        let coupling = *model.couplings().values().first()?;
        if !usual || coupling == 0.0 {
            return None;
        }
        let bonds = 2 * sides.len() * model.n_spins();
        let values = model.couplings().values();
        if values.len() != bonds || values.iter().any(|&value| value != coupling) {
            return None;
        }
        let regular = |site: usize| {
            let mut expected = neighbors(&sides, site);
            let expected = &mut expected[..2 * sides.len()];
            expected.sort_unstable();
            model.couplings().row(site).0 == expected
        };
        (0..model.n_spins()).all(regular).then_some(Self { sides, coupling })
    }

    /// Every side even, so that bonds fall into two sublattices.
    pub fn is_bipartite(&self) -> bool {
        self.sides.iter().all(|side| side.is_multiple_of(2))
    }
}

/// The neighbours of a site: four on a square torus, six on a cubic one.
fn neighbors(sides: &[usize], site: usize) -> [u32; 6] {
    let mut found = [0; 6];
    let mut stride = 1;
    for (axis, &side) in sides.iter().rev().enumerate() {
        let along = site / stride % side;
        let other = |along_there: usize| (site - along * stride + along_there * stride) as u32;
        found[2 * axis] = other((along + 1) % side);
        found[2 * axis + 1] = other((along + side - 1) % side);
        stride *= side;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ising::Ising;
    use crate::ndarray::Array1;
    use crate::spin::Lattice;

    #[test]
    fn only_uniform_tori_are_found() {
        let found = |ising: Ising| Torus::of(&ising.model());
        let square = found(Ising::square(6).unwrap().coupling(-0.5).unwrap());
        assert_eq!(square, Some(Torus { sides: vec![6, 6], coupling: -0.5 }));
        assert_eq!(found(Ising::cubic(3).unwrap()).unwrap().sides, [3, 3, 3]);
        let rectangle = Ising::on(Lattice::rectangle(3, 4)).unwrap();
        assert!(!found(rectangle.field(1.0).unwrap()).unwrap().is_bipartite());
        for other in [
            Ising::square(2).unwrap(),
            Ising::on(Lattice::rectangle(2, 8)).unwrap(),
            Ising::on(Lattice::square(4).open()).unwrap(),
            Ising::triangular(4).unwrap(),
            Ising::chain(16).unwrap(),
            Ising::square(4).unwrap().coupling(0.0).unwrap(),
        ] {
            assert_eq!(found(other), None);
        }
        let square = Ising::square(4).unwrap();
        let mut values = Array1::ones(32);
        assert!(found(square.bond_couplings(&values).unwrap()).is_some());
        values[7] = -1.0;
        assert_eq!(found(square.bond_couplings(&values).unwrap()), None);
    }
}
