"""Everything true about records, and the doors to chain, keys and disk."""

import os

# Left alone, eth-hash takes the slowest keccak that is installed. It reads this at the first hash.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
