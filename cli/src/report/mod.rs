//! The report as one HTML page that works offline: no fonts, and a few lines of script for the
//! slider.

mod chart;
mod fields;
mod html;
mod model;
mod monitor;
mod page;
mod quality;
mod shell;
mod usage;

pub use monitor::{MonitorFigures, monitor_page};
pub use page::page;
