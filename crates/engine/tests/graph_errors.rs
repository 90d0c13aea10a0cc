//! Whatever is wrong with a graph is a coded error that names the culprit; nothing panics.

mod common;

use common::net::{Net, mlp};
use common::random::{Kind, network};
use common::{Numbers, dataset, floats, labels, predict};
use downslope_engine::data::Column;
use downslope_engine::graph::{Graph, describe, infer};
use downslope_engine::network::{Feed, Network, Transform};
use downslope_engine::trainer::Trainer;
use downslope_engine::{Code, InputColumn};
use serde_json::{Value as Json, json};

/// The graph `change` makes of a small good one, which has `x` [rows, 4], `d` (linear, 3), `r` (relu), `loss`, ids `target`.
fn changed(change: impl FnOnce(&mut Json)) -> String {
    let mut net = Net::default();
    net.input("x", &[4], "f32");
    net.input("target", &[], "u32");
    net.linear("d", "x", 4, 3, true);
    net.node("r", "relu", &["d"], json!({}));
    net.node("loss", "crossEntropy", &["r", "target"], json!({}));
    net.output("r");
    net.loss("loss", 1.0, "r", "target");
    let mut spec = net.spec();
    change(&mut spec);
    spec.to_string()
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Json), code: Code, names: &[&str]) {
    let text = changed(change);
    let error = describe(&text, 8).expect_err(&text);
    assert_eq!(error.code, code, "{}", error.message);
    for name in names {
        assert!(error.message.contains(name), "{name} in {}", error.message);
    }
}

#[test]
fn the_good_one_is_good() {
    describe(&changed(|_| {}), 8).expect("a program");
}

#[test]
fn unknown_names() {
    refused(|g| g["nodes"][1]["op"] = json!("reluu"), Code::Option, &["r", "reluu", "relu6"]);
    refused(|g| g["nodes"][1]["inputs"][0] = json!("e"), Code::Shape, &["r:", "e"]);
    refused(|g| g["nodes"][1]["inputs"][0] = json!("r"), Code::Shape, &["r:"]);
    refused(|g| g["nodes"][0]["inputs"][0] = json!("loss"), Code::Shape, &["d:", "loss"]);
    refused(|g| g["outputs"][0]["value"] = json!("q"), Code::Shape, &["q"]);
    refused(|g| g["losses"][0]["value"] = json!("q"), Code::Shape, &["q"]);
    refused(|g| g["losses"][0]["target"] = json!("q"), Code::Shape, &["q"]);
    refused(|g| g["losses"][0]["prediction"] = json!("q"), Code::Shape, &["q"]);
    refused(|g| g["parameters"][0]["colour"] = json!(1), Code::Shape, &["colour"]);
    refused(|g| g["inputs"][0]["type"] = json!("f64"), Code::Shape, &["f64"]);
    refused(|g| g["nodes"][1]["attributes"]["slope"] = json!(1), Code::Option, &["r", "slope"]);
}

#[test]
fn duplicate_names() {
    for (list, at, name) in [("nodes", 1, "d"), ("nodes", 1, "x"), ("parameters", 1, "d/kernel"), ("inputs", 1, "x")] {
        refused(|g| g[list][at]["name"] = json!(name), Code::Option, &[name, "twice"]);
    }
}

#[test]
fn shapes_that_do_not_fit() {
    refused(|g| g["parameters"][0]["shape"] = json!([5, 3]), Code::Shape, &["d:", "[5, 3]", "[rows, 4]"]);
    refused(|g| g["parameters"][0]["shape"] = json!([4]), Code::Shape, &["d:"]);
    refused(|g| g["parameters"][0]["shape"] = json!([4, 3, 1]), Code::Shape, &["d:"]);
    refused(|g| g["parameters"][1]["shape"] = json!([2]), Code::Shape, &["d:", "[3]"]);
    refused(|g| g["parameters"][1]["shape"] = json!(["rows", 3]), Code::Shape, &["d/bias", "rows"]);
    refused(|g| g["nodes"][1]["inputs"] = json!([]), Code::Shape, &["r:"]);
    refused(|g| g["nodes"][1]["inputs"] = json!(["d", "d"]), Code::Shape, &["r:"]);
    refused(|g| g["nodes"][1]["inputs"] = json!(["target"]), Code::Shape, &["r:"]);
    refused(|g| g["nodes"][2]["inputs"] = json!(["target", "r"]), Code::Shape, &["loss:"]);
    refused(|g| g["losses"][0]["value"] = json!("r"), Code::Shape, &["loss"]);
    refused(|g| g["outputs"][0]["value"] = json!("target"), Code::Shape, &["r"]);
    refused(|g| g["outputs"][0]["value"] = json!("d/bias"), Code::Shape, &["r"]);
    for shape in [json!([4]), json!([])] {
        refused(|g| g["inputs"][0]["shape"] = shape, Code::Shape, &["x", "rows"]);
    }
    for bad in [
        json!([0]),
        json!([-1]),
        json!([1.5]),
        json!(["rows", "rows"]),
        json!([3, "rows"]),
        json!("rows"),
        json!([null]),
        json!({}),
    ] {
        refused(|g| g["inputs"][0]["shape"] = bad, Code::Shape, &[]);
    }
}

