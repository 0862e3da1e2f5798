//! One synthetic customer: who she is, what she has and pays, and whether she leaves. The formulas
//! stand in the [parent](super).

use tenure::calibration::sigmoid;

use super::draw::Draw;

const LONGEST: f64 = 72.0;

#[derive(Clone, Copy, PartialEq)]
enum Contract {
    Monthly,
    OneYear,
    TwoYears,
}

#[derive(Clone, Copy, PartialEq)]
enum Internet {
    None,
    Dsl,
    Fiber,
}

/// One synthetic customer before she stays or leaves.
pub(super) struct Person {
    male: bool,
    senior: bool,
    partner: bool,
    dependents: bool,
    months: f64,
    phone: bool,
    lines: bool,
    internet: Internet,
    /// Security, backup, device protection, tech support, TV, movies.
    services: [bool; 6],
    contract: Contract,
    paperless: bool,
    payment: usize,
    monthly: f64,
    total: Option<f64>,
}

const ELECTRONIC: usize = 0;
const PAYMENTS: [&str; 4] =
    ["Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)"];

impl Person {
    pub(super) fn draw(draw: &mut Draw) -> Person {
        let contract = [Contract::Monthly, Contract::OneYear, Contract::TwoYears][draw.pick([0.55, 0.21, 0.24])];
        let months = months(contract, draw);
        let settled = months / LONGEST;
        let senior = draw.chance(if contract == Contract::TwoYears { 0.09 } else { 0.185 });
        let partner = draw.chance(0.29 + 0.43 * settled);
        let dependents = draw.chance(if partner { 0.57 } else { 0.1 } * if senior { 0.28 } else { 1.0 });

        let phone = draw.chance(0.903);
        let fiber = if senior { 0.75 } else { 0.49 } - if contract == Contract::TwoYears { 0.14 } else { 0.0 };
        let none = if senior { 0.05 } else { 0.22 } + if contract == Contract::TwoYears { 0.16 } else { 0.0 };
        let internet = match draw.uniform() {
            _ if !phone => Internet::Dsl,
            at if at < fiber => Internet::Fiber,
            at if at < fiber + none => Internet::None,
            _ => Internet::Dsl,
        };
        let is_fiber = internet == Internet::Fiber;
        let lines = phone && draw.chance(0.15 + 0.45 * settled + if is_fiber { 0.23 } else { 0.0 });
        let eager = 0.8 * draw.normal();
        let (cautious, entertained) = if is_fiber { (-0.5, 0.55) } else { (0.15, -0.35) };
        let levels = [cautious - 0.55, -0.3, -0.3, cautious - 0.55, entertained, entertained];
        let mut service = 0;
        let services = levels.map(|level| {
            // Protection comes with the years, streaming less so.
            let years = if service < 4 { 2.2 } else { 1.4 } * (settled - 0.45);
            let contract = if contract == Contract::Monthly { -0.25 } else { 0.35 };
            service += 1;
            draw.chance(sigmoid(level + contract + years + eager)) && internet != Internet::None
        });

        let paperless = draw.chance(match internet {
            Internet::Fiber => 0.77,
            Internet::Dsl => 0.56,
            Internet::None => 0.29,
        });
        let electronic = if is_fiber { 0.58 } else { 0.26 } * (1.25 - 0.6 * settled);
        let electronic = if contract == Contract::Monthly { electronic * 1.2 } else { electronic * 0.65 };
        let mailed = if internet == Internet::None { 0.5 } else { 0.22 } * (1.35 - settled);
        let automatic = 0.14 + 0.2 * settled;
        let payment = draw.pick([electronic, mailed, automatic, automatic]);

        let mut person = Person {
            male: draw.chance(0.505),
            senior,
            partner,
            dependents,
            months,
            phone,
            lines,
            internet,
            services,
            contract,
            paperless,
            payment,
            monthly: 0.0,
            total: None,
        };
        let noise = draw.normal() * if internet == Internet::None { 0.35 } else { 1.6 };
        // Business lines at twice the price.
        let outlier = if draw.chance(0.002) { 2.0 } else { 1.0 };
        person.monthly = ((person.price_list() * outlier + noise) * 20.0).round().max(360.0) / 20.0;
        person.total = person.draw_total(draw);
        person
    }

