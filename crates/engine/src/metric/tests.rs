mod golden;

use super::*;
use crate::Code;
use downslope_kernels::random::Stream;
use serde_json::{Map, Value as Json, json};

fn with(name: &str, prediction: Prediction, width: usize, options: &Json) -> Result<Box<dyn Metric>> {
    let none = Map::new();
    create(&Setting { name, prediction, width, labels: None, rows: 100, options: options.as_object().unwrap_or(&none) })
}

fn plain(name: &str, prediction: Prediction, width: usize) -> Box<dyn Metric> {
    with(name, prediction, width, &json!({})).unwrap()
}

/// What a metric can measure: logits of classes, or else numbers.
fn meaning_for(name: &str, width: usize) -> Prediction {
    let fits = with(name, Prediction::Logits, width, &json!({})).is_ok();
    if fits { Prediction::Logits } else { Prediction::Values }
}

fn once(name: &str, meaning: Prediction, prediction: &[f32], k: usize, target: TargetView<'_>) -> f64 {
    let mut metric = plain(name, meaning, k);
    metric.update(prediction, k, target, None);
    metric.value()
}

#[test]
fn unknown_names_list_the_known_ones() {
    let refused = |name| with(name, Prediction::Values, 1, &json!({})).map(drop).unwrap_err();
    let error = refused("acuracy");
    assert_eq!(error.code, Code::Option);
    for part in ["'acuracy'", "accuracy, balancedAccuracy", "did you mean 'accuracy'?"] {
        assert!(error.message.contains(part), "{error}");
    }
    assert!(refused("MeanSquareError").message.contains("did you mean 'meanSquaredError'?"));
    assert!(!refused("q").message.contains("did you mean"));
    assert!(!refused("").message.contains("did you mean"));
}

#[test]
fn every_metric_resets_and_ignores_batches() {
    let stream = Stream::new(1, "test");
    let (rows, k) = (1000, 3);
    let prediction: Vec<f32> = (0..rows * k).map(|i| stream.unit(i) as f32).collect();
    let ids: Vec<u32> = (0..rows).map(|i| stream.below(10_000 + i, k) as u32).collect();
    let weights: Vec<f32> = (0..rows).map(|i| stream.unit(20_000 + i) as f32).collect();
    let (rows, k) = (rows as usize, k as usize);
    for name in names() {
        let meaning = meaning_for(name, k);
        let piece = |metric: &mut dyn Metric, from: usize, to: usize| {
            let weights = Some(&weights[from..to]);
            metric.update(&prediction[from * k..to * k], k, TargetView::Ids(&ids[from..to]), weights);
        };
        let mut whole = plain(name, meaning, k);
        assert!(whole.value().is_nan(), "{name} of nothing");
        piece(&mut *whole, 0, rows);
        let mut batched = plain(name, meaning, k);
        piece(&mut *batched, 0, 500);
        batched.reset();
        (0..rows).step_by(32).for_each(|from| piece(&mut *batched, from, rows.min(from + 32)));
        assert_eq!(whole.value().to_bits(), batched.value().to_bits(), "{name}");
    }
}

#[test]
fn weights_count_like_repeated_rows() {
    let prediction = [0.1, 0.9, 0.7, 0.3, 0.2, 0.8, 0.6, 0.4];
    let repeated = [0.1, 0.9, 0.1, 0.9, 0.2, 0.8, 0.6, 0.4];
    for name in names() {
        let meaning = meaning_for(name, 2);
        let mut weighted = plain(name, meaning, 2);
        weighted.update(&prediction, 2, TargetView::Ids(&[0, 0, 1, 0]), Some(&[2.0, 0.0, 1.0, 1.0]));
        let repeated = once(name, meaning, &repeated, 2, TargetView::Ids(&[0, 0, 1, 0]));
        assert!((weighted.value() - repeated).abs() < 1e-15, "{name}");
    }
}

