/**
 * Reading the pinned chain through the bundle's nodes, as of one block. A node that speaks for
 * another chain or other contracts is dropped before anything else is asked.
 */

import { toHex, utf8, type Bytes, fromHex } from "../core/bytes";
import { keccak256 } from "../core/hash";
import { CouldNotLook } from "../core/refusal";
import type { TrustBundle } from "../core/trust";
import type {
  AccreditationFacts,
  AnchorFacts,
  BlockFacts,
  HeadFacts,
  InstitutionFacts,
} from "../core/view";
import { decode, encodeCall, type AbiType, type AbiValue, type Argument } from "./abi";
import * as contracts from "./contracts";
import { Quorum, request, toNumber, toQuantity } from "./rpc";

const HEX = /^0x[0-9a-f]*$/;

/**
 * One node for a single operator's chain, else as many as the council needs for a change: the least
 * that must answer. Where more parties can be asked, most of them must agree.
 */
export function neededNodes(trust: TrustBundle): number {
  return trust.engine === "embedded" ? 1 : trust.threshold;
}

export class Chain {
  readonly #trust: TrustBundle;
  readonly #quorum: Quorum;
  readonly block: BlockFacts;

  private constructor(trust: TrustBundle, quorum: Quorum, block: BlockFacts) {
    this.#trust = trust;
    this.#quorum = quorum;
    this.block = block;
  }

  /** Raises CouldNotLook when too few nodes speak for the bundle's chain. */
  static async open(trust: TrustBundle, send: typeof request = request): Promise<Chain> {
    const nodes = trust.nodes.map(({ code, url }) => ({ party: code, url }));
    if (nodes.length === 0) throw new CouldNotLook("no-nodes");
    const quorum = new Quorum(nodes, neededNodes(trust), send);
    const must = <T>(wanted: T) => (value: T): T => {
      if (value !== wanted) throw new CouldNotLook("node-other-chain");
      return value;
    };
    await quorum.ask("eth_chainId", [], (result) => must(trust.chainId)(toNumber(result)));
    const genesis = ["0x0", false];
    await quorum.ask("eth_getBlockByNumber", genesis, (r) => must(trust.genesisHash)(header(r).hash));
    quorum.wantMajority();
    const number = await quorum.commonBlock();
    const at = toQuantity(number);
    const block = await quorum.ask("eth_getBlockByNumber", [at, false], header);
    for (const { address, codeHash } of Object.values(trust.contracts)) {
      const pick = (result: unknown): string => must(codeHash)(hashOfCode(result));
      await quorum.ask("eth_getCode", [address, at], pick);
    }
    return new Chain(trust, quorum, { number, time: block.time });
  }

  /** How many distinct parties agreed on everything asked. */
  get agreeing(): number {
    return this.#quorum.parties.length;
  }

  /** How many had to. */
  get needed(): number {
    return this.#quorum.needed;
  }

  async institution(by: { domain: string } | { code: string }): Promise<InstitutionFacts | null> {
    const registry = this.#trust.contracts.registry.address;
    const id =
      "domain" in by
        ? await this.#call(registry, contracts.INSTITUTION_BY_DOMAIN, [by.domain], contracts.InstitutionId)
        : await this.#call(registry, contracts.INSTITUTION_BY_CODE, [by.code], contracts.InstitutionId);
    if (id === 0n) return null;
    const [row, keys, accreditations] = await Promise.all([
      this.#call(registry, contracts.INSTITUTION, [id], contracts.InstitutionRow),
      this.#call(registry, contracts.KEYS, [id], contracts.KeyRows),
      this.#call(registry, contracts.ACCREDITATIONS, [id], contracts.AccreditationRows),
    ]);
    return {
      code: row.code,
      domain: row.domain,
      name: row.name,
      nameEn: row.nameEn,
      publicUrl: row.publicUrl,
      verifyUrl: row.verifyUrl,
      keys: keys.map((key) => ({
        publicKey: key.publicKey,
        purpose: Number(key.purpose),
        algorithm: Number(key.algorithm),
        fromSize: safe(key.fromSize),
        cutOff: key.cutOff === contracts.NO_CUT_OFF ? null : safe(key.cutOff),
      })),
      accreditations: accreditations.map(
        (one): AccreditationFacts => ({
          grantedBlock: safe(one.grantedBlock),
          from: Number(one.from),
          until: Number(one.until),
          ended: one.ended === 0n ? null : Number(one.ended),
          endedBlock: safe(one.endedBlock),
          kinds: one.kinds,
          types: one.types,
        }),
      ),
    };
  }

