//! The flow of positions and momenta, which keeps volume, and with friction loses it at a constant rate.

use crate::error::{Error, Result, require_positive};
use crate::landscape::{Curvature, Objective, norm};
use crate::ndarray::{Array1, Array2};
use crate::phase_space::jacobian::{Jacobian, units};
use crate::phase_space::patience::{Work, require_patience};
use crate::phase_space::require::{require_numbers, require_room};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::setters::setters;

/// Momenta that a step damps by more than e to this are no numbers any more.
const MOST_DAMPING: f64 = 600.0;

/// The mean square of the Jacobian's entries in a column, without damping, up to which its columns are not orthonormalised anew: few digits are lost.
const STRETCH: f64 = 100.0;

/// More steps than this would take weeks, which even a deadline is not for.
const WEEKS_OF_STEPS: f64 = 1e12;

/// A composition of drifts θ ← θ + h p/m and kicks p ← p − h ∇L, each of which keeps volume exactly.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
/// let swing = bowl.hamiltonian(&array![1.0]).scheme(Symplectic::Yoshida).points(2).run()?;
/// let energy = swing.frame.values("energy")?;
/// assert!((energy[1] - energy[0]).abs() < 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Symplectic {
    /// Half a drift, a kick, half a drift: order 2.
    #[default]
    Leapfrog,
    /// Three leapfrogs, the middle one backwards: order 4 (H. Yoshida, Phys. Lett. A 150, 262 (1990); E. Forest and R. D. Ruth, Physica D 43, 105 (1990)).
    Yoshida,
}

impl Symplectic {
    /// The name in tables.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(Symplectic::Yoshida.name(), "yoshida");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Leapfrog => "leapfrog",
            Self::Yoshida => "yoshida",
        }
    }

    /// The parts of a step that its leapfrogs take.
    fn parts(self) -> &'static [f64] {
        // 1/(2 − 2^{1/3}) and what is left of 1.
        const OUTER: f64 = 1.351_207_191_959_657_6;
        match self {
            Self::Leapfrog => &[1.0],
            Self::Yoshida => &[OUTER, 1.0 - 2.0 * OUTER, OUTER],
        }
    }
}

/// Settings of a Hamiltonian flow; [`run`](Self::run) follows it.
///
/// θ' = p/m, p' = −∇L − γ p. Without friction the energy |p|²/2m + L is kept (to the order of the scheme, without drift) and the volume in (θ, p) exactly; with friction the volume
/// contracts as e^{−nγt} in n dimensions of θ, exactly so here, too: p is damped by e^{−γh/2} before and after each symplectic step. For large γ and m = 1 the flow is the gradient flow in the time t/γ (take steps with γh well below 1, or drift is too fast by (γh)²/12).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0, 0.0], [0.0, 2.0]], &array![0.0, 0.0])?;
/// let flow = bowl.hamiltonian(&array![1.0, 1.0]).time(20.0).jacobian(true).run()?;
/// assert!(flow.frame.values("log_determinant")?.iter().all(|x| x.abs() < 1e-10));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Hamiltonian {
    objective: Objective,
    start: Array1<f64>,
    momentum: Option<Array1<f64>>,
    mass: f64,
    friction: f64,
    scheme: Symplectic,
    step_size: f64,
    time: f64,
    points: usize,
    jacobian: bool,
    deadline: Option<f64>,
}

/// Where a Hamiltonian flow went; see [`Hamiltonian::run`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
/// let flow: HamiltonianFlow = bowl.hamiltonian(&array![1.0]).time(1.0).points(11).run()?;
/// assert_eq!((flow.path.dim(), flow.momenta.dim(), flow.jacobian), ((11, 1), (11, 1), None));
/// assert!(flow.complete);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct HamiltonianFlow {
    /// A row for each recorded time: `time`, `loss`, `kinetic`, `energy` (their sum), `gradient_norm`, `log_determinant` (ln |det| of the Jacobian by (θ, p), missing unless [asked for](Hamiltonian::jacobian)),
    /// and the conditions `scheme`, `step_size`, `mass`, `friction`, `complete`.
    pub frame: DataFrame,
    /// θ at the recorded times, a row each.
    pub path: Array2<f64>,
    /// p at the recorded times, a row each.
    pub momenta: Array2<f64>,
    /// The 2n × 2n Jacobian ∂(θ(t), p(t))/∂(θ(0), p(0)) at the end, if asked for.
    pub jacobian: Option<Array2<f64>>,
    /// Whether the flow came to its end: false if a deadline stopped it.
    pub complete: bool,
}