    /// What the services cost by the price list.
    fn price_list(&self) -> f64 {
        let internet = match self.internet {
            Internet::None => 0.0,
            Internet::Dsl => 25.0,
            Internet::Fiber => 50.0,
        };
        let services = self.services.iter().zip([5.0, 5.0, 5.0, 5.0, 10.0, 10.0]);
        let services: f64 = services.map(|(has, price)| if *has { price } else { 0.0 }).sum();
        internet + services + if self.phone { 20.0 } else { 0.0 } + if self.lines { 5.0 } else { 0.0 }
    }

    fn draw_total(&self, draw: &mut Draw) -> Option<f64> {
        let history = 1.0 + 0.045 * draw.normal() / (1.0 + self.months / 40.0);
        // A slip of the decimal point in the books.
        let slip = if draw.chance(0.0012) { 0.1 } else { 1.0 };
        match self.months {
            0.0 => None,
            1.0 => Some(self.monthly),
            months => Some((months * self.monthly * history * slip * 20.0).round() / 20.0),
        }
    }

    fn leaves(&self, draw: &mut Draw) -> bool {
        let one = |condition: bool| f64::from(u8::from(condition));
        let [security, backup, _, support, tv, movies] = self.services.map(one);
        let (monthly, fiber) = (one(self.contract == Contract::Monthly), one(self.internet == Internet::Fiber));
        let electronic = one(self.payment == ELECTRONIC);
        let mut z = -1.07 + draw.normal();
        z += -0.4 * self.months.ln_1p() + 0.9 * monthly - one(self.contract == Contract::TwoYears);
        z += 0.75 * fiber - 0.75 * one(self.internet == Internet::None);
        z += 1.3 * fiber * monthly * (-self.months / 15.0).exp();
        z += 0.3 * electronic + 0.35 * electronic * one(self.paperless);
        z += -0.55 * support - 0.5 * security - 0.15 * backup;
        z += -0.45 * fiber * support * security;
        z += 0.3 * monthly * (tv + movies);
        z += 0.35 * one(self.senior && !self.partner) - 0.3 * one(self.dependents);
        z += 0.045 * (self.monthly - self.price_list()).clamp(-20.0, 20.0);
        z += 0.5 * one(self.monthly > 95.0 && self.months < 24.0);
        // The outcome is drawn even where nothing can come of it, so that every row takes as many
        // numbers.
        draw.chance(sigmoid(z)) && self.months > 0.0
    }

    /// The row after the identifier; draws whether she leaves.
    pub(super) fn cells(&self, draw: &mut Draw) -> String {
        let yes = |condition| if condition { "Yes" } else { "No" };
        let lines = if self.phone { yes(self.lines) } else { "No phone service" };
        let service = |has| if self.internet == Internet::None { "No internet service" } else { yes(has) };
        let [security, backup, protection, support, tv, movies] = self.services.map(service);
        let internet = match self.internet {
            Internet::None => "No",
            Internet::Dsl => "DSL",
            Internet::Fiber => "Fiber optic",
        };
        let contract = match self.contract {
            Contract::Monthly => "Month-to-month",
            Contract::OneYear => "One year",
            Contract::TwoYears => "Two year",
        };
        let total = self.total.map_or(" ".into(), |total| total.to_string());
        format!(
            "{},{},{},{},{},{},{lines},{internet},{security},{backup},{protection},{support},{tv},{movies},{contract},\
             {},{},{},{total},{}",
            if self.male { "Male" } else { "Female" },
            u8::from(self.senior),
            yes(self.partner),
            yes(self.dependents),
            self.months,
            yes(self.phone),
            yes(self.paperless),
            PAYMENTS[self.payment],
            self.monthly,
            yes(self.leaves(draw))
        )
    }
}

fn months(contract: Contract, draw: &mut Draw) -> f64 {
    let (first, normal) = (draw.uniform(), draw.normal());
    match contract {
        // One in ten has just come; of the others half go within 14 months, and a few have stayed
        // for good.
        Contract::Monthly if normal > 1.28 => 1.0,
        Contract::Monthly => (1.0 - 19.0 * (1.0 - first).ln()).floor().min(LONGEST),
        _ if first < 0.003 => 0.0,
        Contract::OneYear => (42.0 + 20.0 * normal).round().clamp(1.0, LONGEST),
        Contract::TwoYears => (58.0 + 17.0 * normal).round().clamp(1.0, LONGEST),
    }
}
