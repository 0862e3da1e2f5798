//! The WebAssembly modules: cargo, then wasm-bindgen (as a library), then wasm-opt (from npm), into
//! `pkg/wasm/`, `pkg/gpu/` and `www/wasm/`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::{self, Outcome, program};
use crate::finished::{Inputs, unless_finished};
use crate::prerequisites::{self, WASM_TARGET};
use crate::{npm, project};

/// The features that rustc may use for this target. With more (`wasm-opt --all-features`) browsers
/// refuse the module. simd128 is our choice: the kernels need it, and every browser since 2023 has
/// it. The rest is the target's default.
const FEATURES: [&str; 9] = [
    "simd",
    "bulk-memory",
    "bulk-memory-opt",
    "call-indirect-overlong",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// The ends of a module's files: its script, the script's types, the module, and the module's types.
const FILES: [&str; 4] = [".js", ".d.ts", "_bg.wasm", "_bg.wasm.d.ts"];

/// A module that is built from a crate with a wasm-bindgen surface.
struct Module {
    /// The step's name, and the stem of the files.
    name: &'static str,
    /// The folder of the files.
    folder: &'static str,
    package: &'static str,
    /// The sources beside the workspace's own files.
    sources: &'static [&'static str],
    profile: &'static str,
    features: &'static str,
    /// How long a build takes.
    duration: &'static str,
    /// The options of wasm-opt.
    level: &'static [&'static str],
}

/// `pkg/wasm/tenure.js`, its types and `tenure_bg.wasm`, which everyone who scores downloads.
const SCORER: Module = Module {
    name: "tenure",
    folder: "pkg/wasm",
    package: "tenure",
    sources: &["src"],
    profile: "wasm",
    features: "wasm",
    duration: "the whole core is optimised for size at once, about a minute",
    // A browser compiles a function when it is first called. If everything that it calls once,
    // errors and rare branches among them, were inlined, the first call would wait for all of it.
    // The last two make the file smaller, by 2 KB each. webpack warns of assets above 250,000 bytes.
    level: &[
        "-Oz",
        "--converge",
        "--low-memory-unused",
        "--one-caller-inline-max-function-size=60",
        "--const-hoisting",
        "--reorder-functions",
    ],
};

/// The same with decisions and plans, for who imports `tenure/decide` in place of `tenure`. Apart, the first
/// stays below the size that bundlers warn of.
const DECIDER: Module = Module {
    name: "tenure_decide",
    features: "wasm,decide",
    duration: "the core with decisions is optimised for size at once, about a minute",
    ..SCORER
};

/// The same with a graphics device, loaded when the caller asks for it or when it is faster. Nearly
/// all of it is CubeCL and wgpu, where no hot loop runs. One round of wasm-opt takes a minute.
const GPU: Module = Module {
    name: "tenure_gpu",
    folder: "pkg/gpu",
    package: "tenure",
    sources: &["src"],
    profile: "gpu",
    features: "wasm,webgpu",
    duration: "CubeCL and wgpu take some minutes to compile the first time",
    level: &["-Oz"],
};

/// The same with burn, for the test that holds the burn Module against the kernels. It never ships.
const BURN: Module = Module {
    name: "tenure_burn",
    folder: "target/burn",
    package: "tenure",
    sources: &["src"],
    profile: "gpu",
    features: "wasm,burn-webgpu",
    duration: "burn, CubeCL and wgpu take some minutes to compile the first time",
    level: &["-Oz"],
};

/// What the page reads: text, gzip and workbooks. Parquet would be several times as large, and Zstandard
/// needs a compiler of C.
pub const READER_FEATURES: &str = "wasm,spreadsheet";

/// The reader of tables, which the page loads when a table is dropped.
const READER: Module = Module {
    name: "tenure_table",
    folder: "www/wasm",
    package: "tenure-table",
    sources: &["src", "table"],
    profile: "wasm",
    features: READER_FEATURES,
    duration: "the reader of tables is optimised at once, about a minute",
    level: &["-O3"],
};

/// Compiles the scorer twice, the second time from a copy of the sources in another folder and with
/// nothing compiled before, and compares the bytes.
pub fn ensure_reproducible() -> Result<()> {
    prerequisites::add_wasm_target()?;
    command::explain("the scorer and its crates are compiled again, some minutes");
    let first = fs::read(SCORER.compile(project::root(), &project::cargo_target())?)?;
    let other = tempfile::tempdir()?;
    let sources = other.path().join("sources");
    let listed = command::read(program("git").current_dir(project::root()).args(["ls-files", "-z", "--cached"]))?;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let copy = sources.join(name);
        fs::create_dir_all(copy.parent().context("a file lies in a folder")?)?;
        fs::copy(project::path(name), copy).with_context(|| format!("cannot copy {name}"))?;
    }
    let second = fs::read(SCORER.compile(&sources, &other.path().join("target"))?)?;
    ensure!(first == second, "two builds of the scorer have other bytes: {} and {} of them", first.len(), second.len());
    Ok(())
}

