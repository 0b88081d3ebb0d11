/** Finds commands that install packages without checking that they are the expected ones. */

const commands: readonly RegExp[] = [
  /\bnpm (?:install|i|add|update|exec|x)\b(?! --package-lock-only)/,
  /\b(?:npx|pnpm|yarn|bunx|pipx|uvx) \w/,
  /\b(?:pip3?|pip,?) install\b(?! --require-hashes)/,
  /\buv (?:tool|run|add)\b/,
  /\bgo (?:install|get|run)\b/,
  /\bgo build\b(?! -mod=readonly)/,
  /\b(?:cargo|gem|brew) install\b/,
  /\bcurl\b.*\| *(?:ba)?sh\b/,
  /\bmvn\b.*(?<!maven-dependency-plugin:[\d.]+:)(?<!goal)\bdependency:|\bdependency:copy/,
];

/** Returns the commands in a script, in whatever form: words of a shell, or strings of an array. Comments do not count. */
export function findFloating(source: string): string[] {
  const text = source
    .replace(/^\s*(?:#|\/\/|\*|\/\*).*$/gm, '')
    // `run('npm', ['install', x])` → `run npm install x`
    .replace(/['"`[\](),]|\.\.\./g, ' ')
    .replace(/(?<=\S)[ \t]+/g, ' ');
  const joined = text.replace(/\b(npm|pip|go)\s*\n\s*/g, '$1 ');
  return joined
    .split('\n')
    .filter((line) => commands.some((command) => command.test(line)))
    .map((line) => line.trim());
}
