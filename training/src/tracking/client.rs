//! An MLflow server over HTTP: where it is, who asks, one JSON call after another.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// A server and who asks; nothing of the latter is ever written down.
#[derive(Clone)]
pub struct Server {
    /// Without user, password and a slash at the end.
    uri: String,
    authorization: Option<String>,
    certificates: Option<Vec<Certificate<'static>>>,
    insecure: bool,
}

/// How long to wait for a server.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub connect: Duration,
    /// A whole call, the answer included.
    pub call: Duration,
}

impl Patience {
    /// Beside training.
    pub const SHORT: Patience = Patience { connect: Duration::from_secs(2), call: Duration::from_secs(10) };
    /// Where delivering is all there is to do.
    pub const LONG: Patience = Patience { connect: Duration::from_secs(10), call: Duration::from_secs(60) };
}

#[derive(Debug, thiserror::Error)]
pub enum TrackingError {
    #[error("{0:?} is no address of a tracking server: it must begin with http:// or https://")]
    Address(String),
    #[error("MLFLOW_TRACKING_SERVER_CERT_PATH: {0}")]
    Certificate(String),
    /// No answer: the server is down, slow, or not there.
    #[error("{uri}: {error}")]
    Unreachable { uri: String, error: String },
    /// An answer that refuses.
    #[error("{uri}{path}: {status} {code}: {message}")]
    Refused { uri: String, path: String, status: u16, code: String, message: String },
    #[error("{uri}{path}: the answer lacks `{lacks}`")]
    Answer { uri: String, path: String, lacks: String },
    #[error("{0}")]
    Spool(String),
}

impl TrackingError {
    /// Whether the server says that what was to be created is there.
    pub fn is_there_already(&self) -> bool {
        matches!(self, TrackingError::Refused { code, .. } if code == "RESOURCE_ALREADY_EXISTS")
    }

    pub fn is_absent(&self) -> bool {
        matches!(self, TrackingError::Refused { code, .. } if code == "RESOURCE_DOES_NOT_EXIST")
    }
}

impl Server {
    /// The server at an address, with the credentials of MLflow's own variables.
    pub fn from_environment(uri: &str) -> Result<Server, TrackingError> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
        if !["http", "https"].contains(&scheme) || rest.is_empty() {
            // An address may have a password in it.
            return Err(TrackingError::Address(uri.rsplit('@').next().unwrap_or(uri).to_owned()));
        }
        let authority = rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end]);
        let (user, host) = match authority.rfind('@') {
            Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
            None => (None, rest),
        };
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        let named = variable("MLFLOW_TRACKING_USERNAME").map(|user| {
            let password = variable("MLFLOW_TRACKING_PASSWORD").unwrap_or_default();
            basic(&format!("{user}:{password}"))
        });
        let token = variable("MLFLOW_TRACKING_TOKEN").map(|token| format!("Bearer {token}"));
        let certificates = match variable("MLFLOW_TRACKING_SERVER_CERT_PATH") {
            Some(path) => Some(certificates(&path).map_err(TrackingError::Certificate)?),
            None => None,
        };
        Ok(Server {
            uri: format!("{scheme}://{}", host.trim_end_matches('/')),
            // As MLflow's own client has it: a user and a password go before a token.
            authorization: user.map(|pair| basic(&decoded(pair))).or(named).or(token),
            certificates,
            insecure: variable("MLFLOW_TRACKING_INSECURE_TLS").is_some_and(|value| value == "true"),
        })
    }

    /// The address, without credentials.
    pub fn uri(&self) -> String {
        self.uri.clone()
    }
}

fn certificates(path: &str) -> Result<Vec<Certificate<'static>>, String> {
    let pem = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let items = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(format!("{path}: {error}"))),
    });
    let found: Vec<_> = items.collect::<Result<_, _>>()?;
    if found.is_empty() { Err(format!("{path} has no certificate")) } else { Ok(found) }
}

/// Percent signs resolved.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Calls one server.
pub struct Client {
    server: Server,
    agent: Agent,
}

impl Client {
    pub fn new(server: &Server, patience: Patience) -> Client {
        let mut tls = TlsConfig::builder().disable_verification(server.insecure);
        if let Some(certificates) = &server.certificates {
            tls = tls.root_certs(RootCerts::new_with_certs(certificates));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(patience.connect))
            .timeout_global(Some(patience.call))
            .user_agent(concat!("tenure/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
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

    /// A member of an answer.
    pub fn member(&self, path: &str, answer: &Value, pointer: &str) -> Result<String, TrackingError> {
        let text = answer.pointer(pointer).and_then(Value::as_str).map(Into::into);
        text.ok_or_else(|| TrackingError::Answer { uri: self.server.uri(), path: path.into(), lacks: pointer.into() })
    }

    fn call(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Value, TrackingError> {
        let uri = self.server.uri();
        let unreachable =
            |error: &dyn std::fmt::Display| TrackingError::Unreachable { uri: uri.clone(), error: error.to_string() };
        let kind = if method == Method::PUT { "application/octet-stream" } else { "application/json" };
        let mut request = Request::builder().method(method).uri(format!("{uri}{path}")).header("content-type", kind);
        if let Some(authorization) = &self.server.authorization {
            request = request.header("authorization", authorization);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).map_err(|error| unreachable(&error))?),
            None => self.agent.run(request.body(()).map_err(|error| unreachable(&error))?),
        };
        let mut answer = answer.map_err(|error| unreachable(&error))?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().map_err(|error| unreachable(&error))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_parted_from_its_credentials() {
        for (uri, seen, authorization) in [
            ("http://127.0.0.1:5000/", "http://127.0.0.1:5000", None),
            ("https://ann:p%40ss@host/base/", "https://host/base", Some("Basic YW5uOnBAc3M=")),
            ("http://host/a@b", "http://host/a@b", None),
        ] {
            let server = Server::from_environment(uri).unwrap();
            assert_eq!((server.uri().as_str(), server.authorization.as_deref()), (seen, authorization));
        }
        for uri in ["sqlite:///runs.db", "databricks", "http://", "ftp://host"] {
            assert!(matches!(Server::from_environment(uri), Err(TrackingError::Address(_))), "{uri}");
        }
        let error = Server::from_environment("ftp://ann:secret@host").err().unwrap().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
