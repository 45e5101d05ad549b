"""The embedded chain: py-evm over one SQLite file, in process or served as JSON-RPC.

Import from the modules (`chain`, `server`): this file stays empty so that looking at the package
does not load an EVM.
"""
