/** 0 success, 1 failure, 2 bad input, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130
