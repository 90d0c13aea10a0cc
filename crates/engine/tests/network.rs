//! Predictions: any number of rows, any number of threads at once, saved and loaded, and what is refused.

mod common;

use common::net::{Net, mlp};
use common::random::{Kind, network};
use common::{Numbers, all_bits, bits, dataset, floats, labels, predict, reference, tensors};
use downslope_engine::network::{Feed, Network, Transform};
use downslope_engine::{Code, InputColumn};
use serde_json::json;

fn small() -> Network {
    Network::initialize(&mlp(&[4, 9, 3], "tanh", "squaredError").0, 3).expect("a network")
}

fn feed<'a>(values: &'a [f32]) -> [Feed<'a>; 1] {
    [Feed { name: "x", shape: &[4], values: InputColumn::F32(values) }]
}

#[test]
fn rows_are_predicted_alike_alone_and_together() {
    let network = small();
    let x = Numbers(1).vec(4 * 2100, 2.0);
    let all = network.predict(&feed(&x), Transform::None, 1).expect("2100 rows")[0].values.clone();
    for rows in [1, 2, 15, 16, 17, 255, 256, 257, 1023, 1024, 1025, 2048, 2049, 2100] {
        for threads in [0, 1, 2, 100] {
            let some = network.predict(&feed(&x[..4 * rows]), Transform::None, threads).expect("some rows");
            assert_eq!((some[0].name.as_str(), &some[0].shape[..]), ("dense_1", &[3][..]));
            assert_eq!(bits(&some[0].values), bits(&all[..3 * rows]), "{rows} rows, {threads} threads");
        }
    }
}

#[test]
fn the_short_way_for_few_rows_gives_the_same_and_refuses_the_rest() {
    let network = small();
    let x = Numbers(1).vec(4 * 17, 2.0);
    for transform in [Transform::None, Transform::Softmax, Transform::Sigmoid, Transform::Argmax, Transform::Positive] {
        for rows in [1, 3, 16] {
            let want = &network.predict(&feed(&x[..4 * rows]), transform, 1).expect("some rows")[0].values;
            let mut got = vec![7.0; want.len()];
            assert!(network.predict_few(&x[..4 * rows], transform, &mut got));
            assert_eq!(bits(&got), bits(want), "{rows} rows, {transform:?}");
            got.push(7.0);
            assert!(!network.predict_few(&x[..4 * rows], transform, &mut got), "another length");
        }
    }
    let mut out = vec![7.0; 3];
    for bad in [&[][..], &x[..3], &x[..5], &x, &[1.0, f32::NAN, 0.0, 0.0]] {
        assert!(!network.predict_few(bad, Transform::None, &mut out));
        assert_eq!(out, [7.0; 3]);
    }
    network.cancel();
    assert!(!network.predict_few(&x[..4], Transform::None, &mut out));
}

#[test]
fn predictions_are_what_evaluation_sees() {
    for seed in 0..20 {
        let r = &mut Numbers(seed);
        let rows = r.rows();
        let (net, columns) = network(r, Kind { dropout: true, regularizers: false, width: 30 }, rows);
        let mut with_loss = net.clone();
        let loss = with_loss.losses[0]["value"].as_str().expect("a name").to_owned();
        with_loss.losses.truncate(1);
        with_loss.losses[0]["weight"] = json!(1);
        with_loss.outputs.clear();
        with_loss.output(&loss);
        let text = with_loss.json();
        let network = Network::initialize(&text, seed).expect("a network");
        let losses = predict(&network, &columns)[0].values.clone();
        let weights = reference::row_weights(&columns, &(0..rows).collect::<Vec<_>>());
        let mean =
            losses.iter().zip(&weights).map(|(l, w)| f64::from(*l) * w).sum::<f64>() / weights.iter().sum::<f64>();
        for threads in [0, 1, 2] {
            let got = network.evaluate(&text, &dataset(&columns), &[], threads).expect("an evaluation").loss;
            assert!((got - mean).abs() <= 1e-12 * (1.0 + mean.abs()), "seed {seed}: {got}, should be {mean}");
        }
    }
}