/// Builds the module that reads tables.
pub fn build_reader() -> Result<Outcome> {
    READER.build()
}

/// Builds the module that scores.
pub fn build() -> Result<Outcome> {
    SCORER.build()
}

/// Builds the module that scores and decides.
pub fn build_decider() -> Result<Outcome> {
    DECIDER.build()
}

/// Builds the module with a graphics device.
pub fn build_gpu() -> Result<Outcome> {
    GPU.build()
}

/// Builds the module with burn; returns its folder.
pub fn build_burn() -> Result<PathBuf> {
    BURN.build()?;
    Ok(project::path(BURN.folder))
}

/// Where the module with a graphics device lies.
pub fn gpu_folder() -> PathBuf {
    project::path(GPU.folder)
}

impl Module {
    fn build(&self) -> Result<Outcome> {
        prerequisites::add_wasm_target()?;
        let output = project::path(self.folder);
        let mut inputs = Inputs::of(self.name);
        for source in self.sources {
            inputs = inputs.path(&project::path(source))?;
        }
        let inputs = inputs
            .path(&project::path("Cargo.toml"))?
            .path(&project::path("Cargo.lock"))?
            .path(&project::path("xtask/src/wasm.rs"))?
            .text(&command::read(program("rustc").arg("--version").arg("--verbose"))?)
            .text(&npm::installed_version("binaryen")?);
        let files = FILES.map(|end| output.join(format!("{}{end}", self.name)));
        unless_finished(self.name, inputs, &files, || {
            command::explain(self.duration);
            let module = self.compile(project::root(), &project::cargo_target())?;
            self.bind(&module, &output)?;
            self.optimise(&output.join(format!("{}_bg.wasm", self.name)))
        })
    }

    /// Compiles the crate with its wasm-bindgen surface, from the sources under a root; returns the
    /// module's path.
    fn compile(&self, root: &Path, target: &Path) -> Result<PathBuf> {
        let mut cargo = command::cargo();
        cargo.args(["rustc", "--lib", "--package", self.package, "--profile", self.profile, "--target", WASM_TARGET]);
        cargo.args(["--no-default-features", "--features", self.features, "--crate-type", "cdylib"]);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", rust_flags()?.join("\u{1f}"));
        cargo.env("CARGO_TARGET_DIR", target).current_dir(root);
        command::run(&mut cargo)?;
        Ok(target.join(WASM_TARGET).join(self.profile).join(format!("{}.wasm", self.package.replace('-', "_"))))
    }

    /// Writes the JavaScript around the module.
    fn bind(&self, module: &Path, output: &Path) -> Result<()> {
        // Module and generator share a private format. With different versions the module would
        // fail at run time.
        let (library, generator) = (
            prerequisites::locked_version("wasm-bindgen")?,
            prerequisites::locked_version("wasm-bindgen-cli-support")?,
        );
        ensure!(library == generator, "Cargo.lock has wasm-bindgen {library} and wasm-bindgen-cli-support {generator}");
        Bindgen::new()
            .input_path(module)
            .out_name(self.name)
            .web(true)?
            .typescript(true)
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(output)
    }

    fn optimise(&self, module: &Path) -> Result<()> {
        let before = fs::metadata(module)?.len();
        let mut optimiser = npm::installed_program("wasm-opt");
        optimiser.arg("--mvp-features").args(FEATURES.map(|feature| format!("--enable-{feature}")));
        optimiser.args(self.level).args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
        optimiser.arg(module).arg("--output").arg(module);
        command::run(&mut optimiser)?;
        eprintln!("  wasm-opt: {before} -> {} bytes", fs::metadata(module)?.len());
        Ok(())
    }
}

/// Flags for every crate in the module, dependencies too, because an inlined kernel needs simd128
/// where it is inlined. Panic messages name source files: ours by their place in the workspace, and
/// others without the folder of this machine and the registry's name, for privacy and so that two
/// machines build the same bytes. The flags are the same in every clone, so that clones can share
/// what is compiled.
fn rust_flags() -> Result<Vec<String>> {
    let home = std::env::home_dir().context("the home folder is not known")?;
    let cargo_home = std::env::var("CARGO_HOME").unwrap_or_else(|_| home.join(".cargo").display().to_string());
    let mut flags = vec!["-Ctarget-feature=+simd128".to_string(), format!("--remap-path-prefix={cargo_home}=cargo")];
    // This program was built from the registry, so its folder exists. The last prefix that matches
    // counts.
    let registries = Path::new(&cargo_home).join("registry/src");
    for folder in fs::read_dir(&registries).into_iter().flatten() {
        flags.push(format!("--remap-path-prefix={}=", folder?.path().display()));
    }
    Ok(flags)
}
