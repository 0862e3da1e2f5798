//! TypeScript's types of what crosses to the npm package, from the Rust types by ts-rs.

use ts_rs::{Config, TS};

use super::told::{
    Comparison, Distance, Distances, ExpectedFigure, ExpectedFigures, FieldComparison, OfferDecisions, Profile,
    ProfileScores, RuleCounts, ScoreComparison,
};
use super::wire::{
    Contribution, Decision, Explanation, Finding, Interaction, MostProfit, OfferAction, Plan, PlannedOffer,
    PolicyProblem, ProfitCurve, Reason, RefusedOffer,
};
use crate::card::{Interval, Intervals, Metrics, ModelCard};
use crate::customer::{Problem, Rule};
use crate::decision::{Group, Holdout, Offer, Policy, Tier};
use crate::schema::{
    CategoryField, Change, Combination, DateField, Derived, FieldDocument, FlagField, KindDocument, NumberField, Schema,
};
use crate::scorer::Score;

/// The declarations of `pkg/src/generated.ts`, all of whose properties are read-only.
pub fn declarations() -> String {
    // What is declared in one file must be named here; TypeScript's compiler reports what is not.
    [
        declaration::<Schema>(""),
        declaration::<KindDocument<'static>>(""),
        declaration::<FieldDocument<'static>>(""),
        declaration::<NumberField<'static>>("AnyField"),
        declaration::<DateField<'static>>("AnyField"),
        declaration::<CategoryField<'static>>("AnyField"),
        declaration::<FlagField<'static>>("AnyField"),
        declaration::<Change>(""),
        declaration::<Combination>(""),
        declaration::<Derived>(""),
        declaration::<Policy>(""),
        declaration::<Tier>(""),
        declaration::<Offer>(""),
        declaration::<Group>(""),
        declaration::<Holdout>(""),
        declaration::<ModelCard>(""),
        declaration::<Metrics>(""),
        declaration::<Intervals>(""),
        declaration::<Interval>(""),
        declaration::<Score>(""),
        declaration::<Explanation<'static>>(""),
        declaration::<Contribution<'static>>(""),
        declaration::<Interaction<'static>>(""),
        declaration::<Decision<'static>>(""),
        declaration::<OfferAction<'static>>(""),
        declaration::<RefusedOffer<'static>>(""),
        declaration::<Reason<'static>>(""),
        declaration::<Plan<'static>>(""),
        declaration::<ProfitCurve<'static>>(""),
        declaration::<MostProfit>(""),
        declaration::<PlannedOffer<'static>>(""),
        declaration::<PolicyProblem>(""),
        declaration::<Profile>(""),
        declaration::<ProfileScores>(""),
        declaration::<Comparison>(""),
        declaration::<FieldComparison>(""),
        declaration::<ScoreComparison>(""),
        declaration::<Distances>(""),
        declaration::<Distance>(""),
        declaration::<ExpectedFigures>(""),
        declaration::<ExpectedFigure>(""),
        declaration::<RuleCounts>(""),
        declaration::<OfferDecisions>(""),
        declaration::<Finding<'static>>(""),
        declaration::<Problem>(""),
        declaration::<Rule>(""),
    ]
    .join("\n")
}

/// An object is declared as an interface, whose name editors show, and anything else as a type.
fn declaration<T: TS>(extends: &str) -> String {
    // JSON has one kind of number.
    let config = Config::new().with_large_int("number");
    let (docs, name, body) = (T::docs().unwrap_or_default(), T::ident(&config), T::inline(&config));
    let extends = if extends.is_empty() { String::new() } else { format!(" extends {extends}") };
    let text = match body.starts_with('{') {
        true => format!("{docs}export interface {name}{extends} {body}\n"),
        false => format!("{docs}export type {name} = {body};\n"),
    };
    read_only(&text)
}

/// Makes properties, arrays and tuples read-only, and a doc comment of one line one line.
fn read_only(text: &str) -> String {
    let (mut result, mut rest) = (String::new(), text);
    let mut open = Vec::new();
    // Whether a key may come next.
    let mut before_key = false;
    while let Some(character) = rest.chars().next() {
        if rest.starts_with("/**") {
            let (comment, after) = rest.split_at(rest.find("*/").map_or(rest.len(), |end| end + 2));
            let lines: Vec<&str> = comment.lines().collect();
            result += &match lines[..] {
                ["/**", line, " */"] => format!("/**{} */", line.trim_start_matches(" *")),
                _ => comment.to_owned(),
            };
            rest = after;
            continue;
        }
        // A text that is a type may have any character.
        if character == '"' {
            let end = rest[1..].find('"').map_or(rest.len(), |end| end + 2);
            result += &rest[..end];
            rest = &rest[end..];
            continue;
        }
        let begins_key = before_key && !character.is_whitespace() && character != '}';
        if begins_key || character == '[' {
            result += "readonly ";
        } else if rest.starts_with("Array<") {
            result += "Readonly";
        }
        match character {
            '{' | '[' | '<' => open.push(character),
            '}' | ']' | '>' => drop(open.pop()),
            _ => {}
        }
        if !character.is_whitespace() {
            before_key = matches!(character, '{' | ',') && open.last() == Some(&'{');
        }
        // A word is one step, or `Array` would be found within it.
        let word = rest.len() - rest.trim_start_matches(|character: char| character.is_alphanumeric()).len();
        let (step, after) = rest.split_at(word.max(character.len_utf8()));
        result += step;
        rest = after;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_can_be_written_is_read_only() {
        let text = "/**\n * One, {two}.\n */\nexport interface A { \n/**\n * a\n * b\n */\nb?: Array<[string, C]>, \
                    d: { [key in string]: number }, e: { f: \"any\" | \",\", }, }";
        let expected = "/** One, {two}. */\nexport interface A { \n/**\n * a\n * b\n */\n\
                        readonly b?: ReadonlyArray<readonly [string, C]>, \
                        readonly d: { readonly [key in string]: number }, readonly e: { readonly f: \"any\" | \",\", }, }";
        assert_eq!(read_only(text), expected);
    }
}
