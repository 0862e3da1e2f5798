//! Charts as SVG text: axes, lines, bands, bars, dots. The stylesheet of the page sets colours,
//! lines and type by class, so one drawing serves light mode, dark mode and print. Plotting crates
//! fix the colours and have no texts for screen readers.

use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

/// The range of an axis, and the texts at its ticks.
pub struct Axis {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<(f64, String)>,
    pub label: String,
}

impl Axis {
    pub fn new(low: f64, high: f64, ticks: Vec<(f64, String)>, label: &str) -> Axis {
        // An axis needs a width.
        let high = if high > low { high } else { low + 1.0 };
        Axis { low, high, ticks, label: label.to_owned() }
    }

    /// 0 to 100%.
    pub fn share(label: &str) -> Axis {
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, format!("{}%", share * 100.0)));
        Axis::new(0.0, 1.0, ticks.into(), label)
    }

    /// Over the values, with ticks at round numbers.
    pub fn over(values: impl Iterator<Item = f64>, label: &str, text: &dyn Fn(f64) -> String) -> Axis {
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Axis::new(0.0, 1.0, Vec::new(), label);
        }
        let step = round_step((high - low).max(1e-12) / 5.0);
        let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
        let ticks: Vec<(f64, String)> = (first..=last)
            .map(|tick| {
                let value = tick as f64 * step;
                (value, text(if value == 0.0 { 0.0 } else { value }))
            })
            .collect();
        Axis::new(first as f64 * step, last as f64 * step, ticks, label)
    }

    /// Over the values and a little beyond, with ticks at the round numbers within.
    pub fn within(values: impl Iterator<Item = f64> + Clone, label: &str, text: &dyn Fn(f64) -> String) -> Axis {
        let (low, high) =
            values.clone().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        let Axis { ticks, .. } = Axis::over(values, label, text);
        let beyond = 0.04 * (high - low).max(1e-12);
        let (low, high) = (low - beyond, high + beyond);
        Axis::new(low, high, ticks.into_iter().filter(|(tick, _)| (low..=high).contains(tick)).collect(), label)
    }

    fn part(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

/// 1, 2 or 5 times a power of ten, at least `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= step * 0.999).unwrap_or(10.0);
    digit * power
}

/// A plot area with axes; marks are drawn in the order they are added.
pub struct Chart {
    width: f64,
    height: f64,
    left: f64,
    bottom: f64,
    x: Axis,
    y: Axis,
    /// Title and description, for screen readers.
    title: String,
    description: String,
    marks: String,
}

const TOP: f64 = 14.0;
const RIGHT: f64 = 16.0;

impl Chart {
    pub fn new(title: &str, description: &str, x: Axis, y: Axis) -> Chart {
        let widest = y.ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0) as f64;
        let left = 12.0 + 7.0 * widest + if y.label.is_empty() { 0.0 } else { 20.0 };
        Chart {
            width: 440.0,
            height: 320.0,
            left,
            bottom: 46.0,
            x,
            y,
            title: title.into(),
            description: description.into(),
            marks: String::new(),
        }
    }

    /// Another height of the drawing, and another width for the texts at its left.
    pub fn sized(self, height: f64, left: f64) -> Chart {
        Chart { height, left, ..self }
    }

    pub fn x(&self, value: f64) -> f64 {
        self.left + self.x.part(value) * (self.width - self.left - RIGHT)
    }

    pub fn y(&self, value: f64) -> f64 {
        self.height - self.bottom - self.y.part(value) * (self.height - self.bottom - TOP)
    }

    fn path(&self, points: impl Iterator<Item = (f64, f64)>) -> String {
        let mut path = String::new();
        for (at, (x, y)) in points.enumerate() {
            let _ = write!(path, "{}{:.1} {:.1}", if at == 0 { "M" } else { "L" }, self.x(x), self.y(y));
        }
        path
    }

    pub fn line(&mut self, class: &str, points: impl Iterator<Item = (f64, f64)>) {
        let path = self.path(points);
        let _ = write!(self.marks, "<path class=\"line {class}\" d=\"{path}\"/>");
    }

    /// The area between two curves over the same `x`.
    pub fn band(&mut self, class: &str, x: &[f64], low: &[f64], high: &[f64]) {
        let forth = x.iter().copied().zip(high.iter().copied());
        let back = x.iter().copied().zip(low.iter().copied()).rev();
        let path = self.path(forth.chain(back));
        let _ = write!(self.marks, "<path class=\"band {class}\" d=\"{path}Z\"/>");
    }

    /// A rectangle between two corners, with a text for the pointer.
    pub fn bar(&mut self, class: &str, from: (f64, f64), to: (f64, f64), about: &str) {
        let (x0, x1) = (self.x(from.0).min(self.x(to.0)), self.x(from.0).max(self.x(to.0)));
        let (y0, y1) = (self.y(from.1).min(self.y(to.1)), self.y(from.1).max(self.y(to.1)));
        let (width, height) = (x1 - x0, y1 - y0);
        let _ = write!(
            self.marks,
            "<rect class=\"{class}\" x=\"{x0:.1}\" y=\"{y0:.1}\" width=\"{width:.1}\" height=\"{height:.1}\">\
             <title>{}</title></rect>",
            escape(about)
        );
    }

    pub fn dot(&mut self, class: &str, at: (f64, f64), radius: f64, about: &str) {
        let about = if about.is_empty() { String::new() } else { format!("<title>{}</title>", escape(about)) };
        let (x, y) = (self.x(at.0), self.y(at.1));
        let _ =
            write!(self.marks, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\">{about}</circle>");
    }

    /// A text beside a point, moved by some pixels.
    pub fn text(&mut self, class: &str, at: (f64, f64), by: (f64, f64), anchor: &str, text: &str) {
        let (x, y) = (self.x(at.0) + by.0, self.y(at.1) + by.1);
        let text = escape(text);
        let _ = write!(
            self.marks,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    /// The whole drawing.
    pub fn svg(&self) -> Markup {
        let Chart { width, height, left, bottom, x, y, title, description, marks } = self;
        let mut svg = format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\"><title>{}</title><desc>{}</desc>",
            escape(&format!("{title}. {description}")),
            escape(title),
            escape(description)
        );
        let (base, right) = (height - bottom, width - RIGHT);
        for (value, text) in &y.ticks {
            let at = self.y(*value);
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{left} {at:.1}H{right}\"/><text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" \
                 text-anchor=\"end\">{}</text>",
                left - 7.0,
                at + 4.0,
                escape(text)
            );
        }
        for (value, text) in &x.ticks {
            let at = self.x(*value);
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{at:.1} {TOP}V{base}\"/><text class=\"tick\" x=\"{at:.1}\" y=\"{:.1}\" \
                 text-anchor=\"middle\">{}</text>",
                base + 17.0,
                escape(text)
            );
        }
        if !x.label.is_empty() {
            let _ = write!(
                svg,
                "<text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                (left + right) / 2.0,
                height - 8.0,
                escape(&x.label)
            );
        }
        if !y.label.is_empty() {
            let middle = (TOP + base) / 2.0;
            let _ = write!(
                svg,
                "<text class=\"axis\" x=\"13\" y=\"{middle:.1}\" transform=\"rotate(-90 13 {middle:.1})\" \
                 text-anchor=\"middle\">{}</text>",
                escape(&y.label)
            );
        }
        PreEscaped(svg + marks + "</svg>")
    }
}

