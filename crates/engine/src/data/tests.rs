use super::*;
use crate::Code;

mod builder;
mod checks;
mod folds;
mod partitions;

fn column(name: &str, role: Role, shape: &[usize], values: Values, classes: usize) -> Column {
    Column { name: name.into(), role, shape: shape.into(), values, classes }
}

fn input(rows: usize) -> Column {
    column("input", Role::Input, &[], Values::F32((0..rows).map(|row| row as f32).collect()), 0)
}

fn labelled(ids: &[u32]) -> Dataset {
    let classes = ids.iter().max().map_or(0, |id| *id as usize + 1);
    Dataset::new(vec![input(ids.len()), column("label", Role::Label, &[], Values::U32(ids.into()), classes)]).unwrap()
}

fn plain(rows: usize) -> Dataset {
    Dataset::new(vec![input(rows)]).unwrap()
}

fn located(data: &Dataset) -> Vec<usize> {
    (0..data.rows()).map(|row| data.locate(row)).collect()
}

#[track_caller]
fn refused<T>(result: Result<T>, code: Code, parts: &[&str]) {
    let Err(error) = result else { panic!("accepted") };
    assert_eq!(error.code, code, "{error}");
    for part in parts {
        assert!(error.message.contains(part), "'{part}' is not in '{error}'");
    }
}

#[test]
fn views_share_the_base_and_nest() {
    let data = plain(10);
    let odd = data.subset(&[9, 7, 5, 3, 1]).unwrap();
    assert_eq!(odd.view(), Some([9, 7, 5, 3, 1].as_slice()));
    let twice = odd.subset(&[1, 1, 4]).unwrap();
    assert_eq!(located(&twice), [7, 7, 1]);
    assert!(Arc::ptr_eq(&data.columns, &twice.columns));
    assert_eq!((data.bytes(), twice.bytes(), twice.view_bytes()), (40, 52, 12));
    refused(odd.subset(&[0, 5]), Code::Data, &["below 5", "received 5 at place 1"]);
    refused(odd.subset(&[]), Code::Data, &["at least one index"]);
}

#[test]
fn take_gives_the_first_rows() {
    let data = plain(10);
    assert_eq!(located(&data.take(3).unwrap()), [0, 1, 2]);
    assert_eq!(located(&data.subset(&[4, 2, 8]).unwrap().take(2).unwrap()), [4, 2]);
    assert_eq!(data.take(99).unwrap().rows(), 10);
    refused(data.take(0), Code::Option, &["received 0"]);
}

#[test]
fn concat_copies_the_views() {
    let (first, second) = (labelled(&[0, 1, 2]), labelled(&[2, 1, 0]));
    let both = first.subset(&[2, 0]).unwrap().concat(&second).unwrap();
    let Some(Values::U32(ids)) = both.column("label").map(|column| &column.values) else { panic!() };
    assert_eq!(*ids, [2, 0, 2, 1, 0]);
    let Some(Values::F32(inputs)) = both.column("input").map(|column| &column.values) else { panic!() };
    assert_eq!(*inputs, [2.0, 0.0, 0.0, 1.0, 2.0]);
    assert_eq!((both.rows(), both.view()), (5, None));
}

#[test]
fn concat_refuses_what_does_not_fit() {
    let data = labelled(&[0, 1, 2]);
    refused(data.concat(&plain(3)), Code::Data, &["only the first", "'label'"]);
    refused(plain(3).concat(&data), Code::Data, &["only the second", "'label'"]);
    refused(data.concat(&labelled(&[0, 1])), Code::Data, &["number of classes", "3 and 2"]);
    let one = |column| Dataset::new(vec![column]).unwrap();
    let base = one(column("a", Role::Input, &[2], Values::F32(vec![0.0; 4]), 0));
    for (other, part) in [
        (column("a", Role::Target, &[2], Values::F32(vec![0.0; 4]), 0), "Input and Target"),
        (column("a", Role::Input, &[1, 2], Values::F32(vec![0.0; 4]), 0), "[2] and [1, 2]"),
        (column("a", Role::Input, &[2], Values::U8(vec![0; 4]), 0), "32-bit floats and bytes"),
    ] {
        refused(base.concat(&one(other)), Code::Data, &[part]);
    }
}
