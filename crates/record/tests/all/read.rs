//! What readers say about files that they do not read.

use crate::support::{file, header, history, lines, lines_without};
use keepclear_record::{LINE_MAX, Limits, NoClaims, verify};
use std::io::Cursor;

#[test]
fn an_unknown_key_is_refused_by_its_name_and_line() {
    let mut export = lines(0, &history(4));
    export[2] = export[2].replacen('{', "{\"target\":1,", 1);
    refused(&export, "line 3: unknown field `target`");
    let mut export = lines(0, &history(4));
    export[0] = export[0].replacen('{', "{\"target\":1,", 1);
    refused(&export, "line 1: unknown field `target`");
}

#[test]
fn a_value_that_is_not_of_its_kind_is_named_with_its_field() {
    let cases = [
        (0, "keepclear.record/1", "keepclear.record/2", "line 1: format \"keepclear.record/2\""),
        (0, "2026-11-25", "2026-13-25", "line 1: made_at \"2026-13-25T"),
        (0, "\"urgent\"", "\"ordinary\"", "line 1: lane: each party has one ordinary and one"),
        (1, "2026-11-25", "2026-11-35", "line 2: stored_at \"2026-11-35T"),
        (1, "Z\"}", "+00:00\"}", "line 2: stored_at"),
        (1, ",\"stored_at\"", ",\"stored_att\"", "line 2: unknown field `stored_att`"),
    ];
    for (line, from, to, message) in cases {
        let mut export = lines(0, &history(4));
        assert!(export[line].contains(from), "{from} in {}", export[line]);
        export[line] = export[line].replace(from, to);
        refused(&export, message);
    }
}

#[test]
fn a_withheld_place_that_says_no_place_or_hash_is_refused_with_its_field() {
    let cases = [
        ("\"seq\":1,", "\"seq\":0,", "line 2: withheld, seq 0: places begin at 1"),
        ("\"seq\":1,", "\"seq\":-1,", "line 2: invalid value: integer `-1`, expected u64"),
        ("\"hash\":\"", "\"hash\":\"AA", "line 2: withheld, hash \"AA"),
        ("\"node\":\"a0", "\"node\":\"A0", "line 2: withheld, node \"A0"),
        (",\"seq\":1", "", "line 2: missing field `seq`"),
        ("\"stored_at\"", "\"signed\"", "line 2: expected entry or withheld with stored_at"),
        ("2026-11-25", "2026-11-35", "line 2: stored_at \"2026-11-35T"),
    ];
    for (from, to, message) in cases {
        let mut export = lines_without(0, &history(4), &[0]);
        assert!(export[1].contains(from), "{from} in {}", export[1]);
        export[1] = export[1].replace(from, to);
        refused(&export, message);
    }
}

#[test]
fn a_file_without_its_signed_last_line_has_been_cut() {
    let mut export = lines(0, &history(4));
    export.pop();
    refused(&export, "ends after line 9 without its signed last line");
    refused(&[], "ends after line 0 without its signed last line");
}

#[test]
fn lines_after_the_signed_one_are_refused() {
    let mut export = lines(0, &history(4));
    export.push(export[1].clone());
    refused(&export, "line 11: stands after the signed last line");
}

#[test]
fn a_line_beyond_the_limit_is_refused_without_being_kept() {
    let mut export = lines(0, &history(4));
    export[3] = "x".repeat(LINE_MAX + 1);
    refused(&export, "line 4: longer than 2097152 bytes");
}

#[test]
fn a_header_comes_back_as_it_was() {
    let header = header(1);
    let json = header.to_json().unwrap();
    assert_eq!(keepclear_record::Header::from_json(json.as_bytes()), Ok(header));
}

#[track_caller]
fn refused(lines: &[String], message: &str) {
    let answer = verify(Cursor::new(file(lines)), Limits::default(), &NoClaims);
    let error = answer.map(|answer| answer.differences).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}
