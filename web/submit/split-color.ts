/** Splits `#rgb`, `#rrggbb` and `#rrggbbaa`. The picker knows six digits only; black stands for anything else. */
export function splitColor(text: string): { readonly color: string; readonly alpha: string } {
  const digits = /^#([\da-f]{3}|[\da-f]{6}|[\da-f]{8})$/i.exec(text.trim())?.[1] ?? '000000';
  const long = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  return { color: `#${long.slice(0, 6).toLowerCase()}`, alpha: long.slice(6).toLowerCase() };
}
