"""What ends the reading of a workbook: raised within this package only, and answered as a reason."""

from contracts.reasons import Reason, Rule


class WorkbookProblem(Exception):
    """Carries the reason why nothing of the workbook, or of one sheet, can be read."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


def unreadable(text: str, place: str = "") -> WorkbookProblem:
    return WorkbookProblem(Reason(Rule.MSG_02, text, place=place))


def too_large(text: str, place: str = "") -> WorkbookProblem:
    return WorkbookProblem(Reason(Rule.MSG_03, text, place=place))


def unsafe(text: str, place: str = "") -> WorkbookProblem:
    return WorkbookProblem(Reason(Rule.XLSX_04, text, place=place))
