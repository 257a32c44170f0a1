//! `egctl experimental validate`.

use std::process::ExitCode;

use clap::Args;
use eg_provider_file::documents;
use eg_resources::Decoder;

use crate::{
    output::{self, Error},
    translate::read,
};

/// How many lines of a document are shown to tell which one it is.
const SHOWN_LINES: usize = 6;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file to check; `-` is standard input.
    #[arg(short, long)]
    file: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let text = read(&arguments.file)?;
    let lines: Vec<&str> = text.lines().collect();
    let mut failed = 0;
    for document in documents(&text) {
        let object =
            document.content.and_then(|value| eg_provider_file::object(value, &Decoder::new(), true));
        let Err(error) = object else { continue };
        failed += 1;
        let begin = document.line.saturating_sub(1);
        let shown = lines.iter().skip(begin).filter(|line| !line.starts_with("---")).take(SHOWN_LINES);
        let shown: Vec<String> = shown.map(|line| format!("    {line}")).collect();
        output::print_text(&format!(
            "document {} does not hold:\n{}\n  {error}\n\n",
            document.number,
            shown.join("\n")
        ))?;
    }
    if failed > 0 {
        output::complain(&format!("egctl: {failed} documents do not hold"));
        return Ok(ExitCode::FAILURE);
    }
    output::print_text("OK\n")?;
    Ok(ExitCode::SUCCESS)
}
