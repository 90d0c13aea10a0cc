//! From `{"kind": "heNormal"}` to an initializer.

use serde_json::{Map, Value};

use super::Initializer;
use crate::{Error, Result};

impl Initializer {
    /// Parses `{"kind": "uniform", "min": -0.1, "max": 0.1}`; options that are left out have the defaults of Keras.
    ///
    /// # Errors
    /// `ERR_OPTION` naming the kind and the option, what must hold and what was received.
    pub fn parse(json: &Value) -> Result<Self> {
        let Some(options) = json.as_object() else {
            return Err(Error::option(format!("initializer: must be an object with a kind, received {json}")));
        };
        let Some(kind) = options.get("kind").and_then(Value::as_str) else {
            return Err(Error::option(format!("initializer: kind must be a name, received {json}")));
        };
        let Some((_, known, make)) = KINDS.iter().find(|(name, ..)| *name == kind) else {
            let names: Vec<_> = KINDS.iter().map(|(name, ..)| *name).collect();
            let names = names.join(", ");
            return Err(Error::option(format!("initializer: kind must be one of {names}, received '{kind}'")));
        };
        if let Some(other) = options.keys().find(|name| *name != "kind" && !known.contains(&name.as_str())) {
            let known =
                if known.is_empty() { "no options".into() } else { format!("the options {}", known.join(", ")) };
            return Err(Error::option(format!("initializer {kind}: has {known}, received '{other}'")));
        }
        make(&Options { kind, options })
    }
}

impl TryFrom<Value> for Initializer {
    type Error = Error;
    fn try_from(json: Value) -> Result<Self> {
        Self::parse(&json)
    }
}

/// Name, options, how to make it.
pub(super) type Kind = (&'static str, &'static [&'static str], fn(&Options<'_>) -> Result<Initializer>);

pub(super) const KINDS: &[Kind] = &[
    ("glorotUniform", &[], |_| Ok(Initializer::GlorotUniform)),
    ("glorotNormal", &[], |_| Ok(Initializer::GlorotNormal)),
    ("heUniform", &[], |_| Ok(Initializer::HeUniform)),
    ("heNormal", &[], |_| Ok(Initializer::HeNormal)),
    ("lecunNormal", &[], |_| Ok(Initializer::LecunNormal)),
    ("orthogonal", &["gain"], |options| Ok(Initializer::Orthogonal { gain: options.number("gain", Some(1.0))? })),
    ("uniform", &["min", "max"], |options| {
        let (min, max) = (options.number("min", Some(-0.05))?, options.number("max", Some(0.05))?);
        if min > max {
            return Err(Error::option(format!(
                "initializer uniform: min must be at most max, received {min} and {max}"
            )));
        }
        Ok(Initializer::Uniform { min, max })
    }),
    ("normal", &["mean", "deviation"], |options| {
        Ok(Initializer::Normal { mean: options.number("mean", Some(0.0))?, deviation: options.deviation()? })
    }),
    ("truncatedNormal", &["mean", "deviation"], |options| {
        Ok(Initializer::TruncatedNormal { mean: options.number("mean", Some(0.0))?, deviation: options.deviation()? })
    }),
    ("zeros", &[], |_| Ok(Initializer::Constant { value: 0.0 })),
    ("ones", &[], |_| Ok(Initializer::Constant { value: 1.0 })),
    ("constant", &["value"], |options| Ok(Initializer::Constant { value: options.number("value", None)? })),
];

pub(super) struct Options<'a> {
    kind: &'a str,
    options: &'a Map<String, Value>,
}

impl Options<'_> {
    /// A number that is finite even after squeezing it into 32 bits with room for the draws.
    fn number(&self, name: &str, default: Option<f64>) -> Result<f64> {
        let kind = self.kind;
        match (self.options.get(name), default) {
            (None, Some(default)) => Ok(default),
            (None, None) => Err(Error::option(format!("initializer {kind}: {name} is needed"))),
            (Some(value), _) => match value.as_f64() {
                Some(number) if number.abs() <= LIMIT => Ok(number),
                _ => Err(Error::option(format!(
                    "initializer {kind}: {name} must be a number of at most {LIMIT:e} in magnitude, received {value}"
                ))),
            },
        }
    }

    fn deviation(&self) -> Result<f64> {
        let deviation = self.number("deviation", Some(0.05))?;
        if deviation < 0.0 {
            let kind = self.kind;
            return Err(Error::option(format!(
                "initializer {kind}: deviation must be at least 0, received {deviation}"
            )));
        }
        Ok(deviation)
    }
}

/// Draws of ten deviations around a mean of this size are still finite 32-bit floats.
const LIMIT: f64 = 1e37;
