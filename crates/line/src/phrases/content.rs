//! The shared fields and commitments. Flights are named by their party: `our` and `your` would turn
//! round between the two ends.

use super::rendered::Page;
use super::{Ends, Phrase, datum};
use crate::message::{Action, Commitment, Content, Milestone, Window};
use crate::quantity::Name;
use crate::view::Side;
use crate::volume::{Altitude, Place, Shape, Volume};

/// `speaker` is the side whose words the fields are: their `our_flights` are its flights.
pub(super) fn content(page: &mut Page, ends: &Ends<'_>, speaker: Side, content: &Content) {
    let Content { topic, window, volumes, our_flights, your_flights, action } = content;
    page.says(Phrase::TOPIC, Phrase::from(*topic));
    in_window(page, *window);
    flights(page, ends.name(speaker), our_flights);
    flights(page, ends.name(speaker.other()), your_flights);
    if let Some(action) = action {
        self::action(page, Phrase::ACTION_ASKED, *action);
    }
    in_volumes(page, volumes);
}

/// What is promised, without where it stands.
pub(super) fn commitment(page: &mut Page, ends: &Ends<'_>, commitment: &Commitment) {
    let Commitment { by, action, window, flights, volumes, milestones } = commitment;
    let promises = ends.name_of(*by);
    match promises {
        Some(name) => page.words(Phrase::PROMISED_BY, name),
        None => page.datum(Phrase::PROMISED_BY, by.to_string()),
    }
    self::action(page, Phrase::ACTION_PROMISED, *action);
    in_window(page, *window);
    for flight in flights {
        page.words(Phrase::FLIGHT, flight);
    }
    in_volumes(page, volumes);
    for milestone in milestones {
        self::milestone(page, milestone);
    }
}

fn milestone(page: &mut Page, milestone: &Milestone) {
    let Milestone { number, what, deadline, evidence } = milestone;
    page.words(Phrase::MILESTONE.numbered(number), what);
    page.nested(|page| {
        page.datum(Phrase::DEADLINE, datum::time(*deadline));
        page.says(Phrase::EVIDENCE, Phrase::from(*evidence));
    });
}

fn in_window(page: &mut Page, window: Window) {
    page.datum(Phrase::FROM, datum::time(window.from));
    page.datum(Phrase::UNTIL, datum::time(window.to));
}

fn flights(page: &mut Page, party: &Name, flights: &[Name]) {
    for flight in flights {
        page.words(Phrase::FLIGHT_OF.of(party), flight);
    }
}

/// The phrase says the direction, the datum how much.
fn action(page: &mut Page, label: Phrase, action: Action) {
    page.says(label, Phrase::from(action));
    if let Some(amount) = amount(action) {
        page.nested(|page| page.datum(Phrase::AMOUNT, amount));
    }
}

/// How much, without its direction.
pub(super) fn amount(action: Action) -> Option<String> {
    match action {
        Action::Delay { by_s } | Action::Earlier { by_s } => Some(datum::duration(by_s.into())),
        Action::Level { by_m } | Action::Sideways { by_m } => Some(datum::size(by_m)),
        Action::StayClear {}
        | Action::StayWithin {}
        | Action::Identify {}
        | Action::Inform {}
        | Action::Assist {} => None,
    }
}

fn in_volumes(page: &mut Page, volumes: &[Volume]) {
    for (index, volume) in volumes.iter().enumerate() {
        page.says(Phrase::VOLUME.numbered(index + 1), Phrase::from(&volume.shape));
        page.nested(|page| self::volume(page, volume));
    }
}

fn volume(page: &mut Page, volume: &Volume) {
    let Volume { shape, lower, upper, from, to } = volume;
    match shape {
        Shape::Circle { center, radius_m } => {
            position(page, Phrase::CENTRE, *center);
            page.datum(Phrase::RADIUS, datum::length(*radius_m));
        }
        Shape::Polygon { vertices } => {
            for (index, vertex) in vertices.iter().enumerate() {
                page.datum(Phrase::CORNER.numbered(index + 1), datum::place(*vertex));
            }
        }
    }
    limit(page, Phrase::LOWER, *lower, Phrase::OPEN_DOWNWARDS);
    limit(page, Phrase::UPPER, *upper, Phrase::OPEN_UPWARDS);
    in_window(page, Window { from: *from, to: *to });
}

fn position(page: &mut Page, label: Phrase, place: Place) {
    page.datum(label, datum::place(place));
}

fn limit(page: &mut Page, label: Phrase, limit: Option<Altitude>, open: Phrase) {
    match limit {
        Some(limit) => {
            page.explained(label, datum::altitude(limit), Phrase::from(limit.reference));
        }
        None => page.says(label, open),
    }
}