#[test]
fn huge_shapes() {
    refused(|g| g["inputs"][0]["shape"] = json!(["rows", 1u64 << 40]), Code::Shape, &["elements"]);
    refused(
        |g| g["inputs"][0]["shape"] = json!(["rows", 1u64 << 31, 1u64 << 31, 1u64 << 31]),
        Code::Shape,
        &["elements"],
    );
    refused(|g| g["inputs"][0]["shape"] = json!(["rows", u64::MAX]), Code::Shape, &["elements"]);
    // no shape is too large by itself, only what a node makes of them
    refused(
        |g| {
            g["inputs"][0]["shape"] = json!(["rows", 1 << 30, 1]);
            g["parameters"][0]["shape"] = json!([1, 1 << 30]);
            g["parameters"][1]["shape"] = json!([1 << 30]);
        },
        Code::Shape,
        &["d:", "elements"],
    );
}

#[test]
fn bad_attributes() {
    let with = |op: &'static str, attributes: Json| {
        move |g: &mut Json| {
            g["nodes"][1]["op"] = json!(op);
            g["nodes"][1]["attributes"] = attributes;
        }
    };
    for rate in [json!(1), json!(-0.1), json!(1.5), json!("half"), json!(null), json!([0.5])] {
        refused(with("dropout", json!({ "rate": rate })), Code::Option, &["r:", "rate"]);
    }
    refused(with("dropout", json!({})), Code::Option, &["r:", "rate"]);
    for deviation in [json!(-0.1), json!("half"), json!(1e300), json!(null)] {
        refused(with("gaussianNoise", json!({ "deviation": deviation })), Code::Option, &["r:", "deviation"]);
    }
    refused(with("affine", json!({ "scale": "2" })), Code::Option, &["r:", "scale"]);
    refused(with("affine", json!({ "offset": 1e300 })), Code::Option, &["r:", "offset"]);
    refused(with("elu", json!({ "alpha": "1" })), Code::Option, &["r:", "alpha"]);
    refused(with("reshape", json!({ "shape": [2] })), Code::Shape, &["r:", "[2]"]);
    refused(with("reshape", json!({ "shape": ["rows", 3] })), Code::Shape, &["r:"]);
    refused(with("reshape", json!({})), Code::Option, &["r:", "shape"]);
    refused(with("reshape", json!({ "shape": "3" })), Code::Option, &["r:", "shape"]);
    for (what, value) in [("l1", json!(-1)), ("l2", json!(-0.5))] {
        refused(|g| g["parameters"][0]["regularizer"] = json!({ what: value }), Code::Option, &["d/kernel", what]);
    }
    refused(|g| g["losses"][0]["weight"] = json!(1e300), Code::Option, &["loss", "weight"]);
    let text = changed(|g| g["parameters"][0]["initializer"] = json!({ "kind": "magic" }));
    let error = Network::initialize(&text, 0).expect_err("an initializer");
    assert!(
        error.code == Code::Option && error.message.contains("d/kernel") && error.message.contains("magic"),
        "{error}"
    );
}

