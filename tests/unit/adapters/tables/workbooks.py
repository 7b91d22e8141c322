"""Workbooks made by hand, part by part, as no program would make them; and by programs other than the hub's."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
SHEET = "xl/worksheets/sheet1.xml"

HEADINGS = (
    "Command",
    "Connection status",
    "Export capacity (kW)",
    "Make",
    "Date connected",
    "Flexible connection",
)
ROW = ("register", "connected", "5", "ACME", "2019-05-01", "yes")


def inline(text: str, reference: str = "") -> str:
    at = f' r="{reference}"' if reference else ""
    return f'<c{at} t="inlineStr"><is><t>{text}</t></is></c>'


def row(*cells: str, number: int | None = None) -> str:
    """A row; what is no element is text."""
    at = f' r="{number}"' if number else ""
    inner = "".join(cell if cell.startswith("<") else inline(cell) for cell in cells)
    return f"<row{at}>{inner}</row>"


def sheet_xml(*rows: str, after: str = "", before: str = "") -> str:
    return f"{before}<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData>{after}</worksheet>"


def parts_of(sheet: str, *, state: str = "", date1904: str = "") -> dict[str, str]:
    """The parts of a workbook with one sheet, `Part 1`."""
    return {
        "xl/workbook.xml": (
            f'<workbook {MAIN} xmlns:r="{RELATIONS}"><workbookPr {date1904}/><sheets>'
            f'<sheet name="Part 1" sheetId="1" r:id="rId1" {state}/></sheets></workbook>'
        ),
        RELATIONSHIPS: (
            f'<Relationships {PACKAGE}>'
            f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rId3" Type="{RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
            "</Relationships>"
        ),
        "xl/styles.xml": (
            f'<styleSheet {MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\/mm\\/yyyy"/></numFmts>'
            '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="2"/></cellXfs>'
            "</styleSheet>"
        ),
        "xl/sharedStrings.xml": (
            f"<sst {MAIN}><si><t>ACME</t></si><si><r><t>AC</t></r><r><t>ME</t></r><rPh><t>x</t></rPh></si></sst>"
        ),
        SHEET: sheet,
    }  # fmt: skip


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def workbook(*rows: str, after: str = "", before: str = "", **more: Any) -> bytes:
    """A workbook with one sheet, whose rows come below the usual headings."""
    sheet = sheet_xml(row(*HEADINGS), *rows, after=after, before=before)
    return zipped(parts_of(sheet, **more))


def by_openpyxl(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Sheets by name, their cells as Python values."""
    book: Workbook = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(list(cells))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
