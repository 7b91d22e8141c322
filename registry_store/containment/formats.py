"""What is known of each `format`: a language around it, a language inside it, and examples.

`outer` holds every text of the format, `inner` holds only texts of it, as jsonschema-rs reads the format;
where both are the same language the format is known exactly. A proof needs nothing more. Examples are
texts that both engines take for valid, and near misses.

Source: JSON Schema 2020-12 validation section 7.3; RFC 3339 section 5.6 and appendix A; RFC 4122 section 3.
"""

from dataclasses import dataclass

from contracts.regular import terms
from contracts.regular.patterns import language
from contracts.regular.terms import Term

_LEAP = "(([0-9]{2}(0[48]|[2468][048]|[13579][26]))|(([02468][048]|[13579][26])00))"
_DATE = (
    "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
)
_ZONE = "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_HOUR = "([01][0-9]|2[0-3]):[0-5][0-9]"
_TIME = f"{_HOUR}:[0-5][0-9](\\.[0-9]+)?{_ZONE}"
_TIME_OUTER = f"{_HOUR}:([0-5][0-9]|60)(\\.[0-9]+)?{_ZONE}"
_SECOND, _DAY = "[0-9]+S", "[0-9]+D"
_CLOCK = f"T([0-9]+H([0-9]+M({_SECOND})?)?|[0-9]+M({_SECOND})?|{_SECOND})"
_CALENDAR = f"([0-9]+Y([0-9]+M({_DAY})?)?|[0-9]+M({_DAY})?|{_DAY})"
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_HEXTET = "[0-9A-Fa-f]{1,4}"
#: One label of a host name for certain: no hyphens at its ends, nor two together.
_LABEL = "[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,4}){0,3}(-[A-Za-z0-9]{1,12})?"
_POINTER = "(/([^~/]|~[01])*)*"
_UNRESERVED = "[A-Za-z0-9._~-]"
#: What may follow a scheme for certain: authority with a name, path, query, fragment.
_HIERARCHY = (
    f"(//{_UNRESERVED}+(:[0-9]{{1,4}})?(/{_UNRESERVED}*)*|/?({_UNRESERVED}+(/{_UNRESERVED}+)*)?)"
    f"(\\?[A-Za-z0-9._~=&/-]*)?(#[A-Za-z0-9._~=&/-]*)?"
)
_URI_CHARACTERS = "[!#-;=?-\\[\\]_a-z~]"


@dataclass(frozen=True, slots=True)
class Format:
    """`inner` and `outer` are patterns; None: nothing is known.

    `agreed`, where it is narrower than `inner`, is where the second engine takes all texts, too.
    """

    outer: str | None = None
    inner: str | None = None
    examples: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    agreed: str | None = None

    @property
    def is_exact(self) -> bool:
        return self.outer is not None and self.outer == self.inner

    def around(self) -> Term:
        return terms.ANYTHING if self.outer is None else language(self.outer)

    def undisputed(self) -> Term:
        return self.inside() if self.agreed is None else language(self.agreed)

    def inside(self) -> Term:
        return terms.NOTHING if self.inner is None else language(self.inner)


def _exactly(pattern: str, examples: tuple[str, ...], misses: tuple[str, ...]) -> Format:
    return Format(f"^{pattern}$", f"^{pattern}$", examples, misses)


