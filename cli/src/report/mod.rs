//! The figures as one HTML page that needs nothing beside it: no network, no fonts, a few lines of script for the slider.

mod chart;
mod fields;
mod html;
mod model;
mod page;
mod quality;
mod usage;

pub use page::page;
