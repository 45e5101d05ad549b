// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Council} from "./Council.sol";
import {IssuerRegistry} from "./IssuerRegistry.sol";
import {IIssuerRegistry} from "./interfaces/IIssuerRegistry.sol";
import {IRecordLog} from "./interfaces/IRecordLog.sol";
import {Merkle} from "./lib/Merkle.sol";
import {AUTHORIZED, StreamId} from "./types.sol";

/// @title The heads of all record streams
/// @notice See `IRecordLog`. No owner, no proxy, one function that writes. The code hash names the network,
/// for chain id and network id are part of the code.
contract RecordLog is IRecordLog {
    /// @notice The registry that says who may write which stream.
    IIssuerRegistry public immutable REGISTRY;
    /// @notice The chain of the deployment; on a fork with another id nothing can be anchored.
    uint256 public immutable CHAIN_ID;
    /// @notice Random name of the network.
    bytes32 public immutable NETWORK_ID;

    mapping(StreamId id => Head current) private _heads;

    /// @notice Deployed last of the three, so that wrongly predicted addresses are found at once.
    /// @param registry The registry, which names this contract, and whose council names it.
    /// @param networkId 32 random bytes.
    constructor(address registry, bytes32 networkId) {
        if (registry.code.length == 0) revert Miswired();
        IssuerRegistry deployed = IssuerRegistry(registry);
        address council = deployed.COUNCIL();
        if (council.code.length == 0 || address(deployed.RECORD_LOG()) != address(this)) revert Miswired();
        if (address(Council(council).REGISTRY()) != registry) revert Miswired();
        REGISTRY = deployed;
        CHAIN_ID = block.chainid;
        NETWORK_ID = networkId;
    }

    /// @inheritdoc IRecordLog
    function anchor(
        StreamId id,
        uint64 seq,
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external {
        if (block.chainid != CHAIN_ID) revert WrongChain(block.chainid);
        uint64 oldBlock = _requireHead(id, seq, oldSize, oldRoot);
        if (newSize <= oldSize) revert SizeNotGrowing(oldSize, newSize);
        uint8 reason = REGISTRY.authority(id, msg.sender);
        if (reason != AUTHORIZED) revert NotAuthorized(id, msg.sender, reason);
        // Only the first anchor starts from the empty tree, which everything extends.
        if (oldSize == 0 ? proof.length != 0 : !Merkle.isConsistent(oldSize, oldRoot, newSize, newRoot, proof)) {
            revert ProofInvalid();
        }
        _heads[id] = Head(newSize, seq + 1, uint64(block.number), uint64(block.timestamp), newRoot);
        emit Anchored(id, seq + 1, newSize, newRoot, oldSize, oldRoot, oldBlock);
    }

    /// @inheritdoc IRecordLog
    function head(StreamId id) external view returns (Head memory current) {
        current = _heads[id];
        if (current.size == 0) current.root = Merkle.EMPTY_ROOT;
    }

    /// @dev Compare-and-swap: reverts with the current values unless the caller named them.
    function _requireHead(
        StreamId id,
        uint64 seq,
        uint64 size,
        bytes32 root
    ) private view returns (uint64 blockNumber) {
        Head storage current = _heads[id];
        uint64 currentSize = current.size;
        uint64 currentSeq = current.seq;
        blockNumber = current.blockNumber;
        bytes32 currentRoot = currentSize == 0 ? Merkle.EMPTY_ROOT : current.root;
        if (seq != currentSeq || size != currentSize || root != currentRoot) {
            revert HeadMismatch(currentSeq, currentSize, currentRoot);
        }
    }
}
