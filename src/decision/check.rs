//! What a policy must satisfy. All problems are reported at once.

#[cfg(feature = "decide")]
use super::offer::{Effect, Group, Offer};
#[cfg(feature = "decide")]
use super::offers::{Offers, ReadyOffer, Topic};
use super::policy::{Policy, Tier};
#[cfg(feature = "decide")]
use super::term::{Amount, Term};
use crate::json::decimal;
#[cfg(feature = "decide")]
use crate::json::{Problem, Problems, Reader, Value, parse, quoted};
#[cfg(feature = "decide")]
use crate::schema::{Formula, Schema};

/// One broken rule of a policy: where, which rule, and the value seen.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{place}: {rule} (got {value})")]
pub struct PolicyError {
    /// The key, such as `policy.offers[0].cost`.
    pub place: String,
    /// The rule in words.
    pub rule: String,
    /// The value seen.
    pub value: String,
}

/// More tiers than a person tells apart.
pub const MAXIMUM_TIERS: usize = 16;
/// The most offers of a policy, and the most groups of reasons.
#[cfg(feature = "decide")]
pub const MAXIMUM_OFFERS: usize = 32;

/// The problems of a policy, while it is made ready.
#[cfg(feature = "decide")]
struct Check<'a> {
    problems: Vec<PolicyError>,
    /// Without it, no formula and no field is checked.
    schema: Option<&'a Schema>,
}

#[cfg(feature = "decide")]
impl Policy {
    /// A policy in JSON that is sound for a schema, as [`Policy::of_value`].
    pub fn of_text(text: &str, schema: &Schema) -> Result<Policy, Vec<Problem>> {
        let value =
            parse(text).map_err(|error| vec![Problem { place: "policy".into(), message: error.to_string() }])?;
        Policy::of_value(&value, Some(schema))
    }

    /// A policy that is sound; or everything that is wrong with it, each with its place. What a value of
    /// the wrong type makes of other rules is not reported. Without a schema, formulas and names of fields
    /// are not checked.
    pub fn of_value(value: &Value, schema: Option<&Schema>) -> Result<Policy, Vec<Problem>> {
        let found = Problems::default();
        let policy = Policy::read(Reader::new("policy", value, &found));
        let mut problems = found.or(()).err().unwrap_or_default();
        let read = problems.len();
        for PolicyError { place, rule, value } in policy.problems(schema) {
            let is_told = problems[..read].iter().any(|problem| place.starts_with(&problem.place));
            if !is_told {
                problems.push(Problem { place, message: format!("{rule} (got {value})") });
            }
        }
        if problems.is_empty() { Ok(policy) } else { Err(problems) }
    }
}

impl Policy {
    /// Every broken rule, in the order of the document; empty when the policy is sound. Without a
    /// schema, formulas and names of fields are not checked.
    #[cfg(feature = "decide")]
    pub fn problems(&self, schema: Option<&Schema>) -> Vec<PolicyError> {
        self.check(schema).1
    }

    /// Every broken rule of the tiers by probability.
    #[cfg(not(feature = "decide"))]
    pub(crate) fn tier_problems(&self) -> Vec<PolicyError> {
        let mut problems = Vec::new();
        check_tiers(&mut problems, "policy.tiers", &self.tiers, 1, 1.0);
        problems
    }

    /// The offers with their formulas, ready to judge customers; or every broken rule.
    #[cfg(feature = "decide")]
    pub fn ready(&self, schema: &Schema) -> Result<Offers, Vec<PolicyError>> {
        let (offers, problems) = self.check(Some(schema));
        if problems.is_empty() { Ok(offers) } else { Err(problems) }
    }

