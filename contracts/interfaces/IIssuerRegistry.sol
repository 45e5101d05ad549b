// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {InstitutionId, StreamId} from "../types.sol";

/// @title Institutions, their streams, writers, keys and accreditations
/// @notice Rows are only appended and record their block; of a written row only an end can be set (an
/// accreditation's, a stream's) or a cut-off lowered, and an institution may change its two addresses.
interface IIssuerRegistry {
    /// @notice A key to be registered.
    /// @param publicKey Raw Ed25519 public key, RFC 8032.
    /// @param purpose 1 credential, 2 checkpoint, 3 receipt, 4 trust.
    /// @param algorithm 1 Ed25519.
    struct NewKey {
        bytes32 publicKey;
        uint8 purpose;
        uint8 algorithm;
    }

    /// @notice What an institution asks to be admitted with, sent by its own account.
    struct Application {
        address account;
        string code;
        string domain;
        string name;
        string nameEn;
        string publicUrl;
        string verifyUrl;
        NewKey[] keys;
        bool admitted;
    }

    /// @notice An institution.
    struct Institution {
        address account;
        uint64 registeredBlock;
        string code;
        string domain;
        string name;
        string nameEn;
        string publicUrl;
        string verifyUrl;
    }

    /// @notice A key. It counts for entries from `fromSize` (inclusive) to `cutOff` (exclusive).
    /// @dev `fromSize` counts in the credential stream that was current at `addedBlock`, `cutOff` in the one that was
    /// current at `cutBlock`, the block of the first cut. For purposes other than credential any cut-off ends the key.
    struct Key {
        bytes32 publicKey;
        uint8 purpose;
        uint8 algorithm;
        uint64 fromSize;
        uint64 cutOff;
        uint64 addedBlock;
        uint64 cutBlock;
    }

    /// @notice An accreditation, times in Unix seconds: active at t when `from <= t < until` and (not ended or
    /// `t < ended`).
    /// @param kinds Mask of `1 << kind`.
    /// @param types Mask of `1 << credential type code`.
    struct Accreditation {
        uint64 grantedBlock;
        uint64 from;
        uint64 until;
        uint64 ended;
        uint64 endedBlock;
        uint32 kinds;
        uint256 types;
    }

    /// @notice The account that may anchor a stream, since a block.
    struct Writer {
        address account;
        uint64 sinceBlock;
    }

    /// @notice A stream; the `previous` fields name what a successor continues, zero for a first generation.
    struct Stream {
        InstitutionId institution;
        uint8 kind;
        uint32 generation;
        uint64 openedBlock;
        uint64 closedBlock;
        string origin;
        uint64 previousChainId;
        bytes32 previousStream;
        uint64 previousSize;
        bytes32 previousRoot;
    }

    /// @notice An account applied for admission.
    /// @param applicationId The application.
    /// @param account The account.
    event ApplicationSubmitted(uint256 indexed applicationId, address indexed account);
    /// @notice The council admitted an institution.
    /// @param institution The institution.
    /// @param applicationId The application.
    /// @param account The account.
    /// @param code Its code.
    /// @param domain Its domain.
    event InstitutionAdmitted(
        InstitutionId indexed institution,
        uint256 indexed applicationId,
        address indexed account,
        string code,
        string domain
    );
    /// @notice A key was registered.
    /// @param institution The institution.
    /// @param publicKey The public key.
    /// @param purpose Its purpose.
    /// @param algorithm Its algorithm.
    /// @param fromSize First entry that it counts for.
    event KeyAdded(
        InstitutionId indexed institution,
        bytes32 indexed publicKey,
        uint8 purpose,
        uint8 algorithm,
        uint64 fromSize
    );
    /// @notice A key's cut-off went down, by the institution (`frozen`) or by the council.
    /// @param institution The institution.
    /// @param publicKey The public key.
    /// @param cutOff First entry that it no longer counts for.
    /// @param frozen Whether by the institution itself.
    event KeyCutOffLowered(
        InstitutionId indexed institution,
        bytes32 indexed publicKey,
        uint64 cutOff,
        bool frozen
    );
    /// @notice An institution was accredited.
    /// @param institution The institution.
    /// @param row Its place among the rows, from 0.
    /// @param kinds Mask of `1 << kind`.
    /// @param types Mask of `1 << credential type code`.
    /// @param from First second at which it counts.
    /// @param until First second at which it no longer counts.
    event Accredited(
        InstitutionId indexed institution,
        uint256 row,
        uint32 kinds,
        uint256 types,
        uint64 from,
        uint64 until
    );
    /// @notice An accreditation ended before its time.
    /// @param institution The institution.
    /// @param row Its place among the rows, from 0.
    /// @param ended The second of the end.
    event AccreditationEnded(InstitutionId indexed institution, uint256 row, uint64 ended);
    /// @notice A stream was opened.
    /// @param streamId The stream.
    /// @param institution The institution.
    /// @param kind Its kind.
    /// @param generation 0 for the first.
    /// @param origin Its origin.
    event StreamOpened(
        StreamId indexed streamId,
        InstitutionId indexed institution,
        uint8 kind,
        uint32 generation,
        string origin
    );
    /// @notice A stream got a (new) writer.
    /// @param streamId The stream.
    /// @param account The account.
    event WriterSet(StreamId indexed streamId, address indexed account);
    /// @notice A stream was closed for ever.
    /// @param streamId The stream.
    event StreamClosed(StreamId indexed streamId);
    /// @notice An institution changed its addresses.
    /// @param institution The institution.
    /// @param publicUrl Where the streams are served.
    /// @param verifyUrl The verifier.
    event EndpointsSet(InstitutionId indexed institution, string publicUrl, string verifyUrl);

