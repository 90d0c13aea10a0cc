use super::*;
use downslope_kernels::random::Stream;

fn builder(role: Role, shape: &[usize], kind: Kind, classes: usize) -> Builder {
    let mut builder = Builder::new("made");
    builder.column("a".into(), role, shape.into(), classes, kind);
    builder
}

#[test]
fn pieces_of_any_length_join_in_order() {
    let stream = Stream::new(1, "test");
    for seed in 0..20 {
        let mut builder = builder(Role::Input, &[2], Kind::F32, 0);
        let mut all = vec![];
        for piece in 0..1 + stream.below(seed, 6) {
            let len = 2 * stream.below(100 * seed + piece + 7, 9000) as usize;
            let values: Vec<f32> = (0..len).map(|at| (all.len() + at) as f32).collect();
            all.extend_from_slice(&values);
            if piece % 2 == 0 {
                builder.append(0, Piece::F32(&values)).unwrap();
            } else {
                let wide: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
                builder.append(0, Piece::F64(&wide)).unwrap();
            }
        }
        if all.is_empty() {
            refused(builder.finish(&[]), Code::Data, &["made", "no rows"]);
            continue;
        }
        let data = builder.finish(&[]).unwrap();
        let Values::F32(values) = &data.columns()[0].values else { panic!() };
        assert_eq!(*values, all);
    }
}

#[test]
fn a_culprit_in_any_piece_has_its_row() {
    for place in [0, 1, 2047, 2048, 5000, 9999] {
        let mut builder = builder(Role::Target, &[2], Kind::F32, 0);
        builder.append(0, Piece::F32(&[0.0; 6])).unwrap();
        let mut values = vec![0.0f64; 10_000];
        values[place] = 1e39;
        let row = format!("row {}, column {} ", (place + 6) / 2, place % 2);
        refused(builder.append(0, Piece::F64(&values)), Code::Data, &[&row, "rounded", "1e39"]);
    }
    let mut ids = builder(Role::Input, &[1], Kind::U32, 0);
    refused(ids.append(0, Piece::I32(&[1, -1])), Code::Data, &["row 1", "negative", "-1"]);
    let mut weights = builder(Role::Weight, &[], Kind::F32, 0);
    refused(weights.append(0, Piece::F32(&[1.0, -1.0])), Code::Data, &["row 1", "negative", "-1"]);
    let mut labels = builder(Role::Label, &[], Kind::U32, 2);
    refused(labels.append(0, Piece::U32(&[1, 2])), Code::Data, &["row 1", "below 2", "received 2"]);
    let mut labels = builder(Role::Label, &[], Kind::U32, 2);
    refused(labels.append(0, Piece::I32(&[1, 2])), Code::Data, &["row 1", "below 2", "received 2"]);
    // the value that was refused is in no data set
    refused(labels.finish(&[None]), Code::Data, &["at least one column"]);
    let mut labels = builder(Role::Label, &[], Kind::U32, 2);
    refused(labels.append(0, Piece::U8(&[1])), Code::Internal, &["another type"]);
}

#[test]
fn provisional_ids_become_final_ones() {
    let mut builder = builder(Role::Label, &[], Kind::U32, u32::MAX as usize);
    builder.append(0, Piece::U32(&[0, 1, 2, 0])).unwrap();
    let data = builder.finish(&[Some(vec![2, 0, 1])]).unwrap();
    assert_eq!(data.columns()[0].classes, 3);
    let Values::U32(ids) = &data.columns()[0].values else { panic!() };
    assert_eq!(*ids, [2, 0, 1, 2]);
}

#[test]
fn too_much_memory_is_an_error() {
    refused(reserve::<f32>("split", usize::MAX), Code::Data, &["split", "no memory"]);
    refused(reserve::<u8>("split", 1 << 60), Code::Data, &["no memory for 1152921504606846976"]);
}

#[test]
fn parts_are_decided_once_and_by_anyone() {
    let data = plain(100_000);
    let parts = data.split(&[0.7, 0.3], 5, false, true).unwrap();
    let expected: Vec<_> = data.split(&[0.7, 0.3], 5, false, true).unwrap().iter().map(located).collect();
    // a view of a view that is not decided yet, read from several threads at once
    let nested = parts[1].subset(&[2, 1, 0]).unwrap().take(2).unwrap();
    std::thread::scope(|scope| {
        for part in parts.iter().chain(&parts) {
            scope.spawn(move || part.view().map(<[u32]>::len));
        }
    });
    assert_eq!(parts.iter().map(located).collect::<Vec<_>>(), expected);
    assert_eq!(located(&nested), [expected[1][2], expected[1][1]]);
    // one part is enough when the other is gone
    let last = data.split(&[0.7, 0.3], 5, false, true).unwrap().remove(1);
    assert_eq!(located(&last), expected[1]);
}

#[test]
fn views_of_views_do_not_pile_up() {
    // the stack of a test's thread is two megabytes
    let mut data = plain(3);
    for _ in 0..50_000 {
        data = data.subset(&[2, 0, 1]).unwrap();
    }
    assert_eq!(located(&data), located(&data.take(3).unwrap()));
    assert_eq!(located(&data).len(), 3);
    let mut never_read = plain(3);
    for _ in 0..50_000 {
        never_read = never_read.split(&[1.0], 1, false, true).unwrap().remove(0);
    }
}
