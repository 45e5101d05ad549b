/** Which names and numbers may stand in a certificate. Mirrors `ledger.core.wording`. */

const NUMBER = /^[\p{L}\p{N}_.-]{1,64}$/u;
// Planes 2 and 3 hold ideographs only; a browser's tables may be older than their newest extension.
const HIDDEN =
  /(?![\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

export const CODE = /^[A-Za-z0-9._-]{1,64}$/;

export function isNumber(text: string): boolean {
  return NUMBER.test(text) && text.normalize("NFC") === text;
}

/** 1 to 200 code points in NFC, nothing hidden, no space at either end. */
export function isWording(text: string): boolean {
  const length = [...text].length;
  return (
    length > 0 &&
    length <= 200 &&
    text.normalize("NFC") === text &&
    text === text.trim() &&
    !HIDDEN.test(text)
  );
}
