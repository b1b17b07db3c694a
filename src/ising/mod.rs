//! The Ising model on lattices, graphs and any couplings (section 1.4 of the chapter).
//!
//! E(s) = −Σ_{i<j} J_ij s_i s_j − Σ_i h_i s_i with s_i = ±1 and k_B = 1. Everything starts from an [`Ising`]:
//!
//! | wanted | methods |
//! |---|---|
//! | exact values | [`enumerate`](Ising::enumerate), [`partition_function`](Ising::partition_function), [`elimination`](Ising::elimination), [`kaufman`](Ising::kaufman) |
//! | samples | [`simulation`](Ising::simulation), [`scan`](Ising::scan), [`tempering`](Ising::tempering), [`snapshots`](Ising::snapshots) |
//! | what given states say | [`observables_of`](Ising::observables_of), [`correlations_of`](Ising::correlations_of) |
//! | ground states | [`annealing`](Ising::annealing), [`population_annealing`](Ising::population_annealing) |
//! | density of states | [`wang_landau`](Ising::wang_landau) |
//! | free energies | [`free_energies`](Ising::free_energies) side by side; [`mean_field`](Ising::mean_field), [`tap`](Ising::tap), [`bethe`](Ising::bethe), [`high_temperature`](Ising::high_temperature), [`annealed_importance`](Ising::annealed_importance), [`bennett`](Ising::bennett) |
//! | spin glasses, random fields | [`edwards_anderson`](Ising::edwards_anderson), [`sherrington_kirkpatrick`](Ising::sherrington_kirkpatrick), [`random_fields`](Ising::random_fields) |

mod disorder;
mod exact;
mod free_energy;
mod sample;
mod states;

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_finite};
use crate::ndarray::{Array1, Array2};
use crate::operator::Operator;
use crate::random::Seed;
use crate::spin::{Couplings, Lattice, PairModel};

pub use disorder::Disorder;

/// The most spins whose couplings are shown as a dense matrix (200 MB at 5000).
const MAX_DENSE: usize = 5_000;

/// An Ising model: couplings J_ij and fields h_i over spins s = ±1.
///
/// On a lattice J = 1 and h = 0 unless set; on the complete graph (Curie–Weiss) each pair couples with J/N, so that T_c = J.
/// Cloning is cheap: couplings are shared.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?.field(0.1)?;
/// let exact = ising.enumerate()?.at(2.5)?;
/// let sampled = ising.simulation(2.5)?.seed(1).measure(2_000)?.observables()?;
/// assert!((sampled.energy.mean - exact.energy).abs() < 4.0 * sampled.energy.error);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Ising {
    model: Arc<PairModel>,
    lattice: Option<Lattice>,
}

impl Ising {
    /// The model on a ring of `n` spins.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(8)?.bonds().len(), 8);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `n` is not between 2 and [`MAX_SPINS`](crate::spin::MAX_SPINS); for one spin, take `Ising::on(Lattice::chain(1).open())`.
    pub fn chain(n: usize) -> Result<Self> {
        Self::on(Lattice::chain(n))
    }

    /// The model on an `l` × `l` torus; T_c = 2/ln(1 + √2) ([`ONSAGER_TC`](crate::exact::ONSAGER_TC)).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.bonds().len(), 32);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `l` is not between 2 and 2048.
    pub fn square(l: usize) -> Result<Self> {
        Self::on(Lattice::square(l))
    }

    /// The model on a triangular `l` × `l` torus; T_c = 4/ln 3 for J = 1 ([`TRIANGULAR_TC`](crate::exact::TRIANGULAR_TC)).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::triangular(4)?.bonds().len(), 48);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `l` is not between 2 and 2048.
    pub fn triangular(l: usize) -> Result<Self> {
        Self::on(Lattice::triangular(l))
    }

    /// The model on a honeycomb torus of `l` × `l` cells, 2`l`² spins; T_c = 2/ln(2 + √3) for J = 1
    /// ([`HONEYCOMB_TC`](crate::exact::HONEYCOMB_TC)).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let cold = Ising::honeycomb(3)?.enumerate()?;
    /// assert_eq!(cold.ground_energy(), -27.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `l` is not between 2 and 1448.
    pub fn honeycomb(l: usize) -> Result<Self> {
        Self::on(Lattice::honeycomb(l))
    }

    /// The model on a simple cubic `l` × `l` × `l` torus.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::cubic(3)?.bonds().len(), 81);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `l` is not between 2 and 161.
    pub fn cubic(l: usize) -> Result<Self> {
        Self::on(Lattice::cubic(l))
    }

    /// The Curie–Weiss model: all `n` spins coupled with J/N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::complete(4)?.bonds()[0], (0, 1, 0.25));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `n` is not between 1 and 5793.
    pub fn complete(n: usize) -> Result<Self> {
        Self::on(Lattice::complete(n))
    }

