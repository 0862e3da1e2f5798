//! Categories of fewer than k customers become OTHER: such a category could identify people, and
//! nothing can be learned from it.

use tenure::schema::{Formula, Kind, MINIMUM_CUSTOMERS, Schema};

use super::{Cohort, Column, MISSING_CODE};

/// Every category in an artifact has at least this many customers.
pub const RARE_BELOW: usize = MINIMUM_CUSTOMERS as usize;

/// Categories of one field that were folded into OTHER, with their number of customers.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Folded {
    pub field: String,
    pub categories: Vec<(String, usize)>,
    /// Rare categories that stay because a formula of a derived feature names them.
    pub kept: Vec<(String, usize)>,
}

/// Fields that would have no category left.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "every category of {} is seen fewer than {k} times: list {} under `ignored`, or group the categories",
    names(fields), if fields.len() == 1 { "it" } else { "them" }
)]
pub struct OnlyRare {
    pub fields: Vec<String>,
    pub k: usize,
}

fn names(fields: &[String]) -> String {
    let names: Vec<_> = fields.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Removes the categories of fewer than `k` customers from the schema and the cohort. Flags keep
/// both their values.
///
/// Returns what was folded, field by field. After an error schema and cohort are as they were.
pub fn prune_rare(schema: &mut Schema, cohort: &mut Cohort, k: usize) -> Result<Vec<Folded>, OnlyRare> {
    let mut pruned = cohort.schema.clone();
    let mut plan = Vec::new();
    let mut only_rare = Vec::new();
    for (index, column) in cohort.columns.iter().enumerate() {
        let (Kind::Category { categories }, Column::Codes(codes)) = (&cohort.schema.fields[index].kind, column) else {
            continue;
        };
        let mut counts = vec![0; categories.len() + 1];
        for &code in codes.iter().filter(|&&code| code != MISSING_CODE) {
            counts[usize::from(code)] += 1;
        }
        let field = &cohort.schema.fields[index].name;
        let mut folded = Folded { field: field.clone(), categories: Vec::new(), kept: Vec::new() };
        let mut left = Vec::new();
        for (category, &count) in categories.iter().zip(&counts) {
            let entry = (category.clone(), count);
            if count >= k {
                left.push(category.clone());
            } else if is_named(&cohort.schema, index, category) {
                left.push(category.clone());
                folded.kept.push(entry);
            } else {
                folded.categories.push(entry);
            }
        }
        if left.is_empty() {
            only_rare.push(field.clone());
        }
        if !folded.categories.is_empty() || !folded.kept.is_empty() {
            plan.push((index, recoding(categories, &left), folded));
            pruned.fields[index].kind = Kind::Category { categories: left };
        }
    }
    if !only_rare.is_empty() {
        return Err(OnlyRare { fields: only_rare, k });
    }
    let mut result = Vec::new();
    for (index, recoding, folded) in plan {
        if let Column::Codes(codes) = &mut cohort.columns[index] {
            codes
                .iter_mut()
                .filter(|code| **code != MISSING_CODE)
                .for_each(|code| *code = recoding[usize::from(*code)]);
        }
        result.push(folded);
    }
    cohort.schema = pruned;
    *schema = cohort.schema.clone();
    Ok(result)
}

/// New code of each old one, OTHER last.
fn recoding(old: &[String], left: &[String]) -> Vec<u16> {
    let other = left.len();
    let code = |category| left.iter().position(|left| left == category).unwrap_or(other) as u16;
    old.iter().map(code).chain([other as u16]).collect()
}

/// Whether a formula names the category.
pub(crate) fn is_named(schema: &Schema, field: usize, category: &str) -> bool {
    let mut without = schema.clone();
    if let Kind::Category { categories } = &mut without.fields[field].kind {
        categories.retain(|other| other != category);
    }
    let parses = |schema, formula| Formula::parse(formula, schema).is_ok();
    schema.derived.iter().any(|derived| parses(schema, &derived.formula) && !parses(&without, &derived.formula))
}

#[cfg(test)]
mod tests {
    use tenure::customer::Cell;

    use super::super::tests::{SCHEMA, cohort};
    use super::*;

    /// Contracts: 30 Month, 30 Year, 3 Week, 2 Decade, which is no category, and 5 missing.
    fn table() -> String {
        let contracts = [("Month", 30), ("Year", 30), ("Week", 3), ("Decade", 2), ("", 5)];
        let rows = contracts.iter().flat_map(|&(contract, count)| std::iter::repeat_n(contract, count)).enumerate();
        let rows: String =
            rows.map(|(row, contract)| format!("{row},{contract},No,{}\n", ["Yes", "No"][row % 2])).collect();
        format!("tenure,contract,partner,Churn\n{rows}")
    }

    #[test]
    fn rare_categories_fold_and_codes_follow() {
        let mut schema: Schema = toml::from_str(SCHEMA).unwrap();
        let mut cohort = cohort(&table(), &schema).unwrap();
        let before: Vec<_> = (0..70).map(|row| cohort.customer(row).cells()[1]).collect();
        assert_eq!([before[0], before[60], before[63]], [Cell::Category(1), Cell::Category(0), Cell::Category(3)]);
        let folded = prune_rare(&mut schema, &mut cohort, RARE_BELOW).unwrap();
        assert_eq!(folded.len(), 1);
        assert_eq!((folded[0].field.as_str(), &folded[0].categories), ("contract", &vec![("Week".into(), 3)]));
        assert_eq!(schema.fields[1].categories(), ["Month", "Year"]);
        assert_eq!(schema, *cohort.schema());
        let after: Vec<_> = (0..70).map(|row| cohort.customer(row).cells()[1]).collect();
        assert_eq!(
            [after[0], after[30], after[60], after[63], after[65]],
            [Cell::Category(0), Cell::Category(1), Cell::Category(2), Cell::Category(2), Cell::Missing]
        );
        assert_eq!(prune_rare(&mut schema, &mut cohort, RARE_BELOW).unwrap(), []);
    }

    #[test]
    fn what_a_formula_names_stays() {
        let derived = "derived = [{ name = \"weekly\", formula = \"if(contract == \\\"Week\\\", tenure, 0)\" }]";
        let mut schema: Schema =
            toml::from_str(&SCHEMA.replace("identifiers", &format!("{derived}\nidentifiers"))).unwrap();
        let mut cohort = cohort(&table(), &schema).unwrap();
        let folded = prune_rare(&mut schema, &mut cohort, RARE_BELOW).unwrap();
        assert_eq!((folded[0].categories.len(), &folded[0].kept), (0, &vec![("Week".into(), 3)]));
        assert_eq!(schema.fields[1].categories(), ["Week", "Month", "Year"]);
        assert_eq!(schema.problems(), []);
    }

    #[test]
    fn a_field_of_rare_categories_alone_is_refused() {
        let mut schema: Schema = toml::from_str(SCHEMA).unwrap();
        let mut cohort = cohort(&table(), &schema).unwrap();
        let before = schema.clone();
        let error = prune_rare(&mut schema, &mut cohort, 31).unwrap_err();
        assert_eq!(error.fields, ["contract"]);
        assert!(error.to_string().contains("list it under `ignored`"), "{error}");
        assert_eq!((&schema, cohort.schema()), (&before, &before));
    }
}
