/**
 * What of a line of Markdown stands in no code span: a run of backticks begins one where a run of the same length
 * follows. https://spec.commonmark.org/0.31.2/#code-spans
 */
export function outsideCode(text: string): string {
  let rest = text;
  let outside = '';
  for (;;) {
    const open = /`+/.exec(rest);
    if (open === null) return outside + rest;
    const [fence] = open;
    const behind = rest.slice(open.index + fence.length);
    const close = new RegExp(`(?<!\`)${fence}(?!\`)`).exec(behind);
    outside += rest.slice(0, open.index) + (close === null ? fence : '');
    rest = close === null ? behind : behind.slice(close.index + fence.length);
  }
}
