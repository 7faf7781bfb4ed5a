//! Running the built `keepclear` as a person or a script would.

pub mod contract;
pub mod desk;
pub mod network;
pub mod proxy;
pub mod sky;
pub mod wire;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// What one run said.
#[derive(Debug)]
pub struct Run {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The repository's folder.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The binary of this build, built on first use: `cargo test` builds only a package's own binaries.
///
/// # Panics
/// When it cannot be built.
pub fn binary() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--package", "keepclear", "--locked"]).current_dir(repository());
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        assert!(cargo.status().is_ok_and(|status| status.success()), "cargo build failed");
        // target/<profile>/deps/all-<hash> is this test; the binary lies beside `deps`.
        let test = std::env::current_exe().unwrap_or_default();
        let folder = test.parent().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
        folder.join("keepclear")
    })
}

/// Runs `keepclear` in the repository's folder.
///
/// # Panics
/// When it cannot be started or ends by a signal.
pub fn keepclear<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Run {
    keepclear_with(arguments, &[])
}

/// Runs `keepclear` with additional environment variables.
///
/// # Panics
/// When it cannot be started or ends by a signal.
pub fn keepclear_with<S: AsRef<std::ffi::OsStr>>(arguments: &[S], env: &[(&str, &str)]) -> Run {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(repository()).envs(env.iter().copied());
    finished(&mut command)
}

/// Runs a command to its end.
///
/// # Panics
/// When it cannot be started or ends by a signal.
pub fn finished(command: &mut Command) -> Run {
    match command.output() {
        Ok(Output { status, stdout, stderr }) => Run {
            code: status.code().unwrap_or_else(|| panic!("ended by a signal: {status}")),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        },
        Err(error) => panic!("{command:?}: {error}"),
    }
}
