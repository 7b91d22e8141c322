"""`hub bench`: measurements of the hub on this machine."""

import json
from pathlib import Path
from typing import Annotated

import typer

from registry_store.category_documents import load_catalogue
from router.bootstrap import SCHEMAS


def register(app: typer.Typer) -> None:
    bench = typer.Typer(help="Measure the hub on this machine.", no_args_is_help=True)
    bench.command("intake")(intake)
    bench.command("formats")(formats)
    bench.command("replay")(replay)
    bench.command("generate")(generate)
    bench.command("batch")(batch)
    app.add_typer(bench, name="bench")


def intake(
    messages: Annotated[int, typer.Option(min=100, help="Messages in each round.")] = 20_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; medians are taken over them.")] = 9,
    workers: Annotated[int, typer.Option(min=1, max=4, help="Workers that share the lanes.")] = 1,
    stored: Annotated[int, typer.Option(min=0, help="Assets that are registered beforehand.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """How fast messages come in, beside a bare consume-and-publish loop and a naive handler.

    Needs no running hub: it starts servers of its own (or uses those given by URL, in a database and a
    virtual host that it makes and drops). Takes minutes.
    """
    # The benchmark and its contenders are no part of the running hub, which this module is loaded with.
    from bench.intake import Plan, measure  # noqa: PLC0415

    plan = Plan(messages=messages, rounds=rounds, workers=workers, stored=stored)
    report = measure(plan, say=lambda line: typer.echo(line, err=True))
    if as_json:
        typer.echo(json.dumps(report))
        return
    for name in (
        "floor",
        "hub",
        "naive",
        "hub_one_worker",
        "ratio_to_floor",
        "ratio_to_naive",
        "ratio_to_one_worker",
    ):
        if name in report:
            found = report[name]
            typer.echo(
                f"{name:20} {found['median']:>10,} ({found['lowest']:,} to {found['highest']:,})"
            )


def formats(
    assets: Annotated[int, typer.Option(min=100, help="Assets in each document.")] = 20_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; medians are taken over them.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """How fast assets are read, validated and made canonical from each format, beside parsing alone.

    Needs no server. Takes about a minute.
    """
    from bench.formats import measure  # noqa: PLC0415 - as above

    report = measure(assets, rounds, say=lambda line: typer.echo(line, err=True))
    if as_json:
        typer.echo(json.dumps(report))
        return
    for name, found in report.items():
        if isinstance(found, dict):
            hub, parse = found["hub"]["median"], found["parse"]["median"]
            typer.echo(f"{name:6} {hub:>10,} assets/s; parsing alone {parse:>10,}")


def replay(
    records: Annotated[int, typer.Option(min=1000, help="Assets that are stored.")] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; medians are taken over them.")] = 3,
    workers: Annotated[int, typer.Option(min=1, help="Processes that replay.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """How fast stored records are replayed under a new version of their category.

    Needs no running hub: it starts a PostgreSQL of its own, and fills it. Takes minutes.
    """
    from bench.replay import measure  # noqa: PLC0415 - as above

    report = measure(records, rounds, workers, say=lambda line: typer.echo(line, err=True))
    if as_json:
        typer.echo(json.dumps(report))
        return
    seconds = report["seconds"]
    typer.echo(
        f"{report['records']:,} records in {seconds['median']:.1f} s "
        f"({seconds['lowest']:.1f} to {seconds['highest']:.1f}): {report['records_per_second']:,} records/s, "
        f"{report['processor_seconds']:.1f} s of processor time"
    )


def batch(
    rows: Annotated[int, typer.Option(min=1_000, help="Rows of each file.")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; medians are taken over them.")] = 3,
    formats: Annotated[
        str,
        typer.Option(help="Beside CSV: any of xml, flat, json, json-batch, jsonl, parquet, xlsx."),
    ] = "xml,flat",
    growth_rows: Annotated[
        int, typer.Option(min=0, help="Rows for growth from few to many assets; 0: not measured.")
    ] = 20_000,
    repeats: Annotated[
        bool, typer.Option(help="Measure (d) to (g), and single messages beside a batch.")
    ] = True,
    many: Annotated[int, typer.Option(min=10_000, help="Assets that are many.")] = 1_000_000,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """How fast batch files go through a whole hub, beside the bare COPY of the very same rows.

    Under letters, in rows/s: (a) the bare COPY, (b) CSV from its first byte to its outcome file, (c) other
    formats, (d) `hub validate` alone, (f) the same rows in other bytes, (g) with 1 % of them changed; (e) the
    very same bytes again, in seconds. Needs no running hub: it starts one, with servers of its own. Takes
    many minutes.
    """
    from bench.batches.measuring import Plan, measure  # noqa: PLC0415 - as above

    wanted = tuple(name for name in formats.split(",") if name)
    plan = Plan(rows, rounds, wanted, repeats, growth_rows, many=many)
    report = measure(plan, say=lambda line: typer.echo(line, err=True))
    if as_json:
        typer.echo(json.dumps(report))
        return
    for name, found in report.items():
        if isinstance(found, dict) and "median" in found:
            typer.echo(
                f"{name:22} {found['median']:>12,} ({found['lowest']:,} to {found['highest']:,})"
            )
        else:
            typer.echo(f"{name:22} {json.dumps(found)}")


def generate(  # noqa: PLR0917 - each is an option of the command line
    out: Annotated[Path, typer.Option(help="The file; FILE.faults.jsonl stands beside it.")],
    rows: Annotated[int, typer.Option(min=1, help="Rows (items) of the file.")] = 10_000,
    format: Annotated[
        str, typer.Option(help="csv, xlsx, json, json-batch, jsonl, parquet, xml or flat.")
    ] = "csv",
    category: Annotated[
        str, typer.Option(help="heat_pump, ev_charge_point, battery_storage or mixed.")
    ] = "heat_pump",
    faults: Annotated[float, typer.Option(min=0, max=1, help="Share of rows at fault.")] = 0.01,
    fault: Annotated[
        list[str] | None, typer.Option(help="A kind of fault; of all kinds if none is named.")
    ] = None,
    changed: Annotated[
        float, typer.Option(min=0, max=1, help="Share of rows whose meaning is another one.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same assets.")] = 1,
    dialect: Annotated[
        str, typer.Option(help="How values are written: template, continental or megawatts.")
    ] = "template",
    shuffle: Annotated[bool, typer.Option("--shuffle", help="In another order.")] = False,
    sender: Annotated[str, typer.Option(help="Partner that a document names.")] = "bench",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Write a portfolio with faults in known places, and beside it which rule must find what where."""
    from bench.generate import Plan  # noqa: PLC0415 - as above
    from bench.generate import generate as generate_portfolio  # noqa: PLC0415

    plan = Plan(
        rows, format, category, faults, changed, seed, dialect, shuffle, tuple(fault or ()), sender
    )
    try:
        made = generate_portfolio(plan, out, load_catalogue(SCHEMAS))
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    told = {
        "file": str(made.file), "manifest": str(made.manifest),
        "rows": made.rows, "faults": made.faults,
    }  # fmt: skip
    typer.echo(
        json.dumps(told) if as_json else f"{made.rows:,} rows, {made.faults:,} faults: {out}"
    )