    #[cfg(feature = "decide")]
    fn check(&self, schema: Option<&Schema>) -> (Offers, Vec<PolicyError>) {
        let Policy { tiers, profit_tiers, value, contact_cost, holdout, reasons, offers } = self;
        let mut check = Check { schema, problems: Vec::new() };
        check_tiers(&mut check.problems, "policy.tiers", tiers, 1, 1.0);
        check_tiers(&mut check.problems, "policy.profit_tiers", profit_tiers, 0, f64::MAX);
        let value = value.as_ref().map(|value| check.amount("policy.value", value, 0.0, f64::MAX));
        check.within("policy.contact_cost", *contact_cost, 0.0, f64::MAX);
        if let Some(holdout) = holdout
            && !(0.0..1.0).contains(&holdout.fraction)
        {
            check.say("policy.holdout.fraction", "must be at least 0 and below 1", &decimal::text(holdout.fraction));
        }
        for (place, count) in [("policy.reasons", reasons.len()), ("policy.offers", offers.len())] {
            if count > MAXIMUM_OFFERS {
                check.say(place, &format!("must be at most {MAXIMUM_OFFERS}"), &count.to_string());
            }
        }
        if value.is_none() && !offers.is_empty() {
            check.say("policy.value", "must say what a customer is worth, because there are offers", "nothing");
        }
        check_names(&mut check.problems, "policy.reasons", reasons.iter().map(|group| &group.name));
        check_names(&mut check.problems, "policy.offers", offers.iter().map(|offer| &offer.name));
        let reasons: Vec<Topic> = reasons.iter().enumerate().map(|group| check.group(group)).collect();
        let topics = &(&self.reasons[..], &reasons[..]);
        let offers = offers.iter().enumerate().map(|(at, offer)| check.offer(at, offer, topics)).collect();
        (Offers { value, contact_cost: *contact_cost, reasons, offers }, check.problems)
    }
}

fn say(problems: &mut Vec<PolicyError>, place: &str, rule: &str, value: &str) {
    problems.push(PolicyError { place: place.into(), rule: rule.into(), value: value.into() });
}

/// Tiers ascend from 0, so they cannot overlap.
fn check_tiers(problems: &mut Vec<PolicyError>, place: &str, tiers: &[Tier], least: usize, highest: f64) {
    if tiers.len() < least || tiers.len() > MAXIMUM_TIERS {
        say(problems, place, &format!("must be {least} to {MAXIMUM_TIERS} tiers"), &tiers.len().to_string());
    }
    let mut before = None;
    for (index, &Tier { from, .. }) in tiers.iter().enumerate() {
        // Written so that NaN breaks a rule.
        let rule = match before {
            None if from == 0.0 => "",
            None => "must be 0",
            Some(before) if from > before && from <= highest => "",
            Some(before) if from > before && highest == 1.0 => "must be at most 1",
            Some(before) if from > before => "must be finite",
            Some(_) => "must be above the tier before",
        };
        if !rule.is_empty() {
            say(problems, &format!("{place}[{index}].from"), rule, &decimal::text(from));
        }
        before = Some(from);
    }
}

/// Names of a list are unique, and not empty.
#[cfg(feature = "decide")]
fn check_names<'n>(problems: &mut Vec<PolicyError>, place: &str, names: impl Iterator<Item = &'n String>) {
    let mut seen: Vec<&String> = Vec::new();
    for (index, name) in names.enumerate() {
        if name.is_empty() || seen.contains(&name) {
            say(problems, &format!("{place}[{index}].name"), "must be unique, and not empty", &quoted(name));
        }
        seen.push(name);
    }
}

