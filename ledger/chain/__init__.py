"""The door to the chain: reader, sender, deployment, and the embedded chain.

The only room that imports web3, and only where it is used: importing it takes long.
"""

from ledger.chain import messages as messages