/// Text for the drawing and for attributes in double quotes.
fn escape(text: &str) -> String {
    html! { (text) }.into_string()
}

/// Offsets of the dots of a swarm plot across its axis: each dot takes the free place nearest to
/// the middle. Offsets are in units of `size`, the diameter of a dot, and at most `limit`.
pub fn swarm(positions: &[f64], size: f64, limit: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..positions.len()).collect();
    order.sort_by(|a, b| positions[*a].total_cmp(&positions[*b]));
    let mut placed: Vec<(f64, f64)> = Vec::new();
    let mut offsets = vec![0.0; positions.len()];
    for at in order {
        let position = positions[at];
        let near: Vec<(f64, f64)> =
            placed.iter().rev().take_while(|(other, _)| position - other < size).copied().collect();
        let free = |offset: f64| {
            near.iter().all(|(other, taken)| {
                let (dx, dy) = ((position - other) / size, offset - taken);
                dx * dx + dy * dy >= 0.98
            })
        };
        let steps = (limit * 4.0) as i32;
        let candidates = (0..=steps).flat_map(|step| [f64::from(step) / 4.0, -f64::from(step) / 4.0]);
        let offset = candidates.into_iter().find(|offset| free(*offset)).unwrap_or_else(|| {
            // A full swarm: dots overlap, spread over its width.
            (at as f64 * 0.618_034 % 1.0 * 2.0 - 1.0) * limit
        });
        offsets[at] = offset;
        placed.push((position, offset));
    }
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_of_a_swarm_do_not_cover_each_other_while_there_is_room() {
        let positions = [0.0, 0.1, 0.1, 5.0, 0.2];
        let offsets = swarm(&positions, 1.0, 4.0);
        assert_eq!((offsets[0], offsets[3]), (0.0, 0.0));
        for a in 0..5 {
            for b in 0..a {
                let (dx, dy) = (positions[a] - positions[b], offsets[a] - offsets[b]);
                assert!(dx * dx + dy * dy >= 0.98, "{offsets:?}");
            }
        }
        assert!(swarm(&[0.0; 100], 1.0, 2.0).iter().all(|offset| offset.abs() <= 2.0));
    }

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let axis = Axis::over([-0.013, 0.071].into_iter(), "", &|value| format!("{value:.2}"));
        assert_eq!((axis.low, axis.high), (-0.02, 0.08));
        assert_eq!(
            axis.ticks.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
            ["-0.02", "0.00", "0.02", "0.04", "0.06", "0.08"]
        );
        assert_eq!(round_step(0.3), 0.5);
        assert_eq!(Axis::over([3.0].into_iter(), "", &|_| String::new()).low, 3.0);
    }

    #[test]
    fn words_in_a_drawing_are_escaped() {
        let mut chart = Chart::new("A <b>", "", Axis::share("x & y"), Axis::share(""));
        chart.text("tick", (0.0, 0.0), (0.0, 0.0), "start", "<script>");
        let svg = chart.svg().into_string();
        assert!(svg.contains("A &lt;b&gt;") && svg.contains("x &amp; y") && svg.contains("&lt;script&gt;"), "{svg}");
    }
}
