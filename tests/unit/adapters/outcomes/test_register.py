"""The real register with answers: every row as it was published, every slot answered in it."""

import csv
import io
from datetime import UTC, date, datetime

from adapters.outcomes.answers import COLUMNS
from adapters.outcomes.csv_file import csv_with_answers, look_of
from contracts.messages import Envelope
from router.bootstrap import language
from router.offline import validate
from tests.unit.adapters.reading import real_data


def test_the_published_register_comes_back_row_by_row_with_its_answers():
    body = real_data("ecr/ukpn_ecr_2022-04.csv").read_bytes()
    at = datetime(2026, 11, 26, tzinfo=UTC)
    envelope = Envelope(
        "", "ukpn", "text/csv; profile=ecr", body, at, statement_date=date(2022, 4, 1)
    )
    validation = validate(envelope, language())
    outcomes = [outcome.as_json() for outcome in validation.outcomes]
    look = look_of(validation.reading.decoded.notes)
    answer = b"".join(csv_with_answers(io.BytesIO(body), outcomes, look, to_end=True))
    came, goes = (
        list(csv.reader(io.StringIO(text.decode(), newline=""))) for text in (body, answer)
    )
    assert [row[:-5] for row in goes] == came
    assert tuple(goes[0][-5:]) == COLUMNS
    statuses = [row[-5] for row in goes[1:]]
    assert sum(status.count("accepted") + status.count("rejected") for status in statuses) == 1_024
    assert statuses.count("slot 1: accepted; slot 2: rejected") == 35
