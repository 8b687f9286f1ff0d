//! `yike completions` and `yike man`: made from the command line itself, so they cannot differ from it.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap_complete::Shell as Completed;

use crate::shell::Shell;

/// Print shell completions
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike completions bash > /etc/bash_completion.d/yike
  yike completions zsh > \"${fpath[1]}/_yike\"
  yike completions fish > ~/.config/fish/completions/yike.fish")]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL")]
    of: Completed,
}

impl Completions {
    /// Prints them.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.of, &mut super::command(), "yike", &mut script);
        let value = serde_json::json!({
            "shell": self.of.to_string(),
            "script": String::from_utf8_lossy(&script),
        });
        shell.answer(&value, |out| out.write_all(&script))
    }
}

/// Print the manual page, or write the pages of all commands into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike man | man -l -
  yike man --output /usr/local/share/man/man1")]
pub struct Man {
    /// Folder for one page a command
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl Man {
    /// Prints or writes them.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let command = super::command();
        let Some(folder) = self.output else {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            let value = serde_json::json!({ "page": String::from_utf8_lossy(&page) });
            return shell.answer(&value, |out| out.write_all(&page));
        };
        std::fs::create_dir_all(&folder)
            .and_then(|()| clap_mangen::generate_to(command, &folder))
            .with_context(|| format!("the pages cannot be written to {}", folder.display()))?;
        let value = serde_json::json!({ "folder": folder });
        shell.answer(&value, |out| writeln!(out, "The manual pages are in {}", folder.display()))
    }
}
