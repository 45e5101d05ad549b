/** Days and times as the formats write them; China Standard Time is UTC+8 all the year. */

const DAY_MS = 86_400_000;

/** 1870-01-01 and 2197-03-31: the award days that a certificate can carry. */
export const FIRST_DAY = -36_524;
export const LAST_DAY = 83_000;

/** Days since 1970-01-01 of `YYYY-MM-DD`; null for days that do not exist. */
export function parseDay(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith("0000")) return null;
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(milliseconds)) return null;
  return new Date(milliseconds).toISOString().slice(0, 10) === text ? milliseconds / DAY_MS : null;
}

export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Unix seconds of `YYYY-MM-DDTHH:MM:SSZ`; null for anything else. */
export function parseUtc(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(text)) return null;
  return parseDay(text.slice(0, 10)) === null ? null : Date.parse(text) / 1000;
}

/** Unix seconds for readers in China, `2026-06-30 16:00 (UTC+8)`. */
export function chinaText(seconds: number): string {
  const local = new Date((seconds + 8 * 3600) * 1000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 16)} (UTC+8)`;
}

/** Unix seconds of the first moment after that day in UTC+8. */
export function endOfDay(day: number): number {
  return (day + 1) * 86_400 - 8 * 3600;
}