#[test]
fn accuracy_of_exclusive_classes() {
    let outputs = [1.0, 3.0, 2.0, /**/ 5.0, 5.0, 1.0, /**/ -1.0, -3.0, -2.0, /**/ f32::NAN, 1.0, 2.0];
    let ids = TargetView::Ids(&[1, 1, 0, 0]);
    assert_eq!(once("accuracy", Prediction::Logits, &outputs, 3, ids), 0.5);
    let soft = [0.2, 0.5, 0.3, /**/ 0.6, 0.2, 0.2, /**/ 0.1, 0.8, 0.1, /**/ 1.0, 0.0, 0.0];
    assert_eq!(once("accuracy", Prediction::Logits, &outputs, 3, TargetView::Values(&soft, 3)), 0.5);
}

#[test]
fn accuracy_of_decisions() {
    let outputs = [-0.2, 0.3, 0.7, f32::NAN];
    let ids = TargetView::Ids(&[0, 1, 1, 0]);
    assert_eq!(once("accuracy", Prediction::BinaryLogits, &outputs, 1, ids), 0.75);
    assert_eq!(once("accuracy", Prediction::Values, &outputs, 1, ids), 0.5);
    assert_eq!(once("accuracy", Prediction::BinaryLogits, &[0.0], 1, TargetView::Ids(&[0])), 1.0);
    let targets = TargetView::Values(&[0.0, 1.0, 1.0, 0.0], 1);
    assert_eq!(once("accuracy", Prediction::BinaryLogits, &outputs, 1, targets), 0.75);
    let targets = TargetView::Values(&[1.0, 1.0, 1.0, 0.0], 2);
    assert_eq!(once("accuracy", Prediction::BinaryLogits, &[1.0, -1.0, 1.0, -1.0], 2, targets), 0.75);
}

#[test]
fn scores_are_cut_at_zero_and_are_no_probabilities() {
    let (scores, signs) = ([-0.2, 0.3, 0.7, -3.0], TargetView::Values(&[-1.0, 1.0, 1.0, 1.0], 1));
    assert_eq!(once("accuracy", Prediction::Scores, &scores, 1, signs), 0.75);
    assert_eq!(once("recall", Prediction::Scores, &scores, 1, signs), (1.0 + 2.0 / 3.0) / 2.0);
    assert_eq!(once("auc", Prediction::Scores, &scores, 1, signs), 2.0 / 3.0);
    assert_eq!(once("accuracy", Prediction::Scores, &scores, 1, TargetView::Ids(&[0, 1, 1, 1])), 0.75);
    let signs = TargetView::Values(&[1.0, -1.0, -1.0, -1.0], 2);
    assert_eq!(once("accuracy", Prediction::Scores, &[0.3, 0.3, -0.3, -0.3], 2, signs), 0.75);
    for name in ["logLoss", "meanSquaredError", "r2"] {
        let error = with(name, Prediction::Scores, 1, &json!({})).map(drop).expect_err(name);
        assert!(error.code == Code::Option && error.message.contains("needs pr"), "{error}");
    }
}

#[test]
fn errors_of_numbers() {
    let prediction = [1.0, 2.0, 3.0, 4.0];
    let target = TargetView::Values(&[1.0, 4.0, 3.0, 0.0], 2);
    assert_eq!(once("meanSquaredError", Prediction::Values, &prediction, 2, target), 5.0);
    assert_eq!(once("rootMeanSquaredError", Prediction::Values, &prediction, 2, target), 5f64.sqrt());
    assert_eq!(once("meanAbsoluteError", Prediction::Values, &prediction, 2, target), 1.5);
    let ids = TargetView::Ids(&[1, 0]);
    assert_eq!(once("meanSquaredError", Prediction::Values, &[0.5, 0.5, 1.0, 0.0], 2, ids), 0.125);
    assert_eq!(once("meanAbsoluteError", Prediction::Values, &[3.0, 1.0], 1, ids), 1.5);
}

