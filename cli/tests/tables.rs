//! Tables as programs export them: encodings, lines before the header, trailing delimiters, and
//! broken lines.

mod small_model;

use std::io::{Cursor, Write};

use small_model::{SmallModel, assert_code, read_csv, words};
use zip::write::SimpleFileOptions;

/// Forty rows; edits the lines, of which line 1 is the header.
fn edited(model: &SmallModel, edit: impl Fn(usize, &str) -> String) -> String {
    let rows = model.rows(40);
    (1..).zip(rows.lines()).map(|(number, line)| edit(number, line) + "\n").collect()
}

const SCORE: [&str; 4] = ["score", "model.safetensors", "--data", "in.csv"];

#[test]
fn a_broken_line_keeps_its_place_when_scored() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(40));
    assert_code(&model.run(&[&SCORE[..], &["--out", "sound.csv"]].concat()), 0);
    let (names, sound) = read_csv(&model.path("sound.csv"));
    let text = edited(&model, |number, line| match number {
        7 => format!("{line},x"),
        9 => "C-7,\"30".into(),
        _ => line.into(),
    });
    // The quote is closed on a later line, and takes nothing with it.
    model.table("in.csv", &text.replace("C-9,", "C-9\","));
    let output = model.run(&[&SCORE[..], &["--out", "out.csv", "--json"]].concat());
    assert_code(&output, 0);
    let counts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&counts["rows"], &counts["not_scored"]), (&40.into(), &2.into()));
    let words = words(&output);
    let too_many = "the number of cells is 7, but the header has 6 (beyond the last column: \"x\")";
    let quote = "a quote opens here and is closed on another line, behind other rows";
    for part in [format!("line 7: {too_many}"), format!("line 9: {quote}"), "40 rows, 2 not scored".into()] {
        assert!(words.contains(&part), "{part} in {words}");
    }
    let (found, rows) = read_csv(&model.path("out.csv"));
    assert_eq!((found, rows.len()), (names, 40));
    for (row, cells) in rows.iter().enumerate() {
        match row {
            5 => {
                assert_eq!(cells[..6], sound[5][..6]);
                assert_eq!(cells[6..], ["", "", "", &format!("line: broken: {too_many}")]);
            }
            7 => assert_eq!(cells[..], ["C-7", "\"30", "", "", "", "", "", "", "", &format!("line: broken: {quote}")]),
            9 => assert_eq!((&cells[0], &cells[1..]), (&"C-9\"".to_owned(), &sound[9][1..])),
            _ => assert_eq!(cells, &sound[row]),
        }
    }
    let explain = ["explain", "model.safetensors", "--data", "in.csv", "--counterfactuals", "0", "--row"];
    assert_code(&model.run(&[&explain[..], &["9"]].concat()), 0);
    let output = model.run(&[&explain[..], &["8"]].concat());
    assert_code(&output, 1);
    assert!(small_model::words(&output).contains(&format!("in.csv: line 9 cannot be scored: {quote}")));
}

#[test]
fn trailing_delimiters_are_no_columns() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(40));
    assert_code(&model.run(&[&SCORE[..], &["--out", "sound.csv"]].concat()), 0);
    for header in ["", ","] {
        model.table("in.csv", &edited(&model, |number, line| line.to_owned() + if number > 1 { "," } else { header }));
        let output = model.run(&[&SCORE[..], &["--out", "out.csv", "--force"]].concat());
        assert_code(&output, 0);
        assert!(words(&output).contains("40 rows, 0 not scored"), "{}", words(&output));
        assert_eq!(read_csv(&model.path("out.csv")), read_csv(&model.path("sound.csv")));
    }
}

#[test]
fn commands_that_learn_refuse_broken_lines_or_skip_them() {
    let model = SmallModel::new();
    let rows = model.rows(400);
    model.table("t.csv", &rows);
    assert_code(&model.run(&["init", "t.csv", "--target", "Churn"]), 0);
    let schema = std::fs::read_to_string(model.path("schema.toml")).unwrap();
    let check = ["check", "--data", "t.csv", "--schema", "schema.toml"];
    let sound = model.run(&check);
    assert_code(&sound, 0);

    model.table("t.csv", &(rows.clone() + "C-400,5\n" + "C-401,1,2,Month,Yes,No,Yes\n"));
    let init = ["init", "t.csv", "--target", "Churn", "--force"];
    let evaluate = ["evaluate", "model.safetensors", "--data", "t.csv"];
    for command in [&init[..], &check, &evaluate] {
        let output = model.run(command);
        assert_code(&output, 1);
        let words = words(&output);
        for part in ["t.csv: 2 lines are broken", "skip broken lines", "\n  line 402: the number", "\n  line 403: the"]
        {
            assert!(words.contains(part), "{part} in {words}");
        }
        let output = model.run(&[command, &["--skip-broken-lines"]].concat());
        assert_code(&output, 0);
        let words = small_model::words(&output);
        let warning = "warning: t.csv: 2 broken lines are left out, first line 402: the number of cells is 2";
        assert_eq!(words.matches(warning).count(), 1, "{words}");
    }
    // As if the lines had not been there.
    assert_eq!(std::fs::read_to_string(model.path("schema.toml")).unwrap(), schema);
    assert_eq!(model.run(&[&check[..], &["--skip-broken-lines"]].concat()).stdout, sound.stdout);

    model.table("t.csv", &(rows + "C-400,5\n"));
    let output = model.run(&check);
    assert_code(&output, 1);
    let message =
        "t.csv, line 402: the number of cells is 2, but the header has 6; correct the line, or skip broken lines";
    assert!(words(&output).contains(message), "{}", words(&output));
}

