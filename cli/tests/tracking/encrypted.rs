//! Tracking by TLS, to a server whose certificate an authority of our own issued.

use std::fs::write;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};
use serde_json::json;
use tenure_cli::tracking::{Client, Server, Timeouts};

use super::mlflow::Mlflow;
use super::{TRAIN, folder, runs, tenure_with, words};

const CERT_PATH: &str = "MLFLOW_TRACKING_SERVER_CERT_PATH";
const INSECURE: &str = "MLFLOW_TRACKING_INSECURE_TLS";

/// Writes the certificate of an authority of this name.
fn authority(file: &Path, name: &str) -> Issuer<'static, KeyPair> {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    write(file, params.self_signed(&key).unwrap().pem()).unwrap();
    Issuer::new(params, key)
}

/// Writes `server.pem`, issued for this name, and `server.key`.
fn certificate(folder: &Path, name: &str, issuer: &Issuer<KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
    write(folder.join("server.pem"), certificate.pem()).unwrap();
    write(folder.join("server.key"), key.serialize_pem()).unwrap();
}

#[test]
fn a_server_is_believed_by_its_certificate() {
    let (here, there) = (folder(), tempfile::tempdir().unwrap());
    let here = here.path();
    let file = |name: &str| here.join(name).to_str().unwrap().to_owned();
    certificate(there.path(), "127.0.0.1", &authority(&here.join("authority.pem"), "ours"));
    authority(&here.join("stranger.pem"), "a stranger");
    authority(&here.join("impostor.pem"), "ours");
    let Some(server) = Mlflow::start_encrypted(there.path(), &here.join("authority.pem")) else { return };
    let train = |variables: &[(&str, &str)]| {
        let output = tenure_with(here, variables, &format!("{TRAIN} a.safetensors --track {}", server.uri()));
        assert!(output.status.success(), "{}", words(&output));
        words(&output)
    };
    let sync = |variables: &[(&str, &str)]| tenure_with(here, variables, "track sync");

    // Nobody we know vouches for it: training ends well, the run waits, and it is said what to set.
    let others = ["stranger.pem", "impostor.pem"].map(&file);
    for variables in [&[][..], &[(CERT_PATH, &*others[0])], &[(CERT_PATH, &*others[1])]] {
        let said = train(variables);
        assert!(said.contains("not on the server yet") && said.contains("certificate is not trusted"), "{said}");
        assert!(said.contains("no trusted authority issued it") && said.contains(CERT_PATH), "{said}");
        let refused = sync(variables);
        assert!(refused.status.code() == Some(3) && words(&refused).contains(CERT_PATH), "{}", words(&refused));
    }
    assert_eq!(runs(here).len(), 3);
    let experiments = server.post("experiments/search", json!({ "max_results": 9 }));
    assert_eq!(experiments["experiments"].as_array().unwrap().len(), 1, "something was sent");

    let sent = |variables: &[(&str, &str)]| {
        let output = sync(variables);
        assert!(output.status.success(), "{}", words(&output));
        server.runs(&server.experiment("tenure")).len()
    };
    let trusted = [(CERT_PATH, &*file("authority.pem"))];
    assert_eq!(sent(&trusted), 3);
    train(&trusted);
    assert_eq!(sent(&trusted), 4);
    train(&[(INSECURE, "true")]);
    assert_eq!(sent(&[(INSECURE, "true")]), 5);
}

#[test]
fn a_certificate_that_is_not_there_is_an_error_before_anything_is_trained() {
    let here = folder();
    let here = here.path();
    write(here.join("key.pem"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    write(here.join("junk.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    authority(&here.join("authority.pem"), "ours");
    for (variables, said) in [
        (&[(CERT_PATH, "absent.pem")][..], "absent.pem: "),
        (&[(CERT_PATH, "table.csv")], "table.csv has no certificate"),
        (&[(CERT_PATH, "key.pem")], "key.pem has no certificate"),
        (&[(CERT_PATH, "junk.pem")], "junk.pem has no certificate"),
        (&[(INSECURE, "perhaps")], "\"perhaps\" is neither true nor false"),
        (&[(INSECURE, "true"), (CERT_PATH, "authority.pem")], "trusts any certificate"),
    ] {
        let output = tenure_with(here, variables, &format!("{TRAIN} a.safetensors --track https://127.0.0.1:1"));
        let words = words(&output);
        assert!(output.status.code() == Some(2) && words.contains(&format!("{}: ", variables[0].0)), "{words}");
        assert!(words.contains(said) && !here.join("a.safetensors").exists(), "{words}");
    }
}

/// What is said of a server that answers the first bytes of a call like this.
fn said_of(answer: impl FnOnce(TcpStream) + Send + 'static, trusted: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("https://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || answer(listener.accept().unwrap().0));
    let trusted = trusted.to_str().unwrap().to_owned();
    let server = Server::from_variables(&uri, |name| (name == CERT_PATH).then(|| trusted.clone())).unwrap();
    let error = Client::new(&server, Timeouts::LONG).get("/").unwrap_err().to_string();
    thread.join().unwrap();
    error
}

#[test]
fn what_is_wrong_with_a_server_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("authority.pem");
    let plain = |mut stream: TcpStream| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    let issuer = authority(&trusted, "ours");
    assert!(said_of(plain, &trusted).contains("does not speak TLS"));

    certificate(folder.path(), "example.org", &issuer);
    let other_name = said_of(tls(folder.path()), &trusted);
    assert!(other_name.contains("not valid for name") && other_name.contains("example.org"), "{other_name}");

    // As `openssl req -x509` makes it: a certificate that vouches for itself, and is marked as an
    // authority's.
    write(folder.path().join("server.pem"), std::fs::read(&trusted).unwrap()).unwrap();
    write(folder.path().join("server.key"), issuer.key().serialize_pem()).unwrap();
    let own = said_of(tls(folder.path()), &trusted);
    assert!(own.contains("CA:TRUE") && own.contains(INSECURE), "{own}");
}

/// Shakes hands by `server.pem` and `server.key`.
fn tls(folder: &Path) -> impl FnOnce(TcpStream) + Send + 'static {
    let certificate = CertificateDer::from_pem_file(folder.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut connection =
        ServerConnection::new(Arc::new(config.with_single_cert(vec![certificate], key).unwrap())).unwrap();
    move |mut stream| assert!(connection.complete_io(&mut stream).is_err(), "the client trusts it")
}
