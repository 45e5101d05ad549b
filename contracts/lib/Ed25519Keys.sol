// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Ed25519 public keys that must never be registered
/// @notice Several libraries accept keys of small order, under which one signature fits any message.
library Ed25519Keys {
    // The sign of x is the top bit of the last byte; small order and canonicity depend on y alone.
    bytes32 private constant Y_MASK = ~bytes32(uint256(0x80));
    // All bytes of p = 2^255 - 19 but the first, which is 0xed.
    bytes32 private constant P_TAIL = 0x00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f;
    // y of the eight points whose order divides 8: 0 (order 4), 1 (order 1), -1 (order 2), and two of order 8.
    bytes32 private constant Y_ONE = bytes32(uint256(1) << 248);
    bytes32 private constant Y_MINUS_ONE = P_TAIL | bytes32(uint256(0xec) << 248);
    bytes32 private constant Y_EIGHT_A = 0x26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05;
    bytes32 private constant Y_EIGHT_B = 0xc7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a;

    /// @notice Whether a key is neither of small order nor encoded non-canonically (y >= p).
    /// @dev That the bytes are a point of the curve, of prime order, is for the council and every verifier to see:
    /// the chain cannot afford to.
    /// @param publicKey Raw public key.
    /// @return yes Whether it is so.
    function isAcceptable(bytes32 publicKey) internal pure returns (bool yes) {
        bytes32 y = publicKey & Y_MASK;
        if (y == 0 || y == Y_ONE || y == Y_MINUS_ONE || y == Y_EIGHT_A || y == Y_EIGHT_B) return false;
        bool tail = (uint256(y) << 8) == (uint256(P_TAIL) << 8);
        return !(tail && uint8(y[0]) >= 0xed);
    }
}
