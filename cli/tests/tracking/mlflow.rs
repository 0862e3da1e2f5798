//! An MLflow server for a test.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tenure_cli::tracking::{Client, Server, Timeouts};

/// `mlflow server` with SQLite in a folder of its own.
pub struct Mlflow {
    process: Child,
    port: u16,
    folder: PathBuf,
    /// The file with the certificate of the authority that vouches for it, where it is asked by
    /// TLS.
    authority: Option<PathBuf>,
}

impl Mlflow {
    /// Starts a server over what the folder holds, and waits until it answers; `None` where none is
    /// installed.
    pub fn start(folder: &Path, port: Option<u16>) -> Option<Mlflow> {
        Mlflow::launch(folder, port, None)
    }

    /// The same by TLS, with `server.pem` and `server.key` of the folder, issued by this authority.
    pub fn start_encrypted(folder: &Path, authority: &Path) -> Option<Mlflow> {
        Mlflow::launch(folder, None, Some(authority.into()))
    }

    fn launch(folder: &Path, port: Option<u16>, authority: Option<PathBuf>) -> Option<Mlflow> {
        let Ok(program) = std::env::var("TENURE_MLFLOW") else {
            eprintln!("skipped: TENURE_MLFLOW names no mlflow; `cargo xtask test --only tracking` installs one");
            return None;
        };
        let port = port.unwrap_or_else(|| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
        let log = std::fs::File::create(folder.join("mlflow.log")).unwrap();
        let tls = ["--uvicorn-opts", "--ssl-certfile server.pem --ssl-keyfile server.key"];
        let process = Command::new(program)
            .args(["server", "--host", "127.0.0.1", "--workers", "1", "--port", &port.to_string()])
            .args(["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "./artifacts"])
            .args(if authority.is_some() { &tls[..] } else { &[] })
            .env("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Mlflow { process, port, folder: folder.into(), authority };
        let started = Instant::now();
        while server.client().get("/api/2.0/mlflow/experiments/get?experiment_id=0").is_err() {
            let ended = server.process.try_wait().unwrap();
            if ended.is_some() || started.elapsed() > Duration::from_secs(240) {
                panic!("mlflow did not start: {}", std::fs::read_to_string(folder.join("mlflow.log")).unwrap());
            }
            std::thread::sleep(Duration::from_millis(300));
        }
        Some(server)
    }

    pub fn uri(&self) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    pub fn client(&self) -> Client {
        let authority = self.authority.as_ref().map(|file| file.to_str().unwrap().to_owned());
        let variable = |name: &str| authority.clone().filter(|_| name == "MLFLOW_TRACKING_SERVER_CERT_PATH");
        Client::new(&Server::from_variables(&self.uri(), variable).unwrap(), Timeouts::LONG)
    }

    pub fn post(&self, path: &str, body: Value) -> Value {
        self.client().post(&format!("/api/2.0/mlflow/{path}"), &body).unwrap()
    }

    pub fn get(&self, path: &str) -> Value {
        self.client().get(&format!("/api/2.0/mlflow/{path}")).unwrap()
    }

    pub fn experiment(&self, name: &str) -> String {
        let answer = self.get(&format!("experiments/get-by-name?experiment_name={name}"));
        answer["experiment"]["experiment_id"].as_str().unwrap().to_owned()
    }

    /// All runs of an experiment, oldest first.
    pub fn runs(&self, experiment: &str) -> Vec<Value> {
        let body = json!({ "experiment_ids": [experiment], "order_by": ["attributes.start_time ASC"] });
        self.post("runs/search", body)["runs"].as_array().cloned().unwrap_or_default()
    }

    /// Stops the server with all its workers.
    pub fn stop(self) -> u16 {
        self.port
    }
}

impl Drop for Mlflow {
    fn drop(&mut self) {
        // uvicorn ends its workers when it is asked to.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let started = Instant::now();
        while self.process.try_wait().ok().flatten().is_none() && started.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(self.folder.join("mlflow.log"));
    }
}
