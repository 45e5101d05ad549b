"""From what a stranger holds to a verdict, over a real chain and a real host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.core.entry import Action
from ledger.core.verdict import State, Verdict
from ledger.core.verification import Presented
from ledger.errors import WrongUse
from tests import builders
from tests.verifier.world import URLS, Ledger, furnished


def both(paper: builders.Paper) -> Presented:
    return Presented(document=paper.document, frame=paper.frame, link_host=builders.VERIFY_URL)


def states(verdict: Verdict) -> dict[str, State]:
    return {check.code: check.state for check in verdict.checks}


@pytest.mark.parametrize("form", ["both", "document", "frame"])
def test_valid(shared: tuple[Ledger, builders.Paper], form: str) -> None:
    made, paper = shared
    given = {
        "both": both(paper),
        "document": Presented(document=paper.document),
        "frame": Presented(frame=paper.frame),
    }[form]
    verdict = made.checker().check(given)
    assert (verdict.verdict, verdict.level) == ("valid", 2), verdict.to_json("en")
    assert verdict.as_of is not None
    assert verdict.as_of.block == made.reader.block().number


def test_only_the_bucket_is_asked_for(shared: tuple[Ledger, builders.Paper]) -> None:
    """Nothing per certificate: look-up bucket, checkpoint, and the status stream whole."""
    made, paper = shared
    made.host.asked.clear()
    made.checker().check(both(paper))
    assert made.host.asked == [
        "lookup/0/0",
        "streams/status/tile/entries/000.p/2",
        "streams/credential/checkpoint",
    ]


def test_offline_asks_nobody(shared: tuple[Ledger, builders.Paper]) -> None:
    made, paper = shared
    made.host.asked.clear()
    before = [node.asked for node in made.nodes.values()]
    verdict = made.checker(offline=True).check(both(paper))
    assert (verdict.verdict, verdict.level, verdict.as_of) == ("undetermined", 0, None)
    assert states(verdict)["inclusion"] is State.NOT_CHECKED
    assert not made.host.asked
    assert before == [node.asked for node in made.nodes.values()]


def test_tampered_is_invalid(shared: tuple[Ledger, builders.Paper]) -> None:
    made, paper = shared
    changed = paper.document.replace("工学学士".encode(), "工学博士".encode())
    verdict = made.checker().check(Presented(document=changed))
    assert verdict.verdict == "invalid"
    assert states(verdict)["signature"] is State.FAIL


def test_stolen_key_never_logged_is_undetermined(shared: tuple[Ledger, builders.Paper]) -> None:
    made, _ = shared
    forged = builders.make_paper(replace(builders.DEGREE, number="XZ2026-9999"), 70_002)
    for given in (Presented(frame=forged.frame), Presented(document=forged.document)):
        verdict = made.checker().check(given)
        assert verdict.verdict == "undetermined"
        assert states(verdict)["signature"] is State.PASS
        assert states(verdict)["inclusion"] is State.UNKNOWN


def test_foreign_key_is_invalid(shared: tuple[Ledger, builders.Paper]) -> None:
    made, _ = shared
    forged = builders.make_paper(key=builders.OTHER_KEY)
    for given in (Presented(frame=forged.frame), Presented(document=forged.document)):
        verdict = made.checker().check(given)
        assert verdict.verdict == "invalid"
        assert states(verdict)["key"] is State.FAIL


def test_unregistered_issuer_is_undetermined(shared: tuple[Ledger, builders.Paper]) -> None:
    made, _ = shared
    frame = builders.make_frame(builders.DEGREE, code="NOBODY")
    verdict = made.checker().check(Presented(frame=frame))
    assert verdict.verdict == "undetermined"
    assert states(verdict)["issuer"] is State.UNKNOWN


def test_revoked_suspended_and_reinstated(ledger: Ledger) -> None:
    paper = furnished(ledger)
    index = builders.STATUS_INDEX
    ledger.wait(86_400)
    ledger.status((Action.REVOKE, 5), (Action.SUSPEND, index))
    ledger.anchor("status")
    suspended = ledger.now
    verdict = ledger.checker().check(both(paper))
    assert (verdict.verdict, states(verdict)["status"]) == ("invalid", State.FAIL)
    ledger.wait(86_400)
    ledger.status((Action.REVOKE, 5), (Action.SUSPEND, index), (Action.REINSTATE, index))
    ledger.anchor("status")
    assert ledger.checker().check(both(paper)).verdict == "valid"
    line = [(Action.REVOKE, 5), (Action.SUSPEND, index), (Action.REINSTATE, index)]
    ledger.wait(86_400)
    ledger.status(*line, (Action.REVOKE, index))
    ledger.anchor("status")
    assert ledger.checker().check(both(paper)).verdict == "invalid"
    # On a day: before it was suspended, while it was, and before it was issued at all.
    checker = ledger.checker()
    assert checker.check(both(paper), at=suspended).verdict == "valid"
    assert checker.check(both(paper), at=suspended + 1).verdict == "invalid"
    assert checker.check(both(paper), at=builders.ISSUED).verdict == "invalid"
    with pytest.raises(WrongUse):
        checker.check(both(paper), at=ledger.now + 2 * 86_400)


def test_stale_status_is_undetermined(ledger: Ledger) -> None:
    paper = furnished(ledger)
    ledger.wait(8 * 86_400)
    verdict = ledger.checker().check(both(paper))
    assert verdict.verdict == "undetermined"
    assert states(verdict)["freshness"] is State.UNKNOWN


def test_nothing_anchored_yet(ledger: Ledger) -> None:
    paper = builders.make_paper()
    ledger.issue(paper)
    verdict = ledger.checker().check(both(paper))
    assert verdict.verdict == "undetermined"
    assert states(verdict)["inclusion"] is State.UNKNOWN


def test_one_node_down_of_three(ledger: Ledger) -> None:
    paper = furnished(ledger)
    ledger.nodes[URLS[0]].down = True
    assert ledger.checker().check(both(paper)).verdict == "valid"
    ledger.nodes[URLS[1]].down = True
    verdict = ledger.checker().check(both(paper))
    assert (verdict.verdict, verdict.as_of) == ("undetermined", None)
    shown = verdict.to_json("zh")["checks"]
    assert any("1/2" in check["detail"] and "cut" in check["detail"] for check in shown)


def test_host_down(ledger: Ledger) -> None:
    paper = furnished(ledger)
    ledger.host.down = True
    verdict = ledger.checker().check(both(paper))
    assert verdict.verdict == "undetermined"
    found = states(verdict)
    assert found["inclusion"] is found["status"] is State.UNKNOWN
    assert found["issuer"] is found["signature"] is State.PASS


def test_host_ahead_of_what_was_read_is_asked_again(ledger: Ledger) -> None:
    """The issuer anchors between our reading of the chain and of its host."""
    paper = furnished(ledger)
    original = ledger.host.__call__
    times: list[int] = []

    def get(url: str) -> bytes:
        if "/lookup/" in url and not times:
            times.append(1)
            ledger.append("credential", [builders.filler_entry(20)])
            ledger.anchor("credential")
        return original(url)

    assert ledger.checker(get=get).check(both(paper)).verdict == "valid"


def test_a_bundle_that_nobody_signed_or_that_expired(ledger: Ledger) -> None:
    paper = furnished(ledger)
    unsigned = builders.sign_trust(ledger.trust, builders.COUNCIL[:1])
    assert ledger.checker(trust=unsigned).check(both(paper)).verdict == "undetermined"
    expired = ledger.trust_with(expires=ledger.now)
    assert ledger.checker(trust=expired).check(both(paper)).verdict == "undetermined"
