//! What every page has around its content: the style, the list of sections, the footer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The id of a section, its title, and its content where there is any.
pub(super) type Section = (&'static str, &'static str, Option<Markup>);

/// A whole page that loads nothing. `end` comes after everything that is shown.
pub(super) fn shell(title: &str, head: &Markup, sections: &[Section], footer: &Markup, end: &Markup) -> String {
    let sections = sections.iter().filter_map(|(id, title, content)| Some((id, title, content.as_ref()?)));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                (head)
                nav aria-label="Sections" {
                    ul { @for (id, title, _) in sections.clone() { li { a href={ "#" (id) } { (title) } } } }
                }
                main {
                    @for (id, title, content) in sections {
                        section id=(id) aria-label=(title) { h2 { (title) } (content) }
                    }
                }
                footer { (footer) }
                (end)
            }
        }
    };
    page.into_string()
}
