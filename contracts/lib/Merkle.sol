// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Merkle consistency, RFC 9162 section 2.1.4.2, over SHA-256
/// @notice Checks that one tree extends another.
library Merkle {
    /// @notice Root of the empty tree: SHA-256 of nothing (RFC 9162 section 2.1.1).
    bytes32 internal constant EMPTY_ROOT = 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;

    /// @notice Whether the tree (n, newRoot) extends the tree (m, oldRoot).
    /// @dev Only 0 < m < n can pass: neither consistency from the empty tree nor of equal sizes is a matter of proof.
    /// @param m Size of the older tree.
    /// @param oldRoot Root of the older tree.
    /// @param n Size of the newer tree.
    /// @param newRoot Root of the newer tree.
    /// @param path The proof; its length must be exact.
    /// @return ok Whether every step of the verification holds.
    function isConsistent(
        uint64 m,
        bytes32 oldRoot,
        uint64 n,
        bytes32 newRoot,
        bytes32[] calldata path
    ) internal view returns (bool ok) {
        // 1. An empty path fails; so do sizes for which no proof is defined.
        if (m == 0 || m >= n || path.length == 0) return false;

        // 3. and 4. Walk both last indexes up to the largest complete subtree that ends the old tree.
        uint256 fn = m - 1;
        uint256 sn = n - 1;
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }

        // 2. and 5. Start from that subtree: the whole old tree where m is a power of two, else the path's first node.
        bytes32 fr = oldRoot;
        uint256 next = 0;
        if (fn != 0) {
            fr = path[0];
            next = 1;
        }
        bytes32 sr = fr;

        // 6. Fold in the rest of the path.
        for (; next < path.length; ++next) {
            if (sn == 0) return false;
            bytes32 sibling = path[next];
            if (fn & 1 == 1 || fn == sn) {
                fr = hashNode(sibling, fr);
                sr = hashNode(sibling, sr);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = hashNode(sr, sibling);
            }
            fn >>= 1;
            sn >>= 1;
        }

        // 7. Both roots come out, and the path reached the top.
        return fr == oldRoot && sr == newRoot && sn == 0;
    }

    /// @notice SHA-256(0x01 || left || right), by the precompile at address 2.
    /// @param left Hash of the left subtree.
    /// @param right Hash of the right subtree.
    /// @return node Hash of the node.
    function hashNode(bytes32 left, bytes32 right) internal view returns (bytes32 node) {
        bool ok;
        // The 65 bytes lie beyond the free memory pointer, which stays where it is: nothing is kept there.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore8(buffer, 1)
            mstore(add(buffer, 1), left)
            mstore(add(buffer, 33), right)
            ok := staticcall(gas(), 2, buffer, 65, 0, 32)
            ok := and(ok, eq(returndatasize(), 32))
            node := mload(0)
        }
        // An unchecked failure would leave whatever lay in memory as the hash.
        assert(ok);
    }
}
