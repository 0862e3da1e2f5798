//! The address of a tracking server, with credentials and trusted certificates from MLflow's
//! variables.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use rustls::RootCertStore;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::error::TrackingError;

const CERT_PATH: &str = "MLFLOW_TRACKING_SERVER_CERT_PATH";
const INSECURE: &str = "MLFLOW_TRACKING_INSECURE_TLS";

/// A server with credentials. Credentials are never written to a file.
#[derive(Clone, Debug)]
pub struct Server {
    /// Without user, password and a slash at the end.
    pub(super) uri: String,
    pub(super) authorization: Option<String>,
    trust: Trust,
}

/// The certificates to trust.
#[derive(Clone, Debug)]
enum Trust {
    /// Mozilla's list of authorities.
    Public,
    /// These authorities.
    Own(Vec<Certificate<'static>>),
    Any,
}

impl Server {
    /// The server at an address, with the credentials and certificates of MLflow's own variables.
    pub fn from_environment(uri: &str) -> Result<Server, TrackingError> {
        Server::from_variables(uri, |name| std::env::var(name).ok())
    }

    /// The same, with the variables handed in.
    pub fn from_variables(uri: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Server, TrackingError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
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
        Ok(Server {
            uri: format!("{scheme}://{}", host.trim_end_matches('/')),
            // As MLflow's own client has it: a user and a password go before a token.
            authorization: user.map(|pair| basic(&percent_decode_str(pair).decode_utf8_lossy())).or(named).or(token),
            trust: Trust::from_variables(variable)?,
        })
    }

    /// The address, without credentials.
    pub fn uri(&self) -> String {
        self.uri.clone()
    }

    pub(super) fn tls(&self) -> TlsConfig {
        let tls = TlsConfig::builder();
        match &self.trust {
            Trust::Public => tls.build(),
            Trust::Own(certificates) => tls.root_certs(RootCerts::new_with_certs(certificates)).build(),
            Trust::Any => tls.disable_verification(true).build(),
        }
    }
}

impl Trust {
    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Trust, TrackingError> {
        let error = |name, problem| Err(TrackingError::Variable { name, problem });
        let insecure = match variable(INSECURE).map(|value| value.to_lowercase()).as_deref() {
            Some("true" | "1") => true,
            None | Some("false" | "0") => false,
            Some(value) => return error(INSECURE, format!("{value:?} is neither true nor false")),
        };
        match variable(CERT_PATH) {
            // MLflow's client refuses this too: who names an authority wants it checked.
            Some(_) if insecure => {
                error(INSECURE, format!("it trusts any certificate, but {CERT_PATH} names one; unset one of the two"))
            }
            Some(path) => certificates(&path).map(Trust::Own).or_else(|problem| error(CERT_PATH, problem)),
            None if insecure => Ok(Trust::Any),
            None => Ok(Trust::Public),
        }
    }
}

/// The certificates of a PEM file. A bundle of the system has some that rustls cannot read: those
/// are skipped. A file without a readable one is an error, because rustls would then trust nobody
/// and not say so.
fn certificates(path: &str) -> Result<Vec<Certificate<'static>>, String> {
    let pem = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let readable = |der: &[u8]| RootCertStore::empty().add(der.to_vec().into()).is_ok();
    let items = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => readable(certificate.der()).then_some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(format!("{path}: {error}"))),
    });
    let found: Vec<_> = items.collect::<Result<_, _>>()?;
    if found.is_empty() { Err(format!("{path} has no certificate in PEM format")) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_parted_from_its_credentials() {
        let no_variables = |_: &str| None;
        for (uri, seen, authorization) in [
            ("http://127.0.0.1:5000/", "http://127.0.0.1:5000", None),
            ("https://ann:p%40ss@host/base/", "https://host/base", Some("Basic YW5uOnBAc3M=")),
            ("http://host/a@b", "http://host/a@b", None),
        ] {
            let server = Server::from_variables(uri, no_variables).unwrap();
            assert_eq!((server.uri().as_str(), server.authorization.as_deref()), (seen, authorization));
        }
        for uri in ["sqlite:///runs.db", "databricks", "http://", "ftp://host"] {
            assert!(matches!(Server::from_variables(uri, no_variables), Err(TrackingError::Address(_))), "{uri}");
        }
        let error = Server::from_variables("ftp://ann:secret@host", no_variables).err().unwrap().to_string();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn variables_say_who_asks() {
        let authorization = |uri: &str, variables: &[(&str, &str)]| {
            let variable =
                |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string());
            Server::from_variables(uri, variable).unwrap().authorization
        };
        let user = [("MLFLOW_TRACKING_USERNAME", "ann"), ("MLFLOW_TRACKING_PASSWORD", "p@ss")];
        let token = ("MLFLOW_TRACKING_TOKEN", "t");
        assert_eq!(authorization("http://host", &user).as_deref(), Some("Basic YW5uOnBAc3M="));
        assert_eq!(authorization("http://host", &[token]).as_deref(), Some("Bearer t"));
        assert_eq!(authorization("http://host", &[user[0], user[1], token]), authorization("http://host", &user));
        assert_eq!(authorization("http://bo:b@host", &user).as_deref(), Some("Basic Ym86Yg=="));
    }

    #[test]
    fn insecure_is_said_in_mlflows_words_alone() {
        let server = |value: &str| {
            let value = value.to_owned();
            Server::from_variables("https://host", move |name| (name == INSECURE).then(|| value.clone()))
        };
        for value in ["true", "True", "1"] {
            assert!(matches!(server(value).unwrap().trust, Trust::Any), "{value}");
        }
        for value in ["", "false", "0"] {
            assert!(matches!(server(value).unwrap().trust, Trust::Public), "{value}");
        }
        let error = server("yes").unwrap_err().to_string();
        assert_eq!(error, "MLFLOW_TRACKING_INSECURE_TLS: \"yes\" is neither true nor false");
    }
}
