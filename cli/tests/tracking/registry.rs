//! `tenure retrain` and `tenure approve` with a registered model: what moves the alias, and that nothing is
//! half done where something fails.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::mlflow::Mlflow;
use super::{TRAIN, folder, succeed, tenure, words};

const RETRAIN: &str =
    "retrain --data table.csv --schema ibm_telco --model linear --ship teacher --epochs 6 --force --registered-model";

/// Passes requests on to a server, except those that begin with `refused`: their connection is cut.
fn cut(server: &Mlflow, refused: &'static str) -> String {
    between(server, move |head| head.starts_with(refused))
}

/// Passes requests on to a server. `refuses` sees the head of each, and may cut its connection.
fn between(server: &Mlflow, refuses: impl Fn(&str) -> bool + Send + Sync + 'static) -> String {
    let refuses = Arc::new(refuses);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    let target = server.uri().trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (target, refuses) = (target.clone(), refuses.clone());
            std::thread::spawn(move || pass_on(client, &target, &*refuses));
        }
    });
    uri
}

/// Passes one request on, and its answer back.
fn pass_on(mut client: TcpStream, target: &str, refuses: &dyn Fn(&str) -> bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            break;
        }
        let header = line.to_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if !header.starts_with("connection:") {
            head += &line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if refuses(&head) {
        return Ok(());
    }
    let mut server = TcpStream::connect(target)?;
    server.write_all(format!("{head}connection: close\r\n\r\n").as_bytes())?;
    server.write_all(&body)?;
    std::io::copy(&mut server, &mut client).map(drop)
}

/// The version behind an alias.
fn behind(server: &Mlflow, alias: &str) -> String {
    let answer = server.get(&format!("registered-models/alias?name=churn&alias={alias}"));
    answer["model_version"]["version"].as_str().unwrap().to_owned()
}

fn point(server: &Mlflow, alias: &str, version: &str) {
    server.post("registered-models/alias", json!({ "name": "churn", "alias": alias, "version": version }));
}

fn versions(server: &Mlflow) -> usize {
    let answer = server.get("model-versions/search?filter=name%3D%27churn%27");
    answer["model_versions"].as_array().unwrap().len()
}

fn verdict(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("verdict.json")).unwrap()).unwrap()
}

/// Runs the command, and says that it ends with this code and these words.
fn ends(folder: &Path, line: &str, code: i32, parts: &[&str]) {
    let output = tenure(folder, line);
    let said = words(&output);
    assert_eq!(output.status.code(), Some(code), "{line}: {said}");
    for part in parts {
        assert!(said.contains(part), "{line}: no {part:?} in {said}");
    }
}

