"""Every port in memory: the simulator that tests run on, slow and plain on purpose.

Each class keeps its port's contract except durability: nothing survives the process. What the
store on disk answers is compared with what these answer.
"""

from ledger.memory.documents import MemoryDocumentStore
from ledger.memory.outbox import MemoryOutbox
from ledger.memory.statements import MemoryStatementStore
from ledger.memory.streams import MemoryStreamStore
from ledger.memory.tokens import MemoryTokenStore

__all__ = [
    "MemoryDocumentStore",
    "MemoryOutbox",
    "MemoryStatementStore",
    "MemoryStreamStore",
    "MemoryTokenStore",
]