#[test]
fn what_only_some_values_may_be() {
    // a target that is no column of the data
    refused(
        |g| {
            g["nodes"][2]["op"] = json!("squaredError");
            g["nodes"][2]["inputs"][1] = json!("d/bias");
        },
        Code::Shape,
        &["loss:"],
    );
    // dropout of ids
    refused(
        |g| {
            g["nodes"][1] = json!({ "name": "r", "op": "dropout", "inputs": ["target"], "attributes": { "rate": 0.5 } })
        },
        Code::Shape,
        &["r:"],
    );
    // a kernel that is computed
    refused(
        |g| {
            let relu = json!({ "name": "k", "op": "relu", "inputs": ["d/kernel"] });
            g["nodes"].as_array_mut().expect("nodes").insert(0, relu);
            g["nodes"][1]["inputs"][1] = json!("k");
        },
        Code::Shape,
        &["d:"],
    );
    // statistics that are no states
    for slot in 1..4 {
        let mut net = Net::default();
        net.input("x", &[1], "f32");
        net.parameter("p", &[1], 1.0);
        net.standardize("s", "x", &[1]);
        net.nodes[0]["inputs"][slot] = json!("p");
        net.output("s");
        let error = describe(&net.json(), 1).expect_err("a parameter");
        assert!(error.code == Code::Shape && error.message.contains("s:"), "{error}");
    }
    // a prediction and a target that cannot be compared
    refused(|g| g["losses"][0]["prediction"] = json!("d/bias"), Code::Shape, &["loss"]);
    refused(|g| g["losses"][0]["target"] = json!("d/kernel"), Code::Shape, &["loss"]);
    // a target that learns
    refused(
        |g| {
            g["nodes"][2]["op"] = json!("squaredError");
            g["nodes"][2]["inputs"] = json!(["r", "d"]);
            g["losses"][0]["target"] = json!("d");
        },
        Code::Shape,
        &["loss:"],
    );
}

