//! What losses take: shapes, ids, options.

use downslope_engine::graph::infer;
use serde_json::{Value as Json, json};

fn shape(op: &str, z: &Json, t: &Json, kind: &str, attributes: &Json) -> Result<Json, String> {
    let inputs = json!([{ "shape": z, "type": "f32" }, { "shape": t, "type": kind }]);
    let node = json!({ "name": "loss", "op": op, "inputs": inputs, "attributes": attributes });
    let ty = infer(&node.to_string()).map_err(|e| e.to_string())?;
    Ok(serde_json::from_str::<Json>(&ty).expect("a type")["shape"].clone())
}

#[test]
fn axis_0_is_the_rows() {
    let same = |op: &str, z: Json| shape(op, &z, &z, "f32", &json!({}));
    for (z, want) in [
        (json!(["rows"]), json!(["rows"])),
        (json!(["rows", 3, 4]), json!(["rows"])),
        (json!([5]), json!([])),
        (json!([]), json!([])),
        (json!([5, 3]), json!([5])),
        (json!([5, 3, 2]), json!([5])),
    ] {
        for op in ["huber", "poisson", "hinge", "binaryCrossEntropy", "squaredError"] {
            assert_eq!(same(op, z.clone()), Ok(want.clone()), "{op} of {z}");
        }
    }
    for op in ["crossEntropy", "kullbackLeibler"] {
        assert_eq!(same(op, json!(["rows", 3])), Ok(json!(["rows"])));
        assert_eq!(same(op, json!([4, 3])), Ok(json!([4])));
        assert_eq!(same(op, json!([3])), Ok(json!([])));
        for z in [json!(["rows"]), json!(["rows", 2, 3]), json!([])] {
            let message = same(op, z.clone()).expect_err("a row has one axis");
            assert!(message.contains("takes logits [rows, classes]"), "{op} of {z}: {message}");
        }
    }
}

#[test]
fn ids_and_options() {
    let ids = |op: &str, z: Json| shape(op, &z, &json!(["rows"]), "u32", &json!({}));
    assert_eq!(ids("crossEntropy", json!(["rows", 3])), Ok(json!(["rows"])));
    assert_eq!(ids("hinge", json!(["rows", 1])), Ok(json!(["rows"])));
    for (op, z, part) in [
        ("hinge", json!(["rows", 2]), "one output [rows, 1]"),
        ("huber", json!(["rows", 1]), "huber takes numbers as targets"),
        ("kullbackLeibler", json!(["rows", 2]), "kullbackLeibler takes numbers as targets"),
        ("crossEntropy", json!([4, 2]), "ids [rows]"),
    ] {
        let message = ids(op, z).expect_err("no ids");
        assert!(message.contains(part), "{message}");
    }
    let z = json!(["rows", 2]);
    for (attributes, part) in [
        (json!({ "delta": 0 }), "delta must be above 0, received 0"),
        (json!({ "delta": -1 }), "delta must be above 0"),
        (json!({ "delta": "1" }), "delta must be a finite"),
        (json!({ "alpha": 1 }), "huber has no option alpha"),
    ] {
        let message = shape("huber", &z, &z, "f32", &attributes).expect_err("no such option");
        assert!(message.contains(part), "{message}");
    }
    let node =
        json!({ "name": "y", "op": "elu", "inputs": [{ "shape": z, "type": "f32" }], "attributes": { "alpha": -1 } });
    let message = infer(&node.to_string()).expect_err("below 0").to_string();
    assert!(message.contains("alpha must be at least 0"), "{message}");
}
