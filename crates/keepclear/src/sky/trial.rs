//! A sky to try things with.

use super::SkyArgs;
use crate::service::take_trial_tokens;

/// What `--trial` stands for.
pub fn arguments(args: &SkyArgs) -> SkyArgs {
    let mut args = args.clone();
    args.exercise = true;
    args.allow_http_base_urls = true;
    take_trial_tokens(&mut args.access, &args.data);
    args
}
