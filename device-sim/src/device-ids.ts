/** What a flat's devices are called. */
export const lockOf = (flat: string): string => `lock-${flat}`;
export const counterOf = (flat: string): string => `count-${flat}`;
