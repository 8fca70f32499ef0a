import type { Argument } from '../flags.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** The shell that a script is for. */
export const shell = { name: 'SHELL', values: shells } as const satisfies Argument;
