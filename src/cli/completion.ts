/** `darkroom completion`: prints a completion script, which is generated from the commands. */
import { fileURLToPath } from 'node:url';
import { Argument, type Command } from 'commander';
import { bash } from './completion/bash.ts';
import { fish } from './completion/fish.ts';
import { buildCommandTree } from './completion/tree.ts';
import { zsh } from './completion/zsh.ts';

const scripts = { bash, zsh, fish } as const;

/** The command that the script runs for job ids and operations. `darkroom` may be an alias, which a script cannot run. */
const program = [process.execPath, fileURLToPath(new URL('../main.js', import.meta.url))] as const;

/** @param createProgram builds the program with all commands */
export function define(command: Command, createProgram: () => Promise<Command>): void {
  command
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      '\n  bash:  source <(darkroom completion bash)      in ~/.bashrc' +
        '\n  zsh:   source <(darkroom completion zsh)       in ~/.zshrc, after compinit' +
        '\n  fish:  darkroom completion fish | source       in ~/.config/fish/config.fish',
    )
    .action(async (shell: keyof typeof scripts) => {
      process.stdout.write(scripts[shell](buildCommandTree(await createProgram()), program));
    });
}
