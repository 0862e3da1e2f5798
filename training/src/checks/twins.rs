//! Fields that say the same: two columns that are equal in nearly every row.

use std::collections::HashMap;

use tenure::customer::Cell;

use super::finding::{Check, Finding};
use crate::cohort::Cohort;
use crate::words::grouped;

/// The largest share of the rows in which twins differ.
const MOST_DIFFERENT: f64 = 1e-3;
/// Two rare flags are equal in nearly every row because neither is set. What counts is the rows that
/// do not both have their field's most frequent value: there must be this many, and twins are equal
/// in as large a share of them.
const LEAST_TELLING: usize = 20;
const LEAST_EQUAL: f64 = 0.9;

/// Reports each field that equals an earlier one.
pub(super) fn find(cohort: &Cohort, findings: &mut Vec<Finding>) {
    let (fields, rows) = (&cohort.schema().fields, cohort.rows());
    for later in 1..fields.len() {
        let twin = (0..later).find_map(|earlier| {
            let pair = [earlier, later];
            let different = different(cohort, pair)?;
            are_told_apart(cohort, pair, different).then_some((earlier, different))
        });
        if let Some((earlier, different)) = twin {
            let share = match different {
                0 => "every row".into(),
                _ => format!("all but {} of {} rows", grouped(different as u64), grouped(rows as u64)),
            };
            let message = format!(
                "equals `{}` in {share}: if they are one thing, list one of them under `ignored`",
                fields[earlier].name
            );
            let finding = Finding::of_field(Check::TwinFields, &fields[later].name, message);
            findings.push(Finding { warning: false, ..finding });
        }
    }
}

/// The rows in which two fields differ, if they are few enough. Most fields differ in the first rows.
fn different(cohort: &Cohort, pair: [usize; 2]) -> Option<usize> {
    let fields = pair.map(|field| &cohort.schema().fields[field]);
    if fields[0].is_number() != fields[1].is_number() {
        return None;
    }
    let texts = fields.map(|field| field.categories());
    let is_equal = |cells: [Cell; 2]| match cells {
        // What counts as OTHER is not known to be equal.
        [Cell::Category(one), Cell::Category(other)] => {
            let text = texts[0].get(one as usize);
            text.is_some() && text == texts[1].get(other as usize)
        }
        [one, other] => one == other,
    };
    let most = (cohort.rows() as f64 * MOST_DIFFERENT) as usize;
    let mut different = 0;
    for row in 0..cohort.rows() {
        different += usize::from(!is_equal(pair.map(|field| cohort.column(field).cell(row))));
        if different > most {
            return None;
        }
    }
    Some(different)
}

/// Whether enough rows do not have both most frequent values, and nearly all of those are equal.
fn are_told_apart(cohort: &Cohort, pair: [usize; 2], different: usize) -> bool {
    let usual = pair.map(|field| most_frequent(cohort, field));
    let is_telling = |row: &usize| pair.map(|field| Some(cohort.column(field).cell(*row))) != usual;
    let telling = (0..cohort.rows()).filter(is_telling).count();
    telling >= LEAST_TELLING && telling.saturating_sub(different) as f64 >= LEAST_EQUAL * telling as f64
}

fn most_frequent(cohort: &Cohort, field: usize) -> Option<Cell> {
    let mut counts: HashMap<u64, (usize, Cell)> = HashMap::new();
    for row in 0..cohort.rows() {
        let cell = cohort.column(field).cell(row);
        let key = match cell {
            Cell::Missing => u64::MAX,
            Cell::Number(number) => (number + 0.0).to_bits(),
            Cell::Category(code) => code.into(),
        };
        counts.entry(key).or_insert((0, cell)).0 += 1;
    }
    // Of equally frequent values the smallest key, so that a run can be repeated.
    counts.into_iter().max_by_key(|(key, (count, _))| (*count, std::cmp::Reverse(*key))).map(|(_, (_, cell))| cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::tests::cohort;

    fn found(row: impl Fn(usize) -> [String; 4]) -> Vec<(Option<String>, String)> {
        let schema = toml::from_str(
            "schema_version = 1\nname = \"Twins\"\nidentifiers = []\nignored = []\n\
             target = { field = \"left\", positive = \"1\" }\n\
             fields = [\n\
             { name = \"minutes\", kind = \"number\" },\n\
             { name = \"charge\", kind = \"number\" },\n\
             { name = \"plan\", kind = \"category\", categories = [\"a\", \"b\"] },\n\
             { name = \"tariff\", kind = \"category\", categories = [\"b\", \"a\"] },\n]\n",
        )
        .unwrap();
        let line = |at: usize| format!("{},{}\n", row(at).join(","), at % 3 / 2);
        let text: String = (0..2000).map(line).collect();
        let mut findings = Vec::new();
        find(&cohort(&format!("minutes,charge,plan,tariff,left\n{text}"), &schema).unwrap(), &mut findings);
        assert!(findings.iter().all(|finding| finding.check == Check::TwinFields && !finding.warning));
        findings.into_iter().map(|finding| (finding.field, finding.message)).collect()
    }

    #[test]
    fn columns_that_differ_in_a_row_of_two_thousand_are_twins() {
        let plan = |at: usize| ["a", "b"][at % 7 / 4].to_string();
        let twins = found(|at| {
            let charge = if at == 5 { 0 } else { at % 90 };
            [(at % 90).to_string(), charge.to_string(), plan(at), plan(at)]
        });
        let fields: Vec<_> = twins.iter().map(|(field, _)| field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["charge", "tariff"]);
        assert!(twins[0].1.starts_with("`charge` equals `minutes` in all but 1 of 2,000 rows"), "{}", twins[0].1);
        assert!(twins[1].1.contains("equals `plan` in every row"), "{}", twins[1].1);
    }

    #[test]
    fn rare_events_and_columns_that_only_move_together_are_no_twins() {
        let rare = |at: usize, when: usize| usize::from(at % 1000 == when).to_string();
        let alike = found(|at| [rare(at, 3), rare(at, 7), "a".into(), "a".into()]);
        assert_eq!(alike, []);
        let alike = found(|at| {
            [(at % 90).to_string(), (at % 90 * 2).to_string(), "a".into(), ["a", "b"][at % 50 / 49].to_string()]
        });
        assert_eq!(alike, []);
    }
}
