//! Lengths and durations on the command line: a number with a unit.

/// Metres from `1000m`, `1.5km`, `3NM`, `500ft`, or a plain number of metres.
pub fn metres(text: &str) -> Result<f64, String> {
    let units = [("km", 1_000.0), ("NM", 1_852.0), ("ft", 0.3048), ("m", 1.0), ("", 1.0)];
    let value = quantity(text, &units)?;
    if (0.0..=1e6).contains(&value) { Ok(value) } else { Err("must be 0 to 1,000 km".to_owned()) }
}

/// Metres that may be below zero, for the height of the ground.
pub fn signed_metres(text: &str) -> Result<f64, String> {
    let value = quantity(text, &[("ft", 0.3048), ("m", 1.0), ("", 1.0)])?;
    if (-500.0..=9_000.0).contains(&value) {
        Ok(value)
    } else {
        Err("must be -500 m to 9,000 m".to_owned())
    }
}

/// Microseconds from `10s`, `2min`, `1h`, or a plain number of seconds.
pub fn microseconds(text: &str) -> Result<i64, String> {
    let units = [("min", 60.0), ("ms", 1e-3), ("h", 3_600.0), ("s", 1.0), ("", 1.0)];
    let value = quantity(text, &units)?;
    if (0.0..=1e7).contains(&value) {
        Ok((value * 1e6).round() as i64)
    } else {
        Err("must be 0 to 2,777 h".to_owned())
    }
}

/// Sea-level pressure in hectopascals.
pub fn hectopascals(text: &str) -> Result<f64, String> {
    let value = quantity(text, &[("hPa", 1.0), ("", 1.0)])?;
    let (low, high) = keepclear_geo::Datums::QNH_RANGE_HPA;
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(format!("must be {low} to {high} hPa"))
    }
}

/// A share in percent.
pub fn percent(text: &str) -> Result<f64, String> {
    let value = quantity(text, &[("%", 1.0), ("", 1.0)])?;
    if (0.0..=50.0).contains(&value) {
        Ok(value)
    } else {
        Err("must be 0 to 50 percent".to_owned())
    }
}

fn quantity(text: &str, units: &[(&str, f64)]) -> Result<f64, String> {
    let text = text.trim();
    let known = || {
        let names: Vec<&str> = units.iter().map(|u| u.0).filter(|name| !name.is_empty()).collect();
        format!("expected a number with one of the units {}", names.join(", "))
    };
    for (name, factor) in units {
        if let Some(number) = text.strip_suffix(name)
            && let Ok(number) = number.trim().parse::<f64>()
            && number.is_finite()
        {
            return Ok(number * factor);
        }
    }
    Err(known())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_their_units() {
        assert_eq!(metres("1000m"), Ok(1_000.0));
        assert_eq!(metres("1.5 km"), Ok(1_500.0));
        assert_eq!(metres("3NM"), Ok(5_556.0));
        assert_eq!(microseconds("10s"), Ok(10_000_000));
        assert_eq!(microseconds("2min"), Ok(120_000_000));
        assert!(metres("ten").is_err());
        assert!(metres("NaN").is_err());
        assert!(microseconds("-1s").is_err());
    }
}
