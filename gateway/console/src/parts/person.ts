/** Who did something, as people call them: the way they came in is left out. */
export const personOf = (by: string): string => by.replace(/^(console|local):/, "");
