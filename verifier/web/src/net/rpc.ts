/**
 * Asking several nodes as one. A fact counts only when nodes of enough different parties give the
 * same answer; a node that fails or disagrees once is not asked again, so that in the end the same
 * parties stand behind every fact of a verdict.
 */

import { parseJson } from "../core/canonical";
import { CouldNotLook } from "../core/refusal";
import { fetchBytes } from "./fetch";

export interface Node {
  readonly party: string;
  readonly url: string;
}

export type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

const LIMIT = 4 * 1024 * 1024;

/** One JSON-RPC request to one node. */
export async function request(
  url: string,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const bytes = await fetchBytes(url, { limit: LIMIT, body });
  let answer: unknown;
  try {
    answer = parseJson(bytes);
  } catch {
    throw new CouldNotLook("node-garbage", { url });
  }
  if (typeof answer !== "object" || answer === null || !("result" in answer)) {
    throw new CouldNotLook("node-error", { url, method });
  }
  return answer.result;
}

type Requester = typeof request;

/** Same value, whatever the order of members and the fields that clients add. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

export class Quorum {
  #alive: readonly Node[];
  #needed: number;
  readonly #send: Requester;

  constructor(nodes: readonly Node[], needed: number, send: Requester = request) {
    this.#alive = nodes;
    this.#needed = needed;
    this.#send = send;
  }

  /** Parties that agreed on everything asked so far. */
  get parties(): string[] {
    return [...new Set(this.#alive.map((node) => node.party))];
  }

  /** How many parties must agree. */
  get needed(): number {
    return this.#needed;
  }

  /**
   * From now on more than half of the parties still trusted must agree: where several can be asked,
   * one (the gateway of the institution under check, say) is not believed against the others.
   */
  wantMajority(): void {
    this.#needed = Math.max(this.#needed, Math.floor(parties(this.#alive) / 2) + 1);
  }

  /** Asks every node still trusted; `pick` narrows an answer to what must agree. */
  async ask<T>(
    method: string,
    params: readonly unknown[],
    pick: (result: unknown) => T,
  ): Promise<T> {
    const answers = await this.#collect(method, params, pick);
    const groups = new Map<string, { nodes: Node[]; value: T }>();
    for (const { node, value } of answers) {
      const key = fingerprint(value);
      const group = groups.get(key) ?? { nodes: [], value };
      group.nodes.push(node);
      groups.set(key, group);
    }
    for (const { nodes, value } of groups.values()) {
      if (parties(nodes) >= this.#needed) {
        this.#alive = this.#alive.filter((node) => nodes.includes(node));
        return value;
      }
    }
    const disagree = parties(answers.map(({ node }) => node)) >= this.#needed;
    throw new CouldNotLook(disagree ? "nodes-disagree" : "nodes-too-few", {
      needed: this.#needed,
      answered: answers.length,
    });
  }

  /** The newest block that enough parties have reached. */
  async commonBlock(): Promise<number> {
    const answers = await this.#collect("eth_blockNumber", [], toNumber);
    const reached = (block: number): number =>
      parties(answers.filter(({ value }) => value >= block).map(({ node }) => node));
    const candidates = answers.map(({ value }) => value).filter((b) => reached(b) >= this.#needed);
    if (candidates.length === 0) {
      throw new CouldNotLook("nodes-too-few", { needed: this.#needed, answered: answers.length });
    }
    const block = Math.max(...candidates);
    this.#alive = answers.filter(({ value }) => value >= block).map(({ node }) => node);
    return block;
  }

  async #collect<T>(
    method: string,
    params: readonly unknown[],
    pick: (result: unknown) => T,
  ): Promise<{ node: Node; value: T }[]> {
    const settled = await Promise.allSettled(
      this.#alive.map(async (node) => ({
        node,
        value: pick(await this.#send(node.url, method, params)),
      })),
    );
    return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  }
}

function parties(nodes: readonly Node[]): number {
  return new Set(nodes.map((node) => node.party)).size;
}

/** A JSON-RPC quantity within 2^53. */
export function toNumber(value: unknown): number {
  if (typeof value !== "string" || !/^0x(0|[1-9a-f][0-9a-f]*)$/.test(value)) {
    throw new CouldNotLook("node-garbage");
  }
  const number = Number(BigInt(value));
  if (!Number.isSafeInteger(number)) throw new CouldNotLook("node-garbage");
  return number;
}

export function toQuantity(value: number): string {
  return `0x${value.toString(16)}`;
}
