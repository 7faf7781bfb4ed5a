//! Whatever the bytes, a reader answers and does not panic. Small changes to good files reach
//! further into the readers than noise does.
// The seed of a failure must be seen.
#![allow(clippy::print_stderr)]

use keepclear_formats::{ReadOptions, read_airspace, read_flights};

const SEEDS: [&str; 6] = [
    "AC R\nAN Zone HX\nAL GND\nAH FL95\nAA 2001-09-09T00:00Z/NONE\nV X=47:00:00 N 008:00:00 E\nV D=-\n\
     DP 47:10:00 N 008:00:00 E *x\nDB 47:10:00 N 008:00:00 E, 47:00:00 N 008:10:00 E\nDA 5,270,290\nAC D\nDC 5\n",
    r#"[{"timestamp":1533101250000,"altitude":34975.0,"callsign":"DLH8JW","icao24":"3003ae","latitude":45.8,"longitude":9.2},
        {"timestamp":1533101260000,"altitude":35000,"callsign":"DLH8JW","icao24":"3003ae","latitude":45.9,"longitude":9.2}]"#,
    r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"geometry":{"type":"Polygon","coordinates":
        [[[8,47],[8.1,47],[8.1,47.1],[8,47]],[[8.05,47.01],[8.06,47.01],[8.06,47.02],[8.05,47.01]]]},
        "properties":{"name":"A","start":"2001-09-09T00:00:00Z","end":"2001-09-09T01:00:00Z","lower":0,"upper":120,"altitude_reference":"AGL"}}]}"#,
    r#"{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[{"type":"MultiLineString","coordinates":
        [[[8,47,500],[8.1,47,500]],[[8.1,47,600],[8.2,47.1,600]]]}]},"properties":{"start":"2001-09-09T00:00:00Z",
        "speed_mps":50,"half_width_m":100,"vertical_buffer_m":30,"time_buffer_s":10}}"#,
    r#"[{"volume":{"outline_circle":{"center":{"lat":47,"lng":8},"radius":{"value":100,"units":"M"}},
        "altitude_lower":{"value":1,"reference":"W84","units":"M"},"altitude_upper":{"value":2,"reference":"W84","units":"M"}},
        "time_start":{"value":"2001-09-09T00:00:00Z","format":"RFC3339"},"time_end":{"value":"2001-09-09T00:00:00Z","format":"RFC3339"}}]"#,
    r#"{"operational_intent":{"reference":{"id":"a","manager":"b"},"details":{"volumes":[]}},
        "constraint":{"reference":{"id":"a","manager":"b"},"details":{"volumes":[]}}}"#,
];

/// A small generator, so that a failure can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

#[test]
fn changed_files_are_answered() {
    let rounds = std::env::var("KEEPCLEAR_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let options = ReadOptions::default();
    let bits =
        ["é", "\0", "-", "9e99", "null", "[", "]", "{", "}", "\"", ",", ":", "\n", "*", "1e-320"];
    for seed in 1..=rounds {
        let mut dice = Dice(u64::wrapping_mul(seed, 0x9e37_79b9_7f4a_7c15));
        let mut bytes = SEEDS[dice.roll(SEEDS.len())].as_bytes().to_vec();
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(bytes.len());
            match dice.roll(4) {
                0 => bytes.truncate(at.max(1)),
                1 => drop(bytes.splice(at..at, bits[dice.roll(bits.len())].bytes())),
                2 => bytes[at] = dice.roll(256) as u8,
                _ => {
                    let until = (at + 1 + dice.roll(6)).min(bytes.len());
                    let digit = b'0' + dice.roll(10) as u8;
                    drop(bytes.splice(at..until, [digit]));
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        eprintln!("seed {seed}");
        let _ = read_flights("a.json", &bytes, &options);
        let _ = read_airspace("a.json", &bytes, &options);
    }
}

#[test]
fn deep_nesting_and_bad_gzip_are_errors() {
    let options = ReadOptions::default();
    for open in ["[", "{\"a\":", "[{\"icao24\":"] {
        let deep = open.repeat(200_000);
        assert!(read_flights("a", deep.as_bytes(), &options).is_err());
        assert!(read_airspace("a", deep.as_bytes(), &options).is_err());
    }
    let gzip = read_flights("a", b"\x1f\x8b\x08\x00nonsense", &options).unwrap_err();
    assert!(gzip.to_string().contains("gzip"), "{gzip}");
}
