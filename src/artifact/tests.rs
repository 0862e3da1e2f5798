//! Every refusal of the reader, each seen.

use super::*;
use crate::network::Network;
use crate::scorer::tests::small_scorer;

fn bytes() -> Vec<u8> {
    write(small_scorer(&[6, 4]).artifact()).unwrap()
}

/// The file with its header's text changed and its length field set to match.
fn with_header(change: impl Fn(String) -> String) -> Vec<u8> {
    let bytes = bytes();
    let end = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header = change(String::from_utf8(bytes[8..end].to_vec()).unwrap());
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &bytes[end..]].concat()
}

/// The file with its document changed.
fn with_document(change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    with_header(|header| {
        let mut header: serde_json::Value = serde_json::from_str(&header).unwrap();
        let text = header["__metadata__"][DOCUMENT_KEY].as_str().unwrap();
        let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
        // Files of older versions have no checksum.
        document.as_object_mut().unwrap().remove("checksum");
        change(&mut document);
        header["__metadata__"][DOCUMENT_KEY] = document.to_string().into();
        header.to_string()
    })
}

fn code(bytes: &[u8]) -> &'static str {
    match read(bytes) {
        Ok(_) => "read",
        Err(error) => error.code(),
    }
}

#[test]
fn what_is_written_is_read_and_written_the_same() {
    let first = bytes();
    let artifact = read(&first).unwrap();
    assert_eq!(write(&artifact).unwrap(), first);
    assert_eq!(artifact.network.parts(), small_scorer(&[6, 4]).artifact().network.parts());
    assert_eq!(artifact.background, small_scorer(&[6, 4]).artifact().background);
    let additive = write(small_scorer(&[]).artifact()).unwrap();
    assert_eq!(write(&read(&additive).unwrap()).unwrap(), additive);
}

#[test]
fn truncated_at_every_length() {
    let bytes = bytes();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for length in 0..bytes.len() {
        let expected = match length {
            0..8 => "artifact_no_header",
            _ if length < header => "artifact_header_truncated",
            _ => "artifact_length",
        };
        assert_eq!(code(&bytes[..length]), expected, "{length} bytes");
    }
}

