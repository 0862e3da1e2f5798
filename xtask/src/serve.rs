//! A small HTTP server for the built page, on this machine alone. The headers, the content security policy among them,
//! are the page's own: its build writes them into `_headers`, the form that static hosts read, and so does this one.

use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use tiny_http::{Header, Method, Request, Response, Server};

/// The page's own file of headers.
const HEADERS: &str = "_headers";

/// Binds 127.0.0.1; port 0 takes any free one. Returns the server and its port.
pub fn bind(port: u16) -> Result<(Server, u16)> {
    let server = Server::http(("127.0.0.1", port)).map_err(|error| {
        anyhow!("cannot listen on 127.0.0.1:{port}: {error}; another program has that port? choose one with --port")
    })?;
    let port = server.server_addr().to_ip().map_or(port, |address| address.port());
    Ok((server, port))
}

/// Answers requests with the files of `folder` until the process ends.
pub fn serve(server: &Server, folder: &Path) -> Result<()> {
    let file = folder.join(HEADERS);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let own = page_headers(&text)?;
    for request in server.incoming_requests() {
        // A browser that goes away in the middle of an answer is no reason to stop.
        let _ = answer(request, folder, &own);
    }
    Ok(())
}

fn answer(request: Request, folder: &Path, own: &[Header]) -> std::io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::from_string("only GET and HEAD\n").with_status_code(405));
    }
    let Some(file) = find(folder, request.url()) else {
        return request.respond(Response::from_string("not found\n").with_status_code(404));
    };
    let mut response = Response::from_file(File::open(&file)?);
    for header in own {
        response.add_header(header.clone());
    }
    // Vite puts a content hash into the names under assets/: those never change.
    let in_assets = file.parent().is_some_and(|parent| parent.ends_with("assets"));
    let caching = if in_assets { "public, max-age=31536000, immutable" } else { "no-cache" };
    for (name, value) in [("Content-Type", media_type(&file)), ("Cache-Control", caching)] {
        response.add_header(Header::from_str(&format!("{name}: {value}")).expect("a header of fixed text"));
    }
    request.respond(response)
}

/// Reads `_headers`: an address pattern in a line of its own, the headers for it indented below.
/// The page has one set for all its files, so another pattern than `/*` is refused.
fn page_headers(text: &str) -> Result<Vec<Header>> {
    let mut headers = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) {
            let header = Header::from_str(line.trim());
            headers.push(header.map_err(|()| anyhow!("{HEADERS} has a line that is no header: {line}"))?);
        } else if line.trim() != "/*" {
            bail!("{HEADERS} has headers for `{line}`; only `/*` is known here");
        }
    }
    Ok(headers)
}

/// The file that a URL means: itself or a folder's index. Anything else is not found, never the page in disguise.
fn find(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = decode(url.split(['?', '#']).next()?)?;
    let relative = Path::new(path.trim_start_matches('/'));
    let is_plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !is_plain || relative == Path::new(HEADERS) {
        return None;
    }
    let file = folder.join(relative);
    [file.join("index.html"), file].into_iter().find(|file| file.is_file())
}

/// Percent-decoding; nothing for what is not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => u8::from_str_radix(std::str::from_utf8(&[rest.next()?, rest.next()?]).ok()?, 16).ok()?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "csv" => "text/csv; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    fn ask(port: u16, line: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn files_come_with_their_types_and_nothing_else_comes() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("page");
        fs::create_dir_all(page.join("assets")).unwrap();
        fs::write(page.join("index.html"), "<!doctype html>the page").unwrap();
        fs::write(page.join("assets/a b.wasm"), b"\0asm").unwrap();
        fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        fs::write(page.join(HEADERS), "/*\n  Content-Security-Policy: default-src 'none'; script-src 'self'\n")
            .unwrap();
        let (server, port) = bind(0).unwrap();
        let root = page.clone();
        std::thread::spawn(move || serve(&server, &root));

        let index = ask(port, "GET /?q=1");
        assert!(index.starts_with("HTTP/1.1 200") && index.ends_with("the page"), "{index}");
        assert!(index.contains("Content-Security-Policy: default-src 'none'; script-src 'self'\r\n"), "{index}");
        assert!(index.contains("Content-Type: text/html"), "{index}");
        let module = ask(port, "GET /assets/a%20b.wasm");
        assert!(module.contains("Content-Type: application/wasm") && module.contains("immutable"), "{module}");
        for refused in [
            "GET /missing.js",
            "GET /customers/7",
            "GET /_headers",
            "GET /../secret.txt",
            "GET /%2e%2e/secret.txt",
            "GET /assets/%zz",
        ] {
            assert!(ask(port, refused).starts_with("HTTP/1.1 404"), "{refused}");
        }
        assert!(ask(port, "POST /").starts_with("HTTP/1.1 405"));
        assert!(page_headers("/a/*\n  X: y\n").is_err() && page_headers("/*\n  nonsense\n").is_err());
        let taken = bind(port).err().unwrap().to_string();
        assert!(taken.contains("--port"), "{taken}");
    }
}
