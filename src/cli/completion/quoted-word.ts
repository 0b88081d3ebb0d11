/** One word of a command line of bash or zsh, whatever is in it. */
export const quotedWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