#[test]
fn exports_are_read_as_the_table_that_they_hold() {
    let model = SmallModel::new();
    let text = model.rows(200).replace("contract", "verträge").replace("Month", "Größe").replace(',', ";");
    let init = ["init", "t.csv", "--target", "Churn", "--force"];
    let draft = |bytes: &[u8]| {
        std::fs::write(model.path("t.csv"), bytes).unwrap();
        let output = model.run(&init);
        assert_code(&output, 0);
        let warnings = words(&output).lines().filter(|line| line.starts_with("warning: ")).map(Into::into).collect();
        (std::fs::read_to_string(model.path("schema.toml")).unwrap(), warnings)
    };
    let (expected, silent): (_, Vec<String>) = draft(text.as_bytes());
    assert!(expected.contains("Größe") && silent.is_empty(), "{silent:?}");

    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(draft(&utf16), (expected.clone(), silent.clone()));
    assert_eq!(draft(format!("sep=;\r\n{text}").as_bytes()), (expected.clone(), silent));
    // Every letter of the text is one byte in Windows-1252, the byte of its code point.
    let windows_1252: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    let (found, warnings) = draft(&windows_1252);
    assert_eq!((&found, warnings.len()), (&expected, 1));
    assert!(warnings[0].contains("t.csv: the text is not UTF-8 and is read as Windows-1252"), "{warnings:?}");
    let (found, warnings) = draft(format!("Customers of all shops\n\n{text}").as_bytes());
    assert_eq!((&found, warnings.len()), (&expected, 1));
    assert!(warnings[0].contains("t.csv: line 1 is a title"), "{warnings:?}");
}

/// A workbook of sheets, each with its name and the text of a CSV file without quotes.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packages = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |number: usize, kind: &str, target: &str| {
        format!("<Relationship Id=\"rId{number}\" Type=\"{office}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |list: String| format!("<Relationships xmlns=\"{packages}\">{list}</Relationships>");
    let numbered = || (1..).zip(sheets);
    let named = |(number, (name, _)): (usize, &(&str, &str))| {
        format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>")
    };
    let target = |(number, _)| relation(number, "worksheet", &format!("worksheets/sheet{number}.xml"));
    let cell = |cell: &str| match cell.parse::<f64>() {
        Ok(number) => format!("<c><v>{number}</v></c>"),
        Err(_) => format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
    };
    let row = |line: &str| format!("<row>{}</row>", line.split(',').map(cell).collect::<String>());
    let list: String = numbered().map(named).collect();
    let mut files = vec![
        ("_rels/.rels".into(), relations(relation(1, "officeDocument", "xl/workbook.xml"))),
        (
            "xl/workbook.xml".into(),
            format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{list}</sheets></workbook>"),
        ),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations(numbered().map(target).collect())),
    ];
    files.extend(numbered().map(|(number, (_, text))| {
        let rows: String = text.lines().map(row).collect();
        let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        (format!("xl/worksheets/sheet{number}.xml"), sheet)
    }));
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_sheet_scores_and_drafts_as_the_text_file_of_its_cells() {
    let model = SmallModel::new();
    let text = model.rows(200).replace("\"Two, or more\"", "Day");
    model.table("in.csv", &text);
    let sheets = [("Notes", "about,this\nfile,1\n"), ("Customers", text.as_str())];
    std::fs::write(model.path("in.xlsx"), workbook(&sheets)).unwrap();
    let run = |command: &str, code| {
        let output = model.run(&command.split(' ').collect::<Vec<_>>());
        assert_code(&output, code);
        words(&output)
    };
    run("score model.safetensors --data in.csv --out text.csv", 0);
    run("score model.safetensors --data in.xlsx --sheet Customers --out sheet.csv", 0);
    let (names, rows) = read_csv(&model.path("text.csv"));
    let (found, of_sheet) = read_csv(&model.path("sheet.csv"));
    assert_eq!((found, of_sheet.len()), (names, 200));
    for (row, cells) in rows.iter().enumerate() {
        // A table program drops the zeros behind a decimal.
        assert_eq!(of_sheet[row][2].parse::<f64>().unwrap(), cells[2].parse::<f64>().unwrap());
        assert_eq!((&of_sheet[row][..2], &of_sheet[row][3..]), (&cells[..2], &cells[3..]));
    }
    for (file, sheet) in [("in.csv", ""), ("in.xlsx", " --sheet 2")] {
        run(&format!("init {file}{sheet} --target Churn --out {file}.toml"), 0);
        // `check` opens the table twice: the identifiers are read by themselves.
        let error = run(&format!("check --data {file}{sheet} --schema {file}.toml"), 0);
        assert!(!error.contains("the sheet"), "{error}");
    }
    let schema = |file| {
        let text = std::fs::read_to_string(model.path(file)).unwrap();
        text.lines().skip(1).map(|line| line.to_owned() + "\n").collect::<String>()
    };
    assert_eq!(schema("in.xlsx.toml"), schema("in.csv.toml"));

    let error = run("explain model.safetensors --data in.xlsx --row 1 --counterfactuals 0", 1);
    for part in ["warning: in.xlsx: the sheet \"Notes\" is read, the first of 2", "no column `tenure`"] {
        assert!(error.contains(part), "{error}");
    }
    let error = run("init in.xlsx --sheet Custmers --target Churn", 2);
    assert!(error.contains("no sheet \"Custmers\"; the sheets are \"Notes\", \"Customers\""), "{error}");
    let error = run("evaluate model.safetensors --data in.csv --sheet Customers", 2);
    assert!(error.contains("this is no workbook (.xlsx)"), "{error}");
}
