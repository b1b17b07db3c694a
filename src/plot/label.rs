//! Axis labels from column names.

/// Column names with the words and the symbol that the literature uses.
const KNOWN: [(&str, &str); 35] = [
    ("temperature", "temperature T"),
    ("beta", "inverse temperature β"),
    ("field", "field h"),
    ("coupling", "coupling J"),
    ("energy", "energy per spin e"),
    ("total_energy", "energy E"),
    ("states", "number of states g"),
    ("free_energy", "free energy per spin f"),
    ("entropy", "entropy per spin s"),
    ("heat_capacity", "heat capacity c"),
    ("magnetization", "magnetization m"),
    ("abs_magnetization", "magnetization |m|"),
    ("susceptibility", "susceptibility χ"),
    ("susceptibility_full", "susceptibility χ"),
    ("binder", "Binder cumulant U"),
    ("autocorrelation", "autocorrelation ρ"),
    ("rho", "autocorrelation ρ"),
    ("tau", "autocorrelation time τ"),
    ("energy_tau", "autocorrelation time of e, in sweeps"),
    ("abs_magnetization_tau", "autocorrelation time of |m|, in sweeps"),
    ("learning_rate", "learning rate η"),
    ("penalty", "penalty λ"),
    ("size", "size L"),
    ("n_spins", "number of spins N"),
    ("n_units", "number of units N"),
    ("n_inputs", "number of inputs N"),
    ("n_patterns", "number of patterns P"),
    ("load", "load α"),
    ("stability", "stability κ"),
    ("generalization_error", "generalisation error ε"),
    ("sweep", "sweep"),
    ("block", "block length"),
    ("ln_z", "ln Z"),
    ("time", "time t"),
    ("lag", "lag t"),
];

/// What stands beside an axis that shows the column: "temperature T" for `temperature`, and the
/// name with spaces where the literature has no fixed symbol.
pub(super) fn axis_label(column: &str) -> String {
    for (suffix, note) in [("_exact", "exact"), ("_err", "standard error")] {
        if let Some(quantity) = column.strip_suffix(suffix)
            && !quantity.is_empty()
        {
            return format!("{} ({note})", axis_label(quantity));
        }
    }
    KNOWN
        .iter()
        .find(|(name, _)| *name == column)
        .map_or_else(|| column.replace('_', " "), |(_, label)| (*label).to_string())
}

/// One group in a legend: "L = 16" for the value 16 of `size`, which has a symbol, "component 2" for a column without one, and a text as
/// it is, with spaces.
pub(super) fn group_label(column: &str, value: &str, is_text: bool) -> String {
    if is_text {
        return value.replace('_', " ");
    }
    let label = axis_label(column);
    let symbol = label.rsplit(' ').next().unwrap_or(&label);
    let known = KNOWN.iter().any(|(name, _)| *name == column);
    // A name of one letter, as notebooks give to columns of their own, is a symbol, too.
    if known && symbol.chars().count() <= 3 || label.chars().count() == 1 {
        return format!("{symbol} = {value}");
    }
    let verb = if matches!(value, "true" | "false") { " = " } else { " " };
    format!("{label}{verb}{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_columns_get_their_symbol_and_others_their_name() {
        assert_eq!(axis_label("heat_capacity"), "heat capacity c");
        assert_eq!(axis_label("energy_exact"), "energy per spin e (exact)");
        assert_eq!(axis_label("swap_rate"), "swap rate");
        assert_eq!(axis_label("_err"), " err");
        assert_eq!(group_label("size", "16", false), "L = 16");
        assert_eq!(group_label("update", "swendsen_wang", true), "swendsen wang");
        assert_eq!(group_label("component", "2", false), "component 2");
        assert_eq!(group_label("N", "250", false), "N = 250");
        assert_eq!(group_label("shuffled", "true", false), "shuffled = true");
        assert_eq!(group_label("n_units", "64", false), "N = 64");
    }
}
