export const MEGABYTE = 2 ** 20;