FORMATS: dict[str, Format] = {
    "date": Format(
        f"^{_DATE}$",
        f"^{_DATE}$",
        ("2024-02-29", "1999-12-31"),
        ("2023-02-29", "2024-1-1", "a"),
        agreed=f"^(?!0000){_DATE}$",
    ),
    "time": Format(
        f"^{_TIME_OUTER}$", f"^{_TIME}$", ("12:00:00Z", "23:59:59.5+01:00"), ("12:00:00", "24:00:00Z")
    ),
    "date-time": Format(
        f"^{_DATE}[Tt]{_TIME_OUTER}$",
        f"^{_DATE}[Tt]{_TIME}$",
        ("2024-01-01T00:00:00Z", "1999-12-31T23:59:59.5+01:00"),
        ("2024-01-01", "2024-01-01T00:00:00"),
        agreed=f"^(?!0000){_DATE}[Tt]{_TIME}$",
    ),
    "duration": _exactly(
        f"P({_CALENDAR}({_CLOCK})?|{_CLOCK}|[0-9]+W)", ("P1D", "PT1M", "P1W"), ("P", "1D", "P1S")
    ),
    "ipv4": _exactly(f"({_OCTET}\\.){{3}}{_OCTET}", ("127.0.0.1", "1.2.3.4"), ("256.1.1.1", "1.2.3")),
    "ipv6": Format(
        "^[0-9A-Fa-f:.]{2,45}$",
        f"^({_HEXTET}:){{7}}{_HEXTET}$|^({_HEXTET}(:{_HEXTET}){{0,2}})?::({_HEXTET}(:{_HEXTET}){{0,2}})?$",
        ("::1", "::", "2001:db8::8a2e:370:7334", "::ffff:1.2.3.4"),
        ("12345::", ":", "1:2"),
    ),
    "uuid": _exactly(
        "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
        ("00000000-0000-0000-0000-000000000000", "2eb8aa08-aa98-11ea-b4aa-73b441d16380"),
        ("2eb8aa08aa9811eab4aa73b441d16380", "a"),
    ),
    "email": Format(
        "^[\\t -~]+@[ -~]+$",
        "^[A-Za-z0-9]{1,64}@[A-Za-z0-9]{1,63}(\\.[A-Za-z0-9]{1,63})?$",
        ("a@b", "joe.bloggs@example.com", '"a b"@c.d', "a@[127.0.0.1]", "{@b", "+@b"),
        ("a", "", "2962"),
    ),
    "idn-email": Format(
        "^[^@]+@",
        "^[A-Za-z0-9]{1,64}@[A-Za-z0-9]{1,63}(\\.[A-Za-z0-9]{1,63})?$",
        ("a@b", "실례@실례.테스트", "{@b"),
        ("a", "2962"),
    ),
    "hostname": Format(
        "^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$",
        f"^({_LABEL}|[A-Za-z0-9]{{1,63}})(\\.({_LABEL}|[A-Za-z0-9]{{1,63}})){{0,2}}(\\.{_LABEL})?$",
        ("a", "www.example.com", "1.2.3.4", "xn--nxasmq6b", "xn--nxasmqz6b"),
        ("-a", "", "a_b", "a..b"),
    ),
    "idn-hostname": Format(
        "^[^ ]+$",
        f"^({_LABEL}|[A-Za-z0-9]{{1,63}})(\\.({_LABEL}|[A-Za-z0-9]{{1,63}})){{0,2}}(\\.{_LABEL})?$",
        ("a", "실례.테스트", "www.example.com"),
        ("-a", "", "a_b", "〮"),
    ),
    "uri": Format(
        f"^[A-Za-z][A-Za-z0-9+.-]*:{_URI_CHARACTERS}*$",
        f"^[A-Za-z][A-Za-z0-9]*:{_HIERARCHY}$",
        ("a:", "http://example.com/a?b#c", "urn:a:b", "http://[::1]", "a:(", "a:'"),
        ("a", "//a", "", "a:\\"),
    ),
    "uri-reference": Format(
        f"^{_URI_CHARACTERS}*$", f"^([A-Za-z][A-Za-z0-9]*:)?{_HIERARCHY}$", ("", "a", "//a", "#", "a:b"), ("\\", "a b", "ä")
    ),
    "iri": Format(
        "^[A-Za-z][A-Za-z0-9+.-]*:[^ ]*$",
        f"^[A-Za-z][A-Za-z0-9]*:{_HIERARCHY}$",
        ("a:", "http://ƒøø.ßår/?∂éœ=πîx#πîüx", "urn:a:b"),
        ("a", "", "\\", "a: "),
    ),
    "iri-reference": Format(
        "^[^ ]*$", f"^([A-Za-z][A-Za-z0-9]*:)?{_HIERARCHY}$", ("", "a", "ä", "a:ä", "#"), ("\\", "a b")
    ),
    "uri-template": Format(
        None, "^[A-Za-z0-9._~:/?#@!$&()*+,;=-]*$", ("", "a", "{a}", "http://a/{b}"), ("{", "{}", "a}")
    ),
    "json-pointer": _exactly(_POINTER, ("", "/a", "/a/0", "/~0~1", "/(", "/{", "/ "), ("a", "/~", "/~2")),
    "relative-json-pointer": _exactly(
        f"(0|[1-9][0-9]*)(#|{_POINTER})", ("0", "1/a", "0#", "0/(", "0/{"), ("", "a", "/a", "01", "-1")
    ),
    "regex": Format(None, "^[A-Za-z0-9 .:/_@#,;=~%&!'<>\"`-]*$", ("", "a", "a+", "^a$", "\\{", "a b"), ("(", "[a", "*")),
}  # fmt: skip

#: Formats whose texts all are texts of the formats named after them.
_WITHIN: dict[str, tuple[str, ...]] = {
    "email": ("idn-email",),
    "uri": ("uri-reference", "iri", "iri-reference"),
    "uri-reference": ("iri-reference",),
    "iri": ("iri-reference",),
}


def implies(one: str, other: str) -> bool:
    """Whether each text of the format `one` is a text of the format `other` by definition."""
    return one == other or other in _WITHIN.get(one, ())
