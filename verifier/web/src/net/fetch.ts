/** Fetching untrusted bytes: a time limit, a size limit, nothing sent along. */

import { concat, type Bytes } from "../core/bytes";
import { CouldNotLook } from "../core/refusal";

const TIMEOUT_MS = 15_000;

export interface FetchOptions {
  readonly limit: number;
  readonly body?: string;
}

async function readLimited(response: Response, limit: number, url: string): Promise<Bytes> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const parts: Bytes[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(...parts);
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw new CouldNotLook("answer-too-large", { url });
    }
    parts.push(value);
  }
}

/** Body of a 200 answer; anything else is CouldNotLook. */
export async function fetchBytes(url: string, options: FetchOptions): Promise<Bytes> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      ...(options.body === undefined
        ? {}
        : { method: "POST", body: options.body, headers: { "content-type": "application/json" } }),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: stop.signal,
    });
    if (response.status !== 200) {
      throw new CouldNotLook("answer-status", { url, status: response.status });
    }
    return await readLimited(response, options.limit, url);
  } catch (error) {
    if (error instanceof CouldNotLook) throw error;
    throw new CouldNotLook("unreachable", { url });
  } finally {
    clearTimeout(timer);
  }
}