  async head(streamId: Bytes): Promise<HeadFacts> {
    const log = this.#trust.contracts.recordLog.address;
    const row = await this.#call(log, contracts.HEAD, [streamId], contracts.HeadRow);
    return {
      size: safe(row.size),
      seq: safe(row.seq),
      block: safe(row.blockNumber),
      time: safe(row.time),
      root: row.root,
    };
  }

  /** Whether the council closed the stream. */
  async closed(streamId: Bytes): Promise<boolean> {
    const registry = this.#trust.contracts.registry.address;
    const row = await this.#call(registry, contracts.STREAM, [streamId], contracts.StreamRow);
    return row.closedBlock !== 0n;
  }

  /** The `Anchored` event of that sequence number in that block; CouldNotLook if there is none. */
  async anchored(streamId: Bytes, seq: number, block: number): Promise<AnchorFacts> {
    if (block > this.block.number) throw new CouldNotLook("anchor-not-found");
    const at = toQuantity(block);
    const address = this.#trust.contracts.recordLog.address;
    const topics = [
      `0x${toHex(keccak256(utf8(contracts.ANCHORED)))}`,
      `0x${toHex(streamId)}`,
      `0x${seq.toString(16).padStart(64, "0")}`,
    ];
    const filter = { address, fromBlock: at, toBlock: at, topics };
    const data = await this.#quorum.ask("eth_getLogs", [filter], (result) =>
      onlyLog(result, address, topics, block),
    );
    const event = decode(contracts.AnchoredData, data);
    const { time } = await this.#quorum.ask("eth_getBlockByNumber", [at, false], header);
    return {
      seq,
      size: safe(event.size),
      root: event.root,
      prevSize: safe(event.prevSize),
      prevRoot: event.prevRoot,
      prevBlock: safe(event.prevBlock),
      block,
      time,
    };
  }

  async #call<T extends AbiType>(
    to: string,
    signature: string,
    args: readonly Argument[],
    type: T,
  ): Promise<AbiValue<T>> {
    const params = [{ to, data: encodeCall(signature, args) }, toQuantity(this.block.number)];
    const data = await this.#quorum.ask("eth_call", params, (result) => {
      decode(type, result);
      return result;
    });
    return decode(type, data);
  }
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new CouldNotLook("node-garbage");
  return Number(value);
}

function header(result: unknown): { hash: string; time: number } {
  if (typeof result !== "object" || result === null) throw new CouldNotLook("node-garbage");
  const { hash, timestamp } = result as { hash?: unknown; timestamp?: unknown };
  if (typeof hash !== "string" || !/^0x[0-9a-f]{64}$/.test(hash)) {
    throw new CouldNotLook("node-garbage");
  }
  return { hash, time: toNumber(timestamp) };
}

function hashOfCode(result: unknown): string {
  if (typeof result !== "string" || !HEX.test(result) || result.length % 2 !== 0) {
    throw new CouldNotLook("node-garbage");
  }
  return `0x${toHex(keccak256(fromHex(result.slice(2))))}`;
}

/** The data of the one log that has this address, these topics and this block. */
function onlyLog(
  result: unknown,
  address: string,
  topics: readonly string[],
  block: number,
): string {
  if (!Array.isArray(result)) throw new CouldNotLook("node-garbage");
  const found = (result as Record<string, unknown>[]).filter(
    (log) =>
      typeof log === "object" &&
      log !== null &&
      String(log["address"]).toLowerCase() === address.toLowerCase() &&
      JSON.stringify(log["topics"]) === JSON.stringify(topics) &&
      log["blockNumber"] === toQuantity(block) &&
      log["removed"] !== true,
  );
  if (found.length !== 1) throw new CouldNotLook("anchor-not-found");
  return String(found[0]?.["data"]);
}
