"""Writes the tables of this folder, and tables.json: what every reader must read in them.

`python3 tables.py`, with Python alone. The command's reader and the page's module are both tested
with them, so the two cannot come to read a table differently.

An entry has the file's name, and either `refused` (the rule that is broken, the line, a part of the
message) or `columns`, `delimiter` (none for a sheet), `rows` (the line and the cells as they stand),
`broken` (the lines that are broken, with the problem; their cells do not count) and `notices` (a
part of each).
"""

import gzip
import io
import json
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
ENTRIES = []


def write(name, data):
    (HERE / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def table(name, data, columns, rows, delimiter=",", broken=(), notices=()):
    write(name, data)
    ENTRIES.append(
        {
            "file": name,
            "columns": columns,
            "delimiter": delimiter,
            "rows": rows,
            "broken": list(broken),
            "notices": list(notices),
        }
    )


def refused(name, data, rule, line, part):
    write(name, data)
    ENTRIES.append({"file": name, "refused": {"rule": rule, "line": line, "part": part}})


PLAIN = "id,plan,spend\n1,Größe,10.5\n2,€ 5,\n"
ROWS = [[2, ["1", "Größe", "10.5"]], [3, ["2", "€ 5", ""]]]
NAMES = ["id", "plan", "spend"]

# Encodings.
table("utf8.csv", PLAIN, NAMES, ROWS)
table("utf8-mark.csv", "\ufeff" + PLAIN, NAMES, ROWS)
table("utf16le.csv", b"\xff\xfe" + PLAIN.encode("utf-16-le"), NAMES, ROWS)
table("utf16be.csv", b"\xfe\xff" + PLAIN.encode("utf-16-be"), NAMES, ROWS)
table("utf16-no-mark.csv", PLAIN.encode("utf-16-le"), NAMES, ROWS)
table(
    "windows-1252.csv",
    PLAIN.encode("windows-1252"),
    NAMES,
    ROWS,
    notices=['read as Windows-1252, first in line 2: "Größe"'],
)
# One cell is UTF-8, the other is not.
table(
    "two-encodings.csv",
    b"id,plan\n\xc3\xa9,\xe9\n",
    ["id", "plan"],
    [[2, ["é", "é"]]],
    notices=["read as Windows-1252, first in line 2"],
)
refused("utf32.csv", PLAIN.encode("utf-32"), "encoding", None, "UTF-32")

# Layouts.
table("separator.csv", "sep=;\r\nid;plan\r\n1;a,b\r\n", ["id", "plan"], [[3, ["1", "a,b"]]], delimiter=";")
table("tabs.tsv", "id\tplan\n1\ta, b\n2\t\n", ["id", "plan"], [[2, ["1", "a, b"]], [3, ["2", ""]]], delimiter="\t")
table("bars.txt", "id|plan\n1|a\n", ["id", "plan"], [[2, ["1", "a"]]], delimiter="|")
table(
    "title.csv",
    "Customers of 2026\n\nid,plan\n1,a\n2,b\n",
    ["id", "plan"],
    [[4, ["1", "a"]], [5, ["2", "b"]]],
    notices=['line 1 is a title, not the names of the columns, and is passed over: "Customers of 2026"'],
)
table("trailing.csv", "id,plan\n1,a,\n2,b,\n", ["id", "plan"], [[2, ["1", "a"]], [3, ["2", "b"]]])
table("unnamed.csv", ",plan\n1,a\n", ["column 1", "plan"], [[2, ["1", "a"]]])
table("spaces.csv", " id , plan\n 1 ,a \n", ["id", "plan"], [[2, [" 1 ", "a "]]])

# Lines.
table("no-end.csv", "id,plan\n1,a", ["id", "plan"], [[2, ["1", "a"]]])
table("blank-lines.csv", "\n \nid,plan\n\n1,a\n\t \n2,b\n\n  ", ["id", "plan"], [[5, ["1", "a"]], [7, ["2", "b"]]])
table(
    "line-ends.csv",
    "id,plan\r\n1,a\n2,b\r3,c\r\n\r\n4,d\r\n",
    ["id", "plan"],
    [[2, ["1", "a"]], [3, ["2", "b"]], [4, ["3", "c"]], [6, ["4", "d"]]],
)
table(
    "quotes.csv",
    'id,plan\n1,"a, ""b"""\n2,"two\nlines"\n"3",c\n4,"x\r\ny"\n5,d\n',
    ["id", "plan"],
    [[2, ["1", 'a, "b"']], [3, ["2", "two\nlines"]], [5, ["3", "c"]], [6, ["4", "x\r\ny"]], [8, ["5", "d"]]],
)
EVEN = "".join(f"{row},a\n" for row in range(1, 13))
table(
    "ragged.csv",
    f"id,plan\n{EVEN}13,b,c\n14\n15,d\n",
    ["id", "plan"],
    [[row + 1, [str(row), "a"]] for row in range(1, 13)] + [[14, None], [15, None], [16, ["15", "d"]]],
    broken=[
        [14, 'the number of cells is 3, but the header has 2 (beyond the last column: "c")'],
        [15, "the number of cells is 1, but the header has 2"],
    ],
)
table(
    "swallowed.csv",
    f'id,plan\n{EVEN}13,"b\n14,c\n15,"d"\n16,e\n',
    ["id", "plan"],
    [[row + 1, [str(row), "a"]] for row in range(1, 13)]
    + [[14, None], [15, ["14", "c"]], [16, ["15", "d"]], [17, ["16", "e"]]],
    broken=[[14, "a quote opens here and is closed on another line, behind other rows"]],
)

# Compression.
table("packed.csv.gz", gzip.compress(PLAIN.encode(), mtime=0), NAMES, ROWS)
table("packed-utf16.gz", gzip.compress(b"\xff\xfe" + PLAIN.encode("utf-16-le"), mtime=0), NAMES, ROWS)
refused("cut.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)[:-12], "undamaged", None, "damaged or cut off")

# Refusals.
refused("empty.csv", "", "not_empty", None, "the file is empty")
refused("only-blank-lines.csv", "\n \n\r\n", "not_empty", None, "only empty lines")
refused("only-header.csv", "id,plan\n", "rows", None, "no rows")
refused("numbers.csv", "1,2\n3,4\n", "header", 1, "no header")
refused("twice.csv", "id,plan,id\n1,a,2\n", "unique_columns", 1, '"id" (columns 1, 3)')
refused("open-quote.csv", 'id,plan\n1,a\n2,"b\n3,c\n', "closed_quotes", 3, "never closed")
refused("wrong-header.csv", "title, two\na,b,c\n1,2,3\n4,5,6\n", "delimiter", None, "the 2 cells of the header")
refused("page.html", "<!doctype html>\n<p>no table</p>\n", "format", None, "HTML")
refused("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "format", None, "a binary file")
refused("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "format", None, "save it as .xlsx or CSV")


# Workbooks.
def workbook(sheets):
    """The bytes of an .xlsx of sheets: names, and rows as lists of (cell, XML) by their number."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>' for number, (name, _) in enumerate(sheets, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{relations}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships">{targets}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>",
    }
    for number, (_, rows) in enumerate(sheets, 1):
        body = "".join(
            f'<row r="{row}">' + "".join(cell(f"{column}{row}", value) for column, value in cells.items()) + "</row>"
            for row, cells in rows.items()
        )
        files[f"xl/worksheets/sheet{number}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
    bytes_ = io.BytesIO()
    with zipfile.ZipFile(bytes_, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return bytes_.getvalue()


def cell(place, value):
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value}</v></c>'
    if value.startswith("day "):
        return f'<c r="{place}" s="1"><v>{value[4:]}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


CUSTOMERS = {
    1: {"A": "id", "B": "since", "C": "spend", "D": "paperless"},
    2: {"A": "Größe", "B": "day 45322", "C": 10.5, "D": True},
    4: {"A": "x", "C": 7, "D": False},
}
SHEET = [[2, ["Größe", "2024-01-31", "10.5", "TRUE"]], [4, ["x", "", "7", "FALSE"]]]
SHEET_NAMES = ["id", "since", "spend", "paperless"]
BLANK_ROW = "a row without any value is passed over, row 3"
table(
    "sheet.xlsx",
    workbook([("Customers", CUSTOMERS)]),
    SHEET_NAMES,
    SHEET,
    delimiter=None,
    notices=[BLANK_ROW],
)
table(
    "sheets.xlsx",
    workbook([("Customers", CUSTOMERS), ("Notes", {1: {"A": "a", "B": "b"}, 2: {"A": 1, "B": 2}})]),
    SHEET_NAMES,
    SHEET,
    delimiter=None,
    notices=['the sheet "Customers" is read, the first of 2 ("Customers", "Notes")', BLANK_ROW],
)

# A table for the models with the fields of IBM Telco: the second customer has a tenure that is no
# number.
TELCO = {
    "customerID": ["0001-A", "0002-B", "0003-C"],
    "gender": ["Female", "Male", "Female"],
    "SeniorCitizen": [0, 1, 0],
    "Partner": ["Yes", "No", "No"],
    "Dependents": ["No", "No", "Yes"],
    "tenure": [1, "soon", 60],
    "PhoneService": ["Yes", "Yes", "Yes"],
    "MultipleLines": ["No", "Yes", "No"],
    "InternetService": ["Fiber optic", "DSL", "No"],
    "OnlineSecurity": ["No", "Yes", "No internet service"],
    "OnlineBackup": ["No", "Yes", "No internet service"],
    "DeviceProtection": ["No", "Yes", "No internet service"],
    "TechSupport": ["No", "No", "No internet service"],
    "StreamingTV": ["Yes", "No", "No internet service"],
    "StreamingMovies": ["Yes", "No", "No internet service"],
    "Contract": ["Month-to-month", "One year", "Two year"],
    "PaperlessBilling": ["Yes", "No", "No"],
    "PaymentMethod": ["Electronic check", "Mailed check", "Bank transfer (automatic)"],
    "MonthlyCharges": [95.5, 60, 20.25],
    "TotalCharges": [95.5, 720, 1215],
}
TEXTS = [[str(values[row]) for values in TELCO.values()] for row in range(3)]
LETTERS = [chr(ord("A") + column) for column in range(len(TELCO))]
table(
    "telco.xlsx",
    workbook(
        [
            ("Customers", {1: dict(zip(LETTERS, TELCO))} | {
                row + 2: dict(zip(LETTERS, (values[row] for values in TELCO.values()))) for row in range(3)
            }),
            ("Notes", {1: {"A": "a"}}),
        ]
    ),
    list(TELCO),
    [[row + 2, cells] for row, cells in enumerate(TEXTS)],
    delimiter=None,
    notices=["the first of 2"],
)
table(
    "telco.csv.gz",
    gzip.compress("".join(";".join(cells) + "\r\n" for cells in [list(TELCO), *TEXTS]).encode("utf-16"), mtime=0),
    list(TELCO),
    [[row + 2, cells] for row, cells in enumerate(TEXTS)],
    delimiter=";",
)
refused("empty.xlsx", workbook([("Customers", {})]), "not_empty", None, "is empty")
refused("cut.xlsx", workbook([("Customers", CUSTOMERS)])[:-40], "undamaged", None, "the workbook is damaged")
refused("archive.zip", b"PK\x03\x04" + bytes(60), "format", None, "no workbook (.xlsx); unpack it")

write("tables.json", json.dumps(ENTRIES, ensure_ascii=False, indent=2) + "\n")
