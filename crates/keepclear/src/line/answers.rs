//! What the desk answers, as far as this program reads it.

use keepclear_line::quantity::{DeskId, ExchangeId, Instant, Name};
use keepclear_line::view::{Alarm, ExchangeView, HealthView, TestsView, WatchView};
use serde::Deserialize;

/// Who the desk is.
#[derive(Debug, Clone, Deserialize)]
pub struct DeskAnswer {
    /// Its party.
    pub party: Name,
    /// Its id.
    pub desk: DeskId,
    /// Nothing at it is real.
    pub exercise: bool,
    /// Position of the last entry of its log.
    pub position: u64,
    /// The desks that it has lines with.
    pub peers: Vec<PeerAnswer>,
}

/// A desk at the other end of a line.
#[derive(Debug, Clone, Deserialize)]
pub struct PeerAnswer {
    /// Its party.
    pub party: Name,
    /// Its id.
    pub desk: DeskId,
}

/// Every line.
#[derive(Debug, Clone, Deserialize)]
pub struct LinesAnswer {
    /// When this was computed.
    pub now: Instant,
    /// By party.
    pub lines: Vec<LineAnswer>,
}

/// One line without its exchanges.
#[derive(Debug, Clone, Deserialize)]
pub struct LineAnswer {
    /// The other party.
    pub party: Name,
    /// Its desk.
    pub desk: DeskId,
    /// The phrase was compared.
    pub confirmed: bool,
    /// How it is.
    pub health: HealthView,
    /// Human tests.
    pub tests: TestsView,
    /// Who is on watch here.
    pub our_watch: Option<WatchView>,
    /// Who is on watch there.
    pub their_watch: Option<WatchView>,
    /// Exchanges that wait for this side.
    pub waiting: usize,
    /// Alarms in sight.
    pub alarms: usize,
    /// Rules that the other side's messages broke.
    pub faults: usize,
}

/// One exchange, and with whom.
#[derive(Debug, Clone, Deserialize)]
pub struct ExchangeAnswer {
    /// The other party.
    pub party: Name,
    /// Its desk.
    pub desk: DeskId,
    /// When this was computed.
    pub now: Instant,
    /// The exchange.
    pub exchange: ExchangeView,
    /// Own flights that its volumes touch.
    #[serde(default)]
    pub touching: Vec<Touching>,
}

/// An own flight that volumes of a message touch.
#[derive(Debug, Clone, Deserialize)]
pub struct Touching {
    /// The flight.
    pub flight: String,
    /// Sure, or possible by what is not known of air and ground.
    pub certain: bool,
}

/// Everything that waits for this side.
#[derive(Debug, Clone, Deserialize)]
pub struct InboxAnswer {
    /// When this was computed.
    pub now: Instant,
    /// In order.
    pub items: Vec<ExchangeAnswer>,
}

/// Alarms of all lines.
#[derive(Debug, Clone, Deserialize)]
pub struct AlarmsAnswer {
    /// When this was computed.
    pub now: Instant,
    /// The most urgent first.
    pub alarms: Vec<AlarmAnswer>,
}

/// An alarm, and about which line.
#[derive(Debug, Clone, Deserialize)]
pub struct AlarmAnswer {
    /// The other party.
    pub party: Name,
    /// The alarm.
    pub alarm: Alarm,
}

/// Exchanges of a line.
#[derive(Debug, Clone, Deserialize)]
pub struct ExchangesAnswer {
    /// When this was computed.
    pub now: Instant,
    /// The newest first.
    pub exchanges: Vec<ExchangeView>,
}

/// What was said.
#[derive(Debug, Clone, Deserialize)]
pub struct SaidAnswer {
    /// In which exchange.
    pub exchange: Option<ExchangeId>,
}

/// A pairing.
#[derive(Debug, Clone, Deserialize)]
pub struct PairingAnswer {
    /// The other party.
    pub party: Name,
    /// Nothing on this line is real.
    pub exercise: bool,
    /// Ten words for each card.
    pub phrase: Vec<String>,
}