#[test]
fn an_alias_moves_to_a_better_version_and_only_to_one() {
    let (here, there) = (folder(), tempfile::tempdir().unwrap());
    let here = here.path();
    let Some(server) = Mlflow::start(there.path(), None) else { return };
    let uri = server.uri();
    // A model that has learned the opposite: any other is better.
    let text = std::fs::read_to_string(here.join("table.csv")).unwrap();
    let turned = text.replace(",Yes\n", ",-\n").replace(",No\n", ",Yes\n").replace(",-\n", ",No\n");
    assert_ne!(text, turned);
    std::fs::write(here.join("turned.csv"), turned).unwrap();
    let train = TRAIN.replace("table.csv", "turned.csv");
    succeed(here, &format!("{train} a.safetensors --track {uri} --experiment churn --register churn"));
    succeed(here, "track sync");

    // Before the work: what is not there, and flags that contradict each other.
    ends(here, &format!("{RETRAIN} nobody --track {uri}"), 1, &["no model is registered as `nobody`"]);
    let none = ["`churn` has no alias `champion`", "it has challenger"];
    ends(here, &format!("{RETRAIN} churn --track {uri}"), 1, &none);
    point(&server, "champion", "1");
    ends(here, &format!("{RETRAIN} churn"), 2, &["--registered-model needs a server"]);
    ends(here, &format!("{RETRAIN} churn a.safetensors --track {uri}"), 2, &["leave one of them out"]);
    ends(here, &RETRAIN.replace(" --registered-model", ""), 2, &["name the model to replace"]);
    let waiting = "--require-approval --alias challenger";
    ends(here, &format!("{RETRAIN} churn --track {uri} {waiting}"), 2, &["the alias of versions that wait"]);
    let nobody = { TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap() };
    ends(here, &format!("{RETRAIN} churn --track http://{nobody}"), 3, &["no answer"]);
    assert!(!here.join("verdict.json").exists());

    // The server fails at each step: the alias stays where it is.
    let broken = cut(&server, "POST /api/2.0/mlflow/model-versions/create");
    ends(here, &format!("{RETRAIN} churn --track {broken}"), 3, &["the alias champion of churn stays at version 1"]);
    assert!(!here.join("verdict.json").exists());
    assert_eq!((versions(&server), behind(&server, "champion").as_str()), (1, "1"));
    let broken = cut(&server, "POST /api/2.0/mlflow/registered-models/alias");
    let parts = ["stays at version 1", "waits as version 2: `tenure approve --verdict verdict.json`"];
    ends(here, &format!("{RETRAIN} churn --track {broken}"), 3, &parts);
    assert_eq!(behind(&server, "champion"), "1");
    assert_eq!(
        (&verdict(here)["decision"], &verdict(here)["registered"]["challenger"]),
        (&"waits".into(), &"2".into())
    );
    // A person finishes it.
    ends(here, "approve", 2, &["name its server with --track"]);
    ends(here, &format!("approve a.safetensors --track {uri}"), 2, &["name no file"]);
    ends(here, &format!("approve --track {uri}"), 0, &["alias champion points to version 2"]);
    assert_eq!(behind(&server, "champion"), "2");
    ends(here, &format!("approve --track {uri}"), 1, &["points to version 2 meanwhile"]);

    // What is as good as the model does not take its place, and is no version.
    ends(here, &format!("{RETRAIN} churn --track {uri}"), 3, &["the model stays"]);
    assert_eq!((versions(&server), behind(&server, "champion").as_str()), (2, "2"));

    // A better one takes it at once, or waits for a person.
    point(&server, "champion", "1");
    ends(here, &format!("{RETRAIN} churn --track {uri} --experiment again"), 0, &["points to version 3"]);
    assert_eq!(behind(&server, "champion"), "3");
    let (said, run) = (verdict(here), &server.runs(&server.experiment("again"))[0]);
    assert_eq!((&said["decision"], &run["info"]["status"]), (&"replaced".into(), &"FINISHED".into()));
    let run_id = run["info"]["run_id"].as_str().unwrap();
    let experiment = server.experiment("again");
    let stored = |name: &str| {
        std::fs::read(there.path().join(format!("artifacts/{experiment}/{run_id}/artifacts/{name}"))).unwrap()
    };
    assert_eq!(serde_json::from_slice::<Value>(&stored("verdict.json")).unwrap(), said);
    assert_eq!(said["challenger_sha256"], hex::encode(Sha256::digest(stored("model.safetensors"))));
    point(&server, "champion", "1");
    ends(here, &format!("{RETRAIN} churn --track {uri} --require-approval"), 5, &["run `tenure approve --verdict"]);
    assert_eq!((behind(&server, "champion").as_str(), behind(&server, "challenger").as_str()), ("1", "4"));
    // The verdict is of other bytes.
    let mut other = verdict(here);
    other["challenger_sha256"] = "00".into();
    std::fs::write(here.join("other.json"), other.to_string()).unwrap();
    ends(
        here,
        &format!("approve --track {uri} --verdict other.json"),
        1,
        &["version 4 of churn: this is not the file"],
    );
    ends(here, &format!("approve --track {uri}"), 0, &["points to version 4"]);
    assert_eq!(behind(&server, "champion"), "4");

    // Somebody moves the alias while the challenger is trained: it stays where they put it.
    point(&server, "champion", "1");
    let client = server.client();
    let busy = between(&server, move |head| {
        if head.starts_with("POST /api/2.0/mlflow/model-versions/create") {
            let body = json!({ "name": "churn", "alias": "champion", "version": "3" });
            client.post("/api/2.0/mlflow/registered-models/alias", &body).unwrap();
        }
        false
    });
    ends(here, &format!("{RETRAIN} churn --track {busy}"), 1, &["points to version 3 meanwhile, not to version 1"]);
    assert_eq!((versions(&server), behind(&server, "champion").as_str()), (5, "3"));
}
