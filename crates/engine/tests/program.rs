//! What `describe` says about programs.

mod common;

use common::net::{Net, mlp};
use downslope_engine::graph::{describe, describe_with};
use serde_json::{Value as Json, json};

fn program(graph: &str, rows: usize) -> Json {
    serde_json::from_str(&describe(graph, rows).expect("a program")).expect("JSON")
}

/// Operations of its instructions.
fn ops(program: &Json) -> Vec<&str> {
    program["program"].as_array().expect("instructions").iter().filter_map(|i| i["op"].as_str()).collect()
}

#[test]
fn the_usual_network_is_fused() {
    let (model, graph) = mlp(&[784, 256, 10], "relu", "crossEntropy");
    for rows in [1, 32, 1024] {
        let program = program(&graph, rows);
        let found = ops(&program);
        let count = |op: &str| found.iter().filter(|o| **o == op).count();
        assert_eq!((count("product + bias + relu"), count("product + bias")), (1, 1), "{found:?}");
        assert_eq!((count("product + update"), count("product + relu gradient")), (2, 1), "{found:?}");
        assert_eq!((count("crossEntropy"), count("relu"), count("relu gradient")), (1, 0, 0), "{found:?}");
        assert_eq!((count("update"), count("column sums"), count("gather")), (1, 2, 2), "{found:?}");
        let products = |i: &&Json| i["op"].as_str().is_some_and(|o| o.starts_with("product"));
        let flops: u64 = program["program"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(products)
            .filter_map(|i| i["flops"].as_u64())
            .sum();
        assert_eq!(flops, 2 * (2 * 784 * 256 + 3 * 256 * 10) * rows as u64);
        assert!(program["flops"].as_u64() >= Some(flops) && program["bytes"].as_u64() > Some(0));
        assert_eq!(program["rows"], rows);
    }
    let predict = program(&model, 32);
    assert_eq!(ops(&predict), ["gather", "product + bias + relu", "product + bias"]);
}

#[test]
fn in_cache_other_rules_update_behind() {
    let (_, graph) = mlp(&[8, 6, 3], "relu", "squaredError");
    let text = describe_with(&graph, 32, r#"{ "optimizer": { "kind": "adam" } }"#).expect("a program");
    let small: Json = serde_json::from_str(&text).expect("JSON");
    assert!(!ops(&small).contains(&"product + update") && ops(&small).contains(&"update"));
    let (_, graph) = mlp(&[784, 256, 3], "relu", "squaredError");
    let text = describe_with(&graph, 32, r#"{ "optimizer": { "kind": "adam" } }"#).expect("a program");
    let large: Json = serde_json::from_str(&text).expect("JSON");
    assert_eq!(ops(&large).iter().filter(|o| **o == "product + update").count(), 1);
    assert!(describe_with(&graph, 32, r#"{ "optimizer": { "kind": "adm" } }"#).is_err());
}

#[test]
fn a_batch_in_pieces_updates_behind() {
    let (_, graph) = mlp(&[8, 6, 3], "relu", "squaredError");
    let program = program(&graph, 1025);
    // neighbours with the same numbers are one range: the kernels, the biases
    assert_eq!(ops(&program).iter().filter(|o| **o == "update").count(), 2);
    assert!(!ops(&program).contains(&"product + update"));
    assert_eq!(program["rows"], 1024);
}

#[test]
fn a_shared_kernel_is_updated_once() {
    let mut net = Net::default();
    net.input("x", &[4], "f32");
    net.input("target", &[4], "f32");
    net.linear("a", "x", 4, 4, false);
    net.node("b", "linear", &["a", "a/kernel"], json!({}));
    net.node("loss", "squaredError", &["b", "target"], json!({}));
    net.loss("loss", 1.0, "b", "target");
    let program = program(&net.json(), 8);
    let found = ops(&program);
    assert!(found.contains(&"product + add") && found.last() == Some(&"update"), "{found:?}");
    assert!(!found.contains(&"product + update"), "{found:?}");
}

#[test]
fn standardizing_and_scaling_cost_nothing_where_they_follow_an_input() {
    let mut net = Net::default();
    for (x, users) in [("x", 1), ("y", 2)] {
        net.input(x, &[3], "f32");
        net.standardize(&format!("{x}/standard"), x, &[3]);
        net.output(&format!("{x}/standard"));
        if users == 2 {
            net.node("tanh", "tanh", &[x], json!({}));
            net.output("tanh");
        }
    }
    net.input("z", &[3], "f32");
    net.node("scaled", "affine", &["z"], json!({ "scale": 0.5 }));
    net.output("scaled");
    let program = program(&net.json(), 8);
    let found = ops(&program);
    let count = |op: &str| found.iter().filter(|o| **o == op).count();
    assert_eq!((count("gather"), count("standardize"), count("affine"), count("derive")), (3, 1, 0, 2), "{found:?}");
}

#[test]
fn nodes_are_listed_with_shapes_and_parameters() {
    let (model, _) = mlp(&[4, 3, 2], "tanh", "squaredError");
    let program = program(&model, 7);
    let nodes = program["nodes"].as_array().expect("nodes");
    assert_eq!(nodes.len(), 3);
    assert_eq!(nodes[0]["shape"], json!(["rows", 3]));
    assert_eq!(
        nodes[0]["parameters"][0],
        json!({ "name": "dense_0/kernel", "shape": [4, 3], "trainable": true, "elements": 12 })
    );
    assert_eq!(nodes[1]["op"], "tanh");
}

#[test]
fn what_is_never_read_is_not_computed() {
    let (_, graph) = mlp(&[4, 3], "relu", "squaredError");
    let mut spec: Json = serde_json::from_str(&graph).expect("JSON");
    let before = program(&spec.to_string(), 8)["program"].clone();
    let aside = json!({ "name": "aside", "op": "exp", "inputs": ["dense_0"] });
    spec["nodes"].as_array_mut().expect("nodes").push(aside);
    assert_eq!(program(&spec.to_string(), 8)["program"], before);
}

#[test]
fn chains_of_elementwise_operations_are_one_instruction() {
    let mut net = Net::default();
    net.input("x", &[5], "f32");
    net.node("a", "exp", &["x"], json!({}));
    net.node("b", "affine", &["a"], json!({ "scale": 0.5 }));
    net.node("c", "multiply", &["b", "x"], json!({}));
    net.node("d", "sin", &["c"], json!({}));
    net.output("d");
    assert_eq!(ops(&program(&net.json(), 8)), ["gather", "exp + affine + multiply + sin"]);
    // a sum over columns is none of them: what is before it and what is behind it stay apart
    net.node("e", "sum", &["d"], json!({ "axes": [1], "keepDims": true }));
    net.node("f", "exp", &["e"], json!({}));
    net.node("g", "sin", &["f"], json!({}));
    net.outputs.clear();
    net.output("g");
    assert_eq!(ops(&program(&net.json(), 8)), ["gather", "exp + affine + multiply + sin", "sum", "exp + sin"]);
}
