"""What is unsound about the lines of a text: how they end, and which are blank. The text may come in blocks."""

from adapters.flat_file.places import LineNumbers, at_each, place
from contracts.reasons import Reason, Rule, Severity


class LineEnds:
    """Looks at lines as they stand in the text, with their carriage returns."""

    def __init__(self) -> None:
        self._stray, self._other, self._blank = LineNumbers(), LineNumbers(), LineNumbers()
        self._lines = 0
        #: Whether the first line ends with CR LF; None before it was seen.
        self._usual: bool | None = None

    def add(self, text: str) -> str:
        """Whole lines, the last of which may lack its end; the same lines, each ended by LF alone."""
        first, ends = self._lines + 1, text.count("\n")
        self._lines += ends
        if "\r" in text:
            self._returns(text, first, ends)
            text = text.replace("\r\n", "\n")
        elif self._usual:
            self._other.add(range(first, first + ends))
        if self._usual is None and ends:
            self._usual = False
        # What follows the last line end is a line only if something is there.
        if not text.endswith("\n"):
            text = f"{text}\n"
        if "\n\n" in text or text.startswith("\n"):
            self._blank.add(n for n, line in enumerate(text[:-1].split("\n"), first) if not line)
        return text

    def reasons(self) -> list[Reason]:
        """FLAT_05: carriage returns within lines are errors, what else is odd is a warning."""
        reasons = at_each(
            self._stray,
            Rule.FLAT_05,
            "a carriage return stands within the line: lines end with LF or CR LF",
        )
        if self._other.count:
            count = self._other.count
            more = f" and {count - 1} more" if count > 1 else ""
            end = "LF" if self._usual else "CR LF"
            sentence = f"this line{more} ends with {end}, the first one otherwise"
            where = place(self._other.first[0])
            reasons.append(Reason.warning(Rule.FLAT_05, sentence, place=where))
        sentence = "a blank line: no record, and not counted"
        return reasons + at_each(self._blank, Rule.FLAT_05, sentence, Severity.warning)

    def _returns(self, text: str, first: int, ends: int) -> None:
        whole = text.count("\r\n")
        lines = text.split("\n")
        if text.count("\r") != whole:
            stray = [n for n, line in enumerate(lines, first) if "\r" in line.removesuffix("\r")]
            if lines[-1].endswith("\r"):
                stray = sorted({*stray, first + ends})
            self._stray.add(stray)
        if self._usual is None and ends:
            self._usual = lines[0].endswith("\r")
        if whole != (ends if self._usual else 0):
            usual = bool(self._usual)
            self._other.add(
                n for n, line in enumerate(lines[:ends], first) if line.endswith("\r") != usual
            )
