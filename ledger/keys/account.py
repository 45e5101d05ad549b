"""The chain account: a secp256k1 key that signs transactions."""

from __future__ import annotations

from typing import Any


class ChainAccount:
    """`ports.Account` over 32 secret bytes. eth-account is imported when first used: it is slow."""

    def __init__(self, secret: bytes) -> None:
        from eth_account import Account

        self._local = Account.from_key(secret)

    @property
    def address(self) -> str:
        return str(self._local.address)

    def sign_transaction(self, fields: dict[str, Any]) -> tuple[bytes, str]:
        """(raw bytes, 0x hash) of an EIP-155 legacy or EIP-1559 transaction."""
        signed = self._local.sign_transaction(fields)
        return bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex()
