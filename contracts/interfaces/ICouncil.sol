// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title The member institutions and their k-of-n approval of every change to the registry
/// @notice A proposal names its calls, a nonce and an expiry; its id is a hash over all of them, the chain,
/// this contract and the membership epoch, so an approval of an id approves exactly that change.
interface ICouncil {
    /// @notice Where a proposal stands.
    /// @dev `Pending` lacks approvals; `Waiting` has them but lacks an institution's consent, and its public
    /// delay runs or has run out; `Void` was overtaken by a change of the membership.
    enum State {
        None,
        Pending,
        Waiting,
        Executed,
        Vetoed,
        Void,
        Expired
    }

    /// @notice One call of a proposal.
    /// @param target This council (membership functions only) or the registry.
    /// @param data Selector and arguments.
    struct Call {
        address target;
        bytes data;
    }

    /// @notice A member proposed a change (and thereby approved it).
    /// @param id The proposal.
    /// @param proposer The member.
    /// @param nonce Its number, from 0.
    /// @param expiry Last second at which it can be approved or executed.
    /// @param epoch The membership epoch.
    event Proposed(bytes32 indexed id, address indexed proposer, uint64 nonce, uint64 expiry, uint64 epoch);
    /// @notice An account approved a proposal; by a non-member this is consent only.
    /// @param id The proposal.
    /// @param account The account.
    event Approved(bytes32 indexed id, address indexed account);
    /// @notice Enough members approved, an institution's consent is missing: anyone may execute from `readyAt` on.
    /// @param id The proposal.
    /// @param readyAt Unix time.
    event Waiting(bytes32 indexed id, uint64 readyAt);
    /// @notice A proposal's calls were run.
    /// @param id The proposal.
    event Executed(bytes32 indexed id);
    /// @notice The institution that a proposal touches refused it.
    /// @param id The proposal.
    /// @param account The account.
    event Vetoed(bytes32 indexed id, address indexed account);
    /// @notice A member joined; `k` is the threshold from now on.
    /// @param account The account.
    /// @param k The threshold.
    event MemberAdded(address indexed account, uint32 k);
    /// @notice A member left; `k` is the threshold from now on.
    /// @param account The account.
    /// @param k The threshold.
    event MemberRemoved(address indexed account, uint32 k);
    /// @notice The threshold changed.
    /// @param k The threshold.
    event ThresholdChanged(uint32 k);

    /// @notice The caller is not a member.
    error NotMember(address account);
    /// @notice The caller is neither a member nor an institution whose consent the proposal needs.
    error NotEntitled(bytes32 id, address account);
    /// @notice Membership functions are reached through a proposal only.
    error OnlySelf(address caller);
    /// @notice The threshold must hold n/2 < k <= n.
    error ThresholdOutOfBounds(uint32 k, uint256 n);
    /// @notice The account is a member already.
    error AlreadyMember(address account);
    /// @notice The account cannot be used here (zero, or the council itself).
    error BadAccount(address account);
    /// @notice A proposal has 1 to `MAX_CALLS` calls.
    error BadCallCount(uint256 count);
    /// @notice The call is neither to the registry nor to a membership function of this council.
    error BadCall(uint256 index, address target);
    /// @notice The expiry lies in the past.
    error ExpiryPassed(uint64 expiry);
    /// @notice The proposal is not open (or not waiting, for `execute`): `state` says where it stands.
    error NotOpen(bytes32 id, State state);
    /// @notice The account approved this proposal already.
    error AlreadyApproved(bytes32 id, address account);
    /// @notice The public delay is still running.
    error DelayNotOver(bytes32 id, uint64 readyAt);
    /// @notice Fewer members than the threshold approve.
    error NotEnoughApprovals(bytes32 id, uint256 count, uint32 threshold);
    /// @notice There is no proposal of that number.
    error NoSuchProposal(uint256 number);

    /// @notice Propose and approve a change; it is executed at once where that is enough. Members only.
    /// @param calls What to call, in order; all succeed or nothing happens.
    /// @param expiry Last second (Unix time) at which the proposal can be approved or executed.
    /// @return id keccak256 over (chain id, council, nonce, expiry, epoch, calls).
    function propose(Call[] calldata calls, uint64 expiry) external returns (bytes32 id);

    /// @notice Approve a proposal as a member, or consent to it as the institution that it touches.
    /// @param id The proposal.
    /// @return executed Whether this approval completed it.
    function approve(bytes32 id) external returns (bool executed);

    /// @notice Execute a waiting proposal whose public delay is over. Anyone may.
    /// @param id The proposal.
    function execute(bytes32 id) external;

    /// @notice Refuse a proposal that changes a key or a writer of the caller's institution.
    /// @param id The proposal, pending or waiting.
    function veto(bytes32 id) external;

    /// @notice Add a member and set the threshold. Through a proposal only.
    /// @param account The new member.
    /// @param k The threshold afterwards.
    function addMember(address account, uint32 k) external;

    /// @notice Remove a member and set the threshold. Through a proposal only.
    /// @param account The member who leaves.
    /// @param k The threshold afterwards.
    function removeMember(address account, uint32 k) external;

    /// @notice Set the threshold. Through a proposal only.
    /// @param k The threshold afterwards.
    function setThreshold(uint32 k) external;

    /// @notice How many members must approve.
    /// @return k The threshold.
    function threshold() external view returns (uint32 k);

    /// @notice Raised by every change of the membership or the threshold, which voids what is pending.
    /// @return current The value now.
    function epoch() external view returns (uint64 current);

    /// @notice The members, in no particular order.
    /// @return accounts Their accounts.
    function members() external view returns (address[] memory accounts);

    /// @notice Whether an account is a member.
    /// @param account The account.
    /// @return yes Whether it is so.
    function isMember(address account) external view returns (bool yes);

    /// @notice How many proposals were ever made.
    /// @return count The number.
    function proposalCount() external view returns (uint256 count);

    /// @notice The id of proposal `number`, counted from 0; the number is the proposal's nonce.
    /// @param number From 0.
    /// @return id The proposal's id.
    function proposalAt(uint256 number) external view returns (bytes32 id);

    /// @notice A proposal; all zero, state `None`, where there is none.
    /// @param id The proposal.
    /// @return proposer Who proposed.
    /// @return nonce Its number.
    /// @return expiry Last second at which it can be approved or executed.
    /// @return proposalEpoch The epoch it was proposed in.
    /// @return state Where it stands.
    /// @return readyAt When the delay is over; 0 where none runs.
    /// @return approvals Who approved.
    /// @return calls What it calls.
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
        );
}
