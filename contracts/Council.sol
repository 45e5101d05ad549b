// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {ICouncil} from "./interfaces/ICouncil.sol";
import {IIssuerRegistry} from "./interfaces/IIssuerRegistry.sol";

/// @title The council of member institutions
/// @notice See `ICouncil`. No owner and no proxy: the members act through proposals, and so does any change to them.
contract Council is ICouncil {
    using EnumerableSet for EnumerableSet.AddressSet;

    struct Proposal {
        address proposer;
        uint64 nonce;
        uint64 expiry;
        uint64 epoch;
        uint64 readyAt;
        bool executed;
        bool vetoed;
        EnumerableSet.AddressSet approvals;
        Call[] calls;
    }

    /// @notice How long a change of an institution's key or writer is public before it runs without its consent.
    uint64 public constant VETO_DELAY = 7 days;
    /// @notice The most calls of one proposal.
    uint256 public constant MAX_CALLS = 32;
    /// @notice The registry: besides this council the only contract that a proposal can call.
    IIssuerRegistry public immutable REGISTRY;

    /// @inheritdoc ICouncil
    uint32 public threshold = 1;
    /// @inheritdoc ICouncil
    uint64 public epoch = 1;
    EnumerableSet.AddressSet private _members;
    bytes32[] private _ids;
    mapping(bytes32 id => Proposal content) private _proposals;

    modifier onlySelf() {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
        _;
    }

    /// @notice A council of one.
    /// @param founder The first member.
    /// @param registry Address of the registry, deployed next.
    constructor(address founder, address registry) {
        if (founder == address(0)) revert BadAccount(founder);
        if (registry == address(0)) revert BadAccount(registry);
        REGISTRY = IIssuerRegistry(registry);
        _members.add(founder);
        emit MemberAdded(founder, 1);
    }

    /// @inheritdoc ICouncil
    function propose(Call[] calldata calls, uint64 expiry) external returns (bytes32 id) {
        if (!_members.contains(msg.sender)) revert NotMember(msg.sender);
        if (calls.length == 0 || calls.length > MAX_CALLS) revert BadCallCount(calls.length);
        if (expiry < block.timestamp) revert ExpiryPassed(expiry);
        uint64 nonce = uint64(_ids.length);
        id = keccak256(abi.encode(block.chainid, address(this), nonce, expiry, epoch, calls));
        _ids.push(id);
        Proposal storage p = _proposals[id];
        (p.proposer, p.nonce, p.expiry, p.epoch) = (msg.sender, nonce, expiry, epoch);
        for (uint256 i = 0; i < calls.length; ++i) {
            _requireCall(i, calls[i]);
            p.calls.push(calls[i]);
        }
        emit Proposed(id, msg.sender, nonce, expiry, epoch);
        _approve(id, p);
    }

    /// @inheritdoc ICouncil
    function approve(bytes32 id) external returns (bool executed) {
        Proposal storage p = _requireOpen(id);
        if (!_members.contains(msg.sender) && !_touches(p, msg.sender)) revert NotEntitled(id, msg.sender);
        return _approve(id, p);
    }

    /// @inheritdoc ICouncil
    function execute(bytes32 id) external {
        Proposal storage p = _proposals[id];
        State current = _state(p);
        if (current != State.Waiting) revert NotOpen(id, current);
        if (block.timestamp < p.readyAt) revert DelayNotOver(id, p.readyAt);
        uint256 count = _memberApprovals(p);
        if (count < threshold) revert NotEnoughApprovals(id, count, threshold);
        _run(id, p);
    }

    /// @inheritdoc ICouncil
    function veto(bytes32 id) external {
        Proposal storage p = _requireOpen(id);
        if (!_touches(p, msg.sender)) revert NotEntitled(id, msg.sender);
        p.vetoed = true;
        emit Vetoed(id, msg.sender);
    }

    /// @inheritdoc ICouncil
    function addMember(address account, uint32 k) external onlySelf {
        if (account == address(0) || account == address(this)) revert BadAccount(account);
        if (!_members.add(account)) revert AlreadyMember(account);
        _setThreshold(k);
        emit MemberAdded(account, k);
    }

    /// @inheritdoc ICouncil
    function removeMember(address account, uint32 k) external onlySelf {
        if (!_members.remove(account)) revert NotMember(account);
        _setThreshold(k);
        emit MemberRemoved(account, k);
    }

    /// @inheritdoc ICouncil
    function setThreshold(uint32 k) external onlySelf {
        _setThreshold(k);
        emit ThresholdChanged(k);
    }

    /// @inheritdoc ICouncil
    function members() external view returns (address[] memory accounts) {
        return _members.values();
    }

    /// @inheritdoc ICouncil
    function isMember(address account) external view returns (bool yes) {
        return _members.contains(account);
    }

    /// @inheritdoc ICouncil
    function proposalCount() external view returns (uint256 count) {
        return _ids.length;
    }

    /// @inheritdoc ICouncil
    function proposalAt(uint256 number) external view returns (bytes32 id) {
        if (number >= _ids.length) revert NoSuchProposal(number);
        return _ids[number];
    }

    /// @inheritdoc ICouncil
    function proposal(
        bytes32 id
    )
        external
        view
        returns (
            address proposer,
            uint64 nonce,
            uint64 expiry,
            uint64 proposalEpoch,
            State state,
            uint64 readyAt,
            address[] memory approvals,
            Call[] memory calls
        )
    {
        Proposal storage p = _proposals[id];
        (proposer, nonce, expiry, proposalEpoch) = (p.proposer, p.nonce, p.expiry, p.epoch);
        state = _state(p);
        readyAt = p.readyAt;
        approvals = p.approvals.values();
        calls = p.calls;
    }

    function _approve(bytes32 id, Proposal storage p) private returns (bool executed) {
        if (!p.approvals.add(msg.sender)) revert AlreadyApproved(id, msg.sender);
        emit Approved(id, msg.sender);
        if (_memberApprovals(p) < threshold) return false;
        if (_consentMissing(p)) {
            // The delay runs from the moment the others were enough; later approvals do not start it anew.
            if (p.readyAt == 0) {
                p.readyAt = uint64(block.timestamp) + VETO_DELAY;
                emit Waiting(id, p.readyAt);
            }
            return false;
        }
        _run(id, p);
        return true;
    }

    /// @dev All calls run in the epoch that the proposal began in, also after one of them raised it. Marked first:
    /// no call can come back to this proposal.
    function _run(bytes32 id, Proposal storage p) private {
        p.executed = true;
        emit Executed(id);
        uint256 count = p.calls.length;
        for (uint256 i = 0; i < count; ++i) {
            Call storage call = p.calls[i];
            Address.functionCall(call.target, call.data);
        }
    }

    function _setThreshold(uint32 k) private {
        uint256 n = _members.length();
        if (uint256(k) * 2 <= n || k > n) revert ThresholdOutOfBounds(k, n);
        threshold = k;
        ++epoch;
    }

    function _requireOpen(bytes32 id) private view returns (Proposal storage p) {
        p = _proposals[id];
        State current = _state(p);
        if (current != State.Pending && current != State.Waiting) revert NotOpen(id, current);
    }

    /// @dev On itself the council calls the membership functions only, so no proposal can run another one. Of the
    /// registry it is asked already now whose consent is needed: a key or writer of an institution that is yet to
    /// come is refused, else the delay could run out before there is anybody to veto.
    function _requireCall(uint256 index, Call calldata call) private view {
        if (call.target == address(REGISTRY)) {
            REGISTRY.consentNeeded(call.data);
            return;
        }
        if (call.target != address(this) || call.data.length < 4) revert BadCall(index, call.target);
        bytes4 selector = bytes4(call.data[:4]);
        if (
            selector != this.addMember.selector &&
            selector != this.removeMember.selector &&
            selector != this.setThreshold.selector
        ) revert BadCall(index, call.target);
    }

    function _state(Proposal storage p) private view returns (State) {
        if (p.proposer == address(0)) return State.None;
        if (p.executed) return State.Executed;
        if (p.vetoed) return State.Vetoed;
        if (p.epoch != epoch) return State.Void;
        if (block.timestamp > p.expiry) return State.Expired;
        return p.readyAt == 0 ? State.Pending : State.Waiting;
    }

    /// @dev Counted anew each time, among those who are members now.
    function _memberApprovals(Proposal storage p) private view returns (uint256 count) {
        uint256 length = p.approvals.length();
        for (uint256 i = 0; i < length; ++i) {
            if (_members.contains(p.approvals.at(i))) ++count;
        }
    }

    /// @dev Whether some institution, whose key or writer changes, is not among the approvals.
    function _consentMissing(Proposal storage p) private view returns (bool) {
        uint256 count = p.calls.length;
        for (uint256 i = 0; i < count; ++i) {
            address account = _consentNeeded(p.calls[i]);
            if (account != address(0) && !p.approvals.contains(account)) return true;
        }
        return false;
    }

    /// @dev Whether a call of the proposal needs this account's consent.
    function _touches(Proposal storage p, address account) private view returns (bool) {
        uint256 count = p.calls.length;
        for (uint256 i = 0; i < count; ++i) {
            if (_consentNeeded(p.calls[i]) == account) return true;
        }
        return false;
    }

    function _consentNeeded(Call storage call) private view returns (address) {
        return call.target == address(REGISTRY) ? REGISTRY.consentNeeded(call.data) : address(0);
    }
}
