//! What the moments of the magnetization give.

/// ⟨m⟩, ⟨|m|⟩, ⟨m²⟩ and ⟨m⁴⟩ of the magnetization per spin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MagneticMoments {
    pub m: f64,
    pub abs_m: f64,
    pub m2: f64,
    pub m4: f64,
}

impl MagneticMoments {
    /// (N/T)(⟨m²⟩ − ⟨|m|⟩²).
    pub fn susceptibility(&self, n: f64, t: f64) -> f64 {
        (self.m2 - self.abs_m * self.abs_m).max(0.0) * n / t
    }

    /// (N/T)(⟨m²⟩ − ⟨m⟩²).
    pub fn susceptibility_full(&self, n: f64, t: f64) -> f64 {
        (self.m2 - self.m * self.m).max(0.0) * n / t
    }

    /// Binder's cumulant.
    pub fn binder(&self) -> f64 {
        binder(self.m2, self.m4)
    }
}

/// Binder's cumulant 1 − ⟨m⁴⟩/(3⟨m²⟩²), 0 where every state has m = 0.
///
/// Source: K. Binder, Z. Phys. B 43, 119 (1981).
pub(crate) fn binder(m2: f64, m4: f64) -> f64 {
    if m2 > 0.0 { 1.0 - m4 / (3.0 * m2 * m2) } else { 0.0 }
}
