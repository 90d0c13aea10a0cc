//! Numbers and texts as JSON.

use std::fmt::Write as _;

/// A text as JSON.
pub fn quote(into: &mut String, text: &str) {
    // of a text this cannot fail
    into.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// A number as JSON: the shortest text that reads as the same number, the infinities as strings. NaN does not come here.
pub fn number(into: &mut String, value: f64) {
    if value == f64::INFINITY {
        into.push_str("\"Infinity\"");
    } else if value == f64::NEG_INFINITY {
        into.push_str("\"-Infinity\"");
    } else {
        // of a finite number this cannot fail
        let _ = write!(into, "{}", serde_json::Number::from_f64(value).unwrap_or_else(|| 0.into()));
    }
}

/// Numbers as a JSON list.
pub fn numbers(into: &mut String, values: &[f64]) {
    into.push('[');
    for (index, &value) in values.iter().enumerate() {
        if index > 0 {
            into.push(',');
        }
        number(into, value);
    }
    into.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers_are_json() {
        let hard = "a\"b\\c\n\r\t\u{0}\u{1f}\u{7f}ß☃🦀\u{2028}";
        let mut text = String::new();
        quote(&mut text, hard);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hard);
        let finite = [0.1, -0.0, 5e-324, f64::MAX, 1e21, 123_456_789.0, -1.5];
        let mut text = String::new();
        numbers(&mut text, &finite);
        let back: Vec<f64> = serde_json::from_str(&text).unwrap();
        assert!(back.iter().zip(finite).all(|(a, b)| a.to_bits() == b.to_bits()), "{text}");
        let mut text = String::new();
        numbers(&mut text, &[f64::INFINITY, f64::NEG_INFINITY]);
        assert_eq!(text, "[\"Infinity\",\"-Infinity\"]");
    }
}
