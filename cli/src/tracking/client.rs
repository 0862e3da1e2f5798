//! Calls an MLflow server over HTTP with JSON.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::CertificateError;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request};

use super::error::TrackingError;
use super::server::Server;

/// The letters to encode: all but the unreserved ones (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The longest answer that is read, in bytes: twice the largest artifact that the scorer reads.
const LONGEST_ANSWER: u64 = 128 << 20;

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

    /// Puts a file below an artifact address, through the server's proxy.
    pub fn put_file(&self, root: &str, name: &str, bytes: Vec<u8>) -> Result<(), TrackingError> {
        self.call(Method::PUT, &proxied(root, name)?, Some(bytes)).map(drop)
    }

    /// The bytes of a file below an artifact address, through the server's proxy.
    pub fn get_file(&self, root: &str, name: &str) -> Result<Vec<u8>, TrackingError> {
        self.answer(Method::GET, &proxied(root, name)?, None)
    }

    /// A text in an answer, by JSON pointer.
    pub fn member(&self, path: &str, answer: &Value, pointer: &str) -> Result<String, TrackingError> {
        let text = answer.pointer(pointer).and_then(Value::as_str).map(Into::into);
        text.ok_or_else(|| TrackingError::Answer { uri: self.server.uri(), path: path.into(), lacks: pointer.into() })
    }

    fn call(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Value, TrackingError> {
        Ok(serde_json::from_slice(&self.answer(method, path, body)?).unwrap_or(Value::Null))
    }

    /// The body of an answer that does not refuse.
    fn answer(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Vec<u8>, TrackingError> {
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
        let body = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec().map_err(failed)?;
        if status.is_success() {
            return Ok(body);
        }
        let text = String::from_utf8_lossy(&body);
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
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

/// A text for a path or a query.
pub(super) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The path, in the server's proxy, of a file below an artifact address.
fn proxied(root: &str, name: &str) -> Result<String, TrackingError> {
    let refuse = || {
        TrackingError::Spool(format!(
            "the server keeps files at {root} and does not pass them on; start it with --serve-artifacts"
        ))
    };
    let below = root.strip_prefix("mlflow-artifacts:").ok_or_else(refuse)?;
    // With a host, as in mlflow-artifacts://host:5000/1/…, what follows it is the path.
    let below = below.strip_prefix("//").map_or(below, |rest| rest.find('/').map_or("", |at| &rest[at..]));
    let parts = below.split('/').chain([name]).filter(|part| !part.is_empty());
    let path: Vec<String> = parts.map(percent_encoded).collect();
    Ok(format!("/api/2.0/mlflow-artifacts/artifacts/{}", path.join("/")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_a_path_in_the_proxy() {
        assert_eq!(percent_encoded("a b/c'ä"), "a%20b%2Fc%27%C3%A4");
        for root in ["mlflow-artifacts:/1/a b/", "mlflow-artifacts://host:5000/1/a b"] {
            assert_eq!(proxied(root, "c.txt").unwrap(), "/api/2.0/mlflow-artifacts/artifacts/1/a%20b/c.txt");
        }
        let error = proxied("s3://bucket/1", "c.txt").unwrap_err().to_string();
        assert!(error.contains("s3://bucket/1") && error.contains("--serve-artifacts"), "{error}");
    }
}