#[test]
fn text_that_is_no_graph() {
    let deep = "[".repeat(100_000);
    let nested = format!(r#"{{"nodes":{}}}"#, "[".repeat(200) + &"]".repeat(200));
    let texts = ["", "{", "null", "1", "\"graph\"", r#"{"inputs":1}"#, r#"{"wires":[]}"#, "\u{0}", &deep, &nested];
    for text in texts {
        for error in
            [Graph::parse(text).err(), describe(text, 1).err(), infer(text).err(), Network::initialize(text, 0).err()]
        {
            let error = error.unwrap_or_else(|| panic!("{text} is no graph"));
            assert!(matches!(error.code, Code::Shape | Code::Option), "{error}");
        }
    }
    let error = infer(r#"{"name":"d","op":"relu","inputs":[]}"#).expect_err("no input");
    assert!(error.message.starts_with("d:"), "{error}");
    let shape = infer(r#"{"name":"d","op":"relu","inputs":[{"shape":["rows",3]}]}"#).expect("a shape");
    assert_eq!(shape, r#"{"shape":["rows",3],"type":"f32"}"#);
}

/// x, a dense layer, cross entropy with the ids of `other`, while the loss says that its target is `target`.
fn two_targets() -> (String, Vec<Column>) {
    let text = changed(|g| {
        g["inputs"]
            .as_array_mut()
            .expect("inputs")
            .push(json!({ "name": "other", "shape": ["rows", 1], "type": "u32" }));
        let flat = json!({ "name": "ids", "op": "reshape", "inputs": ["other"], "attributes": { "shape": [] } });
        g["nodes"].as_array_mut().expect("nodes").insert(0, flat);
        g["nodes"][3]["inputs"][1] = json!("ids");
        g["outputs"][0]["value"] = json!("loss");
    });
    (text, vec![floats("x", &[4], vec![0.5; 8]), labels("target", 3, vec![0, 2])])
}

#[test]
fn ids_beyond_the_logits_are_refused_whoever_uses_them() {
    let (text, mut columns) = two_targets();
    let network = Network::initialize(&text, 0).expect("a network");
    columns.push(labels("other", 3, vec![1, 2]));
    predict(&network, &columns);
    network.evaluate(&text, &dataset(&columns), &[], 1).expect("an evaluation");
    columns[2] = labels("other", 1_000_000, vec![1, 999_999]);
    let error = network.evaluate(&text, &dataset(&columns), &[], 1).expect_err("a million classes");
    assert!(error.code == Code::Shape && error.message.contains("other"), "{error}");
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":2}"#;
    let error = Trainer::new(&network, &text, dataset(&columns), None, options).expect_err("a million classes");
    assert!(error.code == Code::Shape && error.message.contains("other"), "{error}");
    let feeds = ["x", "target", "other"].map(|n| {
        let c = columns.iter().find(|c| c.name == n).expect("a column");
        let shape: &[usize] = if n == "other" { &[1] } else { &c.shape };
        Feed { name: n, shape, values: c.values.view() }
    });
    let error = network.predict(&feeds, Transform::None, 1).expect_err("an id beyond the logits");
    assert!(error.code == Code::Data && error.message.contains("other") && error.message.contains("999999"), "{error}");
}

#[test]
fn what_a_training_run_refuses() {
    let (model, graph) = mlp(&[4, 3], "relu", "crossEntropy");
    let network = Network::initialize(&model, 0).expect("a network");
    let (x, y) = (floats("x", &[4], vec![0.5; 8]), labels("target", 3, vec![0, 2]));
    let good = r#"{"optimizer":{"kind":"sgd"},"batchSize":2}"#;
    let attempt = |columns: &[Column], graph: &str, options: &str| {
        Trainer::new(&network, graph, dataset(columns), None, options).map(|_| ()).expect_err(options)
    };
    Trainer::new(&network, &graph, dataset(&[x.clone(), y.clone()]), None, good).expect("a trainer");
    let both = [x.clone(), y.clone()];
    for (options, code, part) in [
        ("{}", Code::Option, "optimizer"),
        ("", Code::Option, "options"),
        (r#"{"optimizer":{},"batchSize":2}"#, Code::Option, "known are"),
        (r#"{"optimizer":{"kind":"sdg"},"batchSize":2}"#, Code::Option, "sdg"),
        (r#"{"optimizer":{"kind":"sgd","amsgrad":true},"batchSize":2}"#, Code::Option, "amsgrad"),
        (r#"{"optimizer":{"kind":"sgd","momentum":0.9},"batchSize":2}"#, Code::Option, "momentum"),
        (r#"{"optimizer":{"kind":"sgd"},"batchSize":-1}"#, Code::Option, "options"),
        (r#"{"optimizer":{"kind":"sgd"},"batchSize":2,"speed":11}"#, Code::Option, "speed"),
        (r#"{"optimizer":{"kind":"sgd"},"batchSize":2,"metrics":["acuracy"]}"#, Code::Option, "accuracy"),
        (
            r#"{"optimizer":{"kind":"sgd"},"batchSize":2,"metrics":["meanSquaredError"]}"#,
            Code::Option,
            "meanSquaredError",
        ),
    ] {
        let error = attempt(&both, &graph, options);
        assert!(error.code == code && error.message.contains(part), "{options}: {error}");
    }
    for (columns, code, part) in [
        (vec![x.clone()], Code::Data, "target"),
        (vec![y.clone()], Code::Data, "x"),
        (vec![floats("x", &[2, 2], vec![0.5; 8]), y.clone()], Code::Shape, "[2, 2]"),
        (vec![labels("x", 3, vec![0, 1]), y.clone()], Code::Data, "x"),
        (vec![x.clone(), floats("target", &[], vec![0.0, 1.0])], Code::Data, "target"),
        (vec![x.clone(), labels("target", 4, vec![0, 2])], Code::Shape, "4 classes"),
    ] {
        let error = attempt(&columns, &graph, good);
        assert!(error.code == code && error.message.contains(part), "{part}: {error}");
    }
    // a loss with one logit cannot tell classes apart, and metrics compare rows of one width
    let text = changed(|g| {
        g["parameters"][0]["shape"] = json!([4, 1]);
        g["parameters"][1]["shape"] = json!([1]);
        g["losses"][0]["target"] = json!("x");
    });
    let one = Network::initialize(&text, 0).expect("a network");
    let error =
        one.evaluate(&text, &dataset(&[x.clone(), labels("target", 2, vec![0, 1])]), &[], 1).expect_err("2 of 1");
    assert!(error.code == Code::Shape && error.message.contains("2 classes, but r has 1 output"), "{error}");
    let data = dataset(&[x.clone(), labels("target", 1, vec![0, 0])]);
    one.evaluate(&text, &data, &[], 1).expect("one class");
    let error = one.evaluate(&text, &data, &["accuracy".into()], 1).expect_err("4 and 1");
    assert!(error.code == Code::Shape && error.message.contains("metrics"), "{error}");
    // another graph's parameters, and no loss
    let (_, other) = mlp(&[4, 5, 3], "relu", "crossEntropy");
    assert_eq!(attempt(&both, &other, good).code, Code::Internal);
    assert_eq!(attempt(&both, &model, good).code, Code::Internal);
    assert_eq!(network.evaluate(&model, &dataset(&both), &[], 1).expect_err("no loss").code, Code::Internal);
}

/// One change somewhere in a JSON value.
fn mutate(r: &mut Numbers, value: &mut Json) {
    match value {
        Json::Array(list) if !list.is_empty() && !r.one_in(6) => {
            let at = r.range(0, list.len());
            match r.range(0, 10) {
                0 => drop(list.remove(at)),
                1 => {
                    let copy = list[at].clone();
                    list.push(copy);
                }
                2 => {
                    let other = r.range(0, list.len());
                    list.swap(at, other);
                }
                _ => mutate(r, &mut list[at]),
            }
        }
        Json::Object(map) if !map.is_empty() && !r.one_in(12) => {
            let keys: Vec<String> = map.keys().cloned().collect();
            let key = r.pick(&keys);
            if r.one_in(12) {
                map.remove(key);
            } else if let Some(inner) = map.get_mut(key) {
                mutate(r, inner);
            }
        }
        other => {
            const NAMES: [&str; 16] = [
                "x",
                "target",
                "z",
                "loss",
                "flat",
                "rows",
                "relu",
                "linear",
                "reshape",
                "dropout",
                "standardize",
                "z/kernel",
                "u32",
                "softmax",
                "crossEntropy",
                "squaredError",
            ];
            *other = match r.range(0, 9) {
                0 => json!(null),
                1 => json!(-1),
                2 => json!(r.range(0, 40)),
                3 => json!(1u64 << r.range(0, 64)),
                4 => json!(1e300),
                5 => json!([]),
                6 => json!({}),
                _ => json!(r.pick(&NAMES)),
            };
        }
    }
}

#[test]
fn mutated_graphs_are_refused_or_run_but_never_panic() {
    let (mut good, mut ran) = (0, 0);
    for seed in 0..4000 {
        let r = &mut Numbers(seed);
        let (net, columns) = network(r, Kind { dropout: true, regularizers: true, width: 20 }, 5);
        let mut spec = net.spec();
        for _ in 0..r.range(1, 4) {
            mutate(r, &mut spec);
        }
        let text = spec.to_string();
        // a panic shows the seed
        let run = || -> downslope_engine::Result<bool> {
            describe(&text, r.range(0, 3000))?;
            let graph = Graph::parse(&text)?;
            let widest = graph.values.iter().map(|v| v.ty.shape.width()).max().unwrap_or(0);
            if widest > 1 << 16 {
                return Ok(false);
            }
            let network = Network::initialize(&text, 0)?;
            let feeds: Vec<Feed<'_>> = (columns.iter().filter(|c| c.name != "weights"))
                .map(|c| Feed { name: &c.name, shape: &c.shape, values: c.values.view() })
                .collect();
            network.predict(&feeds, Transform::None, 1)?;
            network.evaluate(&text, &dataset(&columns), &["accuracy".into()], 1)?;
            let options = r#"{"optimizer":{"kind":"adam"},"batchSize":3,"threads":1,"metrics":["accuracy"]}"#;
            let mut trainer = Trainer::new(&network, &text, dataset(&columns), None, options)?;
            trainer.advance(&[0.01, 0.9, 0.999, 1e-8, 0.0], 3, 1e6, &std::sync::atomic::AtomicBool::new(false))?;
            Ok(true)
        };
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        match result.unwrap_or_else(|_| panic!("seed {seed} panicked: {text}")) {
            Ok(all) => {
                good += 1;
                ran += usize::from(all);
            }
            Err(e) => {
                assert!(matches!(e.code, Code::Shape | Code::Option | Code::Data | Code::Internal), "seed {seed}: {e}")
            }
        }
    }
    // the mutations are of both kinds
    assert!((100..3900).contains(&good) && ran > 50, "{good} good graphs, {ran} of them ran");
}

#[test]
fn mangled_text_never_panics() {
    for seed in 0..3000 {
        let r = &mut Numbers(seed);
        let (net, _) = network(r, Kind { dropout: true, regularizers: true, width: 9 }, 2);
        let mut text = net.json().into_bytes();
        for _ in 0..r.range(1, 4) {
            let at = r.range(0, text.len());
            match r.range(0, 3) {
                0 => text[at] = r.word() as u8 & 0x7f,
                1 => text.truncate(at.max(1)),
                _ => drop(text.remove(at)),
            }
            if text.is_empty() {
                text.push(b'{');
            }
        }
        let text = String::from_utf8_lossy(&text);
        let _ = describe(&text, 8);
        let _ = infer(&text);
    }
}

#[test]
fn ids_fed_as_numbers_and_numbers_as_ids() {
    let (text, _) = two_targets();
    let network = Network::initialize(&text, 0).expect("a network");
    let feed = |name, shape, values| Feed { name, shape, values };
    let (x, ids) = (InputColumn::F32(&[0.0; 4]), InputColumn::U32(&[0]));
    let e = network.predict(
        &[feed("x", &[4], ids), feed("target", &[], ids), feed("other", &[1], ids)],
        Transform::None,
        1,
    );
    assert!(matches!(&e, Err(e) if matches!(e.code, Code::Data | Code::Shape) && e.message.contains('x')), "{e:?}");
    let e = network.predict(
        &[feed("x", &[4], x), feed("target", &[], InputColumn::F32(&[0.0])), feed("other", &[1], ids)],
        Transform::None,
        1,
    );
    assert!(matches!(&e, Err(e) if e.code == Code::Data && e.message.contains("target")), "{e:?}");
}
