"""XLSX read as what it is: a ZIP archive of XML parts, each looked at before anything of it is expanded.

archive (`archive`) -> parts (`parts`: sheets, shared strings, date formats) -> cells of a sheet (`cells`)
-> the table in a sheet (`sheets`), which the engine of all tables reads. Nothing is computed: a cell that
holds a formula or an error is a reason at its place.

Source: ECMA-376 part 1, SpreadsheetML, chapter 18; the ZIP format, PKWARE APPNOTE 6.3.
"""
