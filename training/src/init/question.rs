//! A question that only a person can answer, with the commands that answer it.

/// Which values of a target mean that a customer left.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The table.
    pub file: String,
    /// The target's column.
    pub target: String,
    /// Why nothing was guessed, in words.
    pub why: String,
    /// The values with their rows and shares.
    pub values: Vec<String>,
    /// Answers, as flags of `tenure init`.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The flags, as a shell takes them.
    pub flags: String,
    /// What they mean; may be empty.
    pub note: String,
}

impl Question {
    /// The question, with answers that continue `command`, such as `tenure init t.csv --target t`.
    pub fn ask(&self, command: &str) -> String {
        let Question { file, target, why, values, answers } = self;
        let values: String = values.iter().map(|value| format!("\n  {value}")).collect();
        let answer = |Answer { flags, note }: &Answer| {
            let note = if note.is_empty() { String::new() } else { format!("  # {note}") };
            format!("\n  {command} {flags}{note}")
        };
        let answers: String = answers.iter().map(answer).collect();
        format!(
            "{file}: which value of target `{target}` means that a customer left? {why}.{values}\n\
             answer with --positive, as in{answers}"
        )
    }
}

impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let command = format!("tenure init {} --target {}", shell_word(&self.file), shell_word(&self.target));
        f.write_str(&self.ask(&command))
    }
}

/// A text as one word of a shell's command.
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/:+,%@=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.into();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