    /// @notice Only the council may do this.
    error OnlyCouncil(address caller);
    /// @notice Only the institution's own account may do this.
    error OnlyOwnAccount(InstitutionId institution, address caller);
    /// @notice There is no such institution.
    error UnknownInstitution(InstitutionId institution);
    /// @notice There is no such application.
    error UnknownApplication(uint256 applicationId);
    /// @notice There is no such accreditation.
    error UnknownAccreditation(InstitutionId institution, uint256 row);
    /// @notice There is no such stream.
    error UnknownStream(StreamId streamId);
    /// @notice There is no such key.
    error UnknownKey(bytes32 publicKey);
    /// @notice The application was admitted before.
    error AlreadyAdmitted(uint256 applicationId);
    /// @notice The account is an institution's already, or cannot be one.
    error AccountTaken(address account);
    /// @notice Another institution has this code.
    error CodeTaken(string code);
    /// @notice Another institution has this domain.
    error DomainTaken(string domain);
    /// @notice The public key is registered already: one institution, one purpose.
    error KeyTaken(bytes32 publicKey, InstitutionId owner);
    /// @notice The key is zero, of small order or not canonically encoded, or its purpose or algorithm is unknown.
    error BadKey(bytes32 publicKey);
    /// @notice An application has at most `MAX_KEYS` keys.
    error TooManyKeys(uint256 count);
    /// @notice The text is empty, too long, or has a character that is not allowed there.
    error BadText(string text);
    /// @notice The account cannot be a writer.
    error BadWriter(address account);
    /// @notice The set of kinds is empty or has unknown kinds.
    error BadKinds(uint32 kinds);
    /// @notice There is no such kind of stream.
    error BadKind(uint8 kind);
    /// @notice The period is empty.
    error BadPeriod(uint64 from, uint64 until);
    /// @notice The accreditation was ended before.
    error AlreadyEnded(InstitutionId institution, uint256 row);
    /// @notice A cut-off only goes down.
    error CutOffNotLower(uint64 current, uint64 cutOff);
    /// @notice The stream is closed.
    error StreamIsClosed(StreamId streamId);
    /// @notice The predecessor must be closed first.
    error StreamNotClosed(StreamId streamId);
    /// @notice The predecessor named is not the one that must be continued, or not its head.
    error PreviousMismatch(StreamId current, uint64 size, bytes32 root);

    /// @notice Apply for admission with the sending account, which thereby approves these keys and itself as writer.
    /// @param code 1 to 64 of `A-Z a-z 0-9 . _ -`.
    /// @param domain 1 to 64 of `a-z 0-9 . -`.
    /// @param name 1 to 200 bytes of UTF-8.
    /// @param nameEn 1 to 200 bytes of UTF-8.
    /// @param publicUrl 1 to 200 bytes: where the streams are served.
    /// @param verifyUrl 1 to 200 bytes: the institution's verifier.
    /// @param newKeys At most `MAX_KEYS` keys.
    /// @return applicationId 1, 2, 3 …
    function submitApplication(
        string calldata code,
        string calldata domain,
        string calldata name,
        string calldata nameEn,
        string calldata publicUrl,
        string calldata verifyUrl,
        NewKey[] calldata newKeys
    ) external returns (uint256 applicationId);

    /// @notice Admit an applicant: its institution, keys (from size 0) and five streams. Council only.
    /// @param applicationId The application.
    function admit(uint256 applicationId) external;

    /// @notice Accredit an institution, never before this block. Council only.
    /// @param id The institution.
    /// @param kinds Mask of `1 << kind`.
    /// @param types Mask of `1 << credential type code`.
    /// @param from Raised to the block's time where it is earlier.
    /// @param until First second at which it no longer counts.
    function accredit(InstitutionId id, uint32 kinds, uint256 types, uint64 from, uint64 until) external;

    /// @notice End an accreditation now. Council only.
    /// @param id The institution.
    /// @param row Its place among the rows, from 0.
    function endAccreditation(InstitutionId id, uint256 row) external;

