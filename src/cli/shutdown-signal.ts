/** Resolves at the first SIGINT or SIGTERM. A second one ends the process at once. */
export function shutdownSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let received = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (received) process.exit(130);
        received = true;
        resolve(signal);
      });
    }
  });
}
