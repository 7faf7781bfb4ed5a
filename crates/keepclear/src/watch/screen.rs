//! Drawing rows on a terminal in place, or printing them where there is none.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use rustix::termios::tcgetwinsize;

use super::frame::{Row, Tone};
use crate::line::LineError;

/// Characters of a row where nobody says how wide a row may be.
pub const PLAIN_WIDTH: usize = 200;

const OTHER_SCREEN: &str = "\x1b[?1049h\x1b[?25l";
const OWN_SCREEN: &str = "\x1b[?25h\x1b[?1049l";
const TOP: &str = "\x1b[H";
const REST_OF_LINE: &str = "\x1b[K";
const REST_OF_SCREEN: &str = "\x1b[J";
const RESET: &str = "\x1b[0m";

/// Where the picture goes.
pub struct Screen {
    terminal: bool,
    last: Vec<Row>,
}

impl Screen {
    /// Takes the terminal's other screen, where there is a terminal.
    ///
    /// # Errors
    /// When nothing can be written.
    pub fn open() -> Result<Self, LineError> {
        let terminal = io::stdout().is_terminal();
        if terminal {
            write(OTHER_SCREEN)?;
        }
        Ok(Self { terminal, last: Vec::new() })
    }

    /// Characters of a row.
    pub fn width(&self) -> usize {
        let size = if self.terminal { tcgetwinsize(io::stdout()).ok() } else { None };
        // A terminal that does not know its size says 0.
        let columns = size.map_or(0, |size| usize::from(size.ws_col));
        if columns == 0 { PLAIN_WIDTH } else { columns }
    }

    fn height(&self) -> usize {
        let rows = tcgetwinsize(io::stdout()).map_or(0, |size| usize::from(size.ws_row));
        if rows == 0 { usize::MAX } else { rows }
    }

    /// Draws the rows in place of those before. Without a terminal they are printed when they change.
    ///
    /// # Errors
    /// When nothing can be written.
    pub fn draw(&mut self, rows: &[Row]) -> Result<(), LineError> {
        if !self.terminal {
            if self.last == rows {
                return Ok(());
            }
            self.last = rows.to_vec();
            print(rows)?;
            return write("\n");
        }
        let mut text = TOP.to_owned();
        let height = self.height();
        for (index, row) in rows.iter().take(height).enumerate() {
            let end = if index + 1 < rows.len().min(height) { "\r\n" } else { "" };
            let _ = write!(text, "{}{}{RESET}{REST_OF_LINE}{end}", tone(row.tone), row.text);
        }
        text.push_str(REST_OF_SCREEN);
        write(&text)
    }

    /// Gives the terminal back as it was.
    pub fn close(&mut self) {
        if self.terminal {
            // A terminal that is gone needs nothing back.
            let _ = write(OWN_SCREEN);
        }
    }
}

/// The rows as plain text.
///
/// # Errors
/// When nobody reads them.
pub fn print(rows: &[Row]) -> Result<(), LineError> {
    let text: String = rows.iter().map(|row| format!("{}\n", row.text)).collect();
    write(&text)
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Heading => "\x1b[1m",
        Tone::Advisory => "\x1b[36m",
        Tone::Caution => "\x1b[1;33m",
        Tone::Warning => "\x1b[1;37;41m",
    }
}

fn write(text: &str) -> Result<(), LineError> {
    let mut out = io::stdout().lock();
    Ok(out.write_all(text.as_bytes()).and_then(|()| out.flush())?)
}
