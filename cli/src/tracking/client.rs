//! Calls an MLflow server over HTTP with JSON.

use std::time::Duration;

use rustls::CertificateError;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request};

use super::error::TrackingError;
use super::server::Server;

/// How long to wait for a server.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// A whole call, the answer included.
    pub call: Duration,
}

impl Timeouts {
    /// While a command works.
    pub const SHORT: Timeouts = Timeouts { connect: Duration::from_secs(2), call: Duration::from_secs(10) };
    /// For `tenure track sync`.
    pub const LONG: Timeouts = Timeouts { connect: Duration::from_secs(10), call: Duration::from_secs(60) };
}

/// Calls one server.
pub struct Client {
    server: Server,
    agent: Agent,
}

impl Client {
    pub fn new(server: &Server, patience: Timeouts) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(patience.connect))
            .timeout_global(Some(patience.call))
            .user_agent(concat!("tenure/", env!("CARGO_PKG_VERSION")))
            .tls_config(server.tls())
            .build();
        Client { server: server.clone(), agent: config.new_agent() }
    }

    /// The server's address.
    pub fn uri(&self) -> String {
        self.server.uri()
    }

    pub fn get(&self, path: &str) -> Result<Value, TrackingError> {
        self.call(Method::GET, path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value, TrackingError> {
        self.call(Method::POST, path, Some(body.to_string().into_bytes()))
    }

    pub fn patch(&self, path: &str, body: &Value) -> Result<Value, TrackingError> {
        self.call(Method::PATCH, path, Some(body.to_string().into_bytes()))
    }

    /// Puts a file through the server's artifact proxy; `path` is below its root.
    pub fn put_file(&self, path: &str, bytes: Vec<u8>) -> Result<(), TrackingError> {
        self.call(Method::PUT, &format!("/api/2.0/mlflow-artifacts/artifacts/{path}"), Some(bytes)).map(drop)
    }

    /// A text in an answer, by JSON pointer.
    pub fn member(&self, path: &str, answer: &Value, pointer: &str) -> Result<String, TrackingError> {
        let text = answer.pointer(pointer).and_then(Value::as_str).map(Into::into);
        text.ok_or_else(|| TrackingError::Answer { uri: self.server.uri(), path: path.into(), lacks: pointer.into() })
    }

    fn call(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Value, TrackingError> {
        let uri = self.server.uri();
        let failed = |error: ureq::Error| failed(&uri, &error);
        let kind = if method == Method::PUT { "application/octet-stream" } else { "application/json" };
        let mut request = Request::builder().method(method).uri(format!("{uri}{path}")).header("content-type", kind);
        if let Some(authorization) = &self.server.authorization {
            request = request.header("authorization", authorization);
        }
        let answer = match body {
            Some(body) => request.body(body).map_err(Into::into).and_then(|request| self.agent.run(request)),
            None => request.body(()).map_err(Into::into).and_then(|request| self.agent.run(request)),
        };
        let mut answer = answer.map_err(failed)?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().map_err(failed)?;
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(value);
        }
        let member = |name: &str| value[name].as_str().map(str::to_owned);
        let first_line = || text.lines().next().unwrap_or_default().chars().take(200).collect();
        Err(TrackingError::Refused {
            uri: uri.clone(),
            path: path.into(),
            status: status.as_u16(),
            code: member("error_code").unwrap_or_default(),
            message: member("message").unwrap_or_else(first_line),
        })
    }
}

/// Why there is no answer.
fn failed(uri: &str, error: &ureq::Error) -> TrackingError {
    let of_tls = match error {
        ureq::Error::Rustls(error) => Some(error),
        // The handshake reads from a socket and wraps its errors as that.
        ureq::Error::Io(error) => error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()),
        _ => None,
    };
    let uri = uri.to_owned();
    match of_tls {
        Some(rustls::Error::InvalidCertificate(error)) => TrackingError::Untrusted { uri, problem: distrust(error) },
        Some(rustls::Error::InvalidMessage(_)) => TrackingError::Unreachable {
            uri,
            error: "the server does not speak TLS; if its address begins with http://, correct it".into(),
        },
        _ => TrackingError::Unreachable { uri, error: error.to_string() },
    }
}

/// Why a certificate is not trusted.
fn distrust(error: &CertificateError) -> String {
    match error {
        // Another authority of the same name gives a bad signature.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => "no trusted authority issued it".into(),
        // `openssl req -x509` makes these; MLflow's own client takes them, rustls never does.
        CertificateError::Other(error) if format!("{error:?}").contains("CaUsedAsEndEntity") => {
            "it is the certificate of an authority (CA:TRUE); create a server certificate (basicConstraints=CA:FALSE)"
                .into()
        }
        error => error.to_string(),
    }
}
