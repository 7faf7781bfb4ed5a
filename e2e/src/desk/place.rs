//! Where a desk's process runs, when that is not plainly this machine.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Command;

/// A network, a clock or a disk of its own.
#[derive(Debug, Default)]
pub struct Place {
    /// Network namespace of the desk and of its people, by the name that `ip netns` knows.
    pub namespace: Option<String>,
    /// Address for its peers; this machine's own when there is none.
    pub address: Option<IpAddr>,
    /// Environment variables of the desk's process; its people do not get them.
    pub environment: Vec<(String, String)>,
    /// Folder for its data.
    pub data: Option<PathBuf>,
}

impl Place {
    /// In a network namespace, at an address there.
    pub fn namespace(name: &str, address: IpAddr) -> Self {
        Self { namespace: Some(name.to_owned()), address: Some(address), ..Self::default() }
    }

    /// `keepclear` in its network.
    pub(super) fn keepclear(&self) -> Command {
        let mut command = match &self.namespace {
            None => Command::new(crate::binary()),
            // It becomes the process that it runs, so that signals reach that.
            Some(name) => {
                let mut inside = Command::new("ip");
                inside.args(["netns", "exec", name]).arg(crate::binary());
                inside
            }
        };
        command.current_dir(crate::repository());
        command
    }
}
