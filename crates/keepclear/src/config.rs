//! The TOML file behind `--config`: every flag of a command is a key of its table.
//!
//! What stands on the command line wins over the environment, which wins over the file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Command, CommandFactory as _};
use toml::Value;

/// Why a configuration file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("{}: {source}", path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A key that no flag has.
    #[error("{}: unknown key `{key}`; the keys of [{table}] are the flags of `keepclear {table} --help`", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The key.
        key: String,
    },
    /// A value that a flag cannot take.
    #[error("{}: `{key}` takes a string, a number, true or false, or a list of these", path.display())]
    BadValue {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
}

/// The command line, with what the file named by `--config` adds to it.
pub fn arguments_with_config(arguments: Vec<OsString>) -> Result<Vec<OsString>, ConfigError> {
    let command = crate::Cli::command();
    // Errors of the command line itself are reported by the real parse.
    let Ok(matches) = command.clone().ignore_errors(true).try_get_matches_from(&arguments) else {
        return Ok(arguments);
    };
    let Some(path) = config_path(&matches) else { return Ok(arguments) };
    let text = std::fs::read_to_string(&path)
        .map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
    let file: toml::Table = text
        .parse()
        .map_err(|source| ConfigError::NotToml { path: path.clone(), source: Box::new(source) })?;
    let file = with_issuers(file);
    let mut added = arguments;
    check_tables(&command, &file, &path)?;
    let mut chosen = &matches;
    let (mut table, mut of) = (Some(&file), &command);
    // A key of an outer table is a flag that the inner commands share.
    while let Some((name, inner)) = chosen.subcommand() {
        table = table.and_then(|table| table.get(name)).and_then(Value::as_table);
        let Some(found) = of.find_subcommand(name) else { break };
        (chosen, of) = (inner, found);
        for (key, value) in table.into_iter().flatten() {
            if !value.is_table() && !is_given(innermost(chosen), of, key) {
                append(of, key, value, &path, &mut added)?;
            }
        }
    }
    Ok(added)
}

/// Where a shared flag is seen, wherever on the line it stands.
fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}

/// `[[issuer]]` tables stand at the top: the sky and the desk both read them.
fn with_issuers(mut file: toml::Table) -> toml::Table {
    if let Some(issuers @ Value::Array(_)) = file.get("issuer").cloned() {
        file.remove("issuer");
        for command in ["sky", "desk"] {
            let table = file.entry(command).or_insert_with(|| Value::Table(toml::Table::new()));
            if let Value::Table(table) = table {
                table.insert("issuer".to_owned(), issuers.clone());
            }
        }
    }
    file
}

fn config_path(matches: &ArgMatches) -> Option<PathBuf> {
    let here = matches.try_get_one::<PathBuf>("config").ok().flatten().cloned();
    here.or_else(|| matches.subcommand().and_then(|(_, inner)| config_path(inner)))
}

fn flag<'a>(of: &'a Command, key: &str) -> Option<&'a clap::Arg> {
    let long = key.replace('_', "-");
    of.get_arguments().find(|arg| arg.get_long() == Some(long.as_str()))
}

fn is_given(matches: &ArgMatches, of: &Command, key: &str) -> bool {
    let Some(arg) = flag(of, key) else { return false };
    // A command that does not share the flag knows nothing of it.
    if matches.try_contains_id(arg.get_id().as_str()).is_err() {
        return false;
    }
    let source = matches.value_source(arg.get_id().as_str());
    matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// Every table and key of the file must be known, also those of other commands.
fn check_tables(of: &Command, table: &toml::Table, path: &Path) -> Result<(), ConfigError> {
    for (key, value) in table {
        let inner = of.find_subcommand(key);
        match (inner, value) {
            (Some(inner), Value::Table(table)) => check_tables(inner, table, path)?,
            _ if flag(of, key).is_some() && key != "config" => {}
            _ => {
                return Err(ConfigError::UnknownKey {
                    path: path.to_owned(),
                    table: of.get_name().to_owned(),
                    key: key.clone(),
                });
            }
        }
    }
    Ok(())
}

fn append(
    of: &Command,
    key: &str,
    value: &Value,
    path: &Path,
    arguments: &mut Vec<OsString>,
) -> Result<(), ConfigError> {
    let bad = || ConfigError::BadValue { path: path.to_owned(), key: key.to_owned() };
    let arg = flag(of, key).ok_or_else(bad)?;
    let name = format!("--{}", key.replace('_', "-"));
    let values = match value {
        Value::Array(values) => values.clone(),
        single => vec![single.clone()],
    };
    for value in values {
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Datetime(time) => time.to_string(),
            Value::Boolean(given) if matches!(arg.get_action(), ArgAction::SetTrue) => {
                if *given {
                    arguments.push(name.clone().into());
                }
                continue;
            }
            Value::Table(_) => value.to_string(),
            Value::Boolean(_) | Value::Array(_) => return Err(bad()),
        };
        arguments.push(format!("{name}={text}").into());
    }
    Ok(())
}
