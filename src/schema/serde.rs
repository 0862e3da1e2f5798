//! The schema through serde: written as a document, and read from any format of serde.

use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::change::Change;
use super::date;
use super::fields::{Field, Kind, Schema};

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Schema, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Schema::read("", &value.into()).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            D::Error::custom(lines.join("\n"))
        })
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Field { name, label, kind, missing, changeable, only_derived, change } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", name)?;
        if !label.is_empty() {
            map.serialize_entry("label", label)?;
        }
        match kind {
            Kind::Number { unit, minimum, maximum } => {
                map.serialize_entry("kind", "number")?;
                if !unit.is_empty() {
                    map.serialize_entry("unit", unit)?;
                }
                for (key, bound) in [("minimum", minimum), ("maximum", maximum)] {
                    if let Some(bound) = bound {
                        map.serialize_entry(key, bound)?;
                    }
                }
            }
            Kind::Date { reference } => {
                map.serialize_entry("kind", "date")?;
                map.serialize_entry("reference", &date::text(*reference))?;
            }
            Kind::Category { categories } => {
                map.serialize_entry("kind", "category")?;
                map.serialize_entry("categories", categories)?;
            }
            Kind::Flag { positive, negative } => {
                map.serialize_entry("kind", "flag")?;
                map.serialize_entry("positive", positive)?;
                map.serialize_entry("negative", negative)?;
            }
        }
        if !missing.is_empty() {
            map.serialize_entry("missing", missing)?;
        }
        for (key, flag) in [("changeable", changeable), ("only_derived", only_derived)] {
            if *flag {
                map.serialize_entry(key, flag)?;
            }
        }
        if *change != Change::default() {
            map.serialize_entry("change", change)?;
        }
        map.end()
    }
}