#[test]
fn metrics_of_an_evaluation() {
    let (model, graph) = mlp(&[2, 3], "relu", "crossEntropy");
    let kernel = ("dense_0/kernel".to_owned(), vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let bias = ("dense_0/bias".to_owned(), vec![0.0, 0.0, 0.5]);
    let network = Network::initialize(&model, 0).expect("a network").with_tensors(&[kernel, bias]).expect("weights");
    let data = dataset(&[
        floats("x", &[2], vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 1.0]),
        labels("target", 3, vec![0, 1, 2, 1]),
    ]);
    let result = network.evaluate(&graph, &data, &["accuracy".into()], 1).expect("an evaluation");
    assert_eq!(result.metrics, [0.75]);
    assert_eq!(result.losses, [result.loss]);
    // a view of the data
    let result =
        network.evaluate(&graph, &data.subset(&[3, 3, 0]).expect("a view"), &["accuracy".into()], 1).expect("a view");
    assert!((result.metrics[0] - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn what_runs_on_a_cancelled_network_ends() {
    let network = small();
    let (x, y) = (Numbers(2).vec(4 * 40, 2.0), Numbers(3).vec(3 * 40, 2.0));
    let changed = network.with_tensors(&[]).expect("a copy");
    let (_, graph) = mlp(&[4, 9, 3], "tanh", "squaredError");
    let data = dataset(&[floats("x", &[4], x.clone()), floats("target", &[3], y)]);
    assert!(network.evaluate(&graph, &data, &[], 1).is_ok());
    network.cancel();
    for n in [&network, &changed] {
        assert_eq!(n.predict(&feed(&x), Transform::None, 1).expect_err("closed").code, Code::Closed);
        assert_eq!(n.evaluate(&graph, &data, &[], 1).expect_err("closed").code, Code::Closed);
    }
    assert!(small().predict(&feed(&x), Transform::None, 1).is_ok());
}

#[test]
fn transforms_of_outputs() {
    let network = small();
    let x = Numbers(2).vec(4 * 40, 2.0);
    let run = |transform| network.predict(&feed(&x), transform, 1).expect("a prediction")[0].clone();
    let plain = run(Transform::None);
    let (softmax, sigmoid) = (run(Transform::Softmax), run(Transform::Sigmoid));
    let (argmax, positive) = (run(Transform::Argmax), run(Transform::Positive));
    assert!(argmax.shape.is_empty() && positive.shape.is_empty() && softmax.shape == [3] && sigmoid.shape == [3]);
    for (r, row) in plain.values.chunks(3).enumerate() {
        let e: Vec<f64> = row.iter().map(|x| f64::from(*x).exp()).collect();
        let sum: f64 = e.iter().sum();
        for (c, e) in e.iter().enumerate() {
            assert!((f64::from(softmax.values[r * 3 + c]) - e / sum).abs() < 1e-6);
            assert!((f64::from(sigmoid.values[r * 3 + c]) - e / (1.0 + e)).abs() < 1e-6);
        }
        let best = (0..3).max_by(|a, b| row[*a].total_cmp(&row[*b])).expect("a class");
        assert_eq!(argmax.values[r], best as f32);
        assert_eq!(positive.values[r], f32::from(u8::from(row[0] > 0.0)));
    }
}

#[test]
fn many_threads_predict_with_one_network() {
    let network = small();
    let x = Numbers(3).vec(4 * 300, 2.0);
    let want = bits(&network.predict(&feed(&x), Transform::None, 1).expect("a prediction")[0].values);
    std::thread::scope(|scope| {
        for t in 0..8 {
            let (network, x, want) = (network.clone(), &x, &want);
            scope.spawn(move || {
                let mut r = Numbers(t);
                for _ in 0..40 {
                    let rows = r.range(1, 301);
                    let got =
                        network.predict(&feed(&x[..4 * rows]), Transform::None, r.range(0, 3)).expect("a prediction");
                    assert_eq!(bits(&got[0].values), want[..3 * rows], "thread {t}");
                }
            });
        }
    });
    assert!(network.bytes() > 0);
}

#[test]
fn saved_and_loaded_networks_predict_the_same_bits() {
    let folder = std::env::temp_dir().join(format!("downslope-network-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for seed in 0..12 {
        let r = &mut Numbers(seed);
        let (net, columns) = network(r, Kind { dropout: true, regularizers: true, width: 40 }, 20);
        let before = Network::initialize(&net.json(), seed).expect("a network");
        let path = folder.join(format!("{seed}.safetensors"));
        before.save(&path, "{\"seed\": 1}").expect("saved");
        let (after, metadata) = Network::load(&path).expect("loaded");
        assert_eq!(metadata, "{\"seed\": 1}");
        assert_eq!((all_bits(&before), before.graph()), (all_bits(&after), after.graph()));
        for (a, b) in predict(&before, &columns).iter().zip(&predict(&after, &columns)) {
            assert_eq!(bits(&a.values), bits(&b.values));
        }
    }
    let error = Network::load(&folder.join("none")).expect_err("no file");
    assert_eq!(error.code, Code::Checkpoint);
    let error = small().save(&folder.join("no/such/folder"), "{}").expect_err("no folder");
    assert_eq!(error.code, Code::Checkpoint);
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn what_no_machine_has_memory_for_is_refused() {
    // 8 TiB of parameters
    let mut net = Net::default();
    for i in 0..1024 {
        net.parameter(&format!("p{i}"), &[1 << 16, 1 << 15], 0.1);
    }
    let error = Network::initialize(&net.json(), 0).map(|_| ()).expect_err("parameters");
    assert!(error.code == Code::Shape && error.message.contains("GB"), "{error}");
    // 8 TiB of activations
    let mut net = Net::default();
    net.input("x", &[1], "f32");
    net.parameter("k", &[1, 1 << 20], 0.1);
    for i in 0..2048 {
        net.node(&format!("z{i}"), "linear", &["x", "k"], json!({}));
        net.output(&format!("z{i}"));
    }
    let network = Network::initialize(&net.json(), 0).expect("4 MiB of parameters");
    let x = [Feed { name: "x", shape: &[1], values: InputColumn::F32(&[0.5; 17]) }];
    let error = network.predict(&x, Transform::None, 1).map(|_| ()).expect_err("activations");
    assert!(error.code == Code::Shape && error.message.contains("GB"), "{error}");
}

#[test]
fn a_file_that_promises_more_than_it_holds_takes_no_memory() {
    let path = std::env::temp_dir().join(format!("downslope-network-promise-{}", std::process::id()));
    let write = |graph: &str, tensors: &[downslope_engine::checkpoint::TensorRef<'_>]| {
        let text = serde_json::to_string(&(graph, "{}")).expect("JSON");
        downslope_engine::checkpoint::write(&path, tensors, &text).expect("a file");
    };
    let refused = |part: &str| {
        let error = Network::load(&path).map(|_| ()).expect_err(part);
        assert!(error.code == Code::Checkpoint && error.message.contains(part), "{part}: {error}");
    };
    // 8 TiB of parameters in a file of a few kilobytes
    let mut net = Net::default();
    let names: Vec<String> = (0..1024).map(|i| format!("p{i}")).collect();
    for name in &names {
        net.parameter(name, &[1 << 16, 1 << 15], 0.1);
    }
    let tensors: Vec<_> = names.iter().map(|n| (&n[..], &[1][..], &[0.5][..])).collect();
    write(&net.json(), &tensors);
    refused("p0");
    // the shape counts, not only the number of values
    let network = small();
    let list: Vec<_> = network.tensors().into_iter().map(|t| (network.tensor(&t.name).expect("values"), t)).collect();
    let with = |change: &dyn Fn(usize, &[usize]) -> Vec<usize>| {
        let shapes: Vec<_> = list.iter().enumerate().map(|(i, (_, t))| change(i, &t.shape)).collect();
        let tensors: Vec<_> = list.iter().zip(&shapes).map(|((v, t), s)| (&t.name[..], &s[..], &v[..])).collect();
        write(network.graph(), &tensors);
    };
    with(&|_, s| s.to_vec());
    Network::load(&path).expect("the file as it is");
    with(&|i, s| if i == 0 { s.iter().rev().copied().collect() } else { s.to_vec() });
    refused(&list[0].1.name);
    let mut other: Vec<_> = list.iter().map(|(v, t)| (&t.name[..], &t.shape[..], &v[..])).collect();
    other[1].0 = "another";
    write(network.graph(), &other);
    refused("another");
    other.pop();
    write(network.graph(), &other);
    refused("its graph has");
    std::fs::remove_file(&path).expect("removed");
}

#[test]
fn tensors_are_read_and_replaced_in_plain_order() {
    let network = small();
    let names: Vec<(String, Vec<usize>)> = network.tensors().into_iter().map(|t| (t.name, t.shape)).collect();
    assert_eq!(names[0], ("dense_0/kernel".to_owned(), vec![4, 9]));
    let values: Vec<f32> = (0..36).map(|i| i as f32).collect();
    let other = network.with_tensors(&[("dense_0/kernel".to_owned(), values.clone())]).expect("replaced");
    assert_eq!(other.tensor("dense_0/kernel").expect("a tensor"), values);
    assert_eq!(other.tensor("dense_1/kernel").expect("a tensor"), network.tensor("dense_1/kernel").expect("a tensor"));
    assert_ne!(network.tensor("dense_0/kernel").expect("a tensor"), values);
    let want = reference::run(
        &serde_json::from_str(network.graph()).expect("JSON"),
        &tensors(&other),
        &[floats("x", &[4], vec![0.01, -0.02, 0.03, 0.04])],
        &[0],
    );
    let got = predict(&other, &[floats("x", &[4], vec![0.01, -0.02, 0.03, 0.04])]);
    common::close(&got[0].values, &want["dense_1"].data, 1e-5, "replaced weights");
    for (tensor, code) in [
        (("dense_9/kernel".to_owned(), vec![0.0]), Code::Option),
        (("dense_0/kernel".to_owned(), vec![0.0; 35]), Code::Shape),
        (("dense_0/bias".to_owned(), vec![f32::NAN; 9]), Code::Data),
        (("dense_0/bias".to_owned(), vec![f32::INFINITY; 9]), Code::Data),
    ] {
        let name = tensor.0.clone();
        let error = network.with_tensors(&[tensor]).expect_err("refused");
        assert!(error.code == code && error.message.contains(&name), "{error}");
    }
    assert_eq!(network.tensor("x").expect_err("no tensor").code, Code::Option);
}

#[test]
fn wrong_inputs_are_refused_by_name() {
    let network = small();
    let x = [0.5f32; 8];
    let attempt = |feeds: &[Feed<'_>]| network.predict(feeds, Transform::None, 1).expect_err("refused");
    let (f32s, u8s) = (InputColumn::F32(&x), InputColumn::U8(&[1; 8]));
    let [nan, infinite] = [f32::NAN, f32::NEG_INFINITY].map(|bad| [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, bad, 0.0]);
    network.predict(&[Feed { name: "x", shape: &[4], values: u8s }], Transform::None, 1).expect("bytes");
    for (feeds, code, parts) in [
        (vec![], Code::Shape, vec!["x", "missing"]),
        (vec![Feed { name: "y", shape: &[4], values: f32s }], Code::Shape, vec!["y", "x"]),
        (
            vec![Feed { name: "x", shape: &[4], values: f32s }, Feed { name: "y", shape: &[4], values: f32s }],
            Code::Shape,
            vec!["y"],
        ),
        (
            vec![Feed { name: "x", shape: &[4], values: f32s }, Feed { name: "x", shape: &[4], values: f32s }],
            Code::Shape,
            vec!["x"],
        ),
        (vec![Feed { name: "x", shape: &[2, 2], values: f32s }], Code::Shape, vec!["x", "[2, 2]", "[rows, 4]"]),
        (vec![Feed { name: "x", shape: &[5], values: f32s }], Code::Shape, vec!["x", "[5]"]),
        (vec![Feed { name: "x", shape: &[], values: f32s }], Code::Shape, vec!["x"]),
        (vec![Feed { name: "x", shape: &[4], values: InputColumn::F32(&x[..7]) }], Code::Shape, vec!["x", "7"]),
        (vec![Feed { name: "x", shape: &[4], values: InputColumn::F32(&[]) }], Code::Data, vec!["row"]),
        (vec![Feed { name: "x", shape: &[4], values: InputColumn::U32(&[1; 8]) }], Code::Data, vec!["x", "ids"]),
        (
            vec![Feed { name: "x", shape: &[4], values: InputColumn::F32(&nan) }],
            Code::Data,
            vec!["x", "row 1", "column 2", "NaN"],
        ),
        (vec![Feed { name: "x", shape: &[4], values: InputColumn::F32(&infinite) }], Code::Data, vec!["x", "-inf"]),
    ] {
        let error = attempt(&feeds);
        assert_eq!(error.code, code, "{error}");
        for part in parts {
            assert!(error.message.contains(part), "{part} in {error}");
        }
    }
    let mut net = Net::default();
    net.input("a", &[2], "f32");
    net.input("b", &[1], "f32");
    net.linear("c", "a", 2, 2, true);
    net.output("c");
    let two = Network::initialize(&net.json(), 0).expect("a network");
    let (a, b) = (InputColumn::F32(&x[..4]), InputColumn::F32(&x[..3]));
    let error = two.predict(
        &[Feed { name: "a", shape: &[2], values: a }, Feed { name: "b", shape: &[1], values: b }],
        Transform::None,
        1,
    );
    assert!(matches!(&error, Err(e) if e.code == Code::Shape && e.message.contains('b')), "{error:?}");
    // one number per row may come with or without an axis
    let b = InputColumn::F32(&x[..2]);
    two.predict(
        &[Feed { name: "a", shape: &[2], values: a }, Feed { name: "b", shape: &[], values: b }],
        Transform::None,
        1,
    )
    .expect("rows");
}

#[test]
fn seeds_decide_initial_weights() {
    let text = mlp(&[4, 9, 3], "tanh", "squaredError").0;
    let of = |seed| all_bits(&Network::initialize(&text, seed).expect("a network"));
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}
