//! The `yike` program: reads the command line, runs one command, and turns what comes of it into
//! output and an exit code.

mod cli;
mod fault;
mod output;
mod serve;
mod shell;
mod stop;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use crate::cli::Cli;
use crate::output::Output;
use crate::shell::Shell;

fn main() -> ExitCode {
    let cli = Cli::from_command_line();
    let output = Output::new(cli.json, &cli.log);
    fault::quiet_panics();
    // A panic is our fault, not the caller's: it is told in one sentence, like any other failure.
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let shell = Shell::start(output.clone())?;
        cli.run(&shell).map(|()| shell.is_unwell())
    }));
    let error = match ended {
        Ok(Ok(unwell)) => return ExitCode::from(u8::from(unwell)),
        Ok(Err(error)) => error,
        Err(panic) => fault::from_panic(panic.as_ref()),
    };
    output.fail(&error);
    ExitCode::from(fault::exit_code(&error))
}
