"""The chain account: a secp256k1 key that signs transactions."""

from __future__ import annotations

from functools import cached_property
from typing import Any


class ChainAccount:
    """`ports.Account` over 32 secret bytes. eth-account is imported when first used: it is slow."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @cached_property
    def _local(self) -> Any:
        from eth_account import Account

        return Account.from_key(self._secret)

    @property
    def address(self) -> str:
        return str(self._local.address)

    def sign_transaction(self, fields: dict[str, Any]) -> tuple[bytes, str]:
        """(raw bytes, 0x hash) of an EIP-155 legacy or EIP-1559 transaction."""
        signed = self._local.sign_transaction(fields)
        return bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex()
