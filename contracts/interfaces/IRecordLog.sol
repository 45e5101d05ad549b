// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {StreamId} from "../types.sol";

/// @title The heads of all record streams
/// @notice A head only moves to a larger tree that provably contains the one before (RFC 9162 section 2.1.4),
/// and only by the stream's writer. Nothing else can change it.
interface IRecordLog {
    /// @notice The newest anchored tree of a stream. Two storage slots: the four numbers, the root.
    /// @param size Entries in the tree.
    /// @param seq How often the stream was anchored; 1 for the first time.
    /// @param blockNumber Block of the anchor.
    /// @param time Time of that block, Unix seconds.
    /// @param root RFC 6962 Merkle tree hash.
    struct Head {
        uint64 size;
        uint64 seq;
        uint64 blockNumber;
        uint64 time;
        bytes32 root;
    }

    /// @notice A stream's head moved. The back links lead to the head before it (0, SHA-256(""), 0 at first).
    /// @param streamId The stream.
    /// @param seq Number of this anchor, from 1.
    /// @param size Size of the new tree.
    /// @param root Root of the new tree.
    /// @param prevSize Size of the tree before.
    /// @param prevRoot Root of the tree before.
    /// @param prevBlock Block of the anchor before.
    event Anchored(
        StreamId indexed streamId,
        uint64 indexed seq,
        uint64 size,
        bytes32 root,
        uint64 prevSize,
        bytes32 prevRoot,
        uint64 prevBlock
    );

    /// @notice The anchor does not follow the current head, which is given.
    error HeadMismatch(uint64 seq, uint64 size, bytes32 root);
    /// @notice The new tree is not larger.
    error SizeNotGrowing(uint64 oldSize, uint64 newSize);
    /// @notice The caller may not write this stream now; `reason` as in `IIssuerRegistry.authority`.
    error NotAuthorized(StreamId streamId, address account, uint8 reason);
    /// @notice The consistency proof does not lead from the old root to the new one.
    error ProofInvalid();
    /// @notice This chain is not the one the contract was deployed on.
    error WrongChain(uint256 chainId);
    /// @notice The three contracts do not name one another (wrongly predicted addresses).
    error Miswired();

    /// @notice Move a stream's head forward.
    /// @param id The stream.
    /// @param seq Sequence number of the head that this follows (0 at first).
    /// @param oldSize Size of that head (0 at first).
    /// @param oldRoot Root of that head (SHA-256 of nothing at first).
    /// @param newSize Size of the new tree.
    /// @param newRoot Root of the new tree.
    /// @param proof Consistency proof, RFC 9162 section 2.1.4; empty at first, and only then.
    function anchor(
        StreamId id,
        uint64 seq,
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external;

    /// @notice The head that the next anchor must follow; the empty tree where there was none yet.
    /// @param id The stream.
    /// @return current The head.
    function head(StreamId id) external view returns (Head memory current);
}
