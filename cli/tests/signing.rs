//! `tenure keygen`, `sign` and `verify`, and --verify-key of every command that reads a model.

mod small_model;

use serde_json::Value;
use small_model::{SmallModel, assert_code, words};

/// A model with two pairs of keys, signed with the first.
fn signed() -> SmallModel {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(60));
    assert_code(&model.run(&["keygen"]), 0);
    assert_code(&model.run(&["keygen", "--private", "other.key", "--public", "other.pub"]), 0);
    assert_code(&model.run(&["sign", "model.safetensors", "--key", "private.key"]), 0);
    model
}

fn verify(model: &SmallModel, code: i32, part: &str) {
    let output = model.run(&["verify", "model.safetensors", "--key", "public.key"]);
    assert_code(&output, code);
    assert!(words(&output).contains(part), "{part} in {}", words(&output));
}

/// Changes one key of the signature.
fn forge(model: &SmallModel, key: &str, value: Value) {
    let path = model.path("model.safetensors.sig");
    let mut signature: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    signature[key] = value;
    std::fs::write(path, signature.to_string()).unwrap();
}

#[test]
fn what_a_key_signed_is_verified_with_its_public_key_and_nothing_else() {
    let model = signed();
    verify(&model, 0, "");
    let signature = std::fs::read(model.path("model.safetensors.sig")).unwrap();
    let artifact = std::fs::read(model.path("model.safetensors")).unwrap();
    let document: Value = serde_json::from_slice(&signature).unwrap();
    assert_eq!(document["sha256"], small_model::sha256(&artifact));
    // The same key and file have the same signature.
    assert_code(&model.run(&["sign", "model.safetensors", "--key", "private.key", "--out", "again.sig"]), 0);
    assert_eq!(std::fs::read(model.path("again.sig")).unwrap(), signature);

    let other = model.run(&["verify", "model.safetensors", "--key", "other.pub"]);
    assert_code(&other, 3);
    assert!(words(&other).contains("signed the model, and it must be key"), "{}", words(&other));

    // A valid model, whose checksum is right, in the place of the one that was signed.
    let changed = tenure::artifact::read(&artifact).unwrap();
    let mut document = changed.document;
    document.policy.tiers[0].label = "Nothing to do".into();
    let changed = tenure::artifact::Artifact::new(document, changed.network).unwrap();
    let changed = tenure::artifact::write(&changed).unwrap();
    std::fs::write(model.path("model.safetensors"), &changed).unwrap();
    verify(&model, 3, "this is not the file that was signed");
    forge(&model, "sha256", small_model::sha256(&changed).into());
    verify(&model, 3, "did not make this signature");
    std::fs::write(model.path("model.safetensors"), &artifact).unwrap();

    for (key, value, part) in [
        ("signature", Value::from("AAAA"), "did not make this signature"),
        ("signature", "?".into(), "did not make this signature"),
        ("version", 2.into(), "version must be 1"),
        ("algorithm", "none".into(), "algorithm ed25519 (got 1 and \"none\")"),
        ("surprise", 1.into(), "unknown field `surprise`"),
    ] {
        std::fs::write(model.path("model.safetensors.sig"), &signature).unwrap();
        forge(&model, key, value);
        verify(&model, 3, part);
    }
    std::fs::write(model.path("model.safetensors.sig"), "{").unwrap();
    verify(&model, 3, "this is no signature");
    std::fs::remove_file(model.path("model.safetensors.sig")).unwrap();
    verify(&model, 3, "`tenure sign` writes the signature");
}

/// `pkg/tests/signature.test.js` reads the same files.
#[test]
fn a_signature_that_is_kept_is_verified() {
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests");
    let [model, key, signature] =
        ["artifacts/v1.safetensors", "vectors/signature/public.key", "vectors/signature/v1.safetensors.sig"]
            .map(|name| format!("{tests}/{name}"));
    let output = SmallModel::new().run(&["verify", &model, "--key", &key, "--signature", &signature]);
    assert_code(&output, 0);
}

