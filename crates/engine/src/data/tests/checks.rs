use super::*;

#[test]
fn columns_must_fit_each_other() {
    let make = |columns| Dataset::new(columns);
    refused(make(vec![]), Code::Data, &["at least one column"]);
    refused(make(vec![input(3), input(3)]), Code::Data, &["unique", "'input' twice"]);
    let target = column("target", Role::Target, &[2], Values::F32(vec![0.0; 8]), 0);
    refused(make(vec![input(3), target]), Code::Data, &["'input' has 3", "'target' has 4"]);
}

#[test]
fn shapes_must_fit_the_values() {
    let make = |shape: &[usize], length| {
        Dataset::new(vec![column("a", Role::Input, shape, Values::F32(vec![0.0; length]), 0)])
    };
    refused(make(&[], 0), Code::Data, &["'a' has no rows"]);
    refused(make(&[2, 2], 7), Code::Data, &["multiple of 4", "[2, 2]", "received 7"]);
    refused(make(&[2, 0], 4), Code::Data, &["[2, 0]"]);
    refused(make(&[usize::MAX, 2], 4), Code::Data, &["countable"]);
    assert_eq!(make(&[2, 2], 8).unwrap().rows(), 2);
}

#[test]
fn values_must_be_finite() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for (place, parts) in [(0, ["row 0, column 0"]), (4097, ["row 2048, column 1"]), (9999, ["row 4999, column 1"])]
        {
            let mut values = vec![f32::MAX; 10_000];
            values[place] = bad;
            let made = Dataset::new(vec![column("a", Role::Target, &[2], Values::F32(values), 0)]);
            refused(made, Code::Data, &[&parts[..], &["'a'", "finite", &bad.to_string()]].concat());
        }
    }
    let mut image = vec![0.0; 24];
    image[17] = f32::NAN;
    let made = Dataset::new(vec![column("a", Role::Input, &[2, 2, 3], Values::F32(image), 0)]);
    refused(made, Code::Data, &["row 1, column [0, 1, 2]"]);
}

#[test]
fn labels_must_be_class_ids() {
    let make = |values, shape: &[usize]| Dataset::new(vec![column("label", Role::Label, shape, values, 3)]);
    assert!(make(Values::U32(vec![0, 1, 2]), &[]).is_ok());
    assert!(make(Values::U32(vec![0, 1, 2]), &[1]).is_ok());
    refused(make(Values::U32(vec![0, 1, 3]), &[]), Code::Data, &["row 2", "below 3", "received 3"]);
    refused(make(Values::U32(vec![0, 1]), &[2]), Code::Data, &["one value per row", "[2]"]);
    refused(make(Values::F32(vec![0.0]), &[]), Code::Data, &["class ids", "32-bit floats"]);
}

#[test]
fn weights_must_be_usable() {
    let make = |values: &[f32]| {
        let values = Values::F32(values.into());
        Dataset::new(vec![column("weight", Role::Weight, &[], values, 0)])
    };
    assert!(make(&[0.0, 2.0]).is_ok());
    refused(make(&[1.0, -0.5]), Code::Data, &["row 1", "negative", "-0.5"]);
    refused(make(&[0.0, -0.0]), Code::Data, &["positive"]);
    refused(make(&[1.0, f32::NAN]), Code::Data, &["row 1", "finite"]);
}
