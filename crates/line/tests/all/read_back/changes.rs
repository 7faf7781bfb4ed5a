//! Every way to change one field of what was said, with the path by which it must be named.

use keepclear_line::message::{
    Action, Commitment, Content, Evidence, Milestone, ReadBack, Topic, Window,
};
use keepclear_line::quantity::{DeskId, Instant, Millimetres, Name, Words};
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};

use super::{circle, position, world};

/// A value changed in one field, and that field's path inside it: empty for the value itself.
type Changed<T> = Vec<(String, T)>;

/// A place 20 mm away.
pub fn beside(place: Place) -> Place {
    world::place(position(place).destination(77.0, 0.02))
}

pub fn each_ring(fields: &mut ReadBack, mut change: impl FnMut(&mut Vec<Place>)) {
    let volumes = match fields {
        ReadBack::Content { content, .. } => &mut content.volumes,
        ReadBack::Commitment { commitment } => &mut commitment.volumes,
    };
    for volume in volumes {
        if let Shape::Polygon { vertices } = &mut volume.shape {
            change(vertices);
        }
    }
}

pub fn one_by_one(fields: &ReadBack) -> Changed<ReadBack> {
    match fields {
        ReadBack::Content { content: of, words: said } => {
            let mut all = within("content", content(of), |content| ReadBack::Content {
                content,
                words: said.clone(),
            });
            all.extend(within("words", option(said.as_ref(), words, || text("x")), |words| {
                ReadBack::Content { content: of.clone(), words }
            }));
            all
        }
        ReadBack::Commitment { commitment: of } => {
            within("commitment", commitment(of), |commitment| ReadBack::Commitment { commitment })
        }
    }
}

/// Puts changes of a field into the whole.
fn within<T, U>(field: &str, changed: Changed<T>, whole: impl Fn(T) -> U) -> Changed<U> {
    let path = |inner: String| match inner.as_str() {
        "" => field.to_owned(),
        index if index.starts_with('[') => format!("{field}{index}"),
        _ => format!("{field}.{inner}"),
    };
    changed.into_iter().map(|(inner, value)| (path(inner), whole(value))).collect()
}

macro_rules! fields {
    ($of:expr, $kind:ident { $($field:ident: $change:expr),* $(,)? }) => {{
        let of = $of;
        // Taken apart so that a new field cannot be forgotten here.
        let $kind { $($field: _),* } = of;
        let mut all = Vec::new();
        $(all.extend(within(
            stringify!($field),
            $change(&of.$field),
            |$field| $kind { $field, ..of.clone() },
        ));)*
        all
    }};
}

fn content(of: &Content) -> Changed<Content> {
    fields!(
        of,
        Content {
            topic: |_: &Topic| itself(Topic::Medical),
            window: window,
            volumes: |all: &Vec<Volume>| list(all, volume, || new_volume(of.window)),
            our_flights: |all: &Vec<Name>| list(all, name, new_name),
            your_flights: |all: &Vec<Name>| list(all, name, new_name),
            action: |action: &Option<Action>| {
                option(action.as_ref(), self::action, || Action::Inform {})
            },
        }
    )
}

fn commitment(of: &Commitment) -> Changed<Commitment> {
    fields!(
        of,
        Commitment {
            by: |by: &DeskId| {
                let mut by = *by;
                by.0[15] ^= 1;
                itself(by)
            },
            action: action,
            window: window,
            flights: |all: &Vec<Name>| list(all, name, new_name),
            volumes: |all: &Vec<Volume>| list(all, volume, || new_volume(of.window)),
            milestones: |all: &Vec<Milestone>| list(all, milestone, || new_milestone(of.window)),
        }
    )
}

fn milestone(of: &Milestone) -> Changed<Milestone> {
    fields!(
        of,
        Milestone {
            number: |number: &u8| itself(number + 1),
            what: words,
            deadline: later,
            evidence: |_: &Evidence| itself(Evidence::Track),
        }
    )
}

fn window(of: &Window) -> Changed<Window> {
    fields!(of, Window { from: later, to: later })
}

fn volume(of: &Volume) -> Changed<Volume> {
    let limit = |limit: &Option<Altitude>| {
        let new = || Altitude { value_m: Millimetres(0), reference: Reference::Ground };
        option(limit.as_ref(), altitude, new)
    };
    fields!(of, Volume { shape: shape, lower: limit, upper: limit, from: later, to: later })
}

