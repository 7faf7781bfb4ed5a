//! What the desk answers, as far as this program reads it.

use keepclear_line::phrases::Language;
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, Name};
use keepclear_line::terms::Terms;
use keepclear_line::view::{
    Alarm, CertificateView, ExchangeBrief, ExchangeView, HealthView, KeyView, TestsView, WatchView,
};
use serde::Deserialize;

use super::error::Refused;

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
    /// Exchanges that want somebody, of either side.
    pub open: usize,
    /// How many of them wait for this side.
    pub waiting: usize,
    /// Messages that are written and not released.
    pub drafts: usize,
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

/// An exchange in a list, and with whom.
#[derive(Debug, Clone, Deserialize)]
pub struct RowAnswer {
    /// The other party.
    pub party: Name,
    /// The exchange.
    pub exchange: ExchangeRow,
}

/// An exchange in a list.
#[derive(Debug, Clone, Deserialize)]
pub struct ExchangeRow {
    /// In short.
    #[serde(flatten)]
    pub brief: ExchangeBrief,
    /// Own flights that its volumes touch.
    pub touching: Vec<Touching>,
}

/// What waits for this side, as far as one page goes.
#[derive(Debug, Clone, Deserialize)]
pub struct InboxAnswer {
    /// When this was computed.
    pub now: Instant,
    /// In order.
    pub items: Vec<RowAnswer>,
    /// How many there are in all.
    pub total: usize,
}

/// What the other side of a line wants to replace.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct ChangesAnswer {
    /// Its key.
    pub their_key: Option<KeyView>,
    /// Its certificate.
    pub their_certificate: Option<CertificateView>,
}

/// Alarms of all lines, as far as one page goes.
#[derive(Debug, Clone, Deserialize)]
pub struct AlarmsAnswer {
    /// When this was computed.
    pub now: Instant,
    /// The most urgent first.
    pub alarms: Vec<AlarmAnswer>,
    /// How many there are in all.
    pub total: usize,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// An alarm, and about which line.
#[derive(Debug, Clone, Deserialize)]
pub struct AlarmAnswer {
    /// The other party.
    pub party: Name,
    /// The alarm.
    pub alarm: Alarm,
}

/// Exchanges of a line, as far as one page goes.
#[derive(Debug, Clone, Deserialize)]
pub struct ExchangesAnswer {
    /// When this was computed.
    pub now: Instant,
    /// The newest first.
    pub exchanges: Vec<ExchangeRow>,
    /// Where the next page begins.
    pub next: Option<String>,
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

/// The times of a line.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct TermsAnswer {
    /// In force.
    pub terms: Terms,
    /// Both sides proposed these.
    pub terms_agreed: bool,
    /// As we proposed them last.
    pub our_terms: Option<Terms>,
    /// As they proposed them last.
    pub their_terms: Option<Terms>,
}

/// Drafts to one desk.
#[derive(Debug, Clone, Deserialize)]
pub struct DraftsAnswer {
    /// The oldest first.
    pub drafts: Vec<DraftAnswer>,
}

/// A message that is not released.
#[derive(Debug, Clone, Deserialize)]
pub struct DraftAnswer {
    /// Its id.
    pub draft: String,
    /// To whom.
    pub party: Name,
    /// Who wrote it last.
    pub role: Name,
    /// When.
    pub changed_at: Instant,
    /// What it is.
    pub titles: Vec<TitleAnswer>,
    /// As both sides would read it.
    pub texts: Vec<TextAnswer>,
    /// Why it could not be released at this moment.
    pub refused: Option<Refused>,
    /// Own flights that its volumes touch.
    pub touching: Vec<Touching>,
}

/// What something is, in one language.
#[derive(Debug, Clone, Deserialize)]
pub struct TitleAnswer {
    /// In fixed phrases.
    pub text: String,
}

/// A message in one language.
#[derive(Debug, Clone, Deserialize)]
pub struct TextAnswer {
    /// Which.
    pub language: Language,
    /// All lines.
    pub text: String,
}
