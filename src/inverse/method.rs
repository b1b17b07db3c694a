//! The ways to infer couplings.

/// How couplings and fields are found; all at T = 1.
///
/// C stands for the connected correlations C_ij = ⟨s_i s_j⟩ − m_i m_j, with C_ii = 1 − m_i².
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let truth = Ising::sherrington_kirkpatrick(6, 1)?;
/// let settings = InverseIsing::new(&truth.enumerate()?.draw(3.0, 20_000, 1)?)?;
/// // All come close at a high temperature.
/// for method in InverseMethod::ALL {
///     let found = settings.method(method).run()?;
///     assert!(found.reconstruction_error(&truth, 3.0)? < 0.3, "{method:?}");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InverseMethod {
    /// The maximum of the likelihood, by Newton's method over all 2^N states, up to [`MAX_EXACT`](crate::inverse::MAX_EXACT) spins: the model whose
    /// moments are the given ones (D. H. Ackley, G. E. Hinton and T. J. Sejnowski, Cogn. Sci. 9, 147 (1985), whose learning it solves).
    Exact,
    /// The same maximum by Boltzmann learning: steps along ⟨s_i s_j⟩_data − ⟨s_i s_j⟩_model, the latter from persistent Monte Carlo chains; the errors are
    /// those of the Monte Carlo. Strong couplings are learnt slowly: what is still on its way after all steps is not in the errors, but
    /// [`converged`](crate::inverse::InferredIsing::converged) is false then.
    BoltzmannLearning,
    /// Each pair as if alone: exact for two spins, and for the coupled pairs of a tree.
    IndependentPair,
    /// Naive mean field, J = −C⁻¹ off the diagonal (H. J. Kappen and F. B. Rodríguez, Neural Comput. 10, 1137 (1998)); errors of second order in the couplings,
    /// of third without magnetizations.
    MeanField,
    /// With Onsager's reaction term: (C⁻¹)_ij = −J_ij − 2 J_ij² m_i m_j (T. Tanaka, Phys. Rev. E 58, 2302 (1998)); errors of third order.
    Tap,
    /// The expansion in small correlations with loops and pairs summed up, −C⁻¹ + J(pair) − C_ij/((1 − m_i²)(1 − m_j²) − C_ij²)
    /// (V. Sessak and R. Monasson, J. Phys. A 42, 055001 (2009)); errors of fourth order, of fifth without magnetizations.
    SessakMonasson,
    /// The product of all P(s_i | other spins): one logistic regression for each spin, whose two answers for a pair are averaged (E. Aurell and M. Ekeberg,
    /// Phys. Rev. Lett. 108, 090201 (2012)); with an [L1 penalty](crate::inverse::InverseIsing::l1) the graph's edges (P. Ravikumar, M. J. Wainwright and
    /// J. D. Lafferty, Ann. Stat. 38, 1287 (2010)).
    PseudoLikelihood,
    /// Minimum probability flow from the states to those one flip away, Σ exp(−s_i (h_i + Σ_j J_ij s_j)) (J. Sohl-Dickstein, P. B. Battaglino and
    /// M. R. DeWeese, Phys. Rev. Lett. 107, 220601 (2011)). All such flips count, those that lead to another observed state too, which keeps the
    /// method right where nearly all states are observed.
    ProbabilityFlow,
}

impl InverseMethod {
    /// All methods.
    pub const ALL: [Self; 8] = [
        Self::Exact,
        Self::BoltzmannLearning,
        Self::IndependentPair,
        Self::MeanField,
        Self::Tap,
        Self::SessakMonasson,
        Self::PseudoLikelihood,
        Self::ProbabilityFlow,
    ];

    /// The name in frames: "exact", "boltzmann_learning", "independent_pair", "mean_field", "tap", "sessak_monasson", "pseudo_likelihood",
    /// "probability_flow".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(InverseMethod::Tap.name(), "tap");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::BoltzmannLearning => "boltzmann_learning",
            Self::IndependentPair => "independent_pair",
            Self::MeanField => "mean_field",
            Self::Tap => "tap",
            Self::SessakMonasson => "sessak_monasson",
            Self::PseudoLikelihood => "pseudo_likelihood",
            Self::ProbabilityFlow => "probability_flow",
        }
    }

    /// Whether it works on states and not on their first two moments.
    pub(super) fn needs_states(self) -> bool {
        matches!(self, Self::PseudoLikelihood | Self::ProbabilityFlow)
    }

    /// Whether it maximises something that a penalty on large couplings can be added to.
    pub(crate) fn takes_l2(self) -> bool {
        matches!(
            self,
            Self::Exact | Self::BoltzmannLearning | Self::PseudoLikelihood | Self::ProbabilityFlow
        )
    }
}
