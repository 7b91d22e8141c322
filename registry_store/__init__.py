"""The registry: tables, rules, change log, unit of work. Knows PostgreSQL, knows no broker and no HTTP."""