#[test]
fn errors_of_logits_are_refused() {
    for name in ["meanSquaredError", "rootMeanSquaredError", "meanAbsoluteError"] {
        let error = with(name, Prediction::BinaryLogits, 1, &json!({})).map(drop).unwrap_err();
        assert_eq!(error.code, Code::Option);
        assert!(error.message.contains(name) && error.message.contains("received logits"));
    }
}

#[test]
#[should_panic(expected = "targets for 2 rows")]
fn lengths_are_checked() {
    once("accuracy", Prediction::Logits, &[0.0; 4], 2, TargetView::Ids(&[0]));
}

#[test]
fn options_are_checked() {
    let refused = |name, prediction, width, options| {
        let error = with(name, prediction, width, &options).map(drop).unwrap_err();
        assert_eq!(error.code, Code::Option);
        error.message
    };
    assert!(refused("accuracy", Prediction::Logits, 3, json!({ "k": 2 })).contains("accuracy has no option k"));
    assert!(
        refused("f1", Prediction::Logits, 3, json!({ "average": "mean" })).contains("macro, micro, weighted, binary")
    );
    assert!(refused("f1", Prediction::Logits, 3, json!({ "average": "binary" })).contains("two classes, received 3"));
    assert!(refused("topKAccuracy", Prediction::Logits, 3, json!({ "k": 0 })).contains("at least 1"));
    assert!(refused("topKAccuracy", Prediction::BinaryLogits, 1, json!({})).contains("one output"));
    assert!(refused("matthewsCorrelation", Prediction::BinaryLogits, 3, json!({})).contains("exclude each other"));
    assert!(refused("logLoss", Prediction::Values, 1, json!({})).contains("probabilities"));
}

#[test]
fn more_classes_than_outputs_are_refused() {
    let none = Map::new();
    let with = |name, width, labels| {
        create(&Setting { name, prediction: Prediction::Values, width, labels: Some(labels), rows: 10, options: &none })
    };
    for name in names().filter(|name| *name != "logLoss") {
        let error = with(name, 3, 5).map(drop).expect_err(name);
        assert!(error.code == Code::Option && error.message.contains("5 classes: 3 outputs tell 3 apart"), "{error}");
        assert!(with(name, 5, 5).is_ok(), "{name}");
    }
    assert!(with("f1", 1, 3).is_err() && with("f1", 1, 2).is_ok());
    assert!(with("auc", 1, 3).is_err() && with("meanSquaredError", 1, 3).is_ok(), "ids may be numbers");
}

#[test]
fn nan_is_wrong_and_shows() {
    let nan = [f32::NAN, 1.0, 2.0, 1.0];
    let ids = TargetView::Ids(&[1, 0]);
    assert_eq!(once("recall", Prediction::Logits, &nan, 2, ids), 0.5);
    assert_eq!(once("precision", Prediction::Logits, &nan, 2, ids), 0.5);
    assert!(once("auc", Prediction::Logits, &nan, 2, ids).is_nan());
    assert!(once("r2", Prediction::Values, &[f32::NAN, 1.0], 1, TargetView::Values(&[1.0, 2.0], 1)).is_nan());
}

#[test]
fn the_rows_themselves_are_kept() {
    let mut metric = plain(COLLECT, Prediction::Values, 2);
    metric.update(&[1.0, 2.0], 2, TargetView::Values(&[3.0, 4.0], 2), None);
    metric.update(&[5.0, 6.0], 2, TargetView::Values(&[7.0, 8.0], 2), None);
    let kept = metric.collected().unwrap();
    assert_eq!((&kept.predictions[..], kept.width), (&[1.0, 2.0, 5.0, 6.0][..], 2));
    assert_eq!((&kept.values[..], kept.target_width), (&[3.0, 4.0, 7.0, 8.0][..], 2));
    metric.reset();
    assert!(metric.collected().unwrap().predictions.is_empty());
    assert!(names().all(|name| name != COLLECT));
}
