//! What a desk keeps of the shared fields of a message that it received.
//!
//! It is not the message. Every volume has passed through the same types of `keepclear-geo` that are
//! checked against flights, and only what they hold is kept; so a read-back built from this shows
//! what this desk will act on, and a fault on the way in is seen by the side that sent the message.

mod held;

use keepclear_geo::{Datums, Invalid, Volume4D};
use minicbor::{Decode, Encode};

use self::held::HeldVolume;
use crate::message::{Body, ReadBack};
use crate::read_back::expected_read_back;
use crate::volume::Volume;

/// The shared fields of one message, as this desk holds them.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Stored {
    /// All but the volumes, which are empty here.
    #[n(0)]
    fields: ReadBack,
    /// The volumes, in the order of the message.
    #[n(1)]
    volumes: Vec<HeldVolume>,
}

/// A volume that `keepclear-geo` cannot hold: it can be neither stored nor checked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "volumes[{volume}].{invalid}; such a volume cannot be checked: correct it and say it again"
)]
pub struct StoreError {
    /// Which of the message's volumes, from 0.
    pub volume: usize,
    /// Field, value and reason, in the terms of a message.
    pub invalid: Invalid,
}

impl Stored {
    /// What is kept of a message; `None` when it has no shared fields.
    ///
    /// # Errors
    /// [`StoreError`] for the first volume that geometry refuses: a place off the globe, an outline
    /// that crosses itself, a band or a time that ends before it begins.
    pub fn of(body: &Body) -> Result<Option<Self>, StoreError> {
        let Some(mut fields) = expected_read_back(body) else { return Ok(None) };
        let sent = std::mem::take(volumes_of(&mut fields));
        let volumes = each(&sent, HeldVolume::of)?;
        Ok(Some(Self { fields, volumes }))
    }

    /// The form of a message, built from what is kept alone. Places are rounded to a billionth of a
    /// degree: the same numbers as were sent, except that 180° stands for both sides of the
    /// antimeridian and that the longitude of a place within a kilometre of a pole, where geometry
    /// keeps no more of it than shows on the ground, may differ by less than 0.2 mm there.
    pub fn read_back(&self) -> ReadBack {
        let mut fields = self.fields.clone();
        *volumes_of(&mut fields) = self.volumes.iter().map(HeldVolume::read_back).collect();
        fields
    }

    /// The volumes, to be checked against flights.
    ///
    /// # Errors
    /// [`StoreError`] when what is kept was damaged since [`Stored::of`] built it.
    pub fn volumes(&self, datums: &Datums) -> Result<Vec<Volume4D>, StoreError> {
        each(&self.volumes, |held| held.volume(datums))
    }

    /// The same with the middle of every volume moved so many metres east and north along a
    /// geodesic, and its outline with it unturned. For injects of an exercise, and to test against a
    /// desk that stores places wrong.
    ///
    /// # Errors
    /// [`StoreError`] when an outline becomes too large on the way, or the offset is not a number.
    pub fn displaced(&self, east_m: f64, north_m: f64) -> Result<Self, StoreError> {
        let volumes = each(&self.volumes, |held| held.displaced(east_m, north_m))?;
        Ok(Self { fields: self.fields.clone(), volumes })
    }
}

fn each<T, U>(
    volumes: &[T],
    mut turn: impl FnMut(&T) -> Result<U, Invalid>,
) -> Result<Vec<U>, StoreError> {
    let numbered = volumes.iter().enumerate();
    let turned = numbered
        .map(|(volume, found)| turn(found).map_err(|invalid| StoreError { volume, invalid }));
    turned.collect()
}

fn volumes_of(fields: &mut ReadBack) -> &mut Vec<Volume> {
    match fields {
        ReadBack::Content { content, .. } => &mut content.volumes,
        ReadBack::Commitment { commitment } => &mut commitment.volumes,
    }
}
