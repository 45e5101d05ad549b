// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @dev An institution: 1, 2, 3 … in order of admission; 0 is nobody.
type InstitutionId is uint32;

/// @dev A record stream: SHA-256 of its origin, e.g. `SHA-256("example.edu.cn/credential")`.
type StreamId is bytes32;

// Kinds of stream. A set of kinds is a mask of `1 << kind`.
uint8 constant KIND_CREDENTIAL = 1;
uint8 constant KIND_STATUS = 2;
uint8 constant KIND_LEARNING = 3;
uint8 constant KIND_TEACHING = 4;
uint8 constant KIND_EVALUATION = 5;
uint32 constant ALL_KINDS = 0x3e;

// Purposes of a key: a key has exactly one.
uint8 constant PURPOSE_CREDENTIAL = 1;
uint8 constant PURPOSE_CHECKPOINT = 2;
uint8 constant PURPOSE_RECEIPT = 3;
uint8 constant PURPOSE_TRUST = 4;

uint8 constant ALGORITHM_ED25519 = 1;

/// @dev The cut-off of a key that was never cut.
uint64 constant NO_CUT_OFF = type(uint64).max;

// Answers of `IIssuerRegistry.authority`.
uint8 constant AUTHORIZED = 0;
uint8 constant UNKNOWN_STREAM = 1;
uint8 constant NOT_THE_WRITER = 2;
uint8 constant NOT_ACCREDITED = 3;
uint8 constant STREAM_CLOSED = 4;
