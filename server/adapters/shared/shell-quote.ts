/** The text as one word of a POSIX shell; as it is where that is the same. */
export function quoteForPosix(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** The text as one word of cmd.exe. A path of Windows holds no quotes; a percent sign would be read as a variable. */
export function quoteForCmd(text: string): string {
  return `"${text.replaceAll('"', '').replaceAll('%', '"^%"')}"`
}
