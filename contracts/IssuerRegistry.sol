// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IIssuerRegistry} from "./interfaces/IIssuerRegistry.sol";
import {IRecordLog} from "./interfaces/IRecordLog.sol";
import {Ed25519Keys} from "./lib/Ed25519Keys.sol";
import {Text} from "./lib/Text.sol";
import {
    ALGORITHM_ED25519,
    ALL_KINDS,
    AUTHORIZED,
    InstitutionId,
    KIND_CREDENTIAL,
    KIND_EVALUATION,
    KIND_STATUS,
    NOT_ACCREDITED,
    NOT_THE_WRITER,
    NO_CUT_OFF,
    PURPOSE_CREDENTIAL,
    PURPOSE_TRUST,
    STREAM_CLOSED,
    StreamId,
    UNKNOWN_STREAM
} from "./types.sol";

/// @title Institutions, their streams, writers, keys and accreditations
/// @notice See `IIssuerRegistry`. No owner and no proxy: the council decides, an institution freezes its own keys.
contract IssuerRegistry is IIssuerRegistry {
    /// @dev All that `authority` reads of an accreditation stands in the first slot.
    struct AccreditationRow {
        uint64 from;
        uint64 until;
        uint64 ended;
        uint32 kinds;
        uint64 grantedBlock;
        uint64 endedBlock;
        uint256 types;
    }

    /// @dev All that `authority` reads of a stream stands in the first slot; `writer` is the last of `writers`.
    struct StreamRow {
        address writer;
        InstitutionId institution;
        uint8 kind;
        bool closed;
        uint32 generation;
        uint64 openedBlock;
        uint64 closedBlock;
        uint64 previousChainId;
        uint64 previousSize;
        StreamId previousStream;
        bytes32 previousRoot;
        string origin;
        Writer[] writers;
    }

    /// @dev Where a public key stands in its owner's rows.
    struct KeyPlace {
        InstitutionId owner;
        uint32 row;
    }

    /// @notice The most keys of one application.
    uint256 public constant MAX_KEYS = 16;
    /// @notice The council that decides here.
    address public immutable COUNCIL;
    /// @notice The log whose anchored sizes date the keys.
    IRecordLog public immutable RECORD_LOG;

    uint256 private constant MAX_NAME = 200;
    uint256 private constant MAX_ID = 64;
    // Masks of `1 << byte`: - . 0-9 a-z, and the same with A-Z _
    uint128 private constant DOMAIN_CHARS = 0x07fffffe0000000003ff600000000000;
    uint128 private constant CODE_CHARS = 0x07fffffe87fffffe03ff600000000000;

    /// @inheritdoc IIssuerRegistry
    uint32 public institutionCount;
    /// @inheritdoc IIssuerRegistry
    uint256 public applicationCount;
    /// @inheritdoc IIssuerRegistry
    mapping(string code => InstitutionId id) public institutionByCode;
    /// @inheritdoc IIssuerRegistry
    mapping(string domain => InstitutionId id) public institutionByDomain;
    /// @inheritdoc IIssuerRegistry
    mapping(address account => InstitutionId id) public institutionByAccount;

    mapping(uint256 id => Application row) private _applications;
    mapping(InstitutionId id => Institution row) private _institutions;
    mapping(InstitutionId id => Key[] rows) private _keys;
    mapping(bytes32 publicKey => KeyPlace place) private _places;
    mapping(InstitutionId id => AccreditationRow[] rows) private _accreditations;
    mapping(InstitutionId id => StreamId[] ids) private _streamIds;
    mapping(InstitutionId id => mapping(uint8 kind => StreamId newest)) private _newest;
    mapping(StreamId id => StreamRow row) private _streams;

    modifier onlyCouncil() {
        if (msg.sender != COUNCIL) revert OnlyCouncil(msg.sender);
        _;
    }

    /// @notice An empty registry.
    /// @param council Deployed before.
    /// @param recordLog Address of the log, deployed next.
    constructor(address council, address recordLog) {
        COUNCIL = council;
        RECORD_LOG = IRecordLog(recordLog);
    }

    /// @inheritdoc IIssuerRegistry
    function submitApplication(
        string memory code,
        string memory domain,
        string memory name,
        string memory nameEn,
        string memory publicUrl,
        string memory verifyUrl,
        NewKey[] memory newKeys
    ) external returns (uint256 applicationId) {
        if (!Text.isBounded(code, MAX_ID) || !Text.hasOnly(code, CODE_CHARS)) revert BadText(code);
        if (!Text.isBounded(domain, MAX_ID) || !Text.hasOnly(domain, DOMAIN_CHARS)) revert BadText(domain);
        _requireName(name);
        _requireName(nameEn);
        _requireName(publicUrl);
        _requireName(verifyUrl);
        if (newKeys.length > MAX_KEYS) revert TooManyKeys(newKeys.length);
        applicationId = ++applicationCount;
        Application storage row = _applications[applicationId];
        row.account = msg.sender;
        row.code = code;
        row.domain = domain;
        row.name = name;
        row.nameEn = nameEn;
        row.publicUrl = publicUrl;
        row.verifyUrl = verifyUrl;
        for (uint256 i = 0; i < newKeys.length; ++i) {
            _requireKey(newKeys[i]);
            row.keys.push(newKeys[i]);
        }
        emit ApplicationSubmitted(applicationId, msg.sender);
    }

    /// @inheritdoc IIssuerRegistry
    function admit(uint256 applicationId) external onlyCouncil {
        Application storage a = _application(applicationId);
        if (a.admitted) revert AlreadyAdmitted(applicationId);
        a.admitted = true;
        InstitutionId id = _register(a);
        emit InstitutionAdmitted(id, applicationId, a.account, a.code, a.domain);
        for (uint256 i = 0; i < a.keys.length; ++i) {
            _addKey(id, a.keys[i], 0);
        }
        for (uint8 kind = KIND_CREDENTIAL; kind <= KIND_EVALUATION; ++kind) {
            _openStream(id, kind, 0);
        }
    }

    /// @inheritdoc IIssuerRegistry
    function accredit(
        InstitutionId id,
        uint32 kinds,
        uint256 types,
        uint64 from,
        uint64 until
    ) external onlyCouncil {
        _institution(id);
        if (kinds == 0 || kinds & ~ALL_KINDS != 0) revert BadKinds(kinds);
        // Never before its block: nothing is authorised after the fact.
        uint64 start = from > block.timestamp ? from : uint64(block.timestamp);
        if (until <= start) revert BadPeriod(start, until);
        uint256 row = _accreditations[id].length;
        _accreditations[id].push(AccreditationRow(start, until, 0, kinds, uint64(block.number), 0, types));
        emit Accredited(id, row, kinds, types, start, until);
    }

    /// @inheritdoc IIssuerRegistry
    function endAccreditation(InstitutionId id, uint256 row) external onlyCouncil {
        _institution(id);
        if (row >= _accreditations[id].length) revert UnknownAccreditation(id, row);
        AccreditationRow storage a = _accreditations[id][row];
        if (a.ended != 0) revert AlreadyEnded(id, row);
        a.ended = uint64(block.timestamp);
        a.endedBlock = uint64(block.number);
        emit AccreditationEnded(id, row, a.ended);
    }

    /// @inheritdoc IIssuerRegistry
    function addKey(InstitutionId id, NewKey calldata newKey) external onlyCouncil {
        _institution(id);
        _requireKey(newKey);
        _addKey(id, newKey, newKey.purpose == PURPOSE_CREDENTIAL ? _anchoredSize(id) : 0);
    }

    /// @inheritdoc IIssuerRegistry
    function freezeKey(bytes32 publicKey) external {
        (InstitutionId id, Key storage key) = _key(publicKey);
        _requireOwnAccount(id);
        uint64 size = _anchoredSize(id);
        // Freezing again is harmless, and never lifts what the council lowered.
        if (size < key.cutOff) _cut(id, key, size, true);
    }

    /// @inheritdoc IIssuerRegistry
    function lowerCutOff(bytes32 publicKey, uint64 cutOff) external onlyCouncil {
        (InstitutionId id, Key storage key) = _key(publicKey);
        if (cutOff >= key.cutOff) revert CutOffNotLower(key.cutOff, cutOff);
        _cut(id, key, cutOff, false);
    }

    /// @inheritdoc IIssuerRegistry
    function setWriter(StreamId streamId, address account) external onlyCouncil {
        StreamRow storage row = _stream(streamId);
        if (row.closed) revert StreamIsClosed(streamId);
        if (account == address(0)) revert BadWriter(account);
        _setWriter(streamId, row, account);
    }

    /// @inheritdoc IIssuerRegistry
    function closeStream(StreamId streamId) external onlyCouncil {
        StreamRow storage row = _stream(streamId);
        if (row.closed) revert StreamIsClosed(streamId);
        row.closed = true;
        row.closedBlock = uint64(block.number);
        emit StreamClosed(streamId);
    }

    /// @inheritdoc IIssuerRegistry
    function openSuccessor(
        InstitutionId id,
        uint8 kind,
        uint64 previousChainId,
        StreamId previousStream,
        uint64 previousSize,
        bytes32 previousRoot
    ) external onlyCouncil {
        _institution(id);
        StreamId current = _newest[id][kind];
        if (_streams[current].writer == address(0)) revert BadKind(kind);
        if (!_streams[current].closed) revert StreamNotClosed(current);
        IRecordLog.Head memory head = RECORD_LOG.head(current);
        // History only grows: what was anchored here can only be continued as it stands, never left behind.
        bool follows = previousChainId == block.chainid
            ? StreamId.unwrap(previousStream) == StreamId.unwrap(current) &&
                previousSize == head.size &&
                previousRoot == head.root
            : head.size == 0;
        if (!follows) revert PreviousMismatch(current, head.size, head.root);
        StreamRow storage row = _openStream(id, kind, _streams[current].generation + 1);
        row.previousChainId = previousChainId;
        row.previousStream = previousStream;
        row.previousSize = previousSize;
        row.previousRoot = previousRoot;
    }

    /// @inheritdoc IIssuerRegistry
    function setEndpoints(string memory publicUrl, string memory verifyUrl) external {
        InstitutionId id = institutionByAccount[msg.sender];
        _requireOwnAccount(id);
        _requireName(publicUrl);
        _requireName(verifyUrl);
        _institutions[id].publicUrl = publicUrl;
        _institutions[id].verifyUrl = verifyUrl;
        emit EndpointsSet(id, publicUrl, verifyUrl);
    }

    /// @inheritdoc IIssuerRegistry
    function consentNeeded(bytes calldata data) external view returns (address account) {
        if (data.length < 4) return address(0);
        bytes4 selector = bytes4(data[:4]);
        if (selector == this.addKey.selector || selector == this.openSuccessor.selector) {
            return _institution(abi.decode(data[4:], (InstitutionId))).account;
        }
        if (selector == this.setWriter.selector) {
            return _institutions[_stream(abi.decode(data[4:], (StreamId))).institution].account;
        }
    }

    /// @inheritdoc IIssuerRegistry
    function authority(StreamId streamId, address writer) external view returns (uint8 reason) {
        StreamRow storage row = _streams[streamId];
        if (row.writer == address(0)) return UNKNOWN_STREAM;
        if (row.closed) return STREAM_CLOSED;
        if (row.writer != writer) return NOT_THE_WRITER;
        if (row.kind == KIND_STATUS || _isAccredited(row.institution, row.kind)) return AUTHORIZED;
        return NOT_ACCREDITED;
    }

    /// @inheritdoc IIssuerRegistry
    function institution(InstitutionId id) external view returns (Institution memory row) {
        return _institution(id);
    }

    /// @inheritdoc IIssuerRegistry
    function keys(InstitutionId id) external view returns (Key[] memory rows) {
        return _keys[id];
    }

    /// @inheritdoc IIssuerRegistry
    function keyOwner(bytes32 publicKey) external view returns (InstitutionId id) {
        return _places[publicKey].owner;
    }

    /// @inheritdoc IIssuerRegistry
    function accreditations(InstitutionId id) external view returns (Accreditation[] memory rows) {
        AccreditationRow[] storage stored = _accreditations[id];
        rows = new Accreditation[](stored.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            AccreditationRow storage a = stored[i];
            rows[i] = Accreditation(a.grantedBlock, a.from, a.until, a.ended, a.endedBlock, a.kinds, a.types);
        }
    }

    /// @inheritdoc IIssuerRegistry
    function streams(InstitutionId id) external view returns (StreamId[] memory ids) {
        return _streamIds[id];
    }

    /// @inheritdoc IIssuerRegistry
    function stream(StreamId streamId) external view returns (Stream memory row) {
        StreamRow storage stored = _stream(streamId);
        row.institution = stored.institution;
        row.kind = stored.kind;
        row.generation = stored.generation;
        row.openedBlock = stored.openedBlock;
        row.closedBlock = stored.closedBlock;
        row.origin = stored.origin;
        row.previousChainId = stored.previousChainId;
        row.previousStream = StreamId.unwrap(stored.previousStream);
        row.previousSize = stored.previousSize;
        row.previousRoot = stored.previousRoot;
    }

    /// @inheritdoc IIssuerRegistry
    function writers(StreamId streamId) external view returns (Writer[] memory rows) {
        return _streams[streamId].writers;
    }

    /// @inheritdoc IIssuerRegistry
    function application(uint256 applicationId) external view returns (Application memory row) {
        return _application(applicationId);
    }

    function _register(Application storage a) private returns (InstitutionId id) {
        if (a.account == COUNCIL || _exists(institutionByAccount[a.account])) revert AccountTaken(a.account);
        if (_exists(institutionByCode[a.code])) revert CodeTaken(a.code);
        if (_exists(institutionByDomain[a.domain])) revert DomainTaken(a.domain);
        id = InstitutionId.wrap(++institutionCount);
        institutionByAccount[a.account] = id;
        institutionByCode[a.code] = id;
        institutionByDomain[a.domain] = id;
        _institutions[id] = Institution(
            a.account,
            uint64(block.number),
            a.code,
            a.domain,
            a.name,
            a.nameEn,
            a.publicUrl,
            a.verifyUrl
        );
    }

    function _addKey(InstitutionId id, NewKey memory newKey, uint64 fromSize) private {
        bytes32 publicKey = newKey.publicKey;
        InstitutionId owner = _places[publicKey].owner;
        if (_exists(owner)) revert KeyTaken(publicKey, owner);
        _places[publicKey] = KeyPlace(id, uint32(_keys[id].length));
        _keys[id].push(
            Key(publicKey, newKey.purpose, newKey.algorithm, fromSize, NO_CUT_OFF, uint64(block.number), 0)
        );
        emit KeyAdded(id, publicKey, newKey.purpose, newKey.algorithm, fromSize);
    }

    function _cut(InstitutionId id, Key storage key, uint64 cutOff, bool frozen) private {
        // The first cut's block names the stream that the number counts in; later ones only make it smaller.
        if (key.cutBlock == 0) key.cutBlock = uint64(block.number);
        key.cutOff = cutOff;
        emit KeyCutOffLowered(id, key.publicKey, cutOff, frozen);
    }

    function _openStream(
        InstitutionId id,
        uint8 kind,
        uint32 generation
    ) private returns (StreamRow storage row) {
        Institution storage owner = _institutions[id];
        string memory origin = Text.origin(owner.domain, kind, generation);
        StreamId streamId = StreamId.wrap(sha256(bytes(origin)));
        row = _streams[streamId];
        row.institution = id;
        row.kind = kind;
        row.generation = generation;
        row.openedBlock = uint64(block.number);
        row.origin = origin;
        _streamIds[id].push(streamId);
        _newest[id][kind] = streamId;
        emit StreamOpened(streamId, id, kind, generation, origin);
        _setWriter(streamId, row, owner.account);
    }

    function _setWriter(StreamId streamId, StreamRow storage row, address account) private {
        row.writer = account;
        row.writers.push(Writer(account, uint64(block.number)));
        emit WriterSet(streamId, account);
    }

    function _requireOwnAccount(InstitutionId id) private view {
        if (!_exists(id) || _institutions[id].account != msg.sender) revert OnlyOwnAccount(id, msg.sender);
    }

    function _institution(InstitutionId id) private view returns (Institution storage row) {
        row = _institutions[id];
        if (row.account == address(0)) revert UnknownInstitution(id);
    }

    function _application(uint256 applicationId) private view returns (Application storage row) {
        row = _applications[applicationId];
        if (row.account == address(0)) revert UnknownApplication(applicationId);
    }

    function _stream(StreamId streamId) private view returns (StreamRow storage row) {
        row = _streams[streamId];
        if (row.writer == address(0)) revert UnknownStream(streamId);
    }

    function _key(bytes32 publicKey) private view returns (InstitutionId id, Key storage key) {
        KeyPlace storage place = _places[publicKey];
        id = place.owner;
        if (!_exists(id)) revert UnknownKey(publicKey);
        key = _keys[id][place.row];
    }

    function _anchoredSize(InstitutionId id) private view returns (uint64 size) {
        return RECORD_LOG.head(_newest[id][KIND_CREDENTIAL]).size;
    }

    /// @dev Newest first, for that is nearly always the one that counts.
    function _isAccredited(InstitutionId id, uint8 kind) private view returns (bool) {
        AccreditationRow[] storage rows = _accreditations[id];
        for (uint256 i = rows.length; i > 0; --i) {
            AccreditationRow storage a = rows[i - 1];
            if ((a.kinds >> kind) & 1 == 0 || block.timestamp < a.from || block.timestamp >= a.until) continue;
            if (a.ended == 0 || block.timestamp < a.ended) return true;
        }
        return false;
    }

    function _requireName(string memory text) private pure {
        if (!Text.isBounded(text, MAX_NAME)) revert BadText(text);
    }

    function _requireKey(NewKey memory newKey) private pure {
        if (
            newKey.purpose < PURPOSE_CREDENTIAL ||
            newKey.purpose > PURPOSE_TRUST ||
            newKey.algorithm != ALGORITHM_ED25519 ||
            !Ed25519Keys.isAcceptable(newKey.publicKey)
        ) revert BadKey(newKey.publicKey);
    }

    function _exists(InstitutionId id) private pure returns (bool) {
        return InstitutionId.unwrap(id) != 0;
    }
}
