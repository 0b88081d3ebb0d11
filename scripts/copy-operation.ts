/** A command operation whose results are its assets, so that the console can show any file. */
export const copyOperation = `name: test.copy
title: Copy
description: Copies its assets.
inputs: { min: 1, max: 100, media: ["*/*"] }
params: {}
run: each
command: [cp, "{input}", "{outputs}/{name}"]
version: [cp, --version]
`;
