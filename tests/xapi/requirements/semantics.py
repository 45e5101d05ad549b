"""What the standard asks of signatures, comparison and languages."""

from __future__ import annotations

REQUIREMENTS: dict[str, str] = {
    "XAPI-00115": (
        "An attachment whose usage is a signature is a JSON Web Signature of type "
        "application/octet-stream that came with the request; anything else is refused with 400."
    ),
    "XAPI-00116": (
        "The payload of a signature is JSON of the statement as it was before it was signed; "
        "another payload is refused with 400."
    ),
    "XAPI-00117": (
        "A signature is made with RS256, RS384 or RS512, and one with a certificate verifies under "
        "the certificate's key; others are refused with 400."
    ),
    "Data 2.3.1.s9.b1": (
        "Two statements that differ only in what a store may assign or serialize otherwise are "
        "the same statement."
    ),
    "Data 2.3.1.s9.b2": "Any other difference between two statements makes them different ones.",
    "Communication 2.1.3.s4.b1": (
        "In the canonical format each language map of an activity holds one language."
    ),
    "Communication 2.1.3.s4.b5": (
        "Accept-Language chooses the language for each language map by itself, as HTTP says."
    ),
}
