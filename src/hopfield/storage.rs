//! Adding and removing patterns.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::hopfield::dense::Dense;
use crate::hopfield::rules::{Rule, storkey_step};
use crate::hopfield::weights::Weights;
use crate::hopfield::{Hopfield, Unlearning, check};
use crate::ndarray::{Array1, Array2, Axis};

impl Hopfield {
    /// The network that has learned one pattern more by its own rule; its index is the last.
    ///
    /// Hebb's and the covariance rule add a term, and Storkey's rule takes its next step; the pseudo-inverse and trained couplings are computed anew. After
    /// unlearning, and to couplings that were given, Hebb's term ξ_i ξ_j / N is added.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(3, 50, 1)?;
    /// let two = Hopfield::hebb(&patterns.slice(s![..2, ..]).to_owned())?;
    /// let three = two.learn(&patterns.row(2).to_owned())?;
    /// assert_eq!(three.couplings()?, Hopfield::hebb(&patterns)?.couplings()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the pattern has not N entries of ±1, or the rule cannot store it beside the others.
    pub fn learn(&self, pattern: &Array1<i8>) -> Result<Self> {
        let pattern = check::state("The pattern", pattern, self.n_units())?;
        let mut all: Vec<i8> = self.patterns.iter().copied().collect();
        all.extend(&pattern);
        check::entries(self.count() + 1, self.n_units())?;
        let patterns = matrix(self.count() + 1, self.n_units(), all)?;
        match self.rule {
            Rule::Storkey => {
                let mut columns = self.columns();
                storkey_step(&mut columns, &pattern);
                Ok(self.changed(patterns, Dense::of_columns(self.n_units(), columns)))
            }
            Rule::Unlearning | Rule::Given => self.shifted(patterns, &pattern, 1.0),
            _ => self.anew(&patterns),
        }
    }

    /// The network without the pattern of this index; those after it move up.
    ///
    /// Hebb's and the covariance rule lose exactly that pattern's term. Storkey's rule, which depends on the order, goes through the others again; the pseudo-inverse and trained
    /// couplings are computed anew. After unlearning, and from couplings that were given, Hebb's term is subtracted.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(3, 50, 1)?;
    /// let net = Hopfield::storkey(&patterns)?;
    /// let two = patterns.slice(s![1.., ..]).to_owned();
    /// assert_eq!(net.forget(0)?.couplings()?, Hopfield::storkey(&two)?.couplings()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such pattern, or it is the last one left.
    pub fn forget(&self, index: usize) -> Result<Self> {
        self.require_pattern(index)?;
        if self.count() == 1 {
            return Err(Error::Unsupported {
                what: "`forget`".to_owned(),
                why: "this is the only pattern left".to_owned(),
                advice: "Learn another one first.".to_owned(),
            });
        }
        let rest: Vec<usize> = (0..self.count()).filter(|&mu| mu != index).collect();
        let patterns = self.patterns.select(Axis(0), &rest);
        match self.rule {
            Rule::Unlearning | Rule::Given => {
                self.shifted(patterns, &self.patterns.row(index).to_vec(), -1.0)
            }
            _ => self.anew(&patterns),
        }
    }

    /// Unlearning: settings, whose [`run`](Unlearning::run) gives the network after many dreams.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&random_patterns(20, 100, 1)?)?;
    /// let unlearned = net.unlearn().strength(0.01).dreams(50).run()?;
    /// assert_eq!(unlearned.network.rule(), "unlearning");
    /// # Ok(())
    /// # }
    /// ```
    pub fn unlearn(&self) -> Unlearning {
        Unlearning::new(self.clone())
    }

    /// These patterns by the same rule, with the diagonal and fields as they are.
    fn anew(&self, patterns: &Array2<i8>) -> Result<Self> {
        let fresh = match self.rule {
            Rule::Hebb | Rule::Unlearning | Rule::Given => Self::hebb(patterns)?,
            Rule::Covariance { activity } => Self::covariance(patterns, activity)?,
            Rule::TsodyksFeigelman { activity, threshold } => {
                // Its fields are part of the rule.
                let net = Self::tsodyks_feigelman(patterns, activity, threshold)?;
                return Ok(net.keep_diagonal(self.diagonal));
            }
            Rule::Storkey => Self::storkey(patterns)?,
            Rule::PseudoInverse => Self::pseudo_inverse(patterns)?,
            Rule::Perceptron { margin, symmetric } => {
                let settings = Self::perceptron(patterns).symmetric(symmetric);
                let settings = margin.map_or(settings.clone(), |kappa| settings.margin(kappa));
                let trained = settings.run()?;
                if !trained.converged {
                    return Err(Error::Unsupported {
                        what: "Training with these patterns".to_owned(),
                        why: "it did not reach its margin".to_owned(),
                        advice: "Store fewer patterns, or train with `Hopfield::perceptron` and more sweeps.".to_owned(),
                    });
                }
                trained.network
            }
        };
        Ok(Self { fields: Arc::clone(&self.fields), diagonal: self.diagonal, ..fresh })
    }

    /// ± Hebb's term of one pattern.
    fn shifted(&self, patterns: Array2<i8>, pattern: &[i8], sign: f64) -> Result<Self> {
        check::dense("The matrix of couplings", self.n_units())?;
        let mut dense = self.weights.to_dense();
        let own = dense.own.clone();
        dense.add_outer(pattern, sign / self.n_units() as f64);
        dense.own = own;
        Ok(self.changed(patterns, dense))
    }

    fn columns(&self) -> Vec<f64> {
        match &self.weights {
            Weights::Dense(dense) => {
                (0..dense.size).flat_map(|j| dense.column(j).iter().copied()).collect()
            }
            Weights::Outer(_) => Vec::new(),
        }
    }

    pub(super) fn changed(&self, patterns: Array2<i8>, weights: Dense) -> Self {
        let weights = Weights::Dense(Arc::new(weights));
        Self { patterns: Arc::new(patterns), weights, ..self.clone() }
    }
}

fn matrix(count: usize, size: usize, entries: Vec<i8>) -> Result<Array2<i8>> {
    Array2::from_shape_vec((count, size), entries)
        .map_err(|error| Error::argument("patterns", error, "rows of one length"))
}
