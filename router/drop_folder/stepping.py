"""A taken file, one step further: sent, waited for, answered. Every step may be repeated."""

import os

import structlog

from contracts.batches import ENDS
from router.batch_doors.door import BatchDoor, BatchDoorAway, BatchDoorFailed, upload
from router.batch_doors.source import Measured
from router.drop_folder.delivering import deliver, render_answers, render_refusal
from router.drop_folder.layout import PartnerFolder, Trick, file_below, side_name
from router.drop_folder.side_files import NotUsable, Wanted, header_of, wanted_in
from router.drop_folder.taking import Taken
from router.killpoints import reached

log = structlog.get_logger()


def step(partner: PartnerFolder, taken: Taken, door: BatchDoor) -> None:
    """Raises BatchDoorAway, and OSError of the disk: nothing is lost, it is tried again."""
    if taken.state.refusal is None and not taken.state.is_rendered:
        try:
            _send(partner.slug, taken, door)
        except BatchDoorAway:
            raise
        except (BatchDoorFailed, NotUsable, Trick) as error:
            taken.state.refusal = str(error)
            taken.save()
            log.warning(
                "drop.refused", partner=partner.slug, file=taken.name, cause=str(error)[:300]
            )
    if taken.state.refusal is not None:
        if not taken.state.is_rendered:
            render_refusal(taken, taken.state.refusal)
        deliver(partner, taken, is_done=False)
        return
    assert taken.state.batch is not None
    batch = door.batch(taken.state.batch)
    if batch["status"] not in ENDS:
        return
    if not taken.state.is_rendered:
        render_answers(taken, door, batch)
    deliver(partner, taken, is_done=batch["status"] == "done")
    log.info("drop.answered", partner=partner.slug, file=taken.name, batch=batch["id"])


def _send(sender: str, taken: Taken, door: BatchDoor) -> None:
    """Until the file is whole at the hub. Announced again it is the upload that was begun."""
    if taken.state.batch is not None:
        known = door.batch(taken.state.batch)
        if known["is_whole"] or known["status"] in ENDS:
            return
    with os.fdopen(file_below(taken.folder, taken.name), "rb") as file:
        header = header_of(sender, taken.name, file, _wanted(taken))
        assert header.sha256 is not None
        assert header.size_bytes is not None
        opened = door.open(header)
        reached("drop.after_open")
        taken.state.batch = opened.id
        taken.save()
        if not opened.is_whole:
            upload(door, file, Measured(header.sha256, header.size_bytes), opened)
    log.info("drop.sent", partner=sender, file=taken.name, batch=opened.id)
    reached("drop.after_sent")


def _wanted(taken: Taken) -> Wanted:
    try:
        side = file_below(taken.folder, side_name(taken.name))
    except FileNotFoundError:
        return Wanted()
    with os.fdopen(side, "rb") as file:
        return wanted_in(file)
