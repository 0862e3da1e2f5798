//! Reads the map of ARCHITECTURE.md: one row for each room, with the rooms that it may use.
//!
//! A room is the beginning of a path: `src/json` is the folder `src/json/` or the file
//! `src/json.rs`. A file belongs to the longest room that its path begins with. A row for
//! `cli/src/commands/*` gives a room of its own to each file and folder there. "may use" is
//! `nothing`, `all above`, or names in backticks; a name is a room of a row above, or a folder that
//! holds such rooms. Because a row names rows above it only, the map itself has no circle.

use std::collections::BTreeSet;

const HEADER: [&str; 4] = ["room", "what it is", "may use", "must not know"];

/// The rooms and their arrows.
pub struct Map {
    rooms: Vec<Room>,
}

struct Room {
    /// Without the `/*` of a row for many rooms.
    path: String,
    is_many: bool,
    uses: BTreeSet<String>,
}

impl Map {
    /// Reads the table in a document, or says what is wrong with each of its rows.
    pub fn read(document: &str) -> Result<Map, Vec<String>> {
        let mut lines = document.lines().map(cells).skip_while(|cells| *cells != HEADER);
        if lines.next().is_none() {
            return Err(vec![format!("the document has no table with the header | {} |", HEADER.join(" | "))]);
        }
        let mut map = Map { rooms: Vec::new() };
        let mut problems = Vec::new();
        // The line below the header separates it from the rows.
        for row in lines.skip(1).take_while(|cells| !cells.is_empty()) {
            match map.room(&row) {
                Ok(room) => map.rooms.push(room),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(map) } else { Err(problems) }
    }

    /// Reads one row; the rows above it are in the map already.
    fn room(&self, row: &[&str]) -> Result<Room, String> {
        let [name, _, uses, _] = row else { return Err(format!("a row of the map has {} cells, not 4", row.len())) };
        let path = quoted(name).ok_or_else(|| format!("`{name}` is no room: write its path in backticks"))?;
        let (path, is_many) = path.strip_suffix("/*").map_or((path, false), |folder| (folder, true));
        if self.rooms.iter().any(|room| room.path == path) {
            return Err(format!("room `{path}` has two rows"));
        }
        let mut used = BTreeSet::new();
        match *uses {
            "nothing" => {}
            "all above" => used.extend(self.rooms.iter().map(|room| room.path.clone())),
            list => {
                for part in list.split(',').map(str::trim) {
                    let name = quoted(part).ok_or_else(|| {
                        format!("room `{path}`: \"{part}\" is not `nothing`, `all above` or rooms in backticks")
                    })?;
                    let named = self.rooms.iter().map(|room| &room.path).filter(|room| lies_in(room, name));
                    let before = used.len();
                    used.extend(named.cloned());
                    if used.len() == before {
                        return Err(format!("room `{path}` may use `{name}`, which no row above names"));
                    }
                }
            }
        }
        Ok(Room { path: path.to_string(), is_many, uses: used })
    }

    /// The path of each row.
    pub fn rows(&self) -> impl Iterator<Item = &str> {
        self.rooms.iter().map(|room| room.path.as_str())
    }

    /// The path of the row that a file belongs to.
    pub fn row_of(&self, file: &str) -> Option<&str> {
        self.row(file).map(|room| room.path.as_str())
    }

    fn row(&self, file: &str) -> Option<&Room> {
        self.rooms.iter().filter(|room| lies_in(file, &room.path)).max_by_key(|room| room.path.len())
    }

    /// Whether a file may use another. A file without a room may use anything.
    pub fn may_use(&self, file: &str, used: &str) -> bool {
        let (Some(room), Some(other)) = (self.row(file), self.row(used)) else { return true };
        match room.path == other.path {
            true => !room.is_many || entry(file, &room.path) == entry(used, &room.path),
            false => room.uses.contains(&other.path),
        }
    }
}

/// The file or folder of a folder that a path is or lies in.
fn entry<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    path.strip_prefix(folder)?.split('/').nth(1)
}

/// Whether a path is a room, a file of that name, or inside of a folder of that name.
fn lies_in(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
}

/// The cells of a table's line; none for any other line.
fn cells(line: &str) -> Vec<&str> {
    let Some(inner) = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')) else { return Vec::new() };
    inner.split('|').map(str::trim).collect()
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('`')?.strip_suffix('`').filter(|name| !name.contains('`'))
}
