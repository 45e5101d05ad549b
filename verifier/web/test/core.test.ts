import { describe, expect, it } from "vitest";
import { fromBase58, fromHex, toBase58, toHex, utf8 } from "../src/core/bytes";
import { canonicalText, parseJson } from "../src/core/canonical";
import { loads } from "../src/core/cbor";
import { commit } from "../src/core/commitment";
import { disagreements, parseCredential } from "../src/core/credential";
import { FIRST_DAY, LAST_DAY, parseDay, parseUtc } from "../src/core/dates";
import { checkPublicKey, verify } from "../src/core/ed25519";
import { decode } from "../src/core/entry";
import { frameFromText, frameHash, parseFrame } from "../src/core/frame";
import { Kind, CREDENTIAL_TYPES } from "../src/core/kinds";
import { bucketName, depth, parseBucket } from "../src/core/lookup";
import { leafHash, root, verifyConsistency, verifyInclusion } from "../src/core/merkle";
import { BadEvidence } from "../src/core/refusal";
import { parseCheckpoint, parseNote, verifyNote } from "../src/core/signed_note";
import { replay } from "../src/core/status";
import { parseOrigin, streamId } from "../src/core/streams";
import { entriesPath } from "../src/core/tiles";
import { countSignatures, fingerprint, parseTrust, selfDeclared } from "../src/core/trust";
import { detailOf, suite, vectors } from "./vectors";

const hex = (text: string) => fromHex(text);
const hexes = (texts: readonly string[]) => texts.map(hex);

suite(
  "ed25519",
  (one) => verify(hex(one["public_key"]), hex(one["message"]), hex(one["signature"])),
  (one) => verify(hex(one["public_key"]), hex(one["message"]), hex(one["signature"])),
);

suite(
  "ed25519_public_keys",
  (one) => checkPublicKey(hex(one["public_key"])),
  (one) => checkPublicKey(hex(one["public_key"])),
);

suite(
  "cbor",
  (one) => loads(hex(one["bytes"])),
  (one) => loads(hex(one["bytes"])),
);

suite(
  "json",
  (one) => parseJson(hex(one["bytes"])),
  (one) => parseJson(hex(one["bytes"])),
);

suite(
  "canonical_json",
  (one) => expect(canonicalText(parseJson(utf8(one["input"])))).toBe(one["output"]),
  (one) => canonicalText(parseJson(utf8(one["input"]))),
);

suite(
  "commitment",
  (one) => {
    expect(toHex(commit(hex(one["salt"]), hex(one["payload"])))).toBe(one["commitment"]);
  },
  (one) => commit(hex(one["salt"]), hex(one["payload"])),
);

suite(
  "multibase",
  (one) => {
    expect(toHex(fromBase58(one["text"].slice(1)))).toBe(one["bytes"]);
    expect(`z${toBase58(hex(one["bytes"]))}`).toBe(one["text"]);
  },
  (one) => {
    if (!one["text"].startsWith("z")) throw new BadEvidence("multibase");
    fromBase58(one["text"].slice(1));
  },
);

suite(
  "merkle_root",
  (one) => expect(toHex(root(hexes(one["entries"]).map(leafHash)))).toBe(one["root"]),
  (one) => {
    const found = toHex(root(hexes(one["entries"]).map(leafHash)));
    if (found !== one["root"]) throw new BadEvidence("merkle-root");
  },
);

const inclusion = (one: Record<string, any>) =>
  verifyInclusion(
    leafHash(hex(one["entry"])),
    one["index"],
    one["size"],
    hexes(one["path"]),
    hex(one["root"]),
  );
suite("merkle_inclusion", inclusion, inclusion);

const consistency = (one: Record<string, any>) =>
  verifyConsistency(
    one["old_size"],
    one["new_size"],
    hex(one["old_root"]),
    hex(one["new_root"]),
    hexes(one["path"]),
  );
suite("merkle_consistency", consistency, consistency);

suite(
  "stream_origin",
  (one) => {
    const { domain, kind, generation } = parseOrigin(one["origin"]);
    expect([domain, kind, generation]).toEqual([one["domain"], one["kind"], one["generation"]]);
    expect(toHex(streamId(one["origin"]))).toBe(one["stream_id"]);
  },
  (one) => parseOrigin(one["origin"]),
);

describe("tile_path", () => {
  for (const one of vectors("tile_path").valid.filter((each) => each["level"] === null)) {
    it(`writes ${one["path"]}`, () => {
      expect(entriesPath(one["n"], one["width"])).toBe(one["path"]);
    });
  }
});

const checkpoint = (one: Record<string, any>) => {
  const note = parseNote(utf8(one["note"]));
  verifyNote(note, one["origin"], hex(one["public_key"]));
  const found = parseCheckpoint(note);
  if (found.origin !== one["origin"]) throw new BadEvidence("checkpoint-origin");
  return found;
};
suite(
  "checkpoint",
  (one) => {
    const found = checkpoint(one);
    expect([found.size, toHex(found.root)]).toEqual([one["size"], one["root"]]);
  },
  checkpoint,
);