    /// The model on an Erdős–Rényi graph of this mean degree; the seed fixes the graph.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::random_graph(100, 3.0, 1)?.bonds().len(), 150);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`Lattice::bonds`].
    pub fn random_graph(n: usize, mean_degree: f64, seed: impl Into<Seed>) -> Result<Self> {
        Self::on(Lattice::random_graph(n, mean_degree, seed))
    }

    /// The model on any [`Lattice`], J = 1 (J/N on the complete graph), h = 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let ladder = Ising::on(Lattice::rectangle(2, 10).open())?;
    /// assert_eq!((ladder.n_spins(), ladder.bonds().len()), (20, 28));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`Lattice::bonds`].
    pub fn on(lattice: Lattice) -> Result<Self> {
        let couplings = uniform(&lattice, 1.0)?;
        let fields = vec![0.0; couplings.n_spins()];
        let model = PairModel::new(lattice.name(), lattice.shape(), couplings, fields)?;
        Ok(Self { model: Arc::new(model), lattice: Some(lattice) })
    }

    /// A model with any couplings: a symmetric (n, n) matrix with a zero diagonal.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::ndarray::array;
    /// use statmech::prelude::*;
    /// let pair = Ising::from_couplings(&array![[0.0, -1.0], [-1.0, 0.0]])?;
    /// assert_eq!(pair.energy(&array![1, -1])?, -1.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`Couplings::from_dense`].
    pub fn from_couplings(couplings: &Array2<f64>) -> Result<Self> {
        Self::without_lattice(Couplings::from_dense(couplings)?)
    }

    fn without_lattice(couplings: Couplings) -> Result<Self> {
        let n = couplings.n_spins();
        let model = PairModel::new("couplings", vec![n], couplings, vec![0.0; n])?;
        Ok(Self { model: Arc::new(model), lattice: None })
    }

    /// A model of `n` spins with any couplings, from bonds (i, j, J_ij) in any order; a pair listed twice couples with the sum.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let star = Ising::from_bonds(4, &[(0, 1, 1.0), (0, 2, 1.0), (0, 3, -1.0)])?;
    /// assert_eq!(star.energy(&array![1, 1, 1, -1])?, -3.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`Couplings::from_bonds`].
    pub fn from_bonds(n: usize, bonds: &[(usize, usize, f64)]) -> Result<Self> {
        Self::without_lattice(Couplings::from_bonds(n, bonds)?)
    }

    /// Sets one coupling J for all bonds of the lattice (each pair couples with J/N on the complete graph, with 2J over a double bond); default 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let antiferromagnet = Ising::square(4)?.coupling(-1.0)?;
    /// assert_eq!(antiferromagnet.enumerate()?.ground_energy(), -32.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `j` is not finite, or the model was not made on a lattice.
    pub fn coupling(&self, j: f64) -> Result<Self> {
        require_finite("coupling", j)?;
        let Some(lattice) = &self.lattice else {
            return Err(Error::Unsupported {
                what: "A uniform coupling".to_owned(),
                why: "this model was made from couplings, not on a lattice".to_owned(),
                advice: "Scale the couplings instead.".to_owned(),
            });
        };
        let couplings = uniform(lattice, j)?;
        self.with(couplings, self.model.fields().to_vec())
    }

    /// Sets one coupling for each pair, in the order of [`bonds`](Self::bonds): ±J and other disordered models.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::ndarray::Array1;
    /// use statmech::prelude::*;
    /// let ising = Ising::square(8)?;
    /// let signs: Array1<f64> = (0..128).map(|k| if k % 3 == 0 { -1.0 } else { 1.0 }).collect();
    /// let glass = ising.bond_couplings(&signs)?;
    /// assert_eq!(glass.bonds()[0].2, -1.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the length is not the number of bonds or a value is not finite.
    pub fn bond_couplings(&self, values: &Array1<f64>) -> Result<Self> {
        let mut bonds = self.bonds();
        if values.len() != bonds.len() {
            return Err(Error::Shape {
                what: "The array of bond couplings",
                expected: format!("({},)", bonds.len()),
                given: format!("({},)", values.len()),
            });
        }
        for (bond, &value) in bonds.iter_mut().zip(values) {
            bond.2 = value;
        }
        let couplings = Couplings::from_bonds(self.n_spins(), &bonds)?;
        self.with(couplings, self.model.fields().to_vec())
    }

