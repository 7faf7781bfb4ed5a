//! What a supervisor decides about a line itself: suspension, watches, times, keys, certificates,
//! shelved alarms.

use keepclear_line::Body;
use keepclear_line::terms::Terms;
use keepclear_line::view::Shelving;

use super::answers::{Json, Said, Shelved};
use super::asks::{CertificateAsk, HandingOver, KeyAsk, Shelve, Suspending};
use super::call::Call;
use super::operations::Nothing;
use super::place::{AtLine, speaker};
use super::problem::Problem;

type Answer = Result<Json<Said>, Problem>;

/// `POST /desk/v1/lines/{peer}/suspension`
pub async fn suspend(call: &Call<'_>, ask: Suspending) -> Answer {
    let Suspending { words } = ask;
    AtLine::of(call)?.say(Body::Suspend { words }).await
}

/// `DELETE /desk/v1/lines/{peer}/suspension`
pub async fn resume(call: &Call<'_>, _: Nothing) -> Answer {
    AtLine::of(call)?.say(Body::Resume {}).await
}

/// `POST /desk/v1/lines/{peer}/handover`
pub async fn hand_over(call: &Call<'_>, ask: HandingOver) -> Answer {
    let HandingOver { role, at } = ask;
    let line = AtLine::of(call)?;
    let earlier = match line.earlier() {
        Some(Body::HandOver { at, .. }) => Some(*at),
        _ => None,
    };
    let at = at.or(earlier).unwrap_or_else(|| line.now());
    line.say(Body::HandOver { role, at }).await
}

/// `POST /desk/v1/lines/{peer}/terms`
pub async fn terms(call: &Call<'_>, terms: Terms) -> Answer {
    AtLine::of(call)?.say(Body::ProposeTerms { terms }).await
}

/// `POST /desk/v1/lines/{peer}/key`
pub async fn key(call: &Call<'_>, ask: KeyAsk) -> Answer {
    let line = AtLine::of(call)?;
    let body = match ask {
        KeyAsk::Propose {} => match line.earlier() {
            Some(Body::ProposeKey { key }) => Body::ProposeKey { key: *key },
            _ => Body::ProposeKey { key: call.face.desk.next_key(line.peer())? },
        },
        KeyAsk::Accept { of, key } => {
            let earlier = match line.earlier() {
                Some(Body::AcceptKey { of, .. }) => Some(*of),
                _ => None,
            };
            let proposed = || Some(call.face.desk.line(line.peer())?.view.their_key?.proposal);
            let of = of.or(earlier).or_else(proposed);
            let of = of.ok_or_else(|| {
                let reason = "is missing, and the other side has proposed no key";
                Problem::field("accept.of", reason, "wait for their proposal")
            })?;
            Body::AcceptKey { of, key }
        }
    };
    line.say(body).await
}

/// `POST /desk/v1/lines/{peer}/certificate`
pub async fn certificate(call: &Call<'_>, ask: CertificateAsk) -> Answer {
    let line = AtLine::of(call)?;
    let body = match ask {
        CertificateAsk::Propose {} => match line.earlier() {
            Some(Body::ProposeCertificate { certificate }) => {
                Body::ProposeCertificate { certificate: certificate.clone() }
            }
            _ => {
                let certificate = call.face.desk.next_certificate(line.peer())?;
                Body::ProposeCertificate { certificate }
            }
        },
        CertificateAsk::Accept { of, fingerprint } => {
            let earlier = match line.earlier() {
                Some(Body::AcceptCertificate { of, .. }) => Some(*of),
                _ => None,
            };
            let view = || Some(call.face.desk.line(line.peer())?.view);
            let proposed = || Some(view()?.their_certificate?.proposal);
            let of = of.or(earlier).or_else(proposed);
            let of = of.ok_or_else(|| {
                let reason = "is missing, and the other side has proposed no certificate";
                Problem::field("accept.of", reason, "wait for their proposal")
            })?;
            Body::AcceptCertificate { of, fingerprint }
        }
    };
    line.say(body).await
}

/// `POST /desk/v1/alarms/{key}/shelving`
pub async fn shelve(call: &Call<'_>, ask: Shelve) -> Result<Json<Shelved>, Problem> {
    let Shelve { peer, reason, until } = ask;
    let (face, key) = (call.face, call.parameter(0));
    let mut desks: Vec<_> = face
        .desk
        .board()
        .alarms()
        .into_iter()
        .filter(|alarm| alarm.alarm.key == key && peer.is_none_or(|peer| peer == alarm.peer))
        .map(|alarm| alarm.peer)
        .collect();
    desks.dedup();
    let desk = match desks.as_slice() {
        [] => return Err(Problem::NoAlarm(key.chars().take(200).collect())),
        [desk] => *desk,
        _ => return Err(Problem::SeveralAlarms { key: key.to_owned(), desks }),
    };
    let role = face.role_on(desk);
    let shelving = Shelving { reason, until, role: role.clone() };
    let speaker = speaker(call, role)?;
    face.desk.shelve(speaker, desk, key.to_owned(), shelving).await?;
    let position = face.desk.moved().borrow().position;
    Ok(Json(Shelved { key: key.to_owned(), desk, until, position }))
}
