//! From flags and a file to the shared fields of a message.

use keepclear_line::message::{Action, Content, Topic, Window};
use keepclear_line::quantity::{Instant, Millimetres, Name};
use keepclear_line::volume::Volume;

use super::arguments::{ActionArgs, FieldsArgs};
use super::error::LineError;
use super::file::{self, Given};
use super::times;

/// What the flags ask for; none when no action is given.
pub fn action(args: &ActionArgs) -> Option<Action> {
    let ActionArgs { delay, earlier, level, sideways, .. } = args;
    let ActionArgs { stay_clear, stay_within, identify, inform, assist, .. } = args;
    let flagged = |given: &bool, action| given.then_some(action);
    delay
        .map(|by_s| Action::Delay { by_s })
        .or(earlier.map(|by_s| Action::Earlier { by_s }))
        .or(level.map(|mm| Action::Level { by_m: Millimetres(mm) }))
        .or(sideways.map(|mm| Action::Sideways { by_m: Millimetres(mm) }))
        .or(flagged(stay_clear, Action::StayClear {}))
        .or(flagged(stay_within, Action::StayWithin {}))
        .or(flagged(identify, Action::Identify {}))
        .or(flagged(inform, Action::Inform {}))
        .or(flagged(assist, Action::Assist {}))
}

/// Names, each checked.
///
/// # Errors
/// When one is empty, too long, or steers a screen.
pub fn names(flag: &str, given: &[String]) -> Result<Vec<Name>, LineError> {
    let name = |text: &String| {
        Name::new(text.trim()).map_err(|error| LineError::Input(format!("{flag} {text}: {error}")))
    };
    given.iter().map(name).collect()
}

/// The shared fields; what the flags leave out comes from the file, and then from `before`.
///
/// # Errors
/// When a file is wrong, or something that every message needs stands nowhere.
pub fn content(
    args: &FieldsArgs,
    action: Option<Action>,
    before: Option<&Content>,
    default_topic: Topic,
) -> Result<Content, LineError> {
    let given = args.file.as_deref().map(file::read).transpose()?;
    let base = match given {
        Some(Given::Content(content)) => Some(*content),
        Some(Given::Volumes { volumes, flights, topic }) => {
            Some(from_volumes(volumes, &flights, before.map_or(topic, |content| content.topic))?)
        }
        None => before.cloned(),
    };
    let topic = args.topic.map(Topic::from);
    let window = window(args, base.as_ref())?;
    let chosen = |flag: &str, flags: &[String], base: Option<Vec<Name>>| match flags {
        [] => Ok(base.unwrap_or_default()),
        flags => names(flag, flags),
    };
    let (ours, yours) = base.as_ref().map_or((None, None), |content| {
        (Some(content.our_flights.clone()), Some(content.your_flights.clone()))
    });
    Ok(Content {
        topic: topic.or(base.as_ref().map(|content| content.topic)).unwrap_or(default_topic),
        window,
        our_flights: chosen("--our-flights", &args.our_flights, ours)?,
        your_flights: chosen("--your-flights", &args.your_flights, yours)?,
        action: action.or(base.as_ref().and_then(|content| content.action)),
        volumes: base.map(|content| content.volumes).unwrap_or_default(),
    })
}

fn from_volumes(
    volumes: Vec<Volume>,
    flights: &[String],
    topic: Topic,
) -> Result<Content, LineError> {
    let from = volumes.iter().map(|volume| volume.from).min();
    let to = volumes.iter().map(|volume| volume.to).max();
    let (Some(from), Some(to)) = (from, to) else {
        return Err(LineError::Input("--file: holds no volume".to_owned()));
    };
    Ok(Content {
        topic,
        window: Window { from, to },
        volumes,
        our_flights: names("--file", flights)?,
        your_flights: Vec::new(),
        action: None,
    })
}

fn window(args: &FieldsArgs, base: Option<&Content>) -> Result<Window, LineError> {
    let from = args.from.as_deref().map(times::instant).transpose();
    let from = from.map_err(|error| LineError::Input(format!("--from: {error}")))?;
    let missing = |flag: &str| {
        LineError::Input(format!("{flag}: is missing; say when, or give a --file that says it"))
    };
    let from: Instant =
        from.or(base.map(|content| content.window.from)).ok_or_else(|| missing("--from"))?;
    let to = args.to.or(base.map(|content| content.window.to)).ok_or_else(|| missing("--to"))?;
    if to < from {
        return Err(LineError::Input(format!("--to {to}: is before {from}; give a later time")));
    }
    Ok(Window { from, to })
}