/// θ and p, and columns of the Jacobian: the part of θ, then that of p in each.
struct State {
    theta: Vec<f64>,
    momentum: Vec<f64>,
    columns: Vec<f64>,
}

impl Objective {
    /// The Hamiltonian flow from θ at rest, to time 10 by steps of 0.01 unless set.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let swing = bowl.hamiltonian(&array![1.0]).scheme(Symplectic::Yoshida).time(1.0).run()?;
    /// let last = swing.path.nrows() - 1;
    /// assert!((swing.path[(last, 0)] - 1_f64.cos()).abs() < 1e-8);
    /// # Ok(()) }
    /// ```
    pub fn hamiltonian(&self, theta: &Array1<f64>) -> Hamiltonian {
        Hamiltonian {
            objective: self.clone(),
            start: theta.clone(),
            momentum: None,
            mass: 1.0,
            friction: 0.0,
            scheme: Symplectic::default(),
            step_size: 0.01,
            time: 10.0,
            points: 101,
            jacobian: false,
            deadline: None,
        }
    }
}

impl Hamiltonian {
    setters! { "Objective::quadratic(&array![[1.0]], &array![0.0])?.hamiltonian(&array![1.0])":
        /// The end in time; default 10.
        time;
        /// The step in time at most; default 0.01. Steps are shortened so that a whole number of them leads from one recorded time to the next.
        step_size;
        /// Evenly spaced times that are recorded, with the start; default 101.
        points;
        /// The friction γ; default 0.
        friction;
        /// Whether the Jacobian is carried along; default no. Each kick takes 2n products with the Hessian.
        jacobian;
        /// A limit in seconds, after which the flow ends where it is and `complete` is false; default none.
        deadline;
    }

    /// Sets the integrator; default [`Symplectic::Leapfrog`].
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?.hamiltonian(&array![1.0]).step_size(0.1);
    /// let error = |scheme| -> statmech::Result<f64> { Ok((bowl.scheme(scheme).run()?.path[(100, 0)] - 10_f64.cos()).abs()) };
    /// assert!(error(Symplectic::Yoshida)? < 0.1 * error(Symplectic::Leapfrog)?);
    /// # Ok(()) }
    /// ```
    pub fn scheme(&self, scheme: Symplectic) -> Self {
        Self { scheme, ..self.clone() }
    }

