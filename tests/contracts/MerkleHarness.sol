// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Ed25519Keys} from "../../contracts/lib/Ed25519Keys.sol";
import {Merkle} from "../../contracts/lib/Merkle.sol";

/// @title The libraries' internal functions, callable
contract MerkleHarness {
    function isConsistent(
        uint64 m,
        bytes32 oldRoot,
        uint64 n,
        bytes32 newRoot,
        bytes32[] calldata path
    ) external view returns (bool) {
        return Merkle.isConsistent(m, oldRoot, n, newRoot, path);
    }

    function hashNode(bytes32 left, bytes32 right) external view returns (bytes32) {
        return Merkle.hashNode(left, right);
    }

    function isAcceptable(bytes32 publicKey) external pure returns (bool) {
        return Ed25519Keys.isAcceptable(publicKey);
    }
}