#[test]
fn sizes_are_refused_before_they_are_allocated() {
    assert_eq!(code(&vec![0; MAXIMUM_BYTES + 1]), "artifact_too_large");
    let mut bytes = bytes();
    bytes[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(code(&bytes), "artifact_header_too_large");
    let huge = with_header(|header| header.replace("\"shape\":[20,6]", "\"shape\":[4611686018427387904,6]"));
    assert_eq!(code(&huge), "artifact_layout");
    let huge = with_header(|header| header.replace("\"shape\":[20,6]", "\"shape\":[4294967296,4294967296]"));
    assert_eq!(code(&huge), "artifact_layout");
}

#[test]
fn other_files_are_named() {
    for (start, what) in [
        (&b"<!doctype html><html></html>"[..], "a web page"),
        (b"\n  <?xml version=\"1.0\"?>", "a web page or XML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "a pointer of Git LFS"),
        (b"{\"error\":\"not found\"}", "JSON"),
        (b"PK\x03\x04rest of it", "a ZIP archive"),
        (b"\x1f\x8b\x08\0\0\0\0\0rest", "gzip"),
        (b"PAR1rest of it", "Parquet"),
        (b"id,spend,churn\n1,2,3\n", "a text, such as a table"),
        (b"schema_version = 1\n", "a text, such as a table or a schema"),
    ] {
        let error = read(start).unwrap_err();
        assert_eq!(error.code(), "artifact_other_file");
        assert!(error.to_string().contains(what), "{error}");
    }
    // The length of this header begins with the byte of `<`.
    let mut bytes = bytes();
    bytes[..8].copy_from_slice(&u64::from(b'<').to_le_bytes());
    assert_eq!(code(&bytes), "artifact_header");
}

#[test]
fn each_part_of_the_header() {
    assert_eq!(code(&[&bytes()[..], &[0]].concat()), "artifact_length");
    assert_eq!(code(&with_header(|header| header.replacen('{', "[", 1))), "artifact_header");
    assert_eq!(code(&with_header(|header| header.replace(DOCUMENT_KEY, "other"))), "artifact_no_document");
    assert_eq!(code(&with_header(|header| header.replace("\"direct\"", "\"indirect\""))), "artifact_tensor_absent");
    assert_eq!(
        code(&with_header(|header| header.replace("\"layers.0.bias\"", "\"layers.0.bios\""))),
        "artifact_tensor_absent"
    );
    assert_eq!(code(&with_header(|header| header.replace("layers.0", "layers.1"))), "artifact_tensor_unknown");
    assert_eq!(code(&with_header(|header| header.replacen("\"F32\"", "\"I32\"", 1))), "artifact_tensor_type");
    assert_eq!(code(&with_header(|header| header.replacen("\"F32\"", "\"F64\"", 1))), "artifact_layout");
    assert_eq!(code(&with_header(|header| header.replace("[20,6]", "[120]"))), "artifact_tensor_rank");
    assert_eq!(code(&with_header(|header| header.replace("[20,6]", "[10,12]"))), "artifact_shape");
    assert_eq!(code(&with_header(|header| header.replace("[20,6]", "[20,7]"))), "artifact_layout");
    let mut not_utf8 = bytes();
    not_utf8[20] = 0xff;
    assert_eq!(code(&not_utf8), "artifact_header");
}

#[test]
fn each_part_of_the_document() {
    type Change = fn(&mut serde_json::Value);
    let cases: [(&str, Change); 20] = [
        ("artifact_version", |document| document["format_version"] = 2.into()),
        ("artifact_version", |document| document["format_version"] = 0.into()),
        ("artifact_document", |document| document["format_version"] = "1".into()),
        ("artifact_document", |document| document["surprise"] = 1.into()),
        ("artifact_document", |document| document["schema"]["fields"][0]["categories"] = serde_json::json!(["a"])),
        ("artifact_schema", |document| document["schema"]["fields"][1]["name"] = "tenure".into()),
        ("artifact_encoder", |document| document["encoder"]["inputs"][0]["knots"][1] = (-5.0).into()),
        ("artifact_encoder", |document| drop(document["encoder"]["inputs"].as_array_mut().unwrap().pop())),
        ("artifact_rows", |document| document["encoder"]["inputs"][1]["knots"] = serde_json::json!([1.0, 2.0, 3.0])),
        ("artifact_calibration", |document| document["calibration"]["temperature"] = 0.0.into()),
        ("artifact_policy", |document| document["policy"]["tiers"][1]["from"] = 0.9.into()),
        ("artifact_privacy", |document| document["background"]["rows"][2]["members"] = 19.into()),
        ("artifact_privacy", |document| document["background"]["k"] = 1.into()),
        ("artifact_background_rows", |document| document["background"]["rows"] = serde_json::json!([])),
        ("artifact_document", |document| document["background"]["rows"][0]["cells"][0] = "x".into()),
        ("artifact_document", |document| document["background"]["rows"][0]["cells"][2] = 0.5.into()),
        ("artifact_background_value", |document| document["background"]["rows"][0]["cells"][0] = (-1.0).into()),
        ("artifact_background_value", |document| document["background"]["rows"][0]["cells"][2] = 99.into()),
        ("artifact_background_value", |document| document["background"]["rows"][0]["cells"] = serde_json::json!([])),
        ("artifact_background_field", |document| {
            document["background"]["rows"][0]["cells"].as_array_mut().unwrap().extend(vec![0.into(); 9]);
        }),
    ];
    for (expected, change) in cases {
        assert_eq!(code(&with_document(change)), expected);
    }
    assert_eq!(
        code(&with_document(|document| document["card"]["anything"] = serde_json::json!({"goes": [1]}))),
        "read"
    );
}

#[test]
fn any_changed_bit_is_found() {
    let bytes = bytes();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    // Each bit of the tensors, and one of each byte before.
    let bits = (0..header).map(|byte| byte * 8 + byte % 8).chain(header * 8..bytes.len() * 8);
    let mut by_checksum = 0;
    for bit in bits {
        let mut broken = bytes.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        let code = code(&broken);
        assert_ne!(code, "read", "bit {bit}");
        by_checksum += usize::from(code == "artifact_checksum");
    }
    assert!(by_checksum > bytes.len() - header, "{by_checksum}");
}

#[test]
fn weights_that_are_not_finite() {
    let bytes = bytes();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for at in (header..bytes.len()).step_by(4) {
        let mut broken = bytes.clone();
        broken[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
        assert_eq!(code(&broken), "artifact_weight", "byte {at}");
    }
}

/// The small artifact with other weights or a longer background.
fn artifact(
    hidden: &[usize],
    weight: impl Fn(f32) -> f32,
    rows: usize,
    limits: Limits,
) -> Result<Artifact, ArtifactError> {
    let small = small_scorer(hidden);
    let Artifact { document, network, .. } = small.artifact();
    let mut parts = network.parts().clone();
    parts.table.iter_mut().for_each(|value| *value = weight(*value));
    parts.output.iter_mut().for_each(|value| *value = weight(*value));
    for layer in &mut parts.layers {
        layer.weight.iter_mut().for_each(|value| *value = weight(*value));
    }
    let mut document = document.clone();
    document.background.rows = document.background.rows.iter().cycle().take(rows).cloned().collect();
    Artifact::within(document, Network::new(network.row_count(), parts).unwrap(), limits)
}

#[test]
fn a_logit_that_could_be_no_number_is_refused() {
    let built = |hidden: &[usize], weight: f32| artifact(hidden, |value| weight * value.signum(), 7, Limits::default());
    assert!(built(&[6, 4], 1e6).is_ok());
    let error = built(&[6, 4, 4, 4], 1e6).unwrap_err();
    assert_eq!(error.code(), "artifact_weight");
    assert!(error.to_string().contains("a logit could be no number"), "{error}");
    assert!(built(&[6, 4, 4, 4], 1e3).is_ok());
}

#[test]
fn a_file_that_costs_too_much_is_refused_with_its_price() {
    let built = |hidden: &[usize], rows, limits| artifact(hidden, |value| value, rows, limits);
    assert!(built(&[6, 4], MAXIMUM_BACKGROUND_ROWS, Limits::default()).is_ok());
    let error = built(&[512, 512], MAXIMUM_BACKGROUND_ROWS, Limits::default()).unwrap_err();
    let expected = "explanations with this network cost 4311760896 steps, at most 268435456 are allowed: use a smaller \
                    network or fewer background rows";
    assert_eq!((error.code(), &*error.to_string()), ("artifact_price", expected));
    assert!(
        built(&[512, 512], MAXIMUM_BACKGROUND_ROWS, Limits { multiply_adds: u64::MAX, ..Limits::default() }).is_ok()
    );
    // Over 7 background rows: 4 steps for each mixture of 2 fields.
    let error = built(&[6, 4], 7, Limits { formula_steps: 111, ..Limits::default() }).unwrap_err();
    let expected = "explanations of the derived features cost 112 steps, at most 111 are allowed: use fewer features, \
                    fields or background rows";
    assert_eq!((error.code(), &*error.to_string()), ("artifact_price", expected));
    assert_eq!(price::SMALLEST, crate::explanation::MINIMUM);
}
