//! A sky to try things with.

use super::SkyArgs;
use crate::service::{PUBLIC_KEY_FILE, TRIAL_AUDIENCES};

/// What `--trial` stands for.
pub fn arguments(args: &SkyArgs) -> SkyArgs {
    let mut args = args.clone();
    args.exercise = true;
    args.allow_http_base_urls = true;
    args.access.public_key_files = vec![args.data.join(PUBLIC_KEY_FILE)];
    if args.access.audiences.is_empty() {
        args.access.audiences = TRIAL_AUDIENCES.map(str::to_owned).to_vec();
    }
    args
}