#[cfg(feature = "decide")]
impl Check<'_> {
    fn say(&mut self, place: &str, rule: &str, value: &str) {
        say(&mut self.problems, place, rule, value);
    }

    fn within(&mut self, place: &str, number: f64, least: f64, most: f64) {
        if !(least..=most).contains(&number) {
            let [low, high] = [least, most].map(decimal::text);
            let rule = if most < f64::MAX {
                "must be within ".to_string() + &low + ".." + &high
            } else {
                "must be at least ".to_string() + &low + ", and finite"
            };
            self.say(place, &rule, &decimal::text(number));
        }
    }

    /// An amount that is within bounds, as far as that can be known without a customer.
    fn amount(&mut self, place: &str, amount: &Amount, least: f64, most: f64) -> Term {
        match amount {
            Amount::Number(number) => {
                self.within(place, *number, least, most);
                Term::Number(*number)
            }
            Amount::Formula(text) => {
                let Some(formula) = self.formula(place, text) else { return Term::Number(0.0) };
                if let Some(schema) = self.schema {
                    let (low, high) = formula.range(schema);
                    if high < least || low > most {
                        let seen = [low, high].map(decimal::text).join("..");
                        let rule = if most < f64::MAX { "must be within 0..1" } else { "must be at least 0" };
                        self.say(place, &format!("{rule} for some customer"), &format!("{} = {seen}", quoted(text)));
                    }
                }
                Term::Formula(formula)
            }
        }
    }

    fn formula(&mut self, place: &str, text: &str) -> Option<Formula> {
        match Formula::parse(text, self.schema?) {
            Ok(formula) => Some(formula),
            Err(error) => {
                self.say(place, &error.to_string(), &quoted(text));
                None
            }
        }
    }

    fn field(&mut self, place: &str, name: &str, rule: &str) -> Option<usize> {
        let field = self.schema?.field_index(name);
        if field.is_none() {
            self.say(place, rule, &quoted(name));
        }
        field
    }

    fn group(&mut self, (at, group): (usize, &Group)) -> Topic {
        let place = format!("policy.reasons[{at}]");
        if group.fields.is_empty() {
            self.say(&(place.clone() + ".fields"), "must name fields", "[]");
        }
        if self.schema.is_some_and(|schema| schema.field_index(&group.name).is_some()) {
            self.say(&(place.clone() + ".name"), "must not be the name of a field", &quoted(&group.name));
        }
        let place = place + ".fields";
        let fields = group.fields.iter().filter_map(|name| self.field(&place, name, "must name fields of the schema"));
        Topic { group: Some(at), fields: fields.collect() }
    }

    fn offer(&mut self, at: usize, offer: &Offer, (groups, reasons): &(&[Group], &[Topic])) -> ReadyOffer {
        let place = |key: &str| format!("policy.offers[{at}].{key}");
        let cost = self.amount(&place("cost"), &offer.cost, 0.0, f64::MAX);
        let effect = match &offer.effect {
            Effect::Amount(amount) => self.amount(&place("effect"), amount, 0.0, 1.0),
            Effect::Beta { alpha, beta } => {
                for (key, number) in [("effect.alpha", *alpha), ("effect.beta", *beta)] {
                    self.within(&place(key), number, 1e-3, 1e6);
                }
                Term::Number(alpha / (alpha + beta))
            }
        };
        let eligible = offer.eligible.as_ref().and_then(|text| {
            let formula = self.formula(&place("eligible"), text)?;
            if self.schema.is_some_and(|schema| formula.is_never(schema)) {
                self.say(&place("eligible"), "must hold for some customer", &quoted(text));
            }
            Some(formula)
        });
        if let Some(capacity) = offer.capacity
            && !(capacity >= 1.0 && capacity.floor() == capacity && capacity.is_finite())
        {
            self.say(&place("capacity"), "must be a whole number, at least 1", &decimal::text(capacity));
        }
        self.within(&place("cooldown"), offer.cooldown, 0.0, f64::MAX);
        let answers =
            offer.answers.iter().filter_map(|name| match groups.iter().position(|group| group.name == *name) {
                Some(group) => Some(reasons[group].clone()),
                None => {
                    let field = self.field(&place("answers"), name, "must name one of policy.reasons, or a field")?;
                    Some(Topic { group: None, fields: vec![field] })
                }
            });
        let answers = answers.collect();
        ReadyOffer { cost, effect, eligible, answers, cooldown: offer.cooldown }
    }
}

