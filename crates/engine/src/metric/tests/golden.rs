//! Every metric against scikit-learn; `__test__/golden/metrics.py` made the numbers.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::super::{Prediction, Setting, TargetView, create, names};

fn floats(case: &Json, name: &str) -> Vec<f32> {
    case[name].as_array().map_or_else(Vec::new, |list| list.iter().map(|x| x.as_f64().unwrap() as f32).collect())
}

#[test]
fn agrees_with_scikit_learn() {
    let golden: Json = serde_json::from_str(include_str!("../../../../../__test__/golden/metrics.json")).unwrap();
    let mut seen = BTreeSet::new();
    for case in golden["cases"].as_array().unwrap() {
        let prediction = match case["meaning"].as_str().unwrap() {
            "logits" => Prediction::Logits,
            "binaryLogits" => Prediction::BinaryLogits,
            _ => Prediction::Values,
        };
        let width = case["width"].as_u64().unwrap() as usize;
        let (predictions, values, weights) =
            (floats(case, "prediction"), floats(case, "values"), floats(case, "weights"));
        let ids: Vec<u32> = floats(case, "ids").iter().map(|id| *id as u32).collect();
        let rows = predictions.len() / width;
        for golden in case["golden"].as_array().unwrap() {
            let name = golden["metric"].as_str().unwrap();
            let options: &Map<String, Json> = golden["options"].as_object().unwrap();
            let mut metric = create(&Setting { name, prediction, width, labels: None, rows, options }).unwrap();
            // in two batches
            for (from, to) in [(0, rows / 3), (rows / 3, rows)] {
                let target = if ids.is_empty() {
                    TargetView::Values(&values[from * width..to * width], width)
                } else {
                    TargetView::Ids(&ids[from..to])
                };
                let weights = (!weights.is_empty()).then(|| &weights[from..to]);
                metric.update(&predictions[from * width..to * width], width, target, weights);
            }
            let (value, label) = (metric.value(), format!("{name} {options:?}: {}", case["name"]));
            match golden["value"].as_f64() {
                None => assert!(value.is_nan(), "{label}: NaN expected, received {value}"),
                // predictions and softmax are 32-bit floats here
                Some(expected) => {
                    let error = (value - expected).abs() / expected.abs().max(1.0);
                    assert!(error <= 2e-6, "{label}: {expected}, received {value}");
                }
            }
            seen.insert(name.to_owned());
        }
    }
    let known: BTreeSet<String> = names().map(str::to_owned).collect();
    assert_eq!(seen, known, "every metric has golden values");
}
