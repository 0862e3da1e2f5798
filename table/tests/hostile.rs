//! Parquet files and workbooks that lie about their size, or unpack to far more than they have. Each
//! is refused with its size and the limit, in memory that is counted here.
#![allow(unsafe_code, reason = "only an allocator can count what is allocated; it passes each call on as it is")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tenure_table::{Source, TableError, TableRule};
use zip::write::SimpleFileOptions;

/// The most bytes that a refusal may take beside the file itself.
const MOST: isize = 100_000_000;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

impl Counting {
    fn add(bytes: isize) {
        // A thread that ends frees memory after its cells are gone.
        let _ = LIVE.try_with(|live| {
            live.set(live.get() + bytes);
            let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
        });
    }
}

// SAFETY: each call goes to the system's allocator with the arguments that came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::add(layout.size() as isize);
        // SAFETY: the caller's promise is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Counting::add(layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Counting::add(size as isize - layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Counting::add(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `work` gives, and the most bytes that this thread held at once meanwhile.
fn counted<T>(work: impl FnOnce() -> T) -> (T, isize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}

/// The error of reading all rows of the columns that are named, or of all that can be read.
fn refusal(bytes: Vec<u8>, columns: Option<&[usize]>) -> TableError {
    let (length, read) = (bytes.len(), move || {
        let mut source = Source::from_bytes("t", bytes)?;
        if let Some(columns) = columns {
            source.select(columns);
        }
        source.try_for_each(|batch| batch.map(drop))
    });
    let (result, peak) = counted(read);
    let error = result.expect_err("a hostile file is read");
    println!("{length} bytes, {peak} bytes held: {error}");
    assert!(peak < MOST, "{peak} bytes are held before this: {error}");
    assert!(error.to_string().len() < 500, "{error}");
    error
}

fn refused(bytes: Vec<u8>, rule: TableRule, parts: &[&str]) {
    let error = refusal(bytes, None);
    assert_eq!(error.rule, rule, "{error}");
    parts.iter().for_each(|part| assert!(error.message.contains(part), "{part:?} is not in: {error}"));
}

/// A struct of Thrift's compact protocol, as its bytes.
#[derive(Default)]
struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

fn number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn signed(value: i64, bytes: &mut Vec<u8>) {
    number((value << 1 ^ value >> 63) as u64, bytes);
}

impl Struct {
    fn field(mut self, id: u8, kind: u8, write: impl FnOnce(&mut Vec<u8>)) -> Struct {
        self.bytes.push((id - self.last) << 4 | kind);
        self.last = id;
        write(&mut self.bytes);
        self
    }

    fn i32(self, id: u8, value: i64) -> Struct {
        self.field(id, 5, |bytes| signed(value, bytes))
    }

    fn i64(self, id: u8, value: i64) -> Struct {
        self.field(id, 6, |bytes| signed(value, bytes))
    }

    fn text(self, id: u8, text: &str) -> Struct {
        self.field(id, 8, |bytes| {
            number(text.len() as u64, bytes);
            bytes.extend(text.as_bytes());
        })
    }

    fn inner(self, id: u8, inner: Struct) -> Struct {
        self.field(id, 12, |bytes| bytes.extend(inner.end()))
    }

