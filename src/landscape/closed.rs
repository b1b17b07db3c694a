//! Landscapes in closed form: the quadratic and the saddle of Böttcher and Wheeler.

use crate::error::{Error, Result};
use crate::landscape::function::hessian_only;
use crate::landscape::{Function, ParameterBlock, ParameterRole, Request};
use crate::ndarray::{Array1, Array2};
use crate::numeric::vector::dot;

/// ½ θᵀAθ − bᵀθ.
#[derive(Clone, Debug)]
pub(crate) struct Quadratic {
    /// A row by row.
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Quadratic {
    pub fn new(a: &Array2<f64>, b: &Array1<f64>) -> Result<Self> {
        let n = b.len();
        if n == 0 || a.dim() != (n, n) {
            return Err(Error::Shape {
                what: "`a`",
                expected: format!("{n} × {n}, as `b` has {n} numbers (at least 1)"),
                given: format!("{} × {}", a.nrows(), a.ncols()),
            });
        }
        if let Some(x) = a.iter().chain(b).find(|x| !x.is_finite()) {
            return Err(Error::argument("a, b", format!("an entry of {x}"), "of finite numbers"));
        }
        let largest = a.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        if let Some(((i, j), x)) =
            a.indexed_iter().find(|((i, j), x)| (*x - a[(*j, *i)]).abs() > 1e-12 * largest)
        {
            let given = format!("{x} at ({i}, {j}) and {} at ({j}, {i})", a[(j, i)]);
            return Err(Error::argument("a", given, "symmetric"));
        }
        Ok(Self { a: a.iter().copied().collect(), b: b.to_vec() })
    }

    fn times(&self, v: &[f64], product: &mut [f64]) {
        for (entry, row) in product.iter_mut().zip(self.a.chunks_exact(v.len())) {
            *entry = dot(row, v);
        }
    }
}

impl Function for Quadratic {
    fn dimension(&self) -> usize {
        self.b.len()
    }

    fn loss(&self, theta: &[f64]) -> Result<f64> {
        self.gradient(theta, &mut vec![0.0; theta.len()], None)
    }

    fn gradient(
        &self,
        theta: &[f64],
        gradient: &mut [f64],
        _error: Option<&mut [f64]>,
    ) -> Result<f64> {
        self.times(theta, gradient);
        let loss = 0.5 * dot(theta, gradient) - dot(theta, &self.b);
        gradient.iter_mut().zip(&self.b).for_each(|(g, b)| *g -= b);
        Ok(loss)
    }

    fn products(&self, request: Request<'_>, _error: Option<&mut [f64]>) -> Result<()> {
        hessian_only(request.curvature)?;
        let n = self.dimension();
        let pairs = request.vectors.chunks_exact(n).zip(request.products.chunks_exact_mut(n));
        pairs.for_each(|(v, product)| self.times(v, product));
        Ok(())
    }
}

/// ½ θ_{2n+1} (Σ_{i≤ñ} θ_i² − Σ_{ñ<i≤2n} θ_i²).
#[derive(Clone, Debug)]
pub(crate) struct Saddle {
    /// 2n.
    squares: usize,
    /// ñ.
    positive: usize,
}

impl Saddle {
    pub fn new(n: usize, positive: usize) -> Result<Self> {
        let squares = n.checked_mul(2).filter(|&squares| squares > 0 && squares < 1 << 40);
        let squares =
            squares.ok_or_else(|| Error::argument("n", n, "at least 1 and below 5·10¹¹"))?;
        if positive > squares {
            let allowed = format!("at most 2n = {squares}");
            return Err(Error::argument("positive", positive, allowed));
        }
        Ok(Self { squares, positive })
    }

    /// Σ_{i≤ñ} a_i b_i − Σ_{ñ<i≤2n} a_i b_i.
    fn form(&self, a: &[f64], b: &[f64]) -> f64 {
        let (first, rest) = (0..self.positive, self.positive..self.squares);
        dot(&a[first.clone()], &b[first]) - dot(&a[rest.clone()], &b[rest])
    }

    fn signed(&self, i: usize, x: f64) -> f64 {
        if i < self.positive { x } else { -x }
    }
}

impl Function for Saddle {
    fn dimension(&self) -> usize {
        self.squares + 1
    }

    fn loss(&self, theta: &[f64]) -> Result<f64> {
        Ok(0.5 * theta[self.squares] * self.form(theta, theta))
    }

    fn gradient(
        &self,
        theta: &[f64],
        gradient: &mut [f64],
        _error: Option<&mut [f64]>,
    ) -> Result<f64> {
        let (height, half) = (theta[self.squares], 0.5 * self.form(theta, theta));
        for (i, g) in gradient[..self.squares].iter_mut().enumerate() {
            *g = self.signed(i, height * theta[i]);
        }
        gradient[self.squares] = half;
        Ok(height * half)
    }

    fn products(&self, request: Request<'_>, _error: Option<&mut [f64]>) -> Result<()> {
        hessian_only(request.curvature)?;
        let (n, theta) = (self.dimension(), request.theta);
        let height = theta[self.squares];
        for (v, product) in
            request.vectors.chunks_exact(n).zip(request.products.chunks_exact_mut(n))
        {
            let along = v[self.squares];
            for (i, p) in product[..self.squares].iter_mut().enumerate() {
                *p = self.signed(i, height * v[i] + along * theta[i]);
            }
            product[self.squares] = self.form(theta, v);
        }
        Ok(())
    }

    fn blocks(&self) -> Vec<ParameterBlock> {
        vec![
            ParameterBlock::new("plane", 0, &[self.squares], ParameterRole::Weight),
            ParameterBlock::new("height", self.squares, &[1], ParameterRole::Weight),
        ]
    }
}