    /// Sets the same field h on every spin; default 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let free_spins = Ising::chain(4)?.coupling(0.0)?.field(0.5)?;
    /// let exact = free_spins.enumerate()?.at(1.0)?;
    /// assert!((exact.magnetization - 0.5_f64.tanh()).abs() < 1e-14);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `h` is not finite.
    pub fn field(&self, h: f64) -> Result<Self> {
        require_finite("field", h)?;
        self.with(self.model.couplings().clone(), vec![h; self.n_spins()])
    }

    /// Sets a field h_i for each spin, shape (N,); default 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pinned = Ising::chain(4)?.site_fields(&array![10.0, 0.0, 0.0, 0.0])?;
    /// assert_eq!(pinned.fields()[0], 10.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the length is not the number of spins or a value is not finite.
    pub fn site_fields(&self, fields: &Array1<f64>) -> Result<Self> {
        self.with(self.model.couplings().clone(), fields.to_vec())
    }

    fn with(&self, couplings: Couplings, fields: Vec<f64>) -> Result<Self> {
        let model = PairModel::new(self.model.name(), self.model.shape(), couplings, fields)?;
        Ok(Self { model: Arc::new(model), lattice: self.lattice.clone() })
    }

    /// The number of spins N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::cubic(3)?.n_spins(), 27);
    /// # Ok(())
    /// # }
    /// ```
    pub fn n_spins(&self) -> usize {
        self.model.n_spins()
    }

    /// The sides of the lattice; `[n]` for a model without a lattice.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.shape(), [4, 4]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn shape(&self) -> Vec<usize> {
        self.model.shape()
    }

    /// The lattice that the model lives on, if any.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.lattice(), Some(Lattice::square(4)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn lattice(&self) -> Option<Lattice> {
        self.lattice.clone()
    }

    /// The couplings and fields as the methods of this crate see them.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.model().name(), "square");
    /// # Ok(())
    /// # }
    /// ```
    pub fn model(&self) -> PairModel {
        (*self.model).clone()
    }

    /// The coupled pairs (i, j, J_ij), each once with i < j, ascending; a double bond is one pair with 2J.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(3)?.bonds(), [(0, 1, 1.0), (0, 2, 1.0), (1, 2, 1.0)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bonds(&self) -> Vec<(usize, usize, f64)> {
        self.model.couplings().bonds()
    }

    /// The couplings as a symmetric (N, N) matrix.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(2)?.couplings()?, array![[0.0, 2.0], [2.0, 0.0]]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Above 5000 spins, where [`bonds`](Self::bonds) still works.
    pub fn couplings(&self) -> Result<Array2<f64>> {
        let n = self.n_spins();
        if n > MAX_DENSE {
            return Err(Error::TooLarge {
                what: "The matrix of couplings".to_owned(),
                needs: format!("{n} rows"),
                limit: format!("{MAX_DENSE}"),
                advice: "Use `bonds()`, which lists the coupled pairs.".to_owned(),
            });
        }
        let mut matrix = Array2::zeros((n, n));
        for (i, j, value) in self.bonds() {
            matrix[(i, j)] = value;
            matrix[(j, i)] = value;
        }
        Ok(matrix)
    }

    /// The couplings as an operator, for spectra of large models.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // On a torus of side l the largest eigenvalue is the number of neighbours.
    /// let pairs = Ising::square(100)?.operator()?.lanczos(1).bottom(0).run()?;
    /// assert!((pairs.eigenvalues[0] - 4.0).abs() < 1e-9);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// None for a model that exists.
    pub fn operator(&self) -> Result<Operator> {
        Operator::from_couplings(self.model.couplings())
    }

    /// The fields h_i.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(2)?.field(0.5)?.fields(), array![0.5, 0.5]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fields(&self) -> Array1<f64> {
        Array1::from(self.model.fields().to_vec())
    }

    /// The energy E(s), in total (not per spin).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(3)?.energy(&array![1, 1, -1])?, 1.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `spins` has not N entries of ±1.
    pub fn energy(&self, spins: &Array1<i8>) -> Result<f64> {
        self.model.energy(spins)
    }

    /// The change of energy 2 s_i (Σ_j J_ij s_j + h_i) if spin `i` were flipped.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(3)?.energy_change(&array![1, 1, -1], 2)?, -4.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `i` is not below N or `spins` has not N entries of ±1.
    pub fn energy_change(&self, spins: &Array1<i8>, i: usize) -> Result<f64> {
        self.model.energy_change(spins, i)
    }
}

impl fmt::Debug for Ising {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ising({:?})", self.model)
    }
}

fn uniform(lattice: &Lattice, j: f64) -> Result<Couplings> {
    let n = lattice.n_sites()?;
    let value = if lattice.is_complete() { j / n as f64 } else { j };
    let bonds: Vec<_> = lattice.bonds()?.into_iter().map(|(a, b)| (a, b, value)).collect();
    Couplings::from_bonds(n, &bonds)
}