    fn list(self, id: u8, kind: u8, elements: &[Vec<u8>]) -> Struct {
        self.field(id, 9, |bytes| {
            bytes.push(0xf0 | kind);
            number(elements.len() as u64, bytes);
            bytes.extend(elements.concat());
        })
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

const INT32: i64 = 1;
const INT64: i64 = 2;
const BYTE_ARRAY: i64 = 6;
const UNCOMPRESSED: i64 = 0;
const SNAPPY: i64 = 1;
const GZIP: i64 = 2;
const ZSTD: i64 = 6;
const PLAIN: i64 = 0;
const DELTA_LENGTH: i64 = 6;
const DELTA: i64 = 7;
const BY_DICTIONARY: i64 = 8;
/// What a page has at most, in a file of a few kilobytes.
const HELD: &str = "at most 67108864";

/// A page: its claims, and its bytes as they lie in the file.
#[derive(Clone)]
struct Page {
    is_dictionary: bool,
    unpacked: i64,
    values: i64,
    encoding: i64,
    bytes: Vec<u8>,
}

impl Page {
    fn data(values: i64, encoding: i64, bytes: Vec<u8>) -> Page {
        Page { is_dictionary: false, unpacked: bytes.len() as i64, values, encoding, bytes }
    }

    fn dictionary(values: i64, bytes: Vec<u8>) -> Page {
        Page { is_dictionary: true, ..Page::data(values, PLAIN, bytes) }
    }

    fn packed(self, pack: impl Fn(&[u8]) -> Vec<u8>) -> Page {
        Page { bytes: pack(&self.bytes), ..self }
    }

    fn written(&self) -> Vec<u8> {
        let header = Struct::default().i32(1, if self.is_dictionary { 2 } else { 0 });
        let header = header.i32(2, self.unpacked).i32(3, self.bytes.len() as i64);
        let inner = Struct::default().i32(1, self.values).i32(2, self.encoding);
        let header = match self.is_dictionary {
            true => header.inner(7, inner),
            false => header.inner(5, inner.i32(3, 3).i32(4, 3)),
        };
        [header.end(), self.bytes.clone()].concat()
    }
}

#[derive(Clone)]
struct Column {
    kind: i64,
    is_repeated: bool,
    codec: i64,
    pages: Vec<Page>,
}

impl Column {
    fn new(kind: i64, codec: i64, pages: Vec<Page>) -> Column {
        Column { kind, is_repeated: false, codec, pages }
    }
}

fn footer(file: Vec<u8>, schema: &[Vec<u8>], rows: i64, groups: &[Vec<u8>]) -> Vec<u8> {
    let footer = Struct::default().i32(1, 1).list(2, 12, schema).i64(3, rows).list(4, 12, groups).end();
    let length = (footer.len() as u32).to_le_bytes().to_vec();
    [file, footer, length, b"PAR1".to_vec()].concat()
}

/// A file of one row group with these columns, named c0 and on.
fn parquet(rows: i64, columns: &[Column]) -> Vec<u8> {
    let mut file = b"PAR1".to_vec();
    let mut schema = vec![Struct::default().text(4, "schema").i32(5, columns.len() as i64).end()];
    let mut chunks = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let name = format!("c{index}");
        let element = Struct::default().i32(1, column.kind).i32(3, if column.is_repeated { 2 } else { 0 });
        let element = element.text(4, &name);
        schema.push(if column.kind == BYTE_ARRAY { element.i32(6, 0) } else { element }.end());
        let start = file.len() as i64;
        let mut data = start;
        let mut has_dictionary = false;
        for page in &column.pages {
            if page.is_dictionary {
                has_dictionary = true;
                data = start + page.written().len() as i64;
            }
            file.extend(page.written());
        }
        let values = column.pages.iter().filter(|page| !page.is_dictionary).map(|page| page.values).sum();
        let packed = file.len() as i64 - start;
        let encodings: Vec<Vec<u8>> = column.pages.iter().map(|page| vec![page.encoding as u8 * 2]).collect();
        let mut path = Vec::new();
        number(name.len() as u64, &mut path);
        path.extend(name.as_bytes());
        let chunk = Struct::default().i32(1, column.kind).list(2, 5, &encodings).list(3, 8, &[path]);
        let chunk = chunk.i32(4, column.codec).i64(5, values).i64(6, packed).i64(7, packed).i64(9, data);
        let chunk = if has_dictionary { chunk.i64(11, start) } else { chunk };
        chunks.push(Struct::default().i64(2, start).inner(3, chunk).end());
    }
    let group = Struct::default().list(1, 12, &chunks).i64(2, file.len() as i64).i64(3, rows).end();
    footer(file, &schema, rows, &[group])
}

/// Three numbers.
fn numbers() -> Column {
    let values: Vec<u8> = [1i64, 2, 3].iter().flat_map(|value| value.to_le_bytes()).collect();
    Column::new(INT64, UNCOMPRESSED, vec![Page::data(3, PLAIN, values)])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// A text of Parquet: its length and its bytes.
fn text(length: usize) -> Vec<u8> {
    [&(length as u32).to_le_bytes()[..], &vec![b'a'; length]].concat()
}

/// Lengths of 0 in a delta encoding: so many, in one block without bits.
fn no_lengths(count: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    [1 << 31, 1, count].into_iter().for_each(|value| number(value, &mut bytes));
    bytes.extend([0; 8]);
    bytes
}

/// Runs of one value, as levels and keys are written, with their length before them.
fn run(count: u64, value: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    number(count << 1, &mut bytes);
    bytes.push(value);
    [&(bytes.len() as u32).to_le_bytes()[..], &bytes].concat()
}

#[test]
fn honest_files_are_read() {
    let keys = |width: u8, count: u64| [&[width][..], &run(count, 0)[4..]].concat();
    let texts = Column::new(
        BYTE_ARRAY,
        ZSTD,
        vec![Page::dictionary(1, text(7)).packed(zstd), Page::data(3, BY_DICTIONARY, keys(1, 3)).packed(zstd)],
    );
    let lengths: Vec<u8> = {
        // Lengths of 1, 1 and 1, and their texts.
        let mut bytes = Vec::new();
        [128, 4, 3].into_iter().for_each(|value| number(value, &mut bytes));
        bytes.extend([2, 0, 0, 0, 0, 0]);
        bytes.extend(b"xyz");
        bytes
    };
    let deltas = Column::new(BYTE_ARRAY, GZIP, vec![Page::data(3, DELTA_LENGTH, lengths).packed(gzip)]);
    let mut source = Source::from_bytes("t", parquet(3, &[numbers(), texts, deltas])).unwrap();
    let batch = source.next().unwrap().unwrap();
    let row = |row| [0, 1, 2].map(|column| batch.text(row, column).into_owned());
    assert_eq!([row(0), row(2)], [["1", "aaaaaaa", "x"], ["3", "aaaaaaa", "z"]].map(|row| row.map(String::from)));
}

#[test]
fn a_page_that_claims_gigabytes_is_refused() {
    for codec in [SNAPPY, GZIP, ZSTD] {
        let page = Page { unpacked: i32::MAX.into(), ..Page::data(3, PLAIN, vec![0; 24]) };
        let parts = ["a page of column `c0` takes 2147483647 bytes", HELD];
        refused(parquet(3, &[Column::new(INT64, codec, vec![page])]), TableRule::Size, &parts);
    }
}

#[test]
fn pages_that_are_large_together_are_refused() {
    let cell = Page::dictionary(1, text(1 << 20)).packed(zstd);
    let keys = Page::data(3, BY_DICTIONARY, [&[1][..], &run(3, 0)[4..]].concat()).packed(zstd);
    let columns = vec![Column::new(BYTE_ARRAY, ZSTD, vec![cell, keys]); 100];
    let bytes = parquet(3, &columns);
    assert!(bytes.len() < 30_000, "{}", bytes.len());
    refused(bytes, TableRule::Size, &["its pages take 104", HELD]);
}

#[test]
fn a_dictionary_that_claims_entries_is_refused() {
    for (kind, entries) in [(INT32, "4 bytes or more"), (INT64, "8 bytes or more"), (BYTE_ARRAY, "4 bytes or more")] {
        let dictionary = Page::dictionary(i32::MAX.into(), vec![0; 8]);
        let keys = Page::data(3, BY_DICTIONARY, vec![0, 6, 0]);
        let bytes = parquet(3, &[Column::new(kind, UNCOMPRESSED, vec![dictionary, keys])]);
        refused(
            bytes,
            TableRule::Size,
            &["the dictionary of column `c0` claims 2147483647 entries", entries, "in 8 bytes"],
        );
    }
}

#[test]
fn rows_that_are_not_there_are_refused() {
    let parts = ["claims 1152921504606846976 rows", "at most 16777216"];
    refused(parquet(1 << 60, &[numbers()]), TableRule::Size, &parts);
    let parts = ["row group 1 claims 1000 rows, and column `c0` has 3 in its pages"];
    refused(parquet(1000, &[numbers()]), TableRule::Undamaged, &parts);
    let group = |rows| Struct::default().list(1, 12, &[]).i64(2, 0).i64(3, rows).end();
    let schema = [Struct::default().text(4, "schema").i32(5, 0).end()];
    // Sums that overflow, and rows fewer than none.
    for rows in [i64::MAX, -1] {
        let file = footer(b"PAR1".to_vec(), &schema, rows, &[group(rows), group(rows), group(rows)]);
        refused(file, TableRule::Undamaged, &["its row groups claim another number"]);
    }
}

#[test]
fn a_column_at_no_place_of_the_file_is_refused() {
    let element = Struct::default().i32(1, INT64).i32(3, 0).text(4, "c0").end();
    let schema = [Struct::default().text(4, "schema").i32(5, 1).end(), element];
    for (start, length, dictionary) in [(-1, 8, None), (4, -8, None), (4, 8, Some(i64::MIN))] {
        let path = [&[2][..], b"c0"].concat();
        let chunk = Struct::default().i32(1, INT64).list(2, 5, &[vec![0]]).list(3, 8, &[path]).i32(4, UNCOMPRESSED);
        let chunk = chunk.i64(5, 1).i64(6, length).i64(7, length).i64(9, start);
        let chunk = dictionary.into_iter().fold(chunk, |chunk, start| chunk.i64(11, start));
        let chunk = Struct::default().i64(2, 4).inner(3, chunk).end();
        let group = Struct::default().list(1, 12, &[chunk]).i64(2, 8).i64(3, 1).end();
        let file = footer([&b"PAR1"[..], &[0; 8]].concat(), &schema, 1, &[group]);
        let place = format!("column `c0` claims {length} bytes from byte {} on", dictionary.unwrap_or(start));
        refused(file, TableRule::Undamaged, &[&place]);
    }
}

#[test]
fn lengths_of_texts_that_are_not_there_are_refused() {
    for encoding in [DELTA_LENGTH, DELTA] {
        // More than the page's header claims.
        let lengths = [no_lengths(i32::MAX as u64), no_lengths(i32::MAX as u64)].concat();
        let column =
            |values| Column::new(BYTE_ARRAY, UNCOMPRESSED, vec![Page::data(values, encoding, lengths.clone())]);
        let parts = ["a page of column `c0` claims more texts than the 3 that its header has"];
        refused(parquet(3, &[column(3)]), TableRule::Undamaged, &parts);
        // As many, in as many rows as are read.
        let parts = ["a page of column `c0` takes 134217", HELD];
        refused(parquet(1 << 24, &[column(1 << 24)]), TableRule::Size, &parts);
    }
}

#[test]
fn a_page_that_unpacks_to_more_than_it_claims_is_refused() {
    let page = Page { unpacked: 24, ..Page::data(3, PLAIN, vec![0; 500_000_000]).packed(gzip) };
    let bytes = parquet(3, &[Column::new(INT64, GZIP, vec![page])]);
    let parts = ["a page of column `c0` unpacks to more than the 24 bytes it claims"];
    refused(bytes, TableRule::Undamaged, &parts);
}

#[test]
fn long_texts_side_by_side_come_in_small_batches() {
    // A page for each text of one MiB, which zstd makes a few bytes of.
    let pages = vec![Page::data(1, PLAIN, text(1 << 20)).packed(zstd); 300];
    let bytes = parquet(300, &[Column::new(BYTE_ARRAY, ZSTD, pages)]);
    assert!(bytes.len() < 60_000, "{}", bytes.len());
    let (sizes, peak) = counted(|| {
        let source = Source::from_bytes("t", bytes).unwrap();
        source.map(|batch| batch.unwrap().rows()).collect::<Vec<_>>()
    });
    assert_eq!(sizes.iter().sum::<usize>(), 300);
    // A batch of 64, and the room in which it grew.
    assert!(peak < 210_000_000 && sizes[0] >= 32, "{peak} bytes are held, {sizes:?}");
}

#[test]
fn lists_of_endless_elements_are_refused_where_they_are_copied() {
    let count = i32::MAX as u64;
    let body = [run(count, 1), run(count, 1), vec![1], run(count, 0)[4..].to_vec()].concat();
    let list = Column {
        is_repeated: true,
        ..Column::new(
            INT64,
            UNCOMPRESSED,
            vec![Page::dictionary(1, vec![7; 8]), Page::data(count as i64, BY_DICTIONARY, body)],
        )
    };
    let bytes = parquet(3, &[numbers(), list]);
    let source = Source::from_bytes("t", bytes.clone()).unwrap();
    assert_eq!(source.refused().len(), 1);
    let error = refusal(bytes, Some(&[0, 1]));
    assert!(error.rule == TableRule::Size && error.message.contains("its pages take 34"), "{error}");
}

#[test]
fn columns_that_are_deep_or_not_there_are_refused() {
    let group = |children: i64| Struct::default().i32(3, 0).text(4, "g").i32(5, children).end();
    let leaf = || Struct::default().i32(1, INT64).i32(3, 0).text(4, "n").end();
    let deep = [vec![group(1); 100_000], vec![leaf()]].concat();
    let parts = ["groups of 100000 levels, and at most 64"];
    refused(footer(b"PAR1".to_vec(), &deep, 0, &[]), TableRule::Size, &parts);
    let wide = [group(i32::MAX.into()), leaf()];
    let parts = ["a group claims 2147483647 columns, and the schema has 2"];
    refused(footer(b"PAR1".to_vec(), &wide, 0, &[]), TableRule::Undamaged, &parts);
}

/// A workbook of one sheet with these rows, shared texts and styles, all in XML.
fn workbook(rows: &str, shared: &str, styles: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packages = "http://schemas.openxmlformats.org/package/2006/relationships";
    let related = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{packages}\"><Relationship Id=\"r1\" Type=\"{relations}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let parts = [
        ("_rels/.rels", related("officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", related("worksheet", "worksheets/sheet1.xml")),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        ("xl/styles.xml", format!("<styleSheet xmlns=\"{main}\">{styles}</styleSheet>")),
        ("xl/sharedStrings.xml", shared.replace("<sst", &format!("<sst xmlns=\"{main}\""))),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                "<worksheet xmlns=\"{main}\"><sheetData><row><c t=\"inlineStr\"><is><t>n</t></is></c></row>{rows}</sheetData></worksheet>"
            ),
        ),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, text) in parts {
        archive.start_file(name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Replaces a size in the list of an archive's parts: 20 bytes into an entry lie the packed ones, 24
/// bytes the others.
fn claim(mut archive: Vec<u8>, part: &str, at: usize, size: u32) -> Vec<u8> {
    let place = (0..archive.len()).rev().find(|&place| {
        archive[place..].starts_with(b"PK\x01\x02") && archive[place + 46..].starts_with(part.as_bytes())
    });
    let place = place.unwrap() + at;
    archive[place..place + 4].copy_from_slice(&size.to_le_bytes());
    archive
}

const SHEET: &str = "xl/worksheets/sheet1.xml";
const CELL: &str = "<row><c><v>1</v></c></row>";

#[test]
fn parts_of_a_workbook_that_unpack_to_much_are_refused() {
    assert!(Source::from_bytes("t", workbook(CELL, "<sst></sst>", "")).unwrap().next().unwrap().is_ok());
    let most = "at most 16777216";
    let bomb = workbook(&CELL.repeat(4_000_000), "<sst></sst>", "");
    refused(
        bomb.clone(),
        TableRule::Size,
        &[SHEET, "unpacks to 104000", &format!("at most {}", (bomb.len() * 100).max(1 << 24))],
    );
    let claimed = claim(workbook(CELL, "<sst></sst>", ""), SHEET, 24, u32::MAX - 1);
    refused(claimed, TableRule::Size, &[SHEET, "unpacks to 4294967294 bytes", most]);
    // The same, with a small claim.
    refused(claim(bomb, SHEET, 24, 1000), TableRule::Undamaged, &["a part unpacks to more than it claims"]);
    // Parts that lie upon each other.
    let bytes = claim(workbook(CELL, "<sst></sst>", ""), "xl/styles.xml", 20, 1 << 30);
    refused(bytes, TableRule::Undamaged, &["its parts claim 10737", "packed bytes"]);
    let texts = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(2_000_000));
    refused(workbook(CELL, &texts, ""), TableRule::Size, &["xl/sharedStrings.xml", "unpacks to 340000", "at most 199"]);
}

#[test]
fn shared_texts_that_are_not_there_are_refused() {
    for count in ["1099511627776", "60000000000"] {
        let shared = format!("<sst uniqueCount=\"{count}\"><si><t>a</t></si></sst>");
        refused(
            workbook(CELL, &shared, ""),
            TableRule::Size,
            &["xl/sharedStrings.xml", &format!("claims {count} texts")],
        );
    }
}

#[test]
fn cells_that_repeat_long_texts_are_refused() {
    let shared = format!("<sst><si><t>{}</t></si></sst>", "a".repeat(1 << 19));
    let cell = "<c t=\"s\"><v>0</v></c>";
    let bytes = workbook(&format!("<row>{cell}</row>").repeat(100_000), &shared, "");
    assert!(bytes.len() < 30_000, "{}", bytes.len());
    refused(bytes, TableRule::Size, &["its cells have more than the 33554432 bytes"]);
    let bytes = workbook(&format!("<row>{}</row>", cell.repeat(16_000)), &shared, "");
    refused(bytes, TableRule::RecordLength, &["a row of more than 1024 KiB"]);
}

#[test]
fn styles_that_copy_long_texts_are_refused() {
    let format = format!("<numFmts><numFmt numFmtId=\"200\" formatCode=\"{}\"/></numFmts>", "0".repeat(100_000));
    let styles = format!("{format}<cellXfs>{}</cellXfs>", "<xf numFmtId=\"200\"/>".repeat(100_000));
    let bytes = workbook(CELL, "<sst></sst>", &styles);
    assert!(bytes.len() < 30_000, "{}", bytes.len());
    refused(bytes, TableRule::Size, &["xl/styles.xml", "has 100000 styles", HELD]);
}
