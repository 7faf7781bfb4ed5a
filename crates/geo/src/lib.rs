//! Pieces of sky and time on the WGS84 ellipsoid, and whether they touch.
//!
//! Everything that Keepclear says rests on [`overlap`]: an exact answer, to 1 cm, with its reasons.
//! Pure: no clock, no I/O, no randomness; the same input gives the same answer everywhere.
#![forbid(unsafe_code)]

mod altitude;
mod bounds;
mod common_area;
mod covering;
mod depth;
mod frame;
mod geoid;
mod index;
mod interval;
mod invalid;
mod join;
mod outline;
mod overlap;
mod planar;
mod position;
mod ring;
mod route;
mod touch;
mod vector;
mod volume;

pub use altitude::*;
pub use bounds::Bounds;
pub use covering::{Covering, CoveringLimits, covering, fixed_level};
pub use frame::Frame;
pub use geoid::{GEOID_ERROR_MM, undulation_m};
pub use index::VolumeIndex;
pub use interval::TimeInterval;
pub use invalid::{Invalid, Reason};
pub use join::{join, join_two};
pub use outline::{CORRIDOR_MAX_M, OUTLINE_REACH_MAX_M, OUTLINE_VERTICES_MAX, Outline};
pub use overlap::{
    Depth, Overlap, Place, Separation, detect, overlap, separation, union_of_places,
};
pub use position::{EQUATORIAL_RADIUS_M, FLATTENING, Position};
pub use route::{ROUTE_VOLUMES_MAX, ROUTE_WAYPOINTS_MAX, Route, Waypoint};
pub use touch::{TOUCH_MARGIN_M, touch};
pub use vector::{Vec2, Vec3};
pub use volume::Volume4D;
