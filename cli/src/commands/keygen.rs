//! `tenure keygen`: a pair of keys for signatures.

use std::path::PathBuf;

use tenure_training::file::{Existing, write, write_private};

use crate::console::{Console, refuse_overwrite};
use crate::failure::Failure;
use crate::signing::PrivateKey;

/// Make a pair of keys: one signs models, the other verifies them
///
/// The private key stays with whoever publishes models; its file can be read by its owner only. The
/// public key goes to everybody who loads them (--verify-key, and the option publicKey of the
/// package). Prints the id of the pair. The keys are of Ed25519.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// File to write the private key to
    #[arg(long, value_name = "FILE", default_value = "private.key")]
    pub private: PathBuf,
    /// File to write the public key to
    #[arg(long, value_name = "FILE", default_value = "public.key")]
    pub public: PathBuf,
    /// Overwrite the files. Without a copy of the old private key nothing can be signed with it again
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let Arguments { private, public, force } = arguments;
    if private == public {
        return Err(Failure::usage("--private and --public must be two files"));
    }
    [private, public].into_iter().try_for_each(|path| refuse_overwrite(path, *force))?;
    let key = PrivateKey::generate()?;
    write_private(private, key.line().as_bytes(), Existing::forced(*force))?;
    write(public, key.public().line().as_bytes(), Existing::forced(*force))?;
    console.say(format!("{} (keep it to yourself), {}", private.display(), public.display()));
    console.print(key.public().id());
    Ok(())
}
