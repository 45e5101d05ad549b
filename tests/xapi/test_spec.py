"""docs/spec/xapi.md is true: its worked example, its limits, its resources."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from api.xapi import app, body, documents, filters, statements, submission
from api.xapi.authentication import authority
from api.xapi.resources import HANDLERS
from ledger import serving
from ledger.core.canonical import DEFAULT_DEPTH, parse_json
from ledger.core.commitment import commit
from ledger.core.entry import decode
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.memory import MemoryDocumentStore, MemoryStatementStore, MemoryStreamStore
from ledger.office.context import Identity, Office
from ledger.office.queries import statement_json
from ledger.office.statements import accept, prepare

PAGE = (Path(__file__).parents[2] / "docs" / "spec" / "xapi.md").read_text("utf-8")
IDENTITY = Identity("north", "north.example", "", "", "", "")


def office(millis: int, chance: bytes) -> Office:
    """An office whose clock stands still and whose chance is known."""
    streams = MemoryStreamStore()

    def never(*_: Any) -> Any:
        raise AssertionError("a statement needs neither chain nor key")

    return Office(
        identity=IDENTITY,
        store=streams,
        statements=MemoryStatementStore(streams),
        documents=MemoryDocumentStore(),
        reader=never,
        sender=never,
        signer=never,
        signers=never,
        clock=lambda: millis // 1000,
        millis=lambda: millis,
        entropy=lambda size: chance[:size],
    )


def test_worked_example() -> None:
    (block,) = re.findall(r"^```json example\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    example = json.loads(block)
    salt = bytes.fromhex(example["salt"])
    made = office(example["millis"], bytes.fromhex(example["id"].replace("-", "")) + salt)
    submitted = check_statement(parse_json(example["submitted"].encode()), Version.V2)
    signed = authority(IDENTITY, example["token"]["key"], example["token"]["name"])
    batch, ids = prepare(made, [submitted], Version.V2, signed)
    assert ids == [example["id"]]
    (new,) = batch.statements
    assert new.payload.decode() == example["payload"]
    assert commit(salt, new.payload).hex() == example["commitment"]
    assert new.entry.hex() == example["entry"]
    assert decode(new.entry).time == example["millis"] // 1000
    assert accept(made, [batch])[0].indexes == (0,)
    stored = made.statements.statement(new.id)
    assert stored is not None
    assert statement_json(stored, "exact", (), lambda _: None) == example["shown"]


def test_limits() -> None:
    def row(start: str) -> str:
        (found,) = [line for line in PAGE.splitlines() if line.startswith(f"| {start}")]
        return found

    assert f"{body.MAX_BODY >> 20} MiB" in row("request body")
    assert f"{app.FORM_BODY >> 20} MiB" in row("body of an alternate request")
    assert f"{statements.MAX_STATEMENT >> 20} MiB" in row("statement, canonical")
    assert f"{submission.MAX_BATCH:,}" in row("statements in a request")
    assert f"| {DEFAULT_DEPTH} |" in row("depth of JSON")
    assert f"{documents.MAX_ID:,} characters" in row("id of a document")
    assert f"{serving.MOST_FRAMING >> 10} KiB" in row("head of a request")
    assert f"beyond {app.FREE_BODY >> 10} KiB" in PAGE
    assert f"at most {filters.MOST} statements" in PAGE


def test_resources_and_methods() -> None:
    told = {}
    for line in PAGE.partition("| path below `/xapi` |")[2].partition("\n\n")[0].splitlines()[2:]:
        _, paths, methods, *_ = line.split("|")
        told.update({path: set(methods.split(", ")) for path in re.findall(r"`([^`]+)`", paths)})
    told = {path: {method.strip() for method in methods} for path, methods in told.items()}
    assert told.pop(app.ABOUT) == {"GET"}
    assert told == {resource: set(methods) for resource, methods in HANDLERS.items()}
