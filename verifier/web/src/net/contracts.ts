/** The on-chain views that the page reads, with their Solidity types (contracts/interfaces). */

import { address, array, bytes32, string, tuple, uint } from "./abi";

export const INSTITUTION_BY_CODE = "institutionByCode(string)";
export const INSTITUTION_BY_DOMAIN = "institutionByDomain(string)";
export const INSTITUTION = "institution(uint32)";
export const KEYS = "keys(uint32)";
export const ACCREDITATIONS = "accreditations(uint32)";
export const STREAM = "stream(bytes32)";
export const HEAD = "head(bytes32)";
export const ANCHORED = "Anchored(bytes32,uint64,uint64,bytes32,uint64,bytes32,uint64)";

export const InstitutionId = uint(32);

export const InstitutionRow = tuple({
  account: address,
  registeredBlock: uint(64),
  code: string,
  domain: string,
  name: string,
  nameEn: string,
  publicUrl: string,
  verifyUrl: string,
});

export const KeyRows = array(
  tuple({
    publicKey: bytes32,
    purpose: uint(8),
    algorithm: uint(8),
    fromSize: uint(64),
    cutOff: uint(64),
    addedBlock: uint(64),
    cutBlock: uint(64),
  }),
);

export const AccreditationRows = array(
  tuple({
    grantedBlock: uint(64),
    from: uint(64),
    until: uint(64),
    ended: uint(64),
    endedBlock: uint(64),
    kinds: uint(32),
    types: uint(256),
  }),
);

export const StreamRow = tuple({
  institution: uint(32),
  kind: uint(8),
  generation: uint(32),
  openedBlock: uint(64),
  closedBlock: uint(64),
  origin: string,
  previousChainId: uint(64),
  previousStream: bytes32,
  previousSize: uint(64),
  previousRoot: bytes32,
});

export const HeadRow = tuple({
  size: uint(64),
  seq: uint(64),
  blockNumber: uint(64),
  time: uint(64),
  root: bytes32,
});

/** The data of `Anchored`; stream id and seq are topics. */
export const AnchoredData = tuple({
  size: uint(64),
  root: bytes32,
  prevSize: uint(64),
  prevRoot: bytes32,
  prevBlock: uint(64),
});

/** `NO_CUT_OFF` of the registry. */
export const NO_CUT_OFF = (1n << 64n) - 1n;
