//! Workbooks made by hand, cell by cell.

use std::io::Write;

use sha2::{Digest, Sha256};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::super::fixtures::{file, refusal, rows};
use super::super::{Format, OutputTable, ReadOptions, Source};
use super::*;

/// Formats of the styles: general, date, time of day, duration, date and time, percent.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <numFmts count="2"><numFmt numFmtId="164" formatCode="[h]:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm"/></numFmts>
    <cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="20"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="10"/></cellXfs>
</styleSheet>"#;

fn zipped(files: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        // OpenDocument stores the name of its format as it is.
        let method = if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        archive.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook of sheets, each with its name, its attributes, and its rows in XML.
fn workbook(sheets: &[(&str, &str, &str)], properties: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let numbered = || (1..).zip(sheets);
    let list: String = numbered()
        .map(|(number, (name, more, _))| {
            format!("<sheet name=\"{name}\" sheetId=\"{number}\" {more} r:id=\"rId{number}\"/>")
        })
        .collect();
    let targets: String = numbered()
        .map(|(number, _)| {
            format!("<Relationship Id=\"rId{number}\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>")
        })
        .collect();
    let packages = "http://schemas.openxmlformats.org/package/2006";
    let mut files = vec![
        ("[Content_Types].xml".to_owned(), format!("<Types xmlns=\"{packages}/content-types\"/>")),
        (
            "_rels/.rels".into(),
            format!(
                "<Relationships xmlns=\"{packages}/relationships\"><Relationship Id=\"rId1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".into(),
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\">{properties}<sheets>{list}</sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".into(),
            format!("<Relationships xmlns=\"{packages}/relationships\">{targets}</Relationships>"),
        ),
        ("xl/styles.xml".into(), STYLES.into()),
        (
            "xl/sharedStrings.xml".into(),
            format!(
                "<sst xmlns=\"{main}\"><si><t>plan</t></si><si><r><t>Grö</t></r><r><t>ße &amp; Co</t></r></si></sst>"
            ),
        ),
    ];
    files.extend(numbered().map(|(number, (_, _, rows))| {
        let text = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        (format!("xl/worksheets/sheet{number}.xml"), text)
    }));
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    zipped(&files)
}

/// A row of cells in column A and on: a text after ', else a number after its style and :.
fn row(number: usize, cells: &[&str]) -> String {
    let cell = |(column, cell): (u8, &&str)| {
        let place = format!("{}{number}", char::from(b'A' + column));
        match (cell.strip_prefix('\''), cell.split_once(':')) {
            (Some(text), _) => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
            (_, Some((style, value))) => format!("<c r=\"{place}\" s=\"{style}\"><v>{value}</v></c>"),
            _ if cell.is_empty() => String::new(),
            _ => format!("<c r=\"{place}\"><v>{cell}</v></c>"),
        }
    };
    format!("<row r=\"{number}\">{}</row>", (0..).zip(cells).map(cell).collect::<String>())
}

fn read(bytes: Vec<u8>, sheet: Option<&str>) -> Result<Source, TableError> {
    let options = ReadOptions { sheet: sheet.map(Into::into), ..ReadOptions::default() };
    Source::from_bytes_with("t.xlsx", bytes, &options)
}

#[test]
fn cells_read_as_a_text_file_has_them() {
    let rows_xml = [
        row(1, &["'id", "'joined", "'at", "'for", "'last seen", "'share", "'spend"])
            + "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\" s=\"1\"><v>45322</v></c><c r=\"C2\" s=\"2\"><v>0.75</v></c><c r=\"D2\" s=\"3\"><v>1.5</v></c><c r=\"E2\" s=\"4\"><v>45322.4167245370</v></c><c r=\"F2\" s=\"5\"><v>0.1</v></c><c r=\"G2\"><v>54.25</v></c></row>",
        // A formula with its value, a boolean, errors, blanks, and a row that is not there.
        "<row r=\"4\"><c r=\"A4\" t=\"str\"><f>A2</f><v>x</v></c><c r=\"B4\" s=\"1\"><v>1</v></c><c r=\"C4\" s=\"2\"><v>0</v></c><c r=\"D4\" t=\"b\"><v>1</v></c><c r=\"E4\" s=\"4\"><v>60.99999999</v></c><c r=\"F4\" t=\"e\"><v>#N/A</v></c><c r=\"G4\"><v>-1e3</v></c></row>".into(),
        "<row r=\"5\"><c r=\"A5\" t=\"b\"><v>0</v></c><c r=\"B5\" t=\"d\"><v>2024-01-31T00:00:00</v></c><c r=\"C5\" t=\"inlineStr\"><is><t> </t></is></c><c r=\"G5\"><v>12345678901234567</v></c></row><row r=\"6\"><c r=\"A6\" s=\"1\"/></row>".into(),
    ]
    .concat();
    let bytes = workbook(&[("Kunden", "", &rows_xml)], "");
    let file = file(&bytes);
    for mut source in [Source::open(file.path()).unwrap(), Source::from_bytes("t.xlsx", bytes.clone()).unwrap()] {
        assert_eq!((source.format(), source.line_word()), (Format::Sheet, "row"));
        assert_eq!(source.columns(), ["id", "joined", "at", "for", "last seen", "share", "spend"]);
        let found = rows(&mut source).unwrap();
        let second = ["Größe & Co", "2024-01-31", "18:00:00", "36:00:00", "2024-01-31T10:00:05", "0.1", "54.25"];
        assert_eq!(found[0], (2, second.map(String::from).to_vec()));
        let fourth = ["x", "1900-01-01", "00:00:00", "TRUE", "1900-03-01", "", "-1000"];
        assert_eq!(found[1], (4, fourth.map(String::from).to_vec()));
        let fifth = ["FALSE", "2024-01-31", "", "", "", "", "12345678901234568"];
        assert_eq!(found[2..], [(5, fifth.map(String::from).to_vec())]);
        assert_eq!(source.progress(), (3, 3));
        assert_eq!(source.notices(), ["a row without any value is passed over, row 3"]);
        assert_eq!(source.sha256().unwrap(), Some(hex::encode(Sha256::digest(&bytes))));
    }
}

#[test]
fn dates_of_1904_and_dates_that_are_none() {
    let rows_xml = row(1, &["'a", "'b"]) + &row(2, &["1:0", "1:43860"]) + &row(3, &["1:-1", "1:9999999"]);
    let bytes = workbook(&[("S", "", &rows_xml)], "<workbookPr date1904=\"1\"/>");
    let found = rows(read(bytes, None).unwrap()).unwrap();
    assert_eq!(found[0].1, ["1904-01-01", "2024-01-31"]);
    assert_eq!(found[1].1, ["-1", "9999999"]);
    // The days around the 29 February that 1900 did not have.
    let cells = ["1:59", "1:60", "1:61", "1:25569", "1:0"];
    let rows_xml = row(1, &["'a", "'b", "'c", "'d", "'e"]) + &row(2, &cells);
    let found = rows(read(workbook(&[("S", "", &rows_xml)], ""), None).unwrap()).unwrap();
    assert_eq!(found[0].1, ["1900-02-28", "1900-02-28", "1900-03-01", "1970-01-01", "1899-12-31"]);
}

#[test]
fn sheets_are_chosen_by_name_or_number() {
    let sheet = |name: &str| row(1, &[&format!("'{name}"), "'n"]) + &row(2, &["'x", "1"]);
    let (one, two, three) = (sheet("one"), sheet("two"), sheet("three"));
    let bytes = workbook(&[("Notes", "state=\"hidden\"", &one), ("2024", "", &two), ("Kunden", "", &three)], "");
    let first = |sheet| read(bytes.clone(), sheet).map(|source| source.columns()[0].clone());
    for (wanted, expected) in [
        (None, "two"),
        (Some("Kunden"), "three"),
        (Some(" kunden"), "three"),
        (Some("Notes"), "one"),
        (Some("2024"), "two"),
        (Some("3"), "three"),
    ] {
        assert_eq!(first(wanted).unwrap(), expected, "{wanted:?}");
    }
    let notices = read(bytes.clone(), None).unwrap().notices();
    assert_eq!(notices, ["the sheet \"2024\" is read, the first of 2 (\"2024\", \"Kunden\")"]);
    assert!(read(bytes.clone(), Some("2024")).unwrap().notices().is_empty());
    // Two sheets are two tables, however the sheet was chosen.
    let hash = |sheet| read(bytes.clone(), sheet).unwrap().sha256().unwrap();
    assert_eq!((hash(None), hash(Some("kunden"))), (hash(Some("2024")), hash(Some("3"))));
    assert_ne!(hash(Some("2024")), hash(Some("3")));
    for wanted in ["Customers", "0", "4"] {
        let error = first(Some(wanted)).unwrap_err();
        let message = format!("no sheet {wanted:?}; the sheets are \"Notes\", \"2024\", \"Kunden\"");
        assert_eq!((error.rule, error.message), (TableRule::Sheet, message));
    }
    let error = read(b"a,b\n1,2\n".to_vec(), Some("S")).err().unwrap();
    assert_eq!(
        (error.rule, error.message.as_str()),
        (TableRule::Sheet, "this is no workbook (.xlsx), so it has no sheet \"S\"")
    );
}

#[test]
fn tables_that_begin_below_a_title_or_beside_the_margin() {
    let rows_xml = row(1, &["", "'Customers of 2024"])
        + &row(3, &["", "'name", "'plan", "", ""])
        + &row(4, &["", "'A", "'x", "", ""])
        + &row(5, &["", "'B", "", "", "'a note"]);
    let mut source = read(workbook(&[("S", "", &rows_xml)], ""), None).unwrap();
    assert_eq!(source.columns(), ["name", "plan", "column 3"]);
    let found = rows(&mut source).unwrap();
    assert_eq!(found[0], (4, vec!["A".into(), "x".into(), String::new()]));
    assert_eq!(found[1], (5, vec!["B".into(), String::new(), "a note".into()]));
    let notice = "row 1 is a title, not the names of the columns, and is passed over: \"Customers of 2024\"";
    assert_eq!(source.notices(), [notice]);
    // One column is no title.
    let rows_xml = row(1, &["'only"]) + &row(2, &["1"]) + &row(3, &["2"]);
    let source = read(workbook(&[("S", "", &rows_xml)], ""), None).unwrap();
    assert_eq!((source.columns(), source.notices().len()), (&["only".to_owned()][..], 0));
}

#[test]
fn many_rows_come_in_batches_and_are_written_as_text() {
    let header = row(1, &["'n", "'t"]);
    let body: String = (0..9000).map(|index| row(index + 2, &[&index.to_string(), "'a,b"])).collect();
    let mut source = read(workbook(&[("S", "", &(header + &body))], ""), None).unwrap();
    let output = OutputTable::new(&mut source, Format::Text { delimiter: ',' }, &[]).unwrap();
    let mut writer = output.writer(Vec::new()).unwrap();
    let mut sizes = Vec::new();
    for batch in source {
        let batch = batch.unwrap();
        sizes.push(batch.rows());
        writer.write(&output.encode(&batch, &[]).unwrap()).unwrap();
    }
    assert_eq!(sizes, [4096, 4096, 808]);
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(text.starts_with("n,t\n0,\"a,b\"\n") && text.ends_with("\n8999,\"a,b\"\n"), "{text}");
}

#[test]
fn what_is_no_workbook_is_named() {
    let empty = workbook(&[("Leer", "", "")], "");
    let header = workbook(&[("S", "", &row(1, &["'a", "'b"]))], "");
    let ods = zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".into()),
        ("content.xml", String::new()),
    ]);
    for (bytes, rule, part) in [
        (empty, TableRule::NotEmpty, "the sheet \"Leer\" is empty"),
        (header, TableRule::Rows, "no rows"),
        (ods, TableRule::Format, "(.ods); save it as .xlsx or CSV"),
        (zipped(&[("xl/workbook.bin", "x".into())]), TableRule::Format, "(.xlsb)"),
        (
            zipped(&[("table.csv", "a,b\n1,2\n".into())]),
            TableRule::Format,
            "a zip archive, but no workbook (.xlsx); unpack it",
        ),
        (zipped(&[("xl/workbook.xml", "<workbook".into())]), TableRule::Undamaged, "the workbook is damaged"),
        (b"PK\x03\x04rest".to_vec(), TableRule::Format, "unpack it"),
    ] {
        let error = refusal(&bytes);
        assert!(error.rule == rule && error.message.contains(part), "{error}");
    }
    // Numbers above the rows instead of names.
    let error = refusal(workbook(&[("S", "", &(row(1, &["1", "2"]) + &row(2, &["3", "4"])))], ""));
    assert_eq!((error.rule, error.line), (TableRule::Header, Some(1)));
}

#[test]
fn damage_is_an_error_and_no_panic() {
    let body: String = (2..40).map(|index| row(index, &["'a", "1:45322", "2.5"])).collect();
    let bytes = workbook(&[("S", "", &(row(1, &["'t", "'d", "'n"]) + &body))], "");
    for length in (4..bytes.len()).step_by(7) {
        assert!(Source::from_bytes("t.xlsx", bytes[..length].to_vec()).is_err(), "{length}");
    }
    for at in 4..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x5a;
        // It may be read where what is damaged is not needed.
        let _ = Source::from_bytes("t.xlsx", damaged).and_then(rows::<Source>);
    }
}
