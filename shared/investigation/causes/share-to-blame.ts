export const SHARE_TO_BLAME = 0.3;