suite(
  "entry",
  (one) => {
    const entry = decode(hex(one["bytes"]));
    const wanted = one["entry"];
    expect(Object.keys(Kind)[entry.kind - 1]?.toLowerCase()).toBe(wanted["kind"]);
    expect([entry.time, toHex(entry.commitment)]).toEqual([wanted["time"], wanted["commitment"]]);
    if (entry.kind === Kind.CREDENTIAL) {
      expect(CREDENTIAL_TYPES[entry.typeCode]).toBe(wanted["type_code"]);
      expect(entry.statusIndex).toBe(wanted["status_index"]);
      expect(toHex(entry.frameHash)).toBe(wanted["frame_hash"]);
      expect(toHex(entry.keyId)).toBe(wanted["key_id"]);
    }
    if (entry.kind === Kind.STATUS) {
      expect(entry.lists).toBe(wanted["lists"]);
      expect(toHex(entry.root)).toBe(wanted["root"]);
      expect(entry.statusIndex ?? undefined).toBe(wanted["status_index"]);
      expect(entry.leaf ?? undefined).toBe(wanted["leaf"]);
    }
  },
  (one) => decode(hex(one["bytes"])),
);

suite(
  "frames",
  (one) => {
    const { host, frame } = frameFromText(one["text"]);
    expect(host.toLowerCase()).toBe(one["verify_url"].toLowerCase());
    expect(toHex(frame)).toBe(one["frame"]);
    const parsed = parseFrame(frame);
    expect(toHex(parsed.signed)).toBe(one["signed"]);
    expect(toHex(frameHash(frame))).toBe(one["frame_hash"]);
    verify(hex(one["public_key"]), parsed.signed, parsed.signature);
  },
  (one) => parseFrame("frame" in one ? hex(one["frame"]) : frameFromText(one["text"]).frame),
);

describe("credentials", () => {
  const { valid, invalid } = vectors("credentials");
  for (const one of valid) {
    it(`takes ${one["description"]}`, () => {
      const view = parseCredential(utf8(one["document"]));
      expect(toHex(view.signed)).toBe(one["signed"]);
      expect(toHex(commit(view.salt, view.payload))).toBe(one["commitment"]);
      verify(hex(one["public_key"]), view.signed, view.signature);
    });
  }
  for (const one of invalid) {
    it(`refuses ${one["description"]}`, () => {
      const pointer = detailOf(() => parseCredential(utf8(one["document"])), "pointer");
      expect(pointer).toBe(one["pointer"]);
    });
  }
});

describe("lookup", () => {
  const { valid, invalid } = vectors("lookup");
  for (const one of valid) {
    it(`takes ${one["description"]}`, () => {
      if ("answer" in one) {
        const bucket = parseBucket(utf8(one["answer"]));
        for (const { entry, index, path } of bucket.members) {
          verifyInclusion(leafHash(entry), index, bucket.size, path, hex(one["root"]));
        }
        return;
      }
      if ("size" in one) expect(depth(one["size"])).toBe(one["depth"]);
      expect(bucketName(hex(one["key"]), one["depth"] ?? one["bits"])).toBe(one["hex"]);
    });
  }
  for (const one of invalid) {
    it(`refuses ${one["description"]}`, () => {
      expect(detailOf(() => parseBucket(utf8(one["answer"])), "pointer")).toBe(one["pointer"]);
    });
  }
});

describe("status", () => {
  const { valid, invalid } = vectors("status");
  const run = (one: Record<string, any>) => replay(hexes(one["entries"]).map(decode));
  for (const one of valid) {
    it(`takes ${one["description"]}`, () => {
      const { current, reaffirmed } = run(one);
      expect(current.lists).toBe(one["lists"]);
      expect(toHex(current.root())).toBe(one["root"]);
      for (const { index, state } of one["states"]) expect(current.state(index)).toBe(state);
      const found = [...reaffirmed].map(([leaf, by]) => ({ leaf, by }));
      expect(found).toEqual(one["reaffirmed"]);
    });
  }
  for (const one of invalid) {
    it(`refuses ${one["description"]}`, () => {
      expect(detailOf(() => run(one), "leaf")).toBe(one["leaf"]);
    });
  }
});

describe("trust", () => {
  const { valid, invalid } = vectors("trust");
  for (const one of valid) {
    it(`takes ${one["description"]}`, () => {
      const bundle = parseTrust(utf8(one["bundle"]));
      expect(countSignatures(bundle)).toBe(one["signatures"]);
      expect(fingerprint(bundle)).toBe(one["fingerprint"]);
      expect(selfDeclared(bundle)).toBe(one["self_declared"]);
    });
  }
  for (const one of invalid) {
    it(`refuses ${one["description"]}`, () => {
      expect(detailOf(() => parseTrust(utf8(one["bundle"])), "pointer")).toBe(one["pointer"]);
    });
  }
});

describe("days", () => {
  it("knows the calendar", () => {
    expect(parseDay("2024-02-29")).toBe(19_782);
    expect(["2023-02-29", "2024-13-01", "24-01-01", "2024-1-1"].map(parseDay)).toEqual(
      Array(4).fill(null),
    );
    expect([parseDay("1870-01-01"), parseDay("2197-03-31")]).toEqual([FIRST_DAY, LAST_DAY]);
  });

  it("reads RFC 3339 in UTC only", () => {
    expect(parseUtc("1970-01-02T00:00:01Z")).toBe(86_401);
    expect(parseUtc("1970-01-02T00:00:01+08:00")).toBeNull();
    expect(parseUtc("2024-02-30T00:00:00Z")).toBeNull();
  });
});

describe("agreement", () => {
  it("names the fields that differ", () => {
    const { content } = parseCredential(utf8(vectors("credentials").valid[0]?.["document"]));
    const frame = frameFromText(vectors("frames").valid[0]?.["text"]).frame;
    const { claims } = parseFrame(frame);
    expect(disagreements(content, claims)).toEqual([]);
    expect(disagreements(content, { ...claims, name: "别人" })).toEqual(["name"]);
  });
});
