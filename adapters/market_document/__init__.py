"""European market documents in XML: the hub's own in and out, acknowledgements out.

Source: IEC 62325-351 (European style market profile) for the form; RECORDS.md section 7 for the names.
"""
