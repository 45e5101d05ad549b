// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {
    KIND_CREDENTIAL,
    KIND_EVALUATION,
    KIND_LEARNING,
    KIND_STATUS,
    KIND_TEACHING
} from "../types.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Bounded texts and stream origins
/// @notice What the registry asks of texts, and the names it makes of them.
library Text {
    /// @notice Whether the text has 1 to `max` bytes.
    /// @param text The text.
    /// @param max The most bytes.
    /// @return yes Whether it is so.
    function isBounded(string memory text, uint256 max) internal pure returns (bool yes) {
        uint256 length = bytes(text).length;
        return length > 0 && length <= max;
    }

    /// @notice Whether every byte of the text is allowed.
    /// @param text The text.
    /// @param allowed Mask of `1 << byte` over ASCII.
    /// @return yes Whether it is so.
    function hasOnly(string memory text, uint128 allowed) internal pure returns (bool yes) {
        bytes memory raw = bytes(text);
        for (uint256 i = 0; i < raw.length; ++i) {
            uint8 c = uint8(raw[i]);
            if (c > 127 || (allowed >> c) & 1 == 0) return false;
        }
        return true;
    }

    /// @notice `<domain>/<kind>`, of a successor `<domain>/<kind>/<generation>`.
    /// @param domain The domain.
    /// @param kind The kind of stream.
    /// @param generation 0 for the first.
    /// @return text The origin.
    function origin(
        string memory domain,
        uint8 kind,
        uint32 generation
    ) internal pure returns (string memory text) {
        text = string.concat(domain, "/", kindName(kind));
        if (generation > 0) text = string.concat(text, "/", Strings.toString(generation));
    }

    /// @notice Name of a kind of stream; empty for none.
    /// @param kind The kind of stream.
    /// @return name The name.
    function kindName(uint8 kind) internal pure returns (string memory name) {
        if (kind == KIND_CREDENTIAL) return "credential";
        if (kind == KIND_STATUS) return "status";
        if (kind == KIND_LEARNING) return "learning";
        if (kind == KIND_TEACHING) return "teaching";
        if (kind == KIND_EVALUATION) return "evaluation";
    }
}
