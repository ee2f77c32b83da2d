/** What is no version, from whatever page, asks for everything. */
export const versionOf = (cursor = ''): number => (/^\d{1,15}$/.test(cursor) ? Number(cursor) : -1)
