use super::*;
use crate::Code;
use downslope_kernels::random::Stream;

fn once(name: &str, meaning: Prediction, prediction: &[f32], k: usize, target: TargetView<'_>) -> f64 {
    let mut metric = create(name, meaning).unwrap();
    metric.update(prediction, k, target, None);
    metric.value()
}

#[test]
fn unknown_names_list_the_known_ones() {
    let refused = |name| create(name, Prediction::Values).unwrap_err();
    let error = refused("acuracy");
    assert_eq!(error.code, Code::Option);
    for part in ["'acuracy'", "accuracy, meanSquaredError", "did you mean 'accuracy'?"] {
        assert!(error.message.contains(part), "{error}");
    }
    assert!(refused("MeanSquareError").message.contains("did you mean 'meanSquaredError'?"));
    assert!(!refused("q").message.contains("did you mean"));
    assert!(!refused("").message.contains("did you mean"));
}

#[test]
fn every_metric_resets_merges_and_ignores_batches() {
    let stream = Stream::new(1, "test");
    let (rows, k) = (1000, 3);
    let prediction: Vec<f32> = (0..rows * k).map(|i| stream.unit(i) as f32).collect();
    let ids: Vec<u32> = (0..rows).map(|i| stream.below(10_000 + i, k) as u32).collect();
    let weights: Vec<f32> = (0..rows).map(|i| stream.unit(20_000 + i) as f32).collect();
    let (rows, k) = (rows as usize, k as usize);
    for name in names() {
        let piece = |metric: &mut dyn Metric, from: usize, to: usize| {
            let weights = Some(&weights[from..to]);
            metric.update(&prediction[from * k..to * k], k, TargetView::Ids(&ids[from..to]), weights);
        };
        let mut whole = create(name, Prediction::Probabilities).unwrap();
        assert!(whole.value().is_nan(), "{name} of nothing");
        piece(&mut *whole, 0, rows);
        let mut batched = create(name, Prediction::Probabilities).unwrap();
        piece(&mut *batched, 0, 500);
        batched.reset();
        (0..rows).step_by(32).for_each(|from| piece(&mut *batched, from, rows.min(from + 32)));
        assert_eq!(whole.value().to_bits(), batched.value().to_bits(), "{name}");
        let mut halves = [(0, 300), (300, rows)].map(|(from, to)| {
            let mut half = create(name, Prediction::Probabilities).unwrap();
            piece(&mut *half, from, to);
            half
        });
        let [first, second] = &mut halves;
        first.merge(&**second).unwrap();
        assert!((first.value() - whole.value()).abs() < 1e-12, "{name}");
        for other in names().filter(|other| *other != name) {
            let other = create(other, Prediction::Probabilities).unwrap();
            assert_eq!(first.merge(&*other).unwrap_err().code, Code::Internal);
        }
    }
}

#[test]
fn weights_count_like_repeated_rows() {
    for name in names() {
        let mut weighted = create(name, Prediction::Values).unwrap();
        let weights = [2.0, 0.0, 1.0];
        weighted.update(&[0.1, 0.9, 0.7], 1, TargetView::Values(&[0.0, 0.0, 1.0], 1), Some(&weights));
        let repeated = once(name, Prediction::Values, &[0.1, 0.1, 0.7], 1, TargetView::Values(&[0.0, 0.0, 1.0], 1));
        assert!((weighted.value() - repeated).abs() < 1e-15, "{name}");
    }
}

#[test]
fn accuracy_of_exclusive_classes() {
    let outputs = [1.0, 3.0, 2.0, /**/ 5.0, 5.0, 1.0, /**/ -1.0, -3.0, -2.0, /**/ f32::NAN, 1.0, 2.0];
    let ids = TargetView::Ids(&[1, 1, 0, 0]);
    assert_eq!(once("accuracy", Prediction::Logits, &outputs, 3, ids), 0.5);
    let soft = [0.2, 0.5, 0.3, /**/ 0.6, 0.2, 0.2, /**/ 0.1, 0.8, 0.1, /**/ 1.0, 0.0, 0.0];
    assert_eq!(once("accuracy", Prediction::Probabilities, &outputs, 3, TargetView::Values(&soft, 3)), 0.5);
}

#[test]
fn accuracy_of_decisions() {
    let outputs = [-0.2, 0.3, 0.7, f32::NAN];
    let ids = TargetView::Ids(&[0, 1, 1, 0]);
    assert_eq!(once("accuracy", Prediction::BinaryLogits, &outputs, 1, ids), 0.75);
    assert_eq!(once("accuracy", Prediction::BinaryProbabilities, &outputs, 1, ids), 0.5);
    assert_eq!(once("accuracy", Prediction::BinaryLogits, &[0.0], 1, TargetView::Ids(&[0])), 1.0);
    let targets = TargetView::Values(&[0.0, 1.0, 1.0, 0.0], 1);
    assert_eq!(once("accuracy", Prediction::BinaryLogits, &outputs, 1, targets), 0.75);
    let targets = TargetView::Values(&[1.0, 1.0, 1.0, 0.0], 2);
    assert_eq!(once("accuracy", Prediction::BinaryLogits, &[1.0, -1.0, 1.0, -1.0], 2, targets), 0.75);
}

#[test]
fn errors_of_numbers() {
    let prediction = [1.0, 2.0, 3.0, 4.0];
    let target = TargetView::Values(&[1.0, 4.0, 3.0, 0.0], 2);
    assert_eq!(once("meanSquaredError", Prediction::Values, &prediction, 2, target), 5.0);
    assert_eq!(once("rootMeanSquaredError", Prediction::Values, &prediction, 2, target), 5f64.sqrt());
    assert_eq!(once("meanAbsoluteError", Prediction::Values, &prediction, 2, target), 1.5);
    let ids = TargetView::Ids(&[1, 0]);
    assert_eq!(once("meanSquaredError", Prediction::Probabilities, &[0.5, 0.5, 1.0, 0.0], 2, ids), 0.125);
    assert_eq!(once("meanAbsoluteError", Prediction::Values, &[3.0, 1.0], 1, ids), 1.5);
}

#[test]
fn errors_of_logits_are_refused() {
    for name in ["meanSquaredError", "rootMeanSquaredError", "meanAbsoluteError"] {
        let error = create(name, Prediction::BinaryLogits).unwrap_err();
        assert_eq!(error.code, Code::Option);
        assert!(error.message.contains(name) && error.message.contains("received logits"));
    }
}

#[test]
#[should_panic(expected = "targets for 2 rows")]
fn lengths_are_checked() {
    once("accuracy", Prediction::Logits, &[0.0; 4], 2, TargetView::Ids(&[0]));
}
