"""The ways out, up to the stored bundle: reading the log, matching, rendering, cutting.

Pure: `filters`, `filter_index`, `sight`, `notices`, `packing`, `telling`, `cursors`. With the
database: `log`, `cut`, `grants`, `snapshots`, `outbox`, `digests`. Delivering is `router/delivery`.
"""