    /// @notice Register a further key, from the anchored size of the credential stream for a credential key, else
    /// from 0. Council only, with the institution's consent or after the delay.
    /// @param id The institution.
    /// @param newKey The key.
    function addKey(InstitutionId id, NewKey calldata newKey) external;

    /// @notice Cut a key of one's own at the anchored size of the credential stream; never raises a cut-off.
    /// @param publicKey The public key.
    function freezeKey(bytes32 publicKey) external;

    /// @notice Lower a key's cut-off. Council only.
    /// @param publicKey The public key.
    /// @param cutOff First entry that no longer counts.
    function lowerCutOff(bytes32 publicKey, uint64 cutOff) external;

    /// @notice Name the account that may anchor a stream from now on; also a closed institution's successor for its
    /// status stream. Council only, with the institution's consent or after the delay.
    /// @param streamId The stream.
    /// @param account The account.
    function setWriter(StreamId streamId, address account) external;

    /// @notice Close a stream for ever. Council only.
    /// @param streamId The stream.
    function closeStream(StreamId streamId) external;

    /// @notice Open the next generation of a closed stream. Council only, with the institution's consent or after the
    /// delay. On the same chain the predecessor is the closed stream with its head; what continues a stream of
    /// another chain replaces a closed stream that was never anchored here.
    /// @param id The institution.
    /// @param kind The kind of stream.
    /// @param previousChainId Chain of the predecessor.
    /// @param previousStream The predecessor.
    /// @param previousSize Its final size.
    /// @param previousRoot Its final root.
    function openSuccessor(
        InstitutionId id,
        uint8 kind,
        uint64 previousChainId,
        StreamId previousStream,
        uint64 previousSize,
        bytes32 previousRoot
    ) external;

    /// @notice Change the institution's addresses; by its own account.
    /// @param publicUrl 1 to 200 bytes: where the streams are served.
    /// @param verifyUrl 1 to 200 bytes: the institution's verifier.
    function setEndpoints(string calldata publicUrl, string calldata verifyUrl) external;

    /// @notice Whose consent a council's call of this contract needs; zero for nobody's. Reverts for a key or writer
    /// of something that does not exist, so nothing can be decided ahead of it.
    /// @param data Selector and arguments of the call.
    /// @return account The account, or zero.
    function consentNeeded(bytes calldata data) external view returns (address account);

    /// @notice Whether an account may anchor a stream in this block.
    /// @param streamId The stream.
    /// @param writer The account that would anchor.
    /// @return reason 0 authorised, 1 unknown stream, 2 not the writer, 3 not accredited for the kind now,
    /// 4 stream closed; looked at in the order 1, 4, 2, 3. A status stream needs no accreditation.
    function authority(StreamId streamId, address writer) external view returns (uint8 reason);

    /// @notice How many institutions there are; their ids are 1 to this number.
    /// @return count The number.
    function institutionCount() external view returns (uint32 count);

    /// @notice An institution.
    /// @param id The institution.
    /// @return row The row.
    function institution(InstitutionId id) external view returns (Institution memory row);

    /// @notice Who has this code; 0 for nobody.
    /// @param code The code.
    /// @return id The id.
    function institutionByCode(string calldata code) external view returns (InstitutionId id);

    /// @notice Who has this domain; 0 for nobody.
    /// @param domain The domain.
    /// @return id The id.
    function institutionByDomain(string calldata domain) external view returns (InstitutionId id);

    /// @notice Whose account this is; 0 for nobody's.
    /// @param account The account.
    /// @return id The id.
    function institutionByAccount(address account) external view returns (InstitutionId id);

    /// @notice All keys an institution ever had.
    /// @param id The institution.
    /// @return rows The rows, oldest first.
    function keys(InstitutionId id) external view returns (Key[] memory rows);

    /// @notice Whose key this is; 0 for nobody's.
    /// @param publicKey The public key.
    /// @return id The id.
    function keyOwner(bytes32 publicKey) external view returns (InstitutionId id);

    /// @notice All accreditations an institution ever had.
    /// @param id The institution.
    /// @return rows The rows, oldest first.
    function accreditations(InstitutionId id) external view returns (Accreditation[] memory rows);

    /// @notice All streams an institution ever had, in order of opening.
    /// @param id The institution.
    /// @return ids The ids, oldest first.
    function streams(InstitutionId id) external view returns (StreamId[] memory ids);

    /// @notice A stream.
    /// @param streamId The stream.
    /// @return row The row.
    function stream(StreamId streamId) external view returns (Stream memory row);

    /// @notice All writers a stream ever had; the last one counts.
    /// @param streamId The stream.
    /// @return rows The rows, oldest first.
    function writers(StreamId streamId) external view returns (Writer[] memory rows);

    /// @notice How many applications there are; their ids are 1 to this number.
    /// @return count The number.
    function applicationCount() external view returns (uint256 count);

    /// @notice An application.
    /// @param applicationId The application.
    /// @return row The row.
    function application(uint256 applicationId) external view returns (Application memory row);
}
