import { describe, expect, it } from "vitest";
import { fromHex, utf8 } from "../src/core/bytes";
import { keccak256 } from "../src/core/hash";
import { CouldNotLook } from "../src/core/refusal";
import { array, bytes32, decode, encodeCall, string, tuple, uint } from "../src/net/abi";
import { Quorum } from "../src/net/rpc";

const word = (value: number | bigint): string => BigInt(value).toString(16).padStart(64, "0");

describe("ABI", () => {
  it("encodes the call of the Solidity documentation", () => {
    // Contract ABI Specification, "Examples": baz(uint32,bool) with 69 and true.
    expect(encodeCall("baz(uint32,bool)", [69, 1])).toBe(`0xcdcd77c0${word(69)}${word(1)}`);
  });

  it("encodes a string in the tail", () => {
    const text = "dave".split("").map((c) => c.charCodeAt(0).toString(16)).join("").padEnd(64, "0");
    const tail = encodeCall("f(string)", ["dave"]).slice(10);
    expect(tail).toBe(`${word(32)}${word(4)}${text}`);
  });

  it("decodes structs with strings and arrays", () => {
    const type = tuple({ id: uint(32), name: string, sizes: array(uint(64)) });
    const name = "e5ada6".padEnd(64, "0");
    const data = [32, 7, 96, 160, 3].map(word).join("") + name + [2, 5, 6].map(word).join("");
    expect(decode(type, `0x${data}`)).toEqual({ id: 7n, name: "学", sizes: [5n, 6n] });
  });

  it.each([
    ["nothing", "0x"],
    ["no text", 7],
    ["odd digits", "0x0"],
    ["an offset beyond the data", `0x${word(4096)}`],
    ["a length beyond the data", `0x${word(32)}${word(1 << 30)}`],
  ])("refuses %s", (_name, data) => {
    expect(() => decode(array(array(array(array(string)))), data)).toThrow(CouldNotLook);
  });

  it("refuses an integer over its width", () => {
    expect(() => decode(uint(64), `0x${word(1n << 64n)}`)).toThrow(CouldNotLook);
    expect(() => decode(bytes32, "0x00")).toThrow(CouldNotLook);
  });

  it("hashes as Ethereum does", () => {
    const empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
    expect(keccak256(utf8(""))).toEqual(fromHex(empty));
  });
});

describe("Quorum", () => {
  const nodes = ["a", "b", "c"].map((party) => ({ party, url: party }));
  const answering = (answers: Record<string, unknown>) => async (url: string) => {
    if (!(url in answers)) throw new CouldNotLook("unreachable");
    return answers[url];
  };
  const same = (value: unknown): unknown => value;

  it("takes what enough parties say and drops the rest", async () => {
    const quorum = new Quorum(nodes, 2, answering({ a: "0x1", b: "0x2", c: "0x1" }));
    expect(await quorum.ask("m", [], same)).toBe("0x1");
    expect(quorum.parties).toEqual(["a", "c"]);
  });

  it("does not take a lone answer for two", async () => {
    const quorum = new Quorum(nodes, 2, answering({ a: "0x1" }));
    await expect(quorum.ask("m", [], same)).rejects.toMatchObject({ code: "nodes-too-few" });
  });

  it("says when they disagree", async () => {
    const quorum = new Quorum(nodes, 2, answering({ a: 1, b: 2, c: 3 }));
    await expect(quorum.ask("m", [], same)).rejects.toMatchObject({ code: "nodes-disagree" });
  });

  it("believes one node alone, but not against two others", async () => {
    const alone = new Quorum(nodes.slice(0, 1), 1, answering({ a: "0x1" }));
    alone.wantMajority();
    expect(await alone.ask("m", [], (value) => value)).toBe("0x1");
    const quorum = new Quorum(nodes, 1, answering({ a: "0x9", b: "0x2", c: "0x2" }));
    quorum.wantMajority();
    expect(quorum.needed).toBe(2);
    expect(await quorum.ask("m", [], (value) => value)).toBe("0x2");
  });

  it("counts two nodes of one party once", async () => {
    const twins = ["a1", "a2"].map((url) => ({ party: "a", url }));
    const quorum = new Quorum(twins, 2, answering({ a1: 1, a2: 1 }));
    await expect(quorum.ask("m", [], same)).rejects.toBeInstanceOf(CouldNotLook);
  });

  it("reads at the newest block that enough parties have", async () => {
    const quorum = new Quorum(nodes, 2, answering({ a: "0x5", b: "0x9", c: "0x7" }));
    expect(await quorum.commonBlock()).toBe(7);
    expect(quorum.parties).toEqual(["b", "c"]);
  });
});
