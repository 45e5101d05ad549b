"""The records file of an evaluation: what a stranger needs to compute the reports again.

One header a stream, then the acts that the reports rest on, then the records of their subjects,
group by group in the order of the leaves: every group is hashed once, however many of its leaves
are wanted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from ledger.core.evaluation.recognition import Case, case_of
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.reporting import relevant_acts
from ledger.core.kinds import EvaluationKind
from ledger.core.merkle import HASH_LENGTH, leaf_hashes
from ledger.core.records_file import GROUP, Group, header_line, record_line
from ledger.core.signed_note import parse_checkpoint, parse_note
from ledger.core.tiles import TILE_WIDTH, split_tile, tile_path, tile_width
from ledger.office.acts import EVERY, STREAM, anchored_register
from ledger.office.context import Office
from ledger.office.evaluate import LEARNING, Evaluation
from ledger.office.export import AnchoredHeads
from ledger.office.students import student_statements, what_is_shown
from ledger.ports import Progress


@dataclass(frozen=True)
class Wanted:
    """Leaves of one stream; of learning records with what the store says beside each."""

    stream: str
    leaves: Collection[int]
    shown: Mapping[int, bytes] = field(default_factory=dict)


def evidence_lines(
    office: Office, done: Evaluation, progress: Progress | None = None
) -> Iterator[bytes]:
    """The lines of the records file of an evaluation."""
    heads = AnchoredHeads(office)
    wanted = [Wanted(STREAM, _acts(office, done)), _records(office, done)]
    for one in wanted:
        head = heads.of(one.stream)
        if head is not None and one.leaves:
            yield from _stream(office, one, head[0].size, head[1], progress)


def _acts(office: Office, done: Evaluation) -> set[int]:
    """The acts that the reports rest on, and all that was done about the reports so far."""
    register = done.basis.register
    people = set(register.accounts())
    leaves = set(relevant_acts(register, done.basis.rules, people))
    whole, size = anchored_register(office, EVERY)
    for one in done.reports:
        leaf = one.written.leaf
        if leaf < size:
            case = case_of(whole, leaf)
            leaves |= {leaf, *(step.act.leaf for step in case.steps)}
            leaves |= _deciders(whole, case)
    return leaves


def _deciders(register: Register, case: Case) -> set[int]:
    """The appointments of those who decided about a report, or appealed."""
    names = {step.account for step in case.steps}
    return {
        act.leaf
        for act in register.of_kind(EvaluationKind.APPOINTMENT)
        if act.body["account"] in names
    }


def _records(office: Office, done: Evaluation) -> Wanted:
    basis = done.basis
    leaves: set[int] = set()
    shown: dict[int, bytes] = {}
    for one in done.reports:
        subject = one.report.subject
        if basis.stream == LEARNING:
            for stored in student_statements(office, subject, basis.size):
                shown[stored.index] = what_is_shown(stored)
        else:
            leaves.update(office.statements.links(subject, basis.size))
    return Wanted(basis.stream, leaves or shown.keys(), shown)


def _stream(
    office: Office, wanted: Wanted, size: int, note: bytes, progress: Progress | None
) -> Iterator[bytes]:
    stream, leaves = wanted.stream, wanted.leaves
    anchors = [
        (row.seq, row.size, row.block, row.time)
        for row in office.store.anchors(stream)
        if row.size <= size
    ]
    roots = list(_roots(office, stream, size, parse_checkpoint(parse_note(note).text).size))
    yield header_line(office.identity.origin(stream), note, anchors, roots)
    written = 0
    for number in sorted({leaf // GROUP for leaf in leaves}):
        entries = _group(office, stream, number, size)
        group, first = Group(leaf_hashes(entries)), number * GROUP
        for leaf, salt, payload in office.statements.kept(stream, first, first + len(entries)):
            if leaf in leaves:
                path, shown = group.written(leaf - first), wanted.shown.get(leaf)
                yield record_line(stream, leaf, entries[leaf - first], salt, path, payload, shown)
                written += 1
        if progress:
            progress(written, len(leaves))


def _roots(office: Office, stream: str, size: int, signed: int) -> Iterator[bytes]:
    """The roots of all groups of a tree: of full ones as the published tiles have them, of what no
    tile has by hashing the entries. A wrong tile makes a file that nobody accepts."""
    done, full = 0, size // GROUP
    while done < full:
        width = tile_width(1, done // TILE_WIDTH, signed)
        tile = office.store.file(stream, tile_path(1, done // TILE_WIDTH, width))
        if tile is None or len(tile) != width * HASH_LENGTH:
            break
        hashes = split_tile(tile)[: full - done]
        yield from hashes
        done += len(hashes)
    for number in range(done, -(-size // GROUP)):
        yield Group(leaf_hashes(_group(office, stream, number, size))).root


def _group(office: Office, stream: str, number: int, size: int) -> list[bytes]:
    """The entries of one group of a tree."""
    first = number * GROUP
    return list(office.store.entries(stream, first, min(first + GROUP, size)))
