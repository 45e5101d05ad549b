"""The one writer of a stream. The crash story of an append stands in `appending.py`.

Crash story of a checkpoint:
1. tiles are written and fsynced, read back and hashed again;
   -- crash here: tiles that no checkpoint names yet; the next run finds them equal;
2. how far the tiles reach is noted;
3. compare-and-swap on the last checkpoint signed, with the new note, in one transaction;
   -- crash here: the note is final though not public; the next writer publishes it;
4. the file `checkpoint` is replaced atomically.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from ledger.core.signed_note import (
    checkpoint_text,
    format_note,
    note_signature,
    parse_checkpoint,
    parse_note,
    verify_note,
)
from ledger.core.streams import KINDS_BY_NAME
from ledger.core.tiles import root_from_tiles
from ledger.errors import BadEvidence, Refusal
from ledger.ports import Appended, NewRecord, Outcome, Signer
from ledger.store.appending import Appending, NotFresh
from ledger.store.database import Database
from ledger.store.dedupe import Identities, payloads
from ledger.store.entries import StreamState, read_size, read_state
from ledger.store.schema import certificate, lookup, stream
from ledger.store.sealing import Sealing
from ledger.store.tiles import CHECKPOINT, TileFiles


class Writer:
    """`ports.StreamWriter`; made by the store, which holds the lock."""

    def __init__(
        self, database: Database, kind: str, tiles: TileFiles, key: bytes, sealing: Sealing
    ) -> None:
        self._database = database
        self._kind = kind
        self._tiles = tiles
        self._stream = Appending(database, kind, key)
        self._base = self._stream.base
        self._sealing = sealing
        self._publish_signed()

    def size(self) -> int:
        """Entries acknowledged so far."""
        with self._database.read() as connection:
            return read_size(connection, self._kind)

    # ------------------------------------------------------------------ append

    def append(self, records: Sequence[NewRecord]) -> list[Appended]:
        """See `ports.StreamWriter.append`."""
        if not records:
            return []
        digests = [self._stream.digest(new.identity) for new in records]
        try:
            return self._append_fresh(records, digests)
        except NotFresh:
            return self._append_judged(records, digests)

    def _append_fresh(
        self, records: Sequence[NewRecord], digests: Sequence[bytes]
    ) -> list[Appended]:
        """The usual batch: nothing of it is there yet. Raises NotFresh, and nothing is done."""
        with self._database.write() as connection:
            state = read_state(connection, self._kind)
            self._stream.claim(connection, state, digests)
            self._save(connection, state, records, digests)
        accepted = Outcome.ACCEPTED
        return [Appended(accepted, index) for index in range(state.size, state.size + len(records))]

    def _append_judged(
        self, records: Sequence[NewRecord], digests: Sequence[bytes]
    ) -> list[Appended]:
        """A batch with duplicates: what is there is read first."""
        with self._database.write() as connection:
            state = read_state(connection, self._kind)
            identities = Identities(connection, digests)
            outcomes, accepted = self._judge(connection, state.size, records, digests, identities)
            if accepted:
                identities.save(self._database)
                self._save(
                    connection,
                    state,
                    [records[i] for i in accepted],
                    [digests[i] for i in accepted],
                )
        return outcomes

    def _judge(
        self,
        connection: Connection,
        size: int,
        records: Sequence[NewRecord],
        digests: Sequence[bytes],
        identities: Identities,
    ) -> tuple[list[Appended], list[int]]:
        """What becomes of each record, and which positions of the batch are accepted."""
        standing = [identities.find(value) for value in digests]
        stored = payloads(connection, self._sealing, [one for one in standing if one is not None])
        outcomes: list[Appended] = []
        accepted: list[int] = []
        for position, (new, value) in enumerate(zip(records, digests, strict=True)):
            found = standing[position]
            if found is None:
                found = identities.find(value)  # earlier in this batch?
            if found is None:
                number = self._base + size + len(accepted)
                identities.add(value, number)
                stored[number] = new.payload
                accepted.append(position)
                outcomes.append(Appended(Outcome.ACCEPTED, number - self._base))
                continue
            same = stored[found] is None or stored[found] == new.payload
            outcome = Outcome.DUPLICATE if same else Outcome.CONFLICT
            outcomes.append(Appended(outcome, found - self._base))
        return outcomes, accepted

    def _save(
        self,
        connection: Connection,
        state: StreamState,
        records: Sequence[NewRecord],
        digests: Sequence[bytes],
    ) -> None:
        kept = [
            (value, new.salt, self._sealing.seal_payload(value, new.payload))
            for value, new in zip(digests, records, strict=True)
        ]
        self._stream.save(connection, state, [new.entry for new in records], kept)
        self._save_certificates(connection, state, records)

    def _save_certificates(
        self, connection: Connection, state: StreamState, records: Sequence[NewRecord]
    ) -> None:
        keys, facts = [], []
        for number, new in enumerate(records, self._base + state.size):
            if new.lookup:
                keys += [(key, number) for key in dict.fromkeys(new.lookup)]
            if (fact := new.certificate) is not None:
                facts.append(
                    (
                        number,
                        fact.number,
                        fact.type_code,
                        fact.status_index,
                        fact.frame,
                        fact.content,
                    )
                )
        self._database.insert(connection, lookup, sorted(keys))
        self._database.insert(connection, certificate, facts)

    # ------------------------------------------------------------------ checkpoint

    def sign_checkpoint(self, origin: str, signer: Signer) -> bytes:
        """See `ports.StreamWriter.sign_checkpoint`; steps as in the crash story above."""
        with self._database.read() as connection:
            state = read_state(connection, self._kind)
        self._check_published(state)
        grown = self._tiles.catch_up(state.tiled_frontier, state.size)
        root = state.frontier.root()
        if grown.root() != root or root_from_tiles(state.size, self._tiles) != root:
            raise BadEvidence("store-damaged", what=f"{self._kind}: tiles")
        self._check_grown(state, root)
        with self._database.write() as connection:
            self._stream.swap(
                connection,
                stream.c.tiled == state.tiled,
                tiled=state.size,
                tiled_frontier=grown.to_bytes(),
            )
        note = _signed(origin, state.size, root, signer)
        with self._database.write() as connection:
            self._stream.swap(
                connection,
                stream.c.signed_size.is_not_distinct_from(state.signed_size),
                signed_size=state.size,
                signed_root=root,
                signed_note=note,
            )
        self._tiles.publish(note)
        self._tiles.drop_partial(state.tiled, state.size)
        return note

    def _check_grown(self, state: StreamState, root: bytes) -> None:
        """The tree about to be signed extends the one signed last."""
        if state.signed_size is None:
            return
        shrunk = state.size < state.signed_size
        if shrunk or root_from_tiles(state.signed_size, self._tiles) != state.signed_root:
            raise BadEvidence("stream-forked", stream=self._kind)
        if state.size == state.signed_size and root != state.signed_root:
            raise BadEvidence("stream-forked", stream=self._kind)

    def _check_published(self, state: StreamState) -> None:
        """No public checkpoint is longer than what this database signed.

        It would be if an older database was put back beside newer files; signing again could then
        make a second tree of one size. A file that cannot be read says nothing.
        """
        published = self._tiles.file(CHECKPOINT)
        if published is None:
            return
        try:
            size = parse_checkpoint(parse_note(published).text).size
        except Refusal:
            return
        if size > (state.signed_size or 0):
            raise BadEvidence("stream-forked", stream=self._kind)

    def _publish_signed(self) -> None:
        """Finishes step 4 of a checkpoint that a crash left signed and not public."""
        wanted = select(stream.c.signed_size, stream.c.signed_note).where(
            stream.c.kind == KINDS_BY_NAME[self._kind]
        )
        with self._database.read() as connection:
            size, note = connection.execute(wanted).one()
        if note is None:
            return
        published = self._tiles.file(CHECKPOINT)
        if published == note:
            return
        try:
            newer = parse_checkpoint(parse_note(published or b"").text).size > size
        except Refusal:
            newer = False
        if not newer:
            self._tiles.publish(note)


def _signed(origin: str, size: int, root: bytes, signer: Signer) -> bytes:
    text = checkpoint_text(origin, size, root)
    signature = note_signature(origin, signer.public_key, signer.sign(text))
    note = format_note(text, [signature])
    verify_note(parse_note(note), origin, signer.public_key)  # a faulty signer is found here
    return note