    /// The momentum at the start; default 0.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let plain = Objective::quadratic(&array![[0.0]], &array![0.0])?;
    /// let moved = plain.hamiltonian(&array![1.0]).momentum(&array![2.0]).mass(4.0).points(2).run()?;
    /// assert!((moved.path[(1, 0)] - 6.0).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn momentum(&self, momentum: &Array1<f64>) -> Self {
        Self { momentum: Some(momentum.clone()), ..self.clone() }
    }

    /// The mass m; default 1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // The frequency is 1/√m.
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let slow = bowl.hamiltonian(&array![1.0]).mass(4.0).time(1.0).run()?;
    /// assert!((slow.path[(100, 0)] - 0.5_f64.cos()).abs() < 1e-4);
    /// # Ok(()) }
    /// ```
    pub fn mass(&self, mass: f64) -> Self {
        Self { mass, ..self.clone() }
    }

    /// Follows the flow.
    ///
    /// # Errors
    /// If the start or the momentum does not fit, a setting is out of range, or the loss, the kinetic energy or the Jacobian stops being finite on the way, as with too large a step; or without a deadline if it takes more than 10¹⁰ steps.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wells = Objective::exact(1, |x| (x[0].powi(2) - 1.0).powi(2))?;
    /// let flow = wells.hamiltonian(&array![1.5]).time(100.0).run()?;
    /// let energy = flow.frame.values("energy")?;
    /// assert!(energy.iter().all(|e| (e - energy[0]).abs() < 2e-3));
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<HamiltonianFlow> {
        let deadline = Deadline::new(self.deadline)?;
        let each = self.check()?;
        let n = self.start.len();
        let gaps = self.points - 1;
        let step = self.time / gaps as f64 / each as f64;
        let mut progress = Progress::new("steps", each.saturating_mul(gaps));
        let mut state = State {
            theta: self.start.to_vec(),
            momentum: self.momentum.as_ref().map_or_else(|| vec![0.0; n], |p| p.to_vec()),
            columns: if self.jacobian { units(2 * n) } else { Vec::new() },
        };
        let mut jacobian = self.jacobian.then(|| Jacobian::identity(2 * n));
        let mut rows = Rows::default();
        self.record(&mut rows, 0.0, &state, jacobian.as_ref())
            .map_err(|error| self.astray(error))?;
        let mut complete = true;
        // γ times the time since the Jacobian's columns were orthonormal.
        let mut damping = 0.0;
        'points: for point in 1..=gaps {
            for _ in 0..each {
                if deadline.passed() {
                    complete = false;
                    progress.stopped();
                    break 'points;
                }
                self.advance(&mut state, step).map_err(|error| self.astray(error))?;
                progress.add(1);
                damping += self.friction * step;
                if let Some(jacobian) = &mut jacobian
                    && state.stretched(damping)
                {
                    jacobian.absorb(&mut state.columns);
                    damping = 0.0;
                }
            }
            if let Some(jacobian) = &mut jacobian {
                jacobian.absorb(&mut state.columns);
                damping = 0.0;
            }
            let time = self.time * point as f64 / gaps as f64;
            self.record(&mut rows, time, &state, jacobian.as_ref())
                .map_err(|error| self.astray(error))?;
        }
        let jacobian = jacobian.map(|mut jacobian| {
            jacobian.absorb(&mut state.columns);
            jacobian.matrix(&state.columns)
        });
        let height = rows.time.len();
        let frame = df!(
            "time" => rows.time,
            "energy" => rows.loss.iter().zip(&rows.kinetic).map(|(a, b)| a + b).collect::<Vec<_>>(),
            "loss" => rows.loss,
            "kinetic" => rows.kinetic,
            "gradient_norm" => rows.norm,
            "log_determinant" => rows.log_determinant,
            "scheme" => vec![self.scheme.name(); height],
            "step_size" => vec![step; height],
            "mass" => vec![self.mass; height],
            "friction" => vec![self.friction; height],
            "complete" => vec![complete; height],
        )?;
        let shaped = |numbers: Vec<f64>| {
            Array2::from_shape_vec((height, n), numbers)
                .map_err(|error| Error::argument("path", error, "a whole number of points"))
        };
        let (path, momenta) = (shaped(rows.path)?, shaped(rows.momenta)?);
        Ok(HamiltonianFlow { frame, path, momenta, jacobian, complete })
    }

    fn advance(&self, state: &mut State, h: f64) -> Result<()> {
        let n = state.theta.len();
        let keep = (-0.5 * self.friction * h).exp();
        let damp = |state: &mut State| {
            state.momentum.iter_mut().for_each(|p| *p *= keep);
            for column in state.columns.chunks_exact_mut(2 * n) {
                column[n..].iter_mut().for_each(|p| *p *= keep);
            }
        };
        damp(state);
        for part in self.scheme.parts() {
            state.drift(0.5 * part * h / self.mass);
            state.kick(&self.objective, part * h)?;
            state.drift(0.5 * part * h / self.mass);
        }
        damp(state);
        Ok(())
    }

    fn record(
        &self,
        rows: &mut Rows,
        time: f64,
        state: &State,
        jacobian: Option<&Jacobian>,
    ) -> Result<()> {
        let mut gradient = vec![0.0; state.theta.len()];
        rows.loss.push(self.objective.gradient_at(&state.theta, &mut gradient)?);
        let squares: f64 = state.momentum.iter().map(|p| p * p).sum();
        let kinetic = 0.5 * squares / self.mass;
        let growth = jacobian.map_or(0.0, |jacobian| jacobian.log_determinant);
        if !(kinetic.is_finite() && growth.is_finite()) {
            let given = format!("a point of kinetic energy {kinetic} and ln det {growth}");
            return Err(Error::argument("theta", given, "of finite numbers"));
        }
        rows.time.push(time);
        rows.kinetic.push(kinetic);
        rows.norm.push(norm(&gradient));
        rows.log_determinant.push(jacobian.map(|jacobian| jacobian.log_determinant));
        rows.path.extend_from_slice(&state.theta);
        rows.momenta.extend_from_slice(&state.momentum);
        Ok(())
    }

    /// The number of steps from one recorded time to the next.
    fn check(&self) -> Result<usize> {
        let n = self.objective.dimension();
        self.objective.loss(&self.start)?;
        if let Some(momentum) = &self.momentum
            && (momentum.len() != n || momentum.iter().any(|p| !p.is_finite()))
        {
            return Err(Error::Shape {
                what: "`momentum`",
                expected: format!("[{n}], of finite numbers"),
                given: format!("[{}]", momentum.len()),
            });
        }
        require_positive("mass", self.mass)?;
        require_positive("time", self.time)?;
        require_positive("step_size", self.step_size)?;
        if !(self.friction >= 0.0 && self.friction.is_finite()) {
            return Err(Error::argument("friction", self.friction, "a finite number, at least 0"));
        }
        require_room(self.points, &[2, n])?;
        if self.jacobian {
            require_numbers("The Jacobian", &[2 * n, 2 * n, 4])?;
            let damping = self.friction * self.step_size.min(self.time);
            if !(damping <= MOST_DAMPING) {
                return Err(Error::argument(
                    "friction",
                    format!("{}, which damps momenta by e^−{damping:.0} in a step", self.friction),
                    format!("at most {MOST_DAMPING} over the step, with a Jacobian"),
                ));
            }
        }
        // Rounding makes no further step.
        let each = (self.time / (self.points - 1) as f64 / self.step_size * (1.0 - 1e-12)).ceil();
        if !(each * self.points as f64 <= WEEKS_OF_STEPS) {
            let allowed = "so long that 10¹² of them pass the whole time";
            return Err(Error::argument("step_size", self.step_size, allowed));
        }
        let columns = if self.jacobian { 2 * n } else { 0 };
        let steps = each * self.points as f64 * (1 + columns) as f64;
        require_patience(Work::steps(steps), self.deadline)?;
        Ok(each.max(1.0) as usize)
    }

    /// The error of a loss that is not finite any more, in terms of what the user set.
    fn astray(&self, error: Error) -> Error {
        match error {
            Error::Argument { name: "theta", given, .. } => Error::argument(
                "step_size",
                format!("{}, which led to a point that is {given}", self.step_size),
                "so small, and `time` so short, that the flow stays where the loss is finite",
            ),
            other => other,
        }
    }
}

