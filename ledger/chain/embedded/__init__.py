"""The embedded chain: py-evm over one SQLite file, in process or served as JSON-RPC.

Importing it loads an EVM; who only wants to know where a chain is served asks `chain.served`.
"""

import sys

import eth  # noqa: F401

RECURSION_LIMIT = 2_000
"""py-evm's import raises the whole process's limit to 12,288, and then a deeply nested JSON body
kills the process (the parser's C stack ends first). Set back here: contracts that call one another
more than about 150 deep fail instead, and nothing of ours does."""

sys.setrecursionlimit(RECURSION_LIMIT)
