"""The rules of the embedded chain: London, no proof of work, no price, the clock's time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth.abc import BlockAPI, BlockHeaderAPI
from eth.chains.base import MiningChain
from eth.consensus.noproof import NoProofConsensus
from eth.vm.forks.london import LondonVM
from eth_utils.exceptions import ValidationError

from ledger.ports import Clock

GAS_LIMIT = 10**9
"""Constant and huge: a block over half full would raise the base fee from 0 for ever."""


class FreeVM(LondonVM):
    """London without rewards, where a block may have its parent's time.

    Blocks come as fast as transactions do; were each a second later than the one before, they
    would run ahead of the clock and break the periods that contracts compare with it.
    """

    consensus_class = NoProofConsensus

    @classmethod
    def validate_header(cls, header: BlockHeaderAPI, parent_header: BlockHeaderAPI) -> None:
        if header.timestamp < parent_header.timestamp:
            raise ValidationError("a block cannot be older than its parent")
        if header.block_number != parent_header.block_number + 1:
            raise ValidationError("blocks must be numbered consecutively")
        if len(header.extra_data) > cls.extra_data_max_bytes:
            raise ValidationError("extra data too long")
        cls.validate_gas(header, parent_header)

    def _assign_block_rewards(self, block: BlockAPI) -> None:
        """Nobody is paid for a block."""


class FreeChain(MiningChain):
    """py-evm's chain with our headers. Use `chain_class` for one with its chain id."""

    vm_configuration = ((0, FreeVM),)  # type: ignore[assignment]
    clock: Callable[[], int]

    def create_header_from_parent(
        self, parent_header: BlockHeaderAPI, **header_params: Any
    ) -> BlockHeaderAPI:
        """Never before the parent, never ahead of the clock (unless the clock was set back)."""
        header_params.setdefault("timestamp", max(parent_header.timestamp, self.clock()))
        header_params["gas_limit"] = parent_header.gas_limit
        header_params["difficulty"] = 1
        return super().create_header_from_parent(parent_header, **header_params)


def chain_class(chain_id: int, clock: Clock) -> type[FreeChain]:
    """The chain's class: py-evm keeps chain id and clock at the class."""
    return type(
        "EmbeddedFreeChain", (FreeChain,), {"chain_id": chain_id, "clock": staticmethod(clock)}
    )
