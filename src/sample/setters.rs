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
    (@setter sweeps $rest:tt) => { $crate::sample::setters! { @write
        sweeps: i64 => sweeps,
        "assert!(settings.sweeps(100).run().is_ok() && settings.sweeps(-1).run().is_err());",
        $rest
    } };
    (@setter thermalization $rest:tt) => { $crate::sample::setters! { @write
        thermalization: i64 => thermalization.into(),
        "assert!(settings.thermalization(100).run().is_ok() && settings.thermalization(-1).run().is_err());",
        $rest
    } };
    (@setter steps $rest:tt) => { $crate::sample::setters! { @write
        steps: i64 => steps.into(),
        "assert!(settings.steps(20).run().is_ok() && settings.steps(0).run().is_err());",
        $rest
    } };
    (@setter runs $rest:tt) => { $crate::sample::setters! { @write
        runs: i64 => runs,
        "assert!(settings.runs(20).run().is_ok() && settings.runs(1).run().is_err());",
        $rest
    } };
    (@setter update $rest:tt) => { $crate::sample::setters! { @write
        update: $crate::sample::Update => update,
        "assert!(settings.update(Update::HeatBath).run().is_ok());",
        $rest
    } };
    (@setter order $rest:tt) => { $crate::sample::setters! { @write
        order: $crate::sample::SiteOrder => order.into(),
        "assert!(settings.order(SiteOrder::Checkerboard).run().is_ok());",
        $rest
    } };
    (@setter start $rest:tt) => { $crate::sample::setters! { @write
        start: $crate::sample::Start => start,
        "assert!(settings.start(Start::Random).run().is_ok());",
        $rest
    } };
    (@setter seed $rest:tt) => { $crate::sample::setters! { @write
        seed: impl Into<$crate::random::Seed> => seed.into(),
        "assert!(settings.seed(7).run().is_ok() && settings.seed(Seed::new(7).child(1)).run().is_ok());",
        $rest
    } };
    (@setter deadline $rest:tt) => { $crate::sample::setters! { @write
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
            $crate::sample::setters! { @change self, [$($inner)?] $name, $value }
        }
    };
    (@change $this:ident, [] $name:ident, $value:expr) => {
        Self { $name: $value, ..$this.clone() }
    };
    (@change $this:ident, [$inner:ident] $name:ident, $value:expr) => {
        Self { $inner: $this.$inner.$name($value), ..$this.clone() }
    };

    ($settings:literal: $($(#[$doc:meta])+ $name:ident;)+) => {
        $($crate::sample::setters! { @setter $name ([] $settings $(#[$doc])+) })+
    };
    ($settings:literal, through $inner:ident: $($(#[$doc:meta])+ $name:ident;)+) => {
        $($crate::sample::setters! { @setter $name ([$inner] $settings $(#[$doc])+) })+
    };
}

pub(crate) use setters;
