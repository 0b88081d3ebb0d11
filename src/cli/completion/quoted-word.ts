/** Quotes any text as one word for bash and zsh. */
export const quotedWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
