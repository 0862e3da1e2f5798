//! Categories of few customers become OTHER: such a category could identify people, and nothing can
//! be learned from it. How many are few, the field says (`minimum_members`).

use tenure::schema::{Field, Formula, Kind, Schema};

use super::{Cohort, Column, MISSING_CODE};

/// The categories that a message names; of others it says how many there are.
const NAMED: usize = 10;

/// Categories of one field that were folded into OTHER, with their number of customers.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Folded {
    pub field: String,
    /// Every other category of the field has at least as many customers.
    pub minimum_members: u32,
    pub categories: Vec<(String, usize)>,
    /// Rare categories that stay because a formula of a derived feature names them.
    pub kept: Vec<(String, usize)>,
}

impl Folded {
    /// The field, the rule, and the categories with the most customers.
    pub fn words(&self) -> String {
        let mut categories: Vec<&(String, usize)> = self.categories.iter().collect();
        categories.sort_by_key(|(_, customers)| std::cmp::Reverse(*customers));
        let named = categories.iter().take(NAMED).map(|(name, customers)| format!("{name} ({customers})"));
        let named = named.collect::<Vec<_>>().join(", ");
        let (count, few) = (self.categories.len(), self.minimum_members);
        let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
        format!("{}: these categories have fewer than {few} rows and count as OTHER: {named}{more}", self.field)
    }
}

/// Fields that would have no category left.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "every category of {} has too few rows: list {} under `ignored`, or group the categories",
    names(fields), if fields.len() == 1 { "it" } else { "them" }
)]
pub struct OnlyRare {
    /// Their names, and the rows that a category needs.
    pub fields: Vec<(String, u32)>,
}

fn names(fields: &[(String, u32)]) -> String {
    let names: Vec<_> = fields.iter().map(|(name, few)| format!("`{name}` (fewer than {few})")).collect();
    names.join(", ")
}

/// Removes the categories of fewer customers than the field's `minimum_members` from the schema and
/// the cohort. Flags keep both their values.
///
/// Returns what was folded, field by field. After an error schema and cohort are as they were.
pub fn prune_rare(schema: &mut Schema, cohort: &mut Cohort) -> Result<Vec<Folded>, OnlyRare> {
    let mut pruned = cohort.schema.clone();
    let mut plan = Vec::new();
    let mut only_rare = Vec::new();
    for (index, column) in cohort.columns.iter().enumerate() {
        let field = &cohort.schema.fields[index];
        let (Kind::Category { categories }, Column::Codes(codes)) = (&field.kind, column) else {
            continue;
        };
        let mut counts = vec![0; categories.len() + 1];
        for &code in codes.iter().filter(|&&code| code != MISSING_CODE) {
            counts[usize::from(code)] += 1;
        }
        let Field { name, minimum_members, .. } = field;
        let mut folded =
            Folded { field: name.clone(), minimum_members: *minimum_members, categories: Vec::new(), kept: Vec::new() };
        let mut left = Vec::new();
        for (category, &count) in categories.iter().zip(&counts) {
            let entry = (category.clone(), count);
            if count >= *minimum_members as usize {
                left.push(category.clone());
            } else if is_named(&cohort.schema, index, category) {
                left.push(category.clone());
                folded.kept.push(entry);
            } else {
                folded.categories.push(entry);
            }
        }
        if left.is_empty() {
            only_rare.push((name.clone(), *minimum_members));
        }
        if !folded.categories.is_empty() || !folded.kept.is_empty() {
            plan.push((index, recoding(categories, &left), folded));
            pruned.fields[index].kind = Kind::Category { categories: left };
        }
    }
    if !only_rare.is_empty() {
        return Err(OnlyRare { fields: only_rare });
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
        let folded = prune_rare(&mut schema, &mut cohort).unwrap();
        assert_eq!(folded.len(), 1);
        assert_eq!((folded[0].field.as_str(), &folded[0].categories), ("contract", &vec![("Week".into(), 3)]));
        assert_eq!(schema.fields[1].categories(), ["Month", "Year"]);
        assert_eq!(schema, *cohort.schema());
        let after: Vec<_> = (0..70).map(|row| cohort.customer(row).cells()[1]).collect();
        assert_eq!(
            [after[0], after[30], after[60], after[63], after[65]],
            [Cell::Category(0), Cell::Category(1), Cell::Category(2), Cell::Category(2), Cell::Missing]
        );
        assert_eq!(prune_rare(&mut schema, &mut cohort).unwrap(), []);
    }

    #[test]
    fn a_field_says_how_many_are_few() {
        let text = SCHEMA.replace("kind = \"category\"", "kind = \"category\", minimum_members = 5");
        let mut schema: Schema = toml::from_str(&text).unwrap();
        let rows = table().replace("Decade", "Week");
        let mut cohort = cohort(&rows, &schema).unwrap();
        assert_eq!(prune_rare(&mut schema, &mut cohort).unwrap(), []);
        schema.fields[1].minimum_members = 4;
        let rule = &schema.problems()[0];
        assert_eq!(rule.to_string(), "contract: minimum_members must be at least 5 (got 4)");
        let few = Folded {
            field: "city".into(),
            minimum_members: 20,
            categories: (1..=15).map(|city| (format!("c{city}"), city)).collect(),
            kept: Vec::new(),
        };
        let words = few.words();
        assert!(words.contains("fewer than 20 rows") && words.contains("OTHER: c15 (15), c14 (14)"), "{words}");
        assert!(words.ends_with("c6 (6) and 5 more"), "{words}");
    }

    #[test]
    fn what_a_formula_names_stays() {
        let derived = "derived = [{ name = \"weekly\", formula = \"if(contract == \\\"Week\\\", tenure, 0)\" }]";
        let mut schema: Schema =
            toml::from_str(&SCHEMA.replace("identifiers", &format!("{derived}\nidentifiers"))).unwrap();
        let mut cohort = cohort(&table(), &schema).unwrap();
        let folded = prune_rare(&mut schema, &mut cohort).unwrap();
        assert_eq!((folded[0].categories.len(), &folded[0].kept), (0, &vec![("Week".into(), 3)]));
        assert_eq!(schema.fields[1].categories(), ["Week", "Month", "Year"]);
        assert_eq!(schema.problems(), []);
    }

    #[test]
    fn a_field_of_rare_categories_alone_is_refused() {
        let mut schema: Schema = toml::from_str(SCHEMA).unwrap();
        let mut cohort = cohort(&table(), &schema).unwrap();
        (schema.fields[1].minimum_members, cohort.schema.fields[1].minimum_members) = (31, 31);
        let before = schema.clone();
        let error = prune_rare(&mut schema, &mut cohort).unwrap_err();
        assert_eq!(error.fields, [("contract".to_owned(), 31)]);
        assert!(error.to_string().contains("list it under `ignored`"), "{error}");
        assert_eq!((&schema, cohort.schema()), (&before, &before));
    }
}