#[test]
fn every_command_that_reads_a_model_refuses_one_that_is_not_signed() {
    let model = signed();
    let commands: [(&str, &[&str]); 8] = [
        ("card", &["--out", "-"]),
        ("score", &["--data", "in.csv", "--out", "out.csv", "--force"]),
        ("explain", &["--data", "in.csv", "--row", "1"]),
        ("decide", &["--data", "in.csv", "--out", "out.csv", "--force"]),
        ("plan", &["--data", "in.csv", "--out", "out.csv", "--force"]),
        ("evaluate", &["--data", "in.csv", "--resamples", "0"]),
        ("report", &["--data", "in.csv", "--force", "--resamples", "10"]),
        ("audit", &["--data", "in.csv", "--shadow-models", "0"]),
    ];
    let refusal = |command: &str, flags: &[&str], variable: Option<&str>| {
        let mut command = model.command(&[&[command, "model.safetensors"][..], flags].concat());
        let output = command.envs(variable.map(|key| ("TENURE_VERIFY_KEY", key))).output().unwrap();
        let said = words(&output);
        (output.status.code() == Some(3) && said.contains("and it must be key"), said)
    };
    for (command, flags) in commands {
        let with_key = |key| [flags, &["--verify-key", key]].concat();
        let (is_refused, said) = refusal(command, &with_key("other.pub"), None);
        assert!(is_refused, "{command}: {said}");
        let (is_refused, said) = refusal(command, flags, Some("other.pub"));
        assert!(is_refused, "{command} by the environment: {said}");
        // A flag wins over the environment.
        let (is_refused, said) = refusal(command, &with_key("public.key"), Some("other.pub"));
        assert!(!is_refused, "{command}: {said}");
    }
    std::fs::write(model.path("tenure.toml"), "verify_key = \"other.pub\"\n").unwrap();
    assert_code(&model.run(&["card", "model.safetensors", "--out", "-"]), 3);
    assert_code(&model.run(&["verify", "model.safetensors"]), 3);
    assert_code(&model.run(&["verify", "model.safetensors", "--key", "public.key"]), 0);
    // The second model of a report needs a signature too.
    std::fs::write(model.path("tenure.toml"), "verify_key = \"public.key\"\n").unwrap();
    std::fs::copy(model.path("model.safetensors"), model.path("second.safetensors")).unwrap();
    let flags = ["--data", "in.csv", "--compare", "second.safetensors", "--resamples", "10", "--force"];
    let output = model.run(&[&["report", "model.safetensors"], &flags[..]].concat());
    assert_code(&output, 3);
    assert!(words(&output).contains("second.safetensors.sig"), "{}", words(&output));
}

#[test]
fn key_files_are_the_owner_s_and_are_not_mixed_up() {
    let model = signed();
    let sign = |key: &str| model.run(&["sign", "model.safetensors", "--key", key, "--force"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| std::fs::metadata(model.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("private.key"), 0o600);
        for open in [0o640, 0o604] {
            std::fs::set_permissions(model.path("private.key"), std::fs::Permissions::from_mode(open)).unwrap();
            let output = sign("private.key");
            assert_code(&output, 3);
            assert!(words(&output).contains("chmod 600"), "{}", words(&output));
        }
        std::fs::set_permissions(model.path("private.key"), std::fs::Permissions::from_mode(0o400)).unwrap();
    }
    assert_code(&sign("private.key"), 0);
    let output = sign("public.key");
    assert_code(&output, 2);
    assert!(words(&output).contains("this is the other key of the pair"), "{}", words(&output));
    let output = model.run(&["verify", "model.safetensors", "--key", "private.key"]);
    assert_code(&output, 2);
    assert_code(&model.run(&["sign", "in.csv", "--key", "private.key"]), 1);
    for (again, part) in
        [(&["keygen"][..], "--force"), (&["sign", "model.safetensors", "--key", "private.key"], "--force")]
    {
        let output = model.run(again);
        assert_code(&output, 2);
        assert!(words(&output).contains(part), "{}", words(&output));
    }
    let output = model.run(&["keygen", "--private", "x", "--public", "x"]);
    assert_code(&output, 2);
    assert!(!model.files().contains(&"x".to_string()));
}