/// Columns of the frame and the path.
#[derive(Default)]
struct Rows {
    time: Vec<f64>,
    loss: Vec<f64>,
    kinetic: Vec<f64>,
    norm: Vec<f64>,
    log_determinant: Vec<Option<f64>>,
    path: Vec<f64>,
    momenta: Vec<f64>,
}

impl State {
    fn drift(&mut self, h: f64) {
        let n = self.theta.len();
        self.theta.iter_mut().zip(&self.momentum).for_each(|(x, p)| *x += h * p);
        for column in self.columns.chunks_exact_mut(2 * n) {
            let (positions, momenta) = column.split_at_mut(n);
            positions.iter_mut().zip(&*momenta).for_each(|(x, p)| *x += h * p);
        }
    }

    /// Whether columns that were orthonormal may have lost digits: singular values of a symplectic map come in pairs x and 1/x, so that the sum of their squares tells the largest and the smallest; friction divides both by e to half the damping.
    fn stretched(&self, damping: f64) -> bool {
        let squares: f64 = self.columns.iter().map(|x| x * x).sum();
        damping > 1.0 || squares * damping.exp() > STRETCH * (2 * self.theta.len()) as f64
    }

    fn kick(&mut self, objective: &Objective, h: f64) -> Result<()> {
        let n = self.theta.len();
        let mut gradient = vec![0.0; n];
        objective.gradient_at(&self.theta, &mut gradient)?;
        self.momentum.iter_mut().zip(&gradient).for_each(|(p, g)| *p -= h * g);
        if self.columns.is_empty() {
            return Ok(());
        }
        let vectors: Vec<f64> =
            self.columns.chunks_exact(2 * n).flat_map(|column| &column[..n]).copied().collect();
        let mut products = vec![0.0; vectors.len()];
        objective.products_at(Curvature::Hessian, &self.theta, &vectors, &mut products)?;
        for (column, product) in self.columns.chunks_exact_mut(2 * n).zip(products.chunks_exact(n))
        {
            column[n..].iter_mut().zip(product).for_each(|(p, hx)| *p -= h * hx);
        }
        Ok(())
    }
}
