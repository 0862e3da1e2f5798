//! Schemas that ship with the command, by name.

/// Names of the presets.
pub const PRESETS: [&str; 2] = ["ibm_telco", "churn5000"];

/// The `schema.toml` of a preset; `None` for another name.
pub fn preset(name: &str) -> Option<&'static str> {
    match name {
        "ibm_telco" => Some(include_str!("../presets/ibm_telco.toml")),
        "churn5000" => Some(include_str!("../presets/churn5000.toml")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::Cohort;
    use crate::schema_file::SchemaFile;
    use tenure_table::Source;

    #[test]
    fn presets_are_sound() {
        for name in PRESETS {
            let SchemaFile { schema, .. } = SchemaFile::read(preset(name).unwrap()).unwrap();
            assert_eq!(schema.problems(), [], "{name}");
            assert!(schema.fields.iter().all(|field| !field.label.is_empty()), "{name}");
        }
        assert_eq!(preset("IBM"), None);
    }

    #[test]
    fn presets_fit_the_real_tables() {
        for (name, rows, positives) in [("ibm_telco", 7043, 1869), ("churn5000", 5000, 707)] {
            let path = format!("{}/../../shared/data/{name}.csv", env!("CARGO_MANIFEST_DIR"));
            if !std::path::Path::new(&path).exists() {
                eprintln!("skipped: ../shared/data/{name}.csv is not there");
                continue;
            }
            let SchemaFile { schema, .. } = SchemaFile::read(preset(name).unwrap()).unwrap();
            let cohort = Cohort::read(Source::open(&path).unwrap(), &schema).unwrap();
            assert_eq!((cohort.rows(), cohort.positives()), (rows, positives));
            assert!(cohort.report().lines().is_empty(), "{:?}", cohort.report().lines());
        }
    }
}
