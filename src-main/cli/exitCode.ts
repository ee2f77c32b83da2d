/** 0 success, 1 failure, 2 bad input, 75 another attempt is to go on (a worker that is preempted), 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 75 | 130
