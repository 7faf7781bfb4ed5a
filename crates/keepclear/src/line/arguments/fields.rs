//! What a message is about, as flags.

use std::path::PathBuf;

use clap::Args;
use keepclear_line::quantity::Instant;

use super::TopicName;
use crate::line::times::{instant, seconds, signed_millimetres};

/// Where and when, whose flights, in whose words.
#[derive(Debug, Clone, Default, Args)]
pub struct FieldsArgs {
    /// Volumes: F3548-21 JSON, GeoJSON, OpenAir or a recorded track; or the shared fields as JSON.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// What it is about [default: flights or closed_area by the file].
    #[arg(long, value_enum)]
    pub topic: Option<TopicName>,
    /// First instant [default: of the volumes]. With --conflict: the file that `keepclear check --format json` wrote.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Last instant [default: of the volumes].
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub to: Option<Instant>,
    /// Flights of ours, parted by commas [default: those of the file].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub our_flights: Vec<String>,
    /// Flights of the other side, parted by commas.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub your_flights: Vec<String>,
    /// This side's own words beside the shared fields; nobody's agreement.
    #[arg(long)]
    pub words: Option<String>,
}

/// What is asked or promised.
#[derive(Debug, Clone, Default, Args)]
#[command(group = clap::ArgGroup::new("action").multiple(false))]
pub struct ActionArgs {
    /// Fly later, by `4min`.
    #[arg(long, value_name = "SPAN", value_parser = seconds, group = "action")]
    pub delay: Option<u32>,
    /// Fly earlier, by `4min`.
    #[arg(long, value_name = "SPAN", value_parser = seconds, group = "action")]
    pub earlier: Option<u32>,
    /// Fly higher by `300m`, lower by `-300m`.
    #[arg(long, value_name = "METRES", value_parser = signed_millimetres, group = "action",
          allow_hyphen_values = true)]
    pub level: Option<i64>,
    /// Fly to the right by `500m`, to the left by `-500m`.
    #[arg(long, value_name = "METRES", value_parser = signed_millimetres, group = "action",
          allow_hyphen_values = true)]
    pub sideways: Option<i64>,
    /// Keep out of the volumes.
    #[arg(long, group = "action")]
    pub stay_clear: bool,
    /// Keep within the volumes.
    #[arg(long, group = "action")]
    pub stay_within: bool,
    /// Say whose flight it is.
    #[arg(long, group = "action")]
    pub identify: bool,
    /// Say what is intended.
    #[arg(long, group = "action")]
    pub inform: bool,
    /// Help those in danger.
    #[arg(long, group = "action")]
    pub assist: bool,
}
