"""Tables: files of rows, read through mapping profiles.

bytes -> text (`encodings`) -> rows (`csv_rows`) -> headings (`headings`) -> values, column by column
(`cells`, `values`, `dates`, `codes`) -> one draft per row or filled slot (`drafts`) -> the profile's
steps in their order (`steps`) -> items. What differs from layout to layout is data in the profile.
"""