#[cfg(all(test, feature = "decide"))]
mod tests {
    use super::super::Holdout;
    use super::*;
    use crate::schema::tests::small_schema;

    pub(crate) fn policy() -> Policy {
        let text = r#"{
            "tiers": [{"name": "low", "label": "Low", "from": 0},
                      {"name": "high", "label": "High", "from": 0.5, "action": "A person calls"}],
            "profit_tiers": [{"name": "leave", "label": "Leave alone", "from": 0},
                             {"name": "worth", "label": "Worth it", "from": 25.5}],
            "value": "12 * charges * 0.4",
            "contact_cost": 1.5,
            "holdout": {"fraction": 0.1, "key": "spring"},
            "reasons": [{"name": "price", "label": "Price", "fields": ["charges"]},
                        {"name": "loyalty", "fields": ["tenure", "contract"]}],
            "offers": [
                {"name": "discount", "label": "10% off", "cost": "1.2 * charges", "effect": {"alpha": 6, "beta": 14},
                 "eligible": "tenure >= 3", "answers": ["price", "partner"], "capacity": 50, "cooldown": 90},
                {"name": "call", "cost": 8, "effect": "0.1 + 0.1 * partner"}]
        }"#;
        read(text)
    }

    fn read(text: &str) -> Policy {
        let value = crate::json::parse(text).unwrap();
        let problems = crate::json::Problems::default();
        let policy = Policy::read(crate::json::Reader::new("policy", &value, &problems));
        problems.or(policy).unwrap()
    }

    fn texts(policy: &Policy) -> Vec<String> {
        policy.problems(Some(&small_schema())).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn tiers_begin_where_they_say() {
        let mut policy = Policy::default();
        assert_eq!([0.0, 0.1999, 0.2, 0.45, 0.7, 1.0].map(|probability| policy.tier(probability)), [0, 0, 1, 2, 3, 3]);
        assert_eq!(policy.decision_tier(0.5, 1e3), 2);
        policy.profit_tiers = super::tests::policy().profit_tiers;
        assert_eq!([0.0, 25.4, 25.5, 1e9].map(|profit| policy.decision_tier(0.5, profit)), [0, 0, 1, 1]);
    }

    #[test]
    fn a_text_has_all_its_problems_at_once() {
        let schema = small_schema();
        let sound = serde_json::to_string(&policy()).unwrap();
        assert_eq!(Policy::of_text(&sound, &schema), Ok(policy()));
        let problems = |text: &str| -> Vec<String> {
            Policy::of_text(text, &schema).unwrap_err().iter().map(ToString::to_string).collect()
        };
        // A value of the wrong type says nothing of other rules; those of other places are said.
        let text = sound.replace("\"from\":0.5", "\"from\":\"half\"").replace("\"cost\":8.0", "\"cost\":-8");
        assert_eq!(
            problems(&text),
            [
                "policy.tiers[1].from: must be a number (got \"half\")",
                "policy.offers[1].cost: must be at least 0, and finite (got -8)",
            ]
        );
        assert_eq!(problems("{}"), ["policy.tiers: is missing"]);
        assert_eq!(problems("[]"), ["policy: must be an object (got a list)"]);
        assert!(problems("{")[0].starts_with("policy: "));
    }

    #[test]
    fn what_is_written_is_read() {
        let policy = policy();
        assert_eq!(texts(&policy), [""; 0]);
        assert_eq!(read(&serde_json::to_string(&policy).unwrap()), policy);
        // A policy of tiers alone is written as before there were offers.
        let tiers = serde_json::to_string(&Policy::of_tiers(policy.tiers[..1].to_vec())).unwrap();
        assert_eq!(tiers, r#"{"tiers":[{"name":"low","label":"Low","from":0.0}]}"#);
    }

    #[test]
    fn broken_tiers_are_refused() {
        let with = |change: fn(&mut Vec<Tier>)| {
            let mut policy = Policy::default();
            change(&mut policy.tiers);
            texts(&policy)
        };
        assert!(with(|_| ()).is_empty());
        type Change = fn(&mut Vec<Tier>);
        let cases: [(Change, &[&str]); 5] = [
            (Vec::clear, &["policy.tiers: must be 1 to 16 tiers (got 0)"]),
            (|tiers| tiers[0].from = 0.1, &["policy.tiers[0].from: must be 0 (got 0.1)"]),
            (
                |tiers| tiers[2].from = f64::NAN,
                &[
                    "policy.tiers[2].from: must be above the tier before (got NaN)",
                    "policy.tiers[3].from: must be above the tier before (got 0.7)",
                ],
            ),
            (|tiers| tiers[3].from = 1.5, &["policy.tiers[3].from: must be at most 1 (got 1.5)"]),
            (|tiers| tiers.swap(1, 2), &["policy.tiers[2].from: must be above the tier before (got 0.2)"]),
        ];
        for (change, expected) in cases {
            assert_eq!(with(change), expected);
        }
    }

    #[test]
    fn every_contradiction_is_named_at_once() {
        let mut policy = policy();
        policy.profit_tiers[1].from = f64::INFINITY;
        policy.value = Some(Amount::Formula("12 * Salary".into()));
        policy.contact_cost = -1.0;
        policy.holdout = Some(Holdout { fraction: 1.0, key: String::new() });
        policy.reasons[0].fields = vec!["Salary".into()];
        policy.reasons[1] = Group { name: "tenure".into(), label: String::new(), fields: vec![] };
        let [discount, call] = &mut policy.offers[..] else { panic!() };
        discount.cost = Amount::Number(-5.0);
        discount.effect = Effect::Beta { alpha: 0.0, beta: f64::NAN };
        discount.eligible = Some("tenure < 6 and tenure > 12".into());
        discount.answers = vec!["price".into(), "weather".into()];
        discount.capacity = Some(0.0);
        discount.cooldown = f64::INFINITY;
        call.name = "discount".into();
        call.cost = Amount::Formula("-1 - tenure".into());
        call.effect = Effect::Amount(Amount::Number(1.5));
        assert_eq!(
            texts(&policy),
            [
                "policy.profit_tiers[1].from: must be finite (got inf)",
                "policy.value: `Salary` is no field of the schema at character 5 (got \"12 * Salary\")",
                "policy.contact_cost: must be at least 0, and finite (got -1)",
                "policy.holdout.fraction: must be at least 0 and below 1 (got 1)",
                "policy.offers[1].name: must be unique, and not empty (got \"discount\")",
                "policy.reasons[0].fields: must name fields of the schema (got \"Salary\")",
                "policy.reasons[1].fields: must name fields (got [])",
                "policy.reasons[1].name: must not be the name of a field (got \"tenure\")",
                "policy.offers[0].cost: must be at least 0, and finite (got -5)",
                "policy.offers[0].effect.alpha: must be within 0.001..1000000 (got 0)",
                "policy.offers[0].effect.beta: must be within 0.001..1000000 (got NaN)",
                "policy.offers[0].eligible: must hold for some customer (got \"tenure < 6 and tenure > 12\")",
                "policy.offers[0].capacity: must be a whole number, at least 1 (got 0)",
                "policy.offers[0].cooldown: must be at least 0, and finite (got inf)",
                "policy.offers[0].answers: must name one of policy.reasons, or a field (got \"weather\")",
                "policy.offers[1].cost: must be at least 0 for some customer (got \"-1 - tenure\" = -101..-1)",
                "policy.offers[1].effect: must be within 0..1 (got 1.5)",
            ]
        );
        let mut policy = super::tests::policy();
        policy.value = None;
        assert_eq!(
            texts(&policy),
            ["policy.value: must say what a customer is worth, because there are offers (got nothing)"]
        );
        assert_eq!(policy.problems(None).len(), 1);
    }
}