fn shape(of: &Shape) -> Changed<Shape> {
    match of {
        Shape::Circle { center, radius_m } => {
            let (center, radius_m) = (*center, *radius_m);
            let larger = Millimetres(radius_m.0 + 1);
            let three = vec![center, beside(center), beside(beside(center))];
            vec![
                ("center".into(), Shape::Circle { center: beside(center), radius_m }),
                ("radius_m".into(), Shape::Circle { center, radius_m: larger }),
                (String::new(), Shape::Polygon { vertices: three }),
            ]
        }
        Shape::Polygon { vertices } => {
            let mut all = vec![(String::new(), circle(vertices[0].lat.0, vertices[0].lng.0))];
            for index in 0..vertices.len() {
                let mut moved = vertices.clone();
                moved[index] = beside(moved[index]);
                all.push((format!("vertices[{index}]"), Shape::Polygon { vertices: moved }));
                let mut fewer = vertices.clone();
                fewer.remove(index);
                all.push(("vertices".into(), Shape::Polygon { vertices: fewer }));
            }
            all
        }
    }
}

/// Named as a whole: 120 m above the sea and 120 m above the ground differ in what they say.
fn altitude(of: &Altitude) -> Changed<Altitude> {
    let Altitude { value_m, reference } = *of;
    let others = world::REFERENCES.into_iter().filter(|&other| other != reference);
    let mut all: Vec<_> = others.map(|reference| Altitude { value_m, reference }).collect();
    all.push(Altitude { value_m: Millimetres(value_m.0 + 1), reference });
    all.into_iter().flat_map(itself).collect()
}

/// Named as a whole, with its number.
fn action(of: &Action) -> Changed<Action> {
    let longer = match *of {
        Action::Delay { by_s } => Action::Delay { by_s: by_s + 1 },
        Action::Earlier { by_s } => Action::Earlier { by_s: by_s + 1 },
        Action::Level { by_m } => Action::Level { by_m: Millimetres(-by_m.0) },
        Action::Sideways { by_m } => Action::Sideways { by_m: Millimetres(by_m.0 + 1) },
        _ => Action::Assist {},
    };
    [longer, Action::StayWithin {}].into_iter().flat_map(itself).collect()
}

fn name(of: &Name) -> Changed<Name> {
    itself(Name::new(format!("{of}!")).expect("a name"))
}

fn words(of: &Words) -> Changed<Words> {
    itself(text(&format!("{of} ")))
}

fn later(of: &Instant) -> Changed<Instant> {
    itself(Instant(of.0 + 1))
}

fn itself<T>(value: T) -> Changed<T> {
    vec![(String::new(), value)]
}

fn option<T: Clone>(
    of: Option<&T>,
    change: impl Fn(&T) -> Changed<T>,
    new: impl Fn() -> T,
) -> Changed<Option<T>> {
    let Some(value) = of else { return itself(Some(new())) };
    let changed = change(value).into_iter().map(|(path, value)| (path, Some(value)));
    changed.chain(itself(None)).collect()
}

/// One element changed, one gone from each place, one more at each place.
fn list<T: Clone>(
    of: &[T],
    change: impl Fn(&T) -> Changed<T>,
    new: impl Fn() -> T,
) -> Changed<Vec<T>> {
    let mut all = Vec::new();
    for (index, element) in of.iter().enumerate() {
        all.extend(within(&format!("[{index}]"), change(element), |changed| {
            let mut list = of.to_vec();
            list[index] = changed;
            list
        }));
        let mut fewer = of.to_vec();
        fewer.remove(index);
        all.push((format!("[{index}]"), fewer));
    }
    for index in 0..=of.len() {
        let mut more = of.to_vec();
        more.insert(index, new());
        all.push((format!("[{index}]"), more));
    }
    all
}

fn text(text: &str) -> Words {
    Words::new(text).expect("words")
}

fn new_name() -> Name {
    Name::new("NEW").expect("a name")
}

fn new_volume(window: Window) -> Volume {
    let shape = circle(1_000_000_000, 2_000_000_000);
    Volume { shape, lower: None, upper: None, from: window.from, to: window.to }
}

fn new_milestone(window: Window) -> Milestone {
    Milestone { number: 99, what: text("new"), deadline: window.to, evidence: Evidence::Track }
}
