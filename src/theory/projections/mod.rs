//! What two random directions show of a Hessian: the 2 × 2 matrix of its products, and its two principal curvatures.
//!
//! A slice L(θ + αη + βδ) has at α = β = 0 the Hessian M with the entries ηᵀHη, ηᵀHδ and δᵀHδ, and as a graph over (α, β) at a critical point the
//! principal curvatures κ₋ ≤ κ₊, the eigenvalues of M (L. Böttcher and G. Wheeler, arXiv:2208.13219). They are m ± r with m = (M₁₁ + M₂₂)/2 and
//! r² = (M₁₁ − M₂₂)²/4 + M₁₂². [`ProjectionTheory`] has what theory says about them, [`PictureProbabilities`] how often the slice shows a bowl, a saddle or a cap.
//!
//! # What is exact
//!
//! With normal directions M is turned like a matrix by any rotation of the plane, and 𝔼 exp(i tr TM) = Π_j det(1 − 2iλ_jT)^{−½} over the eigenvalues
//! λ_j of H. From this follow, for any spectrum,
//!
//! - means and variances of m and r, by ∫(1 − Π_j(1 + λ_j²t²)^{−½}) dt/t² = 𝔼r and its like;
//! - the distributions: P(κ₋ > x) = (1/2π) ∫₀^∞ ρ dρ ∫ dτ h(τ + ρ) h(τ − ρ) with h(t) = e^{−xz} z^{−3/2} Π_j(1 − 2λ_jz)^{−½} at z = c + it, the Laplace
//!   transform of the cone of positive definite matrices (A. E. Ingham, Proc. Camb. Philos. Soc. 29, 271 (1933); C. L. Siegel, Ann. Math. 36, 527 (1935));
//! - the sign probabilities, which by Sylvester's law of inertia depend on the plane alone, and so are the same for directions scaled to length 1 or
//!   made orthonormal.
//!
//! For n₊ eigenvalues 1 and n₋ eigenvalues −1, M is a difference of two Wishart matrices. P(bowl) is the distribution of the largest root of a
//! beta matrix (R. J. Muirhead, *Aspects of Multivariate Statistical Theory* (1982), chapters 3 and 10) of dimension 2, which incomplete beta functions
//! give, and what remains is P(saddle) = √π 2^{1−(n₊+n₋)/2} Γ((n₊ + n₋ − 1)/2) / (Γ(n₊/2) Γ(n₋/2)).
//!
//! Where only tr H and tr H² are known, M₁₁, M₂₂ and M₁₂ are taken for normal numbers, which they become with many eigenvalues of like size:
//! P(saddle) = exp(−(tr H)²/(4 tr H²))/√2.

mod beta;
mod directions;
mod distribution;
mod many;
mod moments;
mod pictures;
mod projection;
mod spectrum;

pub use directions::DirectionKind;
pub use pictures::PictureProbabilities;
pub(crate) use projection::QUANTITIES;
pub use projection::{ProjectionTheory, SliceCurvatures};
