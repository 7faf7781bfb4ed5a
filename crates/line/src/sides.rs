//! One value for each end of the line, and one for each lane.

use std::ops::{Index, IndexMut};

use crate::message::Lane;
use crate::view::Side;

impl Side {
    /// The end across.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Us => Self::Them,
            Self::Them => Self::Us,
        }
    }
}

impl Lane {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ordinary, Self::Urgent];
}

/// One value a side.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sides<T> {
    pub us: T,
    pub them: T,
}

impl<T> Index<Side> for Sides<T> {
    type Output = T;

    fn index(&self, side: Side) -> &T {
        match side {
            Side::Us => &self.us,
            Side::Them => &self.them,
        }
    }
}

impl<T> IndexMut<Side> for Sides<T> {
    fn index_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Us => &mut self.us,
            Side::Them => &mut self.them,
        }
    }
}

/// One value a lane.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lanes<T> {
    pub ordinary: T,
    pub urgent: T,
}

impl<T> Index<Lane> for Lanes<T> {
    type Output = T;

    fn index(&self, lane: Lane) -> &T {
        match lane {
            Lane::Ordinary => &self.ordinary,
            Lane::Urgent => &self.urgent,
        }
    }
}

impl<T> IndexMut<Lane> for Lanes<T> {
    fn index_mut(&mut self, lane: Lane) -> &mut T {
        match lane {
            Lane::Ordinary => &mut self.ordinary,
            Lane::Urgent => &mut self.urgent,
        }
    }
}
