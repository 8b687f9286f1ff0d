//! The command line: one file a command.
//!
//! Every flag is mirrored by an environment variable `YIKE_` + its name in capitals; this is done here
//! for all commands at once, so that none can be forgotten.

mod backup;
mod circle;
mod data;
pub mod demo;
mod doctor;
mod import;
mod manual;
mod serve;
pub mod sign_in;
mod streets;
mod verify;

use anyhow::Result;
use clap::builder::FalseyValueParser;
use clap::{ArgAction, Command as Clap, CommandFactory as _, FromArgMatches as _, Parser};

use crate::shell::Shell;

/// Yike (一刻, a quarter of an hour): what every home of a city district reaches on foot, and who lacks
/// what.
#[derive(Debug, Parser)]
#[command(name = "yike", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = EXAMPLES)]
pub struct Cli {
    /// Print exactly one JSON object on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// What to log on standard error: error, warn, info, debug, trace, or a filter such as
    /// `info,yike_store=debug`
    #[arg(long, global = true, default_value = "info,sqlx=warn", value_name = "FILTER")]
    pub log: String,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  yike demo --data data            make an invented district
  yike serve --data data           serve it at http://127.0.0.1:8080
  yike completions bash > /etc/bash_completion.d/yike

Every flag can be given as an environment variable: --data as YIKE_DATA, --database-url as
YIKE_DATABASE_URL. Exit codes: 0 done, 1 failed, 2 what was given is wrong, 130 stopped.";

#[derive(Debug, clap::Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one a process")]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Import(import::Import),
    Verify(verify::Verify),
    Doctor(doctor::Doctor),
    SignIn(sign_in::SignIn),
    Backup(backup::Backup),
    Streets(streets::Streets),
    Circle(circle::Circle),
    Completions(manual::Completions),
    Man(manual::Man),
}

impl Cli {
    /// Reads the command line and the environment; prints help and exits where that is asked for.
    pub fn from_command_line() -> Self {
        let mut command = command();
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
    }

    /// Runs the command.
    pub fn run(self, shell: &Shell) -> Result<()> {
        match self.command {
            Command::Demo(demo) => demo.run(shell),
            Command::Serve(serve) => serve.run(shell),
            Command::Import(import) => import.run(shell),
            Command::Verify(verify) => verify.run(shell),
            Command::Doctor(doctor) => doctor.run(shell),
            Command::SignIn(sign_in) => sign_in.run(shell),
            Command::Backup(backup) => backup.run(shell),
            Command::Streets(streets) => streets.run(shell),
            Command::Circle(circle) => circle.run(shell),
            Command::Completions(completions) => completions.run(shell),
            Command::Man(man) => man.run(shell),
        }
    }
}

/// The whole command line, each flag with its environment variable.
pub fn command() -> Clap {
    mirrored(Cli::command())
}

fn mirrored(command: Clap) -> Clap {
    let command = command.mut_args(|arg| {
        let Some(name) = arg.get_long().map(variable) else { return arg };
        let arg = arg.env(name);
        // A switch in the environment is off when empty, 0, false, no or off.
        if matches!(arg.get_action(), ArgAction::SetTrue) {
            arg.value_parser(FalseyValueParser::new())
        } else {
            arg
        }
    });
    command.mut_subcommands(mirrored)
}

fn variable(flag: &str) -> String {
    format!("YIKE_{}", flag.to_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    /// All flags of a command and those below it.
    fn flags(command: &Clap, found: &mut Vec<Arg>) {
        found.extend(command.get_arguments().filter(|arg| arg.get_long().is_some()).cloned());
        command.get_subcommands().for_each(|sub| flags(sub, found));
    }

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn every_flag_has_its_variable() {
        let mut found = Vec::new();
        flags(&command(), &mut found);
        assert!(found.len() >= 4, "{}", found.len());
        for flag in found {
            let name = flag.get_long().expect("only flags were taken");
            let expected = variable(name);
            assert_eq!(flag.get_env().and_then(|env| env.to_str()), Some(expected.as_str()));
        }
    }

    #[test]
    fn every_command_has_examples() {
        fn check(command: &Clap, path: &str) {
            let path = format!("{path} {}", command.get_name());
            if command.get_subcommands().next().is_none() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains(path.trim()), "{path}: no example in its help");
            }
            command.get_subcommands().for_each(|sub| check(sub, &path));
        }
        check(&command(), "");
    }
}
