//! The settings that runs have in common, each written once.

/// Documented setters in the `impl` of a run's settings, each a field of the same name.
///
/// First comes an expression for such settings, from which each setter's example is made, then the setters, each after what
/// is particular about it: at least its meaning and default. After `, through FIELD` the value goes to that field's setter.
///
/// ```text
/// setters! { "Ising::square(4)?.annealing()":
///     /// Sweeps of each restart; default 1000.
///     sweeps;
/// }
/// ```
macro_rules! setters {
    // The table of setters: name, what it takes, what is kept (`into` puts it in an `Option` where there is one), an example.
    (@setter sweeps $rest:tt) => { $crate::setters::setters! { @write
        sweeps: i64 => sweeps,
        "assert!(settings.sweeps(100).run().is_ok() && settings.sweeps(-1).run().is_err());",
        $rest
    } };
    (@setter thermalization $rest:tt) => { $crate::setters::setters! { @write
        thermalization: i64 => thermalization.into(),
        "assert!(settings.thermalization(100).run().is_ok() && settings.thermalization(-1).run().is_err());",
        $rest
    } };
    (@setter steps $rest:tt) => { $crate::setters::setters! { @write
        steps: i64 => steps.into(),
        "assert!(settings.steps(20).run().is_ok() && settings.steps(0).run().is_err());",
        $rest
    } };
    (@setter chains $rest:tt) => { $crate::setters::setters! { @write
        chains: i64 => chains,
        "assert!(settings.chains(3).run().is_ok() && settings.chains(0).run().is_err());",
        $rest
    } };
    (@setter epochs $rest:tt) => { $crate::setters::setters! { @write
        epochs: usize => epochs,
        "assert!(settings.epochs(2).run().is_ok() && settings.epochs(0).run().is_err());",
        $rest
    } };
    (@setter learning_rate $rest:tt) => { $crate::setters::setters! { @write
        learning_rate: f64 => learning_rate.into(),
        "assert!(settings.learning_rate(0.01).run().is_ok() && settings.learning_rate(0.0).run().is_err());",
        $rest
    } };
    (@setter record_every $rest:tt) => { $crate::setters::setters! { @write
        record_every: usize => record_every,
        "assert_eq!(settings.record_every(2).run()?.history.height(), 3); // the start, epoch 2 and the last",
        $rest
    } };
    (@setter probes $rest:tt) => { $crate::setters::setters! { @write
        probes: usize => probes.into(),
        "assert!(settings.probes(9).run().is_ok() && settings.probes(1).run().is_err());",
        $rest
    } };
    (@setter runs $rest:tt) => { $crate::setters::setters! { @write
        runs: i64 => runs,
        "assert!(settings.runs(20).run().is_ok() && settings.runs(1).run().is_err());",
        $rest
    } };
    (@setter update $rest:tt) => { $crate::setters::setters! { @write
        update: $crate::sample::Update => update,
        "assert!(settings.update(Update::HeatBath).run().is_ok());",
        $rest
    } };
    (@setter order $rest:tt) => { $crate::setters::setters! { @write
        order: $crate::sample::SiteOrder => order.into(),
        "assert!(settings.order(SiteOrder::Checkerboard).run().is_ok());",
        $rest
    } };
    (@setter start $rest:tt) => { $crate::setters::setters! { @write
        start: $crate::sample::Start => start,
        "assert!(settings.start(Start::Random).run().is_ok());",
        $rest
    } };
    (@setter rules $rest:tt) => { $crate::setters::setters! { @write
        rules: impl IntoIterator<Item = $crate::hopfield::experiment::StorageRule> => rules.into_iter().collect(),
        "assert!(settings.rules([StorageRule::Storkey]).run().is_ok() && settings.rules([]).run().is_err());",
        $rest
    } };
    (@setter sizes $rest:tt) => { $crate::setters::setters! { @write
        sizes: impl IntoIterator<Item = usize> => sizes.into_iter().collect(),
        "assert!(settings.sizes([20, 30]).run().is_ok() && settings.sizes([]).run().is_err());",
        $rest
    } };
    (@setter loads $rest:tt) => { $crate::setters::setters! { @write
        loads: impl IntoIterator<Item = f64> => loads.into_iter().collect(),
        "assert!(settings.loads([0.1, 0.2]).run().is_ok() && settings.loads([]).run().is_err());",
        $rest
    } };
    (@setter threshold $rest:tt) => { $crate::setters::setters! { @write
        threshold: f64 => threshold,
        "assert!(settings.threshold(0.8).run().is_ok() && settings.threshold(1.5).run().is_err());",
        $rest
    } };
    (@setter samples $rest:tt) => { $crate::setters::setters! { @write
        samples: usize => samples,
        "assert!(settings.samples(40).run().is_ok() && settings.samples(1).run().is_err());",
        $rest
    } };
    (@setter time $rest:tt) => { $crate::setters::setters! { @write
        time: f64 => time,
        "assert!(settings.time(0.5).run().is_ok() && settings.time(-1.0).run().is_err());",
        $rest
    } };
    (@setter step_size $rest:tt) => { $crate::setters::setters! { @write
        step_size: f64 => step_size.into(),
        "assert!(settings.step_size(0.02).run().is_ok() && settings.step_size(0.0).run().is_err());",
        $rest
    } };
    (@setter points $rest:tt) => { $crate::setters::setters! { @write
        points: usize => points,
        "assert!(settings.points(6).run().is_ok() && settings.points(1).run().is_err());",
        $rest
    } };
    (@setter tolerance $rest:tt) => { $crate::setters::setters! { @write
        tolerance: f64 => tolerance,
        "assert!(settings.tolerance(1e-4).run().is_ok() && settings.tolerance(0.0).run().is_err());",
        $rest
    } };
    (@setter jacobian $rest:tt) => { $crate::setters::setters! { @write
        jacobian: bool => jacobian,
        "let flow = settings.jacobian(true).run()?.frame;\nassert_eq!(flow.column(\"log_determinant\")?.null_count(), 0);",
        $rest
    } };
    (@setter friction $rest:tt) => { $crate::setters::setters! { @write
        friction: f64 => friction,
        "assert!(settings.friction(2.0).run().is_ok() && settings.friction(-1.0).run().is_err());",
        $rest
    } };
    (@setter seed $rest:tt) => { $crate::setters::setters! { @write
        seed: impl Into<$crate::random::Seed> => seed.into(),
        "assert!(settings.seed(7).run().is_ok() && settings.seed(Seed::new(7).child(1)).run().is_ok());",
        $rest
    } };
    (@setter deadline $rest:tt) => { $crate::setters::setters! { @write
        deadline: f64 => deadline.into(),
        "assert!(settings.deadline(60.0).run().is_ok() && settings.deadline(-1.0).run().is_err());",
        $rest
    } };

    (@write $name:ident: $type:ty => $value:expr, $example:literal,
        ([$($inner:ident)?] $settings:literal $(#[$doc:meta])+)
    ) => {
        $(#[$doc])+
        #[doc = concat!(
            "\n```\n# fn main() -> statmech::Result<()> {\nuse statmech::prelude::*;\n",
            "let settings = ", $settings, ";\n", $example, "\n# Ok(())\n# }\n```",
        )]
        pub fn $name(&self, $name: $type) -> Self {
            $crate::setters::setters! { @change self, [$($inner)?] $name, $value }
        }
    };
    (@change $this:ident, [] $name:ident, $value:expr) => {
        Self { $name: $value, ..$this.clone() }
    };
    (@change $this:ident, [$inner:ident] $name:ident, $value:expr) => {
        Self { $inner: $this.$inner.$name($value), ..$this.clone() }
    };

    ($settings:literal: $($(#[$doc:meta])+ $name:ident;)+) => {
        $($crate::setters::setters! { @setter $name ([] $settings $(#[$doc])+) })+
    };
    ($settings:literal, through $inner:ident: $($(#[$doc:meta])+ $name:ident;)+) => {
        $($crate::setters::setters! { @setter $name ([$inner] $settings $(#[$doc])+) })+
    };
}

pub(crate) use setters;
